"""The first page: what needs whoever looks today, and nothing of what is out of reach."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from domain.awards.milestone_commands import CompleteMilestone, PlanMilestone
from domain.kernel import Role
from domain.reminders.commands import QueueReminder, RefuseReminder, TryReminder
from services.web.routes import awards, due, home, providers
from tests.web.browser import Page
from tests.web.conftest import AFTERWARDS, Demonstrated, SignInAs

TODAY = AFTERWARDS.date()
MINE = "MOJ-2017-03"


@pytest.fixture(scope="module", autouse=True)
def _pages(demonstration: Demonstrated) -> None:
    demonstration.mount(home, awards, due, providers)


def _plan(award: str, milestone: str, days: int) -> PlanMilestone:
    due_on = TODAY + timedelta(days=days)
    return PlanMilestone(award=award, milestone=milestone, title=f"Made up: {milestone}", due_on=due_on)


def _links(page: Page) -> Iterator[tuple[str, str]]:
    for each in page.matter.iter("a"):
        yield " ".join("".join(each.itertext()).split()), each.get("href")


def test_a_visitor_is_asked_to_sign_in(signed_in_as: SignInAs) -> None:
    answer = signed_in_as().get("/")
    assert answer.status_code == 200
    assert "Sign in" in Page(answer.text).text


@pytest.mark.parametrize(
    ("role", "more", "to"),
    [
        (Role.PROVIDER, {"provider": "embrace-child-victims-of-crime"}, "/owed?done=declare-nil-return"),
        (Role.AUDITOR, {}, "/records?done=declare-nil-return"),
    ],
)
def test_providers_and_auditors_are_led_to_their_own_pages(
    signed_in_as: SignInAs, role: Role, more: dict[str, str], to: str
) -> None:
    answer = signed_in_as(role, **more).get("/?done=declare-nil-return")
    assert (answer.status_code, answer.headers["location"]) == (303, to)


def test_nothing_to_do_is_said_in_words(signed_in_as: SignInAs) -> None:
    answer = signed_in_as(Role.CONTRACT_MANAGER, awards=(MINE,)).get("/")
    assert "There is nothing that you need to do today." in Page(answer.text).text


def test_a_contract_manager_sees_what_is_overdue_and_due_soon_of_the_awards_within_reach(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    demonstration.do(_plan("MOJ-2017-01", "soon", 7), _plan("MOJ-2017-01", "late", -3), _plan("MOJ-2017-02", "b", 7))
    manager = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-01", MINE))
    page = Page(manager.get("/").text)
    assert "Made up: soon" in page.text
    assert "Made up: late" in page.text
    assert "MOJ-2017-02" not in page.text
    assert "MOJ-2017-10" not in page.text
    counts = {key.find("a").text: value.text for key, value in zip(page.all("dt"), page.all("dd"), strict=True)}
    assert counts == {"Overdue": "1", "Due in the next 14 days": "1"}
    complete = f"/awards/MOJ-2017-01/do/complete-milestone?completed_on={TODAY}&milestone=late"
    assert sorted(complete.split("?")[1].split("&")) in [
        sorted(href.split("?")[1].split("&")) for words, href in _links(page) if words == "Complete"
    ]
    demonstration.do(
        *(
            CompleteMilestone(award="MOJ-2017-01", milestone=each, completed_on=TODAY, evidence="Seen (made up).")
            for each in ("soon", "late")
        )
    )
    assert "There is nothing that you need to do today." in Page(manager.get("/").text).text


def test_a_long_list_is_short_and_leads_to_all_of_it(demonstration: Demonstrated, signed_in_as: SignInAs) -> None:
    demonstration.do(*(_plan("MOJ-2017-04", f"m{number}", -number) for number in range(1, 8)))
    manager = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-04",))
    page = Page(manager.get("/").text)
    [table] = page.all("tbody")
    assert len(list(table.iter("tr"))) == home.SHORT
    [all_of_it] = [href for words, href in _links(page) if words == "See all 7: Overdue"]
    assert len(list(Page(manager.get(all_of_it).text).all("tbody")[0].iter("tr"))) == 7


def test_messages_that_failed_are_told_without_saying_to_whom(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    item, due_on = "award-MOJ-2017-05#m1", date(2026, 10, 20)
    address: dict[str, Any] = {"item": item, "due_on": due_on, "step": "due", "person": "opaque-7"}
    demonstration.do(
        QueueReminder(**address, award="MOJ-2017-05", to="provider", step_on=due_on),
        TryReminder(**address, channel="folder"),
        RefuseReminder(**address, reason="there is no such mailbox (made up)"),
    )
    manager = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-05",))
    text = Page(manager.get("/").text).text
    assert "there is no such mailbox (made up)" in text
    assert "opaque-7" not in text
    assert "there is no such mailbox (made up)" in Page(manager.get("/today/messages-failed").text).text


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.FINANCE, ("Payments waiting", "CDR-2017-18", "Allocations not confirmed", "£12,000")),
        (Role.COMMISSIONER, ("Over-committed", "Single tenders to note")),
        (Role.ADMINISTRATOR, ("See people, and what they may do", "What is recorded", "Log position")),
    ],
)
def test_each_role_has_its_own_day(signed_in_as: SignInAs, role: Role, words: tuple[str, ...]) -> None:
    text = Page(signed_in_as(role).get("/").text).text
    for each in words:
        assert each in text
    assert "Log a milestone" not in text


def test_somebody_with_several_roles_chooses_whose_day_it_is(signed_in_as: SignInAs) -> None:
    both = signed_in_as((Role.CONTRACT_MANAGER, Role.FINANCE))
    assert ("finance", "/?as=finance") in list(_links(Page(both.get("/").text)))
    text = Page(both.get("/?as=finance").text).text
    assert "Allocations not confirmed" in text
    assert "Log a milestone" not in text
    assert "Log a milestone" in Page(both.get("/?as=administrator").text).text


def test_a_list_that_is_not_of_the_role_is_not_there(signed_in_as: SignInAs) -> None:
    assert signed_in_as(Role.FINANCE).get("/today/payments-waiting").status_code == 200
    for role in (Role.FINANCE, Role.AUDITOR):
        answer = signed_in_as(role).get("/today/messages-failed")
        assert answer.status_code == 404
        Page(answer.text)
    assert (
        signed_in_as(Role.PROVIDER, provider="embrace-child-victims-of-crime").get("/today/overdue").status_code == 403
    )
    assert signed_in_as().get("/today/overdue").status_code == 401


@pytest.mark.parametrize("role", home.HOMES)
def test_the_first_page_asks_the_same_few_questions_however_much_there_is(
    demonstration: Demonstrated, signed_in_as: SignInAs, counted: Callable[[], Any], role: Role
) -> None:
    somebody, asked = signed_in_as(role), []
    for size in (1, 40):
        demonstration.do(*(_plan("MOJ-2017-06", f"{role.value}-{size}-{each}", each - 9) for each in range(size)))
        somebody.get("/")  # folds what is new
        with counted() as statements:
            assert somebody.get("/").status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 12


def test_the_accessibility_statement_is_for_anybody_and_names_an_address_that_there_is(
    demonstration: Demonstrated, signed_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(signed_in_as().get("/accessibility").text)
    assert "This installation has no address of its own to write to." in page.text
    monkeypatch.setattr(demonstration.settings, "mail_from", "office@example.org")
    page = Page(signed_in_as(Role.PROVIDER, provider="embrace-child-victims-of-crime").get("/accessibility").text)
    assert ("office@example.org", "mailto:office@example.org") in list(_links(page))
