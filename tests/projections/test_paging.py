"""A list a page at a time: every row once and in order, also when others are added in between."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, create_engine, delete

from domain.errors import Refusal
from projections.acts import BLOCK, Acts, ActsRow
from projections.award_register import SORTS, AwardFilter, award_register
from projections.due_register import DueFilter, obligations
from projections.paging import Page, place_of
from projections.reminder_answers import ReminderFilter, reminder_register
from projections.rows import Rows
from projections.timelines import acts, happened_to
from projections.views import Views
from tests.projections.made_up import FULL, TODAY, Log, award_rows, events, made_up

AWARDS = 40
NO_PLACES: list[list[Any]] = [[1], ["a", "b"], [["a"]], [True], ["\0"]]


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """A database with an office in it."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def views(connection: Connection) -> Views:
    """The office."""
    return made_up(connection, AWARDS)


def leafed(ask: Callable[[str | None], Page], key: str) -> list[Any]:
    """What names the rows of every page, from the first to the last."""
    found: list[Any] = []
    after = None
    while True:
        page = ask(after)
        found += [row[key] for row in page.table.records()]
        if page.after is None:
            assert page.count == len(found)
            return found
        after = page.after


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 7, 40, 41])
def test_leafing_through_awards_shows_each_once_in_order(views: Views, sort: str, down: bool, limit: int) -> None:
    whole = award_register(views, AwardFilter(), sort, down=down, limit=200)
    shown = leafed(
        lambda after: award_register(views, AwardFilter(), sort, down=down, limit=limit, after=after), "award"
    )
    assert len(set(shown)) == whole.count == AWARDS
    assert shown == [row["award"] for row in whole.table.records()]
    rows = list(whole.table.records())
    keys: dict[str, Callable[[Any], Any]] = {
        "reference": lambda row: row["award"],
        "provider": lambda row: (row["provider"].lower(), row["award"]),
        "amount": lambda row: (-1 if row["amount_pence"] is None else row["amount_pence"], row["award"]),
        "end": lambda row: (row["ends_on"] or "9999-12-31", row["award"]),
    }
    assert rows == sorted(rows, key=keys[sort], reverse=down)


@pytest.mark.parametrize("limit", [1, 9, 100])
def test_leafing_through_what_is_owed_shows_each_once(views: Views, limit: int) -> None:
    wanted = DueFilter(standing="open")
    shown = leafed(lambda after: obligations(views, wanted, limit, after), "item")
    assert len(shown) == len(set(shown)) > 0


def test_a_row_added_before_the_place_is_not_shown_and_one_added_after_it_is() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as own:
        views = made_up(own, 12)
        first = award_register(views, AwardFilter(), limit=5)
        rows = Rows(own)
        for number in (0, 11):
            for row in award_rows(number, 12):
                if type(row).__name__ == "AwardRow":
                    row.award += "x"  # type: ignore[attr-defined]
                    rows.add(row)
        rows.write()
        rest = leafed_from(views, first.after)
        assert [row["award"] for row in first.table.records()] == [f"a{n:05}" for n in range(5)]
        assert rest == [*(f"a{n:05}" for n in range(5, 12)), "a00011x"]
    engine.dispose()


def leafed_from(views: Views, after: str | None) -> list[str]:
    """The awards of every page after a place."""
    found = []
    while after is not None:
        page = award_register(views, AwardFilter(), limit=3, after=after)
        found += [str(row["award"]) for row in page.table.records()]
        after = page.after
    return found


@pytest.mark.parametrize(
    "place",
    ["!", "W10", "bnVsbA", "e30", "é", "aaaaa", *(place_of(each) for each in NO_PLACES)],
)
def test_a_place_of_no_such_list_is_refused_and_not_repeated(views: Views, place: str) -> None:
    with pytest.raises(Refusal, match="first page") as refused:
        award_register(views, AwardFilter(), after=place)
    assert place == "!" or place not in str(refused.value)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_has_at_least_one_row_and_at_most_two_hundred(views: Views, limit: int) -> None:
    with pytest.raises(Refusal, match="1 to 200"):
        award_register(views, AwardFilter(), limit=limit)


def test_after_the_last_row_the_count_is_still_that_of_the_whole(views: Views) -> None:
    page = award_register(views, AwardFilter(), after=place_of(["zzz"]))
    assert (page.count, page.after, page.table.rows) == (AWARDS, None, ())


