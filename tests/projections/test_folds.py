"""However a history is folded, in one piece or in many, the same rows come of it, and they add up."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import create_engine

from domain import money
from domain.awards.award import Award
from domain.awards.change_events import AwardTransferred
from domain.awards.payment_events import PaymentApproved, PaymentMade
from domain.funds.fund import Fund
from domain.kernel import Command, Recorded
from domain.reports.events import Figures
from projections.awards import AwardRow, ShareRow
from projections.budget_answers import budgets, ring_fences
from projections.budgets import FIELDS, RING_FENCE, WHOLE, BalanceRow, FundRow, LedgerRow, TermRow
from projections.monitoring import OPEN, DueItem
from projections.partners import ContributionRow
from projections.payments import ConditionRow, PaymentRow, ProfileRow
from projections.reports import AcceptedReport, ReportContent, ReportRow
from projections.rows import METADATA, Rows
from projections.standing import balances, over_of
from projections.views import Views
from services.event_store import open_log
from services.office import Office
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


def fund_of(office: Office, row: FundRow | BalanceRow) -> Fund:
    """The fund as the rules know it."""
    stream = office.log.stream(f"fund-{row.fund}-{row.year}")
    return Fund().after([recorded.event for recorded in stream])


@given(histories)
@modest
def test_every_budget_adds_up(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        for row in views.rows(BalanceRow):
            fund, whole = fund_of(office, row), row.ring_fence == WHOLE
            places = [None, *fund.ring_fences] if whole else [row.ring_fence]
            of_fund = [each for each in views.rows(ShareRow) if [each.fund, each.year] == [row.fund, row.year]]
            shares = [each for each in of_fund if each.ring_fence in places]
            commitments = [each for each in fund.commitments.values() if each.ring_fence in places]
            assert len(shares) == len(commitments)
            if whole:
                assert row.awards == len({each.award for each in shares})
                assert row.awards_not_known == len({each.award for each in shares if each.amount_pence is None})
            assert row.committed == sum(each.amount_pence or 0 for each in shares)
            assert row.inferred == sum(each.inferred_pence or 0 for each in shares)
            assert row.paid == sum(each.paid_pence for each in shares) <= row.committed
            earmarks = [each.amount_pence for each in fund.earmarks.values() if each.ring_fence in places]
            gone_to = [each for each in fund.carried_out.values() if each.ring_fence in places]
            given_back = [each for each in fund.returned.values() if each.ring_fence in places]
            assert row.earmarked == sum(earmarks)
            assert row.carried_out == sum(each.amount_pence for each in gone_to)
            assert row.returned == sum(each.amount_pence for each in given_back)
            assert row.received_pence == (
                (fund.received_pence if fund.allocations or fund.carried_in else None)
                if whole
                else fund.received_in(row.ring_fence)
            )
            if row.received_pence is None:
                assert row.left_pence is None
            else:
                assert row.left_pence == money.add(fund.left_in(place) for place in places)
                assert row.left_pence is not None
                gone = row.returned + row.carried_out
                assert row.received_pence == row.committed + row.earmarked + row.left_pence + gone


@given(histories)
@modest
def test_a_ring_fence_is_a_part_of_its_fund_and_what_is_in_none_is_the_rest(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        for own in balances(views).values():
            fund = fund_of(office, own[WHOLE])
            assert set(own) == {WHOLE, *fund.ring_fences}
            if own[WHOLE].received_pence is not None:
                assert over_of(own) == fund.over_pence
                for field in ("committed", "earmarked", "paid", "returned", "carried_out"):
                    fenced = sum(getattr(row, field) for ring_fence, row in own.items() if ring_fence != WHOLE)
                    assert 0 <= fenced <= getattr(own[WHOLE], field)


@given(histories)
@modest
def test_what_is_carried_out_of_one_fund_comes_into_another(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        funds = {(row.fund, row.year): fund_of(office, row) for row in views.rows(FundRow)}
        out = {
            (transfer, place, (said.to_fund, said.to_year), said.amount_pence)
            for place, fund in funds.items()
            for transfer, said in fund.carried_out.items()
        }
        come = {
            (transfer, (said.from_fund, said.from_year), place, said.amount_pence)
            for place, fund in funds.items()
            for transfer, said in fund.carried_in.items()
        }
        assert out == come


@given(histories)
@modest
def test_a_balance_is_the_sum_of_its_entries_in_the_ledger(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        entries = views.rows(LedgerRow)
        sizes = [each for each in views.rows(TermRow) if each.kind == RING_FENCE]
        for row in views.rows(BalanceRow):
            own = [each for each in entries if [each.fund, each.year] == [row.fund, row.year]]
            for field in FIELDS:
                if row.ring_fence == WHOLE:
                    amounts = [each.amount for each in own if each.field == field]
                elif field == "allocations":
                    continue  # a ring-fence has none of its own
                elif field == "received":
                    said = [e.amount_pence or 0 for e in sizes if (e.fund, e.year, e.about) == key_of(row)]
                    amounts = said[-1:]  # a ring-fence is set as a whole
                else:
                    amounts = [e.amount for e in own if (e.field, e.ring_fence) == (field, row.ring_fence)]
                assert getattr(row, field) == sum(amounts), field
        assert {each.field for each in entries} <= set(FIELDS)
        assert balances(views, date.max) == balances(views)


def key_of(row: BalanceRow) -> tuple[str, str, str]:
    """The fund, the year and the ring-fence."""
    return row.fund, row.year, row.ring_fence


@given(histories)
@modest
def test_what_holds_by_the_last_of_all_days_is_what_is_known(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        assert budgets(views, date.max).rows == budgets(views).rows
        assert ring_fences(views, date.max).rows == ring_fences(views).rows


@given(histories, some.dates(date(2017, 3, 31), date(2017, 10, 17)))
@modest
def test_nothing_that_is_said_of_a_thing_holds_before_the_thing_itself(history: list[Command[Any]], on: date) -> None:
    with lived(history) as office, office.reading() as views:
        for own in balances(views, on).values():
            for row in own.values():
                assert min(row.earmarked, row.administration, row.inferred) >= 0
                assert 0 <= row.awards_not_known <= row.awards
                assert 0 <= row.allocations_not_known <= row.allocations


@given(histories)
@modest
def test_what_a_fund_may_keep_for_administration_is_what_the_rules_say(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        for budget, row in zip(budgets(views).records(), rows_by_year(views), strict=True):
            fund = fund_of(office, row)
            assert budget["administration_cap_pence"] == fund.administration_cap_pence
            assert budget["administration_pence"] == fund.administration_pence
            known = budget["received_pence"] is not None
            exact = all(allocation.exact for allocation in fund.allocations.values())
            assert budget["received_exactly"] == (exact if known else None)


@given(histories)
@modest
def test_the_award_the_fund_and_the_rows_say_the_same(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        shares = {(row.fund, row.year, row.award, row.ring_fence): row for row in views.rows(ShareRow)}
        for budget, row in zip(budgets(views).records(), rows_by_year(views), strict=True):
            fund = fund_of(office, row)
            for key, commitment in fund.commitments.items():
                share = shares.pop((row.fund, row.year, key.partition(" ")[0], commitment.ring_fence))
                assert share.amount_pence == commitment.amount_pence
                assert share.paid_pence == commitment.paid_pence
                assert share.ring_fence == commitment.ring_fence
            assert budget["computed_total_pence"] == fund.taken_pence
            assert budget["allowed_over_pence"] == fund.tolerance_pence
        assert not shares
        for each in views.rows(AwardRow):
            award = Award().after([recorded.event for recorded in office.log.stream(f"award-{each.award}")])
            assert_the_same(views, each, award)


def rows_by_year(views: Views) -> list[FundRow]:
    """The funds in the order in which budgets are shown."""
    return views.rows(FundRow, order_by=("year", "fund"))


def assert_the_same(views: Views, row: AwardRow, award: Award) -> None:
    """An award as its rows have it, and as the rules know it."""
    assert (row.status, row.provider, row.ends_on) == (award.status, award.provider, award.ends_on)
    assert row.reissued_as == award.reissued_as
    assert [(each.fund, each.year) for each in award.shares] == [tuple(each) for each in row.shares]
    rows = [each for each in views.rows(ShareRow) if each.award == row.award]
    assert {(each.fund, each.ring_fence): each.amount_pence for each in award.shares} == {
        (each.fund, each.ring_fence): each.amount_pence for each in rows
    }
    assert {(each.fund, each.ring_fence): award.paid_from(each) for each in award.shares} == {
        (each.fund, each.ring_fence): each.paid_pence for each in rows
    }
    assert row.holders[-1][0] == award.provider
    for name, milestone in award.milestones.by_reference.items():
        item = views.find(DueItem, f"award-{row.award}#{name}")
        assert item is not None
        assert (item.due_on, item.first_due_on) == (milestone.due_on, milestone.first_due_on)
        is_open = milestone.completed_on is None and not milestone.waived
        assert (item.standing in OPEN) == is_open
    payments = [each for each in views.rows(PaymentRow) if each.award == row.award]
    assert {each.payment for each in payments} == set(award.payments.payments)
    for paid in payments:
        known = award.payments.payments[paid.payment]
        assert (paid.fund, paid.year, paid.amount_pence) == (known.fund, known.year, known.amount_pence)
        assert (paid.status, paid.due_on) == (known.status, known.due_on)
        assert paid.clawed_back_pence == known.clawed_back_pence
    conditions = [each for each in views.rows(ConditionRow) if each.award == row.award]
    assert {each.condition for each in conditions if each.standing == "open"} == set(award.payments.holding)
    profile = [each for each in views.rows(ProfileRow) if each.award == row.award and each.line is not None]
    assert [(each.line, each.amount_pence) for each in profile] == [
        (line.line, line.amount_pence) for line in award.payments.profile
    ]
    contributions = {each.contribution: each for each in views.rows(ContributionRow) if each.award == row.award}
    assert {name: (c.promised_pence, c.received_pence) for name, c in contributions.items()} == {
        name: (c.promised_pence, c.received_pence) for name, c in award.partners.contributions.items()
    }


@given(histories)
@modest
def test_nothing_is_paid_over_what_is_awarded_or_while_a_condition_holds_and_a_profile_adds_up_to_the_award(
    history: list[Command[Any]],
) -> None:
    with lived(history) as office, office.reading() as views:
        for row in views.rows(AwardRow):
            award, act = Award(), ""
            for recorded in office.log.stream(f"award-{row.award}"):
                if recorded.act != act:
                    assert_settled(award)
                if isinstance(recorded.event, PaymentApproved | PaymentMade):
                    assert not award.payments.holding
                if isinstance(recorded.event, AwardTransferred):
                    unpaid = (award.amount_pence or 0) - sum(award.paid_from(share) for share in award.shares)
                    assert sum(each.unpaid_pence for each in recorded.event.successors) == unpaid
                award, act = award.evolve(recorded.event), recorded.act
            assert_settled(award)


def assert_settled(award: Award) -> None:
    """What holds of an award between two orders."""
    if award.payments.profile:
        assert sum(line.amount_pence for line in award.payments.profile) == award.amount_pence
    for share in award.shares:
        assert award.paid_from(share) <= (share.amount_pence or 0)


@given(histories)
@modest
def test_only_an_accepted_report_counts(history: list[Command[Any]]) -> None:
    with lived(history) as office, office.reading() as views:
        by_position = {recorded.position: recorded for recorded in office.log.everything()}
        for row in views.rows(ReportRow):
            counted = views.find(AcceptedReport, row.report)
            if row.status == "accepted":
                content = views.find(ReportContent, row.report)
                assert content is not None
                assert counted is not None
                assert counted.stands
                assert set(counted.counts) == {f.key for f in Figures.model_validate(content.content).figures}
            if row.status in ("submitted", "sent-back"):
                assert counted is None or not counted.stands
            if counted is not None and counted.stands:
                brought, accepted = (by_position[position] for position in counted.sources)
                assert brought.event.name in ("report.submitted", "report.corrected")
                assert accepted.event.name == "report.accepted"
                assert {brought.reference, accepted.reference} == {row.report}
