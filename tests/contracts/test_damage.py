"""Read models that were damaged, a log that was restored, an event that cannot be read: noticed, named, put right."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from domain.awards.changes import WithdrawAward
from domain.providers.commands import RegisterProvider
from projections.awards import AwardRow
from projections.budget_answers import budgets
from projections.budgets import BalanceRow
from services.event_store import Unreadable
from services.office import Office
from services.read_models import Damaged
from tests.conftest import LASTING, Clock, OpenAnother
from tests.contracts import damage
from tests.contracts.an_office import begin, committed, earmark, go_on
from tests.contracts.raw_log import RawLog
from tests.scenes import awarded, do, everything_in, folded_anew, fund_with, paid
from tests.story import EVERYBODY

DAY = timedelta(days=1)


EARLIER = (Clock().now - DAY).date()


def served_in_the_end(office: Office) -> None:
    """Whoever asks is served what the log says; at worst is told once that it is being made again."""
    try:
        served = everything_in(office)
    except Damaged:
        served = everything_in(office)
    assert served == folded_anew(office)
    assert committed(office) > 0


@pytest.fixture
def raw(database: str, office: Office) -> RawLog:
    """The log, behind the office's back."""
    return RawLog(database, office.log)


@pytest.mark.parametrize(
    ("kind", "harm"),
    [(kind, harm) for kind, harms in damage.HARMS.items() for harm in harms],
    indirect=["kind"],
)
@pytest.mark.parametrize("while_open", [True, False], ids=["while open", "while closed"])
def test_damaged_read_models_come_back_by_themselves(
    database: str, kind: str, harm: str, while_open: bool, office: Office, open_another: OpenAnother
) -> None:
    begin(office)
    everything_in(office)
    if not while_open:
        office.read_models.close()
    damage.HARMS[kind][harm](database)
    reader = office if while_open else open_another()
    served_in_the_end(reader)
    go_on(reader)
    served_in_the_end(reader)
    served_in_the_end(open_another())


@pytest.mark.parametrize("kind", LASTING, indirect=True)
def test_a_trial_on_damaged_read_models_says_so_and_the_next_one_is_served(
    database: str, kind: str, office: Office
) -> None:
    begin(office)
    everything_in(office)
    damage.HARMS[kind]["a table dropped"](database)
    with pytest.raises(Damaged, match="ask once more"):
        office.what_if([earmark(70)], EVERYBODY, budgets)
    before, after = (next(table.records()) for table in office.what_if([earmark(70)], EVERYBODY, budgets))
    assert (before["earmarked_pence"], after["earmarked_pence"]) == (0, 70_00)
    assert committed(office) == 500


@pytest.mark.parametrize("kind", LASTING, indirect=True)
@pytest.mark.parametrize("table", ["balances", "awards"])
def test_lost_rows_are_noticed_when_an_event_asks_for_one(database: str, kind: str, table: str, office: Office) -> None:
    begin(office)
    everything_in(office)
    damage.LOST_ROWS[kind][table](database)
    do(office, *awarded("a3", 100))
    do(office, *paid("a1", "p1", 1, EARLIER))
    if table == "awards":
        do(office, WithdrawAward(award="a2", reason="The provider ceased"))
    served_in_the_end(office)


def test_an_older_backup_of_the_log_is_noticed(office: Office, raw: RawLog) -> None:
    begin(office)
    position = office.log.head()
    go_on(office)
    assert committed(office) == 600
    raw.forget_after(position)
    assert committed(office) == 500
    assert everything_in(office) == folded_anew(office)


def test_a_log_that_went_another_way_after_an_older_backup_is_noticed(
    database: str, office: Office, raw: RawLog, open_another: OpenAnother
) -> None:
    """To the same position as before, so that only what is written there tells."""
    begin(office)
    position = office.log.head()
    do(office, earmark(50))
    head = office.log.head()
    everything_in(office)
    raw.forget_after(position)
    if database.startswith("postgresql:"):
        raw.run(f"SELECT setval(pg_get_serial_sequence('stored_events', 'notification_id'), {position})")
    restored = open_another()
    do(restored, earmark(70))
    assert restored.log.head() == head
    with restored.reading() as views:
        assert views.rows(BalanceRow)[0].earmarked == 70_00
    assert everything_in(restored) == folded_anew(restored)


@pytest.mark.parametrize("kind", LASTING, indirect=True)
def test_rows_that_were_folded_from_another_log_are_not_taken_for_this_ones(
    database: str, kind: str, office: Office, raw: RawLog, open_another: OpenAnother
) -> None:
    begin(office)
    everything_in(office)
    damage.WRONG_ROWS[kind](database)
    assert committed(office) == 1
    raw.run("UPDATE outturn_log SET identity = 'another'")
    assert committed(open_another()) == 500


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_another_log_in_its_place_is_noticed(
    database: str, office: Office, open_another: OpenAnother, tmp_path: Path
) -> None:
    begin(office)
    everything_in(office)
    office.close()
    (tmp_path / "kept").mkdir()
    for path in [Path(database), *tmp_path.glob("outturn.db-*")]:
        shutil.move(path, tmp_path / "kept" / path.name)
    other = open_another()
    do(other, *fund_with(77))
    with other.reading() as views:
        assert [row.received_pence for row in views.rows(BalanceRow)] == [77_00]
        assert views.rows(AwardRow) == []
    other.close()
    shutil.move(tmp_path / "kept" / "outturn.db", database)
    assert committed(open_another()) == 500


def test_an_event_that_cannot_be_read_is_named_and_nothing_is_served_without_it(
    office: Office, raw: RawLog, open_another: OpenAnother
) -> None:
    begin(office)
    everything_in(office)
    go_on(office)
    position = office.log.head()
    state = raw.state(position)
    raw.set_state(position, b'{"nothing": "of the kind"}')
    do(office, RegisterProvider(provider="remedi", title="Remedi"))
    with pytest.raises(Unreadable, match=f"at position {position} "):
        go_on(open_another(), "a4")
    for _ in range(2):
        with pytest.raises(Unreadable, match=f"at position {position} ") as unreadable, office.reading():
            pytest.fail("it was served")
        assert unreadable.value.position == position
    for point in (office.log.head(), office.log.head() + 5):
        with pytest.raises(Unreadable, match=f"at position {position} "), office.as_at(point):
            pytest.fail("it was served")
    with pytest.raises(Unreadable, match=f"at position {position} "):
        office.read_models.rebuild()
    raw.set_state(position, state)
    assert committed(office) == 600
    assert everything_in(office) == folded_anew(office)


def test_an_event_that_does_not_fit_what_is_before_it_is_named(office: Office, raw: RawLog) -> None:
    begin(office)
    first_of_the_award = next(
        recorded.position for recorded in office.log.everything() if recorded.event.name == "award.approved"
    )
    raw.set_name(first_of_the_award, "award.withdrawn")
    raw.set_state(
        first_of_the_award,
        b'{"at": "2017-10-16T09:00:00Z", "by": "x", "act": "a", "event": {"reason": "It was never approved"}}',
    )
    reduced = office.log.read(first_of_the_award, 1)[0]
    raw.set_name(reduced.position, "fund.commitment-withdrawn")
    raw.set_state(
        reduced.position,
        b'{"at": "2017-10-16T09:00:00Z", "by": "x", "act": "a", "event": {"award": "zz", "reason": "Never there"}}',
    )
    for _ in range(2):
        with pytest.raises(Unreadable, match=f"at position {reduced.position} .*does not fit"), office.reading():
            pytest.fail("it was served")
