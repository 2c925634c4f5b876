"""The pages of awards and providers: found, read whole, as they were, and every order where it belongs."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from domain.awards.commands import RegisterAward
from domain.awards.events import Route
from domain.awards.milestone_commands import CompleteMilestone, PlanMilestone
from domain.kernel import Role
from domain.monitoring.commands import ObligationCommand
from services.web.routes import award_orders, awards, due, home, providers
from services.web.routes.orders import ORDERS
from tests.web.browser import Page
from tests.web.conftest import AFTERWARDS, Demonstrated, SignInAs
from tests.web.strict import text

OWN = "MOJ-2017-01"
"""Held by the constabulary, with reports, payments and a milestone."""
FOREIGN = "MOJ-2017-04"
"""Held by somebody else."""
HOLDER = "cambridgeshire-constabulary"


@pytest.fixture(scope="module", autouse=True)
def _pages(demonstration: Demonstrated) -> None:
    demonstration.mount(home, awards, due, providers)


@pytest.fixture(scope="module")
def everybody(signed_in_as: SignInAs) -> Mapping[str, TestClient]:
    """Somebody of every kind who may come to these pages."""
    return {
        "nobody": signed_in_as(),
        "manager": signed_in_as(Role.CONTRACT_MANAGER),
        "own manager": signed_in_as(Role.CONTRACT_MANAGER, awards=(OWN,)),
        "foreign manager": signed_in_as(Role.CONTRACT_MANAGER, awards=(FOREIGN,)),
        "finance": signed_in_as(Role.FINANCE),
        "commissioner": signed_in_as(Role.COMMISSIONER),
        "auditor": signed_in_as(Role.AUDITOR),
        "administrator": signed_in_as(Role.ADMINISTRATOR),
        "own provider": signed_in_as(Role.PROVIDER, provider=HOLDER),
        "foreign provider": signed_in_as(Role.PROVIDER, provider="embrace-child-victims-of-crime"),
    }


OF_THE_OFFICE = {"nobody": 401, "administrator": 403, "own provider": 403, "foreign provider": 403}
OF_AN_AWARD = {"nobody": 401, "administrator": 403, "foreign manager": 404, "foreign provider": 404}
TABLE: Mapping[str, Mapping[str, int]] = {
    "/awards": OF_THE_OFFICE,
    "/due": OF_THE_OFFICE,
    "/providers": OF_THE_OFFICE,
    f"/awards/{OWN}": OF_AN_AWARD,
    f"/awards/{OWN}/timeline": OF_AN_AWARD,
    "/documents/{document}": OF_AN_AWARD,
    f"/due/{OWN}/outcome-report/2017-18-h1": {**OF_THE_OFFICE, "foreign manager": 404},
    f"/providers/{HOLDER}": {**OF_THE_OFFICE, "foreign manager": 404},
}
"""What each page answers to somebody of each kind; 200 unless it is said."""


@pytest.fixture(scope="module")
def document(everybody: Mapping[str, TestClient]) -> str:
    """The digest of a document of that award."""
    found = re.search(r"/documents/([0-9a-f]{64})", everybody["manager"].get(f"/awards/{OWN}").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", TABLE)
def test_each_page_answers_everybody_as_the_table_says(
    everybody: Mapping[str, TestClient], document: str, path: str
) -> None:
    answers = {who: client.get(path.format(document=document)) for who, client in everybody.items()}
    assert {who: answer.status_code for who, answer in answers.items()} == {
        who: TABLE[path].get(who, 200) for who in everybody
    }
    for answer in answers.values():
        if answer.headers["content-type"].startswith("text/html"):
            Page(answer.text)


@pytest.mark.parametrize("path", ["/awards/{}", "/awards/{}/timeline", "/due/{}/outcome-report/2017-18-h1"])
def test_what_is_out_of_reach_is_told_in_the_words_of_what_is_not_there(
    everybody: Mapping[str, TestClient], path: str
) -> None:
    client = everybody["foreign manager"]

    def told(award: str) -> list[str]:
        page = Page(client.get(path.format(award)).text)
        return [text(each) for each in page.matter.iter("p")][:2]

    assert told(OWN) == told("MOJ-2099-99")


@pytest.mark.parametrize("path", ["/awards/%00", "/awards/a%20b", "/due/a/b/%00", "/providers/%00", "/documents/abc"])
def test_what_can_be_no_reference_is_not_there(everybody: Mapping[str, TestClient], path: str) -> None:
    assert everybody["manager"].get(path).status_code == 404


def test_a_document_is_saved_byte_for_byte(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], document: str
) -> None:
    answer = everybody["own provider"].get(f"/documents/{document}")
    assert answer.content == demonstration.desk.documents.read(document)
    assert answer.headers["content-disposition"].startswith("attachment; ")


def _links(page: Page) -> Iterator[tuple[str, str]]:
    for each in page.matter.iter("a"):
        yield text(each), each.get("href")


def _rows(page: Page, table: int = 0) -> list[str]:
    bodies = list(page.matter.iter("tbody"))
    return [text(row) for row in bodies[table].iter("tr")] if bodies else []


def _names(page: Page) -> list[str]:
    return [text(each) for each in page.matter.iter("th") if each.get("scope") == "row"]


def test_the_register_is_searched_and_filtered(everybody: Mapping[str, TestClient]) -> None:
    client = everybody["finance"]
    assert _names(Page(client.get("/awards?q=EMBRACE+practical&status=approved").text)) == [FOREIGN]
    victims = Page(client.get("/awards?fund=moj-victims&year=2017-18").text)
    assert "10 awards" in victims.text
    nothing = Page(client.get("/awards?q=no+such+words").text)
    assert "No award fits. Search for other words, or show all awards." in nothing.text
    assert client.get("/awards?q=%00&status=%00&fund=%27").status_code == 200
    assert _names(Page(everybody["own manager"].get("/awards").text)) == [OWN]


def test_the_register_is_walked_to_its_end_in_the_order_chosen(everybody: Mapping[str, TestClient]) -> None:
    client, path, seen = everybody["finance"], "/awards?sort=-amount", []
    while path:
        page = Page(client.get(path).text)
        seen += _names(page)
        path = next((href for words, href in _links(page) if words.startswith("Next page")), "")
    assert len(seen) == len(set(seen)) > awards.LINES
    by_reference = Page(client.get("/awards").text)
    assert sorted(seen)[: awards.LINES] == _names(by_reference)
    assert client.get("/awards?after=nonsense").status_code == 404


def test_an_award_is_read_whole(everybody: Mapping[str, TestClient], document: str) -> None:
    page = Page(everybody["manager"].get(f"/awards/{OWN}").text)
    assert {key for key, _heading, _tables in awards.PARTS} <= set(page.ids)
    assert {"orders", "save", "facts"} <= set(page.ids)
    for words in ("£446,000", "made-up-MOJ-2017-01-q1", "Accepted", "Milestone completed", "31 March 2018"):
        assert words in page.text
    links = dict(_links(page))
    assert links["Report for 2017-18-h1"].startswith("/documents/")
    assert links["Cambridgeshire Constabulary"] == f"/providers/{HOLDER}"
    assert links["Save everything about this award as PDF"] == f"/api/awards/{OWN}/file?format=pdf"


def test_a_provider_reads_its_award_without_the_names_of_the_offices_people_or_their_pages(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], signed_in_as: SignInAs
) -> None:
    named = signed_in_as(Role.CONTRACT_MANAGER, name="Made up Contract Manager")
    page = Page(named.get(f"/awards/{OWN}/do/set-condition").text)
    sent = dict(page.sends()) | {"condition": "c1", "title": "A paper (made up)", "kind": "spend-plan"}
    assert named.post(f"/awards/{OWN}/do/set-condition", data=sent).status_code == 303
    office, provider = everybody["finance"].get(f"/awards/{OWN}").text, everybody["own provider"].get(f"/awards/{OWN}")
    assert "by Made up Contract Manager" in office
    page = Page(provider.text)
    assert "Made up Contract Manager" not in page.text
    assert "by demonstration" not in page.text
    elsewhere = [href for _words, href in _links(page) if href.startswith(("/money", "/providers", "/records", "/due"))]
    assert elsewhere == []
    assert not [words for words, href in _links(page) if "/do/" in href]
    certifier = signed_in_as(Role.PROVIDER, provider=HOLDER, certifies=True)
    own = Page(certifier.get(f"/awards/{OWN}").text)
    assert [words for words, href in _links(own) if "/do/" in href] == ["Report spend", "Plan surplus"]


def test_the_timeline_goes_back_to_the_first_event(everybody: Mapping[str, TestClient]) -> None:
    client, path = everybody["auditor"], f"/awards/{OWN}/timeline"
    page = Page(client.get(path).text)
    assert "Award registered" in page.text
    assert "Award registered" not in Page(client.get(f"{path}?before=1").text).text
    assert client.get(f"{path}?before=x").status_code == 200


def test_an_award_as_it_was_known_offers_no_orders(everybody: Mapping[str, TestClient]) -> None:
    client = everybody["manager"]
    page = Page(client.get(f"/awards/{OWN}?as-at-day=20&as-at-month=5&as-at-year=2017").text)
    assert "You are looking at what was known at the end of 20 May 2017." in page.text
    assert "Accepted" not in page.text
    assert not [href for _words, href in _links(page) if "/do/" in href]
    assert client.get(f"/awards/{OWN}?as-at=2016-01-01").status_code == 404
    wrong = client.get(f"/awards/{OWN}?as-at-day=31&as-at-month=2&as-at-year=2017")
    assert "The day must be a real date, like 30 9 2017" in Page(wrong.text).text


def test_the_register_of_a_past_day_keeps_that_day(everybody: Mapping[str, TestClient]) -> None:
    page = Page(everybody["finance"].get("/awards?as-at=2014-06-30").text)
    assert all(name.startswith("CAP-2013-") for name in _names(page))
    assert len(_names(page)) == 13
    assert all("as-at=2014-06-30" in href for words, href in _links(page) if words.startswith(("CAP-", "Provider")))


def test_every_order_about_an_award_has_its_place() -> None:
    placed = {name for group in award_orders._GROUPS.values() for name in group}
    placed |= {name for names in award_orders._OF_A_PAYMENT.values() for name in names} | award_orders._BESIDE.keys()
    about = {name for name, command in ORDERS.items() if command.noun in ("award", "obligation")}
    assert about - placed == {"register-award", "declare-nil-return"}
    assert issubclass(ORDERS["declare-nil-return"], ObligationCommand)


AMONG_THEM: Mapping[str, frozenset[str]] = {
    "manager": frozenset({"complete-milestone", "plan-milestone", "meet-condition", "attach-document", "set-chase"}),
    "finance": frozenset({"waive-condition", "cancel-payment", "schedule-payment", "close-award", "claw-back-payment"}),
    "commissioner": frozenset({"uplift-award", "extend-award", "novate-award", "waive-condition"}),
    "auditor": frozenset(),
}
"""Some of what each is offered."""


@pytest.mark.parametrize("who", AMONG_THEM)
def test_every_order_offered_opens_its_form_and_no_other_is_offered(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], who: str
) -> None:
    demonstration.do(
        PlanMilestone(award=OWN, milestone=f"of-{who.replace(' ', '-')}", title="M", due_on=AFTERWARDS.date())
    )
    offered = set()
    for award in (OWN, "CDR-2017-18", "DEM-2025-03", "DEM-2025-01"):
        page = Page(everybody[who].get(f"/awards/{award}").text)
        offered |= {href for _words, href in _links(page) if "/do/" in href}
    for href in offered:
        answer = everybody[who].get(href)
        assert answer.status_code == 200, href
        Page(answer.text)
    names = {re.search(r"/do/([a-z-]+)", href)[1] for href in offered}  # type: ignore[index]
    role = {"manager": Role.CONTRACT_MANAGER}.get(who) or Role(who)
    assert all(role in ORDERS[name].may for name in names)
    assert names >= AMONG_THEM[who]
    assert bool(names) == bool(AMONG_THEM[who])


def test_a_closed_award_offers_nothing_that_it_is_too_late_for(everybody: Mapping[str, TestClient]) -> None:
    found = {
        name
        for who in ("manager", "finance", "commissioner")
        for _words, href in _links(Page(everybody[who].get("/awards/DEM-2025-01").text))
        for name in re.findall(r"/do/([a-z-]+)", href)
    }
    assert "attach-document" in found
    assert not found & {"schedule-payment", "extend-award", "close-award", "plan-milestone", "approve-award"}


@pytest.mark.parametrize(
    "path", ["/awards", f"/awards/{OWN}", f"/awards/{OWN}/timeline", "/providers", f"/providers/{HOLDER}"]
)
def test_a_page_asks_the_same_few_questions_however_much_there_is(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], counted: Callable[[], Any], path: str
) -> None:
    asked = []
    for size in (1, 40):
        made = re.sub(r"[^a-z]", "-", path.lower()).strip("-")
        numbers = [f"{made}-{size}-{each}" for each in range(size)]
        demonstration.do(
            *(
                RegisterAward(award=each, service="A service (made up)", route=Route.GRANT, provider=HOLDER)
                for each in numbers
            ),
            *(PlanMilestone(award=OWN, milestone=each, title="M", due_on=AFTERWARDS.date()) for each in numbers),
        )
        everybody["manager"].get(path)  # folds what is new
        with counted() as statements:
            assert everybody["manager"].get(path).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 12


def test_providers_are_searched_and_one_is_read_whole(everybody: Mapping[str, TestClient]) -> None:
    client = everybody["manager"]
    assert "1 provider" in Page(client.get("/providers?q=CAMBRIDGESHIRE+constab").text).text
    assert "No provider fits." in Page(client.get("/providers?q=no+such+words&status=active").text).text
    page = Page(client.get(f"/providers/{HOLDER}").text)
    for words in ("Awarded and paid by year", OWN, "What was sent last", "£532,195"):
        assert words in page.text
    assert "Rename provider" in dict(_links(page))
    assert "Rename provider" not in dict(_links(Page(everybody["finance"].get(f"/providers/{HOLDER}").text)))
    own = Page(everybody["own manager"].get(f"/providers/{HOLDER}").text)
    assert OWN in own.text
    assert "MOJ-2017-02" not in own.text


# --- a milestone, logged ---

_NUMBERS = count(1)


def _opened(client: TestClient, milestone: str) -> tuple[str, dict[str, str]]:
    """Home, the list of milestones, the form: as somebody clicks. Where the form is, and what it would send."""
    [to_list] = [href for words, href in _links(Page(client.get("/").text)) if words == "Log a milestone"]
    listed = Page(client.get(to_list).text)
    [form] = [
        href
        for words, href in _links(listed)
        if (words == "Complete" and href.endswith(f"&milestone={milestone}"))
        or (f"milestone={milestone}&" in href and words == "Complete")
    ]
    return form.partition("?")[0], dict(Page(client.get(form).text).sends())


def _happened(demonstration: Demonstrated, milestone: str) -> int:
    events = [each.event for each in demonstration.office.log.stream(f"award-{FOREIGN}")]
    return sum(type(each).__name__ == "MilestoneCompleted" and each.milestone == milestone for each in events)  # type: ignore[attr-defined]


@pytest.fixture
def milestone(demonstration: Demonstrated) -> str:
    """A milestone of this test's own, which is due today."""
    name = f"m{next(_NUMBERS)}-x"
    demonstration.do(PlanMilestone(award=FOREIGN, milestone=name, title="Made up", due_on=AFTERWARDS.date()))
    return name


