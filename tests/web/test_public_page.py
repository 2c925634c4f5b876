"""The public page: what is published by rule is seen by anybody; nothing else is, however it is asked for."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from domain.awards.changes import WithdrawAward
from domain.awards.commands import ApproveAward
from domain.awards.events import Route, Share
from domain.decisions.commands import RecordDecision
from domain.kernel import Command, Role, utc_now
from domain.returns.commands import CommentOnReturn, PublishReturn, RestateReturn
from projections.acts import ActsRow
from projections.awards import AwardRow
from projections.decisions import DecisionRow
from projections.reports import ReportContent
from services.address_book import AddressBook, Person
from services.app import make_app
from services.front_desk import COOKIE
from services.settings import Database, Settings
from services.web.routes import public, published, records, returns
from services.wiring import open_office
from tests.a_full_return import H1, life
from tests.conftest import Clock
from tests.scenes import awarded, do, fund_with, registered
from tests.web.conftest import Demonstrated, SignInAs
from tests.web.strict import parse_strictly

SAVED = ("/public/awards.csv", "/public/awards.json", "/public/decisions.csv", "/public/decisions.json")
RETURN = "/public/returns/2017-18-h1"
PAGES = ("/public", "/public/awards", "/public/decisions", "/public/returns", RETURN, f"{RETURN}/demand")
FILES = (*SAVED, f"{RETURN}/file?format=csv", f"{RETURN}/file?format=json")
NOW = datetime(2027, 11, 3, 9, tzinfo=UTC)
"""Later than anything in the demonstration."""
NEXT_MONTH, NEXT_QUARTER = datetime(2027, 12, 1, 9, tzinfo=UTC), datetime(2028, 1, 1, 9, tzinfo=UTC)
SMALL_FUND, GRANTS = "made-up-fund", "crime-and-disorder-reduction"


def given(award: str, pence: int | None, fund: str = SMALL_FUND, **more: Any) -> list[Command[Any]]:
    """A made-up award in 2027-28, and its approval."""
    said = {"provider": "aquarius", "starts_on": date(2027, 11, 1), "ends_on": date(2028, 3, 31), **more}
    rests_on = said.pop("rests_on", None)
    share = Share(fund=fund, year="2027-28", amount_pence=pence)
    return [registered(award, **said), ApproveAward(award=award, shares=(share,), rests_on=rests_on)]


def decided(code: str, on: date | None, taken: date = date(2027, 10, 1)) -> RecordDecision:
    return RecordDecision(
        decision=code,
        title=f"Title of {code}",
        decided_on=taken,
        decided=f"Because of {code}",
        advice="INTERNAL-ADVICE",
        alternatives="INTERNAL-ALTERNATIVES",
        interests="INTERNAL-INTERESTS",
        significant_public_interest=True,
        public_interest_reason=f"It matters to {code}",
        published_on=on,
    )


@pytest.fixture(scope="module")
def office(demonstration: Demonstrated) -> Demonstrated:
    demonstration.mount(public)
    demonstration.clock.now = NOW
    single = {"route": Route.SINGLE_TENDER, "ground": "Continuity of supply"}
    demonstration.do(
        *fund_with(1_000_000, SMALL_FUND, "2027-28", None),
        *fund_with(1_000_000, GRANTS, "2027-28", None),
        decided("out", date(2027, 10, 2)),
        decided("kept-in", None),
        decided("to-come", date(2027, 12, 1)),
        *given("P-at-500", 500_00),
        *given("P-above-500", 500_01, rests_on="out", remarks=("INTERNAL-REMARK",)),
        *given("P-for-a-reason-kept-in", 600_00, rests_on="kept-in"),
        *given("P-not-known", None),
        *given("P-small-reduction", 100_00, GRANTS),
        *given("P-contract", 10_000_01, route=Route.CONTRACT),
        *given("P-small-contract", 10_000_00, **single),
        *given("P-internal", 9_000_00, route=Route.INTERNAL),
        *given("P-own-office", 9_000_00, provider="office-of-the-police-and-crime-commissioner"),
        *given("P-withdrawn", 9_000_00),
        WithdrawAward(award="P-withdrawn", reason="INTERNAL-REASON"),
        registered("P-registered", provider="aquarius", service="INTERNAL-PLAN"),
        CommentOnReturn(period="2017-18-h1", words="INTERNAL-COMMENT"),
    )
    with demonstration.office.reading():
        pass
    return demonstration


@pytest.fixture
def anybody(office: Demonstrated) -> Iterator[TestClient]:
    office.clock.now = NOW
    yield TestClient(office.app, follow_redirects=False)
    office.clock.now = NOW


def made_up(client: TestClient) -> set[str]:
    """The awards of this test that are published now; the list and both files say the same."""
    rows = client.get("/public/awards.json").json()["rows"]
    known = {str(row["award"]) for row in rows if row["award"].startswith("P-")}
    assert set(re.findall(r"^(P-[\w-]+),", client.get("/public/awards.csv").text, re.MULTILINE)) == known
    return known


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_strict_html_and_asks_few_questions_of_the_database(
    anybody: TestClient, address: str, counted: Callable[[], Any]
) -> None:
    with counted() as statements:
        answer = anybody.get(address)
    assert answer.status_code == 200, answer.text
    parse_strictly(answer.text)
    assert len(statements) <= 12, statements


@pytest.mark.parametrize("address", [*PAGES, *FILES])
def test_every_answer_may_be_kept_for_some_minutes_and_is_the_same_whoever_asks(
    office: Demonstrated, anybody: TestClient, signed_in_as: SignInAs, address: str
) -> None:
    answer, signed = anybody.get(address), signed_in_as(Role.FINANCE).get(address)
    for each in (answer, signed):
        assert each.status_code == 200
        assert each.headers["cache-control"] == "public, max-age=300"
        assert "set-cookie" not in each.headers

    def plain(said: str) -> str:
        return re.sub(r'nonce="[^"]*"', "", said)

    if not address.endswith("format=csv"):  # an archive holds the moment at which it was made
        assert plain(answer.text) == plain(signed.text)
    assert "Made up for a test" not in signed.text


@pytest.mark.parametrize("address", [*PAGES, *FILES])
def test_where_the_page_is_switched_off_there_is_nothing(office: Demonstrated, address: str) -> None:
    off = office.settings.model_copy(update={"public_page": False})
    app = make_app(off, office.office, office.book)
    if not any(getattr(route, "path", "") == "/public" for route in app.routes):
        app.include_router(public.make_router())
    answer = TestClient(app).get(address)
    assert answer.status_code == 404
    assert "aquarius" not in answer.text.lower()


def test_contracts_above_the_limit_are_seen_at_once_and_the_others_when_their_month_or_quarter_is_over(
    office: Demonstrated, anybody: TestClient
) -> None:
    assert made_up(anybody) == {"P-contract"}
    office.clock.now = NEXT_MONTH
    grants = {"P-above-500", "P-for-a-reason-kept-in", "P-small-reduction"}
    assert made_up(anybody) == {"P-contract", *grants}
    office.clock.now = NEXT_QUARTER
    assert made_up(anybody) == {"P-contract", "P-small-contract", *grants}


def test_each_award_says_why_and_under_which_paragraph(office: Demonstrated, anybody: TestClient) -> None:
    office.clock.now = NEXT_QUARTER
    rows = {row["award"]: row for row in anybody.get("/public/awards.json").json()["rows"]}
    found = {award: (rows[award]["reasons"], rows[award]["paragraph"]) for award in rows if award.startswith("P-")}
    assert found == {
        "P-above-500": ("Because of out. It matters to out.", "3(g)"),
        "P-contract": (None, "4(b)"),
        "P-for-a-reason-kept-in": (None, "3(g)"),
        "P-small-contract": ("Continuity of supply.", "4(d)"),
        "P-small-reduction": (None, "3(f)"),
    }
    assert rows["P-above-500"]["amount_pence"] == 500_01
    assert rows["P-above-500"]["approved_on"] == "2027-11-03"
    assert rows["P-above-500"]["decision"] == "out"
    assert rows["P-for-a-reason-kept-in"]["decision"] is None


def test_decisions_are_seen_from_the_day_they_are_published(office: Demonstrated, anybody: TestClient) -> None:
    def seen() -> list[str]:
        return [row["decision"] for row in anybody.get("/public/decisions.json").json()["rows"]]

    assert seen() == ["out", "made-up-001"]
    office.clock.now = NEXT_MONTH
    assert seen() == ["to-come", "out", "made-up-001"]


def everything_public(client: TestClient) -> str:
    """Every answer that can be reached from the public page by following its links, as text."""
    to_see, seen, said = ["/public"], set[str](), list[str]()
    while to_see:
        address = to_see.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        said.append(answer.content.decode("latin-1") if "zip" in answer.headers["content-type"] else answer.text)
        links = re.findall(r'href="(/public[^"#]*)"', answer.text)
        to_see += [link.replace("&amp;", "&") for link in links]
    assert len(seen) > 25
    return "\n".join(said)


def test_nothing_that_is_not_published_by_rule_is_anywhere_on_the_public_pages(
    office: Demonstrated, anybody: TestClient
) -> None:
    office.clock.now = NEXT_QUARTER
    with office.office.reading() as views:
        remarks = {remark for row in views.rows(AwardRow) for remark in row.remarks}
        narratives = {str(row.content.get("narrative")) for row in views.rows(ReportContent)}
        unpublished = [row for row in views.rows(DecisionRow) if row.published_on is None]
        advice = {row.advice or row.decision for row in views.rows(DecisionRow)}
        people = {row.by for row in views.rows(ActsRow) if row.by != "demonstration"}
    assert remarks
    assert narratives
    assert unpublished
    assert people
    kept_in = {"INTERNAL-", "P-withdrawn", "P-internal", "P-at-500", "P-not-known", "P-own-office", "P-registered"}
    kept_in |= {"Title of kept-in", "Because of kept-in", "@example.org", '"sources"', "sent back because"}
    kept_in |= remarks | narratives | advice | people | {row.decided for row in unpublished}
    said = everything_public(anybody)
    assert [words for words in sorted(kept_in) if len(words) > 5 and words in said] == []


def test_what_is_no_address_of_a_published_thing_is_not_found(anybody: TestClient) -> None:
    for address in (
        "/public/awards/P-withdrawn",
        "/public/returns/2017-18-h2",
        "/public/returns/2017-18-h1/narrative",
        "/public/returns/2017-18-h1/file?format=xlsx",
        "/public/reports.json",
    ):
        assert anybody.get(address).status_code == 404, address


def test_small_numbers_are_held_back_in_the_published_return_and_its_files(anybody: TestClient) -> None:
    assert ">~<" in anybody.get(f"{RETURN}/people-age").text
    said = json.loads(anybody.get(f"{RETURN}/file?format=json").text)
    assert any(cell.get("missing") == "suppressed" for table in said["tables"] for row in table["rows"] for cell in row)


def test_returns_records_and_public_pages_are_the_same_on_every_database(database: str, clock: Clock) -> None:
    kept = Database.of(database)
    with open_office(Settings(database=database, _env_file=None), clock).open() as office, AddressBook(kept) as book:
        do(office, *life(), PublishReturn(period=H1, rule="sensitive-tables-1"), *awarded("b-1", 12_000))
        do(office, RestateReturn(period=H1, reason="Another look"), decided("out", date(2017, 10, 1), date(2017, 9, 1)))
        clock.now = datetime(2018, 1, 8, 9, tzinfo=UTC)
        app = make_app(Settings(database=database, _env_file=None), office, book)
        known = {context.path for context in iter_route_contexts(app.routes)}
        for module, path in ((public, "/public"), (records, "/records"), (returns, "/returns")):
            if path not in known:
                app.include_router(module.make_router())
        book.put(Person(id="made-up-1", name="Made up", email="a@example.org", roles=frozenset({Role.FINANCE})))
        hour = timedelta(hours=1)
        secret = app.state.desk.accounts.begin_session("made-up-1", "link", utc_now(), hour, hour)
        client = TestClient(app, cookies={COOKIE: secret})
        half = f"/returns/{H1}"
        own = ("", "/missing", "/demand", "/compare", "/versions/1", "/versions/1/demand", "/versions/1/service-list")
        figure = "/explain?version=1&cell=demand/all/referrals"
        addresses = [f"{half}{each}" for each in (*own, figure)]
        addresses += ["/public", "/public/awards", "/public/decisions", f"/public{half}", f"/public{half}/demand"]
        addresses += [
            f"/records/{each}" for each in ("timeline", "decisions", "documents", "single-tenders", "reminders")
        ]
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            parse_strictly(answer.text)
        rows = client.get("/public/awards.json").json()["rows"]
    mine = {row["award"]: row for row in rows}["b-1"]
    assert (mine["amount_pence"], mine["approved_on"]) == (12_000_00, "2017-10-16")
    assert {row["paragraph"] for row in rows} <= {"3(g)", "4(b)"}


def test_the_rules_are_dated_and_name_their_source() -> None:
    found = published.rules()
    assert all(source.startswith("https://www.legislation.gov.uk/uksi/") for source in found.sources)
    by_paragraph = {rule.paragraph: rule for rule in found.rules}
    assert by_paragraph["4(b), as made in 2011"].until == date(2012, 11, 21)
    assert by_paragraph["4(b)"].since == date(2012, 11, 22)
    assert by_paragraph["3(g)"].above_pence == 50_000
    assert by_paragraph["3(f)"].above_pence is None
    assert by_paragraph["4(d)"].shown_before(date(2027, 11, 3)) == date(2027, 10, 1)
    assert by_paragraph["3(g)"].shown_before(date(2027, 11, 3)) == date(2027, 11, 1)
