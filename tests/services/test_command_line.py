"""The command line, in one process: what it prints, what it refuses, and with which exit status."""

import csv
import io
import json
import sys
from datetime import datetime
from pathlib import Path

import pytest

from domain.catalogue import COMMANDS
from domain.kernel import LONDON
from projections.answers import ANSWERS
from services.cli.asking import Question
from services.cli.ordering import GIVEN_ELSEWHERE
from tests.services.terminal import Terminal


def with_a_fund(outturn: Terminal) -> None:
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
            *["--remark", "First", "--remark", "Second"],
        ],
    ):
        assert outturn.run("do", *words) == 0, outturn.err


def test_an_award_travels_from_an_order_to_every_answer(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("do", "approve-award", "--award", "A1", "--share", "moj 2017-18 £600.50") == 0
    assert "Award approved (award-A1)" in outturn.out
    (budget,) = outturn.rows("budgets")
    assert (budget["received_pence"], budget["committed_pence"], budget["left_pence"]) == (100_000, 60_050, 39_950)
    (award,) = outturn.rows("awards")
    assert award["provider"] == "Embrace"
    assert award["amount_pence"] == 60_050
    assert award["ends_on"] == "2018-03-31"
    assert award["remarks"] == "First Second"
    assert [row["happened"] for row in outturn.rows("timeline", "award-A1")] == ["Award registered", "Award approved"]


def test_an_amount_that_is_not_known_is_null_in_json_and_said_in_csv(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("do", "approve-award", "--award", "A1", "--share", "moj 2017-18 not known") == 0
    assert outturn.rows("awards")[0]["amount_pence"] is None
    assert outturn.run("show", "awards", "--format", "csv") == 0
    (row,) = csv.DictReader(io.StringIO(outturn.out, newline=""))
    assert row["amount_pence"] == "not known"
    assert row["award"] == "A1"


def test_a_refused_order_says_why_with_status_1_and_records_nothing(outturn: Terminal) -> None:
    with_a_fund(outturn)
    before = outturn.rows("timeline")
    assert outturn.run("do", "approve-award", "--award", "A1", "--share", "moj 2017-18 £1,000.01") == 1
    assert "£1,000 left" in outturn.err
    assert outturn.rows("timeline") == before


def test_a_malformed_order_names_every_field_with_status_2_and_records_nothing(outturn: Terminal) -> None:
    assert outturn.run("do", "register-award", "--award", "not a reference", "--route", "gift") == 2
    assert "award: must be letters" in outturn.err
    assert "route: must be one of" in outturn.err
    assert "service: is needed" in outturn.err
    assert "Nothing was recorded." in outturn.err
    assert "not a reference" not in outturn.err


def test_an_option_that_cannot_be_read_is_named(outturn: Terminal) -> None:
    assert outturn.run("do", "plan-milestone", "--award", "A1", "--milestone", "m", "--due-on", "31 June 2020") == 2
    assert outturn.err.startswith("--due-on: A date must be one that exists")


def test_an_order_may_be_given_as_json_from_the_option_a_file_or_standard_input(
    outturn: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = {"provider": "p1", "title": "First"}
    assert outturn.run("do", "register-provider", "--json", json.dumps(order)) == 0
    file = tmp_path / "order.json"
    file.write_text(json.dumps({"provider": "p2", "title": "Second"}))
    assert outturn.run("do", "register-provider", "--json", f"@{file}") == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"provider": "p3", "title": "Third"})))
    assert outturn.run("do", "register-provider", "--json", "-", "--format", "json") == 0
    assert json.loads(outturn.out)[0]["event"] == "provider.registered"
    assert [row["provider"] for row in outturn.rows("providers")] == ["First", "Second", "Third"]


@pytest.mark.parametrize(
    ("said", "words", "status"),
    [("{", "not JSON", 2), ("[]", "must be an object", 2), ("@nowhere.json", "cannot be read", 1)],
)
def test_json_that_is_no_order_is_told(outturn: Terminal, said: str, words: str, status: int) -> None:
    assert outturn.run("do", "register-provider", "--json", said) == status
    assert words in outturn.err


