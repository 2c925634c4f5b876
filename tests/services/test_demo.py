"""The demonstration: what the papers state, folded from the log; played once, whatever happens to it on the way."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from domain.awards.payment_events import PaymentApproved, PaymentMade, PaymentScheduled
from domain.errors import Refusal
from domain.kernel import LONDON, Actor, Role
from domain.providers.commands import RegisterProvider
from domain.reports.events import ReportCorrected, ReportSubmitted
from domain.reports.quantity import Quantity
from domain.tables import Table
from projections.answers import ANSWERS, overdue
from projections.half_yearly_return.form import MADE_UP, as_it_stands, fill_in
from projections.views import Views
from services.checks import check_log, check_read_models, check_signatures
from services.demo import PAPERS, PEOPLE, PLAYER, RETURNS, Demonstration, Step, open_demo, steps, workbooks
from services.exports.return_files import save
from services.settings import Settings
from services.wiring import open_office
from tests.services.terminal import Terminal


def rows(views: Views, answer: str, **where: Any) -> list[dict[str, Any]]:
    found = ANSWERS[answer](views).records()
    return [row for row in found if all(row[key] == value for key, value in where.items())]


def end_of(day: date) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=LONDON) - timedelta(microseconds=1)


def test_budgets_are_as_the_papers_state_them(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        (victims,) = rows(views, "budgets", fund="moj-victims", year="2017-18")
        (crime,) = rows(views, "budgets", fund="crime-and-disorder-reduction", year="2017-18")
        (capability,) = rows(views, "budgets", fund="moj-capability", year="2013-14")
    assert victims["received_as_printed"] == "£1m"
    assert (victims["awards"], victims["committed_pence"], victims["left_pence"]) == (10, 96_126_000, 3_874_000)
    assert (crime["awards"], crime["not_known"], crime["inferred_pence"]) == (24, 1, 1_000_000)
    assert (crime["committed_pence"], crime["earmarked_pence"]) == (129_724_800, 1_500_000)
    assert (crime["stated_total_pence"], crime["computed_total_pence"]) == (132_224_800, 131_224_800)
    assert crime["difference_pence"] == 1_000_000
    assert (capability["received_pence"], capability["committed_pence"]) == (29_900_000, 26_550_000)
    assert (capability["earmarked_pence"], capability["over_pence"], capability["left_pence"]) == (
        3_400_000,
        50_000,
        -50_000,
    )


def test_a_provider_is_summed_over_streams_and_routes(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        (police,) = rows(views, "providers", provider="Cambridgeshire Constabulary", year="2017-18")
        (embrace,) = rows(views, "providers", provider="Embrace - Child Victims of Crime")
    assert police["amount_pence"] == 58_719_500
    assert police["funds"] == "crime-and-disorder-reduction 2017-18; moj-victims 2017-18"
    assert (embrace["amount_pence"], embrace["routes"]) == (2_200_000, "contract; grant")


def test_the_amount_that_is_not_known_stays_so(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        unknown = [row for row in rows(views, "awards") if row["amount_pence"] is None]
    assert [row["inferred_pence"] for row in unknown] == [1_000_000]
    assert "Appropriate Adult" in unknown[0]["service"]


def test_a_past_day_shows_what_was_known_then(demonstration: Demonstration) -> None:
    with demonstration.office.as_at(end_of(date(2017, 5, 10))) as views:
        assert [(row["fund"], row["year"]) for row in rows(views, "budgets")] == [
            ("moj-capability", "2013-14"),
            ("northamptonshire-commissioning-underspend", "2016-17"),
            ("northamptonshire-commissioning-underspend", "2017-18"),
        ]
    with demonstration.office.as_at(end_of(date(2017, 5, 11))) as views:
        (victims,) = rows(views, "budgets", fund="moj-victims")
        assert (victims["committed_pence"], victims["paid_pence"]) == (96_126_000, 0)


def test_each_change_is_unseen_the_moment_before_it(demonstration: Demonstration) -> None:
    moments = [step.at for step in steps()]
    assert all(earlier < later for earlier, later in pairwise(moments))
    office = demonstration.office
    with office.as_at(moments[10] - timedelta(microseconds=1)) as before, office.as_at(moments[10]) as after:
        assert before.position < after.position
        assert rows(before, "timeline")[0]["at"] < rows(after, "timeline")[0]["at"]


def test_one_report_is_overdue_until_it_comes_and_a_nil_return_is_not(demonstration: Demonstration) -> None:
    with demonstration.office.as_at(end_of(date(2018, 6, 6))) as views:
        late = [row for row in overdue(views).records() if row["kind"] == "report"]
    assert [(row["award"], row["period"]) for row in late] == [("MOJ-2017-09", "2017-18-h2")]
    with demonstration.office.reading() as views:
        still = [row["kind"] for row in overdue(views).records() if not row["award"].startswith("DEM-2026")]
    assert still == ["milestone"]  # what the awards of this year owe depends on the day


def test_the_second_return_waits_for_two_reports_before_it_is_signed(demonstration: Demonstration) -> None:
    with demonstration.office.as_at(end_of(date(2018, 5, 31))) as views:
        standing = as_it_stands(views, "2017-18-h2")
    assert standing.status == "filled"
    assert [line[:11] for line in standing.filled.waiting_for] == ["MOJ-2017-09", "MOJ-2017-10"]


def test_both_returns_are_sent_and_marked_as_made_up(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        first, second = (as_it_stands(views, period) for period in RETURNS)
    for standing in (first, second):
        assert (standing.status, standing.filled.waiting_for) == ("submitted", ())
    assert (first.changed_since, second.changed_since) == ((), ("MOJ-2017-08.2017-18-h2",))
    for table in (*first.filled.tables, *second.filled.tables):
        assert table.notes[0] == MADE_UP
        assert table.name == "header" or any(row["made_up"] for row in table.records())
    services = list(first.filled.tables[1].records())
    assert services[-1]["allocation_pence"] == 96_126_000
    assert len(services) == 11


def test_a_signed_return_can_be_made_again_from_the_log(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        signed = as_it_stands(views, "2017-18-h1").filled
    with demonstration.office.as_at(signed.position) as then:
        again = fill_in(then, "2017-18-h1", signed.template)
    assert again.sha256 == signed.sha256
    assert again.tables == signed.tables


def test_the_files_of_a_return_hold_its_tables(demonstration: Demonstration, tmp_path: Path) -> None:
    with demonstration.office.reading() as views:
        standing = as_it_stands(views, "2017-18-h1")
    names = {path.suffix: path for path in save(standing, tmp_path)}
    again = [Table.model_validate(table) for table in json.loads(names[".json"].read_text(encoding="utf-8"))["tables"]]
    assert tuple(again) == standing.filled.tables
    book = openpyxl.load_workbook(names[".xlsx"])
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert {"Service list", "Demand", "Outcomes", "Spend against allocation by"} <= set(book.sheetnames)
    sheet = book["Service list"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heading = next(number for number, row in enumerate(cells) if row[0] == "Award")
    assert cells[heading + 1][:2] == ["MOJ-2017-01", "Cambridgeshire Constabulary"]
    assert cells[heading + 1][cells[heading].index("Allocation for the year")] == 446_000
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    save(standing, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_the_log_and_all_that_is_folded_from_it_prove_sound(demonstration: Demonstration) -> None:
    office = demonstration.office
    checked = check_log(office.log, lambda _done, _all: None)
    assert (checked.read, checked.faults) == (office.log.head(), [])
    assert check_read_models(office) == []
    assert check_signatures(office) == []


def test_played_again_it_says_what_is_there_and_adds_nothing(tmp_path: Path) -> None:
    settings = Settings(database=str(tmp_path / "demo.db"), documents=tmp_path / "documents")
    with open_demo(settings) as first:
        first.play(lambda _number: None)
        head = first.office.log.head()
    with open_demo(settings) as second:
        (said,) = second.play(lambda _number: None)
        assert second.office.log.head() == head
    assert said == f"The demonstration is there already: {head} events. Nothing was added."


def test_broken_off_it_goes_on_where_it_stopped(tmp_path: Path, demonstration: Demonstration) -> None:
    class BrokenOff(Exception):
        pass

    def break_off(number: int) -> None:
        if number == 60:
            raise BrokenOff

    settings = Settings(database=str(tmp_path / "demo.db"), documents=tmp_path / "documents")
    with open_demo(settings) as first, pytest.raises(BrokenOff):
        first.play(break_off)
    with open_demo(settings) as second:
        second.play(lambda _number: None)
        log, whole = second.office.log, demonstration.office.log
        assert [(e.stream, e.event, e.at) for e in log.everything()] == [
            (e.stream, e.event, e.at) for e in whole.everything()
        ]


def test_its_documents_are_on_file_and_say_that_they_are_made_up(demonstration: Demonstration) -> None:
    with demonstration.office.reading() as views:
        whole = rows(views, "documents")
    assert sum(row["kind"] == "report" for row in whole) == len(workbooks())
    found = [row for row in whole if row["kind"] != "report"]
    assert [(row["award"], row["kind"]) for row in found] == [
        ("CDR-2017-15", "spend-plan"),
        ("DEM-2025-03", "agreement"),
    ]
    for row in found:
        assert row["title"].endswith("(made up)")
        data = demonstration.documents.read(row["sha256"])
        assert data.startswith(b"MADE UP FOR THE DEMONSTRATION.")
        assert len(data) == row["size_bytes"]


def test_a_document_of_the_demonstration_can_be_got_back_by_what_is_shown(
    outturn: Terminal, played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTTURN_DATABASE", str(played))
    monkeypatch.setenv("OUTTURN_DOCUMENTS", str(played.with_name("documents")))
    assert outturn.run("show", "documents") == 0
    shown = outturn.out
    documents = outturn.rows("documents")
    for row in (*documents[:3], *(row for row in documents if row["kind"] != "report")):
        assert row["sha256"][:28] in shown
        file = played.with_name("got-back")
        assert outturn.run("document", row["sha256"][:12], "--to", str(file)) == 0, outturn.err
        assert hashlib.sha256(file.read_bytes()).hexdigest() == row["sha256"]
        if row["kind"] != "report":
            assert file.read_bytes() == (PAPERS / row["file_name"]).read_bytes()


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_that_were_lost_or_damaged_are_put_back_as_they_were_and_nothing_is_recorded(
    tmp_path: Path, played: Path
) -> None:
    database, folder = tmp_path / "demo.db", tmp_path / "documents"
    with sqlite3.connect(played) as log, sqlite3.connect(database) as copy:
        log.backup(copy)
    log.close()
    copy.close()
    whole = files_in(played.with_name("documents"))
    assert len(whole) == 2 + len(workbooks()) == 24
    for path, data in list(whole.items())[::2]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data[:100])
    with open_demo(Settings(database=str(database), documents=folder)) as again:
        head = again.office.log.head()
        (said,) = again.play(lambda _number: None)
        assert again.office.log.head() == head
    assert said.endswith("Nothing was added.")
    assert files_in(folder) == whole


def test_a_workbook_that_cannot_be_made_again_is_named_and_nothing_is_put_in_its_place(
    tmp_path: Path, played: Path
) -> None:
    """As when another version of the program lays workbooks out otherwise."""
    settings = Settings(database=str(played), documents=tmp_path / "documents")
    changed = [
        replace(step, workbook=step.workbook and step.workbook.model_copy(update={"narrative": "Otherwise (made up)"}))
        for step in steps()
    ]
    with open_demo(settings) as again:
        said = Demonstration(again.office, again.documents, again.clock, changed).play(lambda _number: None)
    assert len(said) == 1 + len(workbooks())
    name = "made-up-MOJ-2017-02-2017-18-h1.xlsx"
    assert said[1] == f"{name} is not on file, and cannot be made again just as it was."
    assert len(files_in(tmp_path / "documents")) == 2


def test_every_report_came_in_as_a_workbook_marked_as_made_up(demonstration: Demonstration) -> None:
    names = []
    for recorded in demonstration.office.log.everything():
        if isinstance(recorded.event, ReportSubmitted | ReportCorrected):
            content = recorded.event.content
            assert content.made_up
            assert content.file is not None
            assert demonstration.documents.read(content.file.sha256).startswith(b"PK")
            assert all(figure.cell for figure in content.figures)
            assert all(outcome.cells and all(outcome.cells) for outcome in content.outcomes)
            said = [content.narrative or "", *(text.words for text in content.texts)]
            said += [explanation.words for explanation in content.explanations]
            assert all(words.endswith("(made up)") for words in said)
            names.append(content.file.file_name)
    assert names == [workbook.file_name for workbook in workbooks()]
    assert all(name.startswith(("made-up-MOJ-2017-", "made-up-DEM-2026-")) for name in names)
    assert sum(name.endswith(".ods") for name in names) == 2


def test_a_workbook_with_a_fault_stops_the_demonstration_and_leaves_nothing(tmp_path: Path) -> None:
    def spoilt(step: Step) -> Step:
        """A breakdown no longer adds up, and nobody says why."""
        if step.workbook is None:
            return step
        figures = {**step.workbook.figures, "accepted": Quantity.exactly(1)}
        return replace(step, workbook=step.workbook.model_copy(update={"figures": figures}))

    settings = Settings(database=str(tmp_path / "demo.db"), documents=tmp_path / "documents")
    with open_demo(settings) as first:
        demo = Demonstration(first.office, first.documents, first.clock, list(map(spoilt, steps())))
        with pytest.raises(Refusal, match=r"^made-up-MOJ-2017-02-2017-18-h1\.xlsx: .*the whole is 1\. Write why in E"):
            demo.play(lambda _number: None)
        with first.office.reading() as views:
            assert rows(views, "reports") == []
    assert not any("xl/" in str(data) for data in files_in(tmp_path / "documents").values())


def test_every_payment_is_scheduled_and_approved_before_it_is_made(demonstration: Demonstration) -> None:
    deeds: dict[tuple[str, str], list[str]] = {}
    for recorded in demonstration.office.log.everything():
        if isinstance(recorded.event, PaymentScheduled | PaymentApproved | PaymentMade):
            deeds.setdefault((recorded.stream, recorded.event.payment), []).append(recorded.event.name)
    made = [told for told in deeds.values() if "award.payment-made" in told]
    whole = ["award.payment-scheduled", "award.payment-approved", "award.payment-made"]
    assert len(made) == 43
    assert all(told == whole for told in made)


def test_it_keeps_out_of_a_real_office(tmp_path: Path) -> None:
    settings = Settings(database=str(tmp_path / "office.db"))
    with open_office(settings).open() as office:
        office.do(RegisterProvider(provider="p", title="P"), settings.person)
    with pytest.raises(Refusal, match="real office"), open_demo(settings):
        pass


def test_everything_in_it_is_written_down_by_the_demonstration(demonstration: Demonstration) -> None:
    written = list(demonstration.office.log.everything())
    assert written[0].by == PLAYER.id
    assert {recorded.by for recorded in written} == {PLAYER.id, *(f"{PLAYER.id}-{each}" for each in PLAYED)}
    assert max(recorded.at for recorded in written) < datetime.now(UTC)


PLAYED = ("provider", "contract-manager", "finance", "finance-second", "commissioner")


def test_each_of_its_people_has_one_role_and_does_what_is_theirs(demonstration: Demonstration) -> None:
    assert all(len(person.roles) == 1 for person in PEOPLE)
    by: dict[str, set[str]] = {}
    for recorded in demonstration.office.log.everything():
        if recorded.by != PLAYER.id:  # who loads the papers
            by.setdefault(recorded.event.name, set()).add(recorded.by.removeprefix(f"{PLAYER.id}-"))
    for name in ("report.submitted", "report.corrected", "award.spend-reported", "obligation.nil-return-declared"):
        assert by[name] == {"provider"}, name
    assert by["award.approved"] == by["award.uplifted"] == {"commissioner"}
    assert by["award.payment-scheduled"] == by["report.accepted"] == {"contract-manager"}
    assert by["award.payment-approved"] == by["award.payment-made"] == by["return.filled"] == {"finance"}
    assert by["return.signed-off"] == {"finance-second"}


def test_begun_by_an_earlier_version_which_had_one_player_it_goes_on(
    tmp_path: Path, demonstration: Demonstration
) -> None:
    everything = Actor(id=PLAYER.id, roles=frozenset(Role))
    earlier = [replace(step, by=everything) for step in steps()[:60]]
    settings = Settings(database=str(tmp_path / "demo.db"), documents=tmp_path / "documents")
    with open_demo(settings) as first:
        Demonstration(first.office, first.documents, first.clock, earlier).play(lambda _number: None)
    with open_demo(settings) as second:
        second.play(lambda _number: None)
        assert second.office.log.head() == demonstration.office.log.head()


def test_several_processes_may_play_it_at_once(tmp_path: Path) -> None:
    call = [sys.executable, "-c", "from services.cli import main; main()", "demo", "--no-serve"]
    environment = {**os.environ, "OUTTURN_DATABASE": str(tmp_path / "demo.db")}
    environment["OUTTURN_DOCUMENTS"] = str(tmp_path / "documents")
    root = Path(__file__).parents[2]
    playing = [
        subprocess.Popen(
            [*call, "--folder", str(tmp_path / f"returns-{number}")],
            cwd=root,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for number in range(3)
    ]
    said = [process.communicate()[1].decode() for process in playing]
    assert [process.returncode for process in playing] == [0, 0, 0], said
