"""The desk of the providers' workbooks, and its two verbs: handed out, read, checked, kept, recorded, corrected."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from domain.errors import NotFound, Refusal
from domain.kernel import Actor, Role
from domain.reports.commands import CorrectReport, SendBackReport, SubmitReport
from domain.reports.events import Figure, Figures, OutcomeFigure
from domain.reports.quantity import Quantity
from services.documents import Documents
from services.exports.provider_workbook import make_workbook
from services.office import Office
from services.reporting import asked_for, read_report, record, workbook_for
from services.settings import Settings
from services.wiring import open_office
from tests.conftest import Clock
from tests.scenes import PROVIDER, awarded, do, fund_with, reporting
from tests.services.good_workbooks import KINDS, Kind
from tests.services.terminal import Terminal
from tests.story import EVERYBODY

PERIOD = "2017-18-h1"


@pytest.fixture
def desk() -> Iterator[Office]:
    """An office with one award that owes half-yearly reports."""
    with open_office(Settings(database="memory:"), Clock()).open() as office:
        do(office, *fund_with(100_000), PROVIDER, *awarded("a1", 20_000), *awarded("a2", 20_000), reporting("a1"))
        yield office


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    """A folder for the files."""
    return Documents(tmp_path / "documents")


def figures(referrals: int = 12, spend: int = 900_000) -> Figures:
    """A few figures; what is left out is not known."""
    return Figures(
        figures=(
            Figure(measure="referrals", quantity=Quantity.exactly(referrals)),
            Figure(measure="spend", quantity=Quantity.exactly(spend)),
        ),
        outcomes=(OutcomeFigure(outcome="cope", improved=4, answered=5, eligible=9),),
    )


def workbook(office: Office, content: Figures, kind: Kind = "xlsx", award: str = "a1") -> bytes:
    """The workbook as the provider sends it."""
    return make_workbook(asked_for(office, award, PERIOD), content, kind)


def folder_is_empty(documents: Documents) -> bool:
    """Whether nothing is on file."""
    return not list(documents._folder.rglob("*"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_recorded_and_its_file_kept_under_its_digest(
    desk: Office, documents: Documents, kind: Kind
) -> None:
    data = workbook(desk, figures(), kind)
    draft = read_report(desk, data, f"Embrace h1.{kind}", "a1", PERIOD, by=EVERYBODY)
    assert draft.faults == ()
    assert isinstance(draft.order, SubmitReport)
    assert folder_is_empty(documents)
    written = record(desk, documents, draft, EVERYBODY)
    assert written[0].event.name == "report.submitted"
    digest = hashlib.sha256(data).hexdigest()
    assert documents.read(digest) == data
    now = asked_for(desk, "a1", PERIOD).now
    assert now is not None
    assert now.file is not None
    assert (now.file.sha256, now.file.file_name) == (digest, f"Embrace h1.{kind}")
    assert now.figures[0].cell == "Demand!C4"
    assert now.figures[0].quantity == Quantity.exactly(12)


def test_the_same_file_again_changes_nothing(desk: Office, documents: Documents) -> None:
    data = workbook(desk, figures())
    assert record(desk, documents, read_report(desk, data, "h1.xlsx"), EVERYBODY)
    again = read_report(desk, data, "h1.xlsx", by=EVERYBODY)
    assert again.faults == ()
    assert record(desk, documents, again, EVERYBODY) == []


def test_another_report_for_the_same_period_is_a_correction_and_needs_a_reason(
    desk: Office, documents: Documents
) -> None:
    record(desk, documents, read_report(desk, workbook(desk, figures()), "h1.xlsx"), EVERYBODY)
    do(desk, SendBackReport(award="a1", period=PERIOD, reasons=("Count again.",), correct_by=Clock()().date()))
    data = workbook(desk, figures(13))
    (fault,) = read_report(desk, data, "h1.xlsx").faults
    assert "a1 for 2017-18-h1 is in already: say why it is corrected" in str(fault)
    draft = read_report(desk, data, "h1.xlsx", reason="Counted again.", by=EVERYBODY)
    assert isinstance(draft.order, CorrectReport)
    record(desk, documents, draft, EVERYBODY)
    now = asked_for(desk, "a1", PERIOD).now
    assert now is not None
    assert now.figures[0].quantity == Quantity.exactly(13)


def test_the_reason_of_a_correction_may_stand_in_the_workbook(
    desk: Office, documents: Documents, tmp_path: Path
) -> None:
    record(desk, documents, read_report(desk, workbook(desk, figures()), "h1.xlsx"), EVERYBODY)
    path = tmp_path / "filled.xlsx"
    path.write_bytes(workbook_for(desk, "a1", PERIOD, filled=True))
    book = openpyxl.load_workbook(path)
    assert book["Demand"]["C4"].value == 12
    declared, why = read_report(desk, path.read_bytes(), "h1.xlsx").faults
    assert "say that the figures are right" in str(declared)
    assert "say why it is corrected" in str(why)
    about = book["About"]
    rows = {row[6].value: row[0].row for row in about.iter_rows(max_col=7)}
    about.cell(rows["about.reason"], 2).value = "One more came to light."
    about.cell(rows["about.declaration"], 2).value = "Yes"
    book["Demand"]["C4"] = 13
    book.save(path)
    draft = read_report(desk, path.read_bytes(), "h1.xlsx", by=EVERYBODY)
    assert draft.faults == ()
    assert isinstance(draft.order, CorrectReport)
    assert draft.order.reason == "One more came to light."


def test_with_one_fault_nothing_is_recorded_and_nothing_is_kept(
    desk: Office, documents: Documents, tmp_path: Path
) -> None:
    path = tmp_path / "h1.xlsx"
    path.write_bytes(workbook(desk, figures()))
    book = openpyxl.load_workbook(path)
    book["Demand"]["C4"] = "a dozen"
    book.save(path)
    before = desk.log.head()
    draft = read_report(desk, path.read_bytes(), "h1.xlsx", by=EVERYBODY)
    assert [str(fault) for fault in draft.faults] == ["Demand, C4: referrals received must be a whole number, like 12."]
    with pytest.raises(Refusal, match="has faults: nothing was recorded"):
        record(desk, documents, draft, EVERYBODY)
    assert desk.log.head() == before
    assert folder_is_empty(documents)


def test_the_workbook_of_another_award_or_period_is_refused_in_plain_words(desk: Office) -> None:
    data = workbook(desk, figures())
    (fault,) = read_report(desk, data, "h1.xlsx", award="a2").faults
    assert str(fault) == "About, B4: the workbook is for another award: send the one for a2."
    (fault,) = read_report(desk, data, "h1.xlsx", period="2017-18-h2").faults
    assert str(fault) == "About, B7: the workbook is for another period: send the one for 2017-18-h2."
    assert read_report(desk, data, "h1.xlsx", "a1", "2017-18-H1").faults == ()


def test_the_workbook_of_another_office_is_refused(desk: Office) -> None:
    with open_office(Settings(database="memory:"), Clock()).open() as elsewhere:
        (fault,) = read_report(elsewhere, workbook(desk, figures()), "h1.xlsx").faults
    assert str(fault) == "About, B4: this office has no such award: send it to the office it is for."


@pytest.mark.parametrize(
    ("code", "cell", "words"),
    [
        ("about.framework", "B8", "made under another framework than is in force for its period: ask for a new one"),
        ("about.period", "B7", "the period that is shown is not the one of the code in column G"),
        ("about.layout", "G17", "laid out for another version of this program"),
    ],
)
def test_a_workbook_whose_codes_were_changed_is_refused(
    desk: Office, tmp_path: Path, code: str, cell: str, words: str
) -> None:
    path = tmp_path / "h1.xlsx"
    path.write_bytes(workbook(desk, figures()))
    book = openpyxl.load_workbook(path)
    (place,) = [row[6] for row in book["About"].iter_rows(max_col=7) if str(row[6].value).startswith(f"{code}=")]
    place.value = f"{code}=soon"
    book.save(path)
    (fault,) = read_report(desk, path.read_bytes(), "h1.xlsx").faults
    assert (fault.sheet, fault.cell) == ("About", cell)
    assert words in fault.words


def test_what_a_rule_refuses_is_a_fault_and_leaves_no_file_behind(desk: Office, documents: Documents) -> None:
    data = make_workbook(asked_for(desk, "a1", "2017-18-h2"), figures())
    (fault,) = read_report(desk, data, "h2.xlsx", by=EVERYBODY).faults
    assert str(fault) == "The period is not over until 31 March 2018: report on it then."
    auditor = Actor(id="auditor-1", roles=frozenset({Role.AUDITOR}))
    (fault,) = read_report(desk, workbook(desk, figures()), "h1.xlsx", by=auditor).faults
    assert "This may be done by" in str(fault)
    assert folder_is_empty(documents)


def test_a_figure_far_from_the_last_needs_an_explanation(desk: Office, documents: Documents) -> None:
    earlier = make_workbook(asked_for(desk, "a1", "2017-18-q1"), figures(12))
    record(desk, documents, read_report(desk, earlier, "q1.xlsx"), EVERYBODY)
    later = make_workbook(asked_for(desk, "a1", "2017-18-q2"), figures(40))
    (fault,) = read_report(desk, later, "q2.xlsx").faults
    assert str(fault) == ("Demand, C4: referrals received: 12 last time, 40 now. Write why in E4, or correct it.")


def test_the_file_name_is_no_place_for_a_person(desk: Office) -> None:
    (fault,) = read_report(desk, workbook(desk, figures()), "jo@example.org.xlsx").faults
    assert str(fault) == "The name of the file seems to hold an e-mail address: rename the file."


def test_a_name_with_folders_or_another_ending_does_no_harm(desk: Office, documents: Documents) -> None:
    data = workbook(desk, figures(), "ods")
    draft = read_report(desk, data, "C:\\reports\\h1.xlsx", by=EVERYBODY)
    assert record(desk, documents, draft, EVERYBODY)
    now = asked_for(desk, "a1", PERIOD).now
    assert now is not None
    assert now.file is not None
    assert now.file.file_name == "h1.xlsx"


def test_a_workbook_for_an_award_that_is_not_there_or_to_correct_nothing_is_refused(desk: Office) -> None:
    with pytest.raises(NotFound, match="There is no award a9"):
        workbook_for(desk, "a9", PERIOD)
    with pytest.raises(Refusal, match="There is no report on a1 for 2017-18-h1 yet"):
        workbook_for(desk, "a1", PERIOD, filled=True)
    with pytest.raises(Refusal, match="That is not a period"):
        workbook_for(desk, "a1", "soon")


def with_an_award(outturn: Terminal) -> None:
    for words in (
        ["register-provider", "--provider", "embrace", "--title", "Embrace"],
        ["open-fund", "--fund", "moj", "--year", "2017-18", "--title", "Victims", "--funder", "MoJ"],
        [
            *["receive-allocation", "--fund", "moj", "--year", "2017-18", "--agreement", "a1", "--amount", "£1,000"],
            *["--source", "The agreement"],
        ],
        [
            *["register-award", "--award", "A1", "--service", "Counselling", "--route", "grant"],
            *["--provider", "embrace", "--starts-on", "1 April 2017", "--ends-on", "31/03/2018"],
        ],
        ["approve-award", "--award", "A1", "--share", "moj 2017-18 £600.50"],
    ):
        assert outturn.run("do", *words) == 0, outturn.err


def _fill(path: Path) -> None:
    """As a provider does: 0 in every yellow cell."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=4, max_col=7):
            if sheet.title == "About" and row[6].value == "about.declaration":
                row[1].value = "Yes"
            elif row[6].value and not row[2].protection.locked and sheet.title not in ("About", "In words"):
                row[2].value = 0
    book.save(path)


