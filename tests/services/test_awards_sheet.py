"""An awards sheet: good ones become orders; bad ones become a list of faults, each with its cell and its cure."""

import csv
import io
import re
import time
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.funds.commands import HoldEarmark, OpenFund, ReceiveAllocation, SetTolerance, StateTotal
from domain.funds.events import EarmarkKind
from domain.providers.commands import RegisterProvider
from domain.providers.events import Kind
from services.imports.awards_sheet import Known, KnownAward, Plan, read_awards_sheet, template_csv
from tests.services import hostile

NOTHING = Known()
HOLDS_THE_FUND = Known(funds={("moj-victims", "2017-18")})

HEADINGS = (
    *("Row", "Award", "Fund", "Year", "Service", "Provider", "Route", "Amount", "Starts", "Ends", "Ground", "Inferred"),
    *("As printed", "Source", "Funder", "Authorised by", "Decision", "Reason", "Per cent", "Agreement", "Notes"),
    *("Provider kind", "Charity number", "Company number", "Fund title", "Return", "Section"),
)
GOOD = {"Award": "A-1", "Fund": "moj-victims", "Year": "2017-18", "Service": "Victim hub"}
GOOD |= {"Provider": "Cambridgeshire Constabulary", "Route": "grant", "Amount": "£446,000"}
ALLOCATION = {"Row": "allocation", "Fund": "moj-victims", "Year": "2017-18", "Amount": "£1m", "Source": "Paper"}
ALLOCATION |= {"Funder": "Ministry of Justice", "Fund title": "Victims' grant", "Return": "moj"}
TOLERANCE = {"Row": "tolerance", "Fund": "moj-victims", "Year": "2017-18", "Amount": "£500"}
TOLERANCE |= {"Authorised by": "Chief finance officer", "Decision": "D 1", "Reason": "Rounding"}
RESERVE = {"Row": "reserve", "Fund": "moj-victims", "Year": "2017-18", "Service": "Emerging", "Amount": "15,000"}
TOTAL = {"Row": "stated total", "Fund": "moj-victims", "Year": "2017-18", "Amount": "£461,000", "Source": "Paper"}

_ANYTHING = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from(
        ["award", "allocation", "tolerance", "reserve", "bid", "not known", "£1m", "5", "1e3", "-1", "NaN"]
    ),
    st.sampled_from(["2017-18", "01/04/2017", "31/03/2018", "moj-victims", "grant", "single tender", "pool", "A-1"]),
)
"""What may stand in a cell: nonsense, and sense in the wrong place."""


def as_csv(*rows: dict[str, Any], headings: tuple[str, ...] = HEADINGS) -> bytes:
    """The rows as a CSV file; the first of them stands in row 2."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow(headings)
    sheet.writerows([row.get(heading, "") for heading in headings] for row in rows)
    return out.getvalue().encode()


def as_xlsx(*rows: dict[str, Any], headings: tuple[str, ...] = HEADINGS) -> bytes:
    """The rows as a workbook, with whatever types the values have."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(list(headings))
    for row in rows:
        book.worksheets[0].append([row.get(heading) for heading in headings])
    return _saved(book)


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(*rows: dict[str, Any], known: Known = HOLDS_THE_FUND) -> Plan:
    """The plan of a CSV sheet of these rows."""
    return read_awards_sheet(as_csv(*rows), "awards.csv", known)


def faults(*rows: dict[str, Any], known: Known = HOLDS_THE_FUND) -> list[str]:
    """What is wrong with these rows; then nothing is planned."""
    plan = read(*rows, known=known)
    assert not plan.faults or plan.commands == []
    return [str(fault) for fault in plan.faults]


def notes(*rows: dict[str, Any], known: Known = HOLDS_THE_FUND) -> list[str]:
    """What is worth reading in these rows, which have no fault."""
    plan = read(*rows, known=known)
    assert plan.faults == []
    return [str(note) for note in plan.notes]


