"""A program that knows nothing but the API's document leads an award through its whole life, on a real server."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from domain.catalogue import COMMANDS
from domain.kernel import Role
from services.settings import Settings
from services.wiring import open_office
from tests.api.a_generated_client import Answer, Client, Refused, Send
from tests.api.a_server import serving, tokens_for
from tests.api.conftest import Somebody

FUND: dict[str, Any] = {"fund": "moj-victims", "year": "2017-18"}
PEOPLE = {
    "manager": Somebody(frozenset({Role.CONTRACT_MANAGER})),
    "commissioner": Somebody(frozenset({Role.COMMISSIONER, Role.FINANCE})),
    "finance": Somebody(frozenset({Role.FINANCE})),
    "treasurer": Somebody(frozenset({Role.FINANCE})),
    "auditor": Somebody(frozenset({Role.AUDITOR})),
    "certifier": Somebody(frozenset({Role.PROVIDER}), provider="embrace", certifies=True),
}
"""Two of finance, because public money takes two people."""


def over(http: httpx2.Client, token: str) -> Send:
    """How the client of one person reaches the server."""

    def send(method: str, path: str, query: Any, headers: Any, body: Any) -> Answer:
        said = {**headers, "authorization": f"Bearer {token}"}
        answer = http.request(method, path, params=query, headers=said, json=body)
        kind = answer.headers["content-type"]
        return Answer(answer.status_code, answer.headers, answer.json() if "json" in kind else answer.text)

    return send


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Client]]:
    """A client for each person, made from the document that the server gives out."""
    folder = tmp_path_factory.mktemp("office")
    database = str(folder / "outturn.db")
    with open_office(Settings(database=database)).open():
        tokens = tokens_for(database, PEOPLE)
    with serving(database, folder) as server, httpx2.Client(base_url=server, timeout=60, trust_env=False) as http:
        document = json.loads(http.get("/api/openapi.json").content)
        yield {name: Client(document, over(http, token)) for name, token in tokens.items()}


def test_there_is_a_method_for_every_order(clients: dict[str, Client]) -> None:
    assert {name.replace("-", "_") for name in COMMANDS} <= set(clients["auditor"].names())


def test_an_award_is_led_through_its_whole_life(clients: dict[str, Client]) -> None:
    manager, commissioner, finance, treasurer, auditor, certifier = (clients[name] for name in PEOPLE)
    award: dict[str, Any] = {"award": "MOJ-2017-01"}

    # the money, the provider, the award
    finance.open_fund(**FUND, title="Victims' services", funder="Ministry of Justice", return_to="moj")
    finance.receive_allocation(**FUND, agreement="grant", amount_pence=5_000_000, source="Grant letter")
    manager.register_provider(provider="embrace", title="Embrace")
    manager.register_award(
        **award, service="Support", route="grant", provider="embrace", starts_on="2017-04-01", ends_on="2018-03-31"
    )
    commissioner.approve_award(**award, shares=[{**FUND, "amount_pence": 2_000_000}], idempotency_key="approve-1")
    again = commissioner.approve_award(
        **award, shares=[{**FUND, "amount_pence": 2_000_000}], idempotency_key="approve-1"
    )
    assert again.headers["idempotent-replayed"] == "true"
    with pytest.raises(Refused, match="\u00a3") as over_committed:
        commissioner.uplift_award(**award, **FUND, variation="v1", by_pence=9_000_000, reason="More")
    assert over_committed.value.status == 409

    # what is asked of the provider
    manager.plan_milestone(**award, milestone="review", title="Six-month review", due_on="2017-09-30")
    seen = manager.show_award(**award).headers["etag"]
    moved = manager.reschedule_milestone(
        **award, milestone="review", due_on="2017-10-31", reason="Agreed", if_match=seen
    )
    with pytest.raises(Refused) as stale:
        manager.reschedule_milestone(**award, milestone="review", due_on="2017-12-31", reason="No", if_match=seen)
    assert stale.value.status == 412
    manager.agree_measures(**award, measures=["referrals", "spend"], if_match=moved.headers["etag"])
    manager.schedule_monitoring(
        **award, schedule="outcome-report", title="Outcome report", frequency="half-yearly", due="1 month after"
    )
    manager.complete_milestone(**award, milestone="review", completed_on="2017-10-30", evidence="Minutes, seen.")

    # a payment that waits on a condition, and takes two people
    finance.set_condition(**award, condition="plan", kind="spend-plan", title="A spend plan is agreed")
    payment: dict[str, Any] = {**award, **FUND, "payment": "p1", "amount_pence": 2_000_000}
    finance.schedule_payment(**payment, due_on="2017-06-30")
    with pytest.raises(Refused):
        treasurer.record_payment(**payment, paid_on="2017-06-30")
    manager.meet_condition(**award, condition="plan", met_on="2017-06-01", evidence="The plan, seen.")
    with pytest.raises(Refused, match="person"):
        commissioner.approve_payment(**award, payment="p1")  # who approved the award does not approve its payment
    treasurer.approve_payment(**award, payment="p1")
    finance.record_payment(**payment, paid_on="2017-06-30")

    # two reports, each accepted
    for period, figures in (("2017-18-h1", (12, 900_000)), ("2017-18-h2", (14, 1_100_000))):
        counted = [
            {"measure": measure, "quantity": value}
            for measure, value in zip(("referrals", "spend"), figures, strict=True)
        ]
        certifier.submit_report(**award, period=period, figures=counted, received_on="2018-04-10")
        manager.accept_report(**award, period=period)

    # the return, which takes two people
    finance.open_return(period="2017-18-h1", office="A made-up office", area_code="E23000012")
    finance.fill_return(period="2017-18-h1")
    declared: dict[str, Any] = {"period": "2017-18-h1", "declaration": "I have checked these figures."}
    with pytest.raises(Refused):
        finance.sign_off_return(**declared)  # who filled it does not sign it
    treasurer.sign_off_return(**declared)

    # and it is over
    finance.close_award(**award, closed_on="2018-05-31", reason="The service ended")
    [row] = [row for row in auditor.list_awards().said["rows"] if row["award"] == award["award"]]
    assert row["award"] == award["award"]
    [budget] = auditor.list_budgets().said["rows"]
    assert (budget["paid_pence"], budget["left_pence"]) == (2_000_000, 3_000_000)
    history = auditor.list_history_of_award(**award, limit=1000).said
    assert history["of"] >= 12
    with pytest.raises(Refused) as out_of_reach:
        certifier.show_award(award="MOJ-2017-02")
    assert out_of_reach.value.status == 404
