"""A return as signed against as now known: each cell, with the event, the person and the reason; and the mark on it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.awards.changes import ExtendAward, UpliftAward, WithdrawAward
from domain.errors import NotFound
from domain.kernel import Actor, Command, Role
from domain.monitoring.commands import DeclareNilReturn
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport
from domain.returns.commands import FillReturn, OpenReturn, RestateReturn, SignOffReturn
from projections.half_yearly_return.form import as_it_stands
from projections.half_yearly_return.proof import compare
from services.office import Office
from tests.conftest import Clock
from tests.scenes import (
    FUND,
    PROVIDER,
    YEAR,
    accepted,
    approved,
    awarded,
    do,
    fund_with,
    paid,
    registered,
    reported,
    reporting,
    share,
)

H1, H2 = "2017-18-h1", "2017-18-h2"
ANNA = Actor(id="anna", roles=frozenset(Role))
REASON = "A month was left out"


def sign(*periods: str) -> list[Command[Any]]:
    """The life of a return to its signature."""
    return [
        order
        for period in periods
        for order in (
            OpenReturn(period=period),
            FillReturn(period=period),
            SignOffReturn(period=period, declaration="It is right", despite="It is late"),
        )
    ]


@pytest.fixture
def signed(office: Office) -> Office:
    """Two services and a signed return."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *awarded("a2", 200), reporting("a1"), reporting("a2"))
    do(office, *accepted("a1", H1, referrals=100, spend=50_00, cope=(1, 2, 3)), *accepted("a2", H1, referrals=7))
    do(office, *sign(H1))
    return office


def corrected(award: str, period: str, **counts: Any) -> list[Command[Any]]:
    """A better report, accepted."""
    better = CorrectReport(**reported(award, period, **counts).model_dump(), reason=REASON)
    return [better, AcceptReport(award=award, period=period)]


