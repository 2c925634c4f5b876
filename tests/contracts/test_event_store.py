"""The log: the same rules over memory, SQLite and PostgreSQL."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.catalogue import OLD_SHAPES
from domain.funds.events import AllocationReceived
from domain.kernel import Event, Recorded
from domain.providers.events import Kind, ProviderRegistered, ProviderStatusChanged, Status
from domain.reports.events import ReportAccepted
from services.event_store import Draft, EventStore, Taken, Unavailable, Unreadable, open_log
from services.settings import Database
from tests.conftest import LASTING
from tests.contracts.raw_log import RawLog
from tests.story import OCTOBER

EMBRACE = ProviderRegistered(title="Embrace", kind=Kind.ORGANISATION, charity_number="1234567", company_number=None)
SUSPENDED = ProviderStatusChanged(status=Status.SUSPENDED, reason="Accounts are late")
ALLOCATION = AllocationReceived(
    agreement="letter", amount_pence=5, printed=None, exact=True, source="Grant letter", received_on=None
)


def draft(stream: str, version: int, event: Event = EMBRACE, act: str = "act-1") -> Draft:
    """An event about to be written down in October 2017."""
    return Draft(stream, version, event, OCTOBER, "tester", act)


@pytest.fixture
def log(database: str) -> Iterator[EventStore]:
    """An empty log."""
    log = open_log(Database.of(database))
    yield log
    log.close()


@pytest.fixture
def raw(database: str, log: EventStore) -> RawLog:
    """The same log, behind its back."""
    return RawLog(database, log)


def test_an_empty_log_has_nothing_in_it(log: EventStore) -> None:
    assert log.head() == 0
    assert log.read(0, 10) == []
    assert log.stream("provider-p1") == []
    assert list(log.everything()) == []
    assert list(log.latest(5, up_to=0)) == []


def test_what_is_appended_is_read_back_with_its_place_its_moment_its_author_and_its_act(log: EventStore) -> None:
    (position,) = log.append([draft("provider-p1", 1)])
    assert log.read(0, 10) == [Recorded(position, "provider-p1", 1, EMBRACE, OCTOBER, "tester", "act-1")]
    assert log.head() == position


def test_a_moment_is_kept_to_the_microsecond(log: EventStore) -> None:
    moment = OCTOBER + timedelta(microseconds=123_456)
    log.append([draft("provider-p1", 1)._replace(at=moment)])
    (recorded,) = log.read(0, 1)
    assert recorded.at == moment
    assert recorded.at.utcoffset() == timedelta(0)


def test_words_in_any_script_come_back_as_they_were(log: EventStore) -> None:
    event = EMBRACE.model_copy(update={"title": "Llŷn, “cymorth” £5 \\ \"' 🎗"})
    log.append([draft("provider-p1", 1, event)])
    assert log.stream("provider-p1")[0].event == event


def test_a_stream_is_read_in_order_and_from_any_version_on(log: EventStore) -> None:
    log.append([draft("provider-p1", 1)])
    log.append([draft("provider-p2", 1), draft("provider-p1", 2, SUSPENDED)])
    assert [recorded.version for recorded in log.stream("provider-p1")] == [1, 2]
    assert [recorded.event for recorded in log.stream("provider-p1", after=1)] == [SUSPENDED]
    assert log.stream("provider-p1", after=2) == []


def test_a_stream_is_known_by_the_whole_of_its_name(log: EventStore) -> None:
    log.append([draft("provider-p1", 1)])
    for other in ("provider-p", "provider-p11", "Provider-p1", "provider-p1 ", "provider-%"):
        assert log.stream(other) == []


def test_positions_rise_and_an_order_of_several_streams_stands_together(log: EventStore) -> None:
    positions = [
        *log.append([draft("provider-p1", 1), draft("provider-p2", 1), draft("provider-p1", 2, SUSPENDED)]),
        *log.append([draft("provider-p3", 1)]),
    ]
    assert positions == sorted(set(positions))
    assert [recorded.position for recorded in log.everything()] == positions
    assert [recorded.stream for recorded in log.everything()] == [
        "provider-p1",
        "provider-p2",
        "provider-p1",
        "provider-p3",
    ]


def test_nothing_appended_is_nothing_recorded(log: EventStore) -> None:
    assert log.append([]) == []
    assert log.head() == 0


def test_the_log_is_read_a_batch_at_a_time_without_losing_or_doubling_any(log: EventStore) -> None:
    written = log.append([draft(f"provider-p{number}", 1) for number in range(23)])
    for batch in (1, 2, 7, 22, 23, 24):
        assert [recorded.position for recorded in log.everything(batch=batch)] == written
    middle = written[11]
    assert [recorded.position for recorded in log.everything(up_to=middle, batch=5)] == written[:12]
    assert [recorded.position for recorded in log.everything(after=middle, batch=5)] == written[12:]
    assert [recorded.position for recorded in log.read(middle, 3)] == written[12:15]


def test_the_log_up_to_nought_is_empty(log: EventStore) -> None:
    log.append([draft("provider-p1", 1)])
    assert log.read(0, 10, up_to=0) == []
    assert list(log.everything(up_to=0)) == []


def test_the_latest_events_come_the_latest_first(log: EventStore) -> None:
    written = [log.append([draft(f"provider-p{number}", 1)])[0] for number in range(8)]
    assert [recorded.position for recorded in log.latest(3, up_to=log.head())] == written[:-4:-1]
    assert [recorded.position for recorded in log.latest(3, up_to=written[4])] == written[4:1:-1]
    assert [recorded.position for recorded in log.latest(50, up_to=written[2])] == written[2::-1]


def test_the_latest_events_are_found_behind_more_than_one_batch(log: EventStore) -> None:
    written = log.append([draft(f"provider-p{number}", 1) for number in range(1_203)])
    assert [recorded.position for recorded in log.latest(1_100, up_to=log.head())] == written[:102:-1]


def test_a_taken_version_is_told_and_nothing_is_recorded(log: EventStore) -> None:
    log.append([draft("provider-p1", 1)])
    with pytest.raises(Taken):
        log.append([draft("provider-p1", 1, SUSPENDED, act="act-2")])
    assert [recorded.event for recorded in log.everything()] == [EMBRACE]


@pytest.mark.parametrize("taken_at", [0, 1, 2])
def test_several_streams_are_written_all_or_none(log: EventStore, taken_at: int) -> None:
    log.append([draft("provider-taken", 1)])
    drafts = [draft("provider-p1", 1, act="act-2"), draft("provider-p2", 1, act="act-2")]
    drafts.insert(taken_at, draft("provider-taken", 1, act="act-2"))
    with pytest.raises(Taken):
        log.append(drafts)
    assert [recorded.stream for recorded in log.everything()] == ["provider-taken"]
    assert log.append([draft("provider-p1", 1)]) > [0]


def test_the_same_content_by_another_act_is_taken_and_not_taken_for_our_own(log: EventStore) -> None:
    log.append([draft("provider-p1", 1, act="act-1")])
    with pytest.raises(Taken):
        log.append([draft("provider-p1", 1, act="act-2")])


def test_an_act_that_is_already_in_the_log_to_the_byte_is_our_own_and_is_told_its_place(log: EventStore) -> None:
    """As after a connection that was cut once the commit had reached the server."""
    log.append([draft("provider-p0", 1)])
    drafts = [draft("provider-p1", 1), draft("provider-p2", 1)]
    first = log.append(drafts)
    log.append([draft("provider-p3", 1)])
    assert log.append(drafts) == first
    assert len(log.read(0, 10)) == 4


def stored(event: Any, **more: Any) -> bytes:
    """An event's stored bytes, with what is given in place of the right ones."""
    whole = {"at": "2017-10-16T09:00:00Z", "by": "tester", "act": "act-1", "event": event}
    return json.dumps({**whole, **more}).encode()


