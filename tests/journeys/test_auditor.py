"""An auditor follows a figure of a budget to the events that it is made of, and one of them to its award."""

from collections.abc import Callable

from tests.journeys.conftest import Served, Visitor


def test_a_figure_of_a_budget_is_followed_to_its_events(demonstration: Served, somebody: Callable[[], Visitor]) -> None:
    before = demonstration.head()
    auditor = somebody()
    auditor.signs_in_as("Auditor")
    auditor.goes_to("Money")
    auditor.open("/money?year=2017-18")
    auditor.follow("£38,740")
    auditor.sees("It comes to £38,740: 11 events.", "The last line comes to £38,740, as the budget says.")
    auditor.follow("MOJ-2017-07")
    auditor.sees("MOJ-2017-07", "Award approved")
    assert demonstration.head() == before
