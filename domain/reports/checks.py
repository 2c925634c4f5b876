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
    "over-budget": "More was spent, in the year to date, than the budget for the year.",
    "posts": "More posts are filled than are funded.",
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


def doubts(
    owed: Owed, content: Figures, before: Figures | None, budget_pence: int | None, spent_before_pence: int = 0
) -> Iterator[Doubt]:
    """Everything that looks odd. ``before``: the last period's report, of a period as long; ``budget_pence``: what the
    award has for the financial year, or ``None`` when that is not known; ``spent_before_pence``: what its earlier
    reports of that year say was spent, at the least."""
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
    yield from _over_budget(counts, budget_pence, spent_before_pence)
    yield from _more_filled_than_funded(counts)


def unexplained(found: Iterator[Doubt], explanations: tuple[Explanation, ...]) -> list[Doubt]:
    """The doubts that the provider said nothing to."""
    said = {(explanation.check, explanation.about) for explanation in explanations}
    return [doubt for doubt in found if (doubt.check, doubt.about) not in said]


def _lower(title: str) -> str:
    """A title within a sentence: its first letter small."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _shown(measure: Measure, quantity: Quantity) -> str:
    """A figure as people write it; one that is only bounded with its bounds."""
    if measure.unit not in (Unit.PENCE, Unit.POSTS):
        return quantity.words
    low, high = quantity.at_least, quantity.at_most
    if quantity.exact:
        return _number(measure.unit, low)
    if high is None:
        return f"more than {_number(measure.unit, low - 1)}" if low else quantity.words
    least = f"{_number(measure.unit, low)} to" if low else "at most"
    return f"{least} {_number(measure.unit, high)}"


def _number(unit: Unit, count: int) -> str:
    return money.pounds(count) if unit is Unit.PENCE else f"{count / 100:,g}"


def _jump(measure: Measure, now: Quantity, before: Figures) -> Iterator[Doubt]:
    then = next((f.quantity for f in before.figures if f.key == measure.measure), None)
    if then is None:
        return
    enough = TOO_LITTLE_TO_JUMP.get(measure.unit, TOO_FEW_TO_JUMP)
    if not (_is_far_above(now, then, enough) or _is_far_below(now, then, enough)):
        return
    words = f"{_lower(measure.title)}: {_shown(measure, then)} last time, {_shown(measure, now)} now"
    yield Doubt("jump", measure.measure, words)


def _is_far_above(now: Quantity, then: Quantity, enough: int) -> bool:
    """Whether it is more than half above, whatever the two are within their bounds."""
    most = then.at_most
    return most is not None and now.at_least >= enough and now.at_least * 100 > most * (100 + JUMP_PER_CENT)


def _is_far_below(now: Quantity, then: Quantity, enough: int) -> bool:
    """Whether it is more than half below, whatever the two are within their bounds."""
    most = now.at_most
    return most is not None and then.at_least >= enough and most * 100 < then.at_least * (100 - JUMP_PER_CENT)


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


def _over_budget(counts: Mapping[str, Quantity], budget_pence: int | None, before_pence: int) -> Iterator[Doubt]:
    """What was spent in the year so far, and what is forecast for the whole of it, beside the budget for the year."""
    if budget_pence is None:
        return
    budget = f"and the budget for the year is {money.pounds(budget_pence)}"
    spent, forecast = (counts[key].at_least if key in counts else 0 for key in ("spend", "forecast"))
    if spent and before_pence and spent + before_pence > budget_pence:
        so_far = f"{money.pounds(spent + before_pence)} is spent in the year to date"
        yield Doubt(
            "over-budget", "spend", f"{so_far}, {money.pounds(before_pence)} of it before this period, {budget}"
        )
    elif spent > budget_pence:
        yield Doubt("over-budget", "spend", f"{money.pounds(spent)} is spent, {budget}")
    if forecast > budget_pence:
        yield Doubt("over-budget", "forecast", f"{money.pounds(forecast)} is forecast, {budget}")


def _more_filled_than_funded(counts: Mapping[str, Quantity]) -> Iterator[Doubt]:
    funded, filled = counts.get("posts-funded"), counts.get("posts-filled")
    if funded is None or filled is None or funded.at_most is None or filled.at_least <= funded.at_most:
        return
    words = f"{_number(Unit.POSTS, filled.at_least)} posts are filled, and only {_number(Unit.POSTS, funded.at_most)}"
    yield Doubt("posts", "posts-filled", f"{words} are funded")
