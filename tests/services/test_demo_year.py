"""The demonstration's year: two returns from workbooks read back, proved cell by cell, and made again years later."""

import io
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.awards.payment_commands import ApprovePayment, RecordPayment, SchedulePayment
from domain.kernel import Actor, Command, Role
from domain.providers.commands import RegisterProvider
from domain.reports.commands import AcceptReport, CorrectReport
from domain.reports.events import Figures, ReportCorrected, ReportSubmitted
from domain.reports.form import NUMBERS
from domain.reports.measures import framework_named
from domain.reports.quantity import Quantity
from domain.tables import Cell, Column, Table
from projections.half_yearly_return.form import as_it_stands, as_published, fill_in
from projections.half_yearly_return.missing import missing
from projections.half_yearly_return.proof import compare, differences, explain
from projections.views import Views
from services.demo import FINANCE_SECOND, PROVIDER, RETURNS, Demonstration, workbooks
from services.documents import Documents
from services.office import Office
from services.proof import as_bytes, reproduce
from services.settings import Settings
from services.wiring import open_office
from tests.services.terminal import Terminal

CLERK = Actor(id="clerk", roles=frozenset(Role))
CASHIER = Actor(id="cashier", roles=frozenset(Role))
"""Approves and makes the payments of the awards that the clerk approved."""
LATE = "Seven people who came back within the half-year were counted as new a second time (made up)"
TITLES = {outcome.title: outcome.outcome for outcome in framework_named("moj-2013").outcomes}
OF_THE_SERVICE_LIST = {
    "spend_pence": "spend",
    "forecast_pence": "forecast",
    "posts_funded": "posts-funded",
    "posts_filled": "posts-filled",
}


class Found(NamedTuple):
    """A figure of a return that came from a report, and the report."""

    place: tuple[str, ...]
    column: Column
    cell: Cell
    content: Figures


