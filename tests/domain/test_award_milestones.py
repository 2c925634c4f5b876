"""What may be recorded about an award's milestones and what its provider owes, and what is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.awards.award import Award
from domain.awards.commands import AwardCommand
from domain.awards.events import (
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
    MonitoringScheduled,
)
from domain.awards.milestone_commands import (
    MOST_OWED,
    CompleteMilestone,
    MissMilestone,
    PlanMilestone,
    RescheduleMilestone,
    ScheduleMonitoring,
    WaiveMilestone,
)
from domain.errors import NotFound, Refusal
from domain.kernel import Event
from domain.monitoring.commands import OweObligation
from domain.monitoring.schedule import DueRule
from domain.periods import Frequency, Period
from tests.domain.properties import modest, periods
from tests.domain.the_hub import APPROVED, HUB, REGISTERED, UNDATED, WITHDRAWN
from tests.story import given


class TestMilestones:
    planned = MilestonePlanned(milestone="m-1", title="Hub opens", due_on=date(2017, 9, 29))
    rescheduled = MilestoneRescheduled(milestone="m-1", due_on=date(2017, 11, 30), reason="The lease was late.")
    completed = MilestoneCompleted(milestone="m-1", completed_on=date(2017, 10, 2), evidence="Visit of 2 October.")
    missed = MilestoneMissed(milestone="m-1", reason="The lease was late.")
    waived = MilestoneWaived(milestone="m-1", reason="No longer needed.")

    plan = PlanMilestone(award=HUB, milestone="m-1", title="Hub opens", due_on=date(2017, 9, 29))
    reschedule = RescheduleMilestone(
        award=HUB, milestone="m-1", due_on=date(2017, 11, 30), reason="The lease was late."
    )
    complete = CompleteMilestone(
        award=HUB, milestone="m-1", completed_on=date(2017, 10, 2), evidence="Visit of 2 October."
    )
    miss = MissMilestone(award=HUB, milestone="m-1", reason="The lease was late.")
    waive = WaiveMilestone(award=HUB, milestone="m-1", reason="No longer needed.")

    def test_a_milestone_is_planned_for_a_day(self) -> None:
        given(REGISTERED).when(self.plan).then(self.planned)

    def test_planning_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned).when(self.plan).then_nothing()

    def test_planning_it_again_after_it_was_moved_changes_nothing(self) -> None:
        given(REGISTERED, self.planned, self.rescheduled).when(self.plan).then_nothing()

    @pytest.mark.parametrize("change", [{"title": "Hub closes"}, {"due_on": date(2017, 11, 30)}])
    def test_a_planned_milestone_is_moved_and_not_planned_again(self, change: dict[str, Any]) -> None:
        given(REGISTERED, self.planned).when(self.plan.model_copy(update=change)).then_refused(
            r"Milestone m-1 is already planned. To move its day, use reschedule-milestone", Refusal
        )

    def test_nothing_more_is_planned_for_a_withdrawn_award(self) -> None:
        for before in ((REGISTERED, WITHDRAWN), (REGISTERED, APPROVED, self.planned, WITHDRAWN)):
            given(*before).when(self.plan).then_refused(
                f"Award {HUB} is withdrawn: nothing more is asked of it", Refusal
            )

    @pytest.mark.parametrize("day", [date(1989, 12, 31), date(2101, 1, 1), date.max])
    def test_a_milestone_is_due_on_a_day_that_an_office_could_mean(self, day: date) -> None:
        with pytest.raises(ValidationError, match="due_on"):
            PlanMilestone(award=HUB, milestone="m-1", title="Hub opens", due_on=day)
        with pytest.raises(ValidationError, match="due_on"):
            RescheduleMilestone(award=HUB, milestone="m-1", due_on=day, reason="The lease was late.")

    def test_a_milestone_that_was_not_planned_can_be_neither_met_nor_moved(self) -> None:
        for command in (self.reschedule, self.complete, self.miss, self.waive):
            given(REGISTERED).when(command).then_refused(
                r"There is no milestone m-1 in this award\. Plan it first \(plan-milestone\)", NotFound
            )

    def test_it_is_moved_to_another_day_with_the_reason(self) -> None:
        given(REGISTERED, self.planned).when(self.reschedule).then(self.rescheduled)

    def test_a_day_that_has_passed_may_be_moved_too(self) -> None:
        later = datetime(2018, 1, 15, tzinfo=UTC)
        given(REGISTERED, self.planned).at(later).when(self.reschedule).then(self.rescheduled)

    def test_moving_it_to_the_same_day_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.rescheduled).when(self.reschedule).then_nothing()

    def test_a_missed_milestone_that_is_moved_is_no_longer_missed(self) -> None:
        given(REGISTERED, self.planned, self.missed).when(self.reschedule).then(self.rescheduled)
        award = Award().after([REGISTERED, self.planned, self.missed, self.rescheduled])
        assert not award.milestones.milestone("m-1").missed

    def test_what_is_met_or_waived_is_not_moved(self) -> None:
        for event in (self.completed, self.waived):
            given(REGISTERED, self.planned, event).when(self.reschedule).then_refused(
                "Milestone m-1 is met or waived already: there is nothing to move", Refusal
            )

    def test_it_is_met_with_the_evidence(self) -> None:
        given(REGISTERED, self.planned).when(self.complete).then(self.completed)

    def test_completing_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.completed).when(self.complete).then_nothing()

    def test_it_may_be_met_today_but_not_in_the_future(self) -> None:
        today = self.complete.model_copy(update={"completed_on": date(2017, 10, 16)})
        assert given(REGISTERED, self.planned).when(today).decided()
        given(REGISTERED, self.planned).when(
            self.complete.model_copy(update={"completed_on": date(2017, 10, 17)})
        ).then_refused("A milestone cannot be completed in the future", Refusal)

    def test_today_is_the_day_in_london(self) -> None:
        half_past_midnight = datetime(2017, 6, 30, 23, 30, tzinfo=UTC)
        first_of_july = self.complete.model_copy(update={"completed_on": date(2017, 7, 1)})
        assert given(REGISTERED, self.planned).at(half_past_midnight).when(first_of_july).decided()

    def test_evidence_must_say_something(self) -> None:
        with pytest.raises(ValidationError, match="at least 1 character"):
            CompleteMilestone(award=HUB, milestone="m-1", completed_on=date(2017, 10, 2), evidence="")

    def test_it_may_be_met_late_after_it_was_missed(self) -> None:
        given(REGISTERED, self.planned, self.missed).when(self.complete).then(self.completed)

    def test_a_waived_milestone_is_no_longer_met(self) -> None:
        given(REGISTERED, self.planned, self.waived).when(self.complete).then_refused(
            "Milestone m-1 was waived: it is no longer asked for", Refusal
        )

    def test_it_is_missed_once_its_day_is_over(self) -> None:
        given(REGISTERED, self.planned).when(self.miss).then(self.missed)

    def test_it_cannot_be_missed_before_its_day_is_over(self) -> None:
        on_the_day = datetime(2017, 9, 29, 12, 0, tzinfo=UTC)
        given(REGISTERED, self.planned).at(on_the_day).when(self.miss).then_refused(
            "Milestone m-1 is due on 29 September 2017: it cannot be recorded as missed until that day is over", Refusal
        )
        the_day_after = datetime(2017, 9, 29, 23, 0, tzinfo=UTC)
        given(REGISTERED, self.planned).at(the_day_after).when(self.miss).then(self.missed)

    def test_missing_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.missed).when(self.miss).then_nothing()

    def test_what_is_met_or_waived_was_not_missed(self) -> None:
        for event in (self.completed, self.waived):
            given(REGISTERED, self.planned, event).when(self.miss).then_refused(
                "Milestone m-1 is met or waived already: it was not missed", Refusal
            )

    def test_it_is_waived_with_the_reason(self) -> None:
        given(REGISTERED, self.planned).when(self.waive).then(self.waived)
        given(REGISTERED, self.planned, self.missed).when(self.waive).then(self.waived)

    def test_waiving_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.planned, self.waived).when(self.waive).then_nothing()

    def test_what_is_met_is_not_waived(self) -> None:
        given(REGISTERED, self.planned, self.completed).when(self.waive).then_refused(
            "Milestone m-1 is met already: there is nothing to waive", Refusal
        )

    def test_one_milestone_does_not_touch_another(self) -> None:
        other = self.planned.model_copy(update={"milestone": "m-2"})
        award = Award().after([REGISTERED, self.planned, other, self.completed])
        assert award.milestones.milestone("m-1").completed_on == date(2017, 10, 2)
        assert award.milestones.milestone("m-2").completed_on is None


class TestScheduling:
    due = DueRule.of("20 working days after")
    order = ScheduleMonitoring(
        award=HUB, schedule="outcome-report", title="Outcome report", frequency=Frequency.HALF_YEARLY, due=due
    )
    scheduled = MonitoringScheduled(
        schedule="outcome-report",
        title="Outcome report",
        frequency=Frequency.HALF_YEARLY,
        due=due,
        covers="2017-18",
    )

    def obligation(self, period: str, due_on: date) -> OweObligation:
        """The order that follows for one period."""
        return OweObligation(award=HUB, schedule="outcome-report", period=period, title="Outcome report", due_on=due_on)

    def test_a_schedule_covers_the_days_of_the_award(self) -> None:
        given(REGISTERED).when(self.order).then(self.scheduled)

    def test_the_obligations_follow_at_once_each_with_its_day(self) -> None:
        assert given(REGISTERED).when(self.order).orders() == [
            self.obligation("2017-18-h1", date(2017, 10, 27)),
            self.obligation("2017-18-h2", date(2018, 4, 30)),
        ]

    def test_an_award_that_starts_in_july_owes_its_first_report_for_what_is_left_of_the_half(self) -> None:
        july = REGISTERED.model_copy(update={"starts_on": date(2017, 7, 1)})
        assert [command.reference for command in given(july).when(self.order).orders()] == [
            f"{HUB}.outcome-report.2017-18-q2",
            f"{HUB}.outcome-report.2017-18-h2",
        ]

    @pytest.mark.parametrize(
        ("frequency", "number"),
        [(Frequency.MONTHLY, 12), (Frequency.QUARTERLY, 4), (Frequency.HALF_YEARLY, 2), (Frequency.ONCE, 1)],
    )
    def test_so_many_obligations_are_owed_in_a_year(self, frequency: Frequency, number: int) -> None:
        order = self.order.model_copy(update={"frequency": frequency})
        assert len(given(REGISTERED).when(order).orders()) == number

    def test_a_schedule_may_cover_other_days_than_the_award(self) -> None:
        order = self.order.model_copy(update={"covers": "2018-19-h1"})
        story = given(REGISTERED).when(order)
        story.then(self.scheduled.model_copy(update={"covers": "2018-19-h1"}))
        assert story.orders() == [self.obligation("2018-19-h1", date(2018, 10, 26))]

    def test_an_award_without_dates_needs_the_days_that_a_schedule_covers(self) -> None:
        given(UNDATED).when(self.order).then_refused(
            rf"Award {HUB} has no start or end: say which period the schedule covers \(covers\)", Refusal
        )
        given(UNDATED).when(self.order.model_copy(update={"covers": "2017-18"})).then(self.scheduled)

    def test_scheduling_it_twice_records_it_once(self) -> None:
        given(REGISTERED, self.scheduled).when(self.order).then_nothing()

    def test_a_schedule_may_be_said_again_for_more_days(self) -> None:
        given(REGISTERED, self.scheduled).when(self.order.model_copy(update={"covers": "2018-19"})).then(
            self.scheduled.model_copy(update={"covers": "2018-19"})
        )

    @pytest.mark.parametrize(
        "change", [{"frequency": Frequency.MONTHLY}, {"title": "Spend"}, {"due": DueRule.of("1 month after")}]
    )
    @pytest.mark.parametrize("covers", [None, "2018-19"])
    def test_another_schedule_needs_a_name_of_its_own(self, change: dict[str, Any], covers: str | None) -> None:
        order = self.order.model_copy(update={"covers": covers} | change)
        given(REGISTERED, self.scheduled).when(order).then_refused(
            "Schedule outcome-report is already set, differently: give the new one its own name, "
            r"or move what is owed to other days \(move-obligation\)",
            Refusal,
        )

    @pytest.mark.parametrize("schedule", ["outcome.report", "", "-a", "a b", "a" * 41])
    def test_the_name_of_a_schedule_is_short_and_has_no_full_stops(self, schedule: str) -> None:
        with pytest.raises(ValidationError, match="should match pattern"):
            ScheduleMonitoring.model_validate(self.order.model_dump() | {"schedule": schedule})

    def test_a_schedule_brings_four_hundred_obligations_and_no_more(self) -> None:
        monthly = self.order.model_copy(
            update={
                "frequency": Frequency.MONTHLY,
                "due": DueRule.of("1 month after"),
                "covers": "2017-04-01..2050-07-31",
            }
        )
        assert len(given(REGISTERED).when(monthly).orders()) == MOST_OWED == 400
        given(REGISTERED).when(monthly).then(
            MonitoringScheduled(
                schedule="outcome-report",
                title="Outcome report",
                frequency=Frequency.MONTHLY,
                due=monthly.due,
                covers="2017-04-01..2050-07-31",
            )
        )
        one_more = monthly.model_copy(update={"covers": "2017-04-01..2050-08-01"})
        given(REGISTERED).when(one_more).then_refused(
            "That is more than 400 obligations: check the days that the schedule covers", Refusal
        )

    def test_too_many_obligations_are_refused_also_when_the_award_itself_is_too_long(self) -> None:
        for_ever = REGISTERED.model_copy(update={"ends_on": date(2100, 12, 31)})
        order = self.order.model_copy(update={"frequency": Frequency.MONTHLY})
        given(for_ever).when(order).then_refused("That is more than 400 obligations", Refusal)

    @pytest.mark.parametrize("frequency", Frequency)
    @pytest.mark.parametrize("covers", ["1989-12-31..1990-12-31", "2100-12-31..2101-01-01", "0001-01-01..9999-12-31"])
    def test_a_schedule_covers_days_that_an_office_could_mean(self, covers: str, frequency: Frequency) -> None:
        with pytest.raises(ValidationError, match="a schedule must cover days from 1990 to 2100"):
            ScheduleMonitoring.model_validate(self.order.model_dump() | {"covers": covers, "frequency": frequency})
        first_and_last = {"covers": "1990-01-01..2100-12-31", "frequency": Frequency.ONCE, "due": "1 month after"}
        said = ScheduleMonitoring.model_validate(self.order.model_dump() | first_and_last)
        assert [order.reference for order in given(UNDATED).when(said).orders()] == [
            f"{HUB}.outcome-report.1990-01-01..2100-12-31"
        ]

    def test_a_withdrawn_award_owes_nothing_more(self) -> None:
        given(REGISTERED, WITHDRAWN).when(self.order).then_refused(
            f"Award {HUB} is withdrawn: nothing more is owed", Refusal
        )

    def test_when_it_is_due_may_be_given_in_words(self) -> None:
        said = self.order.model_dump() | {"due": "30 October, 30 April"}
        orders = given(REGISTERED).when(ScheduleMonitoring.model_validate(said)).orders()
        assert [order.due_on for order in orders if isinstance(order, OweObligation)] == [
            date(2017, 10, 30),
            date(2018, 4, 30),
        ]

    @for_any(periods, some.sampled_from(Frequency))
    @modest
    def test_every_day_of_an_award_is_reported_on_once(self, period: Period, frequency: Frequency) -> None:
        award = REGISTERED.model_copy(update={"starts_on": period.start, "ends_on": period.end})
        order = self.order.model_copy(update={"frequency": frequency, "due": DueRule.of("1 month after")})
        owed = [order for order in given(award).when(order).orders() if isinstance(order, OweObligation)]
        assert len({order.reference for order in owed}) == len(owed)
        days = [Period.parse(order.period) for order in owed]
        assert sum((each.end - each.start).days + 1 for each in days) == (period.end - period.start).days + 1


@for_any(some.lists(some.sampled_from(["complete", "miss", "waive", "reschedule", "plan"]), max_size=12))
@modest
def test_whatever_is_ordered_about_a_milestone_it_is_met_or_waived_at_most_once(orders: list[str]) -> None:
    commands: dict[str, AwardCommand] = {
        "plan": TestMilestones.plan,
        "reschedule": TestMilestones.reschedule,
        "complete": TestMilestones.complete,
        "miss": TestMilestones.miss,
        "waive": TestMilestones.waive,
    }
    events: list[Event] = [REGISTERED]
    for order in orders:
        try:
            events += given(*events).when(commands[order]).decided()
        except (Refusal, NotFound):
            continue
    assert sum(isinstance(event, MilestoneCompleted | MilestoneWaived) for event in events) <= 1
    assert sum(isinstance(event, MilestonePlanned) for event in events) <= 1
