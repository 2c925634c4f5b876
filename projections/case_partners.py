"""The other money of one award in its case file: the pool, what partners and match funders promised, second tiers."""

from collections.abc import Iterator, Sequence

from domain import money
from domain.tables import Column, Missing, Table, cell
from projections.awards import ShareRow
from projections.case_parts import FACTS, Case, stated, table_of
from projections.partners import ContributionRow, PoolRow, SecondTierRow


def partners_of(case: Case) -> Iterator[Table]:
    pool = case.rows.one(PoolRow)
    contributions = case.rows.of(ContributionRow)
    if pool is not None:
        share = money.add(s.amount_pence for s in case.rows.of(ShareRow))
        table = table_of(
            "pool",
            "Pooled budget",
            FACTS,
            iter(
                [
                    ("Held by", pool.host),
                    ("The whole pool", "not stated" if pool.whole_pence is None else money.pounds(pool.whole_pence)),
                    ("The office's share", money.pounds(share)),
                ]
            ),
        )
        yield table.model_copy(update={"notes": tuple(_beyond_the_whole(pool, share, contributions))})
    yield Table(
        name="contributions",
        title="Partners and match funding",
        columns=(
            Column(key="partner", title="Partner"),
            Column(key="kind", title="Kind"),
            Column(key="promised_pence", title="Promised", kind="pence"),
            Column(key="received_pence", title="Receipts recorded", kind="pence"),
            Column(key="standing", title="Standing"),
            Column(key="withdrew_on", title="Withdrew", kind="date"),
            Column(key="what_happens", title="What happens then"),
        ),
        rows=tuple(
            (
                cell(c.partner),
                cell("match funding" if c.match else "pool"),
                stated(c.promised_pence),
                cell(c.received_pence),
                cell(c.standing),
                cell(c.withdrew_on, missing=Missing.NOT_APPLICABLE),
                cell(c.what_happens, missing=Missing.NOT_APPLICABLE),
            )
            for c in contributions
        ),
        notes=tuple(_beyond_the_promise(contributions)),
    )
    yield Table(
        name="second-tier",
        title="Second tier",
        columns=(
            Column(key="provider", title="Provider"),
            Column(key="service", title="Service"),
            Column(key="amount_pence", title="Amount", kind="pence"),
            Column(key="starts_on", title="Starts", kind="date"),
            Column(key="ends_on", title="Ends", kind="date"),
        ),
        rows=tuple(
            (
                cell(case.title_of(t.provider, "to be procured")),
                cell(t.service),
                stated(t.amount_pence),
                cell(t.starts_on),
                cell(t.ends_on),
            )
            for t in case.rows.of(SecondTierRow)
        ),
    )


def _beyond_the_promise(contributions: Sequence[ContributionRow]) -> Iterator[str]:
    """A remark for each body that paid more than it promised."""
    for each in contributions:
        if each.promised_pence is not None and each.received_pence > each.promised_pence:
            more = money.pounds(each.received_pence - each.promised_pence)
            yield f"{each.partner} paid {more} more than the {money.pounds(each.promised_pence)} it promised."


def _beyond_the_whole(pool: PoolRow, share: int | None, contributions: Sequence[ContributionRow]) -> Iterator[str]:
    """A remark when the parts of a pool, as far as they are stated, come to more than the whole."""
    parts = [each.promised_pence or 0 for each in contributions if not each.match and not each.withdrawn]
    together = sum(parts) + (share or 0)
    if pool.whole_pence is not None and together > pool.whole_pence:
        yield (
            f"The parts of the pool come to {money.pounds(together)}, which is "
            f"{money.pounds(together - pool.whole_pence)} more than the whole."
        )
