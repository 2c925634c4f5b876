"""What a provider does on pages: sees what is owed, fills it in, leaves, comes back, sends it, puts it right."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from domain.awards.reporting_commands import AgreeMeasures
from domain.kernel import Event, Role
from domain.monitoring.events import NilReturnDeclared
from domain.reports.commands import SendBackReport
from domain.reports.events import Figures, ReportCorrected, ReportSubmitted
from services.web.reporting_page_draft import alone
from services.web.routes import owed, reports
from tests.scenes import PROVIDER, awarded, reported, reporting
from tests.web.browser import Page
from tests.web.conftest import AFTERWARDS, Demonstrated, SignInAs, queries_counted

AWARDS = [f"page-{number}" for number in range(1, 7)]
SECTIONS = ("demand", "outcomes", "money-and-posts", "in-words")
SAID: Mapping[str, str] = {
    "referrals": "1,200",
    "continuing": "more than 15",
    "outcome.cope.eligible": "9",
    "outcome.cope.answered": "7",
    "outcome.cope.improved": "5",
    "spend": "1250.50",
    "words.risks": "Two posts are vacant.",
}
"""Figures that are made up; everything else is not known."""
WHY = "A post was filled early; the contract manager knows of it."


class Hand:
    """Somebody at a browser without JavaScript."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def see(self, path: str) -> Page:
        """A page, read strictly."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return Page(answer.text)

    def send(self, path: str, said: Mapping[str, str] | None = None, **more: Any) -> Any:
        """Fills in the form of a page and sends it: what is not said is sent as it stands there."""
        sent = {name: value for name, value in self.see(more.pop("shown", path)).sends() if value}
        files = more.pop("files", None)
        answer = self.client.post(path, data={**sent, **(said or {}), **more}, files=files)
        if answer.status_code not in (303, 403):
            Page(answer.text)
        return answer

    def section(self, base: str, slug: str, said: Mapping[str, str], go: str = "on") -> Any:
        """Fills in a section: what is not said is ticked as not known."""
        page = self.see(f"{base}/section/{slug}")
        fields = {str(each.get("name")): each for each in page.entries()}
        typed = {name: said[name] for name in fields if name in said}
        ticks = {name: "yes" for name in fields if name.startswith("not-known.") and name[10:] not in said}
        mark = dict(page.sends())["mark"]
        token = dict(page.sends())["csrf_token"]
        return self.client.post(
            f"{base}/section/{slug}", data={**typed, **ticks, "csrf_token": token, "mark": mark, "go": go}
        )

    def fill_in(self, base: str, said: Mapping[str, str] = SAID) -> None:
        """Fills in every section."""
        for slug in SECTIONS:
            assert self.section(base, slug, said).status_code == 303


@pytest.fixture(scope="module", autouse=True)
def owing(demonstration: Demonstrated) -> None:
    """Awards of one provider that owe reports on few measures."""
    demonstration.mount(owed, reports)
    demonstration.do(PROVIDER)
    for award in AWARDS:
        measures = ("referrals", "continuing", "spend")
        agreed = AgreeMeasures(award=award, measures=measures, outcomes=("cope",))
        demonstration.do(*awarded(award, 10), agreed, reporting(award))


@pytest.fixture(scope="module")
def certifier(signed_in_as: SignInAs, owing: None) -> Hand:
    return Hand(signed_in_as(Role.PROVIDER, provider="embrace", certifies=True))


@pytest.fixture(scope="module")
def data_contact(signed_in_as: SignInAs, owing: None) -> Hand:
    return Hand(signed_in_as(Role.PROVIDER, provider="embrace", certifies=False))


def events(demonstration: Demonstrated, award: str) -> list[Event]:
    """What is on record of an award's report for the first half-year."""
    return [recorded.event for recorded in demonstration.office.log.stream(f"report-{award}.2017-18-h1")]


def plain(content: Figures) -> Figures:
    """What a report says, without the file that it came in and its cells."""
    figures = tuple(figure.model_copy(update={"cell": None}) for figure in content.figures)
    outcomes = tuple(outcome.model_copy(update={"cells": None}) for outcome in content.outcomes)
    return content.model_copy(update={"figures": figures, "outcomes": outcomes, "file": None})


