"""What pages ask: as many queries in a small office as in a large one, and never more than said."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from domain.kernel import Role
from projections.answers import due, overdue
from projections.award_register import SORTS, AwardFilter, award_register
from projections.case_file import case_file
from projections.due_register import DueFilter, obligations
from projections.fund_charts import funds_chart
from projections.provider_page import provider_page
from projections.reminder_answers import ReminderFilter, reminder_register, reminders
from projections.side_by_side import side_by_side
from projections.timelines import acts, happened_around, happened_to
from projections.today import today
from projections.views import Views
from tests.conftest import PostgreSQL
from tests.projections.made_up import FULL, YEAR, counted, made_up

DIALECTS = ("sqlite", "postgresql")
SIZES = (30, 300)


@contextmanager
def empty(dialect: str, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection to an empty database."""
    with ExitStack() as opened:
        address = "sqlite://"
        if dialect == "postgresql":
            server: PostgreSQL = request.getfixturevalue("postgresql")
            found = server.new()
            opened.callback(server.drop, found)
            address = found.replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(address)
        opened.callback(engine.dispose)
        yield opened.enter_context(engine.connect())


@pytest.fixture(scope="module", params=DIALECTS)
def offices(request: pytest.FixtureRequest) -> Iterator[list[Views]]:
    """Two offices over one kind of database, the second ten times as large."""
    with ExitStack() as opened:
        found = []
        for size in SIZES:
            connection = opened.enter_context(empty(request.param, request))
            found.append(made_up(connection, size))
            connection.execute(text("ANALYZE"))
            connection.commit()  # on PostgreSQL it holds on to tables that all databases share
        yield found


Question = Callable[[Views], Any]

QUESTIONS: dict[str, tuple[int, Question]] = {
    **{f"today of a {role.value}": (7, partial(today, role=role, provider="p0001")) for role in Role},
    **{f"awards by {sort}": (2, partial(award_register, wanted=AwardFilter(), sort=sort)) for sort in SORTS},
    "awards searched for": (3, lambda views: award_register(views, AwardFilter("young provider", provider="p0001"))),
    "what is overdue": (1, lambda views: obligations(views, DueFilter(standing="overdue"))),
    "obligations of a provider": (2, lambda views: obligations(views, DueFilter(provider="p0001"))),
    "the answer due": (1, due),
    "the answer overdue": (1, overdue),
    "a case file": (5, lambda views: case_file(views, FULL)),
    "the timeline of an award": (2, lambda views: happened_to(views, f"award-{FULL}")),
    # of the log once for the award, and for each of its reports and obligations
    "the timeline around an award": (13, lambda views: happened_around(views, FULL)),
    "the acts of a person": (4, lambda views: acts(views, "officer-3")),
    "the acts of a period": (4, lambda views: acts(views, None, date(2018, 4, 3), date(2018, 4, 4))),
    "a provider": (6, lambda views: provider_page(views, "p0001")),
    "reminders of an award": (1, lambda views: reminders(views, FULL)),
    "reminders that failed": (1, lambda views: reminder_register(views, ReminderFilter(standing="refused"))),
    "a report beside the last": (3, lambda views: side_by_side(views, FULL, "2017-18-h2")),
    "the funds of a year": (3, lambda views: funds_chart(views, YEAR)),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_asks_as_often_however_large_the_office(offices: list[Views], question: str) -> None:
    most, ask = QUESTIONS[question]
    asked = []
    for views in offices:
        with counted(views) as count:
            ask(views)
        asked.append(count.queries)
    assert asked[0] == asked[1]
    assert asked[0] <= most


@pytest.mark.parametrize("role", Role)
def test_a_list_of_today_shows_twenty_rows_at_most_and_says_how_many_there_are(
    offices: list[Views], role: Role
) -> None:
    for page in today(offices[1], role, "p0001").lists:
        assert len(page.table.rows) <= 20
        assert len(page.table.rows) <= page.count
        assert {len(row) for row in page.table.rows} <= {len(page.table.columns)}


def test_the_lists_of_today_hold_what_is_in_their_rows_alone(offices: list[Views]) -> None:
    manager = {page.table.name: page for page in today(offices[0], Role.CONTRACT_MANAGER).lists}
    assert list(manager) == [
        *("overdue", "due-soon", "reports-to-review", "payments-waiting", "messages-failed", "awards-ending"),
    ]
    assert all(page.count for page in manager.values())
    assert all(row["days_late"] for row in manager["overdue"].table.records())
    assert {row["status"] for row in manager["reports-to-review"].table.records()} == {"submitted", "corrected"}
    assert {row["waits_for"] for row in manager["payments-waiting"].table.records()} == {"The spend plan"}
    finance = {page.table.name: page for page in today(offices[0], Role.FINANCE).lists}
    assert {row["waits_for"] for row in finance["payments-due"].table.records()} == {None}
    assert [row["waiting_for"] for row in finance["returns-open"].table.records()] == [2]
    assert [row["fund"] for row in finance["allocations-to-confirm"].table.records()] == ["vru", "cdrg"]
    over = [(row["fund"], row["ring_fence"], row["over_pence"]) for row in finance["over-committed"].table.records()]
    assert over == [("vru", "", 999_995), ("cdrg", "", 999_995), ("moj-victims", "labour", 15)]


def test_a_provider_sees_what_it_and_those_joined_to_it_owe_and_nothing_of_others(offices: list[Views]) -> None:
    lists = today(offices[1], Role.PROVIDER, "p0003").lists
    owed = [row for page in lists for row in page.table.records()]
    assert {row["provider"] for row in owed} <= {f"Provider {number:04}" for number in (1, 2, 3)}
    assert len({row["provider"] for row in owed}) > 1


def test_a_job_is_late_once_a_slot_has_passed_for_which_it_did_not_run(offices: list[Views]) -> None:
    views = offices[0]
    jobs, bounced, facts = today(views, Role.ADMINISTRATOR, expected={"queue-reminders": views.moment}).lists
    assert [(row["job"], row["standing"]) for row in jobs.table.records()] == [
        ("queue-reminders", "late"),
        ("seal-log", "failed"),
    ]
    assert bounced.count == len({row["person"] for row in bounced.table.records()}) > 0
    assert {row["what"]: row["count"] for row in facts.table.records()}["Awards"] == SIZES[0]


def test_an_auditor_sees_the_last_events_and_the_last_seal(offices: list[Views]) -> None:
    latest, seal = today(offices[0], Role.AUDITOR).lists
    assert next(latest.table.records())["position"] == offices[0].position
    assert [(row["happened"], row["version"]) for row in seal.table.records()] == [("Log sealed", 2)]
