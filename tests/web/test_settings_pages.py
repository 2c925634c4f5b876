"""The settings: what is set, days off, reminder steps, what is in force, jobs, read models, and loading a sheet."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from playwright.sync_api import Browser

from domain.calendars.commands import AddHoliday
from domain.chases.commands import SetChase
from domain.jobs.commands import NoteFailure, NoteRun
from domain.kernel import Actor, Role, utc_now
from domain.reports.measures import frameworks
from projections.awards import AwardRow
from projections.reminders import ChaseRow, HolidayRow
from services.settings import Settings
from services.web import long_work
from services.web.routes import orders
from services.web.routes import settings as pages
from services.web.settings_tables import what_is_set, without_money
from tests.web.browser import Page
from tests.web.chromium import axe_violations, launched, opened, served, wider_than_its_window
from tests.web.conftest import AFTERWARDS, Demonstrated, SignInAs

SCHEDULER = Actor(id="scheduler", roles=frozenset({Role.SCHEDULER}))
FOR_ALL = ("/settings", "/settings/holidays", "/settings/chasing", "/settings/in-force")
FOR_ADMINISTRATORS = ("/settings/office", "/settings/jobs", "/settings/read-models")
STAFF = (Role.CONTRACT_MANAGER, Role.FINANCE, Role.COMMISSIONER, Role.AUDITOR)
HEADINGS = (
    "Row,Fund,Year,Fund title,Funder,Return,Award,Service,Provider,Route,Amount,Starts,Ends,Decision,Agreement,Source"
)
SHEET = f"""{HEADINGS}
allocation,made-up-fund,2026-27,A made-up fund,Nobody,moj,,,,,"£20,000",,,,made-up-1,Made up for a test
award,made-up-fund,2026-27,,,,MADE-UP-{{}},A service,Helpers,grant,"£1,500",01/04/2026,31/03/2027,,,Made up for a test
"""


@pytest.fixture(scope="module", autouse=True)
def mounted(demonstration: Demonstrated) -> None:
    demonstration.mount(pages, orders)


@pytest.fixture(scope="module")
def administrator(signed_in_as: SignInAs) -> TestClient:
    return signed_in_as(Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def finance(signed_in_as: SignInAs) -> TestClient:
    """Somebody with every role that a sheet of awards needs: the rules ask for one by each of its rows."""
    return signed_in_as((Role.FINANCE, Role.CONTRACT_MANAGER, Role.COMMISSIONER))


def page_at(client: TestClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


@pytest.mark.parametrize("path", [*FOR_ALL, *FOR_ADMINISTRATORS, "/settings/chasing/default"])
def test_each_page_of_the_administrator_is_strict_has_few_queries_and_shows_no_money(
    administrator: TestClient, counted: Callable[[], Any], path: str
) -> None:
    with counted() as statements:
        page = page_at(administrator, path)
    assert len(statements) <= 12
    assert "£" not in page.text


@pytest.mark.parametrize("role", STAFF)
def test_the_office_reads_what_concerns_its_work_and_nothing_of_how_it_is_run(
    demonstration: Demonstrated, signed_in_as: SignInAs, role: Role
) -> None:
    client = signed_in_as(role)
    assert {client.get(path).status_code for path in FOR_ALL} == {200}
    assert {client.get(path).status_code for path in FOR_ADMINISTRATORS} == {403}
    assert "/settings/jobs" not in [link.get("href") for link in page_at(client, "/settings").all("a")]
    token = {"csrf_token": demonstration.csrf(client), "key": "the-key-of-a-test-page"}
    assert client.post("/settings/read-models/rebuild", data=token).status_code == 403


def test_a_provider_and_somebody_not_signed_in_see_none_of_it(signed_in_as: SignInAs) -> None:
    provider, nobody = signed_in_as(Role.PROVIDER, provider="made-up-advocates-and-allies"), signed_in_as(None)
    paths = [*FOR_ALL, *FOR_ADMINISTRATORS, "/settings/load", "/settings/chasing/default", "/settings/under-way/x"]
    assert {provider.get(path).status_code for path in paths} == {403}
    assert {nobody.get(path).status_code for path in paths} == {401}


def test_what_is_set_is_shown_with_what_it_is_for_but_no_secret() -> None:
    address = "postgresql://somebody:a-secret-word@db.example.org/office"
    settings = Settings(database=address, smtp_password="a-secret-word", office_name="A made-up office", _env_file=None)
    shown = {each.name: each for each in what_is_set(settings)}
    assert "a-secret-word" not in str(shown)
    assert shown["OUTTURN_DATABASE"].value == "PostgreSQL: office on db.example.org"
    assert shown["OUTTURN_SMTP_PASSWORD"].value == "Set, and not shown"
    assert shown["OUTTURN_NOTIFY_KEY"].value == "Not set"
    assert (shown["OUTTURN_OFFICE_NAME"].value, shown["OUTTURN_OFFICE_NAME"].default) == ("A made-up office", False)
    assert shown["OUTTURN_LINK_MINUTES"].default
    assert all(each.words for each in shown.values())


def test_a_day_off_is_added_by_its_form_and_taken_back(
    demonstration: Demonstrated, administrator: TestClient, finance: TestClient
) -> None:
    demonstration.do(AddHoliday(day=date(2026, 5, 11), title="A day that was proclaimed (made up)"))
    page = page_at(administrator, "/settings/holidays")
    [back] = [link for link in page.all("a") if "remove-holiday" in (link.get("href") or "")]
    assert "11 May 2026" in back.get("aria-label")
    form = page_at(administrator, back.get("href"))
    answer = administrator.post(back.get("href").partition("?")[0], data=dict(form.sends()) | {"reason": "An error"})
    assert answer.status_code == 303
    with demonstration.office.reading() as views:
        assert not views.rows(HolidayRow, HolidayRow.table.c.stands)
    assert "Add a day off" in page.text
    assert "Add a day off" not in page_at(finance, "/settings/holidays").text


def test_the_steps_are_changed_from_those_that_hold(demonstration: Demonstrated, administrator: TestClient) -> None:
    page = page_at(administrator, "/settings/chasing/default")
    said = dict(page.sends())
    assert said["steps.0.when"] == "10 working days before"
    action = next(form.get("action") for form in page.matter.iter("form"))
    answer = administrator.post(action, data=said | {"steps.0.when": "12 working days before", "reason": "Agreed"})
    assert answer.status_code == 303, Page(answer.text).text
    with demonstration.office.reading() as views:
        row = views.find(ChaseRow, "default")
    assert row is not None
    assert row.steps[0] == "ahead: 12 working days before to provider"
    assert len(row.steps) == 6
    assert "12 working days before the day that it is due" in page_at(administrator, "/settings/chasing").text


def test_the_steps_of_an_award_are_there_for_whoever_reaches_it(
    demonstration: Demonstrated, signed_in_as: SignInAs, administrator: TestClient
) -> None:
    one, other = "MOJ-2017-07", "MOJ-2017-01"
    for award in (one, other):
        demonstration.do(SetChase(chase=award, steps=("due: on the day to provider",), reason="Agreed"))
    manager = signed_in_as(Role.CONTRACT_MANAGER, awards=(one,))
    page = page_at(manager, "/settings/chasing")
    assert f"Steps of {one}" in page.text
    assert other not in page.text
    assert "Change these steps" not in page.text
    assert page_at(manager, f"/settings/chasing/{one}")
    for chase in (other, "default", "NO-SUCH-AWARD"):
        assert manager.get(f"/settings/chasing/{chase}").status_code == 404
    assert administrator.get("/settings/chasing/NO-SUCH-AWARD").status_code == 404
    assert f"Steps of {other}" in page_at(administrator, "/settings/chasing").text


def test_whatever_is_on_file_is_told_with_its_days_and_its_source(finance: TestClient) -> None:
    text = page_at(finance, "/settings/in-force").text
    for framework in frameworks():
        assert framework.source in text
        assert all(each.code_list in text for each in framework.breakdowns)
    assert "from 1 April 2018 to 31 March 2022" in text
    assert "moj-working-1" in text
    assert "area-tables-1" in text


def test_jobs_tell_what_they_did_whether_they_failed_and_whether_they_were_late(
    demonstration: Demonstrated, administrator: TestClient
) -> None:
    now = AFTERWARDS
    assert "No job has run yet" in page_at(administrator, "/settings/jobs").text
    ran = NoteRun(job="queue-reminders", slot=now - timedelta(minutes=2), did="3 reminders queued.", counts={})
    late = NoteRun(job="seal-log", slot=now - timedelta(hours=13), did="Sealed.", counts={})
    for order in (ran, late, NoteFailure(job="warn-ending", slot=now, reason="£1,250.50 could not be read")):
        demonstration.office.do(order, SCHEDULER)
    page = page_at(administrator, "/settings/jobs")
    [table] = page.all("table")
    standings = {
        " ".join("".join(row[0].itertext()).split()): "".join(row[1].itertext())
        for row in table.iter("tr")
        if row[0].get("scope") == "row"
    }
    assert standings == {"Queue reminders": "Done", "Seal log": "Late", "Warn ending": "Failed"}
    assert "Failed once since" in page.text
    assert "£" not in page.text
    assert "check that the scheduler is running" not in page.text
    demonstration.clock.forward(days=2)
    try:
        assert "check that the scheduler is running" in page_at(administrator, "/settings/jobs").text
    finally:
        demonstration.clock.now = AFTERWARDS


def test_amounts_are_taken_out_of_words_for_administrators() -> None:
    assert without_money("£1,250.50 of -£3m, and £ 20 for 3 awards") == (
        "(an amount) of (an amount), and (an amount) for 3 awards"
    )


def test_the_read_models_are_made_again_once_however_often_the_form_is_sent(
    demonstration: Demonstrated, administrator: TestClient, signed_in_as: SignInAs
) -> None:
    page = page_at(administrator, "/settings/read-models")
    assert "Behind by\nNothing" in page.text
    said = dict(page.sends())
    built: list[str] = []
    models = demonstration.office.read_models

    class Counting(type(models)):  # type: ignore[misc]
        def rebuild(self, progress: Any = None, *, only_if_missing: bool = False) -> str:
            built.append("again")
            name: str = super().rebuild(progress, only_if_missing=only_if_missing)
            return name

    models.__class__ = Counting
    answers = [administrator.post("/settings/read-models/rebuild", data=said) for _ in range(2)]
    [where] = {answer.headers["location"] for answer in answers}
    long_work.wait(where.rpartition("/")[2])
    assert built == ["again"]
    over = page_at(administrator, where)
    assert "made again and are in use" in over.text
    assert over.root.find(".//progress") is None
    assert signed_in_as(Role.ADMINISTRATOR).get(where).status_code == 404
    assert administrator.post("/settings/read-models/rebuild", data={"csrf_token": "x"}).status_code == 403
    assert (
        administrator.post("/settings/read-models/rebuild", data={"csrf_token": said["csrf_token"]}).status_code == 422
    )


def _sent(client: TestClient, sheet: str | bytes, *, name: str = "awards.csv", **said: str) -> Response:
    fields = dict(page_at(client, "/settings/load").sends()) | said
    data = sheet.encode() if isinstance(sheet, str) else sheet
    return client.post("/settings/load", data=fields, files={"file": (name, data, "text/csv")})


def _is_there(demonstration: Demonstrated, award: str) -> bool:
    with demonstration.office.reading() as views:
        return views.find(AwardRow, award) is not None


def test_a_sheet_with_faults_is_told_row_by_row_and_nothing_is_recorded(
    demonstration: Demonstrated, finance: TestClient
) -> None:
    head = demonstration.office.log.head()
    sheet = SHEET.format("1").replace("01/04/2026", "31/02/2026").replace("grant", "by pigeon")
    answer = _sent(finance, sheet, do="load")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "Starts" in page.text
    assert "L3" in page.text
    assert "2 faults" in page.text
    assert "pigeon" not in answer.text
    assert demonstration.office.log.head() == head


def test_a_sound_sheet_is_only_checked_until_it_is_to_be_loaded(
    demonstration: Demonstrated, finance: TestClient
) -> None:
    answer = _sent(finance, SHEET.format("2"))
    assert answer.status_code == 200
    assert "The sheet is sound." in Page(answer.text).text
    assert not _is_there(demonstration, "MADE-UP-2")
    said = {"do": "load", "key": "the-key-of-one-sheet-to-load"}
    answers = [_sent(finance, SHEET.format("2"), **said) for _ in range(2)]
    [where] = {answer.headers["location"] for answer in answers}
    long_work.wait(where.rpartition("/")[2])
    assert "The sheet is loaded" in page_at(finance, where).text
    assert _is_there(demonstration, "MADE-UP-2")
    head = demonstration.office.log.head()
    again = _sent(finance, SHEET.format("2"), do="load").headers["location"]
    long_work.wait(again.rpartition("/")[2])
    assert "recorded already" in page_at(finance, again).text
    assert demonstration.office.log.head() == head


@pytest.mark.parametrize("sheet", [b"", b"\x00\xff" * 50, b"no,headings\n1,2\n"])
def test_a_file_that_is_no_sheet_is_a_fault_in_words(finance: TestClient, sheet: bytes) -> None:
    assert _sent(finance, sheet, do="load").status_code == 422


def test_a_form_without_a_sheet_says_so(finance: TestClient) -> None:
    answer = finance.post("/settings/load", data=dict(page_at(finance, "/settings/load").sends()))
    assert answer.status_code == 422
    assert "Choose a sheet" in Page(answer.text).text


def test_administrators_and_whoever_looks_after_named_awards_load_nothing(
    demonstration: Demonstrated, signed_in_as: SignInAs, administrator: TestClient
) -> None:
    manager = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-07",))
    for client in (administrator, manager):
        assert client.get("/settings/load").status_code == 403
        assert client.get("/settings/load/empty.csv").status_code == 403
        token = {"csrf_token": demonstration.csrf(client), "key": "the-key-of-a-test-page", "do": "load"}
        files = {"file": ("awards.csv", SHEET.format("3").encode(), "text/csv")}
        assert client.post("/settings/load", data=token, files=files).status_code == 403
        assert "Load a sheet" not in page_at(client, "/settings").text
    assert not _is_there(demonstration, "MADE-UP-3")


def test_an_empty_sheet_has_the_headings(finance: TestClient) -> None:
    answer = finance.get("/settings/load/empty.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="awards.csv"'
    assert answer.text.startswith("\ufeffRow,Award,Fund,Year")


def _begin(demonstration: Demonstrated, key: str, work: Callable[[long_work.Progress], str]) -> None:
    accounts = demonstration.desk.accounts
    lead = ("On", "/settings")
    long_work.begin(accounts, "p-worker", key, name="Work", counted="steps", total=3, lead=lead, work=work)


def test_work_that_is_under_way_shows_how_far_it_is_and_looks_again(
    demonstration: Demonstrated, finance: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = demonstration.desk.accounts.session(demonstration.secret_of(finance), utc_now())
    assert me is not None
    monkeypatch.setattr(long_work, "SAID_EVERY", 0.0)
    told, go_on = threading.Event(), threading.Event()

    def work(progress: long_work.Progress) -> str:
        progress(2, 3)
        told.set()
        go_on.wait(30)
        return "All of it is done."

    accounts = demonstration.desk.accounts
    lead = ("On", "/settings")
    long_work.begin(accounts, me.who.id, "half", name="Work", counted="steps", total=3, lead=lead, work=work)
    assert told.wait(30)
    answer = finance.get("/settings/under-way/half")
    assert "2 of 3 steps done." in Page(answer.text).text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in answer.text
    go_on.set()
    long_work.wait("half")
    assert "All of it is done." in page_at(finance, "/settings/under-way/half").text


def test_work_that_breaks_off_says_so_without_the_words_of_the_fault(demonstration: Demonstrated) -> None:
    def work(_progress: long_work.Progress) -> str:
        raise RuntimeError("what nobody should read")

    _begin(demonstration, "broken", work)
    long_work.wait("broken")
    found = long_work.standing(demonstration.desk.accounts, "p-worker", "broken")
    assert found is not None
    assert (found.over, found.failed) == (True, True)
    assert "nobody should read" not in found.words
    assert long_work.standing(demonstration.desk.accounts, "p-another", "broken") is None


def test_work_whose_process_died_is_not_waited_for_for_ever(demonstration: Demonstrated) -> None:
    said = {"name": "Work", "done": 1, "total": 3, "counted": "steps", "lead": ["On", "/settings"]}
    then = utc_now() - long_work.HEARD_OF_WITHIN - timedelta(minutes=1)
    demonstration.desk.accounts.keep_draft(long_work.KIND, "dead", "p-worker", said, then)
    found = long_work.standing(demonstration.desk.accounts, "p-worker", "dead")
    assert found is not None
    assert (found.over, found.failed) == (True, True)
    assert "begin it again" in found.words


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def test_every_page_is_accessible_and_fits_a_telephone(
    demonstration: Demonstrated, administrator: TestClient, finance: TestClient, browser: Browser
) -> None:
    with served(demonstration.app) as base, opened(browser, width=320) as (page, complaints):
        for client, paths in ((administrator, (*FOR_ALL, *FOR_ADMINISTRATORS)), (finance, ("/settings/load",))):
            page.context.add_cookies([{"name": "outturn", "value": demonstration.secret_of(client), "url": base}])
            for path in paths:
                page.goto(base + path)
                assert axe_violations(page) == [], path
                assert wider_than_its_window(page) == 0, path
        sheet = SHEET.format("9").replace("grant", "by pigeon").encode()
        page.set_input_files("#file", {"name": "awards.csv", "mimeType": "text/csv", "buffer": sheet})
        page.click("text=Send the sheet")
        assert "fault" in page.inner_text(".govuk-error-summary")
        assert axe_violations(page) == []
        assert complaints == [] or all("422" in said for said in complaints)