class Files:
    """The workbooks on file, as other programs read them."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._sheets: dict[str, dict[str, list[list[Any]]]] = {}

    def at(self, sha256: str, file_name: str, where: str) -> Any:
        """What stands in a cell (``Demand!C4``) of the file with that digest."""
        if sha256 not in self._sheets:
            self._sheets[sha256] = self._read(self._documents.read(sha256), file_name)
        sheet, _, cell = where.partition("!")
        column, row = ord(cell[0]) - ord("A"), int(cell[1:]) - 1
        return self._sheets[sha256][sheet][row][column]

    def _read(self, data: bytes, file_name: str) -> dict[str, list[list[Any]]]:
        if file_name.endswith(".ods"):
            ods = CalamineWorkbook.from_filelike(io.BytesIO(data))
            return {name: ods.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in ods.sheet_names}
        book = openpyxl.load_workbook(io.BytesIO(data))
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def typed(said: Any, column: Column) -> tuple[int, int | None]:
    """What is typed in a cell of a workbook, as bounds in the units of the return."""
    if isinstance(said, str):
        assert column.kind == "count"
        quantity = Quantity.of(said)
        return quantity.at_least, quantity.at_most
    number = Decimal(repr(said)) * (1 if column.kind == "count" else 100)
    assert number == int(number)
    return int(number), int(number)


def bounds(cell: Cell) -> tuple[int | None, int | None]:
    """A figure of the return, the same way."""
    if isinstance(cell.value, int):
        return cell.value, cell.value
    return cell.at_least, cell.at_most


def reported(views: Views, cell: Cell) -> list[Figures]:
    """The reports behind a figure."""
    events = [views.history.at(position).event for position in cell.sources]
    return [event.content for event in events if isinstance(event, ReportSubmitted | ReportCorrected)]


def figures_from_reports(views: Views, tables: tuple[Table, ...]) -> Iterator[Found]:
    """Every number of a return that stands on reports; those on one report only, with it."""
    for table in tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row, strict=True):
                if column.kind in ("count", "pence", "hundredths") and cell.missing is None:
                    names = [str(r.value) for r, c in zip(row, table.columns, strict=True) if c.key in table.names]
                    for content in reported(views, cell):
                        yield Found((table.name, *names), column, cell, content)


def where_it_stood(found: Found) -> tuple[str, str | None] | None:
    """The key of the figure in its report, and the cell of the file; nothing for one that is worked out."""
    key = found.column.key
    if found.place[0] == "outcomes":
        code = TITLES[found.place[2]]
        (outcome,) = [each for each in found.content.outcomes if each.outcome == code]
        assert outcome.cells is not None
        return f"{code}.{key}", outcome.cells[NUMBERS.index(key)]
    wanted = OF_THE_SERVICE_LIST.get(key) if found.place[0] == "service-list" else key
    for figure in found.content.figures:
        if wanted in (figure.key, figure.key.replace("-", "_").replace(":", "_").replace("/", "_")):
            return figure.key, figure.cell
    return None


@pytest.mark.parametrize("period", RETURNS)
def test_every_figure_from_a_report_stands_in_its_file_at_its_cell(demonstration: Demonstration, period: str) -> None:
    files = Files(demonstration.documents)
    shown: dict[str, set[str]] = {}
    contents: dict[str, Figures] = {}
    worked_out: set[str] = set()
    with demonstration.office.reading() as views:
        for found in figures_from_reports(views, as_it_stands(views, period).filled.tables):
            place = where_it_stood(found)
            if place is None or found.column.key == "spend_to_date_pence":
                worked_out.add(found.column.key)
                continue
            key, where = place
            file = found.content.file
            assert file is not None
            assert where is not None
            assert typed(files.at(file.sha256, file.file_name, where), found.column) == bounds(found.cell)
            shown.setdefault(file.file_name, set()).add(key)
            contents[file.file_name] = found.content
    assert worked_out == {"spend_to_date_pence", "variance_pence"}
    assert len(shown) == {"2017-18-h1": 9, "2017-18-h2": 10}[period]
    assert sum(name.endswith(".ods") for name in shown) == 1
    for name, content in contents.items():  # and nothing that a workbook says is left out of the return
        outcomes = {
            f"{outcome.outcome}.{number}"
            for outcome in content.outcomes
            for number in NUMBERS
            if getattr(outcome, number) is not None
        }
        assert shown[name] == {figure.key for figure in content.figures} | outcomes


def test_spend_to_date_and_the_variance_are_worked_out_from_what_the_files_say(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        first, second = (as_it_stands(views, period).filled.tables[1] for period in RETURNS)
    for before, after in zip(list(first.records())[:-1], list(second.records())[:-1], strict=True):
        assert before["award"] == after["award"]
        assert after["spend_to_date_pence"] == (before["spend_pence"] or 0) + after["spend_pence"]
        assert after["variance_pence"] == after["allocation_pence"] - after["forecast_pence"]
        assert after["forecast_pence"] == after["spend_to_date_pence"] <= after["allocation_pence"]


@pytest.mark.parametrize(("period", "owed", "supplied"), [("2017-18-h1", 831, 831), ("2017-18-h2", 899, 897)])
def test_all_that_is_owed_is_in_but_what_nobody_was_asked(
    demonstration: Demonstration, period: str, owed: int, supplied: int
) -> None:
    with demonstration.office.reading() as views:
        rows = list(missing(views, period).records())
        standing = as_it_stands(views, period)
    assert (sum(row["owed"] for row in rows), sum(row["supplied"] for row in rows)) == (owed, supplied)
    assert [row["award"] for row in rows if row["owed"] != row["supplied"]] == ["MOJ-2017-04"] * (owed != supplied)
    assert {row["unexplained"] for row in rows} == {0}
    assert {row["to_do"] for row in rows} == {None}
    assert (standing.status, standing.signed_by, standing.filled.waiting_for) == ("submitted", FINANCE_SECOND.id, ())


def test_the_first_half_year_is_published_and_no_words_of_providers_with_it(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        copy = as_published(views, "2017-18-h1")
        signed = as_it_stands(views, "2017-18-h1").filled
    assert copy.status == "published by the rule area-tables-1"
    names = [table.name for table in copy.filled.tables]
    assert names == [table.name for table in signed.tables if table.name != "narrative"]
    (outcomes,) = [table for table in copy.filled.tables if table.name == "outcomes"]
    assert any(row["improved"] == 1_022 for row in outcomes.records())
    held_back = [cell for table in copy.filled.tables for row in table.rows for cell in row if cell.words == "~"]
    assert len(held_back) > 100
    assert all(cell.value is None for cell in held_back)


def test_the_late_correction_shows_with_its_event_person_and_reason(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        assert list(compare(views, "2017-18-h1").records()) == []
        table = compare(views, "2017-18-h2")
        rows = [row for row in table.records() if row["reason"] is not None]
        corrected = views.history.at(rows[0]["position"])
    assert isinstance(corrected.event, ReportCorrected)
    assert corrected.stream == "report-MOJ-2017-08.2017-18-h2"
    assert {(row["position"], row["by"], row["reason"]) for row in rows} == {(corrected.position, PROVIDER.id, LATE)}
    by_address = {row["address"]: (row["signed"], row["now"]) for row in rows}
    assert len(by_address) == 39
    assert table.notes[0] == "39 cells differ."
    assert by_address["demand/MOJ-2017-08/accepted"] == ("441", "434")
    assert by_address["people-age/MOJ-2017-08/accepted_age_25_64"] == ("276", "271")
    assert by_address["demand/All services (instances)/accepted"] == ("5,194", "5,187")
    rows_named = {address.split("/")[1] for address in by_address}
    assert rows_named == {"MOJ-2017-08", "All services (instances)"}


FUND, DEED = "fund-moj-victims-2017-18", "MOJ-2017-"
EXPLAINED = {
    ("2017-18-h1", "demand/MOJ-2017-05/accepted"): [  # sent back and corrected: the first version is not in it
        ("05", "h1", "report.corrected", "made-up-MOJ-2017-05-2017-18-h1-corrected.xlsx", "Demand!C13"),
        ("05", "h1", "report.accepted", None, None),
    ],
    ("2017-18-h1", "demand/MOJ-2017-01/referrals"): [
        ("01", "h1", "report.submitted", "made-up-MOJ-2017-01-2017-18-h1.xlsx", "Demand!C4"),
        ("01", "h1", "report.accepted", None, None),
    ],
    ("2017-18-h1", "restorative-justice/MOJ-2017-03/rj_direct"): [
        ("03", "h1", "report.submitted", "made-up-MOJ-2017-03-2017-18-h1.ods", "Restorative justice!C7"),
        ("03", "h1", "report.accepted", None, None),
    ],
    ("2017-18-h2", "outcomes/MOJ-2017-06/cope/improved"): [
        ("06", "h2", "report.submitted", "made-up-MOJ-2017-06-2017-18-h2.ods", "Outcomes!C7"),
        ("06", "h2", "report.accepted", None, None),
    ],
    ("2017-18-h2", "service-list/MOJ-2017-09/spend_to_date_pence"): [
        ("09", "h1", "report.submitted", "made-up-MOJ-2017-09-2017-18-h1.xlsx", "Money and posts!C4"),
        ("09", "h1", "report.accepted", None, None),
        ("09", "h2", "report.submitted", "made-up-MOJ-2017-09-2017-18-h2.xlsx", "Money and posts!C4"),
        ("09", "h2", "report.accepted", None, None),
    ],
    ("2017-18-h2", "demand/MOJ-2017-08/accepted"): [  # as signed: the late correction is not in it
        ("08", "h2", "report.submitted", "made-up-MOJ-2017-08-2017-18-h2.xlsx", "Demand!C13"),
        ("08", "h2", "report.accepted", None, None),
    ],
    ("2017-18-h2", "service-list/MOJ-2017-07/allocation_pence"): [],
}


@pytest.mark.parametrize(("period", "address"), EXPLAINED)
def test_a_number_is_explained_by_exactly_its_events_with_files_and_cells(
    demonstration: Demonstration, period: str, address: str
) -> None:
    award = f"{DEED}{address.split('/')[1][-2:]}"
    with demonstration.office.reading() as views:
        rows = list(explain(views, period, address).records())
        names = [views.history.at(row["position"]).event.name for row in rows]
        signed = as_it_stands(views, period).filled.position
    found = [(row["about"], name, row["file"], row["cell"]) for row, name in zip(rows, names, strict=True)]
    assert found == [
        (FUND, "fund.opened", None, None),
        (f"award-{award}", "award.registered", None, None),
        (f"award-{award}", "award.approved", None, None),
        *(
            (f"report-{DEED}{number}.2017-18-{half}", name, file, cell)
            for number, half, name, file, cell in EXPLAINED[period, address]
        ),
    ]
    assert [row["position"] for row in rows] == sorted({row["position"] for row in rows})
    assert all(row["position"] <= signed for row in rows)


def later_orders() -> Iterator[list[Command[Any]]]:
    """What goes on in the office afterwards: new awards in the very year of the returns, payments, corrections."""
    pay: dict[str, Any] = {"fund": "moj-victims", "year": "2017-18"}
    yield [RegisterProvider(provider="afterwards", title="A provider of later days")]
    for number in range(70):
        award, payment = f"LATER-{number:02}", f"later-{number:02}"
        yield [
            RegisterAward(
                award=award,
                service="Something more for victims",
                route=Route.GRANT,
                provider="afterwards",
                starts_on="2017-04-01",
                ends_on="2018-03-31",
            ),
            ApproveAward(award=award, shares=(Share(**pay, amount_pence=55_000),)),
            SchedulePayment(award=award, payment=payment, **pay, amount_pence=55_000, due_on="2027-01-05"),
        ]
        yield [
            ApprovePayment(award=award, payment=payment),
            RecordPayment(award=award, payment=payment, **pay, amount_pence=55_000, paid_on="2027-01-05"),
        ]


def corrections() -> Iterator[list[Command[Any]]]:
    """Each report of the year put right once more, by one person fewer or more, and accepted."""
    for workbook in {(each.award, each.period): each for each in workbooks()}.values():
        content = workbook.content
        figures = tuple(
            figure.model_copy(update={"quantity": Quantity.exactly(figure.quantity.at_least + 1)})
            for figure in content.figures
        )
        report = {"award": workbook.award, "period": workbook.period}
        fields = {name: getattr(content, name) for name in Figures.model_fields} | report | {"figures": figures}
        yield [
            CorrectReport(**fields, received_on="2027-01-05", reason="Counted once more"),
            AcceptReport(**report),
        ]


@pytest.fixture
def years_later(played: Path, tmp_path: Path) -> Iterator[Office]:
    """A copy of the demonstration's office, in January 2027."""
    database = tmp_path / "later.db"
    with sqlite3.connect(played) as log, sqlite3.connect(database) as copy:
        log.backup(copy)
    log.close()
    copy.close()
    settings = Settings(database=str(database), documents=played.with_name("documents"))
    with open_office(settings, partial(datetime, 2027, 1, 5, 12, tzinfo=UTC)).open() as office:
        yield office


