"""A person's calendar: whole days, entries that can be told again, and nothing that is said of anybody."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from domain.awards.changes import WithdrawAward
from domain.awards.milestone_commands import PlanMilestone, RescheduleMilestone, WaiveMilestone
from domain.awards.payment_commands import SchedulePayment, SetCondition
from domain.kernel import Command
from domain.monitoring.policy import Part
from services.calendar_feed import KEPT_FOR, concerns, feed
from services.office import Office
from tests.conftest import Clock
from tests.scenes import FUND, PROVIDER, YEAR, awarded, do, fund_with, reporting
from tests.scheduler.an_office import person

MANAGER = person("m1", Part.CONTRACT_MANAGER, awards=("a1",))
HEAD = person("h1", Part.HEAD_OF_COMMISSIONING)


@pytest.fixture
def kind() -> str:
    """What is folded is the same on every database."""
    return "memory"


def plan(award: str = "a1", due_on: date = date(2017, 11, 20)) -> PlanMilestone:
    """A milestone whose title says more than a calendar may."""
    return PlanMilestone(award=award, milestone="plan", title="Second-year plan of the hub", due_on=due_on)


@pytest.fixture
def begun(office: Office) -> Office:
    """Two awards; the first owes reports and a milestone, the second a milestone."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *awarded("a2", 200))
    do(office, reporting("a1"), plan(), plan("a2"))
    return office


def calendar(office: Office, who: Any = MANAGER) -> Any:
    """As a calendar program reads it."""
    with office.reading() as views:
        return Calendar.from_ical(feed(views, who))


def entry(office: Office, words: str, who: Any = MANAGER) -> Any:
    """The entry whose summary begins so."""
    (found,) = [each for each in calendar(office, who).walk("VEVENT") if str(each["SUMMARY"]).startswith(words)]
    return found


def test_what_is_due_stands_on_its_day_as_a_whole_day(begun: Office) -> None:
    milestone = entry(begun, "Milestone")
    assert str(milestone["SUMMARY"]) == "Milestone due: a1, plan"
    assert milestone.decoded("DTSTART") == date(2017, 11, 20)
    assert milestone.decoded("DTEND") == date(2017, 11, 21)
    assert str(milestone["STATUS"]) == "CONFIRMED"
    assert str(milestone["TRANSP"]) == "TRANSPARENT"
    summaries = sorted(str(each["SUMMARY"]) for each in calendar(begun).walk("VEVENT"))
    assert summaries == [
        "Milestone due: a1, plan",
        "Report due: a1, 1 April 2017 to 30 September 2017",
        "Report due: a1, 1 October 2017 to 31 March 2018",
    ]


def test_it_is_asked_of_whoever_it_concerns() -> None:
    contact = person("p1", Part.PROVIDER, provider="embrace")
    assert concerns(contact, "a1", "embrace")
    assert not concerns(contact, "a1", "another")
    assert concerns(MANAGER, "a1", "embrace")
    assert not concerns(MANAGER, "a2", "embrace")
    assert concerns(HEAD, "a2", "embrace")
    assert not concerns(person("x1"), "a1", "embrace")
    assert not concerns(person("x2", Part.HEAD_OF_COMMISSIONING, left_on=date(2017, 1, 1)), "a1", "embrace")


def test_the_head_sees_what_every_award_owes(begun: Office) -> None:
    assert len(calendar(begun, HEAD).walk("VEVENT")) == 4


def test_the_same_state_gives_the_same_bytes_whatever_the_hour(begun: Office, clock: Clock) -> None:
    with begun.reading() as views:
        before = feed(views, MANAGER)
    clock.forward(hours=5)
    do(begun, *awarded("a9", 1))  # something else altogether
    with begun.reading() as views:
        assert feed(views, MANAGER) == before


CHANGES: list[Command[Any]] = [
    RescheduleMilestone(award="a1", milestone="plan", due_on=date(2017, 12, 4), reason="Asked for"),
    WaiveMilestone(award="a1", milestone="plan", reason="No longer needed"),
    WithdrawAward(award="a1", reason="It fell through"),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_a_change_keeps_the_uid_and_raises_the_sequence(begun: Office, change: Command[Any]) -> None:
    before = entry(begun, "Milestone")
    do(begun, change)
    after = entry(begun, "Milestone")
    assert after["UID"] == before["UID"]
    assert int(str(after["SEQUENCE"])) > int(str(before["SEQUENCE"]))
    assert (str(after["STATUS"]) == "CANCELLED") == (not isinstance(change, RescheduleMilestone))


def test_what_was_called_off_is_told_for_a_year_and_then_forgotten(begun: Office, clock: Clock) -> None:
    do(begun, WaiveMilestone(award="a1", milestone="plan", reason="No longer needed"))
    clock.forward(days=KEPT_FOR.days + 40)
    assert not any("Milestone" in str(each["SUMMARY"]) for each in calendar(begun).walk("VEVENT"))


def test_a_condition_stands_on_the_day_of_the_payment_that_it_holds(begun: Office) -> None:
    do(begun, SetCondition(award="a1", condition="safeguarding", kind="other", title="A policy on safeguarding"))
    payment = SchedulePayment(
        award="a1", payment="first", fund=FUND, year=YEAR, amount_pence=100, due_on=date(2017, 12, 1)
    )
    do(begun, payment)
    condition = entry(begun, "Condition")
    assert str(condition["SUMMARY"]) == "Condition of payment due: a1, safeguarding"
    assert condition.decoded("DTSTART") == date(2017, 12, 1)


def test_nothing_that_somebody_wrote_and_nobody_is_named(begun: Office) -> None:
    with begun.reading() as views:
        said = feed(views, MANAGER).decode()
    for words in ("Second-year", "hub", "Somebody", "m1", "Embrace", "embrace", "example.org"):
        assert words not in said
    assert "\r\n" in said
    assert all(len(line.encode()) <= 75 for line in said.split("\r\n"))


def test_every_uid_is_of_one_entry_and_every_stamp_is_of_the_log(begun: Office, clock: Clock) -> None:
    entries = calendar(begun, HEAD).walk("VEVENT")
    uids = [str(each["UID"]) for each in entries]
    assert len(set(uids)) == len(uids)
    stamps = {each.decoded("DTSTAMP") for each in entries}
    assert stamps == {clock.now.replace(microsecond=0)}
    assert clock.now - timedelta(days=1) < max(stamps)