class TestGoodSheets:
    def test_a_sheet_becomes_orders_for_funds_then_providers_then_tolerances_then_awards_then_totals(self) -> None:
        plan = read(TOTAL, {**GOOD, "Section": "Grants"}, RESERVE, TOLERANCE, ALLOCATION, known=NOTHING)
        assert [str(fault) for fault in plan.faults] == []
        fund = {"fund": "moj-victims", "year": "2017-18"}
        share = Share(**fund, amount_pence=44_600_000)
        assert plan.commands == [
            OpenFund(**fund, title="Victims' grant", funder="Ministry of Justice", return_to="moj"),
            ReceiveAllocation(
                **fund,
                agreement="moj-victims-2017-18",
                amount_pence=100_000_000,
                printed="£1m",
                exact=False,
                source="Paper",
            ),
            RegisterProvider(provider="cambridgeshire-constabulary", title="Cambridgeshire Constabulary"),
            SetTolerance(
                **fund, amount_pence=50_000, authorised_by="Chief finance officer", decision="D 1", reason="Rounding"
            ),
            RegisterAward(
                award="A-1",
                service="Victim hub",
                route=Route.GRANT,
                provider="cambridgeshire-constabulary",
                remarks=("Section: Grants",),
            ),
            ApproveAward(award="A-1", shares=(share,)),
            HoldEarmark(**fund, earmark="emerging", title="Emerging", kind=EarmarkKind.RESERVE, amount_pence=1_500_000),
            StateTotal(**fund, source="Paper", total_pence=46_100_000),
        ]

    def test_a_workbook_with_typed_cells_gives_the_same_orders_as_a_csv_file(self) -> None:
        typed = {**GOOD, "Starts": date(2017, 4, 1), "Ends": datetime(2018, 3, 31), "Amount": 1250.5}  # noqa: DTZ001
        plain = {**GOOD, "Starts": "01/04/2017", "Ends": "2018-03-31", "Amount": "£1,250.50"}
        allocation = {**ALLOCATION, "Amount": 1_000_000}
        book = read_awards_sheet(as_xlsx(allocation, typed), "awards.xlsx", NOTHING)
        sheet = read_awards_sheet(as_csv({**ALLOCATION, "Amount": "1000000"}, plain), "awards.csv", NOTHING)
        assert book.faults == []
        assert book.commands == sheet.commands
        assert (
            ApproveAward(award="A-1", shares=(Share(fund="moj-victims", year="2017-18", amount_pence=125_050),))
            in book.commands
        )

    def test_headings_are_known_in_any_spelling_and_below_a_title(self) -> None:
        text = (
            "Awards of the year\n\nFUNDING_STREAM;financial-year;service;Organisation;Award Route;Award (£)\n"
            "MoJ Victims;2017/2018;Hub;Force;Grant;446,000\n"
        )
        plan = read_awards_sheet(text.encode("cp1252"), "awards.csv", HOLDS_THE_FUND)
        assert plan.faults == []
        assert [command.stream for command in plan.commands] == ["provider-force", "award-2017-0001", "award-2017-0001"]
        assert "Row 1 stands above the headings and is left out" in map(str, plan.notes)

    @pytest.mark.parametrize("written", ["2017-18", "2017/18", "2017/2018", "2017-2018", "2017\u201318"])
    def test_a_financial_year_may_be_written_in_several_ways(self, written: str) -> None:
        assert faults({**GOOD, "Year": written}) == []

    @pytest.mark.parametrize("written", ["01/04/2017", "1/4/2017", "2017-04-01", "1 April 2017", "1st apr 2017"])
    def test_a_date_may_be_written_in_several_ways(self, written: str) -> None:
        (command,) = (c for c in read({**GOOD, "Starts": written}).commands if isinstance(c, RegisterAward))
        assert command.starts_on == date(2017, 4, 1)

    @pytest.mark.parametrize(
        ("written", "route"),
        [
            ("Pool", Route.POOLED_SHARE),
            ("pooled share", Route.POOLED_SHARE),
            ("internal", Route.INTERNAL),
            ("unstated", Route.NOT_STATED),
            ("Not stated", Route.NOT_STATED),
            ("single-tender", Route.SINGLE_TENDER),
        ],
    )
    def test_a_route_may_be_written_in_several_ways(self, written: str, route: Route) -> None:
        plan = read({**GOOD, "Route": written, "Ground": "Continuity of supply"})
        assert [command.route for command in plan.commands if isinstance(command, RegisterAward)] == [route]

    def test_rows_with_one_reference_make_one_award_of_several_shares(self) -> None:
        known = Known(funds={("moj-victims", "2017-18"), ("moj-victims", "2018-19")})
        second = {**GOOD, "Year": "2018-19", "Amount": "£1", "Notes": "The second year"}
        plan = read({**GOOD, "Starts": "01/04/2017"}, second, known=known)
        assert plan.faults == []
        registered, approved = plan.commands[1:]
        assert isinstance(registered, RegisterAward)
        assert (registered.starts_on, registered.remarks) == (date(2017, 4, 1), ("The second year",))
        assert isinstance(approved, ApproveAward)
        assert [(share.year, share.amount_pence) for share in approved.shares] == [
            ("2017-18", 44_600_000),
            ("2018-19", 100),
        ]

    def test_awards_without_a_reference_are_numbered_after_those_that_are_known(self) -> None:
        known = Known(funds=HOLDS_THE_FUND.funds, awards={"2017-0001": None})
        rows = [{**GOOD, "Award": "", "Service": f"Service {n}"} for n in (1, 2)]
        plan = read({**GOOD, "Award": "2017-0002"}, *rows, known=known)
        assert [c.award for c in plan.commands if isinstance(c, ApproveAward)] == [
            "2017-0002",
            "2017-0003",
            "2017-0004",
        ]
        assert "Row 3 is recorded as award 2017-0003, because it has no reference" in map(str, plan.notes)

    def test_a_row_without_a_reference_is_the_award_that_the_office_holds_for_the_same_thing(self) -> None:
        held = KnownAward("VICTIM hub", "cambridgeshire-constabulary", frozenset({("moj-victims", "2017-18")}))
        known = Known(funds=HOLDS_THE_FUND.funds, awards={"2017-0001": held})
        plan = read({**GOOD, "Award": ""}, known=known)
        assert [c.award for c in plan.commands if isinstance(c, ApproveAward)] == ["2017-0001"]

    def test_a_provider_named_often_is_registered_once_and_one_that_is_held_not_again(self) -> None:
        other = {**GOOD, "Award": "A-2", "Service": "Other", "Charity number": "1234567"}
        plan = read(GOOD, other)
        assert [c for c in plan.commands if isinstance(c, RegisterProvider)] == [
            RegisterProvider(
                provider="cambridgeshire-constabulary", title="Cambridgeshire Constabulary", charity_number="1234567"
            )
        ]
        known = Known(
            funds=HOLDS_THE_FUND.funds, providers={"cambridgeshire-constabulary": "Cambridgeshire Constabulary"}
        )
        assert not any(isinstance(c, RegisterProvider) for c in read(GOOD, other, known=known).commands)
        assert notes(other, known=known) == [
            "Row 2, Charity number (W2): the office holds this provider already: its kind and numbers stay as they "
            "are held"
        ]

    def test_an_amount_that_is_not_known_stays_not_known_with_what_was_worked_out_beside_it(self) -> None:
        row = {**GOOD, "Amount": "Not known", "Inferred": "£10,000", "As printed": "Contribution to a pool"}
        share = Share(
            fund="moj-victims",
            year="2017-18",
            amount_pence=None,
            inferred_pence=1_000_000,
            printed="Contribution to a pool",
        )
        assert ApproveAward(award="A-1", shares=(share,)) in read(row).commands
        assert notes(row) == [
            "Row 2, Amount (H2): the amount is loaded as not known, and no total counts a figure for it; "
            "£10,000, worked out, is shown beside it"
        ]

    @pytest.mark.parametrize(
        ("written", "pence", "said"),
        [
            ("£213,000 from OPCC", 21_300_000, "£213,000 is loaded, and the words are kept: £213,000 from OPCC"),
            ("£100k", 10_000_000, "£100k may be rounded: £100,000 is loaded, the words kept"),
        ],
    )
    def test_the_words_of_an_amount_are_kept_and_noted(self, written: str, pence: int, said: str) -> None:
        row = {**GOOD, "Amount": written}
        share = Share(fund="moj-victims", year="2017-18", amount_pence=pence, printed=written)
        assert ApproveAward(award="A-1", shares=(share,)) in read(row).commands
        assert notes(row) == [f"Row 2, Amount (H2): {said}"]

    def test_bids_money_of_others_and_remarks_are_only_noted(self) -> None:
        rows = [{"Row": kind, "Amount": "£700k", "Notes": "Home Office"} for kind in ("bid", "not ours", "remark")]
        assert read(*rows, known=NOTHING).commands == []
        said = notes(*rows, known=NOTHING)
        assert said[:2] == [
            "Row 2 is a bid, and a bid is not income: it counts nowhere",
            "Row 2, Notes (U2): Home Office",
        ]
        assert "Row 3 is not the office's money: it counts nowhere" in said
        assert "Row 4 is a remark: nothing is recorded for it" in said

    def test_a_percentage_may_be_the_tolerance(self) -> None:
        plan = read({**TOLERANCE, "Amount": "", "Per cent": "2.5%"})
        assert [c.per_cent for c in plan.commands if isinstance(c, SetTolerance)] == [Decimal("2.5")]

    def test_the_kind_of_a_provider_is_recorded_and_a_pool_is_noted(self) -> None:
        row = {**GOOD, "Provider kind": "Pool"}
        assert [c.kind for c in read(row).commands if isinstance(c, RegisterProvider)] == [Kind.POOL]
        assert "describes a pooled budget" in notes(row)[0]

    def test_columns_that_are_not_ours_are_left_out_and_named(self) -> None:
        data = as_csv({**GOOD, "Colour": "blue"}, headings=(*HEADINGS, "Colour"))
        plan = read_awards_sheet(data, "awards.csv", HOLDS_THE_FUND)
        assert plan.faults == []
        assert [str(note) for note in plan.notes] == [
            "Row 1, Heading (AB1): there is no such column in an awards sheet, so it is left out: Colour"
        ]

    def test_only_the_first_sheet_of_a_workbook_is_read_and_the_others_are_mentioned(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(as_xlsx(GOOD)))
        book.create_sheet("Empty")
        book.create_sheet("More").append(["something"])
        plan = read_awards_sheet(_saved(book), "awards.xlsx", HOLDS_THE_FUND)
        assert plan.faults == []
        assert "The workbook has 1 more sheet with something in it: only the first is read" in map(str, plan.notes)

    def test_the_example_sheet_loads_nothing_and_has_no_fault(self) -> None:
        plan = read_awards_sheet(template_csv(), "example.csv", NOTHING)
        assert (plan.commands, plan.faults) == ([], [])
        assert "Row 3 is an example: nothing is recorded for it" in map(str, plan.notes)

    def test_the_example_rows_are_sound_once_they_are_no_longer_marked(self) -> None:
        plan = read_awards_sheet(template_csv().replace(b"example a", b"a"), "example.csv", NOTHING)
        assert plan.faults == []
        assert len(plan.commands) == 5


