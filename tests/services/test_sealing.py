"""The seal: what is changed, removed or cut off before it is found, on every database."""

from pathlib import Path

import pytest

from domain.seals.commands import SealLog
from services.checks import check_log, check_seals
from services.office import Office
from services.sealing import check_seal, copies, last_seal, order_to_seal, seal, stretch
from tests.contracts.an_office import begin, earmark, go_on
from tests.contracts.raw_log import RawLog
from tests.scenes import do
from tests.story import EVERYBODY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where copies of seals are kept."""
    return tmp_path / "documents"


@pytest.fixture
def raw(database: str, office: Office) -> RawLog:
    """What is stored."""
    return RawLog(database, office.log)


@pytest.fixture
def sealed(office: Office, folder: Path) -> Office:
    """An office whose log was sealed twice."""
    begin(office)
    assert seal(office, EVERYBODY, folder) is not None
    go_on(office)
    assert seal(office, EVERYBODY, folder) is not None
    return office


def remove(raw: RawLog, position: int) -> None:
    """Takes one event out of the middle."""
    if raw._database == "memory:":
        recorder = raw._memory()
        del recorder._stored_events[position - 1]
    else:
        raw._run("DELETE FROM stored_events WHERE {position} = {}", position)


def test_an_empty_log_is_not_sealed(office: Office, folder: Path) -> None:
    assert order_to_seal(office.log) is None
    assert seal(office, EVERYBODY, folder) is None
    assert check_seal(office.log, folder) == []


def test_a_log_that_is_as_it_was_has_no_faults(sealed: Office, folder: Path) -> None:
    assert check_seal(sealed.log, folder) == []
    assert check_seal(sealed.log) == []


def test_sealing_a_log_to_which_nothing_was_added_changes_nothing(sealed: Office, folder: Path) -> None:
    head = sealed.log.head()
    assert seal(sealed, EVERYBODY, folder) is None
    assert sealed.log.head() == head
    assert len(copies(folder)) == 2


def test_what_comes_after_the_seal_is_no_fault(sealed: Office, folder: Path) -> None:
    do(sealed, earmark(50))
    assert check_seal(sealed.log, folder) == []


def test_a_seal_counts_every_event_and_goes_on_from_the_one_before(sealed: Office) -> None:
    last = last_seal(sealed.log)
    assert last is not None
    assert last.events == last.position == sealed.log.head() - 1
    (first, _second) = sealed.log.stream("seal-log")
    again = stretch(sealed.log, first.event, last.position)  # type: ignore[arg-type]
    assert (again.events, again.sha256) == (last.events, last.sha256)


@pytest.mark.parametrize("position", [1, 3, 5])
def test_an_event_that_was_changed_before_the_first_seal_is_found(
    sealed: Office, raw: RawLog, folder: Path, position: int
) -> None:
    raw.set_state(position, raw.state(position).replace(b'"by":"tester"', b'"by":"nobody"'))
    (fault,) = check_seal(sealed.log, folder)
    assert "is not as it was when the log was sealed" in fault
    assert "between the positions 1 and " in fault


def test_an_event_that_was_changed_between_two_seals_is_told_by_its_stretch(
    sealed: Office, raw: RawLog, folder: Path
) -> None:
    seals = sealed.log.stream("seal-log")
    position = seals[0].event.position + 2  # type: ignore[attr-defined]
    raw.set_state(position, raw.state(position) + b" ")
    (fault,) = check_seal(sealed.log, folder)
    assert f"between the positions {position - 1} and " in fault


def test_a_changed_name_is_found(sealed: Office, raw: RawLog, folder: Path) -> None:
    raw.set_name(1, "fund.closed")
    assert len(check_seal(sealed.log, folder)) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_an_event_that_was_taken_out_is_counted(sealed: Office, raw: RawLog, folder: Path) -> None:
    remove(raw, 3)
    (fault,) = check_seal(sealed.log, folder)
    assert fault.startswith("1 event is missing between the positions 1 and ")


def test_a_log_that_lost_events_and_its_last_seal_is_found_by_the_copy(
    sealed: Office, raw: RawLog, folder: Path, database: str
) -> None:
    last = last_seal(sealed.log)
    assert last is not None
    raw.forget_after(last.position - 2)
    assert check_seal(sealed.log) == []  # what is left is whole, and knows no better
    (fault,) = check_seal(sealed.log, folder)
    assert fault == (
        f"The end of the log was cut off: a seal up to position {last.position} is no longer in it. "
        f"The log ends at position {last.position - 2}."
    )


def test_a_log_of_which_only_the_last_seal_was_cut_off_is_found_too(sealed: Office, raw: RawLog, folder: Path) -> None:
    last = last_seal(sealed.log)
    assert last is not None
    raw.forget_after(last.position)
    (fault,) = check_seal(sealed.log, folder)
    assert fault == f"The end of the log was cut off: a seal up to position {last.position} is no longer in it."


def test_another_log_in_the_place_of_a_sealed_one_is_found_by_the_copy(
    sealed: Office, raw: RawLog, folder: Path
) -> None:
    raw.forget_after(0)
    again = Office(sealed.log, sealed.read_models)  # a process that remembers nothing
    begin(again)
    for award in ("b1", "b2", "b3", "b4", "b5"):
        go_on(again, award)
    (fault,) = check_seal(sealed.log, folder)
    assert "seal up to position" in fault


def test_a_copy_that_was_not_kept_is_kept_with_the_next_run(sealed: Office, folder: Path) -> None:
    (folder / "seals.txt").write_text("12 12 cut")
    seal(sealed, EVERYBODY, folder)
    (kept,) = copies(folder)
    assert kept == last_seal(sealed.log)


def test_the_log_is_sealed_forward_only(sealed: Office) -> None:
    last = last_seal(sealed.log)
    assert last is not None
    again = SealLog(position=last.position, events=last.events, sha256=last.sha256)
    assert sealed.do(again, EVERYBODY) == []


def test_a_seal_that_cannot_be_read_is_left_to_the_reading_of_the_log(
    sealed: Office, raw: RawLog, folder: Path
) -> None:
    position = sealed.log.head()
    raw.set_state(position, b"{}")
    assert check_seals(sealed.log, folder).faults == []
    (fault,) = check_log(sealed.log, lambda _done, _whole: None).faults
    assert f"at position {position} (seal.set" in fault
