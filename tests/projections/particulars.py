"""What orders at random are made of: a few funds, awards, amounts and days, so that they meet each other."""

from datetime import date

from hypothesis import strategies as some

from domain.monitoring.commands import REPORT_SCHEDULE
from tests.scenes import YEAR, share

NEXT_YEAR = "2018-19"
RING_FENCE = "r1"
REASON = "As agreed"

funds = some.sampled_from(["f1", "f2"])
awards = some.sampled_from(["a1", "a2", "a3"])
pounds = some.integers(1, 60)
pence = pounds.map(lambda amount: amount * 100)
days = some.dates(date(2017, 4, 1), date(2017, 10, 16))
from_a_day = some.none() | days
quarters = some.sampled_from(["2017-18-q1", "2017-18-q2"])
ring_fences = some.sampled_from([None, None, RING_FENCE])

shares = some.lists(
    some.builds(
        lambda amount, fund, inferred, ring_fence: share(amount, fund, inferred=inferred).model_copy(
            update={"ring_fence": ring_fence}
        ),
        some.none() | pounds,
        funds,
        some.none() | pounds,
        ring_fences,
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda each: (each.fund, each.ring_fence),
)
of_an_award = {"award": awards}
of_a_share = {"award": awards, "fund": funds, "year": some.just(YEAR), "ring_fence": ring_fences}
of_a_fund = {"fund": funds, "year": some.just(YEAR)}
of_an_obligation = {"award": awards, "schedule": some.just(REPORT_SCHEDULE), "period": quarters}
of_a_milestone = {"award": awards, "milestone": some.sampled_from(["m1", "m2"])}
of_a_payment = {"award": awards, "payment": some.sampled_from(["p1", "p2", "p3"])}
of_a_condition = {"award": awards, "condition": some.sampled_from(["c1", "c2"])}
reason = {"reason": some.just(REASON)}
half_years = {"period": some.just("2017-18-h1")}