def _said(answer: Response) -> str:
    return Page(answer.text).text


def test_a_milestone_is_logged_in_two_clicks_and_its_evidence_put_on_file_right_after(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], milestone: str
) -> None:
    client = everybody["foreign manager"]
    form, sends = _opened(client, milestone)
    assert sends["milestone"] == milestone
    assert [sends[f"completed_on-{part}"] for part in ("day", "month", "year")] == ["16", "11", "2026"]
    done = client.post(form, data=sends | {"evidence": "Minutes of the board seen (made up)."})
    assert done.status_code == 303
    page = Page(client.get(done.headers["location"]).text)
    assert "The milestone is recorded as met." in page.text
    attach = dict(_links(page))["Put the evidence on file"]
    assert dict(Page(client.get(attach).text).sends())["kind"] == "evidence"
    assert _happened(demonstration, milestone) == 1


def test_the_same_form_sent_twice_is_recorded_once(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], milestone: str
) -> None:
    client = everybody["foreign manager"]
    form, sends = _opened(client, milestone)
    for _time in range(2):
        assert client.post(form, data=sends | {"evidence": "Seen (made up)."}).status_code == 303
    assert _happened(demonstration, milestone) == 1


def test_a_stale_form_says_what_changed_and_may_be_sent_again(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], milestone: str
) -> None:
    client = everybody["foreign manager"]
    form, sends = _opened(client, milestone)
    demonstration.do(
        PlanMilestone(award=FOREIGN, milestone=f"{milestone}-b", title="Another", due_on=AFTERWARDS.date())
    )
    stale = client.post(form, data=sends | {"evidence": "Seen (made up)."})
    assert stale.status_code == 412
    assert "What happened meanwhile" in _said(stale)
    assert "Milestone planned" in _said(stale)
    assert _happened(demonstration, milestone) == 0
    again = dict(Page(stale.text).sends())
    assert again["evidence"] == "Seen (made up)."
    assert client.post(form, data=again).status_code == 303
    assert _happened(demonstration, milestone) == 1