def differing(office: Office, period: str = H1, version: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """The lines of the comparison, by address."""
    found: dict[str, list[dict[str, Any]]] = {}
    with office.reading() as views:
        for line in compare(views, period, version).records():
            found.setdefault(line["address"], []).append(line)
    return found


def notes(office: Office, period: str = H1) -> str:
    """What is said beside it."""
    with office.reading() as views:
        return " ".join(compare(views, period).notes)


def marks(office: Office, period: str = H1, version: int | None = None) -> tuple[str, ...]:
    """The reports that count otherwise since it was signed."""
    with office.reading() as views:
        return as_it_stands(views, period, version).changed_since


class TestWhatDiffers:
    def test_where_nothing_differs_it_says_so(self, signed: Office) -> None:
        assert differing(signed) == {}
        assert notes(signed) == "Nothing differs: what is now known is what was signed."

    def test_what_touches_no_figure_makes_no_difference(self, signed: Office) -> None:
        do(signed, *paid("a1", "p1", 5, date(2017, 5, 1)), *fund_with(5, "other", return_to=None))
        do(signed, CorrectReport(**reported("a1", H1, referrals=1).model_dump(), reason="Not looked at yet"))
        found = differing(signed)
        assert set(found) == {"service-list/a1/report"}
        for (line,) in found.values():
            assert (line["happened"], line["reason"]) == ("Report corrected", "Not looked at yet")
        assert marks(signed) == ()

    def test_a_correction_appears_cell_by_cell_also_in_the_totals(self, signed: Office) -> None:
        for order in corrected("a1", H1, referrals=112, spend=50_00, cope=(1, 2, 4)):
            signed.do(order, ANNA)
        found = differing(signed)
        title = "Helped to cope with the immediate impacts of crime"
        assert set(found) == {
            "demand/a1/referrals",
            "demand/All services (instances)/referrals",
            "demand-referral-source/a1/referrals",
            "demand-referral-source/All services (instances)/referrals",
            f"outcomes/a1/{title}/eligible",
            f"outcomes/All services (instances)/{title}/eligible",
        }
        assert notes(signed) == "6 cells differ."
        for lines in found.values():
            assert [(line["happened"], line["by"], line["reason"]) for line in lines] == [
                ("Report corrected", "anna", REASON),
                ("Report accepted", "anna", None),
            ]
        first = found["demand/a1/referrals"][0]
        assert (first["table"], first["row"], first["column"]) == ("Demand", "a1", "Referrals received")
        assert (first["signed"], first["now"]) == ("100", "112")
        total = found["demand/All services (instances)/referrals"][0]
        assert (total["signed"], total["now"]) == ("107", "119")

    def test_a_correction_that_came_in_before_the_signature_and_was_accepted_after_it_has_its_reason(
        self, signed: Office
    ) -> None:
        better, accept = corrected("a2", H1, referrals=8)
        do(signed, RestateReturn(period=H1, reason="To try"), better, *sign(H1)[1:], accept)
        lines = differing(signed)["demand/a2/referrals"]
        assert [(line["happened"], line["reason"]) for line in lines] == [
            ("Report corrected", REASON),
            ("Report accepted", None),
        ]

    def test_a_report_that_was_sent_back_names_who_did_so_and_why(self, signed: Office) -> None:
        late = date(2017, 11, 30)
        signed.do(SendBackReport(award="a2", period=H1, reasons=("Too low", "No spend"), correct_by=late), ANNA)
        found = differing(signed)
        for address in ("demand/a2/referrals", "demand/All services (instances)/referrals", "service-list/a2/report"):
            (line,) = found[address]
            assert (line["happened"], line["by"], line["reason"]) == ("Report sent back", "anna", "Too low; No spend")
        assert found["demand/a2/referrals"][0]["now"] == "not supplied"

    def test_an_award_that_was_withdrawn_is_no_longer_there_and_says_why(self, signed: Office) -> None:
        signed.do(WithdrawAward(award="a2", reason="The provider ceased"), ANNA)
        (line,) = differing(signed)["demand/a2/referrals"]
        assert (line["signed"], line["now"]) == ("7", "not there")
        assert (line["happened"], line["by"], line["reason"]) == ("Award withdrawn", "anna", "The provider ceased")

    def test_a_new_award_appears_with_the_events_that_made_it(self, signed: Office) -> None:
        do(signed, *awarded("a3", 5))
        found = differing(signed)
        assert {"service-list/a3/service", "demand/a3/referrals", "header/Services/said"} <= set(found)
        assert found["service-list/a3/service"][0]["signed"] == "not there"
        assert [line["happened"] for line in found["service-list/a3/service"]] == ["Award registered", "Award approved"]
        allocation = found["service-list/All services/allocation_pence"]
        assert (allocation[0]["signed"], allocation[0]["now"]) == ("£500", "£505")
        assert marks(signed) == ()

    def test_more_money_appears_with_its_variation(self, signed: Office) -> None:
        said: dict[str, Any] = {"award": "a1", "variation": "v1", "fund": FUND, "year": YEAR, "by_pence": 1_00}
        signed.do(UpliftAward(**said, reason="More clients"), ANNA)
        (line,) = differing(signed)["service-list/a1/allocation_pence"]
        assert (line["signed"], line["now"], line["by"], line["reason"]) == ("£300", "£301", "anna", "More clients")

    def test_an_earlier_version_may_be_compared_too(self, signed: Office) -> None:
        do(signed, *corrected("a1", H1, referrals=112, spend=50_00, cope=(1, 2, 3)))
        do(signed, RestateReturn(period=H1, reason="Twelve more"), *sign(H1)[1:])
        assert "demand/a1/referrals" not in differing(signed)
        assert "demand/a1/referrals" in differing(signed, version=1)
        assert set(differing(signed)) == set()
        assert {"header/Version/said", "header/Restated because/said"} <= set(differing(signed, version=1))

    def test_what_is_not_signed_cannot_be_compared(self, office: Office) -> None:
        do(office, *fund_with(5), PROVIDER, *awarded("a1", 1), OpenReturn(period=H1))
        with office.reading() as views, pytest.raises(NotFound, match="No return for 2017-18-h1 is signed off yet"):
            compare(views, H1)


class TestTheMark:
    @pytest.fixture
    def both(self, signed: Office, clock: Clock) -> Office:
        """Both half-years signed."""
        clock.now = datetime(2018, 5, 1, 9, 0, tzinfo=UTC)
        do(signed, *accepted("a1", H2, referrals=50), *sign(H2))
        return signed

    def test_a_fresh_signature_has_none(self, both: Office) -> None:
        assert (marks(both), marks(both, H2)) == ((), ())

    def test_a_correction_of_the_first_half_marks_the_second_too_for_its_year_to_date(self, both: Office) -> None:
        do(both, *corrected("a1", H1, referrals=112, spend=60_00))
        assert marks(both) == marks(both, H2) == (f"a1.{H1}",)
        assert "service-list/a1/spend_to_date_pence" in differing(both, H2)

    def test_a_correction_of_the_second_half_leaves_the_first_alone(self, both: Office) -> None:
        do(both, *corrected("a1", H2, referrals=51))
        assert (marks(both), marks(both, H2)) == ((), (f"a1.{H2}",))
        assert differing(both) == {}

    def test_each_report_is_named_once_and_every_one(self, both: Office) -> None:
        for count in (1, 2):
            do(both, *corrected("a1", H1, referrals=count))
        do(both, *corrected("a2", H1, referrals=3))
        assert marks(both) == (f"a1.{H1}", f"a2.{H1}")

    def test_a_report_sent_back_or_a_nil_return_marks_it_too(self, both: Office) -> None:
        late = date(2018, 11, 30)
        do(both, SendBackReport(award="a2", period=H1, reasons=("Too low",), correct_by=late))
        nil = {"award": "a2", "schedule": "outcome-report", "period": H2, "declared_on": date(2018, 4, 30)}
        do(both, DeclareNilReturn(**nil, reason="Nobody came"))
        assert marks(both) == (f"a2.{H1}",)
        assert [mark.replace(".outcome-report", "") for mark in marks(both, H2)] == [f"a2.{H1}", f"a2.{H2}"]

    def test_awards_of_other_funds_and_other_years_do_not_touch_it(self, both: Office) -> None:
        do(both, *fund_with(100, "cdrg", return_to=None), *fund_with(100, year="2018-19"))
        do(both, *awarded("b1", 5, starts_on=date(2018, 4, 1), ends_on=date(2019, 3, 31)))
        do(both, ExtendAward(award="a1", ends_on=date(2018, 6, 30), reason="Agreed"))
        do(both, *accepted("a1", "2018-04", referrals=3))
        assert (marks(both), marks(both, H2)) == ((), ())

    def test_the_awards_of_a_fund_of_no_return_do_not_touch_it(self, both: Office) -> None:
        do(both, *fund_with(100, "cdrg", return_to=None), registered("b1"), approved("b1", share(5, "cdrg")))
        do(both, *accepted("b1", H1, referrals=3))
        assert (marks(both), marks(both, H2)) == ((), ())

    def test_a_report_of_several_years_touches_every_year_between(self, office: Office, clock: Clock) -> None:
        clock.now = datetime(2019, 5, 1, 9, 0, tzinfo=UTC)
        do(office, *fund_with(100), PROVIDER, *awarded("a1", 5, ends_on=date(2019, 3, 31)), *sign(H1, H2))
        do(office, *accepted("a1", "2016-01-01..2019-04-30", referrals=3))
        assert marks(office) == marks(office, H2) == ("a1.2016-01-01..2019-04-30",)

    def test_a_restatement_begins_without_it_and_the_version_before_keeps_it(self, both: Office) -> None:
        do(both, *corrected("a1", H1, referrals=112))
        do(both, RestateReturn(period=H1, reason="Twelve more"))
        assert marks(both) == ()
        assert marks(both, version=1) == (f"a1.{H1}",)
        do(both, FillReturn(period=H1), *sign(H1)[2:])
        assert marks(both) == ()
        do(both, *corrected("a1", H1, referrals=113))
        assert marks(both) == (f"a1.{H1}",)
