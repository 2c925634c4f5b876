"""How an award's profile is made and changed, so that it always adds up: in all, and year by year."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from domain import money
from domain.awards.award import Award
from domain.awards.events import Share
from domain.awards.payment_events import ProfileLine, ProfileSet
from domain.errors import Refusal
from domain.kernel import Event
from domain.periods import Frequency, Period, financial_year


def by_year(amounts: Iterable[tuple[Share, int | None]]) -> dict[str, int]:
    """Amounts of shares, added up by financial year; what is not known adds nothing."""
    years: dict[str, int] = {}
    for share, pence in amounts:
        years[share.year] = years.get(share.year, 0) + (pence or 0)
    return years


def _period(line: ProfileLine) -> Period | None:
    """The period that a line is for; nothing for a line with a name of its own."""
    try:
        return Period.parse(line.line)
    except Refusal:
        return None


def _order(lines: Sequence[ProfileLine], year: str, day: date | None) -> list[int]:
    """In which order lines are changed: of the year and from the day on, of the year, the others; each the last first.

    Lines that are not all for periods have no years: then it is simply the last first.
    """
    periods = [_period(line) for line in lines]
    last_first = list(reversed(range(len(lines))))
    if None in periods:
        return last_first

    def place(index: int) -> int:
        period = periods[index]
        if period is None or {financial_year(period.start), financial_year(period.end)} != {year}:
            return 2
        return 0 if day is None or period.end >= day else 1

    return sorted(last_first, key=place)


def profile_after(state: Award, changes: Mapping[str, int], day: date | None = None) -> list[Event]:
    """The profile once the shares of each year are so much larger or smaller from a day on: it still adds up."""
    lines = list(state.payments.profile)
    if not lines:
        return []
    for year, change in changes.items():
        left = change
        for index in _order(lines, year, day):
            by = left if left > 0 else max(left, -lines[index].amount_pence)
            lines[index] = lines[index].model_copy(update={"amount_pence": lines[index].amount_pence + by})
            left -= by
            if not left:
                break
    return [] if tuple(lines) == state.payments.profile else [ProfileSet(lines=tuple(lines))]


def spread(days: Period, years: Mapping[str, int], by: Frequency) -> tuple[ProfileLine, ...]:
    """What each year's shares come to, spread over that year's months; a year without any day, over all of them."""
    periods = _periods(days, by, cut=len(years) > 1)
    amounts = dict.fromkeys(periods, 0)
    for year, pence in years.items():
        own = [period for period in periods if financial_year(period.start) == year] or periods
        months = [len(list(period.split(Frequency.MONTHLY))) for period in own]
        for period, amount in zip(own, money.share_out(pence, months), strict=True):
            amounts[period] += amount
    if set(years) <= {financial_year(period.start) for period in periods}:
        amounts = {period: pence for period, pence in amounts.items() if financial_year(period.start) in years}
    return tuple(ProfileLine(line=period.code, amount_pence=amount) for period, amount in amounts.items())


def _periods(days: Period, by: Frequency, *, cut: bool) -> list[Period]:
    """The periods of a frequency, which end with the financial year; once is one, or one for each year."""
    if by is not Frequency.ONCE or not cut:
        return list(days.split(by))
    found: dict[str, Period] = {}
    for month in days.split(Frequency.MONTHLY):
        year = financial_year(month.start)
        found[year] = Period(found[year].start if year in found else month.start, month.end)
    return list(found.values())
