"""A report beside the one before: what changed, in its own unit; and what is not known is not nought."""

from typing import Any

import pytest

from domain.errors import NotFound
from domain.reports.commands import CorrectReport, SubmitReport
from domain.tables import Missing, Table, shown
from projections.side_by_side import side_by_side
from projections.views import Views
from services.office import Office
from tests.scenes import PROVIDER, awarded, do, fund_with, reported


def lines(table: Table) -> dict[str, dict[str, str]]:
    """Each line as people read it, by its code."""
    found = [
        {column.key: shown(column, cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows
    ]
    return {line["key"]: line for line in found}


def beside(office: Office, period: str) -> dict[str, dict[str, str]]:
    """The lines of a period's report beside the one before."""
    with office.reading() as views:
        return lines(side_by_side(views, "a1", period))


@pytest.fixture
def award(office: Office) -> Office:
    """An office with one award."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300, ends_on=None))
    return office


def test_each_figure_stands_beside_what_it_was_in_its_own_unit(award: Office) -> None:
    do(award, reported("a1", "2017-18-q1", referrals=10, spend=1_250_00, posts_funded=250, waiting=0))
    do(award, reported("a1", "2017-18-q2", referrals=14, spend=1_000_00, posts_funded=300, waiting=0))
    found = beside(award, "2017-18-q2")
    said = {key: [found[key][part] for part in ("unit", "before", "now", "change")] for key in found}
    assert said["referrals"] == ["referrals", "10", "14", "+4"]
    assert said["spend"] == ["pence", "£1,250", "£1,000", "-£250"]
    assert said["posts-funded"] == ["posts", "2.5", "3", "+0.5"]
    assert said["waiting"] == ["people", "0", "0", "0"]


def test_what_was_not_supplied_is_not_nought_and_nothing_is_worked_out_from_it(award: Office) -> None:
    do(award, reported("a1", "2017-18-q1", referrals=10, closed="more than 5"))
    do(award, reported("a1", "2017-18-q2", waiting=3, closed=9))
    found = beside(award, "2017-18-q2")
    assert [found["referrals"][part] for part in ("before", "now", "change")] == ["10", "not supplied", "not known"]
    assert [found["waiting"][part] for part in ("before", "now", "change")] == ["not supplied", "3", "not known"]
    assert [found["closed"][part] for part in ("before", "now", "change")] == ["more than 5", "9", "not known"]
    assert [found["offered"][part] for part in ("before", "now")] == ["not supplied", "not supplied"]


def test_outcomes_stand_beside_as_three_numbers_of_people(award: Office) -> None:
    do(award, reported("a1", "2017-18-q1", cope=(1, 4, 8)), reported("a1", "2017-18-q2", cope=(3, 4, None)))
    found = beside(award, "2017-18-q2")
    said = {key: [line[part] for part in ("before", "now", "change")] for key, line in found.items() if "cope" in key}
    assert said == {
        "outcome.cope.improved": ["1", "3", "+2"],
        "outcome.cope.answered": ["4", "4", "0"],
        "outcome.cope.eligible": ["8", "not supplied", "not known"],
    }


def _referrals(count: int) -> list[dict[str, Any]]:
    return [{"measure": "referrals", "quantity": count}]


def told(period: str, **more: Any) -> SubmitReport:
    """A report with words."""
    said = {"award": "a1", "period": period, "received_on": "2017-10-10", "figures": _referrals(1), **more}
    return SubmitReport.model_validate(said)


def test_breakdowns_and_words_stand_beside_too(award: Office) -> None:
    parts = [{"measure": "accepted", "breakdown": "age", "category": "18-24", "quantity": 2}]
    do(award, told("2017-18-q1", figures=parts, texts=[{"narrative": "risks", "words": "Two posts are vacant."}]))
    do(award, told("2017-18-q2", texts=[{"narrative": "good-practice", "words": "A drop-in."}], narrative="All well."))
    found = beside(award, "2017-18-q2")
    assert [found["accepted:age/18-24"][part] for part in ("before", "now")] == ["2", "not supplied"]
    assert found["words.risks"]["change"] == "no longer said"
    assert (found["words.good-practice"]["change"], found["words.good-practice"]["before"]) == ("new", "not supplied")
    assert found["words"]["now"] == "All well."
    assert len(found) == len(set(found))


def test_it_is_compared_with_the_last_one_as_long_and_not_with_a_shorter_one(award: Office) -> None:
    do(award, reported("a1", "2016-17-h2", referrals=3), reported("a1", "2017-18-q1", referrals=10))
    do(award, reported("a1", "2017-18-h1", referrals=14))
    assert beside(award, "2017-18-h1")["referrals"]["before"] == "3"


def test_the_first_report_has_nothing_beside_it(award: Office) -> None:
    do(award, reported("a1", "2017-18-q1", referrals=10))
    with award.reading() as views:
        table = side_by_side(views, "a1", "2017-18-q1")
    places = {column.key: place for place, column in enumerate(table.columns)}
    assert {row[places[key]].missing for row in table.rows for key in ("before", "change")} == {Missing.NOT_APPLICABLE}
    assert "first report" in table.title


def test_the_latest_version_counts(award: Office) -> None:
    do(award, reported("a1", "2017-18-q1", referrals=10))
    better = {"award": "a1", "period": "2017-18-q1", "received_on": "2017-10-12", "figures": _referrals(11)}
    do(award, CorrectReport.model_validate({**better, "reason": "Counted again"}))
    assert beside(award, "2017-18-q1")["referrals"]["now"] == "11"


@pytest.mark.parametrize(("name", "period"), [("a1", "2017-18-q3"), ("a9", "2017-18-q1")])
def test_a_report_that_there_is_not_is_not_found(award: Office, name: str, period: str) -> None:
    do(award, reported("a1", "2017-18-q1", referrals=10))
    with award.reading() as views, pytest.raises(NotFound, match="no report"):
        side_by_side(views, name, period)


def test_whoever_reaches_the_award_reads_its_reports_and_nobody_else_does(award: Office) -> None:
    do(award, reported("a1", "2017-18-q1", referrals=10))
    with award.reading() as views:
        for reach, found in ((frozenset({"a1"}), True), (frozenset({"a2"}), False)):
            mine = Views(views.connection, views.position, views.moment, views.history, reach)
            if found:
                assert lines(side_by_side(mine, "a1", "2017-18-q1"))["referrals"]["now"] == "10"
            else:
                with pytest.raises(NotFound):
                    side_by_side(mine, "a1", "2017-18-q1")