def filled_workbook(hand: Hand, award: str, said: Mapping[str, str], why: Mapping[str, str]) -> bytes:
    """The office's workbook with figures filled in; everything else is not known."""
    answer = hand.client.get(f"/api/reports/{award}/2017-18-h1/workbook?format=xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=4):
            code = row[6].value
            if code == "about.declaration":
                row[1].value = "Yes: they are complete and correct"
            elif code and not str(code).startswith("about."):
                is_words = str(code).startswith("words.")
                row[2].value = said.get(code, None if is_words else "not known")
                row[4].value = why.get(code)
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_report_is_filled_in_left_taken_up_again_checked_declared_and_sent(
    demonstration: Demonstrated, certifier: Hand
) -> None:
    base = "/owed/page-1/2017-18-h1"
    listed = certifier.see("/owed")
    assert "overdue" in listed.text
    assert base in [each.get("href") for each in listed.all("a")]
    assert "Not started" in certifier.see(base).text

    assert certifier.section(base, "demand", {"referrals": "1,200"}, go="later").headers["location"] == (
        f"{base}?done=kept"
    )
    assert "You saved it last" in certifier.see(base).text
    assert dict(certifier.see(f"{base}/section/demand").sends())["referrals"] == "1,200"
    assert "Still to do before it can be sent" in certifier.see(f"{base}/check").text

    certifier.fill_in(base)
    check = certifier.see(f"{base}/check")
    assert "£1,250.50 is spent, and the budget for the year is £10" in check.text
    assert certifier.client.get(f"{base}/send").headers["location"] == f"{base}/check"
    refused = certifier.send(f"{base}/check", go="on")
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert events(demonstration, "page-1") == []

    assert certifier.send(f"{base}/check", {"why.spend": WHY}, go="on").headers["location"] == f"{base}/send"
    assert certifier.send(f"{base}/send").status_code == 422  # not declared
    assert events(demonstration, "page-1") == []
    form = dict(certifier.see(f"{base}/send").sends()) | {"declared": "yes"}
    for _twice in range(2):
        sent = certifier.client.post(f"{base}/send", data=form)
        assert sent.headers["location"] == f"{base}?done=submit-report"
    (event,) = events(demonstration, "page-1")
    assert isinstance(event, ReportSubmitted)
    assert event.received_on == AFTERWARDS.date()
    assert [explanation.words for explanation in event.content.explanations] == [WHY]
    assert "The office is looking at it" in certifier.see(base).text


def test_what_was_sent_back_stands_beside_its_section_and_is_corrected(
    demonstration: Demonstrated, certifier: Hand
) -> None:
    base = "/owed/page-1/2017-18-h1"
    reasons = ("Demand: The referrals are far too many.", "See the whole again.")
    back = SendBackReport(award="page-1", period="2017-18-h1", reasons=reasons, correct_by=AFTERWARDS.date())
    demonstration.do(back)
    assert "The referrals are far too many." in certifier.see("/owed").text
    tasks = certifier.see(base).text
    assert "See the whole again." in tasks
    assert "Sent back" in tasks
    section = certifier.see(f"{base}/section/demand")
    assert "The referrals are far too many." in section.text
    assert dict(section.sends())["referrals"] == "1200"  # as it was sent, to be put right
    assert "The referrals are far too many." not in certifier.see(f"{base}/section/outcomes").text

    certifier.section(base, "demand", {**SAID, "referrals": "120"})
    assert certifier.send(f"{base}/check", go="on").headers["location"] == f"{base}/send"
    no_reason = certifier.send(f"{base}/send", declared="yes")
    assert no_reason.status_code == 422
    assert "Say why the report is corrected" in no_reason.text
    sent = certifier.send(f"{base}/send", {"reason": "One nought too many."}, declared="yes")
    assert sent.headers["location"] == f"{base}?done=correct-report"
    last = events(demonstration, "page-1")[-1]
    assert isinstance(last, ReportCorrected)
    assert last.reason == "One nought too many."
    changed = [figure.quantity.words for figure in last.content.figures if figure.key == "referrals"]
    assert changed == ["120"]
    assert [explanation.words for explanation in last.content.explanations] == [WHY]

    assert "/sent/page-1/2017-18-h1" in [each.get("href") for each in certifier.see("/sent").all("a")]
    latest, first = certifier.see("/sent/page-1/2017-18-h1").text, certifier.see("/sent/page-1/2017-18-h1/1").text
    assert "One nought too many." in latest
    assert "1,200" not in latest
    assert "1,200" in first
    assert "The referrals are far too many." in first
    assert certifier.client.get("/sent/page-1/2017-18-h1/3").status_code == 404


def test_a_report_by_page_and_by_workbook_of_the_same_figures_are_equal_events(
    demonstration: Demonstrated, certifier: Hand, data_contact: Hand
) -> None:
    by_page, by_workbook = "/owed/page-2/2017-18-h1", "/owed/page-3/2017-18-h1"
    certifier.fill_in(by_page)
    certifier.send(f"{by_page}/check", {"why.spend": WHY}, go="on")
    assert certifier.send(f"{by_page}/send", declared="yes").status_code == 303

    faulty = filled_workbook(certifier, "page-3", {**SAID, "referrals": "twelve"}, {})
    told = certifier.send(f"{by_workbook}/workbook", files={"file": ("report.xlsx", faulty)})
    assert told.status_code == 422
    faults = Page(told.text).text
    assert "must be a whole number, like 12" in faults
    assert "C5" in faults or "C4" in faults
    assert events(demonstration, "page-3") == []
    assert "twelve" not in faults
    assert certifier.client.get(f"{by_workbook}/workbook/send").headers["location"] == f"{by_workbook}/workbook"

    right = filled_workbook(certifier, "page-3", SAID, {"spend": WHY})
    read = certifier.send(f"{by_workbook}/workbook", files={"file": ("report.xlsx", right)})
    assert read.headers["location"] == f"{by_workbook}/workbook/send"
    assert events(demonstration, "page-3") == []
    shown = certifier.see(f"{by_workbook}/workbook/send")
    assert "£1,250.50" in shown.text
    form = dict(shown.sends())
    assert certifier.client.post(f"{by_workbook}/workbook/send", data=form).status_code == 422  # not declared
    assert "somebody else of your organisation" in data_contact.see(f"{by_workbook}/workbook/send").text
    forged = {**form, "declared": "yes", "csrf_token": demonstration.csrf(data_contact.client)}
    assert data_contact.client.post(f"{by_workbook}/workbook/send", data=forged).status_code == 403
    another = certifier.client.post(
        f"{by_workbook}/workbook/send", data={**form, "declared": "yes", "sha256": "0" * 64}
    )
    assert another.status_code == 412
    assert events(demonstration, "page-3") == []
    for _twice in range(2):
        sent = certifier.client.post(f"{by_workbook}/workbook/send", data={**form, "declared": "yes"})
        assert sent.headers["location"] == f"{by_workbook}?done=submit-report"

    (one,), (other,) = events(demonstration, "page-2"), events(demonstration, "page-3")
    assert isinstance(one, ReportSubmitted)
    assert isinstance(other, ReportSubmitted)
    assert other.content.file is not None
    assert one.model_copy(update={"award": "page-3"}) == other.model_copy(update={"content": plain(other.content)})
    file = certifier.client.get("/sent/page-3/2017-18-h1/1/file")
    assert file.content == right
    assert certifier.client.get("/sent/page-2/2017-18-h1/1/file").status_code == 404


def test_a_data_contact_prepares_everything_and_the_certifier_sends_it(
    demonstration: Demonstrated, certifier: Hand, data_contact: Hand
) -> None:
    base = "/owed/page-4/2017-18-h1"
    data_contact.fill_in(base)
    data_contact.send(f"{base}/check", {"why.spend": WHY}, go="on")
    ready = data_contact.see(f"{base}/send")
    assert "certifier must declare and send it" in ready.text
    assert not list(ready.entries())
    form = dict(certifier.see(f"{base}/send").sends()) | {"declared": "yes"}
    forged = data_contact.client.post(
        f"{base}/send", data={**form, "csrf_token": demonstration.csrf(data_contact.client)}
    )
    assert forged.status_code == 403
    assert events(demonstration, "page-4") == []
    assert "The data contact of your organisation saved it last" in certifier.see(base).text
    form["csrf_token"] = demonstration.csrf(certifier.client)

    def sent_at_once(_number: int) -> str:
        client = TestClient(demonstration.app, follow_redirects=False, cookies=dict(certifier.client.cookies))
        return str(client.post(f"{base}/send", data=form).headers["location"])

    with ThreadPoolExecutor(3) as together:
        assert set(together.map(sent_at_once, range(3))) == {f"{base}?done=submit-report"}
    assert len(events(demonstration, "page-4")) == 1


def test_of_two_who_fill_in_the_same_section_the_later_one_is_told(
    demonstration: Demonstrated, certifier: Hand, data_contact: Hand
) -> None:
    base = "/owed/page-5/2017-18-h1"
    opened = dict(certifier.see(f"{base}/section/demand").sends())
    data_contact.section(base, "demand", {"referrals": "7"}, go="later")
    mine = {"csrf_token": opened["csrf_token"], "mark": opened["mark"], "referrals": "8", "go": "later"}
    told = certifier.client.post(f"{base}/section/demand", data=mine)
    assert told.status_code == 412
    page = Page(told.text)
    assert "The data contact of your organisation saved this section after you opened it" in page.text
    assert "Referrals received: 7" in page.text
    again = dict(page.sends())
    assert again["referrals"] == "8"
    assert certifier.client.post(f"{base}/section/demand", data={**mine, "mark": again["mark"]}).status_code == 303
    assert dict(data_contact.see(f"{base}/section/demand").sends())["referrals"] == "8"
    with alone(demonstration.desk, "page-5", "2017-18-h1"):  # somebody else is at it, in whatever process
        assert certifier.client.post(f"{base}/section/demand", data={**mine, "mark": "2"}).status_code == 409


def test_what_cannot_be_read_is_told_at_its_field_and_kept_as_it_was_typed(certifier: Hand) -> None:
    base = "/owed/page-6/2017-18-h1"
    said = {"referrals": "about twelve", "continuing": "12.5"}
    told = certifier.section(base, "demand", said)
    assert told.status_code == 422
    page = Page(told.text)
    links = [str(each.get("href")) for each in page.all("a") if str(each.get("href")).startswith("#entry-")]
    assert len(links) == 2
    assert {link[1:] for link in links} <= set(page.ids)
    assert "Referrals received must be a whole number, like 12" in page.text
    assert dict(certifier.see(f"{base}/section/demand").sends())["referrals"] == "about twelve"

    upside_down = {"outcome.cope.eligible": "5", "outcome.cope.answered": "7", "outcome.cope.improved": "1"}
    assert "must not be more than" in certifier.section(base, "outcomes", upside_down).text
    personal = certifier.section(base, "in-words", {"words.risks": "Ring 01223 456789 about it."}, go="later")
    assert personal.status_code == 422
    assert "a telephone number" in personal.text
    assert "01223 456789" in personal.text  # shown again to whoever typed it, and kept nowhere
    assert "01223" not in certifier.client.get(f"{base}/section/in-words").text


def test_forged_repeated_and_oversized_forms_change_nothing(demonstration: Demonstrated, certifier: Hand) -> None:
    path = "/owed/page-6/2017-18-h2/section/demand"
    form = {"csrf_token": demonstration.csrf(certifier.client), "mark": "0", "referrals": "5", "go": "later"}
    assert certifier.client.post(path, data={**form, "csrf_token": "x" * 64}).status_code == 403
    assert certifier.client.post(path, data={**form, "posts-filled": "5"}).status_code == 422
    assert certifier.client.post(path, data={**form, "referrals": ["5", "6"]}).status_code == 422
    assert certifier.client.post(path, data={**form, "mark": "-1"}).status_code == 422
    assert certifier.client.post(path, data={**form, "referrals": "5" * 300_000}).status_code == 422
    assert certifier.client.post(path, data={**form, "referrals": "5" * 2_000_000}).status_code == 413
    assert "Not started" in certifier.see("/owed/page-6/2017-18-h2").text
    for _twice in range(2):
        assert certifier.client.post(path, data=form).status_code == 303
    draft = demonstration.desk.accounts.draft("report", "page-6/2017-18-h2")
    assert draft is not None
    assert draft.said["parts"] == {"demand": {"referrals": "5"}}
    assert draft.said["marks"] == {"demand": 1}


def test_a_nil_return_is_declared_on_a_page_of_its_own(
    demonstration: Demonstrated, certifier: Hand, data_contact: Hand
) -> None:
    path = "/owed/page-5/2017-18-h2/nil-return"
    stream = "obligation-page-5.outcome-report.2017-18-h2"
    before = len(demonstration.office.log.stream(stream))
    assert certifier.send(path, {"reason": "The service had not begun."}).status_code == 422  # not declared
    assert certifier.send(path, declared="yes").status_code == 422  # no reason
    token = demonstration.csrf(data_contact.client)
    said = {"reason": "The service had not begun.", "declared": "yes"}
    assert data_contact.client.post(path, data={**said, "csrf_token": token}).status_code == 403
    assert len(demonstration.office.log.stream(stream)) == before
    assert certifier.send(path, said).headers["location"].endswith("?done=declare-nil-return")
    assert (
        certifier.client.post(path, data={**said, "csrf_token": demonstration.csrf(certifier.client)})
        .headers["location"]
        .endswith("?same=declare-nil-return")
    )
    found = [recorded.event for recorded in demonstration.office.log.stream(stream)]
    assert [type(event) for event in found[before:]] == [NilReturnDeclared]
    assert "A nil return was declared" in certifier.see("/owed/page-5/2017-18-h2").text


def test_what_belongs_to_another_provider_is_not_there_and_staff_have_no_such_pages(
    demonstration: Demonstrated, signed_in_as: SignInAs, certifier: Hand
) -> None:
    stranger = signed_in_as(Role.PROVIDER, provider="family-action")
    staff = signed_in_as(Role.CONTRACT_MANAGER)
    base = "/owed/page-1/2017-18-h1"
    pages = [base, *(f"{base}/{page}" for page in ("section/demand", "check", "send", "workbook", "nil-return"))]
    pages += [f"{base}/workbook/send", "/sent/page-1/2017-18-h1", "/sent/page-1/2017-18-h1/1"]
    for path in pages:
        assert stranger.get(path).status_code == 404, path
        assert staff.get(path).status_code == 403, path
    for path in pages[1:6]:
        posted = stranger.post(path, data={"csrf_token": demonstration.csrf(stranger)})
        assert posted.status_code == 404, path
    assert "page-1" not in stranger.get("/owed").text + stranger.get("/sent").text
    missing = certifier.client.get("/owed/page-1/2031-32-h1")
    assert missing.status_code == 404
    assert certifier.client.get("/owed/page-1/nonsense").status_code == 404


def test_every_page_of_a_provider_makes_at_most_twelve_queries(demonstration: Demonstrated, certifier: Hand) -> None:
    demonstration.do(*awarded("page-months", 10), reporting("page-months", "monthly"))
    for month in range(4, 12):  # each of their spends counts in the checks of the next
        demonstration.do(reported("page-months", f"2017-{month:02}", referrals=20, spend=100))
    base = "/owed/page-1/2017-18-h1"
    certifier.section(base, "demand", {"referrals": "3"}, go="later")
    pages = ["/owed", "/sent", "/sent/page-1/2017-18-h1", base]
    pages += [f"{base}/{page}" for page in ("section/demand", "check", "send", "workbook", "nil-return")]
    pages += ["/owed/page-months/2017-11/check", "/owed/page-months/2017-12/check"]
    certifier.see("/owed")  # so that what is new is folded
    for path in pages:
        with queries_counted() as statements:
            assert certifier.client.get(path).status_code in (200, 303), path
        asked = [each for each in statements if not each.startswith(("PRAGMA", "BEGIN", "COMMIT"))]
        assert len(asked) <= 12, (path, len(asked), asked)
