"""The return for a half-year: nothing is guessed, nothing is lost, and every figure has its sources."""

from datetime import date
from typing import Any

import pytest

from domain.awards.changes import WithdrawAward
from domain.awards.events import Route
from domain.funds.commands import OpenFund
from domain.kernel import Recorded
from domain.monitoring.commands import DeclareNilReturn, WaiveObligation
from domain.periods import Period
from domain.providers.commands import RegisterProvider
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport
from domain.reports.events import Figure
from domain.reports.measures import Unit, framework_for
from domain.reports.quantity import Quantity
from domain.returns.filled import FilledReturn
from domain.tables import Cell, Missing, Table, plain
from projections.half_yearly_return.form import MADE_UP
from projections.half_yearly_return.proof import find_cell
from services.office import Office
from tests.scenes import (
    FUND,
    PROVIDER,
    YEAR,
    accepted,
    approved,
    awarded,
    do,
    fund_with,
    paid,
    registered,
    reported,
    reporting,
    share,
)

H1 = "2017-18-h1"
NOT_SUPPLIED = Cell(missing=Missing.NOT_SUPPLIED)


@pytest.fixture
def two_services(office: Office) -> Office:
    """Two awards for the whole of the year."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *awarded("a2", 200))
    return office


def filled(office: Office, period: str = H1) -> FilledReturn:
    """The return as now known."""
    return office.fill_in(period, "moj-working-1")


def section(office: Office, name: str, period: str = H1) -> Table:
    """One section of it."""
    return next(table for table in filled(office, period).tables if table.name == name)


def cells(table: Table, line: int) -> dict[str, Cell]:
    """One row, by column."""
    return dict(zip([column.key for column in table.columns], table.rows[line], strict=True))


def value(office: Office, name: str, line: int, key: str, period: str = H1) -> Any:
    """One value, as JSON has it."""
    return plain(cells(section(office, name, period), line)[key])


def positions_of(office: Office, *names: str, award: str = "a1") -> tuple[int, ...]:
    """Where the events of those names stand, of one award or its reports."""

    def is_of_it(recorded: Recorded) -> bool:
        return recorded.reference == award or recorded.reference.startswith(f"{award}.")

    events = office.log.everything()
    return tuple(each.position for each in events if each.event.name in names and is_of_it(each))


def reasons_of(office: Office, award: str = "a1") -> tuple[int, ...]:
    """The events for which an award stands in the return."""
    opened = next(each.position for each in office.log.everything() if each.event.name == "fund.opened")
    return (opened, *positions_of(office, "award.registered", "award.approved", award=award))


def test_it_has_the_sections_of_its_template_and_knows_where_it_was_folded_to(two_services: Office) -> None:
    form = filled(two_services)
    assert [table.name for table in form.tables] == [
        *("header", "service-list", "demand", "demand-referral-source"),
        *("people-age", "people-sex", "people-ethnicity", "people-disability"),
        *("crimes-crime-type", "crimes-reported-to-police"),
        *("needs-identified-need", "needs-supported-need", "supported-support-type", "supported-support-mode"),
        *("outcomes", "restorative-justice", "narrative"),
    ]
    assert form.position == two_services.log.head()
    assert filled(two_services).sha256 == form.sha256


def test_a_service_without_a_report_supplied_nothing_and_is_waited_for(two_services: Office) -> None:
    do(two_services, *accepted("a1", H1, referrals=12))
    assert filled(two_services).waiting_for == ("a2 (Service a2): report not received.",)
    assert cells(section(two_services, "demand"), 1)["referrals"] == NOT_SUPPLIED
    assert value(two_services, "service-list", 1, "report") == "not received"


def test_a_nil_return_is_not_a_missing_one(two_services: Office) -> None:
    do(two_services, reporting("a1"), reporting("a2"))
    nil = DeclareNilReturn(
        award="a1", schedule="outcome-report", period=H1, declared_on=date(2017, 10, 2), reason="No referrals"
    )
    do(two_services, nil)
    assert filled(two_services).waiting_for == ("a2 (Service a2): report not received.",)
    demand, outcomes = section(two_services, "demand"), section(two_services, "outcomes")
    why = (*reasons_of(two_services), two_services.log.head())
    assert cells(demand, 0)["referrals"] == cells(outcomes, 0)["improved"] == Cell(missing=Missing.NIL, sources=why)
    assert (cells(demand, 1)["referrals"], cells(outcomes, 2)["improved"]) == (NOT_SUPPLIED, NOT_SUPPLIED)
    assert value(two_services, "service-list", 0, "report") == "nil return"
    assert cells(demand, 2)["referrals"] == NOT_SUPPLIED


def quarter(number: int) -> dict[str, Any]:
    """What is owed for one quarter."""
    return {"award": "a1", "schedule": "outcome-report", "period": f"2017-18-q{number}"}


def test_a_report_on_one_quarter_does_not_stand_for_the_other(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), reporting("a1", "quarterly"))
    do(office, *accepted("a1", "2017-18-q1", referrals=12))
    assert filled(office).waiting_for == ("a1 (Service a1): report accepted and not received.",)
    do(office, *accepted("a1", "2017-18-q2", referrals=8))
    assert filled(office).waiting_for == ()
    assert value(office, "demand", 0, "referrals") == 20


def test_a_nil_return_on_one_quarter_does_not_stand_for_the_other(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), reporting("a1", "quarterly"))
    do(office, DeclareNilReturn(**quarter(1), declared_on=date(2017, 10, 2), reason="No referrals"))
    assert filled(office).waiting_for == ("a1 (Service a1): report nil return and not received.",)
    assert cells(section(office, "demand"), 0)["referrals"] == NOT_SUPPLIED
    do(office, reported("a1", "2017-18-q2", referrals=8))
    assert filled(office).waiting_for == ("a1 (Service a1): report nil return and submitted, not accepted yet.",)
    do(office, AcceptReport(award="a1", period="2017-18-q2"))
    assert filled(office).waiting_for == ()
    assert value(office, "demand", 0, "referrals") == 8


def test_what_the_office_waived_is_not_waited_for(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), reporting("a1", "quarterly"))
    do(office, *accepted("a1", "2017-18-q1", referrals=12), WaiveObligation(**quarter(2), reason="The service paused"))
    assert filled(office).waiting_for == ()
    assert value(office, "service-list", 0, "report") == "accepted and waived"


def test_only_accepted_figures_count_and_only_until_they_are_sent_back(two_services: Office) -> None:
    do(two_services, reported("a1", H1, referrals=12))
    assert value(two_services, "demand", 0, "referrals") is None
    assert "a1 (Service a1): report submitted, not accepted yet." in filled(two_services).waiting_for
    do(two_services, AcceptReport(award="a1", period=H1))
    assert value(two_services, "demand", 0, "referrals") == 12
    better = CorrectReport(**reported("a1", H1, referrals=15).model_dump(), reason="A month was left out")
    do(two_services, better)
    assert value(two_services, "demand", 0, "referrals") == 12
    do(two_services, AcceptReport(award="a1", period=H1))
    assert value(two_services, "demand", 0, "referrals") == 15
    do(two_services, SendBackReport(award="a1", period=H1, reasons=("Not yet right",), correct_by=date(2017, 11, 1)))
    assert cells(section(two_services, "demand"), 0)["referrals"]._replace(sources=()) == NOT_SUPPLIED
    assert "a1 (Service a1): report sent back." in filled(two_services).waiting_for


def test_the_sources_of_a_figure_are_the_events_that_brought_and_accepted_it(two_services: Office) -> None:
    do(two_services, *accepted("a1", "2017-18-q1", referrals=12, spend=5_00, cope=(1, 2, 3)))
    do(two_services, *accepted("a1", "2017-18-q2", referrals="more than 40", spend=7_00, cope=(1, 2, 3)))
    do(two_services, *accepted("a2", H1, referrals=1))
    both = (*reasons_of(two_services), *positions_of(two_services, "report.submitted", "report.accepted"))
    assert len(both) == 3 + 4
    assert cells(section(two_services, "demand"), 0)["referrals"].sources == both
    assert cells(section(two_services, "service-list"), 0)["spend_pence"].sources == both
    assert cells(section(two_services, "outcomes"), 0)["improved"].sources == both
    others = positions_of(two_services, "report.submitted", "report.accepted", award="a2")
    of_all = find_cell(filled(two_services), "demand/all/referrals").sources
    assert of_all == tuple(sorted({*both, *reasons_of(two_services, "a2"), *others}))
    allocation = cells(section(two_services, "service-list"), 0)["allocation_pence"]
    assert allocation.sources == reasons_of(two_services)


def test_bounds_add_up_as_bounds_and_are_shown_as_they_were_said(two_services: Office) -> None:
    do(two_services, *accepted("a1", H1, referrals="more than 15,000", offered="20 to 30"))
    do(two_services, *accepted("a2", H1, referrals=5, offered="fewer than 10"))
    demand = section(two_services, "demand")
    first, whole = cells(demand, 0), cells(demand, -1)
    assert (first["referrals"].words, first["referrals"].at_least) == ("more than 15,000", 15_001)
    assert first["referrals"].at_most is None
    assert (whole["referrals"].at_least, whole["referrals"].at_most) == (15_006, None)
    assert (whole["offered"].at_least, whole["offered"].at_most, whole["offered"].words) == (20, 39, "20 to 39")
    assert whole["referrals"].value is None


def test_measures_of_different_units_are_never_added(two_services: Office) -> None:
    do(two_services, *accepted("a1", H1, referrals=1, offered=10, incidents=100, volunteer_hours=1_000, spend=10_000))
    demand = section(two_services, "demand")
    units = {column.key: column.unit for column in demand.columns if column.unit}
    measures = {each.measure.replace("-", "_"): each.unit for each in framework_for(Period.parse(H1)).measures}
    asked = {each.measure.replace("-", "_") for each in framework_for(Period.parse(H1)).measures}
    assert units == {key: measures[key] for key in units}
    assert Unit.PENCE not in units.values()
    assert set(units) < asked
    for line in (0, -1):
        row = {key: plain(cell) for key, cell in cells(demand, line).items() if key in units and cell.value is not None}
        assert row == {"referrals": 1, "offered": 10, "incidents": 100, "volunteer_hours": 1_000}


def test_totals_are_labelled_as_instances_and_count_only_who_supplied(two_services: Office) -> None:
    do(two_services, *accepted("a1", H1, referrals=12, cope=(1, 2, 3)), *accepted("a2", H1, offered=5, cope=(2, 2, 4)))
    demand, outcomes = section(two_services, "demand"), section(two_services, "outcomes")
    assert plain(cells(demand, -1)["award"]) == "All services (instances)"
    assert (plain(cells(demand, -1)["referrals"]), plain(cells(demand, -1)["offered"])) == (12, 5)
    assert any("counts instances of support: a person helped by two services is in it twice" in n for n in demand.notes)
    total = next(
        cells(outcomes, line)
        for line, row in enumerate(outcomes.rows)
        if plain(row[0]) == "All services (instances)" and "cope" in str(plain(row[3]))
    )
    assert [plain(total[key]) for key in ("improved", "answered", "eligible")] == [3, 4, 7]


def test_figures_of_two_periods_add_up_each_by_its_own_way(two_services: Office) -> None:
    do(two_services, *accepted("a1", "2017-18-q2", referrals=8, waiting=3, longest_wait_hours=90))
    do(two_services, *accepted("a1", "2017-18-q1", referrals=12, waiting=7, longest_wait_hours=50))
    demand = cells(section(two_services, "demand"), 0)
    assert (plain(demand["referrals"]), plain(demand["waiting"])) == (20, 3)
    assert demand["longest_wait_hours"].value is None
    assert cells(section(two_services, "demand"), -1)["longest_wait_hours"].missing is Missing.NOT_APPLICABLE


def test_a_breakdown_is_not_added_to_the_total(two_services: Office) -> None:
    report = reported("a1", H1, referrals=12)
    part = Figure(measure="referrals", breakdown="sex", category="female", quantity=Quantity.exactly(9))
    do(two_services, report.model_copy(update={"figures": (*report.figures, part)}))
    do(two_services, AcceptReport(award="a1", period=H1))
    assert value(two_services, "demand", 0, "referrals") == 12


def test_an_outcome_is_three_numbers_and_one_left_out_is_not_supplied(two_services: Office) -> None:
    do(two_services, *accepted("a1", "2017-18-q1", cope=(1, 2, 3)), *accepted("a1", "2017-18-q2", cope=(4, 5, None)))
    row = cells(section(two_services, "outcomes"), 0)
    assert [plain(row[key]) for key in ("improved", "answered")] == [5, 7]
    assert row["eligible"] == NOT_SUPPLIED


def test_only_services_that_supplied_all_three_numbers_are_in_an_outcomes_total(two_services: Office) -> None:
    do(two_services, *accepted("a1", H1, cope=(1, 2, None)), *accepted("a2", H1, cope=(3, 4, 5)))
    table = section(two_services, "outcomes")
    total = next(
        cells(table, line) for line, row in enumerate(table.rows) if plain(row[0]) == "All services (instances)"
    )
    assert [plain(total[key]) for key in ("improved", "answered", "eligible")] == [3, 4, 5]


def test_a_report_that_does_not_fit_the_half_year_is_in_no_figure_and_is_noted(two_services: Office) -> None:
    do(two_services, *accepted("a1", "2017-08-01..2017-10-09", referrals=12, spend=5), *accepted("a2", H1, referrals=1))
    table = section(two_services, "service-list")
    note = "a1 (Service a1): a report for 2017-08-01..2017-10-09 does not fit the half-year and is in no figure."
    assert note in table.notes
    assert cells(section(two_services, "demand"), 0)["referrals"] == NOT_SUPPLIED
    assert value(two_services, "demand", -1, "referrals") == 1
    assert filled(two_services).waiting_for == (
        "a1 (Service a1): report received for days that do not fit the half-year; "
        "choose how the report for 2017-08-01..2017-10-09 counts (apportion-report).",
    )


def test_figures_made_up_for_a_demonstration_are_marked_wherever_they_are(two_services: Office) -> None:
    do(two_services, *accepted("a2", H1, referrals=1))
    assert all(MADE_UP not in table.notes for table in filled(two_services).tables)
    do(two_services, *accepted("a1", H1, made_up=True, referrals=1, cope=(1, 1, 1)))
    for table in filled(two_services).tables:
        assert table.notes[0] == MADE_UP
        if table.names != ("award",) or not any(plain(row[0]) == "a1" for row in table.rows):
            continue
        marks = {str(plain(row[0])): plain(row[-1]) for row in table.rows}
        assert (marks["a1"], marks["a2"]) == (True, False)
        assert all(mark is True for label, mark in marks.items() if label.startswith("All"))


def test_spend_to_date_that_holds_made_up_figures_is_marked(two_services: Office) -> None:
    do(two_services, *accepted("a1", H1, made_up=True, spend=5), *accepted("a1", "2017-10-01..2017-10-09", spend=7))
    assert value(two_services, "service-list", 0, "spend_to_date_pence", "2017-18-h2") == 12
    assert value(two_services, "service-list", 0, "spend_pence", "2017-18-h2") == 7
    assert value(two_services, "service-list", 0, "made_up", "2017-18-h2") is True


def test_spend_to_date_is_of_the_financial_year_alone(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300, starts_on=date(2016, 4, 1)))
    do(office, *accepted("a1", "2016-17-h2", spend=1_000), *accepted("a1", "2017-18-q1", spend=5))
    assert value(office, "service-list", 0, "spend_to_date_pence") == 5


def test_an_allocation_that_is_not_known_stays_not_known(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), registered("a2"), approved("a2", share(None)))
    table = section(office, "service-list")
    assert cells(table, 1)["allocation_pence"].missing is Missing.NOT_KNOWN
    assert plain(cells(table, -1)["allocation_pence"]) == 300_00


def test_an_award_over_two_funds_of_the_return_has_the_allocations_of_both(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(50, "moj-rj"), *fund_with(50, "cdrg", return_to=None), PROVIDER)
    do(office, registered(), approved("a1", share(300), share(20, "moj-rj"), share(10, "cdrg")))
    assert value(office, "service-list", 0, "allocation_pence") == 320_00
    assert value(office, "service-list", 0, "fund") == "moj-rj; moj-victims"


def test_only_awards_of_the_returns_funds_and_days_are_in_it(office: Office) -> None:
    do(office, *fund_with(1_000), *fund_with(50, "cdrg", return_to=None), *fund_with(50, FUND, "2018-19"), PROVIDER)
    do(office, *awarded("a1", 1), *awarded("a2", 1, starts_on=date(2017, 10, 1)))
    do(office, *awarded("a3", 1, starts_on=None, ends_on=None), *awarded("a4", 1, ends_on=date(2017, 4, 1)))
    do(office, registered("b1"), approved("b1", share(1, "cdrg")), registered("b2"))
    do(office, registered("b3"), approved("b3", share(1, FUND, "2018-19")))
    assert [plain(row[0]) for row in section(office, "service-list").rows] == ["a1", "a3", "a4", "All services"]


def test_a_withdrawn_award_is_in_the_return_only_if_something_was_paid(two_services: Office) -> None:
    end = "The provider ceased"
    do(two_services, *paid("a1", "p1", 5, date(2017, 5, 1)))
    do(two_services, WithdrawAward(award="a1", reason=end), WithdrawAward(award="a2", reason=end))
    assert [plain(row[0]) for row in section(two_services, "service-list").rows] == ["a1", "All services"]


def test_the_service_list_says_who_and_by_which_route(office: Office) -> None:
    do(office, *fund_with(1_000), RegisterProvider(provider="remedi", title="Remedi"))
    do(office, *awarded("a1", 1, provider="remedi", route=Route.CONTRACT), *awarded("a2", 1, provider=None))
    table = section(office, "service-list")
    assert [plain(cells(table, 0)[key]) for key in ("provider", "service", "route")] == [
        "Remedi",
        "Service a1",
        "contract",
    ]
    assert cells(table, 1)["provider"].missing is Missing.NOT_KNOWN


def test_a_fund_opened_for_another_return_is_not_in_this_one(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    do(office, OpenFund(fund="other", year=YEAR, title="Other", funder="Home Office", return_to="home-office"))
    assert [plain(row[0]) for row in section(office, "service-list").rows] == ["a1", "All services"]


def test_a_report_that_leaves_a_measure_out_makes_the_sum_of_the_others_the_least_it_can_be(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    do(office, *accepted("a1", "2017-18-q1", referrals=12, waiting=4), *accepted("a1", "2017-18-q2", spend=5))
    assert value(office, "demand", 0, "referrals") == "more than 11"
    assert value(office, "demand", 0, "waiting") is None
