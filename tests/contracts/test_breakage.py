"""What breaks: a line that is cut, a database that is held. Nobody is told more, or less, than is known."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, StoredEvent
from eventsourcing.popo import POPOApplicationRecorder

from domain.errors import Refusal
from domain.funds.commands import HoldEarmark
from domain.funds.fund import Fund
from domain.kernel import Event, Occasion, Role
from services import event_store
from services.event_store import EventStore, Unavailable
from services.office import Office
from services.places import InMemory
from services.read_models import ReadModels
from services.settings import Settings
from services.wiring import open_office
from tests.conftest import LASTING, OpenAnother
from tests.contracts.an_office import earmark, left, names
from tests.contracts.cutting_proxy import Cut, CuttingProxy
from tests.scenes import (
    PROVIDER,
    approved,
    do,
    fund_with,
    registered,
    share,
)
from tests.story import EVERYBODY


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("cut", ["before the commit", "after the commit"])
def test_an_order_whose_connection_is_cut_at_the_commit_is_recorded_once_and_told_so(
    database: str, office: Office, cut: Cut
) -> None:
    do(office, *fund_with(1_000), PROVIDER, registered())
    with (
        CuttingProxy(database) as proxy,
        open_office(Settings(database=proxy.address)).open() as far_away,
    ):
        do(far_away, registered("a2"))
        proxy.cut_next(cut)
        written = far_away.do(approved("a1", share(300)), EVERYBODY)
        assert proxy.cuts == 1
        assert written == office.log.read(written[0].position - 1, 10)
        assert names(office).count("award.approved") == names(office).count("fund.funds-committed") == 1
        assert left(far_away) == left(office) == 700
        proxy.cut_next(cut)
        with pytest.raises(Refusal, match="has £700 left"):
            far_away.do(approved("a2", share(701)), EVERYBODY)
        do(far_away, approved("a2", share(700)))
    assert left(office) == 0


class Cutting(POPOApplicationRecorder):
    """A recorder that is cut off once it has recorded, and perhaps stays away."""

    armed = False
    records = True
    away = False

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        if not self.armed:
            return super().insert_events(stored_events, **kwargs)
        self.armed = False
        if self.records:
            super().insert_events(stored_events, **kwargs)
        raise OperationalError("the line was cut")

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        if self.away:
            raise OperationalError("the line is cut")
        return super().select_events(*args, **kwargs)


@pytest.mark.parametrize("recorded", [True, False])
def test_after_a_cut_the_log_is_asked_whether_it_was_recorded(recorded: bool) -> None:
    recorder = Cutting()
    office = _office_over(recorder)
    do(office, *fund_with(1_000))
    before = names(office)
    recorder.armed, recorder.records = True, recorded
    if recorded:
        assert [each.position for each in office.do(earmark(5), EVERYBODY)] == [len(before) + 1]
    else:
        with pytest.raises(Unavailable, match="Nothing is known to be recorded"):
            office.do(earmark(5), EVERYBODY)
    assert names(office) == before + ["fund.earmark-held"] * recorded
    do(office, earmark(5))
    assert names(office) == [*before, "fund.earmark-held"]
    office.close()


def test_when_the_log_stays_away_nobody_is_told_more_than_is_known() -> None:
    recorder = Cutting()
    office = _office_over(recorder)
    do(office, *fund_with(1_000))

    class CutForGood(HoldEarmark, may={Role.FINANCE}):
        """The line is cut for good while it is decided."""

        def decide(self, state: Fund, occasion: Occasion) -> Sequence[Event]:
            recorder.armed = recorder.away = True
            return super().decide(state, occasion)

    with pytest.raises(Unavailable, match="Nothing is known to be recorded"):
        office.do(CutForGood(**earmark(5).model_dump()), EVERYBODY)
    recorder.away = False
    assert office.do(earmark(5), EVERYBODY) == []
    office.close()


def _office_over(recorder: POPOApplicationRecorder) -> Office:
    log = EventStore(recorder, "a log")
    return Office(log, ReadModels(log, InMemory()))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_file_that_somebody_holds_for_too_long_is_told_to_be_busy(
    database: str, office: Office, open_another: OpenAnother, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(office, *fund_with(1_000))
    monkeypatch.setattr(event_store, "PATIENCE", 1)
    impatient = open_another()
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"busy for too long\. Nothing is known to be recorded"):
        impatient.do(earmark(5), EVERYBODY)
    assert left(impatient) == 1_000
    holder.execute("ROLLBACK")
    holder.close()
    do(impatient, earmark(5))
    assert left(office) == 995


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_table_that_somebody_holds_for_too_long_is_told_to_be_busy(database: str, office: Office) -> None:
    do(office, *fund_with(1_000))
    address = f"{database}&options=-cstatement_timeout%3D100ms"
    with psycopg.connect(database) as holder, open_office(Settings(database=address)).open() as impatient:
        holder.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        with pytest.raises(Unavailable, match=r"busy for too long\. Nothing is known to be recorded"):
            impatient.do(earmark(5), EVERYBODY)
        assert left(impatient) == 1_000
        holder.rollback()
        do(impatient, earmark(5))
    assert left(office) == 995


@pytest.mark.parametrize("kind", LASTING, indirect=True)
def test_an_office_opens_while_another_one_writes(database: str, office: Office) -> None:
    do(office, *fund_with(1_000))
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            office.do(earmark(1, f"e{len(written)}"), EVERYBODY)
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(5):
        with open_office(Settings(database=database)).open() as other:
            assert left(other) is not None
    stop.set()
    writer.join()
    assert left(office) == 1_000 - len(written)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_went_away_is_told_in_plain_words(database: str, office: Office) -> None:
    do(office, *fund_with(1_000))
    with CuttingProxy(database) as proxy, open_office(Settings(database=proxy.address)).open() as far_away:
        assert left(far_away) == 1_000
        proxy.hang_up()
        for _ in range(2):
            with pytest.raises(Unavailable, match="cannot be reached"), far_away.reading():
                pytest.fail("it was served")
    assert left(office) == 1_000


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_an_office_goes_on_after_the_server_dropped_every_connection(database: str, office: Office) -> None:
    do(office, *fund_with(1_000))
    assert left(office) == 1_000
    with psycopg.connect(database, autocommit=True) as server:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    do(office, earmark(5))
    with suppress(Unavailable):  # told once that the line was cut
        left(office)
    assert left(office) == 995