FAULTS: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"{", "whole: json_invalid"),
    "nothing": (b"", "whole: json_invalid"),
    "not text": (b"\xff\xfe\x00", "whole: json_invalid"),
    "a list": (b"[]", "whole: "),
    "no event": (b'{"at": "2017-10-16T09:00:00Z", "by": "tester", "act": "a"}', "event: missing"),
    "a field missing": (stored({"title": "Embrace", "charity_number": None, "company_number": None}), "kind: missing"),
    "a field too many": (stored({**EMBRACE.model_dump(), "colour": "red"}), "colour: extra_forbidden"),
    "a number for words": (stored({**EMBRACE.model_dump(), "title": 5}), "title: string_type"),
    "a word that is not of the list": (stored({**EMBRACE.model_dump(), "kind": "club"}), "kind: enum"),
    "no moment": (stored(EMBRACE.model_dump(), at="yesterday"), "at: "),
    "a moment of no zone": (stored(EMBRACE.model_dump(), at="2017-10-16T09:00:00"), "at: "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_event_that_cannot_be_read_is_named_with_its_position(log: EventStore, raw: RawLog, fault: str) -> None:
    state, why = FAULTS[fault]
    positions = log.append([draft("provider-p1", 1), draft("provider-p2", 1), draft("provider-p3", 1)])
    raw.set_state(positions[1], state)
    for read in (lambda: log.read(0, 10), lambda: list(log.everything()), lambda: log.stream("provider-p2")):
        _is_named(read, positions[1], "provider.registered", why)
    assert [recorded.stream for recorded in log.read(positions[1], 10)] == ["provider-p3"]
    assert len(log.stream("provider-p1")) == 1


def _is_named(read: Callable[[], Any], position: int, name: str, why: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read()
    fault = unreadable.value
    assert (fault.position, fault.stream, fault.version, fault.event_name) == (position, "provider-p2", 1, name)
    assert why in fault.why
    assert str(fault).startswith(f"The event at position {position} ({name}, number 1 of provider-p2) cannot be read: ")


def test_an_event_of_an_unknown_name_is_named_with_its_position(log: EventStore, raw: RawLog) -> None:
    positions = log.append([draft("provider-p1", 1), draft("provider-p2", 1)])
    raw.set_name(positions[1], "provider.sold")
    for read in (lambda: log.read(0, 10), lambda: log.stream("provider-p2")):
        _is_named(read, positions[1], "provider.sold", "no event of that name is known to this version")


def test_what_cannot_be_read_repeats_nothing_of_what_was_written(log: EventStore, raw: RawLog) -> None:
    (position,) = log.append([draft("provider-p1", 1)])
    raw.set_state(position, stored({**EMBRACE.model_dump(), "kind": "a secret"}))
    with pytest.raises(Unreadable) as unreadable:
        log.read(0, 1)
    assert "secret" not in str(unreadable.value)


@pytest.mark.parametrize("amount", ["5", 5.0, True, "5.00", -5])
def test_an_amount_that_is_not_a_whole_number_of_pence_is_never_read_as_one(
    log: EventStore, raw: RawLog, amount: object
) -> None:
    (position,) = log.append([draft("fund-f-2017-18", 1, ALLOCATION)])
    raw.set_state(position, stored({**ALLOCATION.model_dump(), "amount_pence": amount}))
    with pytest.raises(Unreadable, match=rf"at position {position} .*amount_pence"):
        log.read(0, 1)


@pytest.mark.parametrize("version", ["1", 1.0, True])
def test_a_number_is_never_read_from_anything_else(log: EventStore, raw: RawLog, version: object) -> None:
    (position,) = log.append([draft("report-a1.2017-18-h1", 1, ReportAccepted(version=1))])
    raw.set_state(position, stored({"version": version}))
    with pytest.raises(Unreadable, match=rf"at position {position} .*version: int_type"):
        log.read(0, 1)


def _old_registration(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """How a registration was written before there were kinds and numbers."""
    known = {"kind": "organisation", "charity_number": None, "company_number": None}
    return "provider.registered", {"title": fields["called"], **known}


def test_an_old_shape_is_read_as_its_successor(log: EventStore, raw: RawLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OLD_SHAPES, "provider.entered", _old_registration)
    (position,) = log.append([draft("provider-p1", 1)])
    raw.set_name(position, "provider.entered")
    raw.set_state(position, stored({"called": "Remedi"}))
    event = ProviderRegistered(title="Remedi", kind=Kind.ORGANISATION, charity_number=None, company_number=None)
    (recorded,) = log.read(0, 10)
    assert recorded == Recorded(position, "provider-p1", 1, event, OCTOBER, "tester", "act-1")
    assert log.stream("provider-p1")[0].event == event


@pytest.mark.parametrize("fields", [{}, {"called": 5}, [], None, "words"])
def test_an_old_shape_that_is_not_as_it_was_is_named(
    log: EventStore, raw: RawLog, monkeypatch: pytest.MonkeyPatch, fields: object
) -> None:
    monkeypatch.setitem(OLD_SHAPES, "provider.entered", _old_registration)
    (position,) = log.append([draft("provider-p2", 1)])
    raw.set_name(position, "provider.entered")
    raw.set_state(position, stored(fields))
    _is_named(lambda: log.read(0, 10), position, "provider.entered", "")


def test_each_log_has_an_identity_of_its_own(log: EventStore, database: str, tmp_path: Path) -> None:
    other = open_log(Database.of("memory:") if database == "memory:" else Database.of(str(tmp_path / "other.db")))
    assert log.identity
    assert log.identity != other.identity
    other.close()


@pytest.mark.parametrize("kind", LASTING, indirect=True)
def test_a_log_keeps_its_identity_and_its_events_when_it_is_opened_again(log: EventStore, database: str) -> None:
    log.append([draft("provider-p1", 1)])
    again = open_log(Database.of(database))
    assert again.identity == log.identity
    assert again.read(0, 10) == log.read(0, 10)
    again.append([draft("provider-p1", 2, SUSPENDED)])
    assert [recorded.event for recorded in log.stream("provider-p1")] == [EMBRACE, SUSPENDED]
    again.close()


@pytest.mark.parametrize("kind", LASTING, indirect=True)
def test_a_database_of_a_later_form_is_refused(log: EventStore, raw: RawLog, database: str) -> None:
    raw.run("UPDATE outturn_log SET format = 2")
    with pytest.raises(Unavailable, match=r"made by a later version of Outturn \(form 2; this version knows 1\)"):
        open_log(Database.of(database))


def test_a_file_that_is_not_a_database_is_refused_in_plain_words_and_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"Dear Commissioner, " * 200)
    with pytest.raises(Unavailable, match=r"The log in letter\.txt cannot be used: it is not an Outturn database"):
        open_log(Database.of(str(letter)))
    assert letter.read_bytes() == b"Dear Commissioner, " * 200


def test_a_place_that_cannot_hold_a_file_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "outturn.db"):
        with pytest.raises(Unavailable, match=r"cannot be used: it cannot be opened\. Check OUTTURN_DATABASE"):
            open_log(Database.of(str(place)))


def test_a_server_that_is_not_there_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"PostgreSQL database cannot be reached\. Check OUTTURN_DATABASE"):
        open_log(Database.of(f"postgresql://postgres@/office?host={tmp_path}"))


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_the_log_stands_beside_the_tables_of_others_whatever_the_search_path(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as server:
        server.execute("CREATE SCHEMA pcc")
        server.execute("CREATE TABLE public.balances (ours boolean)")
        address = Database.of(f"{database}&options=-csearch_path%3Dpcc")
        first, second = open_log(address), open_log(address)
        first.append([draft("provider-p1", 1)])
        assert second.head() == first.head() == 1
        assert second.identity == first.identity
        assert server.execute("SELECT identity FROM public.outturn_log").fetchall() == [(first.identity,)]
    first.close()
    second.close()


def test_a_write_of_many_thousand_events_is_all_there(log: EventStore) -> None:
    written = log.append([draft(f"provider-p{number}", 1) for number in range(5_000)])
    assert len(written) == 5_000
    assert log.head() == written[-1]
    assert [stored.id for stored in log.read_stored(0, 10_000)] == written


def test_an_event_in_a_stream_of_another_kind_is_named_and_not_passed_over(log: EventStore) -> None:
    log.append([draft("provider-p1", 1), draft("award-p1", 1)])
    with pytest.raises(Unreadable, match=r"position 2 .*stands in a stream of another kind"):
        log.read(0, 10)
