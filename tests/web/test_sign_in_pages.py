"""The pages to sign in by: strict, accessible, and the journey through a message; the demonstration's own way in.

Who gets in and who does not is shown in ``tests/api/test_security.py``.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from domain.kernel import Role
from services.address_book import Person
from services.app import make_app
from services.demo_people import PEOPLE, move_in
from services.front_desk import COOKIE
from services.settings import Settings
from tests.web.browser import Page
from tests.web.chromium import axe_violations, launched, opened, served, wider_than_its_window
from tests.web.conftest import Demonstrated

LINK = re.compile(r"http://127\.0\.0\.1:8000(/sign-in/link/[A-Za-z0-9_-]+)")


@pytest.fixture(autouse=True)
def somebody(demonstration: Demonstrated) -> Person:
    person = Person(id="p-guest", name="A Guest (made up)", email="guest@example.org", roles=frozenset({Role.AUDITOR}))
    demonstration.book.put(person)
    return person


@pytest.fixture
def visitor(demonstration: Demonstrated) -> TestClient:
    return TestClient(demonstration.app, follow_redirects=False)


def asked_for(client: TestClient, path: str = "/sign-in", **said: str) -> Page:
    """Asks for a link on the page to sign in, and gives the page that comes."""
    fields = dict(Page(client.get(path).text).sends())
    answer = client.post("/sign-in/link", data=fields | said)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def messages(folder: Path) -> list[EmailMessage]:
    """What lies in the mail folder."""
    files = folder.glob("*.eml") if folder.is_dir() else ()
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def test_a_page_that_needs_signing_in_leads_there_and_back(demonstration: Demonstrated, visitor: TestClient) -> None:
    refused = visitor.get("/awards?status=approved", headers={"accept": "text/html"})
    assert refused.status_code == 401
    going = dict(Page(refused.text).sends())
    assert going["next"] == "/awards?status=approved"
    said = visitor.post("/sign-in/link", data=going | {"email": "guest@example.org"})
    assert "on its way" in Page(said.text).text
    [message] = messages(demonstration.settings.mail_folder)
    assert message["To"].addresses[0].addr_spec == "guest@example.org"
    text = message.get_body(("plain",))
    assert text is not None
    found = LINK.search(text.get_content())
    assert found is not None
    assert "used once" in text.get_content()

    opened_only = visitor.get(found[1])  # as a program does that looks through mail
    assert opened_only.status_code == 200
    assert COOKIE not in visitor.cookies
    signed_in = visitor.post(found[1], data=dict(Page(visitor.get(found[1]).text).sends()))
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/awards?status=approved")
    spent = visitor.get(found[1], headers={"accept": "text/html"})
    assert spent.status_code == 404
    assert "/sign-in" in [link.get("href") for link in Page(spent.text).matter.iter("a")]
    spent_again = visitor.post(found[1], data={"csrf_token": demonstration.csrf(visitor)})
    assert (spent_again.status_code, "Ask for another link" in Page(spent_again.text).text) == (404, True)

    token = {"csrf_token": demonstration.csrf(visitor)}
    out = visitor.post("/sign-out", data=token)
    assert "You are signed out." in Page(visitor.get(out.headers["location"]).text).text
    assert "You are signed out." not in Page(visitor.get("/sign-in?done=signed-out").text).text


def test_an_address_that_is_not_known_gets_the_same_words_and_no_message(
    demonstration: Demonstrated, visitor: TestClient
) -> None:
    known = asked_for(visitor, email="guest@example.org").text
    before = len(messages(demonstration.settings.mail_folder))
    assert asked_for(visitor, email="nobody@example.org").text == known
    assert len(messages(demonstration.settings.mail_folder)) == before


@pytest.mark.parametrize("email", ["", "guest", "two@example.org, three@example.org"])
def test_what_is_no_address_is_a_fault_at_its_field(visitor: TestClient, email: str) -> None:
    fields = dict(Page(visitor.get("/sign-in").text).sends()) | {"email": email}
    answer = visitor.post("/sign-in/link", data=fields)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "#email" in [link.get("href") for link in page.all("a")]
    assert "email-error" in page.ids
    assert dict(page.sends())["email"] == email


def test_the_people_of_the_demonstration_are_offered_only_where_that_is_switched_on(
    demonstration: Demonstrated, visitor: TestClient
) -> None:
    move_in(demonstration.book)
    page = Page(visitor.get("/sign-in").text)
    assert "Look round the demonstration" not in page.text
    forged = visitor.post("/sign-in/demonstration", data=dict(page.sends()) | {"person": PEOPLE[0].id})
    assert forged.status_code == 404
    assert COOKIE not in visitor.cookies


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 303), ("::1", 303), ("192.0.2.7", 404)])
def test_signing_in_as_one_of_the_demonstration_is_for_this_machine_alone(
    demonstration: Demonstrated, host: str, status: int
) -> None:
    move_in(demonstration.book)
    app = make_app(demonstration.settings, demonstration.office, demonstration.book, demonstration_sign_in=True)
    client = TestClient(app, follow_redirects=False, client=(host, 50_000))
    page = Page(client.get("/sign-in").text)
    assert all(person.name in page.text for person in PEOPLE)
    fields = {"csrf_token": dict(page.sends())["csrf_token"], "person": PEOPLE[0].id}
    assert client.post("/sign-in/demonstration", data=fields).status_code == status
    assert (COOKIE in client.cookies) is (status == 303)
    somebody_real = client.post("/sign-in/demonstration", data=fields | {"person": "p-guest"})
    assert somebody_real.status_code != 303


def test_the_work_account_is_offered_where_there_is_one(demonstration: Demonstrated) -> None:
    said = demonstration.settings.model_dump() | {"oidc_issuer": "https://sign-in.example.org", "oidc_client_id": "x"}
    app = make_app(Settings(**said, _env_file=None), demonstration.office, demonstration.book)
    page = Page(TestClient(app).get("/sign-in?next=/awards").text)
    assert "Sign in with your work account" in page.text
    assert "/sign-in/organisation?next=/awards" in [link.get("href") for link in page.all("a")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_journey_through_a_message_is_accessible_and_fits_a_telephone(
    demonstration: Demonstrated, browser: Browser, javascript: bool
) -> None:
    folder = demonstration.settings.mail_folder
    before = {str(message["Message-ID"]) for message in messages(folder)}
    with (
        served(demonstration.app) as base,
        opened(browser, width=320, javascript=javascript) as (page, complaints),
    ):

        def looked_at() -> None:
            assert axe_violations(page) == [], page.url
            assert wider_than_its_window(page) == 0, page.url

        page.goto(f"{base}/sign-in")
        looked_at()
        page.fill("#email", "guest@example.org")
        page.click("text=Send me a link")
        page.wait_for_selector("h1:has-text('Look in your mail')")
        looked_at()
        page.wait_for_load_state("networkidle")
        [message] = [each for each in messages(folder) if str(each["Message-ID"]) not in before]
        text = message.get_body(("plain",))
        assert text is not None
        found = LINK.search(text.get_content())
        assert found is not None
        page.goto(base + found[1])
        looked_at()
        page.click("main button")
        page.wait_for_load_state("networkidle")
        assert COOKIE in {cookie.get("name") for cookie in page.context.cookies()}
        assert complaints == []
