"""The pages of the half-yearly return, over the demonstration: read strictly, counted, and by who may see them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.kernel import Role
from domain.returns.commands import OpenReturn, RestateReturn
from projections.half_yearly_return.form import fill_in
from projections.half_yearly_return.missing import missing
from projections.returns import ReturnRow
from services.address_book import Person
from services.web.routes import returns
from services.web.routes.return_reading import versions_of
from services.web.routes.return_views import half_year
from tests.web.conftest import Demonstrated, SignInAs
from tests.web.strict import parse_strictly, text

FIRST, SECOND = "/returns/2017-18-h1", "/returns/2017-18-h2"
REFERRALS = "demand/MOJ-2017-05/referrals"
PAGES = (
    "/returns",
    FIRST,
    f"{FIRST}/missing",
    f"{FIRST}/signing",
    f"{FIRST}/compare",
    f"{FIRST}/explain?cell={REFERRALS}",
    f"{FIRST}/explain?cell=demand/all/referrals",
    f"{FIRST}/versions/1",
    f"{FIRST}/versions/1/people",
    *(f"{FIRST}/{name}" for name in ("header", "service-list", "demand", "crimes", "needs-and-support", "outcomes")),
    f"{SECOND}/compare",
    f"{SECOND}/demand",
    f"{SECOND}/narrative",
)


@pytest.fixture(scope="module")
def office(demonstration: Demonstrated) -> Demonstrated:
    demonstration.mount(returns)
    return demonstration


@pytest.fixture(scope="module")
def finance(office: Demonstrated, signed_in_as: SignInAs) -> TestClient:
    return signed_in_as(Role.FINANCE)


def words(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(text(parse_strictly(answer.text).find(".//main")).split())


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_strict_html_and_asks_few_questions_of_the_database(
    finance: TestClient, address: str, counted: Callable[[], Any]
) -> None:
    with counted() as statements:
        answer = finance.get(address)
    assert answer.status_code == 200, answer.text
    page = parse_strictly(answer.text)
    assert len(statements) <= 12, statements
    assert len(page.findall(".//h1")) == 1


@pytest.mark.parametrize("address", PAGES)
def test_a_return_is_shown_to_readers_of_every_award_alone(
    office: Demonstrated, signed_in_as: SignInAs, address: str
) -> None:
    assert signed_in_as(None).get(address).status_code == 401
    assert signed_in_as(Role.PROVIDER, provider="remedi").get(address).status_code == 403
    assert signed_in_as(Role.ADMINISTRATOR).get(address).status_code == 403
    assert signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-05",)).get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/returns/2001-02-h1",
        "/returns/no-period",
        f"{FIRST}/no-section",
        f"{FIRST}/versions/9",
        f"{FIRST}/versions/x",
        f"{FIRST}/explain",
        f"{FIRST}/explain?cell=demand/nobody/referrals",
        f"{FIRST}/explain?cell=demand/referrals",
        f"{FIRST}/explain?cell=nothing/MOJ-2017-05/referrals",
        f"{FIRST}/explain?cell={REFERRALS}&version=7",
    ],
)
def test_what_is_not_there_is_not_found_and_is_not_said_again(finance: TestClient, address: str) -> None:
    answer = finance.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 404
    parse_strictly(answer.text)
    assert "nobody" not in answer.text


@pytest.mark.parametrize("period", ["2017-18-h1", "2017-18-h2"])
def test_the_rows_read_together_give_the_very_answers_that_were_asked_one_by_one(
    office: Demonstrated, period: str, counted: Callable[[], Any]
) -> None:
    with office.office.reading() as views:
        versions = versions_of(views, period)
        template = versions[-1].template
        with counted() as statements:
            together = half_year(views, versions)
            lacks, filled = missing(together, period), fill_in(together, period, template)
        assert len(statements) == 5, statements
        assert lacks == missing(views, period)
        assert filled == fill_in(views, period, template)


def test_a_figure_leads_to_the_event_the_file_and_the_cell_it_came_in_by(finance: TestClient) -> None:
    section = finance.get(f"{FIRST}/demand").text
    [address] = set(re.findall(r'href="([^"]*demand%2FMOJ-2017-05%2Freferrals)"', section))
    said = words(finance, address.replace("&amp;", "&"))
    assert "Report accepted" in said
    assert re.search(r"\.(ods|xlsx)", said)
    assert re.search(r"'?[A-Za-z ]+'?![A-Z]+\d+|\b[A-Z]\d+\b", said)


def test_a_sum_leads_to_the_figures_that_it_is_made_of(finance: TestClient) -> None:
    said = finance.get(f"{FIRST}/explain?cell=demand/all/referrals").text
    assert "explain?version=1&amp;cell=demand%2FMOJ-2017-05%2Freferrals" in said


def test_a_signed_return_is_shown_as_it_was_signed_and_says_what_would_be_another_figure_now(
    finance: TestClient, signed_in_as: SignInAs
) -> None:
    assert "1 report counts otherwise since this version was signed" in words(finance, SECOND)
    again = f"{SECOND}/do/restate-return"
    assert f'href="{again}"' in finance.get(SECOND).text
    assert f'href="{again}"' not in signed_in_as(Role.AUDITOR).get(SECOND).text
    compared = words(finance, f"{SECOND}/compare")
    assert "MOJ-2017-08" in compared
    assert "Report corrected" in compared or "Report accepted" in compared


def test_files_of_the_signed_version_are_to_be_had_in_every_format(finance: TestClient) -> None:
    page = finance.get(FIRST).text
    for form in ("csv", "json", "ods", "pdf", "xlsx"):
        assert f'href="/api{FIRST}/versions/1/file?format={form}"' in page


def test_a_reader_who_may_change_nothing_sees_no_way_to_a_form(office: Demonstrated, signed_in_as: SignInAs) -> None:
    for address in ("/returns", FIRST, f"{FIRST}/signing"):
        assert "/do/" not in signed_in_as(Role.AUDITOR).get(address).text


@pytest.fixture
def begun_anew(office: Demonstrated) -> None:
    office.do(RestateReturn(period="2017-18-h2", reason="A report was corrected"))
    caught_up(office)


def caught_up(office: Demonstrated) -> None:
    """Folds what was written, so that a page is not charged with it."""
    with office.office.reading():
        pass


def sent(office: Demonstrated, client: TestClient, order: str, **fields: str) -> Any:
    address = f"{SECOND}/do/{order}"
    hidden = dict(re.findall(r'name="(version|key)" value="([^"]*)"', client.get(address).text))
    return client.post(address, data={"csrf_token": office.csrf(client), **hidden, **fields})


def test_one_person_fills_a_return_in_and_another_signs_what_the_page_showed(
    office: Demonstrated, signed_in_as: SignInAs, begun_anew: None, counted: Callable[[], Any]
) -> None:
    one, other = signed_in_as(Role.FINANCE), signed_in_as(Role.FINANCE)
    with counted() as statements:
        said = words(one, SECOND)
    assert len(statements) <= 12, statements
    assert "What is missing" in said
    assert "Version 2" in said
    with counted() as statements:
        assert "as now known" in words(one, f"{SECOND}/outcomes")
    assert len(statements) <= 12, statements
    assert sent(office, one, "fill-return").status_code == 303
    assert "You filled it in, so another person of finance signs it off" in words(one, SECOND)
    assert "do/sign-off-return" not in one.get(f"{SECOND}/signing").text
    caught_up(office)
    with counted() as statements:
        what = other.get(f"{SECOND}/signing").text
    assert len(statements) <= 12, statements
    parse_strictly(what)
    [digest] = re.findall(r">([0-9a-f]{64})<", what)
    assert "do/sign-off-return" in what
    fields = {"declaration": "I have checked these figures", "despite": "The rest was never sent"}
    assert sent(office, other, "sign-off-return", **fields).status_code == 303
    after = words(other, SECOND)
    assert digest in after
    assert "I have checked these figures" in after
    assert "This is an earlier version, kept as it was" in words(other, f"{SECOND}/versions/1")
    assert "as signed" in words(other, f"{SECOND}/versions/1/demand")


def test_a_return_that_has_nothing_to_report_on_says_so_and_is_not_filled_in(
    office: Demonstrated, finance: TestClient
) -> None:
    office.do(OpenReturn(period="2024-25-h1"))
    caught_up(office)
    said = words(finance, "/returns/2024-25-h1")
    assert "There is nothing to report on" in said
    assert "Nothing is missing" not in said
    assert "0 of 0" not in said
    page = finance.get("/returns/2024-25-h1").text
    assert "do/fill-return" not in page
    assert "/file?format=" not in page
    assert finance.get("/returns/2024-25-h1/demand").status_code == 404


def test_people_are_called_by_their_names_where_a_return_says_who_signed_it(
    office: Demonstrated, finance: TestClient
) -> None:
    with office.office.reading() as views:
        row = views.find(ReturnRow, "2017-18-h1", 1)
    assert row is not None
    assert row.signed_by is not None
    office.book.put(Person(id=row.signed_by, name="Made up Signatory", email="signatory@example.org"))
    for address in ("/returns", f"{FIRST}/versions/1"):
        said = words(finance, address)
        assert "Made up Signatory" in said
        assert row.signed_by not in said
    explained = words(finance, f"{FIRST}/explain?cell={REFERRALS}")
    assert "What is behind it" in explained
