"""Every order's page: what an address fills in, and who may open it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.kernel import Role
from services.web.routes.orders import ORDERS, address_of

SignedInAs = Callable[..., TestClient]
FORM = "/awards/DEM-2026-01/do/complete-milestone"


@pytest.mark.parametrize("query", ["completed_on=garbage", "milestone=%00", "evidence=", "shares=abc", "nothing=1"])
def test_an_address_that_fills_in_nonsense_fills_in_nothing(
    demonstration: Any, signed_in_as: SignedInAs, query: str
) -> None:
    page = signed_in_as(Role.CONTRACT_MANAGER).get(f"{FORM}?{query}")
    assert page.status_code == 200
    assert "garbage" not in page.text


def test_a_milestone_is_filled_in_by_the_address(demonstration: Any, signed_in_as: SignedInAs) -> None:
    page = signed_in_as(Role.CONTRACT_MANAGER).get(f"{FORM}?milestone=helpline&completed_on=2026-11-02")
    assert 'value="2026"' in page.text


def test_every_order_that_a_person_gives_has_a_page_and_no_other_role_may_open_it(
    demonstration: Any, signed_in_as: SignedInAs
) -> None:
    auditor = signed_in_as(Role.AUDITOR)
    for name, command in ORDERS.items():
        where = address_of(name, **dict.fromkeys(command.address, "any"))
        assert auditor.get(where).status_code == 403, name
