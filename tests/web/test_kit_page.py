"""A page as it is answered: escaped, strict, with its headers; and the parts it is made of."""

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from domain.charts import Chart
from domain.tables import Cell, Column, Missing, Table, cell
from services.web.drawing import drawings, inline
from services.web.page import STATIC, BareDesk, day, environment, moment, plural, render
from services.web.shapes import as_at, entries
from services.web.standings import COLOURS, colour, in_plain_words
from services.web.tabular import laid_out
from tests.web.kit_sample import DESK, NASTY, TODAY, chart, context, kit_environment, obligations
from tests.web.strict import parse_strictly, text

REQUEST = Request({"type": "http", "method": "GET", "path": "/overdue", "headers": [], "query_string": b""})


def sample(asked: Mapping[str, str] | None = None, **more: Any) -> str:
    kit_environment()
    return bytes(render(REQUEST, "sample.html", **{"desk": DESK, **context(6, asked), **more}).body).decode()


def part(source: str, **given: Any) -> str:
    return environment().from_string(source).render(**given)


TABLE = '{% from "parts/table.html" import table_of %}{{ table_of(table) }}'


def test_a_page_with_every_part_is_strict_html() -> None:
    page = parse_strictly(sample())
    assert text(page.find(".//title")) == f"Overdue monitoring - {DESK.office_name}"
    assert text(page.find(".//h1")) == "Overdue monitoring"


def test_a_page_with_faults_says_so_in_its_title_and_leads_to_the_field() -> None:
    page = parse_strictly(sample({"as-at-day": "31", "as-at-month": "2", "as-at-year": "2026"}))
    assert text(page.find(".//title")).startswith("Error: ")
    summary = page.find(".//*[@data-module='govuk-error-summary']")
    assert summary is not None
    assert [link.get("href") for link in summary.iter("a")] == ["#as-at-day"]
    typed = {field.get("name"): field.get("value") for field in page.iter("input")}
    assert (typed["as-at-day"], typed["as-at-month"], typed["as-at-year"]) == ("31", "2", "2026")


def test_what_people_wrote_is_shown_as_they_wrote_it_and_never_run() -> None:
    page = parse_strictly(sample())
    shown = NASTY.replace("\x00", "\ufffd").replace("\x0c", "\ufffd")
    cells = [text(found) for found in page.iter() if found.tag in ("td", "th")]
    assert cells.count(" ".join(shown.split())) == 3  # in the table, and in the figures of both charts
    assert "alert(1)</script>" not in sample()
    assert not list(page.iter("b"))


def test_a_page_may_load_and_send_to_nothing_but_its_own_office_and_is_kept_nowhere() -> None:
    kit_environment()
    answers = [render(REQUEST, "sample.html", desk=DESK, **context()) for _ in range(2)]
    policies = [answer.headers["content-security-policy"] for answer in answers]
    nonces = [re.findall(r"'nonce-([^']+)'", policy)[0] for policy in policies]
    assert nonces[0] != nonces[1]
    assert policies[0] == (
        f"default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self' 'nonce-{nonces[0]}'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; font-src 'self'"
    )
    assert f'nonce="{nonces[0]}"' in bytes(answers[0].body).decode()
    assert answers[0].headers["cache-control"] == "no-store"
    assert answers[0].headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("template", ["wrong-name.html", "wrong-part.html"])
def test_a_name_that_a_template_is_not_given_is_an_error_and_no_empty_place(template: str) -> None:
    kit_environment()
    with pytest.raises(UndefinedError):
        render(REQUEST, template, desk=DESK)


def test_a_public_page_has_no_account_no_navigation_and_no_banner() -> None:
    page = parse_strictly(sample(desk=BareDesk("Office of a made-up area", csrf="for-the-forms-of-the-sample")))
    words = text(page)
    assert "Sign out" not in words
    assert "demonstration" not in words
    assert "The milestone was logged" not in words
    assert not [found for found in page.iter("nav") if found.get("aria-label") == "Main"]


def test_whoever_is_signed_in_is_named_and_can_sign_out_by_a_posted_form() -> None:
    page = parse_strictly(sample())
    form = next(form for form in page.iter("form") if form.get("action") == "/sign-out")
    assert form.get("method") == "post"
    assert "Signed in as A contract manager" in text(page)
    current = [link for link in page.iter("a") if link.get("aria-current") == "page"]
    assert [text(link) for link in current] == ["Home"]


