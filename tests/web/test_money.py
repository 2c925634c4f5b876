"""The pages about money: budgets, one fund, the events behind a figure, and the lists."""

from datetime import date
from xml.etree.ElementTree import Element

import pytest
from fastapi.testclient import TestClient

from domain.funds.commands import AmendAllocation, OpenFund, ReceiveAllocation
from domain.funds.leaving import CarryFunds
from domain.kernel import Role
from projections.explain import EXPLAINED
from projections.standing import standings
from services.web.money_fund import FIGURES, one_fund
from services.web.money_tables import of_year
from services.web.routes import money, money_lists
from tests.scenes import PROVIDER, awarded, do, paid
from tests.web.browser import Page
from tests.web.conftest import Demonstrated, SignInAs, queries_counted
from tests.web.strict import parse_strictly, text

FUND = "/money/moj-victims/2017-18"
CRIME = "/money/crime-and-disorder-reduction/2017-18"
PATHS = (
    "/money",
    "/money?year=2013-14",
    FUND,
    CRIME,
    "/money/moj-capability/2013-14",
    *(f"{CRIME}/explain/{figure}" for figure in EXPLAINED),
    "/money/underspend",
    "/money/ring-fences",
    "/money/ring-fences?year=2017-18",
    "/money/bids",
    "/money/bids?status=submitted",
    *(f"/money/payments?standing={standing}" for standing in ("", "due", "held", "approved", "paid", "all")),
)
PLACES = ("/money", FUND, f"{FUND}/explain/left_pence", "/money/underspend", "/money/ring-fences", "/money/bids")


@pytest.fixture(scope="module", autouse=True)
def _mounted(demonstration: Demonstrated) -> None:
    demonstration.mount(money_lists, money)


@pytest.fixture(scope="module")
def finance(signed_in_as: SignInAs) -> TestClient:
    return signed_in_as(Role.FINANCE)


def main(client: TestClient, path: str, status: int = 200) -> Element:
    answer = client.get(path)
    assert answer.status_code == status, path
    found = parse_strictly(answer.text).find(".//main")
    assert found is not None
    return found


def links(root: Element) -> list[str]:
    return [str(each.get("href")) for each in root.iter("a")]


def lines(root: Element, title: str) -> list[list[str]]:
    """The rows of the table with that caption, heading first."""
    for table in root.iter("table"):
        if text(table.find("caption")) == title:
            return [[text(each) for each in row if each.tag in ("th", "td")] for row in table.iter("tr")]
    raise AssertionError(f"There is no table {title}.")


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_strict_and_costs_few_questions(finance: TestClient, path: str) -> None:
    main(finance, "/money")
    with queries_counted() as statements:
        main(finance, path)
    assert len(statements) <= 12, statements


def test_the_budgets_of_a_year_stand_side_by_side_with_a_chart_and_a_total(finance: TestClient) -> None:
    shown = main(finance, "/money?year=2017-18")
    heading, *rows = lines(shown, "Budgets of 2017-18")
    by_fund = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    crime, victims = by_fund["Crime and Disorder Reduction Grants"], by_fund["Victims' Services Grant"]
    assert (victims["Received"], victims["Committed"], victims["Left"]) == ("£1,000,000", "£961,260", "£38,740")
    assert (crime["How it stands"], crime["Over-committed by"]) == ("Over committed", "£12,248")
    assert "Crime and Disorder Reduction Grants is over-committed by £12,248" in text(shown)
    assert by_fund["All funds of the year"]["Committed"] == "£2,286,855"
    assert [each.get("aria-label") for each in shown.iter("figure")] == ["Funds in 2017-18"]
    assert {FUND, f"{FUND}/explain/left_pence"} <= set(links(shown))
    assert "/api/budgets/file?year=2017-18&format=ods" in links(shown)