def test_a_form_with_a_fault_keeps_what_was_typed_and_records_nothing(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], milestone: str
) -> None:
    client = everybody["foreign manager"]
    form, sends = _opened(client, milestone)
    wrong = client.post(form, data=sends | {"completed_on-day": "31", "completed_on-month": "2"})
    assert wrong.status_code == 422
    page = Page(wrong.text)
    assert "There is a problem" in page.text
    assert dict(page.sends())["completed_on-day"] == "31"
    assert _happened(demonstration, milestone) == 0


@pytest.mark.parametrize(
    "forged", [{"csrf_token": "0" * 64}, {"csrf_token": ""}, {"key": "short"}, {"version": "x"}, {"amount_pence": "1"}]
)
def test_a_forged_form_records_nothing(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], milestone: str, forged: dict[str, str]
) -> None:
    client = everybody["foreign manager"]
    form, sends = _opened(client, milestone)
    answer = client.post(form, data=sends | {"evidence": "Seen (made up)."} | forged)
    assert answer.status_code in (403, 422)
    assert "Nothing was recorded." in _said(answer) or "not sent as the office made it" in _said(answer)
    assert _happened(demonstration, milestone) == 0


def test_whoever_may_not_log_a_milestone_is_told_so(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient], milestone: str
) -> None:
    form, sends = _opened(everybody["foreign manager"], milestone)
    for who, status in (("own manager", 404), ("finance", 403), ("auditor", 403)):
        mine = sends | {"evidence": "Seen.", "csrf_token": demonstration.csrf(everybody[who])}
        assert everybody[who].post(form, data=mine).status_code == status
    assert _happened(demonstration, milestone) == 0
    demonstration.do(
        CompleteMilestone(
            award=FOREIGN, milestone=milestone, completed_on=AFTERWARDS.date(), evidence="Seen (made up)."
        )
    )
    assert _happened(demonstration, milestone) == 1


