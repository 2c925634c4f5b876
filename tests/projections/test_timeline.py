"""What happened, in words: what is said of an event, by which names, and around an award."""

from datetime import UTC, datetime

from domain.awards.events import AwardApproved
from domain.jobs.events import JobRan
from domain.monitoring.events import NilReturnDeclared
from projections.timeline import in_words
from projections.timelines import happened_around, happened_to, who_acted
from services.office import Office
from tests.scenes import PROVIDER, awarded, do, fund_with, reported, reporting

SLOT = datetime(2018, 4, 1, 6, tzinfo=UTC)


def test_people_are_called_by_their_names_where_these_are_given_and_by_their_ids_elsewhere() -> None:
    event = AwardApproved(shares=(), decision=None, approved_by="p-one")
    assert in_words(event) == ("Award approved", "approved by: p-one")
    assert in_words(event, None, {"p-one": "Made Up"}) == ("Award approved", "approved by: Made Up")
    assert in_words(event, None, {"p-two": "Made Up"}) == ("Award approved", "approved by: p-one")


def test_counts_are_told_in_words_and_none_is_not_told() -> None:
    ran = JobRan(job="sweep", slot=SLOT, did="Sent two", counts={"sent": 2, "passed_over": 0})
    assert in_words(ran)[1].endswith("counts: sent 2, passed over 0")
    assert "counts" not in in_words(ran.model_copy(update={"counts": {}}))[1]


def test_that_something_is_not_made_up_is_not_said_and_that_it_is_is() -> None:
    said = {"declared_on": SLOT.date(), "reason": "Nothing to report"}
    real, made_up = (NilReturnDeclared.model_validate({**said, "made_up": each}) for each in (False, True))
    assert "made up" not in in_words(real)[1]
    assert "made up: yes" in in_words(made_up)[1]


def test_around_an_award_stands_what_happened_to_its_reports_and_to_what_it_owes(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER)
    for award in ("a1", "a10"):
        do(office, *awarded(award, 300), reporting(award), reported(award, "2017-18-h1", referrals=5))
    with office.reading() as views:
        whole = happened_around(views, "a1", people={"tester": "Made Up"})
        rows = list(whole.table.records())
        own = happened_to(views, "award-a1")
        told, before = [], None
        while True:
            part = happened_around(views, "a1", 2, before)
            told += list(part.table.records())
            assert part.count == whole.count
            if part.after is None:
                break
            before = int(part.after)
        assert "tester" in who_acted(views)
    assert {(row["noun"], row["reference"]) for row in rows if row["noun"] != "obligation"} == {
        ("award", "a1"),
        ("report", "a1.2017-18-h1"),
    }
    obligations = {row["reference"] for row in rows if row["noun"] == "obligation"}
    assert "a1.outcome-report.2017-18-h1" in obligations
    assert all(each.startswith("a1.") for each in obligations)
    assert [row["happened"] for row in told] == [row["happened"] for row in rows]
    assert own.count == sum(row["noun"] == "award" for row in rows)
    assert "Made Up" in {row["by"] for row in rows}
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