def test_what_is_not_known_is_in_no_total(demonstration: Demonstrated, finance: TestClient) -> None:
    year = "2031-32"
    for fund, pence in (("known", 100_000), ("unknown", None)):
        demonstration.do(
            OpenFund(fund=fund, year=year, title=f"The {fund} fund", funder="Made up"),
            ReceiveAllocation(fund=fund, year=year, agreement="letter", amount_pence=pence, source="Letter"),
        )
    shown = main(finance, f"/money?year={year}")
    heading, *rows = lines(shown, f"Budgets of {year}")
    total, unknown = (dict(zip(heading, row, strict=True)) for row in (rows[-1], rows[1]))
    assert (total["Received"], total["Left"], total["Committed"]) == ("not known", "not known", "£0")
    assert (unknown["Left"], unknown["How it stands"]) == ("not known", "What it has is not known")
    assert "not known" in text(main(finance, f"/money/unknown/{year}/explain/left_pence"))


def test_the_pages_say_of_every_fund_what_the_budgets_say(demonstration: Demonstrated) -> None:
    with demonstration.office.reading() as views:
        everything = standings(views)
        for (fund, year), standing in everything.items():
            assert one_fund(views, fund, year).sums == standing.figures(), fund
            alone, without = of_year(views, year)[fund][1].figures(), standing.figures()
            assert alone | {"forecast_pence": None, "variance_pence": None} == without | {
                "forecast_pence": None,
                "variance_pence": None,
            }
        assert any(standing.figures()["forecast_pence"] for standing in everything.values())


def test_money_carried_within_a_year_is_not_added_twice(demonstration: Demonstrated, finance: TestClient) -> None:
    year = "2032-33"
    for fund in ("one", "other"):
        demonstration.do(OpenFund(fund=fund, year=year, title=f"Fund {fund}", funder="Made up"))
    moved = {"fund": "one", "year": year, "transfer": "t", "to_fund": "other", "to_year": year}
    demonstration.do(
        ReceiveAllocation(fund="one", year=year, agreement="letter", amount_pence=10_000, source="Letter"),
        CarryFunds(**moved, amount_pence=4_000, permission="The letter"),
    )
    shown = main(finance, f"/money?year={year}")
    heading, *rows = lines(shown, f"Budgets of {year}")
    total = dict(zip(heading, rows[-1], strict=True))
    assert (total["Received"], total["Carried out"], total["Left"]) == ("not applicable", "£40", "£100")
    assert "it would count twice" in text(shown)


def test_every_figure_of_a_fund_leads_to_the_events_that_add_up_to_it(finance: TestClient) -> None:
    shown = main(finance, CRIME)
    _heading, *figures = lines(shown, "Figures")
    titles = {title: key for key, title in FIGURES}
    assert len(figures) > 10
    for title, amount, _more in figures:
        explained = main(finance, f"{CRIME}/explain/{titles[title]}")
        assert f"{CRIME}/explain/{titles[title]}" in links(shown)
        if "No event is behind this figure." in text(explained):
            assert amount == "£0", title
        else:
            assert lines(explained, "Event by event")[-1][-1] == amount, title


def _pence(said: str) -> int:
    pounds, _, part = said.replace("£", "").replace(",", "").partition(".")
    return int(pounds) * 100 + (int(part) if part else 0)


def test_the_changes_of_an_explanation_come_to_the_figure_line_by_line(finance: TestClient) -> None:
    shown = main(finance, f"{FUND}/explain/left_pence")
    heading, *rows = lines(shown, "Event by event")
    change, so_far = heading.index("Change"), heading.index("So far")
    running = 0
    for row in rows:
        running += _pence(row[change])
        assert _pence(row[so_far]) == running
    assert running == 3_874_000
    records = {href for href in links(shown) if href.startswith("/records/")}
    assert {"/records/fund/moj-victims-2017-18", "/records/award/MOJ-2017-01"} <= records
    assert {finance.get(href).status_code for href in records} == {200}
    assert "Funds committed" in text(shown)


