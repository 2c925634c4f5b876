"""What is due and overdue: the register, and one obligation with its reminders, sent and to come."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.awards.milestone_commands import PlanMilestone, ScheduleMonitoring
from domain.chases.commands import SetChase
from domain.kernel import Role
from domain.monitoring.commands import WaiveObligation
from domain.monitoring.policy import Step
from domain.monitoring.schedule import DueRule
from domain.periods import Frequency
from services.address_book import Person
from services.chasing import sweep
from services.web.routes import awards, due, home, providers
from tests.web.browser import Page
from tests.web.conftest import AFTERWARDS, Demonstrated, SignInAs
from tests.web.strict import text

TODAY = AFTERWARDS.date()
AWARD = "MOJ-2017-05"
PATH = f"/due/{AWARD}/audit/2026-27-h1"
"""An obligation that is due on 4 December 2026: in fourteen working days."""


@pytest.fixture(scope="module", autouse=True)
def _pages(demonstration: Demonstrated) -> None:
    demonstration.mount(home, awards, due, providers)
    rule = DueRule.of("4 December, 4 June or the next working day")
    demonstration.do(
        ScheduleMonitoring(
            award=AWARD,
            schedule="audit",
            title="Audited accounts (made up)",
            frequency=Frequency.HALF_YEARLY,
            due=rule,
            covers="2026-27-h1",
        )
    )


@pytest.fixture(scope="module")
def manager(signed_in_as: SignInAs) -> TestClient:
    """A contract manager of all awards."""
    return signed_in_as(Role.CONTRACT_MANAGER)


def _links(page: Page) -> Iterator[tuple[str, str]]:
    for each in page.matter.iter("a"):
        yield text(each), each.get("href")


def _rows(page: Page, table: str) -> list[list[str]]:
    """The cells of a table, by the id of its caption."""
    for each in page.matter.iter("table"):
        if each.find("caption/span").get("id") == table:
            return [[text(cell) for cell in row] for row in each.find("tbody")]
    return []


def test_what_is_still_asked_for_comes_first_of_all(manager: TestClient) -> None:
    page = Page(manager.get("/due").text)
    assert [row[4] for row in _rows(page, "table-obligations") if AWARD in row] == ["Audited accounts (made up)"]
    assert "2017-18-h1" not in page.text
    links = dict(_links(page))
    assert links["Audited accounts (made up)"] == PATH


@pytest.mark.parametrize(
    ("query", "there", "missing"),
    [
        ("standing=overdue", "Review of closed cases", "Audited accounts"),
        ("standing=due", "Audited accounts", "Review of closed cases"),
        ("standing=due&within=14", "27 November 2026", "Audited accounts"),
        ("standing=open&kind=milestone", "Review of closed cases", "Audited accounts"),
        ("standing=nil-return", "MOJ-2017-04", "Audited accounts"),
        (f"standing=all&award={AWARD}&kind=report", "Outcome report", "Audited accounts"),
        ("standing=all&provider=embrace-child-victims-of-crime", "MOJ-2017-04", AWARD),
        ("standing=nonsense&award=%27%00&within=x", "Nothing fits.", "Audited accounts"),
    ],
)
def test_the_list_is_narrowed(manager: TestClient, query: str, there: str, missing: str) -> None:
    page = Page(manager.get(f"/due?{query}").text)
    words = " ".join(text(each) for tag in ("tbody", "p") for each in page.matter.iter(tag))
    assert there in words
    assert missing not in words


def test_the_list_is_walked_to_its_end_and_no_further_than_ones_reach(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    plans = [PlanMilestone(award=AWARD, milestone=f"w{n}", title=f"W{n}", due_on=TODAY) for n in range(60)]
    demonstration.do(*plans)
    client, path = signed_in_as(Role.CONTRACT_MANAGER, awards=(AWARD,)), "/due?standing=open"
    seen: list[str] = []
    while path:
        page = Page(client.get(path).text)
        seen += [words for words, _href in _links(page) if re.fullmatch(r"W\d+|Audited.*|Review.*", words)]
        path = next((href for words, href in _links(page) if words.startswith("Next page")), "")
    assert sorted(seen) == sorted(["Audited accounts (made up)", *(f"W{n}" for n in range(60))])
    assert client.get("/due?after=nonsense").status_code == 404


def test_the_list_of_a_past_day_says_so_and_offers_no_orders(manager: TestClient) -> None:
    page = Page(manager.get("/due?as-at=2017-10-12").text)
    assert "You are looking at what was known at the end of 12 October 2017." in page.text
    assert "Outcome report" in page.text
    assert not [href for _words, href in _links(page) if "/do/" in href]
    assert "?as-at=2017-10-12" in dict(_links(page))["MOJ-2017-01"]


@pytest.mark.parametrize(
    ("role", "orders"),
    [
        (
            Role.CONTRACT_MANAGER,
            ["Record as met", "Move the day", "Declare nil return", "Waive", "Set reminder steps"],
        ),
        (Role.FINANCE, []),
        (Role.AUDITOR, []),
    ],
)
def test_an_obligation_offers_the_orders_of_the_role(signed_in_as: SignInAs, role: Role, orders: list[str]) -> None:
    client = signed_in_as(role)
    offered = [(words, href) for words, href in _links(Page(client.get(PATH).text)) if "/do/" in href]
    assert [words for words, _href in offered] == orders
    for _words, href in offered:
        answer = client.get(href)
        assert answer.status_code == 200
        Page(answer.text)


def test_reminders_to_come_follow_the_steps_of_the_award_and_those_sent_are_told(
    demonstration: Demonstrated, manager: TestClient
) -> None:
    before = _rows(Page(manager.get(PATH).text), "table-to-come")
    assert [row[:2] for row in before] == [
        ["20 November 2026", "ahead"],
        ["4 December 2026", "due"],
        ["11 December 2026", "late"],
        ["11 December 2026", "late-manager"],
        ["29 December 2026", "later"],
        ["6 January 2027", "escalated"],
    ]
    steps = ["early: 13 working days before to contract-manager", "late: 5 working days after to provider"]
    demonstration.do(SetChase(chase=AWARD, steps=tuple(map(Step.of, steps)), reason="Agreed with the provider."))
    assert [row[1] for row in _rows(Page(manager.get(PATH).text), "table-to-come")] == ["early", "late"]
    demonstration.book.put(
        Person(id="m-1", name="Made Up", email="m@example.org", parts=frozenset({"contract-manager"}))
    )
    demonstration.clock.now = AFTERWARDS + timedelta(days=1)
    sweep(demonstration.office, demonstration.book)
    page = Page(manager.get(PATH).text)
    demonstration.clock.now = AFTERWARDS
    [sent] = _rows(page, "table-reminders")
    assert sent[1:4] == ["early", "the contract manager", "Queued"]
    assert [row[1] for row in _rows(page, "table-to-come")] == ["late"]
    assert "Made Up" not in page.text


def test_of_what_was_waived_no_reminder_is_to_come(demonstration: Demonstrated, manager: TestClient) -> None:
    demonstration.do(
        ScheduleMonitoring(
            award="MOJ-2017-06",
            schedule="audit",
            title="Audited accounts",
            frequency=Frequency.HALF_YEARLY,
            due=DueRule.of("4 December, 4 June or the next working day"),
            covers="2026-27-h1",
        )
    )
    path = "/due/MOJ-2017-06/audit/2026-27-h1"
    assert _rows(Page(manager.get(path).text), "table-to-come")
    demonstration.do(WaiveObligation(award="MOJ-2017-06", schedule="audit", period="2026-27-h1", reason="Exempt."))
    page = Page(manager.get(path).text)
    assert "No reminder is to come." in page.text
    assert "Reason last given\nExempt." in page.text
    assert "Obligation waived" in page.text


def test_what_is_owed_by_nobody_is_not_there(manager: TestClient) -> None:
    for path in (f"/due/{AWARD}/audit/2024-25-h1", f"/due/{AWARD}/w1/None", "/due/x/y/z"):
        answer = manager.get(path)
        assert answer.status_code == 404
        Page(answer.text)


def test_an_obligation_is_moved_from_its_page_once(demonstration: Demonstrated, manager: TestClient) -> None:
    [move] = [href for words, href in _links(Page(manager.get(PATH).text)) if words == "Move the day"]
    sends = dict(Page(manager.get(move).text).sends())
    days = {"due_on-day": "7", "due_on-month": "12", "due_on-year": "2026", "reason": "Auditor ill."}
    for _time in range(2):
        assert manager.post(move.partition("?")[0], data=sends | days).status_code == 303
    page = Page(manager.get(PATH).text)
    assert "7 December 2026 (first due 4 December 2026)" in " ".join(page.text.split("\n"))
    moved = list(demonstration.office.log.stream(f"obligation-{AWARD}.audit.2026-27-h1"))
    assert [type(each.event).__name__ for each in moved].count("ObligationMoved") == 1


@pytest.mark.parametrize("path", ["/due", PATH])
def test_a_page_asks_the_same_few_questions_however_much_there_is(
    demonstration: Demonstrated, manager: TestClient, counted: Callable[[], Any], path: str
) -> None:
    asked = []
    for size in (1, 60):
        names = [f"q{len(path)}-{size}-{number}" for number in range(size)]
        demonstration.do(
            *(PlanMilestone(award=AWARD, milestone=each, title=each, due_on=date(2026, 12, 1)) for each in names)
        )
        manager.get(path)  # folds what is new
        with counted() as statements:
            assert manager.get(path).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 12


def test_a_report_that_never_came_in_is_not_led_to(manager: TestClient) -> None:
    came = Page(manager.get("/due/MOJ-2017-01/outcome-report/2017-18-h1").text)
    assert "/reports/MOJ-2017-01/2017-18-h1" in dict(_links(came)).values()
    [owed] = [
        href
        for _words, href in _links(Page(manager.get("/due?standing=nil-return&award=MOJ-2017-04").text))
        if href.startswith("/due/")
    ][:1]
    assert not [href for _words, href in _links(Page(manager.get(owed).text)) if href.startswith("/reports/")]
