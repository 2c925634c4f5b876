"""What proves a return: exactly the events behind a figure; what differs from what was signed, and why."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import StaticPool, create_engine

from domain.awards.changes import ExtendAward, UpliftAward
from domain.awards.milestone_commands import PlanMilestone
from domain.errors import NotFound, OutturnError, Refusal
from domain.kernel import Command, Recorded
from domain.monitoring.commands import DeclareNilReturn
from domain.reports.commands import AcceptReport, CorrectReport, SendBackReport
from domain.returns.commands import (
    ApportionReport,
    CommentOnReturn,
    OpenReturn,
    RestateReturn,
)
from domain.returns.events import Apportionment
from domain.returns.filled import FilledReturn
from domain.tables import Cell
from projections.half_yearly_return.form import as_it_stands, comments, fill_in
from projections.half_yearly_return.proof import Place, explain, find_cell, names_of
from projections.rows import METADATA, Missing, Rows
from projections.views import Views, projections_of
from services.office import Office
from tests.a_full_return import FILE, life
from tests.projections.histories import lived
from tests.scenes import FUND, PROVIDER, YEAR, accepted, awarded, do, fund_with, reported, reporting
from tests.story import OCTOBER

H1, H2 = "2017-18-h1", "2017-18-h2"
TEMPLATE = "moj-working-1"
LOOKED_AT = ("header", "service-list", "demand", "outcomes")


def fold_without(log: Sequence[Recorded], left_out: int | None) -> FilledReturn | None:
    """The return folded from the log without one of its events; what no longer fits without it is passed over."""
    with create_engine("sqlite://", poolclass=StaticPool).connect() as connection:
        METADATA.create_all(connection)
        rows = Rows(connection, fresh=True)
        for recorded in log:
            if recorded.position == left_out:
                continue
            for projection in projections_of(type(recorded.event)):
                with suppress(Missing):
                    projection.apply(recorded, rows)
        rows.write()
        views = Views(connection, log[-1].position, OCTOBER, None)  # type: ignore[arg-type]
        try:
            return fill_in(views, H1, TEMPLATE)
        except Refusal:
            return None
        finally:
            connection.rollback()


def values(filled: FilledReturn | None) -> dict[tuple[str, ...], Cell]:
    """What stands at each address, whatever its sources."""
    return {
        (table.name, *names_of(table, row), column.key): said._replace(sources=())
        for table in (filled.tables if filled else ())
        if table.name in LOOKED_AT
        for row in table.rows
        for column, said in zip(table.columns, row, strict=True)
    }


AWARDS = ("b1", "b2")
PERIODS = (H1, "2017-18-q1", "2017-18-q2", "2017-07-01..2018-01-31", H2)


class Numbers:
    """Counts of which no two are the same, nor any two sums: powers of two."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self) -> int:
        self._next += 1
        return 1 << self._next


@st.composite
def turns(draw: st.DrawFn) -> list[Command[Any]]:
    """What becomes of the reports of two awards, among things that touch no figure."""
    number = Numbers()
    orders: list[Command[Any]] = []
    for turn in draw(st.lists(st.integers(0, 8), min_size=2, max_size=9)):
        award, period = draw(st.sampled_from(AWARDS)), draw(st.sampled_from(PERIODS[:4]))
        improved = number()
        report = reported(
            award, period, referrals=number(), spend=number(), cope=(improved, improved + 1, 2 * improved + 2)
        )
        match turn:
            case 0 | 1:
                orders += [report, AcceptReport(award=award, period=period)]
            case 2:
                better = CorrectReport(**report.model_dump(), reason="A month was left out")
                orders += [better, AcceptReport(award=award, period=period)]
            case 3:
                orders += [CorrectReport(**report.model_dump(), reason="Not looked at yet")]
            case 4:
                late = date(2017, 11, 30)
                orders += [SendBackReport(award=award, period=period, reasons=("Too low",), correct_by=late)]
            case 5:
                said = {"award": award, "schedule": "outcome-report", "period": H1}
                orders += [DeclareNilReturn(**said, declared_on=date(2017, 10, 2), reason="No referrals")]
            case 6:
                orders += [
                    UpliftAward(
                        award=award, variation=f"v{number()}", fund=FUND, year=YEAR, by_pence=number(), reason="More"
                    )
                ]
            case 7:
                how = draw(st.sampled_from(Apportionment))
                said = {"award": award, "report_period": PERIODS[3], "how": how, "reason": "It runs from July"}
                orders += [ApportionReport(period=H1, **said)]
            case _:
                orders += [
                    PlanMilestone(award=award, milestone=f"m{number()}", title="A review", due_on=date(2018, 1, 1)),
                    ExtendAward(award=award, ends_on=date(2018, 6, 30), reason="Agreed"),
                ]
    return orders


