"""``outturn return``: every verb as a person types it, the words on refusal, the exit status, and the forms."""

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.services.terminal import Terminal

H1 = "2017-18-h1"


def order(outturn: Terminal, *words: str) -> None:
    """An order that is obeyed."""
    assert outturn.run("do", *words) == 0, outturn.err


def begin(outturn: Terminal) -> None:
    """Two services of a fund of the return, the first with an accepted report."""
    for words in (
        ["register-provider", "--provider", "embrace", "--title", "Embrace"],
        [
            *["open-fund", "--fund", "moj", "--year", "2017-18", "--title", "Victims", "--funder", "MoJ"],
            *["--return-to", "moj"],
        ],
        [
            *[
                "receive-allocation",
                "--fund",
                "moj",
                "--year",
                "2017-18",
                "--agreement",
                "letter",
                "--amount",
                "£1,000",
            ],
            *["--source", "The letter"],
        ],
    ):
        order(outturn, *words)
    for award in ("A1", "A2"):
        order(
            outturn,
            *["register-award", "--award", award, "--service", f"Service {award}", "--route", "grant"],
            *["--provider", "embrace", "--starts-on", "1 April 2017", "--ends-on", "31 March 2018"],
        )
        order(outturn, "approve-award", "--award", award, "--share", "moj 2017-18 £400")
    report(outturn, "A1", 120)


def report(outturn: Terminal, award: str, referrals: int, *more: str, deed: str = "submit-report") -> None:
    """A report that is accepted."""
    figures = ["--figure", f"referrals={referrals}", "--figure", "spend=15000", "--outcome", "cope=10/20/30"]
    order(outturn, deed, "--award", award, "--period", H1, "--received-on", "2017-10-20", *figures, *more)
    order(outturn, "accept-report", "--award", award, "--period", H1)


def correct(outturn: Terminal, referrals: int) -> None:
    """A better figure of the first service."""
    report(outturn, "A1", referrals, "--reason", "A month was left out", deed="correct-report")


def sign(outturn: Terminal) -> None:
    """Fills the return in and signs it."""
    assert outturn.run("return", "fill", H1) == 0, outturn.err
    words = ["--declaration", "I have checked these figures.", "--despite", "A2 will not report"]
    assert outturn.run_by("second", "return", "sign-off", H1, *words) == 0, outturn.err


def returned(outturn: Terminal, *words: str) -> dict[str, Any]:
    """The return as JSON."""
    assert outturn.run("return", *words, "--format", "json") == 0, outturn.err
    said: dict[str, Any] = json.loads(outturn.out)
    return said


def records(outturn: Terminal, *words: str) -> list[dict[str, Any]]:
    """A table as JSON."""
    assert outturn.run("return", *words, "--format", "json") == 0, outturn.err
    said: list[dict[str, Any]] = json.loads(outturn.out)
    return said


def facts(filled: dict[str, Any]) -> dict[str, Any]:
    """The header."""
    header = next(table for table in filled["tables"] if table["name"] == "header")
    return {item["value"]: said["value"] for item, said in header["rows"]}


