"""Who gets in and who does not: sessions, forms, e-mailed links, tokens, and the organisation's own sign-in."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response

from domain.kernel import Role, utc_now
from services.address_book import AddressBook, Person
from services.app import make_app
from services.settings import Database, Settings
from services.wiring import open_office
from tests.api.conftest import Building
from tests.services.a_provider_of_identity import CLIENT, SECRET, a_real_provider

PLAN = "/api/awards/a1/plan-milestone"
REVIEW = {"milestone": "review", "title": "Six-month review", "due_on": "2017-09-30"}
FORM = "/awards/a1/do/plan-milestone"
GOOD_FOR = timedelta(minutes=30)


class Browser:
    """A browser of its own, which keeps its cookies and reads the token off the forms that it is shown."""

    def __init__(self, building: Building) -> None:
        self.desk = building.desk
        self.client = TestClient(building.client.app, raise_server_exceptions=False, follow_redirects=False)

    def get(self, path: str, **headers: str) -> Response:
        """Opens a page."""
        return self.client.get(path, headers={"accept": "text/html", **headers})

    def token(self, page: str = "/sign-in") -> str:
        """The token of the form on a page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page).text)
        assert found is not None
        return found[1]

    def send(self, path: str, token: str | None, headers: dict[str, str] | None = None, **said: str) -> Response:
        """Sends a form."""
        data = {"sent": "yes", **said, **({} if token is None else {"csrf_token": token})}
        return self.client.post(path, data=data, headers={"accept": "text/html", **(headers or {})})

    def sign_in(self, person: str = "contract-manager", goes_to: str = "/") -> Response:
        """Follows an e-mailed link, and presses its button."""
        secret = self.desk.accounts.new_link(person, utc_now(), GOOD_FOR, goes_to)
        path = f"/sign-in/link/{secret}"
        return self.send(path, self.token(path))

    @property
    def cookie(self) -> str | None:
        """The secret of the session."""
        return self.client.cookies.get("outturn")

    def who(self) -> str | None:
        """As whom the office knows this browser."""
        answer = self.client.get("/api/me")
        return str(answer.json()["id"]) if answer.status_code == 200 else None


@pytest.fixture
def browser(building: Building) -> Browser:
    """Somebody's browser, not signed in."""
    return Browser(building)


@pytest.fixture
def another(building: Building) -> Browser:
    """Somebody else's."""
    return Browser(building)


# sessions


def test_a_link_signs_in_and_leads_to_where_it_was_meant_to(browser: Browser) -> None:
    answer = browser.sign_in("certifier", "/owed?from=mail")
    assert (answer.status_code, answer.headers["location"]) == (303, "/owed?from=mail")
    assert browser.who() == "certifier"
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said


def test_a_secret_that_somebody_else_chose_is_never_taken_over(browser: Browser) -> None:
    chosen = "x" * 43
    browser.client.cookies.set("outturn", chosen)
    assert browser.who() is None
    browser.sign_in()
    assert browser.who() == "contract-manager"
    mine = [each.value for each in browser.client.cookies.jar if each.name == "outturn" and each.value != chosen]
    assert len(mine) == 1
    assert browser.desk.accounts.session(chosen, utc_now()) is None


def test_signing_in_again_ends_the_session_before(browser: Browser) -> None:
    browser.sign_in()
    before = browser.cookie or ""
    browser.sign_in("finance")
    assert browser.who() == "finance"
    assert browser.desk.accounts.session(before, utc_now()) is None


def test_a_session_that_was_left_behind_opens_nothing_after_signing_out(browser: Browser, another: Browser) -> None:
    browser.sign_in()
    copied = browser.cookie or ""
    answer = browser.send("/sign-out", browser.token(FORM))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=signed-out")
    another.client.cookies.set("outturn", copied)
    assert (browser.who(), another.who()) == (None, None)


def test_a_session_ends_when_nobody_uses_it_and_in_the_end_however_much_it_is_used(browser: Browser) -> None:
    start = utc_now()
    with time_machine.travel(start, tick=False) as clock:
        browser.sign_in()
        for _ in range(20):
            clock.shift(timedelta(minutes=29))
            assert browser.who() == "contract-manager"
        clock.shift(timedelta(minutes=31))
        assert browser.who() is None
        browser.sign_in()
        begun = utc_now()
        while utc_now() - begun < timedelta(hours=12) - timedelta(minutes=25):
            assert browser.who() == "contract-manager"
            clock.shift(timedelta(minutes=25))
        clock.shift(timedelta(minutes=25))
        assert browser.who() is None


