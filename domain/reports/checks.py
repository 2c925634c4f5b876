"""What looks odd in a report. It may well be right: so it is not refused, an explanation is asked for.

Pure functions of the report, of the one before it, and of the budget. The threshold for a jump is half of the last
period's figure, as the office's own practice has it; smaller figures than ten jump too easily to be asked about.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from domain import money
from domain.reports.events import Explanation, Figures
from domain.reports.form import Owed
from domain.reports.measures import Breakdown, Measure, Unit, count_key
from domain.reports.quantity import Quantity, total

JUMP_PER_CENT = 50
"""How far a figure may be from the last period's before it is asked about."""
TOO_FEW_TO_JUMP = 10
"""Where both figures are below it, nothing is asked: from 2 to 4 is no jump."""
TOO_LITTLE_TO_JUMP = {Unit.PENCE: 100_00, Unit.POSTS: 100}
"""The same for money, in pence, and for posts, in hundredths."""

CHECKS = {
    "jump": "A figure differs by more than half from the last period's.",
    "sub-totals": "The categories of a breakdown do not add up to the whole.",
    "asked": "More people are counted in an outcome than were supported.",
    "over-budget": "More was spent than the budget.",
}
"""Every check, in words."""


class Doubt(NamedTuple):
    """Something that looks odd."""

    check: str
    """Which of ``CHECKS``."""
    about: str
    """The count's key, or the outcome's code."""
    words: str
    """What is odd, without its address, as a clause: ``referrals were 12 last time and are 40 now``."""


def doubts(owed: Owed, content: Figures, before: Figures | None, budget_pence: int | None) -> Iterator[Doubt]:
    """Everything that looks odd. ``before``: the last period's report, of a period as long; ``budget_pence``: what the
    award has for the financial year, or ``None`` when that is not known."""
    counts = {figure.key: figure.quantity for figure in content.figures}
    for measure in owed.measures:
        whole = counts.get(measure.measure)
        if whole is not None and before is not None:
            yield from _jump(measure, whole, before)
        for code in measure.by:
            breakdown = owed.framework.breakdown(code)
            if breakdown is not None and breakdown.exclusive and whole is not None:
                yield from _sub_totals(measure, breakdown, whole, counts)
    yield from _more_than_supported(content, counts)
    yield from _over_budget(counts, budget_pence)


def unexplained(found: Iterator[Doubt], explanations: tuple[Explanation, ...]) -> list[Doubt]:
    """The doubts that the provider said nothing to."""
    said = {(explanation.check, explanation.about) for explanation in explanations}
    return [doubt for doubt in found if (doubt.check, doubt.about) not in said]


def _lower(title: str) -> str:
    """A title within a sentence: its first letter small."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _shown(measure: Measure, quantity: Quantity) -> str:
    match measure.unit:
        case Unit.PENCE if quantity.exact:
            return money.pounds(quantity.at_least)
        case Unit.POSTS if quantity.exact:
            return f"{quantity.at_least / 100:g}"
        case _:
            return quantity.words


def _jump(measure: Measure, now: Quantity, before: Figures) -> Iterator[Doubt]:
    then = next((f.quantity for f in before.figures if f.key == measure.measure), None)
    if then is None or not then.exact or not now.exact:
        return
    old, new = then.at_least, now.at_least
    too_little = TOO_LITTLE_TO_JUMP.get(measure.unit, TOO_FEW_TO_JUMP)
    if max(old, new) < too_little or abs(new - old) * 100 <= old * JUMP_PER_CENT:
        return
    words = f"{_lower(measure.title)}: {_shown(measure, then)} last time, {_shown(measure, now)} now"
    yield Doubt("jump", measure.measure, words)


def _sub_totals(
    measure: Measure, breakdown: Breakdown, whole: Quantity, counts: Mapping[str, Quantity]
) -> Iterator[Doubt]:
    keys = [count_key(measure.measure, breakdown.breakdown, category) for category in breakdown.categories]
    supplied = [counts[key] for key in keys if key in counts]
    if not supplied:
        return
    parts = total(supplied)
    too_many = whole.at_most is not None and parts.at_least > whole.at_most
    complete = len(supplied) == len(keys)
    too_few = complete and parts.at_most is not None and parts.at_most < whole.at_least
    if too_many or too_few:
        words = (
            f"{_lower(measure.title)} by {_lower(breakdown.title)} add up to {_shown(measure, parts)}, "
            f"and the whole is {_shown(measure, whole)}"
        )
        yield Doubt("sub-totals", f"{measure.measure}:{breakdown.breakdown}", words)


def _more_than_supported(content: Figures, counts: Mapping[str, Quantity]) -> Iterator[Doubt]:
    """Nobody can have an outcome who was not supported: new in the period, or continuing from the one before."""
    accepted, continuing = counts.get("accepted"), counts.get("continuing")
    if accepted is None or continuing is None:
        return
    supported = total((accepted, continuing)).at_most
    for figure in content.outcomes:
        eligible = figure.eligible or figure.answered or figure.improved
        if supported is not None and eligible is not None and eligible > supported:
            words = f"{eligible:,} people could be asked, and only {supported:,} were supported in the period"
            yield Doubt("asked", figure.outcome, words)


def _over_budget(counts: Mapping[str, Quantity], budget_pence: int | None) -> Iterator[Doubt]:
    if budget_pence is None:
        return
    for key, what in (("spend", "spent"), ("forecast", "forecast")):
        said = counts.get(key)
        if said is not None and said.at_least > budget_pence:
            words = (
                f"{money.pounds(said.at_least)} is {what}, and the budget for the year is {money.pounds(budget_pence)}"
            )
            yield Doubt("over-budget", key, words)