def test_a_long_explanation_goes_on_where_the_page_before_ended(
    demonstration: Demonstrated, finance: TestClient
) -> None:
    address = {"fund": "long", "year": "2030-31"}
    demonstration.do(
        OpenFund(**address, title="A long fund", funder="Made up"),
        ReceiveAllocation(**address, agreement="letter", amount_pence=1_000, source="Letter"),
        *(
            AmendAllocation(**address, agreement="letter", addendum=f"a{number}", change_pence=100, reason="More")
            for number in range(120)
        ),
    )
    path = "/money/long/2030-31/explain/received_pence"
    first = main(finance, path)
    (further,) = (each for each in links(first) if "after=" in each)
    second = main(finance, further)
    assert len(lines(first, "Event by event")) == 101
    assert len(lines(second, "Event by event")) == 22
    assert lines(second, "Event by event")[-1][-1] == "£130"
    assert "It comes to £130" in text(first)


def test_a_past_day_shows_what_was_known_then_and_says_so(finance: TestClient) -> None:
    then, now = main(finance, f"{FUND}?as-at-day=31&as-at-month=7&as-at-year=2017"), main(finance, FUND)
    paid = [next(row[1] for row in lines(shown, "Figures") if row[0] == "Paid") for shown in (then, now)]
    assert _pence(paid[0]) < _pence(paid[1])
    assert "What was known at the end of 31 July 2017" in text(then)
    assert f"{FUND}/explain/paid_pence?as-at=2017-07-31" in links(then)
    assert "/api/budgets/file?fund=moj-victims&year=2017-18&as_at=2017-07-31&format=csv" in links(then)
    assert not any("/do/" in href for href in links(then))  # the past cannot be changed
    explained = main(finance, f"{FUND}/explain/paid_pence?as-at=2017-07-31")
    assert lines(explained, "Event by event")[-1][-1] == paid[0]
    assert "On that day no such fund was on record" in text(main(finance, f"{FUND}?as-at=2017-05-10", 404))


@pytest.mark.parametrize("path", PLACES)
def test_a_day_that_is_none_is_said_at_its_field_and_today_is_shown(finance: TestClient, path: str) -> None:
    shown = main(finance, f"{path}?as-at-day=31&as-at-month=2&as-at-year=2017", 422)
    assert "The day must be a real date, like 30 9 2017" in text(shown)
    assert "#as-at-day" in links(shown)


def test_the_orders_of_a_fund_are_those_that_this_person_may_give(signed_in_as: SignInAs) -> None:
    def orders(role: Role) -> set[str]:
        return {href.rsplit("/", 1)[1] for href in links(main(signed_in_as(role), FUND)) if "/do/" in href}

    of_both = {"set-tolerance", "hold-earmark", "release-earmark"}
    of_finance = {"receive-allocation", "confirm-allocation", "amend-allocation", "set-ring-fence", "carry-funds"}
    of_finance |= {"cap-administration", "return-underspend", "state-total"}
    assert orders(Role.FINANCE) == of_both | of_finance
    assert orders(Role.COMMISSIONER) == of_both
    assert orders(Role.CONTRACT_MANAGER) == {"state-total"}
    assert orders(Role.AUDITOR) == set()
    for href in links(main(signed_in_as(Role.FINANCE), FUND)):
        if "/do/" in href:
            assert signed_in_as(Role.FINANCE).get(href).status_code == 200, href


def test_whoever_looks_after_named_awards_sees_all_figures_and_the_lines_of_those(signed_in_as: SignInAs) -> None:
    client = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-02",))
    shown = main(client, FUND)
    assert "£38,740 is left of £1,000,000" in text(shown)
    assert [row[0] for row in lines(shown, "Awards that draw on it")[1:]] == ["MOJ-2017-02"]
    assert "MOJ-2017-01" not in text(shown)
    payments = lines(main(client, "/money/payments?standing=all"), "Payments")[1:]
    assert payments
    assert all(row[1].startswith("MOJ-2017-02") for row in payments)
    assert client.get(f"{FUND}/explain/committed_pence").status_code == 403  # it names every award of the fund