def test_an_error_page_says_what_where_what_to_do_and_a_reference() -> None:
    answer = render(
        REQUEST,
        "error.html",
        desk=BareDesk("Office of a made-up area"),
        status=409,
        wrong="The award has changed",
        where="Somebody else changed it while your form was open.",
        what_to_do=("Look at it again.", "Then send the form once more."),
        lead=None,
        reference="made-up-7",
    )
    page = parse_strictly(bytes(answer.body).decode())
    assert answer.status_code == 409
    assert text(page.find(".//h1")) == "The award has changed"
    assert [text(said) for main in page.iter("main") for said in main.iter("p")] == [
        "Somebody else changed it while your form was open.",
        "Look at it again.",
        "Then send the form once more.",
        "If you ask for help, give this reference: made-up-7",
    ]


@pytest.mark.parametrize(("total", "again"), [(None, 2), (0, 2), (300, 2), (300, None)])
def test_a_progress_page_looks_again_without_scripts_until_the_work_is_over(
    total: int | None, again: int | None
) -> None:
    answer = render(
        REQUEST,
        "progress.html",
        desk=DESK,
        doing="Loading",
        done=0,
        total=total,
        counted="rows",
        again=again,
        lead=("Home", "/"),
    )
    page = parse_strictly(bytes(answer.body).decode())
    assert len(page.findall(".//noscript/meta")) == (0 if again is None else 1)
    bar = page.find(".//progress")
    assert bar is not None
    assert bar.get("max") == ("300" if total else None)


# Tables


def test_figures_are_to_the_right_and_what_is_missing_is_said_in_words() -> None:
    laid = laid_out(obligations(4))
    assert [heading.words for heading in laid.headings] == [
        "Award",
        "Service",
        "Provider",
        "Due",
        "Days late",
        "Left",
        "Standing",
    ]
    places = [(*line.names, *line.places) for line in laid.lines]
    assert places[0][5].words == "£123,456.50"
    assert "app-table__numeric" in places[0][5].css
    assert (places[1][2].words, "app-missing" in places[1][2].css) == ("not known", True)
    assert (places[3][5].words, "app-missing" in places[3][5].css) == ("suppressed", True)
    assert places[0][3].words == "30 September 2026"


def test_detail_is_left_out_unless_asked_for_and_other_columns_on_request() -> None:
    assert len(laid_out(obligations(1), detail=True).headings) == 8
    assert len(laid_out(obligations(1), without=["days", "left"]).headings) == 5


def test_a_column_that_the_table_does_not_have_is_the_pages_mistake() -> None:
    with pytest.raises(ValueError, match="overdue has no column nothing"):
        laid_out(obligations(1), tags=["nothing"])


def test_a_cell_leads_where_the_page_says_by_the_values_of_its_row_and_a_missing_one_nowhere() -> None:
    laid = laid_out(obligations(2), links={"provider": lambda row: f"/p/{row['name']}", "service": lambda row: None})
    assert [line.places[1].href for line in laid.lines] == ["/p/report-0", None]
    assert [line.places[0].href for line in laid.lines] == [None, None]


def test_a_table_has_one_head_to_each_row_unless_it_begins_with_figures() -> None:
    rows = tuple((cell(number), cell("x")) for number in range(2))
    table = Table(
        name="t", title="T", columns=(Column(key="n", title="N", kind="count"), Column(key="x", title="X")), rows=rows
    )
    assert 'scope="row"' not in part(TABLE, table=table)
    assert part(TABLE, table=obligations(3)).count('scope="row"') == 3


def test_an_empty_table_says_so_in_words_and_keeps_its_notes() -> None:
    shown = part(TABLE, table=obligations(0))
    assert "<table" not in shown
    assert "There is nothing to show." in shown
    assert "Monitoring returns past their due date" in shown
    assert "As at 20 November 2026." in shown


def test_a_bounded_count_and_an_empty_text_are_never_shown_as_nothing() -> None:
    columns = (Column(key="a", title="A"), Column(key="b", title="B", kind="count"))
    table = Table(name="t", title="T", columns=columns, rows=((cell(""), Cell(at_least=5)),))
    line = laid_out(table).lines[0]
    assert [place.words for place in (*line.names, *line.places)] == ["none", "at least 5"]


def test_a_standing_is_on_the_same_colour_however_it_is_written() -> None:
    assert colour("sent-back") == colour("Sent back") == "orange"
    assert colour("never heard of") == "blue"
    assert in_plain_words("nil-return") == "Nil return"
    every = [standing for standings in COLOURS.values() for standing in standings]
    assert len(every) == len(set(every))


def test_every_colour_of_a_tag_is_one_that_the_style_sheet_has() -> None:
    css = (STATIC / "app.css").read_text(encoding="utf-8")
    assert [shade for shade in COLOURS if f".govuk-tag--{shade}" not in css] == []


# Charts


def test_a_drawing_in_a_page_has_no_style_of_its_own_and_says_what_it_shows() -> None:
    (drawn,) = drawings(chart())
    assert " style=" not in drawn
    assert "<style" not in drawn
    assert 'fill="#1d70b8"' in drawn
    assert 'text-anchor="end"' in drawn
    assert 'aria-labelledby="budget-chart-1-title budget-chart-1-description"' in drawn
    assert "of £446,000" in drawn.replace("Of", "of")
    assert "<b>" not in drawn