def test_both_returns_are_made_again_byte_for_byte_after_500_later_events(years_later: Office) -> None:
    office = years_later
    signed = {period: as_bytes(reproduce(office, period).signed) for period in RETURNS}
    head = office.log.head()
    for orders in (*later_orders(), *corrections()):
        assert office.do_all(orders, CASHIER if isinstance(orders[0], ApprovePayment) else CLERK)
    assert office.log.head() - head >= 500
    for period in RETURNS:
        made = reproduce(office, period)
        assert made.is_same
        assert made.faults == []
        assert as_bytes(made.again) == signed[period]
        with office.reading() as views:
            differ = list(differences(made.signed, fill_in(views, period, made.signed.template)))
            because = {position for each in differ for position in each.came}
            by = {views.history.at(position).by for position in because}
        assert len(differ) > 500
        assert CLERK.id in by


def test_the_demonstration_says_how_the_two_returns_stand(
    outturn: Terminal, played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTTURN_DATABASE", str(played))
    monkeypatch.setenv("OUTTURN_DOCUMENTS", str(played.with_name("documents")))
    assert outturn.run("demo", "--no-serve") == 0, outturn.err
    assert "Return 2017-18-h1 is submitted; nothing in it has changed since." in outturn.out
    assert (
        "Return 2017-18-h2 is submitted and differs from what is now known: MOJ-2017-08.2017-18-h2 changed since "
        "(outturn return compare 2017-18-h2)." in outturn.out
    )