def test_the_timeline_of_an_award_has_its_reports_and_what_became_of_what_it_owes(
    demonstration: Demonstrated, everybody: Mapping[str, TestClient]
) -> None:
    """Every event of the award's own streams, on as many pages as it takes, by the names of people."""
    log = demonstration.office.log
    own = {"award": OWN, "report": f"{OWN}.", "obligation": f"{OWN}."}
    expected = [each for each in log.everything() if each.noun in own and each.reference.startswith(own[each.noun])]
    assert {each.noun for each in expected} == set(own)
    path, seen = f"/awards/{OWN}/timeline", list[str]()
    while path:
        page = Page(everybody["manager"].get(path).text)
        seen += [text(each) for each in page.matter.iter("h2")]
        path = next((href for words, href in _links(page) if words.startswith("Earlier")), "")
    told = [each for each in seen if ": " in each]
    assert "Report accepted: 2017-18-h1" in told
    assert "Obligation owed: outcome report, 2017-18-h1" in told
    assert len(told) == len([each for each in expected if each.noun != "award"])
    assert f"{len(expected)} entries, the latest first." in everybody["manager"].get(f"/awards/{OWN}/timeline").text
    assert f"See all {len(expected)} entries of the timeline" in everybody["manager"].get(f"/awards/{OWN}").text
    of_provider = Page(everybody["own provider"].get(f"/awards/{OWN}/timeline").text)
    assert not [href for _words, href in _links(of_provider) if href.startswith("/reports/")]
    assert "approved by demonstration" not in of_provider.text


def test_a_sheet_of_awards_is_loaded_from_the_register_by_whoever_may(everybody: Mapping[str, TestClient]) -> None:
    for who, there in (("manager", True), ("finance", True), ("own manager", False), ("auditor", False)):
        assert ("/settings/load" in everybody[who].get("/awards").text) is there, who