@pytest.mark.parametrize("how", ["leaves", "loses the role", "is erased", "is signed out"])
def test_what_is_taken_away_is_gone_at_the_next_request(building: Building, browser: Browser, how: str) -> None:
    browser.sign_in("finance")
    token = building.as_("finance")
    assert browser.client.get("/api/budgets").status_code == 200
    book = building.desk.book
    match how:
        case "leaves":
            book.leave("finance", date(2017, 10, 16))
        case "loses the role":
            book.change("finance", lambda known: known.model_copy(update={"roles": frozenset({Role.ADMINISTRATOR})}))
        case "is erased":
            book.erase("finance")
        case "is signed out":
            building.desk.accounts.end_sessions_of("finance")
    should = 403 if how == "loses the role" else 401
    assert browser.client.get("/api/budgets").status_code == should
    if how != "is signed out":
        assert building.client.get("/api/budgets", headers=token).status_code == should


def test_awards_taken_away_are_out_of_reach_at_the_next_request(building: Building, browser: Browser) -> None:
    browser.sign_in("manager-of-a1")
    assert browser.client.get("/api/awards/a1").status_code == 200
    building.desk.book.change("manager-of-a1", lambda known: known.model_copy(update={"awards": ("b1",)}))
    assert browser.client.get("/api/awards/a1").status_code == 404


# forms and requests of other pages


def recorded(building: Building) -> int:
    """The end of the log."""
    return building.desk.office.log.head()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-csrf-token": "x" * 64},
        {"x-csrf-token": ""},
        {"x-csrf-token": "right", "sec-fetch-site": "cross-site"},
        {"x-csrf-token": "right", "sec-fetch-site": "same-site"},
    ],
)
def test_a_session_alone_orders_nothing_over_the_api(building: Building, headers: dict[str, str]) -> None:
    signed_in = building.signed_in("contract-manager")
    said = {**headers, "cookie": signed_in["cookie"]}
    if headers.get("x-csrf-token") == "right":
        said["x-csrf-token"] = signed_in["x-csrf-token"]
    before = recorded(building)
    answer = building.client.post(PLAN, json=REVIEW, headers=said)
    assert (answer.status_code, answer.json()["type"], recorded(building)) == (403, "/problems/not-allowed", before)
    assert building.client.post(PLAN, json=REVIEW, headers=signed_in).status_code == 200


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_of_another_page_is_no_way_around_the_api(building: Building, kind: str) -> None:
    said = {"cookie": building.signed_in("contract-manager")["cookie"], "content-type": kind}
    for path in (PLAN, "/api/awards/a1/documents", "/api/people"):
        assert building.client.post(path, content=b"a=1", headers=said).status_code in (403, 415)


@pytest.mark.parametrize("token", [None, "", "x" * 64, "of somebody else"])
@pytest.mark.parametrize("site", ["same-origin", "cross-site"])
def test_a_form_without_its_own_token_does_nothing(
    building: Building, browser: Browser, another: Browser, token: str | None, site: str
) -> None:
    browser.sign_in()
    another.sign_in("commissioner")
    if token == "of somebody else":
        token = another.token("/awards/a1/do/approve-award")
    before = recorded(building)
    for path in (FORM, "/sign-out"):
        answer = browser.send(path, token, {"sec-fetch-site": site})
        assert answer.status_code == 403, path
    assert (recorded(building), browser.who()) == (before, "contract-manager")


def test_a_form_with_the_right_token_from_another_site_does_nothing(building: Building, browser: Browser) -> None:
    browser.sign_in()
    token, before = browser.token(FORM), recorded(building)
    assert browser.send("/sign-out", token, {"sec-fetch-site": "cross-site"}).status_code == 403
    assert (browser.who(), recorded(building)) == ("contract-manager", before)


def test_nobody_is_signed_in_by_a_form_of_another_page(browser: Browser, another: Browser) -> None:
    """Otherwise somebody could be signed in as whoever made the page, and write what they know into that office."""
    secret = browser.desk.accounts.new_link("auditor", utc_now(), GOOD_FOR, "/")
    path = f"/sign-in/link/{secret}"
    theirs = another.token(path)
    for token, site in ((None, "same-origin"), (theirs, "same-origin"), (browser.token(path), "cross-site")):
        answer = browser.send(path, token, {"sec-fetch-site": site})
        assert (answer.status_code, browser.who()) == (403, None)
    assert browser.send(path, browser.token(path)).status_code == 303


# e-mailed links


def test_a_link_is_good_once(browser: Browser, another: Browser) -> None:
    secret = browser.desk.accounts.new_link("certifier", utc_now(), GOOD_FOR, "/")
    path = f"/sign-in/link/{secret}"
    token, other = browser.token(path), another.token(path)
    assert browser.send(path, token).status_code == 303
    for again, its in ((browser, browser.token("/sign-in")), (another, other)):
        assert again.send(path, its).status_code in (403, 404)
        assert again.get(path).status_code == 404
    assert another.who() is None