def test_the_same_chart_is_drawn_once_and_two_charts_share_no_id() -> None:
    assert drawings(chart()) is drawings(chart())
    ids = [set(re.findall(r' id="([^"]+)"', drawings(chart(name))[0])) for name in ("budget-chart", "another-chart")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_pattern_that_a_drawing_asks_for_is_in_it() -> None:
    (drawn,) = drawings(chart())
    asked = set(re.findall(r"url\(#([^)]+)\)", drawn)) | set(re.findall(r'href="#([^"]+)"', drawn))
    assert asked
    assert asked <= set(re.findall(r' id="([^"]+)"', drawn))


def test_a_chart_of_nothing_says_so() -> None:
    nothing = Chart(name="n", title="Spend", alt="", unit="pence", label="Fund", categories=(), series=())
    source = '{% from "parts/chart.html" import chart_of %}{{ chart_of(chart) }}'
    assert "There is nothing to draw." in part(source, chart=nothing)


def test_a_style_that_is_no_attribute_is_left_to_the_page() -> None:
    words = b'<text style="font-family: X; fill: red">a &lt;b</text>'
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="1pt">' + words + b"</svg>"
    drawn = inline(svg, "n", "T & t", "D")
    assert "X" not in drawn
    assert 'fill="red">a &lt;b</text>' in drawn
    assert "T &amp; t" in drawn
    assert "width" not in drawn


def test_pages_without_charts_never_load_what_draws_them() -> None:
    code = "import sys, services.web.page; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Words


def test_days_moments_and_numbers_are_written_as_gov_uk_writes_them() -> None:
    assert day(date(2017, 10, 30)) == day("2017-10-30") == "30 October 2017"
    assert day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == day("2026-06-30T23:30:00+00:00") == "1 July 2026"
    assert moment("2026-11-19T08:00:00+00:00") == "19 November 2026 at 8:00am"
    assert moment(datetime(2026, 6, 1, 11, 5, tzinfo=UTC)) == "1 June 2026 at 12:05pm"
    assert (plural(1, "return"), plural(0, "return"), plural(1_200, "entry", "entries")) == (
        "1 return",
        "0 returns",
        "1,200 entries",
    )


# The day that a page is asked of


@pytest.mark.parametrize(
    ("asked", "wrong", "field"),
    [
        ({"as-at-day": "31", "as-at-month": "2", "as-at-year": "2026"}, "must be a real date", "as-at-day"),
        ({"as-at-day": "1", "as-at-year": "2026"}, "must include a month", "as-at-month"),
        ({"as-at-day": "21", "as-at-month": "11", "as-at-year": "2026"}, "today or in the past", "as-at-day"),
        ({"as-at": "tomorrow"}, "must be a real date", "as-at-day"),
        ({"as-at-day": "x" * 5000}, "must include a month", "as-at-month"),
    ],
)
def test_a_day_that_cannot_be_understood_comes_back_with_the_reason(
    asked: dict[str, str], wrong: str, field: str
) -> None:
    picked = as_at(asked, TODAY)
    assert picked.day is None
    assert picked.fault is not None
    assert wrong in picked.fault.words
    assert picked.fault.field == field


def test_a_day_is_picked_by_its_three_parts_or_whole_and_none_means_today() -> None:
    parts = {"as-at-day": " 9 ", "as-at-month": "05", "as-at-year": "2017"}
    assert as_at(parts, TODAY).day == as_at({"as-at": "2017-05-09"}, TODAY).day == date(2017, 5, 9)
    assert as_at({}, TODAY) == as_at({"as-at-day": " "}, TODAY)
    assert as_at({}, TODAY).day is None


def test_the_timeline_answer_becomes_the_lines_of_a_timeline() -> None:
    keys = ("at", "noun", "reference", "happened", "particulars", "by")
    columns = tuple(Column(key=key, title=key.capitalize(), kind="moment" if key == "at" else "text") for key in keys)
    row = (
        *map(cell, ("2026-11-19T08:00:00+00:00", "award", "A-1", "Award approved")),
        Cell(missing=Missing.NOT_KNOWN),
        cell("x"),
    )
    (entry,) = entries(Table(name="timeline", title="Timeline", columns=columns, rows=(row,)))
    assert (entry.title, entry.by, entry.words) == ("Award approved", "x", "")
    source = '{% from "parts/timeline.html" import timeline %}{{ timeline(entries) }}'
    assert "19 November 2026 at 8:00am" in part(source, entries=[entry])
    assert "Nothing has happened yet." in part(source, entries=[])