# filters


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (AwardFilter("YOUNG people A00007"), lambda row: row["award"] == "a00007"),
        (AwardFilter("provider 0004"), lambda row: row["provider"] == "Provider 0004"),
        (AwardFilter("100%"), lambda row: False),
        (AwardFilter("_"), lambda row: False),
        (AwardFilter(status="closed"), lambda row: row["status"] == "closed"),
        (AwardFilter(route="single-tender"), lambda row: row["route"] == "single-tender"),
        (AwardFilter(fund="cdrg", year="2017-18"), lambda row: row["funds"] == "cdrg 2017-18"),
        (AwardFilter(fund="cdrg", year="2018-19"), lambda row: False),
        (AwardFilter(provider="p0003"), lambda row: row["provider_reference"] in ("p0001", "p0002", "p0003")),
        (AwardFilter(provider="nobody"), lambda row: False),
        (AwardFilter(ends_before=TODAY), lambda row: row["ends_on"] and row["ends_on"] < TODAY.isoformat()),
    ],
)
def test_a_filter_finds_what_fits_and_nothing_else(
    views: Views, wanted: AwardFilter, fits: Callable[[dict[str, Any]], Any]
) -> None:
    everything = award_register(views, AwardFilter(), limit=200).table.records()
    found = award_register(views, wanted, limit=200)
    assert [row["award"] for row in found.table.records()] == [row["award"] for row in everything if fits(row)]
    assert found.count == len(found.table.rows)


def test_whoever_reaches_some_awards_finds_and_counts_those_alone(views: Views) -> None:
    mine = Views(views.connection, views.position, views.moment, views.history, frozenset({FULL, "a00002"}))
    found = award_register(mine, AwardFilter())
    assert (found.count, [row["award"] for row in found.table.records()]) == (2, [FULL, "a00002"])
    assert {row["award"] for row in obligations(mine, DueFilter()).table.records()} == {FULL, "a00002"}
    assert obligations(mine, DueFilter(award="a00003")).count == 0
    assert acts(mine).count == 0


def test_reminders_are_found_by_person_and_standing(views: Views) -> None:
    found = reminder_register(views, ReminderFilter(standing="refused"))
    assert {row["standing"] for row in found.table.records()} == {"refused"}
    positions = leafed(lambda after: reminder_register(views, ReminderFilter(), 7, after), "position")
    assert positions == sorted(positions, reverse=True)
    assert len(positions) == AWARDS


# timelines


def test_a_thing_is_leafed_through_from_its_last_event_to_its_first(views: Views) -> None:
    first = happened_to(views, f"award-{FULL}", 1)
    assert (first.count, [row["version"] for row in first.table.records()]) == (2, [2])
    second = happened_to(views, f"award-{FULL}", 1, int(first.after or 0))
    assert ([row["version"] for row in second.table.records()], second.after) == ([1], None)


@given(
    told=some.lists(
        some.tuples(some.integers(1, 3 * BLOCK), some.sampled_from("abc"), some.integers(0, 3)), min_size=1
    ),
    limit=some.integers(1, 6),
    by=some.sampled_from([None, "a", "b"]),
    days=some.sampled_from([(None, None), (0, 1), (2, None), (None, 2)]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_acts_are_leafed_through_whoever_did_them_and_on_whatever_days(
    connection: Connection, told: list[tuple[int, str, int]], limit: int, by: str | None, days: tuple[Any, Any]
) -> None:
    """Also where the clocks of two machines differ, so that days do not rise with positions."""
    of_position = {position: (who, day) for position, who, day in told}
    one = events(1)[0]
    log = Log(
        [
            one._replace(position=position, by=who, at=one.at + timedelta(days=day))
            for position, (who, day) in sorted(of_position.items())
        ]
    )
    connection.execute(delete(ActsRow.table))
    rows = Rows(connection, fresh=True)
    for recorded in log.recorded:
        Acts().apply(recorded, rows)
    rows.write()
    first, last = (None if day is None else one.at.date() + timedelta(days=day) for day in days)
    expected = [
        each.position
        for each in reversed(log.recorded)
        if by in (None, each.by) and (first or date.min) <= each.at.date() <= (last or date.max)
    ]
    views = Views(connection, 3 * BLOCK, one.at, log)
    found = leafed(lambda before: acts(views, by, first, last, limit, int(before) if before else None), "position")
    assert found == expected