@given(turns())
@settings(deadline=None, max_examples=12)
def test_the_sources_of_a_figure_are_those_events_that_change_it_and_no_others(history: list[Command[Any]]) -> None:
    start = [*awarded("b1", 1_000), *awarded("b2", 2_000), reporting("b1"), reporting("b2"), OpenReturn(period=H1)]
    begin = [*fund_with(9_000), *start]
    with lived([*begin, *history]) as office:
        log = list(office.log.everything())
    whole = fold_without(log, None)
    assert whole is not None
    there = values(whole)
    without = {each.position: values(fold_without(log, each.position)) for each in log}
    for table in whole.tables:
        for line, row in enumerate(table.rows):
            for column, said in enumerate(row):
                place = Place(table, line, column)
                address = (table.name, *place.names, table.columns[column].key)
                if address not in there or not isinstance(said.value, int) or isinstance(said.value, bool):
                    continue
                changing = {position for position, other in without.items() if other.get(address) != there[address]}
                assert set(place.sources) == changing, address


@pytest.fixture
def whole(office: Office) -> Office:
    """The office in which every section has something to say, with its return signed."""
    do(office, *life())
    return office


def found(office: Office, address: str) -> Place:
    """A cell of the return as it stands."""
    with office.reading() as views:
        return find_cell(as_it_stands(views, H1).filled, address)


def explained(office: Office, address: str) -> list[dict[str, Any]]:
    """The events behind a figure."""
    with office.reading() as views:
        return list(explain(views, H1, address).records())


class TestFindingACell:
    @pytest.mark.parametrize(
        ("address", "whole_address"),
        [
            ("demand/c-1/referrals", "demand/c-1/referrals"),
            (" Demand / C-1 / REFERRALS ", "demand/c-1/referrals"),
            ("demand/all/referrals", "demand/All services (instances)/referrals"),
            ("service-list/all/spend_pence", "service-list/All services/spend_pence"),
            (
                "outcomes/c-1/helped to cope/improved",
                "outcomes/c-1/Helped to cope with the immediate impacts of crime/improved",
            ),
            ("outcomes/c-1/recover/eligible", "outcomes/c-1/Helped to recover from the harm experienced/eligible"),
            ("header/services/said", "header/Services/said"),
            ("narrative/c-1/risks/2017-18-h1/words", "narrative/c-1/Risks and difficulties/2017-18-h1/words"),
        ],
    )
    def test_a_row_is_named_whole_or_by_its_beginning_or_one_word_of_it(
        self, whole: Office, address: str, whole_address: str
    ) -> None:
        assert found(whole, address).address == whole_address

    @pytest.mark.parametrize(
        ("address", "error", "words"),
        [
            ("cups/c-1/referrals", NotFound, r"no such table in the return \(there are: header, service-list, demand"),
            ("demand/c-1/cups", NotFound, r"no such column in demand \(there are: award, provider"),
            ("demand/x-9/referrals", NotFound, "There is no such row in demand"),
            ("demand/c/referrals", NotFound, "several such rows in demand"),
            ("outcomes/c-1/helped/improved", NotFound, "several such rows"),
            ("outcomes/c-1/improved", Refusal, "The rows of outcomes are named by award and outcome"),
            ("demand", Refusal, "The rows of demand are named by award"),
            ("demand/c-1/x/referrals", Refusal, "The rows of demand are named by award"),
        ],
    )
    def test_what_is_not_there_or_could_be_several_is_refused_in_words(
        self, whole: Office, address: str, error: type[OutturnError], words: str
    ) -> None:
        with pytest.raises(error, match=words):
            found(whole, address)

    def test_a_whole_name_goes_before_a_beginning(self, office: Office) -> None:
        do(office, *fund_with(10), PROVIDER, *awarded("a1", 1), *awarded("a1b", 1), *awarded("a1-b", 1))
        filled = office.fill_in(H1, TEMPLATE)
        assert find_cell(filled, "demand/a1/referrals").row == 0
        with pytest.raises(NotFound, match="several such rows"):
            find_cell(filled, "demand/a/referrals")


