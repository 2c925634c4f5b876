"""An office with something in it, and what it says of it."""

from domain.funds.commands import HoldEarmark
from domain.funds.events import EarmarkKind
from projections.budgets import BalanceRow
from services.office import Office
from tests.scenes import FUND, PROVIDER, YEAR, accepted, awarded, do, fund_with, reporting


def begin(office: Office) -> None:
    """A fund, two awards and a report."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *awarded("a2", 200))
    do(office, reporting("a1"), *accepted("a1", "2017-18-h1", referrals=12, cope=(1, 2, 3)))


def go_on(office: Office, award: str = "a3") -> None:
    """One award more."""
    do(office, *awarded(award, 100))


def committed(office: Office) -> int:
    """Of the fund, in pounds, as served."""
    with office.reading() as views:
        return views.rows(BalanceRow)[0].committed // 100


def earmark(pounds: int, reference: str | None = None) -> HoldEarmark:
    """Some money kept aside."""
    return HoldEarmark(
        fund=FUND,
        year=YEAR,
        earmark=reference or f"e{pounds}",
        title="Reserve",
        kind=EarmarkKind.RESERVE,
        amount_pence=pounds * 100,
    )


def names(office: Office) -> list[str]:
    """The names of all events, in order."""
    return [recorded.event.name for recorded in office.log.everything()]


def left(office: Office, fund: str = FUND) -> int | None:
    """What is left of a fund, in pounds."""
    with office.reading() as views:
        (row,) = views.rows(BalanceRow, BalanceRow.table.c.fund == fund)
    return None if row.left_pence is None else row.left_pence // 100
