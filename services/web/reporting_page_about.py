"""What every page of a provider's report stands on: what is asked, what is kept, what was sent back, when it is due."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from starlette.requests import Request

from domain.errors import NotFound, Refusal
from domain.periods import Period
from projections.monitoring import DueItem
from projections.reporting import Asked, what_is_asked
from projections.reports import ReportRow
from services.asking import Sees, views_for
from services.channels.channel import is_one_line
from services.front_desk import FrontDesk, SignedIn, signed_in, the_desk
from services.office import reaches
from services.web.reporting_page import (
    Read,
    Section,
    Whole,
    by_section,
    explained_before,
    prefilled,
    read_section,
    read_whole,
    sections_of,
)
from services.web.reporting_page_draft import EXPLAINED, Draft, draft_of
from services.web.reporting_page_gathered import gathered

UNKNOWN = "There is nothing of that name."
"""The same words whether there is nothing, or nothing within reach."""


def reached(who: SignedIn, award: str, period: str) -> Period:
    """The period, if the award is within reach. Raises ``NotFound``."""
    if not (is_one_line(award) and is_one_line(period) and reaches(who.actor, award)):
        raise NotFound(UNKNOWN)
    try:
        return Period.parse(period)
    except Refusal:
        raise NotFound(UNKNOWN) from None


class Step:
    """One section in the list of what is to be done."""

    def __init__(self, section: Section, read: Read, standing: str, reasons: list[str]) -> None:
        self.section, self.read, self.standing, self.reasons = section, read, standing, reasons


@dataclass(frozen=True)
class About:
    """One award's report for one period, as its provider's people see it."""

    desk: FrontDesk
    who: SignedIn
    asked: Asked
    due: DueItem | None
    report: ReportRow | None
    today: date
    draft: Draft

    @property
    def award(self) -> str:
        """The award's reference."""
        return self.asked.award

    @property
    def period(self) -> str:
        """The period's code."""
        return self.asked.period.code

    @property
    def address(self) -> str:
        """Of the page with the list of sections."""
        return f"/owed/{self.award}/{self.period}"

    @property
    def is_owed(self) -> bool:
        """Whether the office waits for it."""
        return self.due is not None and self.due.standing in ("owed", "missed")

    @property
    def is_over(self) -> bool:
        """Whether the period has come to its end, so that it can be reported on."""
        return self.asked.period.end <= self.today

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections of the form."""
        return sections_of(self.asked)

    @cached_property
    def said(self) -> dict[str, dict[str, str]]:
        """What is kept of each section; what is reported already, where nothing is kept."""
        return prefilled(self.asked) | {
            slug: said for slug, said in self.draft.parts.items() if slug != EXPLAINED and slug in self._slugs
        }

    @property
    def _slugs(self) -> set[str]:
        return {section.slug for section in self.sections}

    @cached_property
    def why(self) -> dict[str, str]:
        """What is said to what looks odd, by the line beside which it is said."""
        kept = self.draft.parts.get(EXPLAINED)
        return explained_before(self.asked) if kept is None else kept

    @cached_property
    def whole(self) -> Whole:
        """What it all comes to."""
        return read_whole(self.asked, self.said, self.why)

    @cached_property
    def reasons(self) -> dict[str, list[str]]:
        """Why it was sent back, while it is: by the title of a section, others under an empty one."""
        if self.report is None or self.report.status != "sent-back":
            return {}
        return by_section(self.report.reasons, [section.title for section in self.sections])

    @property
    def has_something(self) -> bool:
        """Whether anything is kept that was not sent."""
        return bool(self.draft.parts)

    def section(self, slug: str) -> Section:
        """A section by its name in the address. Raises ``NotFound``."""
        for section in self.sections:
            if section.slug == slug:
                return section
        raise NotFound(UNKNOWN)

    @property
    def steps(self) -> list[Step]:
        """The sections with how each stands."""
        found = []
        for section in self.sections:
            read, reasons = read_section(section, self.said.get(section.slug, {})), self.reasons.get(section.title, [])
            if section.slug in self.draft.parts:
                standing = read.standing
            elif reasons:
                standing = "sent back"
            elif self.report is not None:
                standing = "as sent"
            else:
                standing = "optional" if all(line.kind == "words" for line in section.lines) else "not started"
            found.append(Step(section, read, standing, reasons))
        return found


def about_of(request: Request) -> About:
    """The report that an address names. Raises ``NotFound``, in the same words for what is out of reach."""
    desk, who = the_desk(request), signed_in(request)
    award = str(request.path_params["award"])
    period = reached(who, award, str(request.path_params["period"]))
    with views_for(desk.office, who.actor, Sees.WHOLE) as views:
        known = gathered(views, award, period)
        report = known.report_of(period)
        if known.due is None and report is None:
            raise NotFound(UNKNOWN)
        asked = what_is_asked(known, award, period)
        today = views.today
    return About(desk, who, asked, known.due, report, today, draft_of(desk, award, period.code))
