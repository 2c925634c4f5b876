"""Section by section: what stands in a return in which every section has something to say."""

from typing import Any

import pytest

from domain.periods import Period
from domain.reports.measures import framework_for
from domain.returns.filled import FilledReturn
from domain.tables import Cell, Missing, Table, plain, shown
from projections.half_yearly_return.proof import find_cell
from services.office import Office
from tests.a_full_return import COUNTS, H1, life
from tests.scenes import PROVIDER, accepted, awarded, do, fund_with

NOT_SUPPLIED = Cell(missing=Missing.NOT_SUPPLIED)
TEMPLATE = "moj-working-1"


@pytest.fixture(scope="module")
def filled() -> FilledReturn:
    """The return; tests here only read it."""
    from tests.projections.histories import lived_as

    with lived_as(life()) as office:
        return office.fill_in(H1, TEMPLATE)


def table(filled: FilledReturn, name: str) -> Table:
    """One of its tables."""
    return next(table for table in filled.tables if table.name == name)


def said(filled: FilledReturn, address: str) -> str:
    """A cell as people read it."""
    place = find_cell(filled, address)
    return shown(place.table.columns[place.column], place.cell)


def column(filled: FilledReturn, name: str, key: str) -> list[Any]:
    """The values of a column, missing ones by why."""
    of = table(filled, name)
    place = [each.key for each in of.columns].index(key)
    cells = [row[place] for row in of.rows]
    return [each.missing.value if each.missing else plain(each) for each in cells]


def test_the_header_says_whose_return_it_is_and_under_which_agreements(filled: FilledReturn) -> None:
    facts = {
        "Office": "Office of the PCC for Humberside",
        "Police area code": "E23000012",
        "Funder": "Ministry of Justice",
        "Grant agreements": "grant-letter",
        "Half-year": Period.parse(H1).words,
        "Outcomes framework": framework_for(Period.parse(H1)).title,
        "Template": TEMPLATE,
        "Version": "1",
        "Restated because": "not applicable",
        "Services": "6",
    }
    header = table(filled, "header")
    assert {str(row[0].value): shown(header.columns[1], row[1]) for row in header.rows} == facts
    assert [str(row[0].value) for row in header.rows] == list(facts)


def test_the_header_of_a_return_that_is_not_opened_says_what_is_not_given(office: Office) -> None:
    do(office, *fund_with(10), PROVIDER, *awarded("a1", 1))
    fresh = office.fill_in(H1, TEMPLATE)
    for fact in ("Office", "Police area code", "Template", "Version"):
        assert said(fresh, f"header/{fact}/said") == "not supplied"


def test_the_service_list_has_forecast_variance_reason_and_posts(filled: FilledReturn) -> None:
    first = {
        "provider": "Embrace",
        "service": "Counsel",
        "route": "grant",
        "fund": "moj-victims",
        "ring_fence": "not applicable",
        "allocation_pence": "£300,000",
        "spend_pence": "£155,000",
        "spend_to_date_pence": "£155,000",
        "forecast_pence": "£290,000",
        "variance_pence": "£10,000",
        "variance_reason": "The vacancy saves £10,000.",
        "posts_funded": "4.5",
        "posts_filled": "4.25",
        "report": "accepted",
        "made_up": "no",
    }
    assert {key: said(filled, f"service-list/c-1/{key}") for key in first} == first
    assert column(filled, "service-list", "ring_fence") == [
        *(["not applicable"] * 4),
        "dasv",
        *(["not applicable"] * 2),
    ]
    assert column(filled, "service-list", "report")[:6] == [
        *["accepted"] * 3,
        "nil return",
        "not received",
        "accepted",
    ]


def test_money_is_added_over_services_and_what_is_not_supplied_is_in_no_sum(filled: FilledReturn) -> None:
    spend = [155_000_00, 85_000_00, 18_000_00, "nil return", "not supplied", 15_000_01]
    assert column(filled, "service-list", "spend_pence") == [*spend, 273_000_01]
    assert column(filled, "service-list", "allocation_pence")[-1] == 660_000_00
    assert column(filled, "service-list", "variance_pence") == [10_000_00, *["not known"] * 5, 10_000_00]
    assert column(filled, "service-list", "posts_filled")[-1] == 425


def test_the_choice_about_a_report_that_does_not_fit_is_shown_with_its_days_and_reason(filled: FilledReturn) -> None:
    days = "1 September 2017 to 10 October 2017"
    why = f"The reason given for the choice about c-6's report for {days}: The service began in September."
    assert why in table(filled, "service-list").notes
    touched = ("service-list", "demand", "restorative-justice", "people-age", "outcomes")
    note = (
        f"c-6: the report for {days} counts in proportion to its days. Each figure of it is rounded by itself: the "
        "parts of a figure, such as its categories, need not add up to it."
    )
    assert [note in table(filled, name).notes for name in touched] == [True, True, False, False, True]
    assert [name for name in touched if why in table(filled, name).notes] == ["service-list"]
    assert filled.waiting_for == ("c-5 (Shelter): report not received.",)


def test_demand_counts_each_service_and_instances_over_all(filled: FilledReturn) -> None:
    of = column(filled, "demand", "referrals")
    assert of == [120, "more than 70", "not asked", "nil return", "not supplied", 31, "more than 221"]
    assert column(filled, "demand", "offered") == [110, "28 to 38", *of[2:4], *["not supplied"] * 2, "138 to 148"]
    assert column(filled, "demand", "waiting") == [7, 4, *of[2:4], "not supplied", "cannot be divided", 11]
    assert column(filled, "demand", "longest_wait_hours")[-1] == "not applicable"
    assert column(filled, "demand-referral-source", "referrals_referral_source_self")[0] == 40
    assert column(filled, "demand-referral-source", "referrals_referral_source_not_known")[0] == "not supplied"


