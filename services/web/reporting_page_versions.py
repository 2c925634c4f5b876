"""What a report said, in every version: as tables to read, with its checks, and the file that it came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from starlette.responses import Response

from domain.errors import NotFound
from domain.kernel import Recorded
from domain.reports.checks import CHECKS, doubts
from domain.reports.events import (
    Figures,
    ReportAccepted,
    ReportCorrected,
    ReportSentBack,
    ReportSubmitted,
)
from domain.reports.form import Owed, form_of, owed_of
from domain.reports.measures import framework_named
from domain.tables import Column, Missing, Row, Table, cell
from projections.awards import AwardRow
from projections.reporting import Asked
from projections.views import Views
from services.api.files import MEDIA, headers_of
from services.documents import Documents
from services.provider_form import entries
from services.web.reporting_page import shown
from services.web.shapes import Entry

OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class Version:
    """One version of a report, and what became of it."""

    number: int
    recorded: Recorded
    framework: str
    content: Figures
    received_on: date
    corrected_because: str | None
    standing: str = "sent"
    """``sent``, ``sent back``, ``accepted`` or ``replaced``: what became of this version."""
    reasons: tuple[str, ...] = ()
    """Why it was sent back."""


def history_of(views: Views, award: str, period: str) -> list[Recorded]:
    """What happened to a report up to where the views stand, in order. One query of the log."""
    events = views.history.stream(f"report-{award}.{period}")
    return [recorded for recorded in events if recorded.position <= views.position]


def versions_of(history: Sequence[Recorded]) -> list[Version]:
    """Every version, the first one first."""
    found: list[Version] = []
    for recorded in history:
        match recorded.event:
            case ReportSubmitted(framework=framework, content=content, received_on=on):
                found.append(Version(1, recorded, framework, content, on, None))
            case ReportCorrected(framework=framework, content=content, received_on=on, reason=reason):
                if found and found[-1].standing != "sent back":
                    found[-1] = _became(found[-1], "replaced")
                found.append(Version(len(found) + 1, recorded, framework, content, on, reason))
            case ReportSentBack(reasons=reasons) if found:
                found[-1] = _became(found[-1], "sent back", reasons)
            case ReportAccepted() if found:
                found[-1] = _became(found[-1], "accepted")
    return found


def _became(version: Version, standing: str, reasons: tuple[str, ...] = ()) -> Version:
    return Version(
        version.number,
        version.recorded,
        version.framework,
        version.content,
        version.received_on,
        version.corrected_because,
        standing,
        reasons or version.reasons,
    )


def version_of(history: Sequence[Recorded], number: str) -> Version:
    """A version by its number in the address. Raises ``NotFound``."""
    found = versions_of(history)
    if not (number.isascii() and number.isdecimal() and len(number) < 6 and 0 < int(number) <= len(found)):
        raise NotFound("There is nothing of that name.")
    return found[int(number) - 1]


def timeline_of(history: Sequence[Recorded], people: Mapping[str, str] | None = None, after: int = 0) -> list[Entry]:
    """What happened to a report in words, the latest first; after its event of a number. People by their names."""
    found, number = [], 0
    for recorded in history:
        by = (people or {}).get(recorded.by, recorded.by)
        match recorded.event:
            case ReportSubmitted() | ReportCorrected() as brought:
                number += 1
                because = f" Because: {brought.reason}" if isinstance(brought, ReportCorrected) else ""
                words = f"{brought.content.words}.{because}"
                title = f"Version {number} came in" if number > 1 else "The report came in"
                found.append(Entry(title, recorded.at, by, words))
            case ReportSentBack(reasons=reasons):
                found.append(Entry("It was sent back", recorded.at, by, " ".join(reasons)))
            case ReportAccepted(version=version):
                found.append(Entry(f"Version {version} was accepted", recorded.at, by))
    # every event of a report is told by one line
    return found[max(0, after) :][::-1]


class Told(NamedTuple):
    """What a check asked, and what was said to it."""

    check: str
    odd: str
    said: str | None


def checks_of(asked: Asked, content: Figures) -> Table:
    """What looks odd in a report, each with its explanation."""
    said = {(each.check, each.about): each.words for each in content.explanations}
    found = [
        Told(CHECKS[odd.check], odd.words[:1].upper() + odd.words[1:], said.get((odd.check, odd.about)))
        for odd in doubts(asked.owed, content, asked.before, asked.budget_pence, asked.spent_before_pence)
    ]
    return Table(
        name="checks",
        title="What looks odd, and what was said to it",
        columns=(
            Column(key="odd", title="What looks odd"),
            Column(key="said", title="Explanation"),
            Column(key="check", title="Check"),
        ),
        rows=tuple((cell(t.odd), cell(t.said, missing=Missing.NOT_SUPPLIED), cell(t.check)) for t in found),
        names=("odd",),
    )


def tables_of(award: AwardRow, framework: str, content: Figures) -> list[Table]:
    """What a version says, a table to each section; what was asked for and is not there is not known."""
    return content_tables(owed_of(framework_named(framework), award.measures, award.outcomes), content)


def content_tables(owed: Owed, content: Figures) -> list[Table]:
    """As ``tables_of``, of what is owed."""
    said = entries(content)
    found = []
    for sheet in form_of(owed):
        rows: list[Row] = []
        for line in sheet.lines:
            entry = said.pop(line.key, None)
            if line.kind == "words" and entry is None:
                continue
            what = f"{line.heading}: {line.title}" if line.heading else line.title
            own = cell(None, missing=Missing.NOT_KNOWN) if entry is None else cell(shown(line, entry))
            rows.append((cell(what), cell(line.unit), own))
        found.append(_table(sheet.title, rows))
    more: list[Row] = [
        (cell(key), cell("as sent"), cell(str(getattr(entry, "words", entry)))) for key, entry in said.items()
    ]
    if content.narrative:
        more.append((cell("In the provider's words"), cell("words"), cell(content.narrative)))
    if more:
        found.append(_table("Said besides", more))
    return [table for table in found if table.rows]


def _table(title: str, rows: Sequence[Row]) -> Table:
    return Table(
        name="section-" + title.lower().replace(" ", "-"),
        title=title,
        columns=(
            Column(key="what", title="What"),
            Column(key="unit", title="Counted in"),
            Column(key="said", title="What was said"),
        ),
        rows=tuple(rows),
        names=("what",),
    )


def file_of(documents: Documents, version: Version) -> Response:
    """The file of a version byte for byte. It is never shown, only kept. Raises ``NotFound`` when there is none."""
    file = version.content.file
    if file is None:
        raise NotFound("This version was filled in on a page: there is no file.")
    ending = file.file_name.rpartition(".")[2].lower()
    headers = headers_of(file.file_name) | {"content-security-policy": "sandbox; default-src 'none'"}
    return Response(documents.read(file.sha256), headers=headers, media_type=MEDIA.get(ending, OCTETS))
