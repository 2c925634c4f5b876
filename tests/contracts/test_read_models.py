"""The read models: caught up before they are read, each event once, and built again when they must be."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.kernel import Recorded
from projections.answers import ANSWERS
from projections.awards import AwardRow
from projections.budgets import BalanceRow
from projections.projection import Projection
from projections.rows import Rows
from projections.timeline import timeline
from projections.views import Views, projections_of
from services import places, read_models
from services.event_store import Unavailable
from services.office import Office
from services.settings import Settings
from services.wiring import open_office
from tests.conftest import LASTING, Clock, OpenAnother
from tests.contracts import damage
from tests.contracts.an_office import begin, committed, earmark, go_on
from tests.scenes import do, everything_in, folded_anew, fund_with, paid
from tests.story import EVERYBODY

DAY = timedelta(days=1)

ON_FILE = ("measures", "chases")
"""Answers that come from data on file, or by default: an empty office has them too."""


def test_an_empty_log_answers_every_question_with_nothing(office: Office) -> None:
    with office.reading() as views:
        assert views.position == 0
        assert all(not answer(views).rows for name, answer in ANSWERS.items() if name not in ON_FILE)


def test_what_was_just_recorded_is_what_is_read(office: Office) -> None:
    begin(office)
    for number, award in enumerate(("b1", "b2", "b3"), 1):
        go_on(office, award)
        with office.reading() as views:
            assert views.position == office.log.head()
            assert views.find(AwardRow, award)
            assert views.rows(BalanceRow)[0].committed == (500 + 100 * number) * 100


def test_what_another_office_recorded_is_what_is_read(office: Office, open_another: OpenAnother) -> None:
    begin(office)
    other = open_another()
    assert everything_in(other) == everything_in(office)
    go_on(other)
    assert committed(office) == committed(other) == 600


@pytest.mark.parametrize("batch", [1, 2, 7, 5_000])
def test_every_event_counts_once_whatever_the_size_of_a_batch(
    office: Office, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(read_models, "BATCH", batch)
    begin(office)
    assert committed(office) == 500
    go_on(office)
    assert everything_in(office) == folded_anew(office)
    office.read_models.rebuild()
    assert everything_in(office) == folded_anew(office)


def test_nothing_is_folded_when_nothing_is_new(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(office)
    before = everything_in(office)
    monkeypatch.setattr(read_models, "apply", None)
    assert everything_in(office) == before


def test_what_is_read_does_not_change_while_it_is_read(office: Office, kind: str, open_another: OpenAnother) -> None:
    begin(office)
    other = open_another()
    with office.reading() as views:
        before = views.rows(AwardRow)
        go_on(other)
        if kind != "memory":
            assert committed(other) == 600
        assert views.rows(AwardRow) == before
        assert views.rows(BalanceRow)[0].committed == 500_00
    assert committed(office) == 600


def test_read_models_built_anew_are_the_same(office: Office) -> None:
    begin(office)
    before = everything_in(office)
    told: list[tuple[int, int]] = []
    office.read_models.rebuild(lambda done, whole: told.append((done, whole)))
    assert everything_in(office) == before
    assert told[-1][0] == told[-1][1]


class _Slow(Projection):
    """Holds up whoever folds the last event of the log so far, until it is let go."""

    def __init__(self, last: int) -> None:
        self._last = last
        self.reached = threading.Event()
        self.let_go = threading.Event()

    def apply(self, recorded: Recorded, rows: Rows) -> None:
        if recorded.position == self._last:
            self.reached.set()
            assert self.let_go.wait(30)


@pytest.fixture
def slow(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Slow]:
    """A rebuild would take very long."""
    begin(office)
    everything_in(office)
    slow = _Slow(office.log.head())
    monkeypatch.setattr(read_models, "projections_of", lambda noun: (*projections_of(noun), slow))
    yield slow
    slow.let_go.set()


def test_a_long_rebuild_holds_up_neither_reading_nor_recording(office: Office, slow: _Slow) -> None:
    rebuilding = threading.Thread(target=office.read_models.rebuild)
    rebuilding.start()
    assert slow.reached.wait(30)
    go_on(office)
    assert committed(office) == 600
    go_on(office, "a4")
    assert committed(office) == 700
    slow.let_go.set()
    rebuilding.join()
    go_on(office, "a5")
    assert committed(office) == 800
    assert everything_in(office) == folded_anew(office)


def test_reading_goes_on_while_read_models_are_swapped_again_and_again(
    office: Office, open_another: OpenAnother
) -> None:
    begin(office)
    other = open_another()
    faults: list[BaseException] = []

    def swap() -> None:
        try:
            for _ in range(4):
                other.read_models.rebuild()
        except BaseException as fault:
            faults.append(fault)

    swapping = threading.Thread(target=swap)
    swapping.start()
    for number in range(20):
        if number % 5 == 0:
            do(office, earmark(number + 1))
        with office.reading() as views:
            assert [len(answer(views).rows) > 0 for name, answer in ANSWERS.items() if name in ("budgets", "awards")]
    swapping.join()
    assert not faults
    assert everything_in(office) == folded_anew(office)


def test_as_at_a_position_is_a_fold_of_the_log_so_far(office: Office) -> None:
    begin(office)
    stages = {office.log.head(): everything_in(office)}
    for award in ("b1", "b2"):
        go_on(office, award)
        stages[office.log.head()] = everything_in(office)
    for position, rows in stages.items():
        assert folded_anew(office, position) == rows
    assert everything_in(office) == rows


def test_as_at_a_moment_is_what_was_written_down_by_then(office: Office, clock: Clock) -> None:
    begin(office)
    first, before = clock.now, everything_in(office)
    clock.forward(days=1)
    go_on(office)
    with office.as_at(clock.now - DAY / 2) as views:
        assert views.rows(BalanceRow)[0].committed == 500_00
        assert views.moment == clock.now - DAY / 2
        position = views.position
    assert folded_anew(office, position) == before
    with office.as_at(first) as views:
        assert views.position == position
    with office.as_at(clock.now) as views:
        assert views.position == office.log.head()


def test_before_anything_was_recorded_every_answer_is_empty(office: Office, clock: Clock) -> None:
    begin(office)
    for point in (0, clock.now - DAY):
        with office.as_at(point) as views:
            assert views.position == 0
            assert all(not answer(views).rows for name, answer in ANSWERS.items() if name not in ON_FILE)


def test_a_past_timeline_ends_where_the_past_ends_though_all_was_recorded_in_one_moment(office: Office) -> None:
    begin(office)
    position = office.log.head()
    do(office, *paid("a1", "p1", 1, EARLIER))
    with office.as_at(position) as views:
        then = len(timeline(views, "award-a1").rows)
        assert views.history.stream("award-a1")[-1].version == then
        assert [recorded.position for recorded in views.history.latest(1, views.position)] == [position]
    with office.reading() as views:
        assert len(timeline(views, "award-a1").rows) == then + 3


EARLIER = (Clock().now - DAY).date()


@pytest.mark.parametrize("kind", LASTING, indirect=True)
def test_a_trial_that_somebody_else_got_ahead_of_is_told_to_be_busy_and_leaves_nothing(
    office: Office, open_another: OpenAnother
) -> None:
    begin(office)
    other = open_another()

    def while_they_catch_up(views: Views) -> int:
        (found,) = views.rows(BalanceRow)
        if not found.earmarked:
            do(other, earmark(40))
            everything_in(other)
        return found.earmarked

    with pytest.raises(Unavailable, match="busy for too long"):
        office.what_if([earmark(70)], EVERYBODY, while_they_catch_up)
    assert office.what_if([earmark(70)], EVERYBODY, while_they_catch_up) == (40_00, 110_00)
    assert everything_in(office) == folded_anew(office)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_read_models_held_by_somebody_for_too_long_are_told_to_be_busy(
    database: str, office: Office, open_another: OpenAnother, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(office)
    everything_in(office)
    go_on(office)
    monkeypatch.setattr(places, "PATIENCE", 0)
    (path,) = damage.view_files(database)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="busy for too long"), open_another().reading():
        pytest.fail("it was served")
    holder.execute("ROLLBACK")
    holder.close()
    assert committed(office) == 600


def test_an_office_may_live_in_a_folder_of_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "Swyddfa'r Comisiynydd 100% #1?"
    for _ in range(2):
        with open_office(Settings(database=str(folder / "outturn.db"))).open() as office:
            do(office, *fund_with(10))
            with office.reading() as views:
                assert len(views.rows(BalanceRow)) == 1
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {folder}


def test_several_threads_of_one_office_are_served_at_once(office: Office) -> None:
    begin(office)
    counts: list[int] = []

    def ask(number: int) -> None:
        office.do(earmark(number), EVERYBODY)
        counts.append(committed(office))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [500] * 8
    assert everything_in(office) == folded_anew(office)