def test_a_workbook_travels_from_the_office_to_the_provider_and_back(outturn: Terminal, tmp_path: Path) -> None:
    with_an_award(outturn)
    assert outturn.run("workbook", "A1", PERIOD, "--to", "h1.xlsx") == 0, outturn.err
    assert outturn.out == "Written: h1.xlsx\n"
    assert outturn.run("report", "h1.xlsx", "--check") == 2
    assert "Nothing is filled in: if there is nothing to report, declare a nil return instead." in outturn.err
    assert "1 fault: nothing was recorded. Put it right and try again." in outturn.err
    _fill(tmp_path / "h1.xlsx")
    assert outturn.run("report", "h1.xlsx", "--check") == 0, outturn.err
    assert "The workbook is sound:" in outturn.out
    assert outturn.rows("reports") == []
    assert outturn.run("report", "h1.xlsx", "--received", "16 October 2017") == 0, outturn.err
    assert outturn.out.startswith("Recorded:")
    (report,) = outturn.rows("reports")
    assert report["award"] == "A1"
    assert outturn.run("report", "h1.xlsx", "--received", "16 October 2017") == 0
    assert outturn.out == "Nothing to change: that is recorded already.\n"


def test_a_workbook_is_written_as_ods_or_xlsx_and_as_nothing_else(outturn: Terminal, tmp_path: Path) -> None:
    with_an_award(outturn)
    assert outturn.run("workbook", "A1", PERIOD, "--to", "h1.ods") == 0, outturn.err
    assert (tmp_path / "h1.ods").read_bytes()[30:38] == b"mimetype"
    assert outturn.run("workbook", "A1", PERIOD) == 0
    assert (tmp_path / "A1.2017-18-h1.xlsx").exists()
    assert outturn.run("workbook", "A1", PERIOD, "--to", "h1.pdf") == 1
    assert "written as .xlsx or .ods" in outturn.err
    assert outturn.run("report", "nowhere.xlsx") == 1
    assert "cannot be read: check its name" in outturn.err