class TestOpening:
    def test_it_is_opened_with_what_the_settings_say_of_the_office_and_once(
        self, outturn: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin(outturn)
        monkeypatch.setenv("OUTTURN_OFFICE_NAME", "Office of the PCC for Humberside")
        monkeypatch.setenv("OUTTURN_AREA_CODE", "E23000012")
        assert outturn.run("return", "open", "2017-04-01..2017-09-30") == 0, outturn.err
        assert outturn.out.strip() == f"{H1}: opened."
        assert outturn.run("return", "open", H1) == 0
        assert outturn.out.strip() == f"{H1}: open already."
        said = facts(returned(outturn, "show", H1))
        assert (said["Office"], said["Police area code"]) == ("Office of the PCC for Humberside", "E23000012")

    def test_without_a_period_all_that_are_due_are_opened(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "open") == 0, outturn.err
        assert outturn.out.split("\n")[:2] == [f"{H1}: opened.", "2017-18-h2: opened."]
        assert outturn.run("return", "open") == 0
        assert "Every return whose half-year has ended is open already." in outturn.out

    @pytest.mark.parametrize(
        ("period", "status", "words"),
        [
            ("2017-18", 1, "A return is for a half-year: write it like 2017-18-h1"),
            ("2099-00-h1", 1, "not over until"),
            ("last year", 2, "period"),
            ("2011-12-h1", 1, "No template of the return is on file"),
        ],
    )
    def test_what_is_no_half_year_that_is_over_is_refused(
        self, outturn: Terminal, period: str, status: int, words: str
    ) -> None:
        begin(outturn)
        assert outturn.run("return", "open", period) == status
        assert words in outturn.err
        assert outturn.rows("returns") == []


class TestFillingAndSigning:
    def test_what_was_opened_and_filled_in_one_go_can_be_signed_and_made_again(
        self, outturn: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OUTTURN_OFFICE_NAME", "Office of the PCC for Humberside")
        begin(outturn)
        filled = returned(outturn, "fill", H1)
        assert facts(filled)["Office"] == "Office of the PCC for Humberside"
        assert facts(filled)["Version"] == 1
        sign(outturn)
        assert filled["sha256"] in outturn.out
        assert returned(outturn, "show", H1)["sha256"] == filled["sha256"]
        assert outturn.run("return", "reproduce", H1) == 0, outturn.err
        assert "The same, byte for byte" in outturn.out
        assert filled["sha256"] in outturn.out

    def test_filling_it_shows_every_section_what_is_missing_and_the_digest(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "fill", H1) == 0, outturn.err
        for words in ("Service list", "Demand", "Outcomes", "Waiting for A2 (Service A2): report not received."):
            assert words in outturn.out
        assert "Version 1, filled. SHA-256 " in outturn.out

    def test_what_cannot_be_filled_in_is_refused_and_not_opened(self, outturn: Terminal) -> None:
        begin(outturn)
        for period, words in (
            ("2019-20-h1", "No award draws on a fund of this return"),
            ("2017-18-q1", "A return is for a half-year"),
            ("2017-18", "A return is for a half-year"),
        ):
            assert outturn.run("return", "fill", period) == 1
            assert words in outturn.err
        assert outturn.rows("returns") == []

    def test_it_is_not_signed_unfilled_unseen_or_while_it_waits(self, outturn: Terminal) -> None:
        begin(outturn)
        declaration = ["return", "sign-off", H1, "--declaration", "I have checked these figures."]
        assert outturn.run(*declaration) == 1
        assert outturn.err.strip() == f"There is no return for {H1}."
        assert outturn.run("return", "open", H1) == 0
        assert outturn.run(*declaration) == 1
        assert "Fill the return in first, and look at it (fill-return)." in outturn.err
        assert outturn.run("return", "fill", H1) == 0
        assert outturn.run(*declaration) == 1
        assert "You filled this return in: another person of finance must sign it off." in outturn.err
        assert outturn.run_by("second", *declaration) == 1
        assert "still waits for 1 thing, the first: A2 (Service A2): report not received." in outturn.err
        correct(outturn, 121)
        assert outturn.run_by("second", *declaration, "--despite", "It will not come") == 1
        assert "The figures have changed since the return was filled in" in outturn.err
        assert outturn.run("return", "sign-off", H1) == 2

    def test_signing_says_the_position_and_the_digest_and_is_done_once(self, outturn: Terminal) -> None:
        begin(outturn)
        sign(outturn)
        assert outturn.out.startswith("Signed off at log position ")
        assert outturn.run("return", "sign-off", H1, "--declaration", "Again") == 1
        assert "This return is signed-off already." in outturn.err
        assert outturn.run("return", "fill", H1) == 1
        assert "to change it, restate it with the reason (restate-return)" in outturn.err


class TestSubmitting:
    def test_it_is_recorded_once_with_its_receipt(self, outturn: Terminal) -> None:
        begin(outturn)
        sign(outturn)
        assert outturn.run("return", "submit", H1, "--receipt", "MoJ 17/1") == 0, outturn.err
        assert outturn.out.strip() == "Recorded as submitted."
        for again in ([], ["--receipt", "MoJ 17/1"]):
            assert outturn.run("return", "submit", H1, *again) == 0
            assert outturn.out.strip() == "It was recorded as submitted already."
        (row,) = outturn.rows("returns")
        assert row["status"] == "submitted"
        assert row["submitted_on"]

    def test_another_receipt_or_day_is_refused_and_a_day_before_it_was_signed(self, outturn: Terminal) -> None:
        begin(outturn)
        sign(outturn)
        assert outturn.run("return", "submit", H1, "--on", "30 October 2017") == 1
        assert "It was signed on " in outturn.err
        assert outturn.run("return", "submit", H1, "--receipt", "MoJ 17/1") == 0, outturn.err
        assert outturn.run("return", "submit", H1, "--receipt", "MoJ 17/2") == 1
        assert "recorded as submitted already, with another receipt." in outturn.err
        assert outturn.run("return", "submit", H1, "--on", "1 November 2017") == 1
        assert "recorded as submitted already, on " in outturn.err

    def test_it_is_refused_before_it_is_signed_or_for_a_day_to_come(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "open", H1) == 0
        assert outturn.run("return", "submit", H1) == 1
        assert "must be signed off before it is submitted (sign-off-return)" in outturn.err
        sign(outturn)
        assert outturn.run("return", "submit", H1, "--on", "2099-01-01") == 1
        assert "cannot have been submitted in the future" in outturn.err


class TestShowing:
    def test_what_is_not_open_or_has_no_such_version_is_not_found(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "show", H1) == 1
        assert f"There is no such return for {H1}. Open it first (open-return)." in outturn.err
        assert outturn.run("return", "open", H1) == 0
        assert outturn.run("return", "show", H1, "--version", "2") == 1

    def test_as_json_it_has_every_cell_and_what_proves_it(self, outturn: Terminal) -> None:
        begin(outturn)
        sign(outturn)
        said = returned(outturn, "show", H1)
        assert (said["period"], said["version"], said["status"], said["template"]) == (
            *(H1, 1, "signed-off"),
            "moj-working-1",
        )
        assert len(said["sha256"]) == 64
        assert said["signed_by"]
        assert said["waiting_for"] == ["A2 (Service A2): report not received."]
        assert len(said["tables"]) == 17

    def test_as_csv_every_table_is_there(self, outturn: Terminal) -> None:
        begin(outturn)
        sign(outturn)
        assert outturn.run("return", "show", H1, "--format", "csv") == 0, outturn.err
        lines = list(csv.reader(io.StringIO(outturn.out, newline="")))
        assert any(line[:1] == ["A1"] for line in lines)

    def test_an_earlier_day_shows_what_was_then_known(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "open", H1) == 0
        before = len(outturn.rows("timeline"))
        correct(outturn, 999)
        assert outturn.run("return", "show", H1, "--as-at", str(before)) == 0, outturn.err
        assert "999" not in outturn.out.partition("SHA-256")[0]
        assert outturn.run("return", "show", H1, "--as-at", "2016-01-01") == 1

    def test_a_change_after_the_signature_is_said_with_the_way_on(self, outturn: Terminal) -> None:
        begin(outturn)
        sign(outturn)
        correct(outturn, 132)
        assert outturn.run("return", "show", H1) == 0
        said = " ".join(outturn.out.split())
        assert f"It differs from what is now known: A1.{H1} changed since (outturn return compare {H1})." in said
        order(outturn, "restate-return", "--period", H1, "--reason", "Twelve more")
        sign(outturn)
        assert outturn.run("return", "show", H1) == 0
        assert "It differs" not in outturn.out
        assert returned(outturn, "show", H1, "--version", "1")["status"] == "superseded"

    def test_it_is_saved_as_files(self, outturn: Terminal, tmp_path: Path) -> None:
        begin(outturn)
        sign(outturn)
        assert outturn.run("return", "show", H1, "--save", str(tmp_path / "out")) == 0, outturn.err
        kinds = {path.suffix for path in (tmp_path / "out").rglob("*") if path.is_file()}
        assert {".json", ".xlsx", ".ods", ".pdf", ".csv"} <= kinds


class TestRemarks:
    def test_one_stands_beside_the_return_under_the_whole_address_of_its_cell(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "open", H1) == 0
        assert outturn.run("return", "comment", H1, "Ask why.", "--on", "demand/a1/referrals") == 0, outturn.err
        assert outturn.run("return", "comment", H1, "All in all fine.") == 0, outturn.err
        assert outturn.run("return", "show", H1) == 0
        for words in ("Ask why.", "demand/A1/referrals", "All in all fine."):
            assert words in outturn.out

    def test_a_cell_of_the_narrative_may_be_remarked_on_too(self, outturn: Terminal) -> None:
        begin(outturn)
        report(outturn, "A2", 5, "--texts", "risks=Two posts are vacant.")
        assert outturn.run("return", "open", H1) == 0
        assert outturn.run("return", "comment", H1, "Since filled.", "--on", f"narrative/A2/risks/{H1}/words") == 0, (
            outturn.err
        )

    def test_on_a_cell_that_is_not_there_it_is_refused(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "open", H1) == 0
        assert outturn.run("return", "comment", H1, "Why?", "--on", "demand/A9/referrals") == 1
        assert "There is no such row in demand." in outturn.err
        assert outturn.run("return", "comment", H1) == 2


class TestMissing:
    def test_it_says_who_has_not_reported_as_table_json_and_csv(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "missing", H1) == 0, outturn.err
        assert "1 of 2 services are settled" in outturn.out
        rows = records(outturn, "missing", H1)
        assert [(row["award"], row["report"]) for row in rows] == [("A1", "accepted"), ("A2", "not received")]
        assert outturn.run("return", "missing", H1, "--format", "csv") == 0
        assert [line["award"] for line in csv.DictReader(io.StringIO(outturn.out, newline=""))] == ["A1", "A2"]
        assert outturn.run("return", "missing", "2011-12-h1") == 1


class TestProving:
    def test_explain_lists_the_events_of_one_figure(self, outturn: Terminal) -> None:
        begin(outturn)
        sign(outturn)
        rows = records(outturn, "explain", H1, "demand/a1/referrals")
        assert [row["happened"] for row in rows][-2:] == ["Report submitted", "Report accepted"]
        for cell, status in (("demand/A9/referrals", 1), ("cups/A1/referrals", 1), ("demand", 1)):
            assert outturn.run("return", "explain", H1, cell) == status
            assert outturn.err

    def test_compare_shows_each_cell_with_its_reason_or_that_nothing_differs(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "compare", H1) == 1
        assert "is signed off yet: there is nothing to compare" in outturn.err
        sign(outturn)
        assert outturn.run("return", "compare", H1) == 0
        assert "Nothing differs" in outturn.out
        correct(outturn, 132)
        rows = records(outturn, "compare", H1)
        first = next(row for row in rows if row["address"] == "demand/A1/referrals")
        assert (first["signed"], first["now"], first["reason"]) == ("120", "132", "A month was left out")

    def test_reproduce_needs_a_signature_and_finds_a_log_that_was_tampered_with(self, outturn: Terminal) -> None:
        begin(outturn)
        assert outturn.run("return", "reproduce", H1) == 1
        assert "No return for 2017-18-h1 is signed off yet" in outturn.err
        sign(outturn)
        tamper('"at_least":120,"at_most":120', '"at_least":121,"at_most":121')
        assert outturn.run("return", "reproduce", H1) == 3
        assert "Differs: demand/A1/referrals" in outturn.err
        assert "was signed" in outturn.err


def tamper(what: str, by: str) -> None:
    """Changes the log behind the office's back."""
    with sqlite3.connect("office.db") as log:
        tables = [name for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        changed = 0
        for table in tables:
            columns = [column[1] for column in log.execute(f"PRAGMA table_info({table})")]
            if "state" in columns:
                statement = f"UPDATE {table} SET state = CAST(replace(CAST(state AS TEXT), ?, ?) AS BLOB) "
                changed += log.execute(statement + "WHERE instr(CAST(state AS TEXT), ?)", (what, by, what)).rowcount
        assert changed


class TestPublishing:
    def test_only_a_signed_return_is_published_and_each_rule_once(self, outturn: Terminal) -> None:
        begin(outturn)
        report(outturn, "A2", 3)
        assert outturn.run("return", "publish", H1) == 1
        assert outturn.err.strip() == f"There is no return for {H1}."
        assert outturn.run("return", "open", H1) == 0
        assert outturn.run("return", "publish", H1) == 1
        assert "Only a signed return is published" in outturn.err
        sign(outturn)
        assert outturn.run("return", "publish", H1) == 0, outturn.err
        assert "Recorded as published." in outturn.out
        assert "~" in outturn.out
        assert outturn.run("return", "publish", H1, "--rule", "sensitive-tables-1") == 0, outturn.err
        assert outturn.run("return", "publish", H1) == 0
        assert "It was published so already." in outturn.out
        assert "published by the rule area-tables-1" in outturn.out
        assert outturn.run("return", "publish", H1, "--rule", "no-such-rule") == 1

    def test_the_copy_is_shown_as_json_and_saved(self, outturn: Terminal, tmp_path: Path) -> None:
        begin(outturn)
        report(outturn, "A2", 3)
        sign(outturn)
        copy = returned(outturn, "publish", H1)
        demand = next(table for table in copy["tables"] if table["name"] == "demand")
        place = [column["key"] for column in demand["columns"]].index("referrals")
        assert demand["rows"][1][place]["missing"] == "suppressed"
        assert "narrative" not in {table["name"] for table in copy["tables"]}
        assert outturn.run("return", "publish", H1, "--save", str(tmp_path / "copy")) == 0, outturn.err
        assert any((tmp_path / "copy").rglob("*published*"))


def test_every_verb_says_in_its_help_what_it_does(outturn: Terminal) -> None:
    verbs = ("open", "missing", "fill", "comment", "sign-off", "submit", "show", "publish", "reproduce", "compare")
    for verb in (*verbs, "explain"):
        assert outturn.run("return", verb, "--help") == 0
        assert f"outturn return {verb}" in " ".join(outturn.out.split())


def test_in_a_place_without_an_office_nothing_is_made(outturn: Terminal, tmp_path: Path) -> None:
    for verb in (["show", H1], ["missing", H1], ["reproduce", H1], ["compare", H1], ["explain", H1, "a/b/c"], ["open"]):
        assert outturn.run("return", *verb) != 0
        assert "There is no office in office.db yet." in outturn.err
    assert list(tmp_path.iterdir()) == []
