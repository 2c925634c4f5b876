"""Samples of what may happen to an award after it is approved: changes, payments, other money, documents.

From the papers where they have the figures. What no paper has is made up, and says so.
"""

from datetime import date

from domain.awards.change_events import (
    Apportioned,
    ApportionedShare,
    AwardAmountConfirmed,
    AwardClosed,
    AwardEnded,
    AwardExtended,
    AwardNovated,
    AwardReduced,
    AwardReissued,
    AwardTransferred,
    AwardUplifted,
    TransferReapportioned,
)
from domain.awards.events import AwardApproved, DocumentAttached, DocumentKind, Share
from domain.awards.partner_events import (
    ContributionPromised,
    ContributionReceived,
    PartnerWithdrew,
    PoolDescribed,
    SecondTierRecorded,
    SingleTenderRecorded,
)
from domain.awards.payment_events import (
    ConditionKind,
    ConditionMet,
    ConditionSet,
    ConditionWaived,
    PaymentApproved,
    PaymentCancelled,
    PaymentClawedBack,
    PaymentFreed,
    PaymentHeld,
    PaymentMade,
    PaymentScheduled,
    ProfileLine,
    ProfileSet,
    SpendLine,
    SpendReported,
    SurplusPlanned,
    SurplusPlanSettled,
)
from domain.kernel import Event

CHANGES: list[Event] = [
    AwardUplifted(
        variation="2017-10-hours",
        fund="moj-victims",
        year="2017-18",
        by_pence=12_500_00,
        reason="More hours were needed (made up).",
        decision="Decision Record 031",
        effective_on=date(2017, 7, 1),
    ),
    AwardExtended(ends_on=date(2018, 9, 30), reason="The next competition is late.", decision="Decision Record 040"),
    AwardEnded(ended_on=date(2017, 6, 30), reason="The funder ended the grant after three months.", decision=None),
    AwardReissued(as_award="2017-18-isva-2", reason="For twelve months, under a new agreement."),
    AwardNovated(provider="remedi", effective_on=date(2017, 8, 1), consent="Deed of novation, 28 July 2017"),
    AwardTransferred(
        scheme="A transfer scheme under an Act (made up)",
        effective_on=date(2028, 5, 1),
        successors=(
            Apportioned(successor="Mayor's office", share_parts=2, unpaid_pence=59_742_00),
            Apportioned(successor="Policing board", share_parts=1, unpaid_pence=29_871_00),
        ),
    ),
    TransferReapportioned(
        payment="2017-q1",
        successors=(
            Apportioned(
                successor="Mayor's office",
                share_parts=2,
                unpaid_pence=54_742_00,
                shares=(
                    ApportionedShare(fund="moj-victims", year="2017-18", unpaid_pence=50_000_00, ring_fence="labour"),
                    ApportionedShare(
                        fund="moj-victims", year="2017-18", unpaid_pence=4_742_00, ring_fence="non-labour"
                    ),
                ),
            ),
        ),
    ),
    AwardClosed(closed_on=date(2018, 5, 31), reason="The accounts of the year are settled."),
]

PAYMENTS: list[Event] = [
    ConditionSet(
        condition="spend-plan", kind=ConditionKind.SPEND_PLAN, title="The partnership's spend plan is received"
    ),
    ConditionMet(condition="spend-plan", met_on=date(2017, 6, 19), evidence="Plan of 16 June 2017, on file."),
    ConditionWaived(
        condition="evidence-of-checks",
        authorised_by="Chief finance officer",
        reason="The post works with no children or adults at risk.",
    ),
    PaymentScheduled(
        payment="2017-q1", fund="cdr-grants", year="2017-18", amount_pence=7_500_00, due_on=date(2017, 6, 30)
    ),
    PaymentApproved(payment="2017-q1"),
    PaymentHeld(payment="2017-q1", reason="The invoice names another body."),
    PaymentFreed(payment="2017-q1", reason="A right invoice came in."),
    PaymentCancelled(payment="2017-q1", reason="It is paid with the next one."),
    PaymentClawedBack(
        payment="2017-q1",
        fund="cdr-grants",
        year="2017-18",
        amount_pence=1_250_50,
        reason="It was not spent.",
        effective_on=date(2018, 3, 31),
    ),
    ProfileSet(
        lines=(
            ProfileLine(line="2017-18-q2", amount_pence=9_449_00),
            ProfileLine(line="2017-18-q3", amount_pence=9_449_00),
            ProfileLine(line="2017-18-q4", amount_pence=9_449_00),
        )
    ),
    SpendReported(
        period="2017-18-h1",
        lines=(
            SpendLine(
                line="Salaries",
                planned_pence=9_449_00,
                actual_pence=9_000_00,
                forecast_pence=28_347_00,
                explanation="The post began a week late.",
            ),
            SpendLine(line="Travel", planned_pence=0, actual_pence=0, forecast_pence=None, explanation=None),
        ),
        received_on=date(2017, 10, 12),
    ),
    SurplusPlanned(plan="surplus-1", amount_pence=449_00, purpose="Training of the worker (made up)."),
    SurplusPlanSettled(plan="surplus-1", agreed=False, reason="It is not what the grant is for."),
]

