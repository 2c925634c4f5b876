"""Lists over HTTP: filtered, sorted, a piece at a time, as JSON or CSV, as they are or as they were."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domain.awards.milestone_commands import PlanMilestone
from services.asking import LISTS
from services.office import Office
from tests.api.conftest import Building, furnish
from tests.scenes import awarded, do

HOW_MANY = 25


@pytest.fixture
def furniture() -> Callable[[Office], None]:
    """The usual office, and a milestone on each of twenty-five days."""

    def fill(office: Office) -> None:
        furnish(office)
        for number in range(HOW_MANY):
            day = date(2017, 11, 1) + timedelta(days=number)
            title = f"Stage {number:02}"
            do(office, PlanMilestone(award="a2", milestone=f"m{number:02}", title=title, due_on=day))

    return fill


def rows(building: Building, path: str, who: str = "finance") -> list[dict[str, Any]]:
    """The lines of a list."""
    answer = building.get(who, path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def refused(building: Building, path: str) -> str:
    """Why a list is not given."""
    answer = building.get("finance", path)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed"), answer.text
    return str(answer.json()["detail"])


def test_a_list_is_filtered_by_any_column(building: Building) -> None:
    assert {row["award"] for row in rows(building, "/api/awards")} == {"a1", "a2", "b1"}
    assert {row["award"] for row in rows(building, "/api/awards?provider=Remedi")} == {"b1"}
    assert rows(building, "/api/awards?award=a1&provider=Remedi") == []
    assert len(rows(building, "/api/due?title=stage%2003")) == 1  # in whatever letters
    days = rows(building, "/api/due?due_on_from=2017-11-03&due_on_to=2017-11-05&award=a2")
    assert [row["due_on"] for row in days] == ["2017-11-03", "2017-11-04", "2017-11-05"]
    assert [row["award"] for row in rows(building, "/api/awards?award=A1")] == ["a1"]


def test_words_are_looked_for_in_the_whole_line(building: Building) -> None:
    assert [row["title"] for row in rows(building, "/api/due?q=a2%20STAGE%2007")] == ["Stage 07"]
    assert rows(building, "/api/due?q=no%20such%20words") == []


def test_a_list_is_sorted_up_and_down_by_size_and_not_by_letters(building: Building) -> None:
    up = [row["days"] for row in rows(building, "/api/due?sort=days")]
    down = [row["days"] for row in rows(building, "/api/due?sort=-days")]
    assert up == sorted(up)
    assert down == sorted(up, reverse=True)
    assert max(up) > 99 > 9 >= min(len(str(day)) for day in up)


@pytest.mark.parametrize("sort", ["", "&sort=title", "&sort=-due_on"])
def test_the_pieces_of_a_list_are_the_whole_list(building: Building, sort: str) -> None:
    whole = rows(building, f"/api/due?limit=1000{sort}")
    found: list[dict[str, Any]] = []
    path: str | None = f"/api/due?limit=7{sort}"
    while path is not None:
        answer = building.get("finance", path)
        said = answer.json()
        assert said["of"] == len(whole)
        assert len(said["rows"]) <= 7
        found += said["rows"]
        assert ("link" in answer.headers) == (said["next"] is not None)
        link = answer.headers.get("link")
        path = link.partition(">")[0].removeprefix("<") if link else None
    assert found == whole


def test_what_comes_in_between_moves_no_line_out_of_a_list(building: Building) -> None:
    first = building.get("finance", "/api/due?limit=10&award=a2").json()
    do(
        building.desk.office,
        *(
            PlanMilestone(award="a2", milestone=f"early{number}", title="Early", due_on=date(2017, 10, 20 + number))
            for number in range(3)
        ),
    )
    second = building.get("finance", f"/api/due?limit=10&award=a2&after={first['next']}").json()
    assert [row["title"] for row in second["rows"]] == [f"Stage {number:02}" for number in range(10, 20)]


def test_csv_is_the_same_list_without_an_end(building: Building) -> None:
    answer = building.get("finance", "/api/due?award=a2", {"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["vary"] == "Accept"
    told = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["title"] for line in told] == [row["title"] for row in rows(building, "/api/due?award=a2&limit=1000")]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("text/csv;q=0, */*;q=0.1", "application/json"),
        ("text/html, text/*;q=0.3", "text/csv"),
        ("application/xml", None),
        ("application/json;q=0", None),
        ("application/json;q=much", None),
    ],
)
def test_the_kind_that_accept_likes_best_is_given(building: Building, accept: str, kind: str | None) -> None:
    answer = building.get("finance", "/api/awards", {"accept": accept})
    if kind is None:
        assert (answer.status_code, answer.json()["type"]) == (406, "/problems/not-acceptable")
    else:
        assert answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("colour=red", "There is no such filter"),
        ("sort=colour", "name of a column"),
        ("limit=0", "from 1 to 1,000"),
        ("limit=1001", "from 1 to 1,000"),
        ("limit=many", "from 1 to 1,000"),
        ("limit=5&limit=6", "say it once"),
        ("after=nonsense", "as it is"),
        ("after=WzEsMl0", "as it is"),
        ("on=2017-09-30", "what held on a day"),
        ("as_at=someday", "as_at"),
    ],
)
def test_what_cannot_be_asked_is_refused(building: Building, asked: str, words: str) -> None:
    assert words in refused(building, f"/api/awards?{asked}")


def test_a_list_can_be_had_as_it_was(building: Building) -> None:
    before = building.desk.office.log.head()
    do(building.desk.office, *awarded("a3", 1_000))
    assert "a3" in {row["award"] for row in rows(building, "/api/awards")}
    then = building.get("finance", f"/api/awards?as_at={before}")
    assert {row["award"] for row in then.json()["rows"]} == {"a1", "a2", "b1"}
    assert then.headers["x-log-position"] == str(then.json()["position"]) == str(before)


def test_figures_can_be_had_as_they_held_on_a_day(building: Building) -> None:
    [now] = rows(building, "/api/budgets")
    [then] = rows(building, "/api/budgets?on=2017-01-01")
    assert now["committed_pence"] == 3_500_000
    assert then["committed_pence"] in (0, 3_500_000)
    assert "day" in refused(building, "/api/budgets?on=yesterday")


def test_somebody_who_reaches_some_awards_sees_their_lines_alone(building: Building) -> None:
    for who, award in (("manager-of-a1", {"a1"}), ("certifier", {"a1", "a2"}), ("other-provider", {"b1"})):
        for name in ("awards", "due", "payments", "reports"):
            found = {row["award"] for row in rows(building, f"/api/{name}?limit=1000", who)}
            assert found <= award, (who, name)
        assert {row["award"] for row in rows(building, "/api/awards", who)} == award
        assert rows(building, "/api/awards?q=b1", who) == [] or "b1" in award


@pytest.mark.parametrize("name", list(LISTS))
def test_every_list_answers_in_an_office_and_says_how_far_it_has_read(building: Building, name: str) -> None:
    said = building.get("everything", f"/api/{name}").json()
    assert said["position"] == building.desk.office.log.head()
    assert {each["key"] for each in said["columns"]} >= {key for row in said["rows"] for key in row} - {
        "missing",
        "words",
    }


def test_every_thing_has_a_history_with_its_version(building: Building) -> None:
    for path, last in (("awards/a1", "award"), ("funds/moj-victims/2017-18", "fund"), ("providers/embrace", "prov")):
        answer = building.get("auditor", f"/api/{path}/history")
        assert answer.status_code == 200, last
        assert answer.headers["etag"] == f'"{answer.json()["of"]}"'
    for path in ("awards/zz", "awards/-", "jobs/deliver-reminders/soon", "reminders/a/b/c/d", "seals/log"):
        missing = building.get("auditor", f"/api/{path}/history")
        assert (missing.status_code, missing.json()["detail"]) == (404, "There is nothing of that name.")


def test_the_events_behind_a_figure_add_up(building: Building) -> None:
    answer = building.get("finance", "/api/funds/moj-victims/2017-18/explain/committed_pence")
    assert answer.status_code == 200
    assert answer.json()["of"] >= 3
    other = building.get("finance", "/api/funds/moj-victims/2017-18/explain/colour")
    assert other.status_code in (404, 409, 422)
    assert "colour" not in other.json()["detail"]