def test_what_cannot_be_read_on_the_command_line_is_malformed(outturn: Terminal, tmp_path: Path) -> None:
    with_an_award(outturn)
    assert outturn.run("workbook", "A1", "soon") == 2
    assert "That is not a period. Write a period like" in outturn.err
    assert outturn.run("workbook", "A1", PERIOD, "--to", "h1.xlsx") == 0, outturn.err
    _fill(tmp_path / "h1.xlsx")
    assert outturn.run("report", "h1.xlsx", "--received", "garbage") == 2
    assert "--received: " in outturn.err
    assert outturn.rows("reports") == []


def test_the_check_names_each_providers_file_that_is_damaged_or_gone(outturn: Terminal, tmp_path: Path) -> None:
    with_an_award(outturn)
    assert outturn.run("workbook", "A1", PERIOD, "--to", "h1.xlsx") == 0, outturn.err
    _fill(tmp_path / "h1.xlsx")
    assert outturn.run("report", "h1.xlsx") == 0, outturn.err
    assert outturn.run("check") == 0, outturn.err
    assert "Documents on file as they were attached: 1." in outturn.out
    digest = hashlib.sha256((tmp_path / "h1.xlsx").read_bytes()).hexdigest()
    (kept,) = tmp_path.rglob(digest)
    kept.write_bytes(b"other bytes")
    assert outturn.run("check") == 3
    assert "h1.xlsx of report A1.2017-18-h1: The document" in outturn.err
    assert "has been changed since it was put on file" in outturn.err
    kept.unlink()
    assert outturn.run("check") == 3
    assert "is not on file here. Restore it from a back-up." in outturn.err


