"""An award of more than is left in its fund: refused in words that help, and nothing is recorded."""

from collections.abc import Callable

from tests.journeys.conftest import Served, Visitor


def _approve(commissioner: Visitor, pounds: str) -> None:
    commissioner.matter.get_by_label("Fund", exact=True).select_option(value="demonstration")
    commissioner.matter.get_by_label("Financial year", exact=True).select_option(value="2026-27")
    commissioner.fill("Amount", pounds)
    commissioner.press("Approve award")


def test_an_award_beyond_what_is_left_is_refused_and_one_within_it_is_recorded(
    demonstration: Served, somebody: Callable[[], Visitor]
) -> None:
    manager = somebody()
    manager.signs_in_as("Contract manager")
    manager.follow("Register an award")
    manager.fill("Reference of the award", "DEM-2026-77")
    manager.fill("Service", "A helpline at night (made up)")
    manager.matter.get_by_label("Route", exact=True).select_option(label="Grant")
    manager.press("Register award")
    manager.is_told("register-award")
    manager.sees("DEM-2026-77")

    commissioner = somebody()
    commissioner.signs_in_as("Commissioner")
    commissioner.follow("DEM-2026-77")
    commissioner.follow("Approve award")
    before = demonstration.head()
    _approve(commissioner, "5,000,000")
    commissioner.sees("There is a problem", "left")
    assert commissioner.matter.get_by_label("Amount", exact=True).input_value() == "5,000,000"
    assert demonstration.head() == before
    commissioner.fill("Amount", "10,000")
    commissioner.press("Approve award")
    commissioner.is_told("approve-award")
    commissioner.sees("£10,000")
    assert demonstration.head() > before
