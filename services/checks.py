"""Proofs: every event can be read, the read models are a fold of the log, returns and documents are as they were."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from domain.awards.events import DocumentAttached
from domain.errors import OutturnError
from domain.kernel import Recorded
from domain.reports.events import ReportCorrected, ReportSubmitted
from domain.returns.events import ReturnSignedOff
from domain.returns.filled import FilledReturn
from projections.rows import METADATA
from services.documents import Documents
from services.event_store import EventStore, Unreadable, decode
from services.office import Office
from services.sealing import check_seal, last_seal

BATCH = 2_000


class Checked(NamedTuple):
    """What a reading of the whole log found."""

    read: int
    """How many events there are."""
    faults: list[str]
    """Each event that cannot be read, or stands in the wrong place, with its position."""


def check_log(log: EventStore, progress: Callable[[int, int], None]) -> Checked:
    """Reads every event, and goes on after one that cannot be read, so that all of them are named."""
    faults: list[str] = []
    versions: dict[str, int] = {}
    read, after, head = 0, 0, log.head()
    while stored := log.read_stored(after, BATCH):
        for each in stored:
            read += 1
            try:
                decode(each, each.id)
            except Unreadable as unreadable:
                faults.append(str(unreadable))
            stream, version = str(each.originator_id), each.originator_version
            before = versions.get(stream, 0)
            if version != before + 1:
                faults.append(
                    f"The event at position {each.id} is number {version} of {stream}, after number {before}."
                )
            versions[stream] = version
        after = stored[-1].id
        progress(after, head)
    return Checked(read, faults)


def check_read_models(office: Office) -> list[str]:
    """Each table that differs from a fold of the log made afresh."""
    with office.reading() as now, office.as_at(now.position) as afresh:
        return [
            f"The read model {table.name} differs from the log: rebuild it (outturn rebuild)."
            for table in METADATA.sorted_tables
            if set(map(repr, now.connection.execute(table.select())))
            != set(map(repr, afresh.connection.execute(table.select())))
        ]


def check_signatures(office: Office) -> list[str]:
    """Each signed return whose tables no longer have the digest that was signed."""
    differences = []
    for recorded in office.log.everything():
        event = recorded.event
        if isinstance(event, ReturnSignedOff):
            signed = FilledReturn(
                period=recorded.reference, template=event.template, position=event.position, tables=event.tables
            )
            if signed.sha256 != event.sha256:
                differences.append(f"The return signed at position {recorded.position} is not as it was signed.")
    return differences


def check_documents(office: Office, documents: Documents) -> tuple[int, list[str]]:
    """How many documents on record are on file as they were put there, and each that is not, with where it belongs.

    They are what was attached to awards, and the files that providers sent their reports in.
    """
    found: dict[str, str | None] = {}
    faults = []
    for recorded in office.log.everything():
        file = _file_of(recorded)
        if file is None:
            continue
        sha256, whose = file
        if sha256 not in found:
            try:
                documents.read(sha256)
                found[sha256] = None
            except OutturnError as wrong:
                found[sha256] = str(wrong)
        fault = found[sha256]
        if fault is not None:
            faults.append(f"{whose}: {fault}")
    return sum(fault is None for fault in found.values()), faults


def _file_of(recorded: Recorded) -> tuple[str, str] | None:
    """The digest of the file that an event names, and in words what it is and whose; nothing if it names none."""
    match recorded.event:
        case DocumentAttached() as attached:
            return attached.sha256, f"{attached.file_name} of award {recorded.reference}"
        case ReportSubmitted(content=content) | ReportCorrected(content=content) if content.file is not None:
            return content.file.sha256, f"{content.file.file_name} of report {recorded.reference}"
        case _:
            return None


class Sealed(NamedTuple):
    """What the seals of the log say."""

    position: int
    """Up to where it was sealed last; nought, if never."""
    faults: list[str]


def check_seals(log: EventStore, folder: Path) -> Sealed:
    """Whether anything before the last seal was changed, removed or cut off."""
    try:
        last = last_seal(log)
        return Sealed(last.position if last is not None else 0, check_seal(log, folder))
    except Unreadable:  # a seal itself: a reading of the log names it
        return Sealed(0, [])
