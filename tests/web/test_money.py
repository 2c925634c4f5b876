"""The pages about money: budgets, one fund, the events behind a figure, and the lists."""

import pytest

from domain.kernel import Role
from services.web.routes import money, money_lists
from tests.web.conftest import Demonstrated, SignInAs, queries_counted
from tests.web.strict import parse_strictly, text

PATHS = (
    "/money",
    "/money?year=2013-14",
    "/money?as-at=2017-09-30",
    "/money/moj-victims/2017-18",
    "/money/crime-and-disorder-reduction/2017-18",
    "/money/moj-capability/2013-14?as-at=2017-09-30",
    "/money/moj-victims/2017-18/explain/committed_pence",
    "/money/moj-victims/2017-18/explain/left_pence",
    "/money/moj-victims/2017-18/explain/awards",
    "/money/moj-victims/2017-18/explain/forecast_pence",
    "/money/underspend",
    "/money/underspend?as-at=2018-01-31",
    "/money/ring-fences",
    "/money/bids",
    "/money/payments",
    "/money/payments?standing=held",
    "/money/payments?as-at=2017-09-30",
)


@pytest.fixture(scope="module", autouse=True)
def _mounted(demonstration: Demonstrated) -> None:
    demonstration.mount(money_lists, money)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_strict_and_costs_few_questions(signed_in_as: SignInAs, path: str) -> None:
    client = signed_in_as(Role.FINANCE)
    client.get("/money")
    with queries_counted() as statements:
        answer = client.get(path)
    assert answer.status_code == 200, path
    root = parse_strictly(answer.text)
    assert text(root.find(".//h1"))
    if "as-at" not in path:
        assert len(statements) <= 12, statements
