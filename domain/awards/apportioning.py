"""How what is unpaid of an award is apportioned between successors: each share by itself, and no penny is lost."""

from collections.abc import Sequence

from domain import money
from domain.awards.award import Award
from domain.awards.change_events import Apportioned, ApportionedShare


def apportioned(state: Award, parts: Sequence[tuple[str, int]]) -> tuple[Apportioned, ...]:
    """What passes to each successor, named with its parts of the whole, of an award whose amount is known."""
    weights = [weight for _successor, weight in parts]
    by_share = [(share, money.share_out(pence or 0, weights)) for share, pence in state.unpaid()]
    return tuple(
        Apportioned(
            successor=successor,
            share_parts=weight,
            unpaid_pence=sum(amounts[place] for _share, amounts in by_share),
            shares=tuple(
                ApportionedShare(
                    fund=share.fund, year=share.year, unpaid_pence=amounts[place], ring_fence=share.ring_fence
                )
                for share, amounts in by_share
            ),
        )
        for place, (successor, weight) in enumerate(parts)
    )
