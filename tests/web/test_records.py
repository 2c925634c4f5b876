"""The auditor's pages, over the demonstration: what happened, the ledger of reminders, the seals, the registers."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.catalogue import NOUNS
from domain.funds.commands import OpenFund
from domain.kernel import Actor, Role, utc_now
from services.sealing import seal
from services.web import long_work
from services.web.routes import records
from tests.web.conftest import Demonstrated, SignInAs
from tests.web.strict import parse_strictly, text

EVERYBODY = ("", "/award/MOJ-2017-07", "/reminders", "/decisions", "/documents", "/single-tenders")
AUDITORS = ("/timeline", "/timeline?from=1+April+2018&to=30+April+2018", "/acts?by=demonstration-finance")
ALONE = ("/seal", "/replay")
OTHERS = (
    "/report/MOJ-2017-08.2017-18-h2",
    "/fund/moj-victims-2017-18",
    "/return/2017-18-h1",
    "/decision/017",
    "/provider/aquarius",
    "/reminders?standing=sent&award=MOJ-2017-07",
)
PAGES = tuple(f"/records{each}" for each in (*EVERYBODY, *AUDITORS, *ALONE, *OTHERS))


@pytest.fixture(scope="module")
def office(demonstration: Demonstrated) -> Demonstrated:
    demonstration.mount(records)
    by = Actor(id="scheduler", roles=frozenset({Role.SCHEDULER}))
    seal(demonstration.office, by, demonstration.settings.documents)
    with demonstration.office.reading():
        pass
    return demonstration


@pytest.fixture(scope="module")
def auditor(office: Demonstrated, signed_in_as: SignInAs) -> TestClient:
    return signed_in_as(Role.AUDITOR)


def words(client: TestClient, address: str) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return " ".join(" ".join(parse_strictly(answer.text).find(".//main").itertext()).split())  # type: ignore[union-attr]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_strict_html_and_asks_few_questions_of_the_database(
    auditor: TestClient, address: str, counted: Callable[[], Any]
) -> None:
    with counted() as statements:
        answer = auditor.get(address)
    assert answer.status_code == 200, answer.text
    parse_strictly(answer.text)
    assert len(statements) <= 12, statements


@pytest.mark.parametrize("address", PAGES)
def test_nobody_and_no_provider_looks_into_the_records(
    office: Demonstrated, signed_in_as: SignInAs, address: str
) -> None:
    assert signed_in_as(None).get(address).status_code == 401
    assert signed_in_as(Role.PROVIDER, provider="remedi").get(address).status_code == 403


@pytest.mark.parametrize("address", [f"/records{each}" for each in (*AUDITORS, *ALONE)])
def test_the_log_as_it_is_written_is_not_for_contract_managers_nor_for_the_administrator(
    office: Demonstrated, signed_in_as: SignInAs, address: str
) -> None:
    assert signed_in_as(Role.CONTRACT_MANAGER).get(address).status_code == 403
    assert signed_in_as(Role.ADMINISTRATOR).get(address).status_code == 403


@pytest.mark.parametrize(
    "thing",
    [
        "award/MOJ-2017-08",
        "report/MOJ-2017-08.2017-18-h2",
        "obligation/MOJ-2017-08.outcome-report.2017-18-h2",
        "chase/MOJ-2017-08",
        "report/nothing-of-the-kind",
    ],
)
def test_what_is_about_an_award_out_of_reach_is_not_there(
    office: Demonstrated, signed_in_as: SignInAs, thing: str
) -> None:
    own = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-07",))
    assert own.get("/records/award/MOJ-2017-07").status_code == 200
    assert own.get(f"/records/{thing}").status_code == 404


def test_registers_and_the_ledger_show_the_lines_of_awards_within_reach_alone(
    office: Demonstrated, signed_in_as: SignInAs
) -> None:
    own = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-08",))
    assert "MOJ-2017-09" not in words(own, "/records/single-tenders")
    assert "MOJ-2017-08" in words(own, "/records/single-tenders")
    for address in ("/records/documents", "/records/reminders"):
        found = set(re.findall(r"(?:MOJ|CDR|DEM|CAP)-\d{4}-\d\d", words(own, address)))
        assert found <= {"MOJ-2017-08"}


def test_there_is_a_timeline_of_every_kind_of_thing_on_record(office: Demonstrated, auditor: TestClient) -> None:
    first: dict[str, str] = {}
    for recorded in office.office.log.everything():
        first.setdefault(recorded.noun, recorded.reference)
    assert set(first) <= set(NOUNS)
    for noun, reference in first.items():
        found = auditor.get("/records/find", params={"noun": noun, "reference": reference})
        assert found.status_code == 303
        assert reference in words(auditor, found.headers["location"])


def test_a_timeline_is_turned_over_page_by_page_without_a_line_twice_or_lost(auditor: TestClient) -> None:
    address, seen, pages = "/records/acts?by=demonstration", list[str](), 0
    while address:
        page = auditor.get(address).text
        seen += re.findall(r'datetime="([^"]+)"', page)
        older = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)" rel="next"', page)
        address = "" if older is None else (older[1] or older[2]).replace("&amp;", "&")
        pages += 1
    counted = re.search(r"([\d,]+) events, the latest first", auditor.get("/records/acts?by=demonstration").text)
    assert counted is not None
    assert pages > 2
    assert len(seen) == int(counted[1].replace(",", ""))
    assert seen == sorted(seen, reverse=True)


def test_a_day_that_is_none_is_said_at_its_field_and_kept_as_typed(auditor: TestClient) -> None:
    answer = auditor.get("/records/timeline?from=31+February+2018&to=1+May+2018")
    assert answer.status_code == 422
    page = parse_strictly(answer.text)
    assert [link.get("href") for link in page.iter("a") if "real date" in text(link)] == ["#filter-from"]
    [field] = [each for each in page.iter("input") if each.get("id") == "filter-from"]
    assert field.get("value") == "31 February 2018"


def worked(office: Demonstrated, client: TestClient, address: str, **fields: str) -> str:
    """What comes of long work that a page begins."""
    [key] = re.findall(r'name="key" value="([^"]+)"', client.get(address).text)
    form = {"csrf_token": office.csrf(client), "key": key, **fields}
    begun, again = client.post(address, data=form), client.post(address, data=form)
    assert begun.status_code == again.status_code == 303
    assert begun.headers["location"] == again.headers["location"]
    long_work.wait(begun.headers["location"].rpartition("/")[2])
    return words(client, begun.headers["location"])


def test_the_check_says_that_every_seal_agrees_and_then_which_event_was_changed(
    office: Demonstrated, auditor: TestClient, signed_in_as: SignInAs
) -> None:
    said = worked(office, auditor, "/records/seal")
    assert "No fault was found" in said
    assert "Every seal agrees" in said
    with sqlite3.connect(office.settings.database) as beside:
        [(place, state)] = beside.execute("SELECT rowid, state FROM stored_events WHERE rowid = 7").fetchall()
        beside.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (bytes(state) + b" ", place))
    try:
        changed = worked(office, auditor, "/records/seal")
        assert "faults found" in changed
        assert "is not as it was when the log was sealed" in changed
    finally:
        with sqlite3.connect(office.settings.database) as beside:
            beside.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (state, place))
    assert "No fault was found" in worked(office, auditor, "/records/seal")


def test_work_is_shown_to_whoever_began_it_and_needs_the_form(
    office: Demonstrated, auditor: TestClient, signed_in_as: SignInAs
) -> None:
    [key] = re.findall(r'name="key" value="([^"]+)"', auditor.get("/records/seal").text)
    assert auditor.post("/records/seal", data={"key": key}).status_code == 403
    begun = auditor.post("/records/seal", data={"key": key, "csrf_token": office.csrf(auditor)})
    there = begun.headers["location"]
    long_work.wait(there.rpartition("/")[2])
    assert signed_in_as(Role.AUDITOR).get(there).status_code == 404


def test_a_year_of_reminders_is_replayed_and_a_year_that_is_none_is_refused(
    office: Demonstrated, auditor: TestClient
) -> None:
    assert "steps decided in 2018" in worked(office, auditor, "/records/replay", year="2018")
    [key] = re.findall(r'name="key" value="([^"]+)"', auditor.get("/records/replay").text)
    form = {"csrf_token": office.csrf(auditor), "key": key, "year": "18"}
    refused = auditor.post("/records/replay", data=form)
    assert refused.status_code == 422
    assert parse_strictly(refused.text).find(".//*[@data-module='govuk-error-summary']") is not None


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("find?noun=award&reference=NOPE-1", "reference", "There is no award of that reference"),
        ("find?noun=award&reference=", "reference", "Enter the reference of the award"),
        ("find?noun=nonsense&reference=1", "noun", "Choose what it is"),
        ("acts?by=nobody", "by", "Nobody of that id has written anything down"),
        ("acts?by=", "by", "Choose a person or a job"),
    ],
)
def test_what_cannot_be_looked_up_is_said_at_its_field(auditor: TestClient, query: str, field: str, said: str) -> None:
    answer = auditor.get(f"/records/{query}")
    assert answer.status_code == 422
    page = parse_strictly(answer.text)
    assert [link.get("href") for link in page.iter("a") if said in text(link)] == [f"#{field}"]
    assert [each for each in page.iter() if each.get("id") == field]
    if "NOPE-1" in query:
        assert [each.get("value") for each in page.iter("input") if each.get("id") == "reference"] == ["NOPE-1"]


def test_out_of_reach_is_looked_up_in_the_words_of_what_is_not_there(
    office: Demonstrated, signed_in_as: SignInAs
) -> None:
    own = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-07",))
    assert own.get("/records/find?noun=award&reference=MOJ-2017-07").status_code == 303
    for reference in ("MOJ-2017-08", "NOPE-1"):
        answer = own.get(f"/records/find?noun=award&reference={reference}")
        assert answer.status_code == 422
        assert "There is no award of that reference" in answer.text


def test_those_who_acted_are_offered_by_name_and_their_acts_are_told_by_it(
    office: Demonstrated, signed_in_as: SignInAs
) -> None:
    finance = signed_in_as(Role.FINANCE, name="Made up Treasurer")
    person = office.desk.accounts.session(office.secret_of(finance), utc_now())
    assert person is not None
    by = Actor(id=person.who.id, roles=frozenset({Role.FINANCE}))
    office.office.do(OpenFund(fund="named", year="2017-18", title="Made up", funder="Made up"), by)
    auditor = signed_in_as(Role.AUDITOR)
    offered = {each.get("value"): text(each) for each in parse_strictly(auditor.get("/records").text).iter("option")}
    assert offered[by.id] == f"Made up Treasurer ({by.id})"
    assert "scheduler" in offered
    assert "nobody" not in offered
    acts = words(auditor, f"/records/acts?by={by.id}")
    assert acts.startswith("Acts of Made up Treasurer")
    assert "by Made up Treasurer" in acts
    assert "by Made up Treasurer" in words(auditor, "/records/fund/named-2017-18")
    assert "by Made up Treasurer" in words(auditor, "/records/timeline")
    assert "made up: no" not in words(auditor, "/records/timeline")


@pytest.mark.parametrize("address", ["timeline", "reminders"])
def test_a_period_with_its_ends_reversed_is_said_at_its_field(auditor: TestClient, address: str) -> None:
    answer = auditor.get(f"/records/{address}?from=2+May+2018&to=1+May+2018")
    assert answer.status_code == 422
    page = parse_strictly(answer.text)
    assert [link.get("href") for link in page.iter("a") if "must be the first day" in text(link)] == ["#filter-to"]