AMOUNT = "an amount must be a number of pounds, like £1,250.50, or the words: not known"
DATE = "write a date like 01/04/2017, 2017-04-01 or 1 April 2017"
REFERENCE = "a reference must be letters, digits, full stops, hyphens and underscores, at most 80, no spaces"


class TestFaults:
    @pytest.mark.parametrize(
        ("column", "written", "said"),
        [
            ("Amount", "Contribution to the pool", f"Amount (H2): {AMOUNT}"),
            ("Amount", "", "Amount (H2): this is needed: write the amount, or: not known"),
            (
                "Amount",
                "-5",
                "Amount (H2): an amount must not be less than nought: a release or a repayment is recorded as itself",
            ),
            (
                "Amount",
                "£5k £5k",
                "Amount (H2): this is not one amount: write pounds like £1,250.50, "
                "and give each amount a row of its own",
            ),
            (
                "Amount",
                "1250.505",
                "Amount (H2): an amount must be in whole pence, with no more than two figures after the point",
            ),
            ("Fund", "", "Fund (C2): this is needed: write the fund's code, like moj-victims"),
            (
                "Fund",
                "moj-victim",
                "Fund (C2): the office holds no fund moj-victim for 2017-18, and the sheet has no allocation row "
                "for it: add one (Row: allocation), or put the fund or the year right",
            ),
            ("Year", "2017", "Year (D2): this is not a financial year: write it like 2017-18"),
            ("Year", "2017-19", "Year (D2): this is not a financial year: write it like 2017-18"),
            ("Year", "1817-18", "Year (D2): the year must lie between 1990 and 2100: write it like 2017-18"),
            ("Service", "", "Service (E2): this is needed: write what the money is for"),
            (
                "Route",
                "gift",
                "Route (G2): this must be one of: grant, contract, single tender, pooled share, internal, not stated",
            ),
            (
                "Route",
                "",
                "Route (G2): this is needed: write how the money reaches the provider, or: not stated",
            ),
            (
                "Route",
                "single tender",
                "Ground (K2): a single tender needs its ground, such as: continuity of supply",
            ),
            (
                "Row",
                "gift",
                "Row (A2): this must be one of: award, allocation, tolerance, reserve, in development, stated total, "
                "bid, not ours, remark",
            ),
            ("Award", "A 1", f"Award (B2): {REFERENCE}"),
            ("Provider kind", "firm", "Provider kind (V2): this must be one of: organisation, joint, pool, office"),
            ("Provider", "!!!", "Provider (F2): this must hold letters or digits, because a reference is made of it"),
            (
                "Charity number",
                "12",
                "Charity number (W2): a charity number must be six or seven digits, like 1234567",
            ),
            (
                "Company number",
                "1234567",
                "Company number (X2): a company number must be eight characters, like 01234567 or SC123456: "
                "format the cell as text so that its first noughts are kept",
            ),
            (
                "Inferred",
                "£5",
                "Inferred (L2): an inferred amount stands only beside an amount that is not known: take one out",
            ),
            ("Starts", "next week", f"Starts (I2): this is not a date: {DATE}"),
            ("Starts", "01/04/17", f"Starts (I2): this is not a date: {DATE}"),
            ("Starts", "30/02/2017", f"Starts (I2): there is no such day: {DATE} (the day before the month)"),
            ("Starts", "04/31/2017", f"Starts (I2): there is no such day: {DATE} (the day before the month)"),
            ("Ends", "31/03/2218", f"Ends (J2): the year must lie between 1990 and 2100: {DATE}"),
            ("Notes", "n" * 4001, "Notes (U2): this must be at most 4,000 characters long: shorten it"),
            (
                "Notes",
                "Ring 07700 900123",
                "Notes (U2): this seems to hold a telephone number: the office records totals only, so take it out",
            ),
            (
                "Service",
                "Support, SW1A 1AA",
                "Service (E2): this seems to hold a postcode: the office records totals only, so take it out",
            ),
        ],
    )
    def test_a_cell_that_is_wrong_is_named_with_its_place_and_the_cure(
        self, column: str, written: str, said: str
    ) -> None:
        assert faults({**GOOD, column: written}) == [f"Row 2, {said}"]

    def test_an_award_that_ends_before_it_starts_is_a_fault(self) -> None:
        assert faults({**GOOD, "Starts": "01/04/2018", "Ends": "31/03/2018"}) == [
            "Row 2, Ends (J2): an award must not end before it starts: the day comes before the month, as in 01/04/2017"
        ]

    def test_all_faults_are_told_at_once_in_the_order_of_the_sheet(self) -> None:
        found = faults({**GOOD, "Amount": "lots", "Year": "soon"}, {**GOOD, "Award": "A-2", "Route": "gift"})
        assert [fault.split(":")[0] for fault in found] == [
            "Row 2, Year (D2)",
            "Row 2, Amount (H2)",
            "Row 3, Route (G3)",
        ]

    def test_free_text_that_was_submitted_is_never_repeated_in_a_fault(self) -> None:
        secret = "Zanzibar"
        row = dict.fromkeys(HEADINGS, secret) | {"Row": "award", "Fund": "moj-victims", "Route": f"{secret} route"}
        row |= {"Award": f"{secret} 1", "Provider": secret}
        assert len(faults(row)) >= 8
        for kind in ("award", "allocation", "tolerance", "reserve", "stated total", secret):
            assert secret not in " ".join(faults({**row, "Row": kind}))

    def test_the_same_award_fund_and_year_twice_is_a_repeat(self) -> None:
        assert faults(GOOD, {**GOOD, "Amount": "£1"}) == [
            "Row 3 repeats row 2 (award A-1, moj-victims 2017-18): take one of them out"
        ]

    @pytest.mark.parametrize("reference", ["A-2", ""])
    def test_two_awards_for_the_same_thing_are_a_repeat(self, reference: str) -> None:
        assert faults(GOOD, {**GOOD, "Award": reference, "Service": "VICTIM  hub"}) == [
            "Row 3 repeats row 2: the same fund, year, service and provider. Take one of them out, "
            "or say in Service how they differ"
        ]

    def test_an_award_that_the_office_holds_under_another_reference_is_a_fault(self) -> None:
        held = KnownAward("Victim hub", "cambridgeshire-constabulary", frozenset({("moj-victims", "2017-18")}))
        known = Known(funds=HOLDS_THE_FUND.funds, awards={"OLD-1": held})
        assert faults(GOOD, known=known) == [
            "Row 2, Award (B2): the office holds this award as OLD-1: use that reference, or take it out"
        ]

    @pytest.mark.parametrize(
        ("column", "written", "heading"),
        [
            ("Service", "Another", "Service (E3)"),
            ("Provider", "Another", "Provider (F3)"),
            ("Route", "contract", "Route (G3)"),
            ("Starts", "02/04/2017", "Starts (I3)"),
            ("Ends", "30/03/2018", "Ends (J3)"),
        ],
    )
    def test_rows_of_one_award_must_agree(self, column: str, written: str, heading: str) -> None:
        known = Known(funds={("moj-victims", "2017-18"), ("moj-victims", "2018-19")})
        first = {**GOOD, "Starts": "01/04/2017", "Ends": "31/03/2018"}
        assert faults(first, {**first, "Year": "2018-19", column: written}, known=known) == [
            f"Row 3, {heading}: row 2 of the same award says something else: all its rows must agree"
        ]

    @pytest.mark.parametrize("row", [TOLERANCE, RESERVE, TOTAL, ALLOCATION])
    def test_a_row_about_a_fund_said_twice_is_a_repeat(self, row: dict[str, str]) -> None:
        (fault,) = faults(row, row)
        assert fault.startswith("Row 3 repeats row 2: take one of them out")

    def test_two_allocations_under_agreements_of_their_own_open_the_fund_once(self) -> None:
        plan = read(ALLOCATION, {**ALLOCATION, "Agreement": "addendum-1"})
        assert [type(command) for command in plan.commands] == [OpenFund, ReceiveAllocation, ReceiveAllocation]
        assert faults(ALLOCATION, {**ALLOCATION, "Agreement": "addendum-1", "Funder": "Other"}) == [
            "Row 3, Fund title (Y3): row 2 opens this fund with another title or funder"
        ]

    @pytest.mark.parametrize(
        ("row", "column", "written", "said"),
        [
            (ALLOCATION, "Source", "", "Source (N2): this is needed: write where the figure comes from"),
            (ALLOCATION, "Funder", "", "Funder (O2): this is needed: write who gives the money, or: not stated"),
            (ALLOCATION, "Return", "to MoJ", f"Return (Z2): {REFERENCE}"),
            (TOLERANCE, "Amount", "", "Amount (H2): a tolerance is either an amount or a percentage"),
            (TOLERANCE, "Per cent", "5", "Amount (H2): a tolerance is either an amount or a percentage"),
            (TOLERANCE, "Per cent", "much", "Per cent (S2): a percentage must be a number from 0 to 100"),
            (TOLERANCE, "Authorised by", "", "Authorised by (P2): this is needed"),
            (TOLERANCE, "Decision", "", "Decision (Q2): this is needed"),
            (TOLERANCE, "Reason", "", "Reason (R2): this is needed"),
            (RESERVE, "Amount", "not known", "Amount (H2): this must be known"),
            (RESERVE, "Amount", "0", "Amount (H2): this must be more than 0"),
            (RESERVE, "Fund", "other", "Fund (C2): the office holds no fund other for 2017-18"),
            (TOTAL, "Amount", "not known", "Amount (H2): this must be known"),
            (TOTAL, "Source", "", "Source (N2): this is needed: write which paper states the total"),
        ],
    )
    def test_rows_about_funds_are_checked_as_awards_are(
        self, row: dict[str, str], column: str, written: str, said: str
    ) -> None:
        (fault,) = faults({**row, column: written})
        assert fault.startswith(f"Row 2, {said}")

    def test_a_provider_of_whom_two_rows_say_different_things_is_a_fault(self) -> None:
        first = {**GOOD, "Provider kind": "joint", "Charity number": "1234567"}
        second = {**first, "Award": "A-2", "Service": "Other", "Provider kind": "pool", "Charity number": "7654321"}
        assert faults(first, second) == [
            "Row 3, Provider kind (V3): row 2 says another kind of this provider: write one",
            "Row 3, Charity number (W3): row 2 gives another number of this provider: write the right one in both",
        ]