def test_whoever_only_looks_does_not_use_a_link_up(browser: Browser, another: Browser) -> None:
    secret = browser.desk.accounts.new_link("certifier", utc_now(), GOOD_FOR, "/")
    path = f"/sign-in/link/{secret}"
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        answer = another.client.request(method, path)
        assert answer.status_code in (200, 204)
        assert "outturn=" not in answer.headers.get("set-cookie", "")
    assert another.who() is None
    assert browser.send(path, browser.token(path)).status_code == 303


def test_a_link_that_ran_out_or_was_made_up_opens_nothing(browser: Browser) -> None:
    secret = browser.desk.accounts.new_link("certifier", utc_now(), GOOD_FOR, "/")
    token = browser.token("/sign-in")
    with time_machine.travel(utc_now() + GOOD_FOR + timedelta(seconds=1), tick=False):
        assert browser.send(f"/sign-in/link/{secret}", token).status_code == 404
    for made_up in ("x" * 43, f"{secret}x", str(secret)[:-1], "..%2f..", "%00", "a" * 5_000):
        path = f"/sign-in/link/{made_up}"
        assert browser.get(path).status_code == 404
        assert browser.send(path, token).status_code == 404
    assert browser.who() is None


def test_asking_for_a_link_says_the_same_to_everybody(browser: Browser) -> None:
    pages = [
        browser.send("/sign-in/link", browser.token(), email=email)
        for email in ("certifier@example.org", "nobody-known@example.org")
    ]
    assert [page.status_code for page in pages] == [200, 200]
    known, unknown = (re.sub(r'(value|nonce)="[^"]*"', "", page.text) for page in pages)
    assert known == unknown


