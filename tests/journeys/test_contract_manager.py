"""A contract manager's day: a milestone that is overdue is logged, with its evidence."""

from collections.abc import Callable

from tests.journeys.conftest import Served, Visitor

MILESTONE = "Twelve volunteers trained (made up)"


def test_an_overdue_milestone_is_logged_from_the_first_page_with_its_evidence(
    demonstration: Served, somebody: Callable[[], Visitor]
) -> None:
    manager = somebody()
    manager.signs_in_as("Contract manager")
    manager.is_at("Today")
    manager.follow("Complete", within=MILESTONE)
    assert manager.matter.get_by_label(MILESTONE).is_checked()
    manager.press("Complete milestone")
    manager.sees("There is a problem")
    manager.follow("evidence")
    assert manager.tab.evaluate("document.activeElement.name") in ("evidence", "")
    manager.fill("Evidence", "Twelve certificates seen in the office (made up).")
    manager.press("Complete milestone")
    manager.is_told("complete-milestone")
    manager.sees("Twelve certificates seen in the office (made up).")
    written = demonstration.office.log.stream("award-DEM-2026-01")[-1]
    assert written.event.name == "award.milestone-completed"
    assert written.by == "demonstration-contract-manager"
    manager.goes_to("Today")
    manager.is_at("Today")
    assert MILESTONE not in manager.words


def test_a_form_opened_before_somebody_elses_change_says_what_changed_and_sent_twice_records_once(
    demonstration: Served, somebody: Callable[[], Visitor]
) -> None:
    first, second = somebody(), somebody()
    for manager in (first, second):
        manager.signs_in_as("Contract manager")
        manager.follow("Complete", within=MILESTONE)
    before = demonstration.head()
    first.fill("Evidence", "Seen (made up).")
    first.tab.get_by_role("button", name="Complete milestone", exact=True).dblclick()
    first.is_told("complete-milestone")
    assert demonstration.head() == before + 1

    second.fill("Evidence", "Seen too (made up).")
    second.press("Complete milestone")
    second.sees("This was changed after you opened the page", "Milestone completed", "Seen (made up).")
    assert second.matter.get_by_label("Evidence").input_value() == "Seen too (made up)."
    assert demonstration.head() == before + 1
