"""The pages of people: administrators alone, each form right, wrong, forged and twice; and what is shown once."""

import io
import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from playwright.sync_api import Browser

from domain.kernel import Role, utc_now
from domain.monitoring.policy import Part
from services.address_book import Person
from services.app import make_app
from services.demo_people import PROVIDER
from services.front_desk import COOKIE
from services.web.routes import people, people_secrets
from tests.web.browser import Page
from tests.web.chromium import axe_violations, launched, opened, served, wider_than_its_window
from tests.web.conftest import Demonstrated, SignInAs

EMAIL = "made.up@example.org"
PAGES = ("/people", "/people/new", *(f"/people/p-made{way}" for way in ("", "/change", "/leave", "/erase")))
PAGES = (*PAGES, "/people/p-made/tokens/new")
POSTS = (
    *("/people", "/people/new", "/people/p-made/change", "/people/p-made/invite", "/people/p-made/sign-out"),
    *("/people/p-made/leave", "/people/p-made/erase", "/people/p-made/feed", "/people/p-made/tokens/new"),
    "/people/p-made/tokens/abc/revoke",
)
OTHERS = [role for role in Role if role not in (Role.ADMINISTRATOR, Role.SCHEDULER)]


@pytest.fixture(scope="module", autouse=True)
def mounted(demonstration: Demonstrated) -> None:
    demonstration.mount(people, people_secrets)


@pytest.fixture(scope="module")
def administrator(signed_in_as: SignInAs) -> TestClient:
    return signed_in_as(Role.ADMINISTRATOR, name="The administrator (made up)")


@pytest.fixture(autouse=True)
def somebody(demonstration: Demonstrated) -> Person:
    """A contract manager, as known at the beginning of each test."""
    made = Person(id="p-made", name="Made Up", email=EMAIL, roles=frozenset({Role.CONTRACT_MANAGER}))
    demonstration.book.put(made)
    return made


