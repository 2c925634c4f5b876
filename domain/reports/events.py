"""What happens to an outcome report. Totals only: never a figure or a word about one person."""

from datetime import date
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from domain.kernel import Event, Reference, Value, Words
from domain.periods import PeriodCode
from domain.reports.measures import count_key
from domain.reports.quantity import Count, Quantity


class Figure(Value):
    """One count: of a measure, for everybody or for one category of one breakdown."""

    measure: Reference
    breakdown: Reference | None = None
    category: Reference | None = None
    quantity: Quantity
    cell: str | None = None
    """Where it stood in the provider's file: ``Demand!C4``."""

    @property
    def key(self) -> str:
        """``referrals``, or ``referrals:referral-source/self``."""
        return count_key(self.measure, self.breakdown, self.category)

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``referrals=120`` or ``referrals:crime-type/burglary=12``. Raises ``ValueError`` with the cure."""
        what, equals, said = words.partition("=")
        measure, _, split = what.strip().partition(":")
        breakdown, _, category = split.partition("/")
        if not equals or not measure or bool(split) != bool(category):
            raise ValueError("write a figure like: referrals=120, or referrals:crime-type/burglary=12")
        said = said.strip()
        return cls(measure=measure, breakdown=breakdown or None, category=category or None, quantity=Quantity.of(said))


class OutcomeFigure(Value):
    """Of the people eligible to be asked, how many answered, and how many of those improved. Never a percentage.

    ``None``: not supplied.
    """

    outcome: Reference
    improved: Count | None
    answered: Count | None
    eligible: Count | None
    cells: tuple[str | None, str | None, str | None] | None = None
    """Where the three stood in the provider's file."""

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``cope=10/12/20`` (improved, answered, eligible; ``-``: not supplied). Raises ``ValueError``."""
        outcome, _, said = words.partition("=")
        counts = [part.strip() for part in said.split("/")]
        if len(counts) != 3 or not all(count == "-" or count.isdecimal() for count in counts):
            raise ValueError("write an outcome as improved/answered/eligible, like: cope=10/12/20")
        improved, answered, eligible = (None if count == "-" else int(count) for count in counts)
        return cls(outcome=outcome.strip(), improved=improved, answered=answered, eligible=eligible)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        known = [count for count in (self.improved, self.answered, self.eligible) if count is not None]
        if known != sorted(known):
            raise ValueError(
                "an outcome cannot have more who improved than answered, nor more who answered than were eligible"
            )
        return self


class Text(Value):
    """Something a provider says in words, under one of the framework's headings."""

    narrative: Reference
    words: Words

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``risks=Two posts are vacant.``. Raises ``ValueError`` with the cure."""
        narrative, equals, said = words.partition("=")
        if not equals or not said.strip():
            raise ValueError("write what is said like: risks=Two posts are vacant.")
        return cls(narrative=narrative.strip(), words=said)


class Explanation(Value):
    """What a provider says to a figure that looks odd: which check asked, about what, and the answer."""

    check: Reference
    about: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The count's key, as in ``referrals``; or the outcome's code."""
    words: Words

    @classmethod
    def of(cls, words: str) -> Self:
        """Reads ``jump:referrals=A new contract began.``. Raises ``ValueError`` with the cure."""
        what, equals, said = words.partition("=")
        check, colon, about = what.strip().partition(":")
        if not equals or not colon or not said.strip():
            raise ValueError("write an explanation like: jump:referrals=A new contract began.")
        return cls(check=check, about=about, words=said)


class ReportFile(Value):
    """The file that a provider sent, kept outside the log under its digest."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    file_name: Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Figures(Value):
    """Everything one report counts."""

    figures: tuple[Figure, ...] = ()
    outcomes: tuple[OutcomeFigure, ...] = ()
    narrative: str | None = None
    made_up: bool = False
    """Whether the figures were made up for a demonstration. Shown wherever they are."""
    texts: tuple[Text, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    file: ReportFile | None = None
    """The file it was read from; each figure then knows its cell."""

    @property
    def words(self) -> str:
        """``12 figures and 2 outcomes``, and whether they are made up."""
        made_up = ", made up for demonstration" if self.made_up else ""
        figures, outcomes = len(self.figures), len(self.outcomes)
        return f"{figures} figure{'s' * (figures != 1)} and {outcomes} outcome{'s' * (outcomes != 1)}{made_up}"


class ReportSubmitted(Event, name="report.submitted"):
    """A provider reported on an award for a period."""

    award: Reference
    period: PeriodCode
    framework: Reference
    content: Figures
    received_on: date


class ReportSentBack(Event, name="report.sent-back"):
    """The contract manager asked for the report to be put right, and said why."""

    reasons: tuple[Words, ...]
    correct_by: date


class ReportCorrected(Event, name="report.corrected"):
    """The provider put the report right. The whole of it again; the earlier version stays in the log."""

    framework: Reference
    content: Figures
    received_on: date
    reason: Words


class ReportAccepted(Event, name="report.accepted"):
    """The contract manager is satisfied. From now on the return counts this version."""

    version: int
    """Which version was accepted, from 1."""