def test_the_reason_in_the_workbook_is_read_beside_other_faults(
    desk: Office, documents: Documents, tmp_path: Path
) -> None:
    record(desk, documents, read_report(desk, workbook(desk, figures()), "h1.xlsx"), EVERYBODY)
    path = tmp_path / "filled.xlsx"
    path.write_bytes(workbook_for(desk, "a1", PERIOD, filled=True))
    book = openpyxl.load_workbook(path)
    rows = {row[6].value: row[0].row for row in book["About"].iter_rows(max_col=7)}
    book["About"].cell(rows["about.declaration"], 2).value = "Yes"
    book["Demand"]["C4"] = "a dozen"
    for reason, told in (("One more came to light.", []), ("Ask jo@example.org", ["seems to hold an e-mail address"])):
        book["About"].cell(rows["about.reason"], 2).value = reason
        book.save(path)
        faults = [str(fault) for fault in read_report(desk, path.read_bytes(), "h1.xlsx").faults]
        assert len(faults) == 1 + len(told)
        assert all(any(words in fault for fault in faults) for words in told)
        assert not any("say why it is corrected" in fault for fault in faults)


def test_what_was_spent_earlier_in_the_year_counts_against_its_budget(desk: Office, documents: Documents) -> None:
    def send(period: str, spend: int) -> None:
        data = make_workbook(asked_for(desk, "a1", period), figures(spend=spend))
        draft = read_report(desk, data, f"{period}.xlsx")
        assert draft.faults == ()
        record(desk, documents, draft, EVERYBODY)

    assert asked_for(desk, "a1", "2017-18-q1").spent_before_pence == 0
    send("2017-04", 300_000)
    send("2017-05", 300_000)
    assert asked_for(desk, "a1", "2017-06").spent_before_pence == 600_000
    send("2017-18-q1", 900_000)
    later = asked_for(desk, "a1", "2017-18-q2")
    assert later.spent_before_pence == 900_000  # the quarter, and not its months once more
    assert asked_for(desk, "a1", "2018-19-q1").spent_before_pence == 0
    (fault,) = read_report(desk, make_workbook(later, figures(spend=1_200_000)), "q2.xlsx").faults
    assert "£21,000 is spent in the year to date, £9,000 of it before this period" in str(fault)
    assert "the budget for the year is £20,000. Write why in E" in str(fault)