class TestExplaining:
    def test_each_event_names_the_file_the_cell_in_it_and_its_digest(self, whole: Office) -> None:
        lines = {
            "demand/c-1/referrals": "Demand!C4",
            "people-sex/c-1/accepted_sex_female": "Demand!C17",
            "service-list/c-1/spend_pence": "Demand!C34",
            "service-list/c-1/posts_filled": "Demand!C37",
            "outcomes/c-1/cope/improved": "Outcomes!C6",
            "outcomes/c-1/cope/eligible": "Outcomes!C4",
        }
        for address, where in lines.items():
            (brought,) = [each for each in explained(whole, address) if each["file"] is not None]
            assert (brought["file"], brought["cell"], brought["sha256"]) == (FILE.file_name, where, FILE.sha256)
            assert brought["happened"] == "Report submitted"
            assert brought["by"] == "tester"

    def test_a_figure_of_which_the_file_names_no_cell_says_only_the_file(self, whole: Office) -> None:
        (brought,) = [each for each in explained(whole, "outcomes/c-1/recover/improved") if each["file"]]
        assert brought["cell"] is None

    def test_what_was_typed_in_has_no_file(self, whole: Office) -> None:
        lines = explained(whole, "demand/c-2/referrals")
        assert all(each["file"] is None and each["cell"] is None for each in lines)
        assert [each["happened"] for each in lines][-4:].count("Report submitted") == 2

    def test_of_a_sum_every_file_is_there_and_the_title_says_what_it_is(self, whole: Office) -> None:
        lines = explained(whole, "demand/all/referrals")
        assert [each["cell"] for each in lines if each["file"]] == ["Demand!C4"]
        assert [each["position"] for each in lines] == sorted({each["position"] for each in lines})
        with whole.reading() as views:
            title = explain(views, H1, "demand/all/referrals").title
        assert title == "demand/All services (instances)/referrals is more than 221: event by event"

    def test_a_choice_is_shown_with_its_reason(self, whole: Office) -> None:
        (chosen,) = [each for each in explained(whole, "demand/c-6/referrals") if each["about"] == f"return-{H1}"]
        assert chosen["reason"] == "The service began in September"

    def test_that_another_report_was_sent_back_is_behind_a_sum_that_is_without_it(self, office: Office) -> None:
        do(office, *fund_with(10), PROVIDER, *awarded("a1", 5), OpenReturn(period=H1))
        do(office, *accepted("a1", "2017-18-q1", referrals=1), *accepted("a1", "2017-18-q2", referrals=2))
        late = date(2017, 11, 30)
        do(office, SendBackReport(award="a1", period="2017-18-q2", reasons=("Too low",), correct_by=late))
        lines = explained(office, "demand/a1/referrals")
        assert lines[-1]["happened"] == "Report sent back"
        assert lines[-1]["reason"] == "Too low"
        do(office, *accepted("a1", "2017-18-q2", referrals=3)[1:])
        assert "Report sent back" not in {line["happened"] for line in explained(office, "demand/a1/referrals")}

    def test_where_nothing_was_recorded_it_is_said(self, whole: Office) -> None:
        with whole.reading() as views:
            table = explain(views, H1, "demand/c-5/referrals")
        assert table.rows == ()
        assert table.notes == ("Nothing was recorded that makes this figure.",)
        assert "is not supplied" in table.title

    def test_a_signed_version_is_explained_as_it_was_signed(self, whole: Office) -> None:
        before = explained(whole, "demand/c-3/referrals"), explained(whole, "restorative-justice/c-3/rj_referrals")
        better = reported("c-3", H1, rj_referrals=15)
        do(whole, CorrectReport(**better.model_dump(), reason="Three more"), AcceptReport(award="c-3", period=H1))
        assert (
            explained(whole, "demand/c-3/referrals"),
            explained(whole, "restorative-justice/c-3/rj_referrals"),
        ) == before


def test_remarks_stand_in_order_with_their_version_and_change_no_figure(whole: Office) -> None:
    digest = found(whole, "demand/c-1/referrals").cell
    do(whole, RestateReturn(period=H1, reason="More came in"), CommentOnReturn(period=H1, words="The second time"))
    with whole.reading() as views:
        said = list(comments(views, H1).records())
        assert list(comments(views, H2).records()) == []
    assert [(each["cell"], each["words"], each["version"], each["by"]) for each in said] == [
        ("service-list/c-5/report", "The shelter was asked twice.", 1, "tester"),
        (None, "The second time", 2, "tester"),
    ]
    assert found(whole, "demand/c-1/referrals").cell == digest