PARTNERS: list[Event] = [
    PoolDescribed(host="County council", whole_pence=None),
    ContributionPromised(contribution="charity", partner="A national charity", match=True, amount_pence=30_000_00),
    ContributionReceived(
        contribution="charity", receipt="charity-1", amount_pence=15_000_00, received_on=date(2017, 7, 14)
    ),
    PartnerWithdrew(
        contribution="charity",
        reason="Its own funding ended.",
        what_happens="The second year of the post is not filled.",
    ),
    SecondTierRecorded(
        tier="provider-1",
        provider=None,
        service="Work with those who may commit violence",
        amount_pence=89_613_00,
        starts_on=date(2023, 7, 1),
        ends_on=date(2025, 3, 31),
    ),
    SingleTenderRecorded(
        ground="Technical exclusivity or continuity of supply",
        approved_by="Chief finance officer",
        decision=None,
        next_competition_on=date(2018, 9, 3),
    ),
]

DOCUMENTS: list[Event] = [
    DocumentAttached(
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        kind=DocumentKind.SPEND_PLAN,
        title="Spend plan of the partnership, June 2017",
        file_name="spend-plan (signed).pdf",
        media_type="application/pdf",
        size_bytes=20_000_000,
    ),
]

VARIANTS_OF_AWARDS: dict[str, Event] = {
    "award.approved.resting-on-a-decision": AwardApproved(
        shares=(Share(fund="cse-underspend", year="2017-18", amount_pence=28_347_00, ring_fence="engagement-worker"),),
        decision="Decision Record 017",
        rests_on="017",
        effective_on=date(2017, 7, 1),
    ),
    "award.approved.with-the-day-of-its-approval": AwardApproved(
        shares=(Share(fund="moj-victims", year="2017-18", amount_pence=446_000_00),),
        decision=None,
        approved_on=date(2017, 5, 11),
    ),
    "award.approved.with-who-approved-it": AwardApproved(
        shares=(Share(fund="moj-victims", year="2017-18", amount_pence=446_000_00),),
        decision=None,
        approved_on=date(2017, 5, 11),
        approved_by="person-7",
    ),
    "award.uplifted.with-who-approved-it": AwardUplifted(
        variation="2017-11-hours",
        fund="moj-victims",
        year="2017-18",
        by_pence=12_500_00,
        reason="More hours were needed (made up).",
        decision=None,
        effective_on=date(2017, 7, 1),
        approved_by="person-7",
    ),
    "award.amount-confirmed.with-who-confirmed-it": AwardAmountConfirmed(
        fund="moj-victims",
        year="2017-18",
        amount_pence=60_000_00,
        source="The signed agreement (made up)",
        confirmed_by="person-8",
    ),
    "award.reduced.from-an-earlier-day": AwardReduced(
        fund="moj-victims",
        year="2017-18",
        by_pence=46_000_00,
        reason="Fewer hours were needed.",
        variation="2017-10-fewer-hours",
        decision="Decision Record 031",
        effective_on=date(2017, 7, 1),
    ),
    "award.transferred.to-one": AwardTransferred(
        scheme="A transfer scheme under an Act (made up)",
        effective_on=date(2028, 5, 1),
        successors=(Apportioned(successor="Mayor's office", share_parts=1, unpaid_pence=0),),
    ),
    "award.transferred.each-share-apart": AwardTransferred(
        scheme="A transfer scheme under an Act (made up)",
        effective_on=date(2028, 5, 1),
        successors=(
            Apportioned(
                successor="Mayor's office",
                share_parts=1,
                unpaid_pence=89_613_00,
                shares=(
                    ApportionedShare(fund="serious-violence", year="2023-24", unpaid_pence=38_405_57),
                    ApportionedShare(fund="serious-violence", year="2024-25", unpaid_pence=51_207_43),
                ),
            ),
        ),
    ),
    "award.amount-confirmed.of-one-line": AwardAmountConfirmed(
        fund="moj-victims",
        year="2017-18",
        amount_pence=60_000_00,
        source="The signed agreement (made up)",
        ring_fence="labour",
    ),
    "award.uplifted.of-one-line": AwardUplifted(
        variation="2017-11-hours",
        fund="moj-victims",
        year="2017-18",
        by_pence=12_500_00,
        reason="More hours were needed (made up).",
        decision=None,
        effective_on=date(2017, 7, 1),
        ring_fence="labour",
    ),
    "award.reduced.of-one-line": AwardReduced(
        fund="moj-victims",
        year="2017-18",
        by_pence=12_500_00,
        reason="Fewer hours were needed (made up).",
        variation="2017-12-hours",
        effective_on=date(2017, 7, 1),
        ring_fence="non-labour",
    ),
    "award.condition-waived.on-a-day": ConditionWaived(
        condition="evidence-of-checks",
        authorised_by="Chief finance officer",
        reason="The post works with no children or adults at risk.",
        waived_on=date(2017, 6, 19),
    ),
    "award.payment-scheduled.of-one-line": PaymentScheduled(
        payment="2017-q2",
        fund="moj-victims",
        year="2017-18",
        amount_pence=7_500_00,
        due_on=date(2017, 9, 30),
        ring_fence="labour",
    ),
    "award.payment-freed.on-a-day": PaymentFreed(
        payment="2017-q1", reason="A right invoice came in.", freed_on=date(2017, 7, 3)
    ),
    "award.payment-made.of-one-line": PaymentMade(
        payment="2017-q2",
        fund="moj-victims",
        year="2017-18",
        amount_pence=7_500_00,
        paid_on=date(2017, 10, 2),
        ring_fence="labour",
    ),
    "award.payment-clawed-back.of-one-line": PaymentClawedBack(
        payment="2017-q2",
        fund="moj-victims",
        year="2017-18",
        amount_pence=1_250_50,
        reason="It was not spent.",
        effective_on=date(2018, 3, 31),
        ring_fence="labour",
    ),
    "award.partner-withdrew.on-a-day": PartnerWithdrew(
        contribution="charity",
        reason="Its own funding ended.",
        what_happens="The second year of the post is not filled.",
        withdrew_on=date(2017, 9, 1),
    ),
    "award.profile-set.stated-lines": ProfileSet(
        lines=(
            ProfileLine(line="Labour", amount_pence=60_000_00),
            ProfileLine(line="Non-labour", amount_pence=29_613_00),
        )
    ),
    "award.payment-clawed-back.under-a-reference": PaymentClawedBack(
        payment="2017-q1",
        fund="cdr-grants",
        year="2017-18",
        amount_pence=1_250_50,
        reason="It was not spent.",
        effective_on=date(2018, 3, 31),
        claw_back="2017-q1-back-2",
    ),
    "award.pool-described.whole-known": PoolDescribed(host="Clinical commissioning group", whole_pence=500_000_00),
    "award.contribution-promised.amount-not-stated": ContributionPromised(
        contribution="partner-1", partner="A borough council", match=False, amount_pence=None
    ),
    "award.second-tier-recorded.hardly-known": SecondTierRecorded(
        tier="provider-2", provider="aquarius", service="Outreach", amount_pence=None, starts_on=None, ends_on=None
    ),
}