def test_every_breakdown_shows_what_came_in_beside_the_whole(filled: FilledReturn) -> None:
    """Each figure of the first service stands in the table of its breakdown, and in no other of its name."""
    found: dict[str, set[Any]] = {}
    for of in filled.tables:
        for number, each in enumerate(of.columns):
            if of.names == ("award",) and of.name != "service-list" and each.kind == "count":
                found.setdefault(each.key, set()).add(
                    plain(of.rows[0][number]) if of.rows[0][0].value == "c-1" else None
                )
    for key, count in COUNTS.items():
        if not key.startswith(("spend", "forecast", "posts")):
            assert found[key.replace("-", "_").replace(":", "_").replace("/", "_")] == {count}, key


def test_not_known_prefer_not_to_say_nought_and_not_supplied_are_four_things(filled: FilledReturn) -> None:
    assert said(filled, "people-age/c-1/accepted_age_not_known") == "3"
    assert said(filled, "people-age/c-1/accepted_age_prefer_not_to_say") == "2"
    assert said(filled, "people-disability/c-1/accepted_disability_not_disabled") == "0"
    assert said(filled, "people-disability/c-1/accepted_disability_not_known") == "not supplied"


def test_people_and_crimes_stand_apart_and_both_have_the_whole(filled: FilledReturn) -> None:
    for name in ("people-age", "people-sex", "crimes-crime-type", "crimes-reported-to-police"):
        assert column(filled, name, "accepted")[0] == 100
        assert any("People who accepted support, in people" in note for note in table(filled, name).notes)
    assert said(filled, "crimes-crime-type/c-1/accepted_crime_type_fraud") == "75"


def test_needs_do_not_have_to_add_up_and_it_is_said(filled: FilledReturn) -> None:
    assert said(filled, "needs-identified-need/c-1/needs_identified") == "90"
    several = "Somebody may stand in several columns: they do not add up to the first."
    for name in ("needs-identified-need", "needs-supported-need", "supported-support-type", "supported-support-mode"):
        assert several in table(filled, name).notes
    assert several not in table(filled, "people-age").notes


def test_outcomes_are_three_numbers_a_row_for_each_service_and_outcome(filled: FilledReturn) -> None:
    cope, recover = (outcome.title for outcome in framework_for(Period.parse(H1)).outcomes)
    rows = [
        [each.missing.value if each.missing else each.value for each in row] for row in table(filled, "outcomes").rows
    ]
    by_name = {(row[0], row[3]): row[4:7] for row in rows}
    assert len(by_name) == len(rows) == 6 * 2 + 2
    assert by_name["c-1", cope] == [30, 40, 90]
    assert by_name["c-1", recover] == [5, "not supplied", 90]
    assert by_name["c-2", cope] == [5, 7, 9]
    assert by_name["c-4", cope] == ["nil return"] * 3
    assert by_name["c-5", cope] == ["not supplied"] * 3
    part = by_name["c-6", cope]
    assert by_name["All services (instances)", cope] == [
        int(each or 0) + more for each, more in zip(part, (35, 47, 99), strict=True)
    ]
    assert by_name["All services (instances)", recover] == ["not supplied"] * 3
    assert not any("%" in str(value) for row in rows for value in row)


def test_restorative_justice_is_of_those_who_do_it(filled: FilledReturn) -> None:
    assert column(filled, "restorative-justice", "award") == ["c-3", "All services (instances)"]
    assert column(filled, "restorative-justice", "rj_referrals") == [12, 12]
    assert column(filled, "restorative-justice", "rj_assessments") == ["not asked", "not asked"]
    assert said(filled, "restorative-justice/c-3/rj_spend") == "£9,000"


def test_where_nobody_does_restorative_justice_it_is_said(office: Office) -> None:
    do(office, *fund_with(10), PROVIDER, *awarded("a1", 1))
    of = table(office.fill_in(H1, TEMPLATE), "restorative-justice")
    assert any("No service owed figures on restorative justice" in note for note in of.notes)
    do(office, *accepted("a1", H1, rj_direct=1))
    of = table(office.fill_in(H1, TEMPLATE), "restorative-justice")
    assert [row[0].value for row in of.rows] == ["a1", "All services (instances)"]


def test_the_narrative_is_in_the_providers_own_words_under_the_headings(filled: FilledReturn) -> None:
    of = table(filled, "narrative")
    assert [(row[0].value, row[2].value, row[4].value) for row in of.rows] == [
        ("c-1", "In general", "A good half-year."),
        ("c-1", "What went well", "A drop-in began in May."),
        ("c-1", "Risks and difficulties", "One post is vacant."),
        ("c-1", "Why spend differs from the budget", "The vacancy saves £10,000."),
        ("c-1", "What is planned for money not spent", "The rest pays for training."),
    ]


def test_every_cell_that_has_a_figure_knows_where_it_comes_from(filled: FilledReturn) -> None:
    for of in filled.tables:
        for row in of.rows:
            for each, in_column in zip(row, of.columns, strict=True):
                is_figure = in_column.kind in ("count", "pence", "hundredths") and each.missing is None
                if is_figure and not str(row[0].value).startswith("All services"):
                    assert each.sources, (of.name, in_column.key)
                assert each.missing is not Missing.SUPPRESSED


def test_every_address_names_one_cell(filled: FilledReturn) -> None:
    from projections.half_yearly_return.proof import Place

    for of in filled.tables:
        assert of.names
        for number in range(len(of.rows)):
            for place in range(len(of.columns)):
                at = Place(of, number, place)
                assert find_cell(filled, at.address) == at
