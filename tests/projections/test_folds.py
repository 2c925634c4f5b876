"""However a history is folded, in one piece or in many, the same rows come of it, and they add up."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import create_engine

from domain.awards.award import Award
from domain.funds.fund import Fund
from domain.kernel import Command, Recorded
from projections.awards import AwardRow, ShareRow
from projections.budgets import BudgetRow, CommitmentRow
from projections.monitoring import OPEN, DueItem
from projections.reports import ReportRow
from projections.rows import METADATA, Rows
from projections.views import Views
from services.event_store import open_log
from services.read_models import apply
from services.settings import Database
from tests.projections.histories import histories, lived, modest
from tests.scenes import Contents, contents, everything_in, folded_anew
from tests.story import OCTOBER

LOG = open_log(Database.of("memory:"))


def folded(pieces: Iterable[Iterable[Recorded]], *, remembering: bool = False) -> Contents:
    """Every row, after the pieces were folded one after the other, each as a unit of work."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        kept = Rows(connection, fresh=True)
        for piece in pieces:
            rows = kept if remembering else Rows(connection)
            for recorded in piece:
                apply(recorded, rows)
            rows.write()
        found = contents(Views(connection, 0, OCTOBER, LOG))
    engine.dispose()
    return found


@given(histories, some.randoms(use_true_random=False))
@modest
def test_a_fold_in_one_piece_in_many_and_one_by_one_gives_the_same_rows(
    history: list[Command[Any]], chance: Any
) -> None:
    with lived(history) as office:
        events = list(office.log.everything())
        cuts = sorted({0, len(events), *(chance.randint(0, len(events)) for _ in range(4))})
        pieces = [events[start:end] for start, end in pairwise(cuts)]
        whole = folded([events])
        assert folded([[event] for event in events]) == whole
        assert folded(pieces) == whole
        assert folded(pieces, remembering=True) == whole
        assert everything_in(office) == whole
        assert folded_anew(office) == whole


@given(histories, some.integers(0, 80))
@modest
def test_as_at_a_position_is_the_fold_of_what_was_there(history: list[Command[Any]], position: int) -> None:
    with lived(history) as office:
        before = [recorded for recorded in office.log.everything() if recorded.position <= position]
        assert folded_anew(office, position) == folded([before])


@given(histories)
@modest
def test_every_budget_adds_up(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        for row in views.rows(BudgetRow):
            of_fund = [row.fund, row.year]
            commitments = [each for each in views.rows(CommitmentRow) if [each.fund, each.year] == of_fund]
            shares = [each for each in views.rows(ShareRow) if [each.fund, each.year] == of_fund]
            assert row.commitments == len(commitments)
            assert row.committed_pence == sum(each.amount_pence or 0 for each in commitments)
            assert row.commitments_not_known == sum(each.amount_pence is None for each in commitments)
            assert row.inferred_pence == sum(each.inferred_pence or 0 for each in commitments)
            assert row.paid_pence == sum(each.paid_pence for each in shares) <= row.committed_pence
            if row.received_pence is None:
                assert row.left_pence is None
            else:
                assert row.left_pence is not None
                assert row.received_pence == row.committed_pence + row.earmarked_pence + row.left_pence
                assert row.over_pence == max(0, -row.left_pence)


@given(histories)
@modest
def test_the_award_the_fund_and_the_rows_say_the_same(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        commitments = {(row.fund, row.year, row.award): row.amount_pence for row in views.rows(CommitmentRow)}
        shares = {(row.fund, row.year, row.award): row.amount_pence for row in views.rows(ShareRow)}
        assert shares == commitments
        for budget in views.rows(BudgetRow):
            stream = office.log.stream(f"fund-{budget.fund}-{budget.year}")
            fund = Fund().after([recorded.event for recorded in stream])
            assert budget.received_pence == fund.received_pence
            assert budget.computed_total_pence == fund.taken_pence
            assert budget.allowed_over_pence == fund.tolerance_pence
        for row in views.rows(AwardRow):
            award = Award().after([recorded.event for recorded in office.log.stream(f"award-{row.award}")])
            assert row.status == award.status
            assert [(each.fund, each.year) for each in award.shares] == [tuple(each) for each in row.shares]
            assert {each.fund: each.amount_pence for each in award.shares} == {
                each.fund: each.amount_pence for each in views.rows(ShareRow) if each.award == row.award
            }
            for name, milestone in award.milestones.items():
                item = views.find(DueItem, f"award-{row.award}#{name}")
                assert item is not None
                assert (item.due_on, item.first_due_on) == (milestone.due_on, milestone.first_due_on)
                is_open = milestone.completed_on is None and not milestone.waived
                assert (item.standing in OPEN) == is_open


@given(histories)
@modest
def test_only_an_accepted_report_counts(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        by_position = {recorded.position: recorded for recorded in office.log.everything()}
        for row in views.rows(ReportRow):
            if row.status == "accepted":
                assert row.accepted_content == row.content
            if row.status in ("submitted", "sent-back"):
                assert row.accepted_content is None
            if row.accepted_content is not None:
                brought, accepted = (by_position[position] for position in row.accepted_sources or ())
                assert brought.event.name in ("report.submitted", "report.corrected")
                assert accepted.event.name == "report.accepted"
                assert {brought.reference, accepted.reference} == {row.report}
