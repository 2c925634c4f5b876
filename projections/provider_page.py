"""Everything about one provider on one page: what it was awarded and paid, what it reported, and what it owes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, cast, func, select, union_all

from domain.errors import NotFound
from domain.periods import day_in_words
from domain.tables import Column, Missing, Table, cell
from projections import lists
from projections.award_register import AwardFilter, awards_page
from projections.awards import AwardRow, ShareRow
from projections.due_register import DueFilter, due_page
from projections.families import family, head_of
from projections.paging import Page
from projections.payments import PaymentRow
from projections.providers import ProviderRow
from projections.views import Views


@dataclass(frozen=True)
class ProviderPage:
    """One provider, with all that are joined to it."""

    provider: str
    """The code under which its sums stand, as far as whoever asks may see it."""
    codes: tuple[str, ...]
    facts: Table
    years: Table
    """What it was awarded and paid, by financial year."""
    awards: Page
    owed: Page
    reports: Page
    """The latest first."""


def provider_page(views: Views, provider: str, limit: int = lists.FEW) -> ProviderPage:
    """One provider's page: six queries, however much there is. Raises ``NotFound``.

    Awards count under the provider that holds them now; what was paid, under the one that held the award on that day.
    """
    kin = family(views, provider)
    own = next((row for row in kin if row.provider == provider), None)
    if own is None:
        raise NotFound(f"There is no provider {provider}.")
    head = head_of(kin) or own
    codes = tuple(row.provider for row in kin)
    of_theirs = AwardRow.table.c.provider.in_(codes)
    return ProviderPage(
        provider=head.provider,
        codes=codes,
        facts=_facts(head, kin),
        years=_years(views, codes),
        awards=awards_page(views, AwardFilter(), codes, limit=limit),
        owed=due_page(views, DueFilter(standing="open"), codes, limit, None),
        reports=lists.reports_sent(views, [of_theirs]),
    )


def _facts(head: ProviderRow, kin: list[ProviderRow]) -> Table:
    also = [row.title for row in kin if row is not head]
    names = [title + (f", since {_in_words(since)}" if since else "") for since, title in head.names or []]
    said = [
        ("Provider", head.title),
        ("Reference", head.provider),
        ("Kind", head.kind),
        ("Status", head.status),
        ("Charity number", head.charity_number),
        ("Company number", head.company_number),
        ("Its names", "; ".join(names) or None),
        ("Joined to it", "; ".join(dict.fromkeys(also)) or None),
    ]
    return Table(
        name="facts",
        title=head.title,
        columns=(Column(key="what", title="Particular"), Column(key="said", title="As recorded")),
        rows=tuple((cell(what), cell(value)) for what, value in said if value is not None),
        names=("what",),
    )


def _in_words(day: str) -> str:
    return day_in_words(date.fromisoformat(day))


def _years(views: Views, codes: tuple[str, ...]) -> Table:
    """What was awarded and paid, by year. One query."""
    shares, awards, payments = ShareRow.table.c, AwardRow.table.c, PaymentRow.table.c
    nought = cast(0, BigInteger)
    awarded = select(
        shares.year.label("year"),
        func.count(shares.award.distinct()).label("awards"),
        cast(func.coalesce(func.sum(shares.amount_pence), 0), BigInteger).label("amount"),
        func.count(shares.amount_pence).label("known"),
        func.count().label("shares"),
        nought.label("paid"),
    )
    awarded = awarded.select_from(ShareRow.table.join(AwardRow.table, awards.award == shares.award))
    awarded = awarded.where(*views.within(ShareRow), awards.provider.in_(codes)).group_by(shares.year)
    paid = cast(func.sum(payments.amount_pence - payments.clawed_back_pence), BigInteger)
    made = select(payments.year, nought, nought, nought, nought, paid)
    made = made.where(*views.within(PaymentRow), payments.provider.in_(codes), payments.status == "paid")
    by_year: dict[str, list[int]] = {}
    for year, *figures in views.connection.execute(union_all(awarded, made.group_by(payments.year))):
        before = by_year.get(year, [0] * len(figures))
        by_year[year] = [old + int(new) for old, new in zip(before, figures, strict=True)]
    return Table(
        name="years",
        title="Awarded and paid by year",
        columns=(
            Column(key="year", title="Year"),
            Column(key="awards", title="Awards", kind="count"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="not_known", title="Not known", kind="count"),
            Column(key="paid_pence", title="Paid", kind="pence"),
        ),
        rows=tuple(
            (
                *(cell(year), cell(number)),
                cell(amount if known or not all_shares else None, missing=Missing.NOT_KNOWN),
                *(cell(all_shares - known), cell(pence)),
            )
            for year, (number, amount, known, all_shares, pence) in sorted(by_year.items())
        ),
        notes=("Amounts that are not known are counted beside, and are in no sum.",),
        names=("year",),
    )