class TestShapes:
    def read(self, text: str) -> list[str]:
        """What is wrong with a file of this text."""
        plan = read_awards_sheet(text.encode(), "awards.csv", HOLDS_THE_FUND)
        assert plan.commands == []
        return [str(fault) for fault in plan.faults]

    def test_a_missing_column_is_one_clear_fault(self) -> None:
        assert self.read("Fund,Year,Provider,Route,Amount\nsome,text,,,\n") == [
            "The sheet has no column Service: add it to row 1"
        ]
        assert self.read("Fund,Year,Provider\nsome,text,\n") == [
            "The sheet has no columns Service, Route, Amount: add them to row 1"
        ]

    def test_an_empty_sheet_is_refused(self) -> None:
        assert self.read(",,\n,,\n") == ["The sheet is empty: load a sheet with column headings and rows"]

    def test_a_sheet_of_headings_alone_is_refused(self) -> None:
        assert self.read(",".join(HEADINGS)) == [
            "The sheet has headings and nothing below them: there is nothing to load"
        ]

    def test_a_sheet_in_the_wrong_shape_is_refused(self) -> None:
        (fault,) = self.read("Dear all\nplease find\nour awards\n")
        assert fault.startswith("This is not an awards sheet: none of its first rows holds the headings Fund, Year,")

    def test_a_column_of_single_people_refuses_the_whole_sheet(self) -> None:
        headings = (*HEADINGS, "Date-of-Birth", "E-mail")
        data = as_csv({**GOOD, "Date-of-Birth": "01/02/2003", "E-mail": "a@b.uk"}, headings=headings)
        plan = read_awards_sheet(data, "awards.csv", HOLDS_THE_FUND)
        assert plan.commands == []
        assert [str(fault) for fault in plan.faults] == [
            f"Row 1, {column}: a column like this holds single people, and the office records totals only: "
            "the whole sheet is refused, so take the column out"
            for column in ("Date-of-birth (AB1)", "E-mail (AC1)")
        ]

    def test_a_heading_written_twice_is_a_fault(self) -> None:
        data = as_csv(GOOD, headings=(*HEADINGS, "Value"))
        (fault,) = read_awards_sheet(data, "awards.csv", HOLDS_THE_FUND).faults
        assert str(fault) == "Row 1, Amount (AB1): there are two columns for this (H1 and AB1): leave one"

    def test_a_comma_without_quotation_marks_is_found_out(self) -> None:
        text = "Fund,Year,Service,Provider,Route,Amount\nmoj-victims,2017-18,Hub,Force,grant,446,000\n"
        assert self.read(text) == [
            "Row 2, Cell (G2): there is no heading above this: give it one, or put quotation marks round a cell "
            "with a comma"
        ]

    def test_an_open_quotation_mark_is_found_out(self) -> None:
        (fault,) = self.read('Fund,Year,Service\nmoj-victims,2017-18,"Hub\n')
        assert "a quotation mark is left open" in fault

    def test_rows_are_numbered_as_the_spreadsheet_numbers_them(self) -> None:
        text = 'Fund,Year,Service,Provider,Route,Amount\n\nmoj-victims,2017-18,"Hub\n\nand spokes",Force,grant,lots\n'
        assert self.read(text) == [f"Row 3, Amount (F3): {AMOUNT}"]

    def test_more_columns_or_rows_than_an_awards_sheet_has_are_refused(self) -> None:
        assert "more than 60 columns" in self.read("Fund," + "," * 60 + "x\n")[0]
        assert "beyond row 20,000" in self.read("Fund,Year,Service\n" + "\n" * 20_000 + "a,b,c\n")[0]