def test_saying_the_same_twice_changes_nothing_and_says_so(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("do", "register-provider", "--provider", "embrace", "--title", "Embrace") == 0
    assert "recorded already" in outturn.out


def test_a_report_may_be_given_with_figures_and_outcomes_as_words(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("do", "approve-award", "--award", "A1", "--share", "moj 2017-18 £600") == 0
    assert (
        outturn.run(
            *["do", "submit-report", "--award", "A1", "--period", "2017-18-h1", "--received-on", "2017-10-20"],
            *["--figure", "referrals=more than 15,000", "--figure", "referrals:crime-type/burglary=12"],
            *["--outcome", "cope=10/12/20", "--made-up"],
        )
        == 0
    ), outturn.err
    (report,) = outturn.rows("reports")
    assert (report["figures"], report["outcomes"], report["made_up"]) == (2, 1, True)
    assert outturn.run("do", "submit-report", "--figure", "referrals") == 2
    assert "write a figure like" in outturn.err


def test_every_command_of_the_catalogue_has_its_verb_and_its_help(outturn: Terminal) -> None:
    for name, command in COMMANDS.items():
        if name in GIVEN_ELSEWHERE:
            continue
        assert outturn.run("do", name, "--help") == 0
        first = (command.__doc__ or "").split(":")[0].split(".")[0].split(",")[0]
        assert first[:40].split("\n")[0][:30] in " ".join(outturn.out.split()), name


def test_every_answer_can_be_asked_for_in_every_format(outturn: Terminal) -> None:
    with_a_fund(outturn)
    of_one_thing = {"award": ["A1"], "explain": ["moj", "2017-18", "left_pence"]}
    assert [question.value for question in Question] == [*ANSWERS, *of_one_thing]
    for question in Question:
        for form in ("table", "json", "csv"):
            asked = [question.value, *of_one_thing.get(question.value, [])]
            assert outturn.run("show", *asked, "--format", form) == 0, outturn.err
            assert outturn.out
            assert outturn.err == ""


def test_a_past_moment_may_be_a_position_a_day_or_a_time(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.rows("budgets", "--as-at", "2001-01-01") == []
    assert outturn.rows("budgets", "--as-at", "1 January 2001") == []
    assert outturn.rows("budgets", "--as-at", "2001-01-01T09:30") == []
    assert outturn.rows("budgets", "--as-at", "2")[0]["received_pence"] is None
    assert outturn.rows("budgets", "--as-at", "3")[0]["received_pence"] == 100_000
    assert outturn.run("show", "budgets", "--as-at", "yesterday") == 2
    assert "--as-at takes a day" in outturn.err


def test_what_holds_on_a_day_can_be_asked_of_budgets_and_of_what_is_behind_a_figure(outturn: Terminal) -> None:
    with_a_fund(outturn)
    order = ["approve-award", "--award", "A1", "--share", "moj 2017-18 £600", "--effective-on", "2017-04-01"]
    assert outturn.run("do", *order) == 0, outturn.err
    figure = ["explain", "moj", "2017-18", "committed_pence"]
    assert [line["so_far_pence"] for line in outturn.rows(*figure, "--on", "2017-04-01")] == [60_000]
    assert outturn.rows(*figure, "--on", "2017-03-31") == []
    assert outturn.rows("budgets", "--on", "2017-04-01")[0]["committed_pence"] == 60_000
    assert outturn.rows("ring-fences", "--on", "2017-04-01") == []
    assert outturn.rows("underspend", "--on", "2017-04-01")[0]["days"] == 364
    assert outturn.run("show", "awards", "--on", "2017-04-01") == 2
    assert "--on goes with budgets, ring-fences, underspend and explain" in outturn.err


def test_one_sentence_says_of_which_day_it_is_and_what_was_known_when(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("show", "budgets", "--as-at", "2001-01-01") == 0
    assert outturn.out.splitlines()[-1] == "As it was known at the end of 1 January 2001."
    assert outturn.run("show", "budgets", "--as-at", "4") == 0
    assert outturn.out.splitlines()[-1] == "As it was known at log position 4."
    assert outturn.run("show", "budgets", "--as-at", "2001-01-01T09:30", "--on", "2017-06-30") == 0
    said = " ".join(outturn.out.split())
    assert "What was known on 1 January 2001 at 9:30am of what held on 30 June 2017." in said
    assert said.count("known on") == 1
    assert "As it was known" not in said
    assert "now known" not in said


def test_the_timeline_of_nothing_is_an_error_that_says_how_to_name_a_thing(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("show", "timeline", "award-nothing") == 1
    assert "like award-MOJ-2017-01" in outturn.err


def test_text_that_looks_like_markup_is_shown_as_it_is(outturn: Terminal) -> None:
    assert outturn.run("do", "register-provider", "--provider", "p", "--title", "[bold]The [red] House") == 0
    assert outturn.run("show", "providers") == 0
    assert "[bold]The [red] House" in outturn.out


def test_a_sheet_is_loaded_whole_or_not_at_all_and_twice_adds_nothing(outturn: Terminal, tmp_path: Path) -> None:
    sheet = tmp_path / "awards.csv"
    heading = "Row,Award,Fund,Year,Fund title,Funder,Provider,Service,Route,Amount,Agreement,Source\r\n"
    allocation = "allocation,,moj,2017-18,Victims,MoJ,,,,£1m,agreement-1,Letter of 1 April\r\n"
    sound = heading + allocation + ",A1,moj,2017-18,,,Embrace,Counselling,grant,£500\r\n"
    sheet.write_text(sound + ",A2,moj,2017-18,,,Embrace,Helpline,gift,lots\r\n", encoding="utf-8")
    assert outturn.run("load", str(sheet)) == 2
    assert "Row 4, Route (I4)" in outturn.err
    assert "Row 4, Amount (J4)" in outturn.err
    assert "nothing was recorded" in outturn.err
    assert outturn.rows("budgets") == []
    sheet.write_text(sound, encoding="utf-8")
    assert outturn.run("load", str(sheet), "--dry-run") == 0
    assert "Nothing was recorded." in outturn.out
    assert outturn.rows("awards") == []
    assert outturn.run("load", str(sheet)) == 0, outturn.err
    assert "events recorded" in outturn.out
    assert outturn.rows("awards")[0]["amount_pence"] == 50_000
    assert outturn.run("load", str(sheet)) == 0
    assert "nothing was added" in outturn.out


def test_the_example_sheet_can_be_loaded_without_a_fault(outturn: Terminal, tmp_path: Path) -> None:
    assert outturn.run("load", "--example") == 0
    sheet = tmp_path / "example.csv"
    sheet.write_text(outturn.out, encoding="utf-8", newline="")
    assert outturn.run("load", str(sheet)) == 0, outturn.err
    assert outturn.rows("awards") == []


def test_a_file_that_is_not_there_is_named(outturn: Terminal) -> None:
    assert outturn.run("load", "nowhere.csv") == 1
    assert "nowhere.csv cannot be read" in outturn.err
    assert outturn.run("load") == 1


def test_a_database_that_cannot_be_used_ends_with_status_3(
    outturn: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.db"
    other.write_text("this is a letter")
    monkeypatch.setenv("OUTTURN_DATABASE", str(other))
    assert outturn.run("show", "budgets") == 3
    assert "not an Outturn database" in outturn.err
    assert other.read_text() == "this is a letter"
    monkeypatch.setenv("OUTTURN_DATABASE", "mysql://somewhere")
    assert outturn.run("show", "budgets") == 2
    assert "the database must be" in outturn.err


def test_someone_who_may_not_is_told_who_may(outturn: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTTURN_ROLES", '["auditor"]')
    assert outturn.run("do", "register-provider", "--provider", "p", "--title", "P") == 1
    assert "This may be done by administrator or contract-manager or finance" in outturn.err


def test_a_rebuild_and_a_check_say_what_they_did(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("rebuild") == 0
    assert "Rebuilt, and in use" in outturn.out
    assert outturn.run("check") == 0
    assert "4 events read; 0 faults" in outturn.out
    assert "equal a fresh fold" in outturn.out


def test_a_database_named_in_the_call_is_used_and_no_other(outturn: Terminal, tmp_path: Path) -> None:
    named = tmp_path / "named.db"
    order = ["do", "register-provider", "--provider", "p", "--title", "P"]
    assert outturn.run("--database", str(named), *order) == 0
    assert named.exists()
    assert not (tmp_path / "office.db").exists()


def test_reading_an_office_that_is_not_there_makes_none(outturn: Terminal, tmp_path: Path) -> None:
    for words in (["show", "budgets"], ["check"], ["rebuild"], ["return", "show", "2017-18-h1"]):
        assert outturn.run(*words) == 3
        assert "There is no office in office.db yet" in outturn.err
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_that_a_rule_refuses_is_told_by_row_also_in_a_dry_run(outturn: Terminal, tmp_path: Path) -> None:
    sheet = tmp_path / "awards.csv"
    heading = "Row,Award,Fund,Year,Fund title,Funder,Provider,Service,Route,Amount,Agreement,Source\r\n"
    rows = "allocation,,moj,2017-18,Victims,MoJ,,,,£100,agreement-1,Letter\r\n"
    rows += ",A1,moj,2017-18,,,Embrace,Counselling,grant,£60\r\n,A2,moj,2017-18,,,Embrace,Helpline,grant,£60\r\n"
    sheet.write_text(heading + rows, encoding="utf-8")
    for words in (["--dry-run"], []):
        assert outturn.run("load", str(sheet), *words) == 2
        assert "Row 4 is refused: victims has £40 left" in outturn.err
        assert "Row 3" not in outturn.err
    assert outturn.rows("budgets") == []


@pytest.mark.parametrize("amount", ["$500", "€500", "15%", "=SUM(A1)", '"£700,000 bid"', "\u0665\u0660\u0660"])
def test_what_is_not_an_amount_in_pounds_is_never_loaded_as_one(outturn: Terminal, tmp_path: Path, amount: str) -> None:
    sheet = tmp_path / "awards.csv"
    heading = "Row,Award,Fund,Year,Fund title,Funder,Provider,Service,Route,Amount,Agreement,Source\r\n"
    rows = "allocation,,moj,2017-18,Victims,MoJ,,,,£1m,agreement-1,Letter\r\n"
    sheet.write_text(f"{heading}{rows},A1,moj,2017-18,,,Embrace,Counselling,grant,{amount}\r\n", encoding="utf-8")
    assert outturn.run("load", str(sheet)) == 2
    assert "Row 3, Amount (J3)" in outturn.err


def test_a_position_beyond_the_log_is_not_taken_for_today(outturn: Terminal) -> None:
    with_a_fund(outturn)
    for position in ("20170510", "9" * 30):
        assert outturn.run("show", "budgets", "--as-at", position) == 1
        assert "The log ends at position 4" in outturn.err


def test_a_return_that_cannot_be_filled_is_not_opened_either(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("return", "fill", "2019-20-h1") == 1
    assert "No award draws on a fund of this return" in outturn.err
    assert outturn.rows("returns") == []


def test_days_and_settings_that_nobody_could_mean_are_refused_in_words(
    outturn: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_fund(outturn)
    order = ["do", "plan-milestone", "--award", "A1", "--milestone", "m1", "--title", "T"]
    assert outturn.run(*order, "--due-on", "9999-12-31") == 2
    assert "due_on: must not be more than 2100-12-31" in outturn.err
    assert outturn.run("do", "register-provider", "--json", "[" * 5_000) == 2
    assert "not JSON" in outturn.err
    monkeypatch.setenv("OUTTURN_ROLES", "king")
    assert outturn.run("show", "budgets") == 2
    assert "A setting cannot be read" in outturn.err


def test_an_allocation_may_be_amended_downwards_from_the_command_line(outturn: Terminal) -> None:
    with_a_fund(outturn)
    order = ["do", "amend-allocation", "--fund", "moj", "--year", "2017-18", "--agreement", "a1", "--addendum", "d1"]
    assert outturn.run(*order, "--change", "-£0.37", "--reason", "Rounded") == 0, outturn.err
    assert outturn.rows("budgets")[0]["received_pence"] == 99_963


def test_a_question_of_yes_or_no_is_answered_either_way(outturn: Terminal) -> None:
    order = ["do", "record-decision", "--title", "T", "--decided-on", "2017-05-09", "--decided", "To fund it"]
    order += ["--public-interest-reason", "It is small"]
    assert outturn.run(*order, "--decision", "d1", "--no-significant-public-interest") == 0, outturn.err
    assert outturn.run(*order, "--decision", "d2", "--significant-public-interest") == 0, outturn.err
    assert [row["significant_public_interest"] for row in outturn.rows("decisions")] == [False, True]


def test_what_passed_to_a_successor_is_not_released_to_our_own_fund(outturn: Terminal) -> None:
    with_a_fund(outturn)
    for words in (
        ["approve-award", "--award", "A1", "--share", "moj 2017-18 £600.01"],
        [
            *["transfer-award", "--award", "A1", "--scheme", "A scheme", "--effective-on", "2017-05-04"],
            *["--successor", "Board North 1", "--successor", "Board South 2"],
        ],
    ):
        assert outturn.run("do", *words) == 0, outturn.err
    for words in (["close-award", "--award", "A1", "--closed-on", "2026-11-01"], ["withdraw-award", "--award", "A1"]):
        assert outturn.run("do", *words, "--reason", "Settled") == 1
        assert "passed to Board North and Board South on 4 May 2017: what is unpaid is theirs" in outturn.err
    assert outturn.rows("budgets")[0]["committed_pence"] == 60_001


def test_help_tells_the_words_of_a_decision_from_the_decision_on_record(outturn: Terminal) -> None:
    assert outturn.run("do", "approve-award", "--help") == 0
    said = " ".join(outturn.out.split())
    assert "the decision in free words, as the paper prints it, such as: Decision Record 017" in said
    assert "the number of a decision that is on record here (record-decision), such as: 017" in said


def test_an_award_approved_again_on_another_decision_is_refused_by_what_differs(outturn: Terminal) -> None:
    with_a_fund(outturn)
    decision = ["record-decision", "--title", "T", "--decided-on", "2017-05-09", "--decided", "To fund it"]
    decision += ["--public-interest-reason", "It is small"]
    for number in ("017", "018"):
        assert outturn.run("do", *decision, "--decision", number, "--no-significant-public-interest") == 0, outturn.err
    order = ["do", "approve-award", "--award", "A1", "--share", "moj 2017-18 £600", "--decision", "Record 17"]
    assert outturn.run(*order, "--rests-on", "017") == 0, outturn.err
    assert outturn.run(*order, "--rests-on", "017") == 0
    assert "recorded already" in outturn.out
    assert outturn.run(*order, "--rests-on", "018") == 1
    assert "Award A1 is approved already, resting on 017 (rests_on)." in outturn.err
    assert outturn.run(*order[:-1], "Record 18") == 1
    assert "by a decision in other words (decision)" in outturn.err


def test_a_share_may_name_its_ring_fence_in_plain_words(outturn: Terminal) -> None:
    with_a_fund(outturn)
    fence = [
        "set-ring-fence",
        "--fund",
        "moj",
        "--year",
        "2017-18",
        "--ring-fence",
        "dasv",
        "--title",
        "Domestic abuse",
    ]
    assert outturn.run("do", *fence, "--amount", "£400", "--reason", "Agreed") == 0, outturn.err
    assert outturn.run("do", "approve-award", "--help") == 0
    assert "moj-victims 2017-18 £446,000 in advisers" in " ".join(outturn.out.split())
    order = ["do", "approve-award", "--award", "A1", "--share"]
    assert outturn.run(*order, "moj 2017-18 £300 in no/where") == 2
    assert outturn.err.startswith("--share: ring_fence: must be letters, digits")
    assert outturn.run(*order, "moj 2017-18 £300 in dasv") == 0, outturn.err
    assert outturn.rows("ring-fences")[0]["committed_pence"] == 30_000


def test_lines_of_a_profile_and_of_spend_have_a_plain_form_that_the_help_shows(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("do", "approve-award", "--award", "A1", "--share", "moj 2017-18 £600") == 0
    assert outturn.run("do", "set-profile", "--help") == 0
    assert "like: Labour: £60,000" in " ".join(outturn.out.split())
    profile = ["do", "set-profile", "--award", "A1", "--line", "Labour: £400.50", "--line", "Rent: £199.50"]
    assert outturn.run(*profile) == 0, outturn.err
    assert outturn.run("do", "report-spend", "--help") == 0
    form = "Staff: planned £700,000; actual £684,500; forecast £1,395,000; why: two posts were filled late"
    assert form in " ".join(outturn.out.split())
    spend = ["do", "report-spend", "--award", "A1", "--period", "2017-18-h1", "--received-on", "2017-10-20"]
    assert outturn.run(*spend, "--line", "Labour: planned £200; actual £150; why: A post stood vacant") == 0, (
        outturn.err
    )
    assert "Labour" in outturn.out
    assert outturn.run(*spend, "--line", "Labour, £200") == 2
    assert "--line: write a line of spend like" in outturn.err


def test_what_is_not_there_is_named_as_people_name_it(outturn: Terminal) -> None:
    reason = ["--reason", "Agreed"]
    for words, said in (
        (
            ["release-earmark", "--fund", "f1", "--year", "2026-27", "--earmark", "e", *reason],
            "There is no fund f1 for 2026-27.",
        ),
        (
            ["waive-obligation", "--award", "A1", "--schedule", "outcome-report", "--period", "2017-18-h1", *reason],
            "There is no obligation of award A1 under schedule outcome-report for 2017-18-h1.",
        ),
        (
            ["accept-report", "--award", "A1", "--period", "2017-18-h1"],
            "There is no report of award A1 for 2017-18-h1.",
        ),
        (["fill-return", "--period", "2017-18-h1"], "There is no return for 2017-18-h1."),
        (["close-award", "--award", "A1", "--closed-on", "2017-10-01", *reason], "There is no award A1."),
    ):
        assert outturn.run("do", *words) == 1
        assert outturn.err.strip() == said


def test_a_reference_of_a_bid_that_is_too_long_is_refused_in_words(outturn: Terminal) -> None:
    order = ["do", "prepare-bid", "--title", "T", "--funder", "Home Office", "--amount", "£700"]
    assert outturn.run(*order, "--bid", "b" * 75) == 2
    assert "bid: must be letters" in outturn.err
    assert "at most 74" in outturn.err
    assert outturn.run(*order, "--bid", "b" * 74) == 0, outturn.err


def test_a_payment_is_scheduled_approved_and_paid_in_this_order(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("do", "approve-award", "--award", "A1", "--share", "moj 2017-18 £600") == 0
    which = ["--award", "A1", "--payment", "p1"]
    amount = ["--fund", "moj", "--year", "2017-18", "--amount", "£100"]
    pay = ["do", "record-payment", *which, *amount, "--paid-on", "2017-07-01"]
    assert outturn.run(*pay) == 1
    assert "Schedule it first (schedule-payment)" in outturn.err
    assert outturn.run("do", "schedule-payment", *which, *amount, "--due-on", "2018-04-30") == 0, outturn.err
    assert outturn.run(*pay) == 1
    assert "approve it first (approve-payment)" in outturn.err
    assert outturn.run("do", "approve-payment", *which) == 1
    assert "You approved award A1: another person of finance must approve its payments." in outturn.err
    assert outturn.run_by("second", "do", "approve-payment", *which) == 0, outturn.err
    assert outturn.run(*pay) == 0, outturn.err
    assert outturn.rows("budgets")[0]["paid_pence"] == 10_000


def test_what_cannot_be_read_is_malformed_and_what_a_rule_forbids_is_refused(outturn: Terminal) -> None:
    with_a_fund(outturn)
    for words in (
        ["do", "approve-award", "--award", "A1", "--share", "moj 2017-18 lots"],
        ["do", "hold-earmark", "--amount", "ten pounds"],
        ["do", "plan-milestone", "--due-on", "soon"],
        ["do", "set-profile", "--line", "Labour"],
        ["show", "budgets", "--on", "soon"],
        ["show", "award"],
        ["return", "show", "2017"],
    ):
        assert outturn.run(*words) == 2, words
        assert outturn.err
    assert outturn.run("do", "approve-award", "--award", "A1", "--share", "moj 2017-18 £1,000.01") == 1


def test_a_rounded_amount_is_kept_as_it_is_printed_and_is_not_exact(outturn: Terminal) -> None:
    with_a_fund(outturn)
    order = ["do", "receive-allocation", "--fund", "moj", "--year", "2017-18", "--source", "A paper"]
    assert outturn.run(*order, "--agreement", "a2", "--amount", "£1m") == 0, outturn.err
    (row,) = outturn.rows("budgets")
    assert (row["received_as_printed"], row["received_exactly"]) == ("£1m", False)
    assert row["received_pence"] == 100_000 + 100_000_000
    assert outturn.run(*order, "--agreement", "a2", "--amount", "£1m") == 0
    assert "recorded already" in outturn.out
    assert outturn.run(*order, "--agreement", "a3", "--amount", "not known") == 0, outturn.err


def test_what_will_be_known_is_not_known_yet(outturn: Terminal) -> None:
    with_a_fund(outturn)
    for day in ("2099-01-01", "2099-01-01T09:30"):
        assert outturn.run("show", "budgets", "--as-at", day) == 1
        assert f"{day} has not come yet" in outturn.err
    today = datetime.now(LONDON).date().isoformat()
    assert outturn.rows("budgets", "--as-at", today)[0]["received_pence"] == 100_000


def test_a_document_is_attached_with_its_file_and_not_by_an_order_alone(outturn: Terminal) -> None:
    with_a_fund(outturn)
    before = outturn.rows("timeline")
    assert outturn.run("do", "attach-document", "--award", "A1", "--sha256", "0" * 64) == 2
    assert "outturn attach AWARD FILE" in outturn.err
    assert outturn.run("do", "--help") == 0
    assert "attach-document" not in outturn.out
    assert outturn.rows("timeline") == before


def test_help_says_that_a_commitment_is_a_promise_within_the_year(outturn: Terminal) -> None:
    assert outturn.run("do", "approve-award", "--help") == 0
    assert "A commitment is a promise within the year" in " ".join(outturn.out.split())


def test_a_printed_budget_adds_up_once_money_has_gone_elsewhere(outturn: Terminal) -> None:
    with_a_fund(outturn)
    assert outturn.run("show", "budgets") == 0
    assert "Returned" not in outturn.out.split("Received is committed")[0]
    back = ["return-underspend", "--fund", "moj", "--year", "2017-18", "--returned", "r1", "--amount", "£100"]
    assert outturn.run("do", *back, "--how", "repaid", "--reason", "Not spent") == 0, outturn.err
    assert outturn.run("show", "budgets") == 0
    printed = outturn.out.split("Received is committed")[0]
    assert "Returned" in printed
    assert "Carried" not in printed
    assert "£900" in printed