def test_money_is_not_for_providers_nor_for_administrators(signed_in_as: SignInAs) -> None:
    for path in PLACES:
        for person in (signed_in_as(Role.PROVIDER, provider="remedi"), signed_in_as(Role.ADMINISTRATOR)):
            assert person.get(path).status_code == 403, path
        assert signed_in_as(None).get(path).status_code == 401, path
    assert signed_in_as(Role.COMMISSIONER).get("/money/new").status_code == 403
    begun = signed_in_as(Role.FINANCE).get("/money/new")
    assert (begun.status_code, begun.headers["location"]) == (303, "/do/open-fund")


@pytest.mark.parametrize(
    "path",
    [
        "/money/none/2017-18",
        "/money/moj-victims/2000-01",
        f"{FUND}/explain/nothing",
        "/money/none/2017-18/explain/awards",
    ],
)
def test_what_is_not_there_is_not_found(finance: TestClient, path: str) -> None:
    assert finance.get(path).status_code == 404


def test_payments_are_narrowed_and_offer_what_may_be_done_about_them(
    finance: TestClient, signed_in_as: SignInAs
) -> None:
    held = main(finance, "/money/payments?standing=held")
    assert {row[4] for row in lines(held, "Payments")[1:]} == {"Held"}
    assert "The partnership's spend plan" in text(held)
    assert "/awards/CDR-2017-18/do/approve-payment?payment=made-up-CDR-2017-18" in links(held)
    (address,) = (each for each in links(held) if "CDR-2017-18/do/approve-payment" in each)
    assert finance.get(address).status_code == 200
    assert not any("/do/" in href for href in links(main(signed_in_as(Role.AUDITOR), "/money/payments")))
    paid = main(finance, "/money/payments?standing=paid&award=MOJ-2017-02&year=2017-18&fund=moj-victims")
    assert {row[4] for row in lines(paid, "Payments")[1:]} <= {"Paid", "Clawed back", "Partly clawed back"}
    assert "There is no such payment" in text(main(finance, "/money/payments?award=none"))
    assert main(finance, "/money/payments?after=nonsense", 409) is not None


def test_a_payment_is_recorded_with_what_is_known_of_it_filled_in(
    demonstration: Demonstrated, finance: TestClient
) -> None:
    plan, approval, _paid = paid("to-pay", "p1", 123_450, date(2026, 11, 1))
    do(demonstration.office, PROVIDER, *awarded("to-pay", 2_000), plan, approval)
    found = links(main(finance, "/money/payments?award=to-pay"))
    (address,) = (each for each in found if "/awards/to-pay/do/record-payment" in each)
    (beside,) = (each for each in links(main(finance, "/awards/to-pay")) if "/do/record-payment" in each)
    for each in (address, beside):
        said = dict(Page(finance.get(each).text).sends())
        assert said["amount_pence"].replace(",", "") in ("1234.5", "1234.50")
        assert [said[f"paid_on-{part}"] for part in ("day", "month", "year")] == ["16", "11", "2026"]


def test_bids_say_their_match_and_what_may_follow(finance: TestClient, signed_in_as: SignInAs) -> None:
    shown = main(finance, "/money/bids")
    assert "£78,000" in [text(each) for each in shown.iter("dd")]
    assert "/bids/early-intervention-youth-fund/do/win-bid" in links(shown)
    of_the_commissioner = links(main(signed_in_as(Role.COMMISSIONER), "/money/bids"))
    assert not any("win-bid" in href or "lose-bid" in href for href in of_the_commissioner)


def test_money_carried_and_what_may_be_lost_are_on_one_page(finance: TestClient) -> None:
    shown = main(finance, "/money/underspend?as-at=2018-01-31")
    unspent = {row[0]: row for row in lines(shown, "What is lost if it is not spent")[1:]}
    assert "£266,055" in unspent["moj-victims"]
    assert any("£28,347" in row for row in lines(shown, "Money carried")[1:])


def test_every_file_that_a_page_names_is_to_be_had(finance: TestClient) -> None:
    for path in PLACES[:2] + PLACES[3:]:
        for href in links(main(finance, path)):
            if href.startswith("/api/") and "csv" in href:
                assert finance.get(href).status_code == 200, href