class TestAnything:
    @settings(deadline=None)
    @given(st.binary(max_size=400))
    def test_no_bytes_at_all_make_the_reader_fail(self, data: bytes) -> None:
        assert read_awards_sheet(data, "awards.csv", NOTHING).faults

    @settings(deadline=None)
    @given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(HEADINGS, _ANYTHING)), max_size=4))
    def test_any_rows_become_a_plan_without_orders_or_without_faults(self, rows: list[dict[str, str]]) -> None:
        plan = read({"Row": "remark", "Notes": "First"}, *rows)
        assert not (plan.commands and plan.faults)
        for remark in (*plan.faults, *plan.notes):
            assert remark.row is not None
            assert "\n" not in str(remark)

    def test_a_long_sheet_is_read_in_seconds(self) -> None:
        rows = [{**GOOD, "Award": "", "Service": f"Service {number}"} for number in range(5_000)]
        started = time.monotonic()
        assert len(read(*rows).commands) == 10_001
        assert time.monotonic() - started < 20


class TestWorkbooks:
    @pytest.mark.parametrize("what", hostile.REFUSED)
    def test_a_harmful_or_broken_file_is_refused_quickly_in_plain_words(self, what: str) -> None:
        make, said = hostile.REFUSED[what]
        data = make()
        started = time.monotonic()
        plan = read_awards_sheet(data, "upload", NOTHING)
        assert time.monotonic() - started < 15
        assert plan.commands == []
        (fault,) = plan.faults
        assert re.search(said, str(fault))

    def test_a_good_workbook_passes_the_same_gate(self) -> None:
        assert read_awards_sheet(hostile.good_workbook(), "awards.xlsx", HOLDS_THE_FUND).faults == []

    def test_a_text_file_named_as_a_workbook_is_refused(self) -> None:
        (fault,) = read_awards_sheet(as_csv(GOOD), "awards.xlsx", NOTHING).faults
        assert str(fault).startswith("The file is named as a workbook and is not one inside")

    @pytest.mark.parametrize(
        ("column", "value", "said"),
        [
            ("Amount", "=1+1", "Amount (H2): the formula here has no stored value"),
            ("Amount", "#REF!", "Amount (H2): the cell holds a spreadsheet error"),
            ("Amount", -1, "Amount (H2): an amount must not be less than nought"),
            ("Amount", True, f"Amount (H2): {AMOUNT}"),
            ("Amount", date(2017, 4, 1), "Amount (H2): the cell holds a date, not an amount"),
            ("Year", date(2010, 11, 1), "Year (D2): the spreadsheet has made a date of this"),
            ("Starts", datetime(2017, 4, 1, 9, 30), "Starts (I2): the cell holds a time of day"),  # noqa: DTZ001
            ("Starts", 42826, "Starts (I2): this is not a date"),
            ("Company number", 1234567, "Company number (X2): a company number must be eight characters"),
        ],
    )
    def test_a_cell_of_the_wrong_type_is_named_with_the_cure(self, column: str, value: object, said: str) -> None:
        plan = read_awards_sheet(as_xlsx({**GOOD, column: value}), "awards.xlsx", HOLDS_THE_FUND)
        (fault,) = plan.faults
        assert str(fault).startswith(f"Row 2, {said}")

    @pytest.mark.parametrize(
        ("digits", "pence"),
        [("446000", 44_600_000), ("446000.0", 44_600_000), ("1250.5", 125_050), ("4.3499999999999996", 435)],
    )
    def test_a_number_of_pounds_is_read_to_the_penny_however_it_is_stored(self, digits: str, pence: int) -> None:
        plan = read_awards_sheet(hostile.with_number(digits), "awards.xlsx", HOLDS_THE_FUND)
        assert [c.shares[0].amount_pence for c in plan.commands if isinstance(c, ApproveAward)] == [pence]

    @pytest.mark.parametrize("digits", ["1250.1000000000001", "0.30000000000000004", "1250.505"])
    def test_a_number_with_parts_of_a_penny_is_a_fault(self, digits: str) -> None:
        (fault,) = read_awards_sheet(hostile.with_number(digits), "awards.xlsx", HOLDS_THE_FUND).faults
        assert str(fault) == (
            "Row 2, Amount (F2): an amount must be in whole pence, with no more than two figures after the point"
        )