def page_at(client: TestClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def sent(client: TestClient, path: str, **said: Any) -> Response:
    """Fills in the one form of a page and sends it: what is said takes the place of what stands there."""
    fields: dict[str, Any] = {}
    for name, value in page_at(client, path).sends():
        fields[name] = [*fields.get(name, []), value] if name in ("roles", "parts", "scope") else value
    return client.post(path, data=fields | said)


def posted(client: TestClient, path: str, demonstration: Demonstrated, **said: Any) -> Response:
    fields = {"csrf_token": demonstration.csrf(client), "key": "a-key-of-a-test-page", **said}
    return client.post(path, data=fields)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_strict_has_few_queries_and_shows_no_money(
    administrator: TestClient, counted: Callable[[], Any], path: str
) -> None:
    with counted() as statements:
        page = page_at(administrator, path)
    assert len(statements) <= 12
    assert "£" not in page.text


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_sees_or_does_anything_here(
    demonstration: Demonstrated, signed_in_as: SignInAs, role: Role
) -> None:
    more = {"provider": PROVIDER} if role is Role.PROVIDER else {}
    client = signed_in_as(role, **more)
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 403
        assert EMAIL not in answer.text
    for path in POSTS:
        assert posted(client, path, demonstration, confirm="p-made").status_code == 403
    assert demonstration.book.person("p-made") is not None


def test_somebody_who_is_not_signed_in_is_asked_to_sign_in(signed_in_as: SignInAs) -> None:
    nobody = signed_in_as(None)
    assert {nobody.get(path).status_code for path in PAGES} == {401}


@pytest.mark.parametrize("path", POSTS)
def test_a_forged_form_does_nothing(demonstration: Demonstrated, administrator: TestClient, path: str) -> None:
    before = demonstration.book.people()
    for token in ("", "of somebody else"):
        assert administrator.post(path, data={"csrf_token": token, "confirm": "p-made"}).status_code == 403
    assert demonstration.book.people() == before


@pytest.mark.parametrize("path", ["/people/p-nobody", "/people/p-nobody/change", "/people/p-nobody/erase"])
def test_nobody_of_that_id_is_no_page(administrator: TestClient, path: str) -> None:
    assert administrator.get(path).status_code == 404


def test_somebody_new_is_added_once_however_often_the_form_is_sent(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    said = {
        "name": "Somebody New (made up)",
        "email": "new@example.org",
        "phone": "01632 960001",
        "roles": ["contract-manager", "finance"],
        "parts": ["contract-manager"],
        "digest": "yes",
        "reach": "named",
        "awards": "MOJ-2017-07\nMOJ-2017-01",
    }
    key = "the-key-of-this-very-form"
    answers = [posted(administrator, "/people/new", demonstration, **said | {"key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    where = [answer.headers["location"].partition("?") for answer in answers]
    assert where[0][0] == where[1][0]
    assert [each[2] for each in where] == ["done=person-added", "done=person-there"]
    [added] = [each for each in demonstration.book.people() if each.email == "new@example.org"]
    assert added.roles == {Role.CONTRACT_MANAGER, Role.FINANCE}
    assert (added.awards, added.digest, added.certifies) == (("MOJ-2017-07", "MOJ-2017-01"), True, False)
    assert re.fullmatch(r"p-[a-z]{8}", added.id)
    assert "is in the address book" in page_at(administrator, answers[1].headers["location"]).text


def test_a_provider_is_picked_from_the_register_and_the_certifier_is_told_apart(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    said = {"name": "A Certifier (made up)", "email": "certifier@example.org", "roles": ["provider"]}
    answer = sent(administrator, "/people/new", **said, provider=PROVIDER, certifies="yes")
    added = demonstration.book.person(answer.headers["location"].partition("?")[0].rpartition("/")[2])
    assert added is not None
    assert (added.provider, added.certifies) == (PROVIDER, True)
    assert added.roles == {Role.PROVIDER}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"email": "no address"}, "email"),
        ({"email": EMAIL, "roles": ["auditor"]}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"roles": ["scheduler"]}, "roles"),
        ({"roles": ["finance"], "provider": PROVIDER}, "roles"),
        ({"roles": ["provider"]}, "provider"),
        ({"parts": ["provider"]}, "provider"),
        ({"parts": ["everybody"]}, "parts"),
        ({"provider": "a-made-up-one"}, "provider"),
        ({"reach": "named"}, "awards"),
        ({"reach": "named", "awards": "NO-SUCH-AWARD"}, "awards"),
        ({"subject": "two words"}, "subject"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_that_was_typed_is_lost(
    demonstration: Demonstrated, administrator: TestClient, wrong: dict[str, Any], field: str
) -> None:
    before = demonstration.book.people()
    answer = sent(administrator, "/people/new", **{"name": "Typed (made up)", "email": "typed@example.org"} | wrong)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert f"#{field}" in [link.get("href") for link in page.all("a")]
    assert f"{field}-error" in page.ids
    kept = dict(page.sends())
    assert kept["email"] == wrong.get("email", "typed@example.org")
    assert demonstration.book.people() == before


def test_a_change_says_what_it_changes_and_leaves_the_rest(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    demonstration.book.mark_bounced("p-made")
    answer = sent(administrator, "/people/p-made/change", phone="01632 960002")
    assert answer.headers["location"] == "/people/p-made?done=person-changed"
    changed = demonstration.book.person("p-made")
    assert changed is not None
    assert (changed.phone, changed.bounced) == ("01632 960002", True)
    assert changed.roles == {Role.CONTRACT_MANAGER}
    sent(administrator, "/people/p-made/change", email="right@example.org")
    changed = demonstration.book.person("p-made")
    assert changed is not None
    assert (changed.email, changed.bounced) == ("right@example.org", False)


def test_a_change_upon_somebody_elses_says_what_they_changed(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    opened_on = dict(page_at(administrator, "/people/p-made/change").sends())
    demonstration.book.change("p-made", lambda person: person.model_copy(update={"phone": "01632 960003"}))
    answer = posted(administrator, "/people/p-made/change", demonstration, **opened_on | {"name": "Mine", "roles": []})
    assert answer.status_code == 412
    assert "after you opened the page: Telephone number." in answer.text
    assert dict(Page(answer.text).sends())["name"] == "Mine"
    now = demonstration.book.person("p-made")
    assert now is not None
    assert (now.name, now.phone) == ("Made Up", "01632 960003")


def test_the_last_administrator_cannot_be_taken_away(demonstration: Demonstrated, administrator: TestClient) -> None:
    me = demonstration.desk.accounts.session(demonstration.secret_of(administrator), utc_now())
    assert me is not None
    for each in demonstration.book.people():
        if Role.ADMINISTRATOR in each.roles and each.id != me.who.id:
            demonstration.book.change(each.id, lambda known: known.model_copy(update={"roles": frozenset()}))
    mine = f"/people/{me.who.id}"
    assert "the last administrator" in page_at(administrator, mine).text
    answers = [
        sent(administrator, f"{mine}/change", roles=["auditor"]),
        sent(administrator, f"{mine}/leave"),
        sent(administrator, f"{mine}/erase", confirm=me.who.id),
    ]
    assert [answer.status_code for answer in answers] == [422, 409, 409]
    assert all("last administrator" in Page(answer.text).text for answer in answers)
    still = demonstration.book.person(me.who.id)
    assert still is not None
    assert still.may_sign_in


def test_an_administrator_who_was_never_invited_does_not_take_the_place_of_the_last_one(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    me = demonstration.desk.accounts.session(demonstration.secret_of(administrator), utc_now())
    assert me is not None
    for each in demonstration.book.people():
        if Role.ADMINISTRATOR in each.roles and each.id != me.who.id:
            demonstration.book.change(each.id, lambda known: known.model_copy(update={"roles": frozenset()}))
    other = Person(id="p-other", name="Other", email="o@example.org", roles=frozenset({Role.ADMINISTRATOR}))
    demonstration.book.put(other)
    mine = f"/people/{me.who.id}"
    for answer in (
        sent(administrator, f"{mine}/change", roles=["auditor"]),
        sent(administrator, f"{mine}/leave"),
        sent(administrator, f"{mine}/erase", confirm=me.who.id),
    ):
        assert answer.status_code in (409, 422)
        assert "Invite another administrator first" in Page(answer.text).text
    still = demonstration.book.person(me.who.id)
    assert still is not None
    assert Role.ADMINISTRATOR in still.roles
    assert sent(administrator, "/people/p-other/leave").status_code == 303


def test_an_invitation_is_one_message_with_a_link_that_signs_in(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    fields = {"key": "the-key-of-an-invitation"}
    answers = [posted(administrator, "/people/p-made/invite", demonstration, **fields) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {"/people/p-made?done=person-invited"}
    [message] = [file for file in demonstration.settings.mail_folder.glob("*.eml") if EMAIL in file.read_text()]
    text = message.read_text().replace("=\n", "").replace("=3D", "=")
    found = re.search(r"http://127\.0\.0\.1:8000(/sign-in/link/[A-Za-z0-9_-]+)", text)
    assert found is not None
    invited = demonstration.book.person("p-made")
    assert invited is not None
    assert invited.invited_on is not None
    guest = TestClient(demonstration.app, follow_redirects=False)
    token = dict(Page(guest.get(found[1]).text).sends())["csrf_token"]
    assert guest.post(found[1], data={"csrf_token": token}).status_code == 303
    assert COOKIE in guest.cookies


def test_who_may_not_sign_in_is_not_invited_and_gets_no_token(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    demonstration.book.change("p-made", lambda person: person.model_copy(update={"roles": frozenset()}))
    page = page_at(administrator, "/people/p-made").text
    assert "An invitation" not in page
    assert "Make a token" not in page
    assert posted(administrator, "/people/p-made/invite", demonstration).status_code == 409
    assert administrator.get("/people/p-made/tokens/new").status_code == 409


def test_a_token_is_shown_once_does_what_was_ticked_and_is_revoked(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    said = {"title": "The finance system (made up)", "scope": ["read", "events"], "key": "k" * 20}
    last = (utc_now() + timedelta(days=30)).date()
    said |= {"last-day": str(last.day), "last-month": str(last.month), "last-year": str(last.year)}
    shown = posted(administrator, "/people/p-made/tokens/new", demonstration, **said)
    found = re.search(r"outturn_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", shown.text)
    assert found is not None
    secret = found[0]
    assert shown.headers["cache-control"] == "no-store"
    again = posted(administrator, "/people/p-made/tokens/new", demonstration, **said)
    assert (again.status_code, again.headers["location"]) == (303, "/people/p-made?done=shown-once")
    [token] = demonstration.desk.accounts.tokens_of("p-made")
    assert token.scope == {"read", "events"}
    assert token.expires_on == last
    page = administrator.get("/people/p-made").text
    assert secret not in page
    assert f"outturn_{token.prefix}_" in page
    program = TestClient(demonstration.app, headers={"authorization": f"Bearer {secret}"})
    assert program.get("/api/awards", params={"limit": 1}).status_code == 200
    revoked = posted(administrator, f"/people/p-made/tokens/{token.prefix}/revoke", demonstration)
    assert revoked.headers["location"] == "/people/p-made?done=token-revoked"
    assert program.get("/api/awards", params={"limit": 1}).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"scope": []}, "scope"),
        ({"scope": ["sign-off-return"]}, "scope"),
        ({"scope": ["read", "complete-milestone"]}, "scope"),  # that token its person makes
        ({"last-year": "2099"}, "last-day"),
        ({"last-day": "31", "last-month": "2"}, "last-day"),
    ],
)
def test_a_token_that_cannot_be_is_not_made(
    demonstration: Demonstrated, administrator: TestClient, wrong: dict[str, Any], field: str
) -> None:
    answer = sent(administrator, "/people/p-made/tokens/new", **{"title": "A program"} | wrong)
    assert answer.status_code == 422
    assert f"#{field}" in [link.get("href") for link in Page(answer.text).all("a")]
    assert "outturn_" not in answer.text


def test_a_token_of_somebody_else_is_not_revoked_from_here(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    accounts = demonstration.desk.accounts
    demonstration.book.put(Person(id="p-other", name="Other", email="o@example.org", roles=frozenset({Role.AUDITOR})))
    accounts.new_token("p-other", "Theirs", ["read"], utc_now().date() + timedelta(days=2), utc_now())
    [theirs] = accounts.tokens_of("p-other")
    answer = posted(administrator, f"/people/p-made/tokens/{theirs.prefix}/revoke", demonstration)
    assert answer.status_code == 404
    assert not accounts.tokens_of("p-other")[0].revoked


def test_signing_out_and_leaving_end_at_once(demonstration: Demonstrated, administrator: TestClient) -> None:
    accounts, hour = demonstration.desk.accounts, timedelta(hours=1)
    accounts.begin_session("p-made", "link", utc_now(), hour, hour)
    assert "Sign out everywhere" in page_at(administrator, "/people/p-made").text
    posted(administrator, "/people/p-made/sign-out", demonstration)
    assert accounts.sessions_of("p-made", utc_now()) == []
    later = (utc_now() + timedelta(days=3)).date()
    to_come = {"left-day": str(later.day), "left-month": str(later.month), "left-year": str(later.year)}
    assert sent(administrator, "/people/p-made/leave", **to_come).status_code == 422
    assert sent(administrator, "/people/p-made/leave", **{"left-month": "13"}).status_code == 422
    answer = sent(administrator, "/people/p-made/leave")
    assert answer.headers["location"] == "/people/p-made?done=person-left"
    assert "Left" in page_at(administrator, "/people/p-made").text


def _feed(demonstration: Demonstrated, administrator: TestClient, key: str) -> str:
    shown = posted(administrator, "/people/p-made/feed", demonstration, key=key)
    found = re.search(r"http://127\.0\.0\.1:8000(/calendar/[A-Za-z0-9_-]{43}\.ics)", shown.text)
    assert found is not None
    return found[1]


def test_the_calendar_is_there_for_whoever_has_its_address_until_it_ends(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    demonstration.book.change(
        "p-made", lambda known: known.model_copy(update={"parts": frozenset({Part.CONTRACT_MANAGER})})
    )
    address = _feed(demonstration, administrator, "the-key-of-a-calendar")
    again = posted(administrator, "/people/p-made/feed", demonstration, key="the-key-of-a-calendar")
    assert again.headers["location"] == "/people/p-made?done=shown-once"
    anybody = TestClient(demonstration.app)
    first = anybody.get(address)
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in first.content
    assert EMAIL.encode() not in first.content
    assert anybody.get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    newer = _feed(demonstration, administrator, "the-key-of-another-one")
    assert anybody.get(address).status_code == 404
    sent(administrator, "/people/p-made/leave")
    assert anybody.get(newer).status_code == 404
    assert anybody.get("/calendar/made-up.ics").status_code == 404


def test_neither_the_secret_of_a_calendar_nor_an_erased_address_stands_in_the_log(
    demonstration: Demonstrated, administrator: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", heard)
        app = make_app(demonstration.settings, demonstration.office, demonstration.book)
        for module in (people, people_secrets):
            app.include_router(module.make_router())
        client = TestClient(app, follow_redirects=False)
        client.cookies.set(COOKIE, demonstration.secret_of(administrator))
        address = _feed(demonstration, client, "the-key-of-a-logged-one")
        client.get(address)
        client.get("/calendar/made-up-secret.ics")
        posted(client, "/people", demonstration, words=EMAIL)
        posted(client, "/people/p-made/erase", demonstration, confirm="p-made")
    said = heard.getvalue()
    assert '"/calendar/{token}.ics"' in said
    assert address.removesuffix(".ics").rpartition("/")[2] not in said
    assert "made-up-secret" not in said
    assert EMAIL not in said


def test_an_erased_person_is_in_no_file_of_the_office(demonstration: Demonstrated, administrator: TestClient) -> None:
    """What was sent stays where it went, in the mail folder too: the page says so."""
    address = "quite.unheard.of@example.org"
    said = {"name": "Unheard Of (made up)", "email": address, "roles": ["finance"]}
    answer = posted(administrator, "/people/new", demonstration, **said, key="the-key-of-an-erased-one")
    person = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    posted(administrator, f"/people/{person}/invite", demonstration)
    sent(administrator, f"/people/{person}/change", phone="01632 960009")
    posted(administrator, "/people", demonstration, words=address)
    assert sent(administrator, f"/people/{person}/erase", confirm="p-made").status_code == 422
    assert demonstration.book.person(person) is not None
    page = page_at(administrator, f"/people/{person}/erase").text
    assert "folder for messages" in page
    answers = [posted(administrator, f"/people/{person}/erase", demonstration, confirm=person) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {"/people?done=person-erased"}
    folder = demonstration.settings.mail_folder.parent
    files = [file for file in folder.rglob("*") if file.is_file() and folder / "mail" not in file.parents]
    assert any(file.name.endswith(".people.db") for file in files)
    held = [file.name for file in files if b"unheard" in file.read_bytes().lower()]
    assert held == []


def test_the_list_is_narrowed_by_standing_and_words_and_read_in_pages(
    demonstration: Demonstrated, administrator: TestClient, counted: Callable[[], Any]
) -> None:
    for number in range(people.AT_ONCE + 5):
        said = {"id": f"p-many-{number}", "name": f"Zz Many {number:03}", "email": f"many{number}@example.org"}
        demonstration.book.put(Person.model_validate(said))
    with counted() as statements:
        first = page_at(administrator, "/people?standing=written-to")
    assert len(statements) <= 12
    [more] = [link.get("href") for link in first.all("a") if "after=" in (link.get("href") or "")]
    assert "example.org" not in more
    second = page_at(administrator, more)
    assert f"Zz Many {people.AT_ONCE + 4:03}" in second.text
    assert "Zz Many 000" not in second.text
    found = posted(administrator, "/people", demonstration, words="many 007")
    assert found.status_code == 200
    assert "1 person found" in Page(found.text).text
    assert "many7@example.org" in found.text
    nobody = Page(posted(administrator, "/people", demonstration, words="<nobody>").text)
    assert "Nobody is found here" in nobody.text
    demonstration.book.mark_bounced("p-many-3")
    assert "Zz Many 003" in page_at(administrator, "/people?standing=bounced").text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def test_every_page_is_accessible_and_fits_a_telephone(
    demonstration: Demonstrated, administrator: TestClient, browser: Browser
) -> None:
    demonstration.desk.accounts.new_token(
        "p-made", "A program", ["read"], utc_now().date() + timedelta(days=2), utc_now()
    )
    secret = demonstration.secret_of(administrator)
    with served(demonstration.app) as base, opened(browser, width=320) as (page, complaints):
        page.context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
        for path in PAGES:
            page.goto(base + path)
            assert axe_violations(page) == [], path
            assert wider_than_its_window(page) == 0, path
        page.fill("#title", "A program")
        page.click("button:has-text('Make the token')")
        assert page.input_value("#secret").startswith("outturn_")
        assert axe_violations(page) == []
        assert complaints == []