ELSEWHERE = [
    "https://example.org/",
    "//example.org/",
    "/\\example.org",
    "\\\\example.org",
    "/%0d%0aset-cookie:a=b\r\nx: y",
    "javascript:alert(1)",
    "/sign-out",
    "/sign-in/link/x",
    " //example.org",
    "/\t/example.org",
    "/a\\..\\b",
    "/caf\u00e9",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_but_into_this_office(browser: Browser, elsewhere: str) -> None:
    answer = browser.sign_in(goes_to=elsewhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_page_to_sign_in_at_hands_on_no_address_but_ours(browser: Browser, elsewhere: str) -> None:
    page = browser.client.get("/sign-in", params={"next": elsewhere}, headers={"accept": "text/html"})
    assert re.findall(r'name="next"[^>]*value="([^"]*)"', page.text) in (["/"], ["/", "/"], [])
    assert "example.org/" not in page.text


def test_nobody_signs_in_as_one_of_the_demonstration_where_there_is_none(building: Building, browser: Browser) -> None:
    building.desk.book.put(
        Person(
            id="demonstration-officer",
            name="Made up",
            email="officer@example.org",
            roles=frozenset({Role.FINANCE}),
        )
    )
    answer = browser.send("/sign-in/demonstration", browser.token(), person="demonstration-officer")
    assert (answer.status_code, browser.who()) == (404, None)


# tokens


@pytest.mark.parametrize("how", ["revoked", "run out", "made up", "cut short", "basic"])
def test_a_token_that_is_not_good_opens_nothing(building: Building, how: str) -> None:
    token = building.token("finance")
    said, later = f"Bearer {token}", timedelta(0)
    match how:
        case "revoked":
            building.desk.accounts.revoke_token(token.split("_")[1])
        case "run out":
            later = timedelta(days=3)
        case "made up":
            said = f"Bearer {token[:-10]}{'x' * 10}"
        case "cut short":
            said = f"Bearer {token[:-1]}"
        case "basic":
            said = f"Basic {token}"
    with time_machine.travel(utc_now() + later, tick=False):
        answer = building.client.get("/api/budgets", headers={"authorization": said})
    assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")


def test_a_token_that_is_not_good_is_not_made_good_by_a_cookie(building: Building) -> None:
    headers = {"cookie": building.signed_in("finance")["cookie"], "authorization": "Bearer nothing"}
    assert building.client.get("/api/budgets", headers=headers).status_code == 401


def test_a_token_in_a_cookie_or_a_session_in_a_header_is_neither(building: Building) -> None:
    secret = building.signed_in("finance")["cookie"].removeprefix("outturn=")
    assert building.client.get("/api/me", headers={"authorization": f"Bearer {secret}"}).status_code == 401
    assert building.client.get("/api/me", headers={"cookie": f"outturn={building.token('finance')}"}).status_code == 401


# the organisation's own sign-in, at a real provider in a process of its own


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    """The issuer of a real provider that knows somebody with a role, and somebody without."""
    with a_real_provider() as issuer:
        for name, roles in (("officer", ["finance"]), ("visitor", []), ("mover", ["commissioner", "auditor"])):
            person = {"name": f"Made up, {name}", "email": f"{name}@example.org", "roles": roles}
            httpx2.put(f"{issuer}/users/{name}", json=person, trust_env=False).raise_for_status()
        yield issuer


@pytest.fixture
def organisation(real: str, tmp_path: Path) -> Iterator[Callable[[], Browser]]:
    """Browsers at an office that signs people in there."""
    said: dict[str, Any] = {"oidc_issuer": real, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    settings = Settings(database="memory:", documents=tmp_path, address="https://outturn.example.org", **said)
    with open_office(settings).open() as office, AddressBook(Database.of("memory:")) as book:
        app = make_app(settings, office, book)
        with TestClient(app, raise_server_exceptions=False) as client:

            class There(Building):
                def __init__(self) -> None:
                    self.client, self.desk = client, app.state.desk

            yield lambda: Browser(There())


def gone(browser: Browser, going: str = "/") -> str:
    """The address at the organisation to which the browser is sent."""
    answer = browser.client.get("/sign-in/organisation", params={"next": going})
    assert answer.status_code == 303, answer.text
    assert re.search("httponly", answer.headers["set-cookie"], re.IGNORECASE)
    return str(answer.headers["location"])


def let_in(address: str, person: str, action: str = "allow") -> dict[str, str]:
    """Does what a person does on the organisation's page, and says what the browser comes back with."""
    answer = httpx2.post(address, data={"sub": person, "action": action}, trust_env=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://outturn.example.org/sign-in/organisation/back?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def back(browser: Browser, query: dict[str, str]) -> Response:
    """The browser comes back."""
    return browser.client.get("/sign-in/organisation/back", params=query, headers={"accept": "text/html"})


def test_whoever_the_organisation_gives_a_role_is_signed_in_with_it(organisation: Callable[[], Browser]) -> None:
    browser = organisation()
    answer = back(browser, let_in(gone(browser, "/money"), "officer"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/money")
    assert browser.client.get("/api/me").json()["roles"] == ["finance"]
    assert "Made up" not in browser.client.get("/api/me").text


def test_whoever_has_no_role_is_told_so_and_not_signed_in(organisation: Callable[[], Browser]) -> None:
    browser = organisation()
    answer = back(browser, let_in(gone(browser), "visitor"))
    assert (answer.status_code, "no role in this office" in answer.text) == (403, True)
    assert (browser.cookie, browser.who()) == (None, None)


def test_coming_back_a_second_time_signs_nobody_in(organisation: Callable[[], Browser]) -> None:
    browser, other = organisation(), organisation()
    query = let_in(gone(browser), "officer")
    pending = browser.client.cookies.get("outturn-sign-in") or ""
    assert back(browser, query).status_code == 303
    other.client.cookies.set("outturn-sign-in", pending)
    for again in (browser, other):
        assert back(again, query).status_code == 403
    assert other.who() is None


def test_what_was_begun_in_another_browser_signs_nobody_in(organisation: Callable[[], Browser]) -> None:
    browser, other = organisation(), organisation()
    query = let_in(gone(browser), "officer")
    gone(other)
    for answer in (back(other, query), back(organisation(), query), back(browser, {**query, "state": "x" * 43})):
        assert answer.status_code == 403
        assert query["code"] not in answer.text
    assert (browser.who(), other.who()) == (None, None)


def test_somebody_who_breaks_off_is_told_so(organisation: Callable[[], Browser]) -> None:
    browser = organisation()
    address = gone(browser)
    query = {**let_in(address, "officer", action="deny")}
    query.setdefault("state", dict(parse_qsl(urlsplit(address).query))["state"])
    assert back(browser, query).status_code == 403
    assert browser.who() is None


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_organisation_leads_nowhere_but_into_this_office(
    organisation: Callable[[], Browser], elsewhere: str
) -> None:
    browser = organisation()
    answer = back(browser, let_in(gone(browser, elsewhere), "officer"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_roles_of_the_organisation_are_taken_over_at_each_sign_in(
    organisation: Callable[[], Browser], real: str
) -> None:
    browser = organisation()
    back(browser, let_in(gone(browser), "mover"))
    assert browser.client.get("/api/me").json()["roles"] == ["auditor", "commissioner"]
    person = {"name": "Made up, mover", "email": "mover@example.org", "roles": ["administrator"]}
    httpx2.put(f"{real}/users/mover", json=person, trust_env=False).raise_for_status()
    back(browser, let_in(gone(browser), "mover"))
    assert browser.client.get("/api/me").json()["roles"] == ["administrator"]
