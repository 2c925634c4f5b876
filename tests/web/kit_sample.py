"""A small application that shows every part of a page once, on made-up figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import ChoiceLoader, DictLoader, Environment

from domain.charts import Chart, Series
from domain.kernel import Role
from domain.tables import Cell, Column, Missing, Table, cell
from services.web.page import STATIC, BareDesk, environment, render
from services.web.shapes import Entry, Fault, Filter, as_at

TODAY = date(2026, 11, 20)
NASTY = 'A "quoted" <b>bold</b> & \x00\x0c name </table><script>alert(1)</script>'


class Somebody:
    """Somebody who is signed in, made up."""

    name = "A contract manager"
    roles = frozenset({Role.CONTRACT_MANAGER})
    person = "person-1"


DESK = BareDesk(
    office_name="Office of the Police and Crime Commissioner for a made-up area",
    demonstration=True,
    signed_in=Somebody(),
    navigation=(("Home", "/", True), ("Awards", "/awards", False), ("Money", "/money", False), ("Log", "/log", False)),
    csrf="a-token-made-up-for-the-test",
    banner="The milestone was logged.",
)
COLUMNS = (
    Column(key="award", title="Award"),
    Column(key="service", title="Service"),
    Column(key="provider", title="Provider"),
    Column(key="due_on", title="Due", kind="date"),
    Column(key="days", title="Days late", kind="count"),
    Column(key="left", title="Left", kind="pence"),
    Column(key="standing", title="Standing"),
    Column(key="name", title="Name", detail=True),
)


def obligations(rows: int, name: str = "overdue") -> Table:
    """So many made-up lines, as the register of what is due has them."""
    standings = ("owed", "met", "nil-return", "waived", "sent-back", "overdue", "approved", "something new")
    return Table(
        name=name,
        title="Monitoring returns past their due date",
        columns=COLUMNS,
        rows=tuple(
            (
                cell(f"2026-{number:04}"),
                cell(NASTY if number == 2 else "Countywide support service for people after a crime"),
                cell(None, missing=Missing.NOT_KNOWN) if number == 1 else cell("A made-up provider"),
                cell(date(2026, 9, 30)),
                cell(37 - number % 30),
                Cell(missing=Missing.SUPPRESSED) if number % 7 == 3 else cell(12_345_650 - number * 100_001),
                cell(standings[number % len(standings)]),
                cell(f"report-{number}"),
            )
            for number in range(rows)
        ),
        notes=("As at 20 November 2026.", NASTY),
    )


def chart(name: str = "budget-chart", title: str = "Budget and payments, 2026 to 2027") -> Chart:
    """A made-up budget, drawn."""
    return Chart(
        name=name,
        title=title,
        alt="Of £446,000 for the hub £228,000 is paid; what is paid for counselling is not known.",
        unit="pence",
        label="Fund",
        categories=("Victim and witness hub", NASTY, "Restorative justice"),
        series=(
            Series(name="budget", title="Budget", cells=(cell(44_600_000), cell(21_300_000), cell(5_275_000))),
            Series(
                name="paid", title="Paid", cells=(cell(22_800_000), Cell(missing=Missing.NOT_KNOWN), cell(-220_000))
            ),
        ),
        notes=("Made up.",),
    )


def _award(row: Mapping[str, Any]) -> str:
    return f"/awards/{row['award']}"


PARTS = """
{% extends "base.html" %}
{% from "parts/table.html" import table_of %}
{% from "parts/chart.html" import chart_of %}
{% from "parts/timeline.html" import timeline %}
{% from "parts/tag.html" import tag %}
{% from "parts/pages.html" import older_and_newer %}
{% from "parts/form.html" import csrf, filters_form, as_at_form %}
{% from "parts/banner.html" import notice %}
{% block title %}Overdue monitoring{% endblock %}
{% block back %}<a class="govuk-back-link" href="/">Back</a>{% endblock %}
{% block matter %}
{{ notice("The return of the first half-year is open.") }}
<p class="govuk-body">As at {{ today | day }}. {{ table.rows | length | plural("return") }} are overdue; the largest is
{{ 44600000 | pounds }}. Standing: {{ tag("sent-back") }} {{ tag("met") }} {{ tag("owed") }} {{ tag("unheard of") }}</p>
{{ as_at_form("/", picked, keep={"q": "abc"}) }}
{{ filters_form("/", filters, keep={"as-at": "2026-11-19"}) }}
{% call(row) table_of(table, links={"award": award}, tags=["standing"], action="Remind") %}
<form class="app-form-inline" method="post" action="/remind/{{ row.award }}">{{ csrf(desk) }}
<button class="govuk-button govuk-button--secondary govuk-!-margin-bottom-0">Remind<span class="govuk-visually-hidden">
of {{ row.name }}</span></button></form>
{% endcall %}
{{ older_and_newer(newer="/?before=1", older="/?after=9") }}
<h2 class="govuk-heading-l">Money</h2>
{{ chart_of(chart) }}
{{ chart_of(another) }}
{{ table_of(empty, empty="Nothing is overdue.") }}
<h2 class="govuk-heading-l">Recent activity</h2>
{{ timeline(entries) }}
{% endblock %}
"""


def kit_environment() -> Environment:
    """The environment of the pages with the sample beside them."""
    found = environment()
    loader = found.loader
    assert isinstance(loader, ChoiceLoader)
    if not any(isinstance(each, DictLoader) for each in loader.loaders):
        wrong = {"wrong-name.html": "{{ no_such_name }}", "wrong-part.html": "{{ desk.no_such_part }}"}
        loader.loaders = [*loader.loaders, DictLoader({"sample.html": PARTS, **wrong})]
    return found


def context(rows: int = 6, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the sample page is given."""
    picked = as_at(asked or {}, TODAY)
    return {
        "table": obligations(rows),
        "empty": obligations(0, "nothing"),
        "award": _award,
        "chart": chart(),
        "another": chart("another-chart", "The year before"),
        "today": TODAY,
        "picked": picked,
        "filters": [
            Filter("stream", "Funding stream", "b", (("", "All streams"), ("b", "Victims' services"))),
            Filter("q", "Search", NASTY.replace("\x00", "")),
        ],
        "entries": [
            Entry("Reminder sent", "2026-11-19T08:00:00+00:00", "the scheduler", "To a provider.", None, "reminder"),
            Entry("Return accepted", "2026-10-12T13:05:00+00:00", NASTY, NASTY, "/awards/2026-0001", "accepted"),
        ],
        "faults": [picked.fault, Fault("Something else is wrong")] if picked.fault else (),
    }


def app() -> FastAPI:
    """The sample, to be served."""
    kit_environment()
    found = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    found.mount("/static", StaticFiles(directory=STATIC))

    @found.get("/")
    def sample(request: Request, rows: int = 6) -> HTMLResponse:
        return render(request, "sample.html", desk=DESK, **context(rows, request.query_params))

    @found.get("/error")
    def error(request: Request) -> HTMLResponse:
        return render(
            request,
            "error.html",
            desk=BareDesk("Office of a made-up area"),
            status=404,
            wrong="There is no such award",
            where="It was looked for in the register of awards.",
            what_to_do="Check the reference, or look for the award in the register.",
            lead=("The register of awards", "/awards"),
            reference="made-up-1",
        )

    looks: dict[str, int] = {"times": 0}

    @found.get("/progress")
    def progress(request: Request) -> HTMLResponse:
        looks["times"] += 1
        over = looks["times"] > 3
        return render(
            request,
            "progress.html",
            desk=DESK,
            doing="The awards sheet is loaded" if over else "Loading the awards sheet",
            done=min(looks["times"] * 500, 2000),
            total=2000,
            counted="rows",
            again=None if over else 1,
            lead=("Home", "/"),
        )

    return found
