"""One sample of every event there is, from the papers where they have the figures, and some of its variants.

``SAMPLES`` is keyed by stored name; ``VARIANTS`` by stored name, a full stop and what is different.
Counts that no paper has are made up, and say so.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from domain.awards.change_events import AwardAmountConfirmed, AwardReduced, AwardWithdrawn
from domain.awards.events import (
    AwardApproved,
    AwardRegistered,
    MeasuresAgreed,
    MilestoneCompleted,
    MilestoneMissed,
    MilestonePlanned,
    MilestoneRescheduled,
    MilestoneWaived,
    MonitoringScheduled,
    Route,
    Share,
)
from domain.awards.payment_events import PaymentMade
from domain.bids.events import BidLost, BidPrepared, BidSubmitted, BidWon, MatchEarmarked
from domain.decisions.events import DecisionRecorded, DecisionSuperseded
from domain.funds.events import (
    AdministrationCapSet,
    AllocationAmended,
    AllocationConfirmed,
    AllocationReceived,
    CapBasis,
    CommitmentConfirmed,
    CommitmentRaised,
    CommitmentWithdrawn,
    EarmarkHeld,
    EarmarkKind,
    EarmarkReleased,
    FundOpened,
    FundsCarriedIn,
    FundsCarriedOut,
    FundsClawedBack,
    FundsCommitted,
    FundsPaid,
    FundsReleased,
    ReturnedHow,
    RingFenceKind,
    RingFenceSet,
    ToleranceSet,
    TotalStated,
    UnderspendReturned,
)
from domain.kernel import Event
from domain.monitoring.events import (
    NilReturnDeclared,
    ObligationMet,
    ObligationMoved,
    ObligationOwed,
    ObligationReopened,
    ObligationWaived,
)
from domain.monitoring.schedule import DueRule
from domain.periods import Frequency
from domain.providers.events import (
    Kind,
    ProviderIdentified,
    ProviderMerged,
    ProviderRecognised,
    ProviderRegistered,
    ProviderRenamed,
    ProviderStatusChanged,
    Status,
)
from domain.reports.events import (
    Explanation,
    Figure,
    Figures,
    OutcomeFigure,
    ReportAccepted,
    ReportCorrected,
    ReportFile,
    ReportSentBack,
    ReportSubmitted,
    Text,
)
from domain.reports.quantity import Quantity
from domain.returns.events import (
    Apportionment,
    ReportApportioned,
    ReturnCommented,
    ReturnFilled,
    ReturnOpened,
    ReturnPublished,
    ReturnRestated,
    ReturnSignedOff,
    ReturnSubmitted,
)
from domain.returns.filled import FilledReturn
from domain.tables import Cell, Column, Missing, Table
from tests.samples_of_awards import CHANGES, DOCUMENTS, PARTNERS, PAYMENTS, VARIANTS_OF_AWARDS
from tests.samples_of_the_scheduler import OF_THE_SCHEDULER

_FIGURES = Figures(
    figures=(
        Figure(measure="referrals", quantity=Quantity(at_least=15001, at_most=None)),
        Figure(measure="self-referrals", quantity=Quantity(at_least=0, at_most=99)),
        Figure(measure="volunteer-hours", quantity=Quantity.exactly(1461)),
        Figure(measure="accepted", breakdown="age", category="under-18", quantity=Quantity(at_least=101, at_most=None)),
        Figure(
            measure="accepted",
            breakdown="age",
            category="prefer-not-to-say",
            quantity=Quantity(at_least=20, at_most=30),
        ),
    ),
    outcomes=(
        OutcomeFigure(outcome="cope", improved=410, answered=520, eligible=3300),
        OutcomeFigure(outcome="recover", improved=None, answered=None, eligible=3300),
    ),
    narrative="Needs of 3,300 victims were met in one call.",
    made_up=True,
)
_CORRECTED = Figures(
    figures=(Figure(measure="referrals", quantity=Quantity.exactly(0)),),
    outcomes=(OutcomeFigure(outcome="cope", improved=0, answered=0, eligible=0),),
    narrative=None,
    made_up=True,
)

_RETURN = FilledReturn(
    period="2017-18-h1",
    template="moj-working-1",
    position=4711,
    tables=(
        Table(
            name="service-list",
            title="Services",
            columns=(
                Column(key="service", title="Service"),
                Column(key="amount_pence", title="Amount", kind="pence"),
                Column(key="ends_on", title="Ends on", kind="date"),
                Column(key="pooled", title="Pooled", kind="yes-no"),
            ),
            rows=(
                (
                    Cell(value="Victim and Witness Hub - initial referral provision", sources=(12,)),
                    Cell(value=446_000_00, sources=(12, 13)),
                    Cell(value="2018-03-31", sources=(12,)),
                    Cell(value=False, sources=(12,)),
                ),
                (
                    Cell(value="Countywide Sexual Violence Support Service", sources=(14,)),
                    Cell(value=213_000_00, words="£213,000 from OPCC", sources=(14, 15)),
                    Cell(missing=Missing.NOT_KNOWN),
                    Cell(value=True, sources=(14,)),
                ),
            ),
            notes=("Amounts are the office's own share.",),
        ),
        Table(
            name="demand",
            title="Demand",
            columns=(
                Column(key="service", title="Service"),
                Column(key="referrals", title="Referrals received", kind="count", unit="referrals"),
            ),
            rows=(
                (
                    Cell(value="Victim and Witness Hub - initial referral provision"),
                    Cell(words="more than 15,000", at_least=15001, sources=(120,)),
                ),
                (
                    Cell(value="Countywide Sexual Violence Support Service"),
                    Cell(missing=Missing.NOT_SUPPLIED),
                ),
                (Cell(value="Restorative Justice Hub"), Cell(missing=Missing.NIL, sources=(121,))),
                (Cell(value="Home security for elderly victims of burglary"), Cell(missing=Missing.SUPPRESSED)),
            ),
        ),
    ),
    waiting_for=("Countywide Sexual Violence Support Service has not reported.",),
)


def _by_name(events: Iterable[Event]) -> dict[str, Event]:
    return {event.name: event for event in events}


SAMPLES: dict[str, Event] = _by_name(
    [
        ProviderRegistered(
            title="Harbour Counselling (made up)",
            kind=Kind.ORGANISATION,
            charity_number="1234567",
            company_number="01234567",
        ),
        ProviderIdentified(charity_number="1234567", company_number=None),
        ProviderStatusChanged(status=Status.SUSPENDED, reason="The accounts have not come in."),
        ProviderRenamed(
            title="Harbour Support (made up)", since=date(2017, 9, 1), reason="It says so in its annual return."
        ),
        ProviderMerged(into="harbour", merged_on=date(2018, 4, 1), reason="The two charities became one."),
        ProviderRecognised(same_as="harbour", reason="The papers of 2014 use its short name."),
        DecisionRecorded(
            title="CSE Engagement Worker",
            decided_on=date(2017, 5, 9),
            decided="To pay £28,347 for nine months out of the underspend of 2016/17.",
            advice="The chief finance officer was asked.",
            alternatives="To end the post on 30 June 2017.",
            significant_public_interest=False,
            public_interest_reason="The amount is small, and the service is known.",
            objectives=("Putting victims first", "Keeping children safe"),
            interests="None declared.",
            supersedes="2016-044",
            published_on=date(2017, 5, 12),
        ),
        DecisionSuperseded(by="017"),
        FundOpened(title="MoJ Victims Services Grant 2017/18", funder="Ministry of Justice", return_to="moj"),
        AllocationReceived(
            agreement="moj-victims-2017-18",
            amount_pence=1_000_000_00,
            printed="£1m",
            exact=False,
            source="Commissioning and Grants, 11 May 2017, 3.3",
            received_on=None,
        ),
        ToleranceSet(
            per_cent=None,
            amount_pence=500_00,
            authorised_by="Chief finance officer",
            decision="2014-02",
            reason="The grant is printed rounded to the nearest thousand pounds.",
        ),
        EarmarkHeld(
            earmark="projects-in-development",
            title="Capability and capacity projects in development",
            kind=EarmarkKind.IN_DEVELOPMENT,
            amount_pence=34_000_00,
            over_pence=500_00,
        ),
        EarmarkReleased(
            earmark="projects-in-development", amount_pence=34_000_00, reason="The projects were not taken up."
        ),
        FundsCommitted(award="2017-18-vwh-1", amount_pence=446_000_00, inferred_pence=None, over_pence=0),
        CommitmentConfirmed(award="2017-18-appropriate-adults", amount_pence=10_000_00, over_pence=0),
        FundsReleased(award="2017-18-vwh-1", amount_pence=46_000_00, reason="Fewer hours were needed."),
        CommitmentWithdrawn(award="2017-18-appropriate-adults", reason="The pool was not renewed."),
        FundsPaid(award="2017-18-vwh-1", payment="2017-07-vwh-1", amount_pence=111_500_00, paid_on=date(2017, 7, 3)),
        AllocationConfirmed(
            agreement="moj-victims-2017-18",
            amount_pence=99_640_017,
            was_pence=100_000_000,
            source="The grant agreement (made up)",
            effective_on=date(2017, 6, 1),
        ),
        AllocationAmended(
            agreement="moj-victims-2017-18",
            addendum="addendum-1",
            change_pence=-37,
            reason="The Ministry rounds to whole pounds.",
            effective_on=date(2017, 10, 1),
        ),
        RingFenceSet(
            ring_fence="domestic-abuse",
            title="Services for victims of domestic abuse",
            kind=RingFenceKind.RING_FENCE,
            amount_pence=120_000_00,
            reason="Grant agreement, schedule 2.",
            effective_on=date(2017, 4, 1),
        ),
        FundsCarriedOut(
            transfer="cse-2016-17",
            to_fund="cse-underspend",
            to_year="2017-18",
            ring_fence="engagement-worker",
            amount_pence=28_347_00,
            permission="The funder's letter of 2 May 2017",
            decision="017",
            use_by=date(2018, 3, 31),
            effective_on=date(2017, 4, 1),
        ),
        FundsCarriedIn(
            transfer="cse-2016-17",
            from_fund="cse",
            from_year="2016-17",
            amount_pence=28_347_00,
            permission="The funder's letter of 2 May 2017",
            decision="017",
            use_by=date(2018, 3, 31),
            effective_on=date(2017, 4, 1),
        ),
        UnderspendReturned(
            returned="2017-18-underspend",
            amount_pence=38_740_00,
            ring_fence=None,
            how=ReturnedHow.NETTED_OFF,
            reason="Taken off the first payment of 2018/19.",
            effective_on=date(2018, 4, 30),
        ),
        AdministrationCapSet(per_cent=Decimal("5.0"), basis=CapBasis.ALLOCATION, source="Grant agreement, 6.2"),
        CommitmentRaised(
            award="2017-18-vwh-1",
            amount_pence=12_500_00,
            over_pence=0,
            reason="More hours were needed (made up).",
            ring_fence=None,
            effective_on=date(2017, 7, 1),
        ),
        FundsClawedBack(
            award="2017-18-vwh-1",
            payment="2017-07-vwh-1",
            amount_pence=1_250_50,
            reason="It was not spent.",
            ring_fence="domestic-abuse",
            effective_on=date(2018, 3, 31),
        ),
        TotalStated(source="Commissioning and Grants, 11 May 2017, appendix 1, total awards", total_pence=1_322_248_00),
        AwardRegistered(
            service="CSE Engagement Worker",
            route=Route.GRANT,
            ground=None,
            provider="aquarius",
            starts_on=date(2017, 7, 1),
            ends_on=date(2018, 3, 31),
            decision="Decision Record 017",
            remarks=("Paid out of the underspend of 2016/17.", "Extends a post that ran to 30 June 2017."),
        ),
        AwardApproved(
            shares=(Share(fund="cse-underspend", year="2017-18", amount_pence=28_347_00),),
            decision="Decision Record 017",
        ),
        AwardAmountConfirmed(
            fund="cdr-grants", year="2017-18", amount_pence=10_000_00, source="Letter of the pool's host, June 2017"
        ),
        AwardReduced(fund="moj-victims", year="2017-18", by_pence=46_000_00, reason="Fewer hours were needed."),
        AwardWithdrawn(reason="The service closed."),
        PaymentMade(
            payment="2017-07-vwh-1",
            fund="moj-victims",
            year="2017-18",
            amount_pence=111_500_00,
            paid_on=date(2017, 7, 3),
        ),
        MilestonePlanned(milestone="hub-opens", title="The hub takes its first referral", due_on=date(2017, 9, 29)),
        MilestoneRescheduled(milestone="hub-opens", due_on=date(2017, 11, 30), reason="The lease was late."),
        MilestoneCompleted(
            milestone="hub-opens", completed_on=date(2017, 11, 28), evidence="Visit of 28 November 2017, note 14."
        ),
        MilestoneMissed(milestone="hub-opens", reason="The lease was late."),
        MilestoneWaived(milestone="hub-opens", reason="The hub opened before the award."),
        MeasuresAgreed(measures=("referrals", "rj-referrals", "spend"), outcomes=("cope",)),
        MonitoringScheduled(
            schedule="outcome-report",
            title="Outcome report",
            frequency=Frequency.HALF_YEARLY,
            due=DueRule(kind="working-days-after", number=20, roll="next-working-day"),
            covers="2017-18",
        ),
        *CHANGES,
        *PAYMENTS,
        *PARTNERS,
        *DOCUMENTS,
        *OF_THE_SCHEDULER,
        BidPrepared(
            title="Early intervention with young people",
            funder="Home Office",
            amount_pence=700_000_00,
            deadline=date(2018, 9, 28),
            match_required=True,
            match_from="The partnership pot of 2018/19",
        ),
        MatchEarmarked(fund="partnership-pot", year="2018-19", amount_pence=50_000_00),
        BidSubmitted(submitted_on=date(2018, 9, 27)),
        BidWon(
            won_on=date(2018, 11, 2),
            fund="early-intervention",
            year="2018-19",
            agreement="early-intervention-2018",
            amount_pence=700_000_00,
            match_award="2018-19-early-intervention",
        ),
        BidLost(lost_on=date(2018, 11, 2), reason="Too many bids."),
        ObligationOwed(
            award="2017-18-vwh-1",
            schedule="outcome-report",
            period="2017-18-h1",
            title="Outcome report",
            due_on=date(2017, 10, 27),
        ),
        ObligationMoved(due_on=date(2017, 11, 15), reason="The provider moved to another system."),
        ObligationMet(met_on=date(2017, 10, 12), evidence="The report came in."),
        ObligationReopened(due_on=date(2017, 11, 6), reason="The report was sent back."),
        ObligationWaived(reason="The service closed."),
        NilReturnDeclared(declared_on=date(2017, 10, 10), reason="There were no referrals in the period."),
        ReportSubmitted(
            award="2017-18-vwh-1",
            period="2017-18-h1",
            framework="moj-2013",
            content=_FIGURES,
            received_on=date(2017, 10, 12),
        ),
        ReportSentBack(
            reasons=("Self-referrals are more than referrals.", "The age groups do not add up."),
            correct_by=date(2017, 11, 6),
        ),
        ReportCorrected(
            framework="moj-2013",
            content=_CORRECTED,
            received_on=date(2017, 11, 3),
            reason="The figures of another service were sent.",
        ),
        ReportAccepted(version=2),
        ReturnOpened(period="2017-18-h1", template="moj-working-1", due_on=date(2017, 10, 30)),
        ReturnPublished(version=1, rule="area-tables-1", tables=_RETURN.tables, despite=None),
        ReturnCommented(words="Embrace will correct this in November.", cell="demand/MOJ-2017-01/referrals"),
        ReportApportioned(
            award="MOJ-2017-07",
            report_period="2017-07-01..2018-01-31",
            how=Apportionment.BY_DAYS,
            reason="The contract runs from July.",
        ),
        ReturnFilled(
            template=_RETURN.template,
            position=_RETURN.position,
            sha256=_RETURN.sha256,
            waiting_for=_RETURN.waiting_for,
        ),
        ReturnSignedOff(
            declaration="The figures are right to the best of the office's knowledge.",
            despite="The provider will report in November; a restatement will follow.",
            template=_RETURN.template,
            position=_RETURN.position,
            sha256=_RETURN.sha256,
            tables=_RETURN.tables,
        ),
        ReturnSubmitted(submitted_on=date(2017, 10, 30), sha256=_RETURN.sha256, receipt="Acknowledged by e-mail."),
        ReturnRestated(
            version=2, supersedes_sha256=_RETURN.sha256, reason="A provider reported after the return was sent."
        ),
    ]
)

VARIANTS: dict[str, Event] = {
    "provider.registered.pool": ProviderRegistered(
        title="Clinical Commissioning Group pooled budget", kind=Kind.POOL, charity_number=None, company_number=None
    ),
    "fund.opened.in-no-return": FundOpened(
        title="Crime and Disorder Reduction Grants 2017/18",
        funder="Police and Crime Commissioner",
        return_to=None,
    ),
    "fund.allocation-received.amount-not-known": AllocationReceived(
        agreement="cdr-2018-19",
        amount_pence=None,
        printed=None,
        exact=False,
        source="Transforming the delivery of Community Safety, 13 September 2018",
        received_on=None,
    ),
    "fund.allocation-received.exact": AllocationReceived(
        agreement="cse-underspend-2016-17",
        amount_pence=28_347_00,
        printed=None,
        exact=True,
        source="Decision Record 017, 9 May 2017",
        received_on=date(2017, 5, 9),
    ),
    "fund.tolerance-set.percentage": ToleranceSet(
        per_cent=Decimal("2.50"),
        amount_pence=None,
        authorised_by="Chief finance officer",
        decision="2017-031",
        reason="Underspends have been the rule.",
    ),
    "fund.earmark-held.reserve": EarmarkHeld(
        earmark="emerging-initiatives",
        title="Emerging Initiatives",
        kind=EarmarkKind.RESERVE,
        amount_pence=15_000_00,
        over_pence=0,
    ),
    "fund.funds-committed.amount-not-known": FundsCommitted(
        award="2017-18-appropriate-adults", amount_pence=None, inferred_pence=10_000_00, over_pence=0
    ),
    "fund.earmark-held.match-in-a-ring-fence": EarmarkHeld(
        earmark="match-early-intervention",
        title="Match for the bid early-intervention",
        kind=EarmarkKind.MATCH,
        amount_pence=50_000_00,
        over_pence=0,
        ring_fence="youth",
        effective_on=date(2018, 9, 1),
    ),
    "fund.earmark-released.under-a-reference": EarmarkReleased(
        earmark="reserve",
        amount_pence=5_000_00,
        reason="Some of it is needed.",
        release="reserve-1",
    ),
    "fund.funds-carried-out.into-a-ring-fence": FundsCarriedOut(
        transfer="cse-2016-17",
        to_fund="cse",
        to_year="2017-18",
        ring_fence="youth",
        amount_pence=28_347_00,
        permission="The funder's letter of 2 May 2017",
        decision=None,
        use_by=None,
        effective_on=date(2017, 4, 1),
        to_ring_fence="engagement-worker",
    ),
    "fund.funds-carried-in.into-a-ring-fence": FundsCarriedIn(
        transfer="cse-2016-17",
        from_fund="cse",
        from_year="2016-17",
        amount_pence=28_347_00,
        permission="The funder's letter of 2 May 2017",
        decision=None,
        use_by=None,
        effective_on=date(2017, 4, 1),
        to_ring_fence="engagement-worker",
    ),
    "bid.match-earmarked.in-a-ring-fence": MatchEarmarked(
        fund="cdr-grants", year="2018-19", amount_pence=78_000_00, ring_fence="youth"
    ),
    "fund.earmark-released.to-an-award": EarmarkReleased(
        earmark="match-early-intervention",
        amount_pence=75_000_00,
        reason="Bid early-intervention is won: award 2018-19-early-intervention takes it.",
        effective_on=date(2018, 11, 2),
        to_award="2018-19-early-intervention",
    ),
    "fund.earmark-released.in-a-ring-fence": EarmarkReleased(
        earmark="match-early-intervention",
        amount_pence=50_000_00,
        reason="Bid early-intervention is lost: the match comes back.",
        ring_fence="youth",
        effective_on=date(2018, 11, 2),
    ),
    "fund.funds-committed.in-a-ring-fence": FundsCommitted(
        award="2017-18-vwh-1",
        amount_pence=446_000_00,
        inferred_pence=None,
        over_pence=0,
        ring_fence="domestic-abuse",
        effective_on=date(2017, 4, 1),
    ),
    "fund.commitment-confirmed.in-a-ring-fence": CommitmentConfirmed(
        award="2017-18-appropriate-adults",
        amount_pence=10_000_00,
        over_pence=0,
        ring_fence="custody",
        effective_on=date(2017, 6, 2),
    ),
    "fund.funds-released.in-a-ring-fence": FundsReleased(
        award="2017-18-vwh-1",
        amount_pence=46_000_00,
        reason="Fewer hours were needed.",
        ring_fence="domestic-abuse",
        effective_on=date(2017, 7, 1),
    ),
    "fund.commitment-withdrawn.in-a-ring-fence": CommitmentWithdrawn(
        award="2017-18-appropriate-adults",
        reason="The pool was not renewed.",
        ring_fence="custody",
        effective_on=date(2017, 7, 1),
    ),
    "fund.funds-paid.in-a-ring-fence": FundsPaid(
        award="2017-18-vwh-1",
        payment="2017-07-vwh-1",
        amount_pence=111_500_00,
        paid_on=date(2017, 7, 3),
        ring_fence="domestic-abuse",
    ),
    "fund.ring-fence-set.line": RingFenceSet(
        ring_fence="labour",
        title="Labour",
        kind=RingFenceKind.LINE,
        amount_pence=0,
        reason="The agreement's two lines.",
        effective_on=date(2017, 4, 1),
    ),
    "fund.underspend-returned.repaid": UnderspendReturned(
        returned="2017-18-da",
        amount_pence=1,
        ring_fence="domestic-abuse",
        how=ReturnedHow.REPAID,
        reason="Not spent by 31 March.",
        effective_on=date(2018, 4, 30),
    ),
    "fund.administration-cap-set.of-spend": AdministrationCapSet(
        per_cent=Decimal("7.5"), basis=CapBasis.SPEND, source="Grant agreement, 6.2"
    ),
    "decision.recorded.hardly-known": DecisionRecorded(
        title="Single tender for home security",
        decided_on=date(2017, 3, 1),
        decided="To go on for a year.",
        advice=None,
        alternatives=None,
        significant_public_interest=True,
        public_interest_reason=None,
        objectives=(),
        interests=None,
        supersedes=None,
        published_on=None,
    ),
    "bid.prepared.without-match": BidPrepared(
        title="Small grants",
        funder="Home Office",
        amount_pence=10_000_00,
        deadline=None,
        match_required=False,
        match_from=None,
    ),
    "bid.won.without-match": BidWon(
        won_on=date(2018, 11, 2),
        fund="small-grants",
        year="2018-19",
        agreement="small-grants-2018",
        amount_pence=9_000_00,
        match_award=None,
    ),
    **VARIANTS_OF_AWARDS,
    "award.registered.hardly-known": AwardRegistered(
        service="Regional co-ordination post (collaboration agreement)",
        route=Route.NOT_STATED,
        ground=None,
        provider=None,
        starts_on=None,
        ends_on=None,
        decision=None,
        remarks=(),
    ),
    "award.registered.single-tender": AwardRegistered(
        service="Home security for elderly victims of burglary",
        route=Route.SINGLE_TENDER,
        ground="Technical exclusivity or continuity of supply",
        provider="shrievalty-trust",
        starts_on=date(2017, 4, 1),
        ends_on=date(2018, 3, 31),
        decision=None,
        remarks=("Dates are the financial year of the table.",),
    ),
    "return.filled.with-who-filled-it": ReturnFilled(
        template=_RETURN.template, position=4711, sha256=_RETURN.sha256, waiting_for=(), filled_by="person-8"
    ),
    "award.approved.share-not-known": AwardApproved(
        shares=(
            Share(fund="moj-victims", year="2017-18", amount_pence=213_000_00, printed="£213,000 from OPCC"),
            Share(fund="cdr-grants", year="2017-18", amount_pence=None, inferred_pence=10_000_00),
        ),
        decision=None,
    ),
    "award.approved.over-two-years": AwardApproved(
        shares=(
            Share(fund="serious-violence", year="2023-24", amount_pence=38_405_57),
            Share(fund="serious-violence", year="2024-25", amount_pence=51_207_43),
        ),
        decision=None,
    ),
    "award.monitoring-scheduled.fixed-dates": MonitoringScheduled(
        schedule="spend-plan",
        title="Spend plan",
        frequency=Frequency.ONCE,
        due=DueRule(kind="fixed-date", days=("10-30", "04-30"), roll="previous-working-day"),
        covers="2017-07-01..2018-03-31",
    ),
    "report.submitted.outcomes-only": ReportSubmitted(
        award="2017-18-vwh-1",
        period="2017-07-01..2018-03-31",
        framework="moj-2013",
        content=Figures(outcomes=(OutcomeFigure(outcome="cope", improved=1, answered=None, eligible=1),), made_up=True),
        received_on=date(2018, 4, 12),
    ),
    "return.opened.by-an-office": ReturnOpened(
        period="2017-18-h2",
        template="moj-working-1",
        due_on=date(2018, 4, 30),
        office="The office of the demonstration",
        area_code="E23000023",
    ),
    "return.published.all-the-same": ReturnPublished(
        version=2, rule="research-tables-1", tables=(), despite="The figures were given to the panel before."
    ),
    "return.commented.as-a-whole": ReturnCommented(words="Two services are new this year.", cell=None),
    "report.submitted.by-workbook": ReportSubmitted(
        award="MOJ-2017-02",
        period="2017-18-h1",
        framework="moj-2013",
        content=Figures(
            figures=(Figure(measure="referrals", quantity=Quantity.exactly(64), cell="Demand!C4"),),
            outcomes=(
                OutcomeFigure(
                    outcome="cope",
                    improved=27,
                    answered=31,
                    eligible=None,
                    cells=("Outcomes!C6", "Outcomes!C5", None),
                ),
            ),
            texts=(Text(narrative="risks", words="One post is vacant."),),
            explanations=(Explanation(check="jump", about="referrals", words="A second site opened."),),
            file=ReportFile(sha256="ab" * 32, file_name="report 2017-18-h1.xlsx"),
        ),
        received_on=date(2017, 10, 9),
    ),
    "return.opened.day-not-known": ReturnOpened(period="2017-18-h2", template="moj-working-1", due_on=None),
    "return.signed-off.with-nothing-missing": ReturnSignedOff(
        declaration="The figures are right.",
        despite=None,
        template="moj-working-1",
        position=1,
        sha256=FilledReturn(period="2017-18-h1", template="moj-working-1", position=1, tables=()).sha256,
        tables=(),
    ),
    "return.submitted.without-a-receipt": ReturnSubmitted(
        submitted_on=date(2017, 10, 30), sha256=_RETURN.sha256, receipt=None
    ),
}
