"""What may be picked on a form, from what the office knows: an award's milestones, payments and shares; funds; more.

Each kind of thing is asked for once a form, by one query, however many fields pick from it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain import money
from domain.disclosure.rules import rules
from domain.kernel import Command
from domain.periods import Period, day_in_words
from domain.reports.measures import frameworks
from projections.awards import AwardRow, ShareRow
from projections.budgets import AllocationRow, BalanceRow, EarmarkRow, FundRow
from projections.decisions import DecisionRow
from projections.monitoring import DueItem
from projections.partners import ContributionRow
from projections.payments import ConditionRow, PaymentRow, SurplusRow
from projections.providers import ProviderRow
from projections.reports import ReportRow
from projections.views import Views
from services.web.forms.form import Options

Address = Mapping[str, str]

_OF_AN_AWARD = ["RescheduleMilestone", "CompleteMilestone", "MissMilestone", "WaiveMilestone"]
_OF_A_PAYMENT = ["ApprovePayment", "HoldPayment", "FreePayment", "CancelPayment", "RecordPayment", "ClawBackPayment"]
_OF_A_SHARE = ["ConfirmAwardAmount", "UpliftAward", "ReduceAward", "SchedulePayment", "RecordPayment"]

SOURCES: dict[tuple[str, str], str] = {
    **{(command, "milestone"): "milestones" for command in _OF_AN_AWARD},
    **{(command, "payment"): "payments" for command in _OF_A_PAYMENT},
    **{(command, "fund"): "share_funds" for command in _OF_A_SHARE},
    **{(command, "year"): "share_years" for command in _OF_A_SHARE},
    **{(command, "ring_fence"): "share_ring_fences" for command in _OF_A_SHARE},
    ("MeetCondition", "condition"): "conditions",
    ("WaiveCondition", "condition"): "conditions",
    ("ReceiveContribution", "contribution"): "contributions",
    ("RecordPartnerWithdrawal", "contribution"): "contributions",
    ("SettleSurplusPlan", "plan"): "plans",
    ("ConfirmAllocation", "agreement"): "agreements",
    ("AmendAllocation", "agreement"): "agreements",
    ("ReleaseEarmark", "earmark"): "earmarks",
    ("HoldEarmark", "ring_fence"): "own_ring_fences",
    ("ReturnUnderspend", "ring_fence"): "own_ring_fences",
    ("CarryFunds", "ring_fence"): "own_ring_fences",
    ("CarryFunds", "to_ring_fence"): "ring_fences",
    ("CarryFunds", "to_fund"): "funds",
    ("CarryFunds", "to_year"): "years",
    ("ApproveAward", "shares.fund"): "funds",
    ("ApproveAward", "shares.year"): "years",
    ("ApproveAward", "shares.ring_fence"): "ring_fences",
    ("ApproveAward", "rests_on"): "decisions",
    ("RecordDecision", "supersedes"): "decisions",
    ("EarmarkMatch", "fund"): "funds",
    ("EarmarkMatch", "year"): "years",
    ("EarmarkMatch", "ring_fence"): "ring_fences",
    ("WinBid", "fund"): "funds",
    ("WinBid", "year"): "years",
    ("WinBid", "match_award"): "awards",
    ("ReissueAward", "as_award"): "awards",
    ("ApportionReport", "award"): "awards",
    ("RegisterAward", "provider"): "providers",
    ("NovateAward", "provider"): "providers",
    ("RecordSecondTier", "provider"): "providers",
    ("MergeProvider", "into"): "providers",
    ("RecogniseProvider", "same_as"): "providers",
    ("AgreeMeasures", "measures"): "measures",
    ("AgreeMeasures", "outcomes"): "outcomes",
    ("SubmitReport", "figures.measure"): "measures",
    ("SubmitReport", "outcomes.outcome"): "outcomes",
    ("CorrectReport", "figures.measure"): "measures",
    ("CorrectReport", "outcomes.outcome"): "outcomes",
    ("SubmitReport", "texts.narrative"): "narratives",
    ("CorrectReport", "texts.narrative"): "narratives",
    ("ApportionReport", "report_period"): "report_periods",
    ("PublishReturn", "rule"): "rules",
}
"""Which field picks from what. Everything else is typed, as it is new, or known to nobody before."""


class ViewChoices:
    """The choices of one form, from the views."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._rows: dict[type[Any], list[Any]] = {}

    def options(self, command: type[Command[Any]], field: str, address: Address) -> Options | None:
        """What a field may be; nothing: anything may be typed, or there is nothing to pick from."""
        source = SOURCES.get((command.__name__, field))
        if source is None:
            return None
        found = _SOURCES[source](self, address)
        return list(dict(found).items()) or None

    def rows(self, kind: type[Any], **where: str | None) -> list[Any]:
        """The rows of one kind, asked for once. A part of an address that is not known leaves them all."""
        if kind not in self._rows:
            columns = kind.table.c
            conditions = [columns[name] == value for name, value in where.items() if value is not None]
            self._rows[kind] = self._views.rows(kind, *conditions)
        return self._rows[kind]


def _milestones(known: ViewChoices, address: Address) -> Options:
    rows = [row for row in known.rows(DueItem, award=address.get("award")) if row.kind == "milestone"]
    return [(row.name, f"{row.title}, due on {day_in_words(row.due_on)} ({row.standing})") for row in rows]


def _payments(known: ViewChoices, address: Address) -> Options:
    return [
        (
            row.payment,
            f"{row.payment}: {money.pounds(row.amount_pence)}, due on {day_in_words(row.due_on)} ({row.status})",
        )
        for row in known.rows(PaymentRow, award=address.get("award"))
    ]


def _conditions(known: ViewChoices, address: Address) -> Options:
    rows = known.rows(ConditionRow, award=address.get("award"))
    return [(row.condition, f"{row.title} ({row.standing})") for row in rows]


def _contributions(known: ViewChoices, address: Address) -> Options:
    rows = known.rows(ContributionRow, award=address.get("award"))
    return [(row.contribution, f"{row.partner} ({row.standing})") for row in rows]


def _plans(known: ViewChoices, address: Address) -> Options:
    rows = known.rows(SurplusRow, award=address.get("award"))
    return [(row.plan, f"{row.purpose}: {money.pounds(row.amount_pence)} ({row.standing})") for row in rows]


def _shares(known: ViewChoices, address: Address) -> list[ShareRow]:
    return known.rows(ShareRow, award=address.get("award"))


def _share_funds(known: ViewChoices, address: Address) -> Options:
    rows = _shares(known, address)
    years = {fund: [row.year for row in rows if row.fund == fund] for fund in (row.fund for row in rows)}
    return [(fund, f"{fund} ({', '.join(dict.fromkeys(each))})") for fund, each in years.items()]


def _share_years(known: ViewChoices, address: Address) -> Options:
    return [(row.year, row.year) for row in sorted(_shares(known, address), key=lambda row: row.year)]


def _share_ring_fences(known: ViewChoices, address: Address) -> Options:
    return [(row.ring_fence, row.ring_fence) for row in _shares(known, address) if row.ring_fence]


def _agreements(known: ViewChoices, address: Address) -> Options:
    rows = known.rows(AllocationRow, fund=address.get("fund"), year=address.get("year"))
    return [(row.agreement, f"{row.agreement} ({row.printed})" if row.printed else row.agreement) for row in rows]


def _earmarks(known: ViewChoices, address: Address) -> Options:
    rows = known.rows(EarmarkRow, fund=address.get("fund"), year=address.get("year"))
    return [(row.earmark, f"{row.earmark} ({row.kind.replace('-', ' ')})") for row in rows]


def _ring_fences(known: ViewChoices, address: Address) -> Options:
    rows = [row for row in known.rows(BalanceRow) if row.ring_fence]
    where: dict[str, list[str]] = {}
    for row in rows:
        where.setdefault(row.ring_fence, []).append(f"{row.fund} {row.year}")
    return [(ring_fence, f"{ring_fence} ({'; '.join(funds)})") for ring_fence, funds in where.items()]


def _own_ring_fences(known: ViewChoices, address: Address) -> Options:
    here = (address.get("fund"), address.get("year"))
    rows = [row for row in known.rows(BalanceRow) if row.ring_fence and (row.fund, row.year) == here]
    return [(row.ring_fence, row.title or row.ring_fence) for row in rows]


def _funds(known: ViewChoices, _address: Address) -> Options:
    rows = known.rows(FundRow)
    years: dict[str, list[str]] = {}
    for row in rows:
        years.setdefault(row.fund, []).append(row.year)
    titles = {row.fund: row.title for row in rows}
    return [(fund, f"{titles[fund]} ({fund}: {', '.join(each)})") for fund, each in years.items()]


def _years(known: ViewChoices, _address: Address) -> Options:
    return [(year, year) for year in sorted({row.year for row in known.rows(FundRow)}, reverse=True)]


def _decisions(known: ViewChoices, _address: Address) -> Options:
    rows = sorted(known.rows(DecisionRow), key=lambda row: row.decided_on, reverse=True)
    return [(row.decision, f"{row.decision}: {row.title}, {day_in_words(row.decided_on)}") for row in rows]


def _awards(known: ViewChoices, address: Address) -> Options:
    return [
        (row.award, f"{row.award}: {row.service}") for row in known.rows(AwardRow) if row.award != address.get("award")
    ]


def _providers(known: ViewChoices, address: Address) -> Options:
    rows = sorted(known.rows(ProviderRow), key=lambda row: row.title.casefold())
    return [(row.provider, f"{row.title} ({row.provider})") for row in rows if row.provider != address.get("provider")]


def _report_periods(known: ViewChoices, _address: Address) -> Options:
    periods = sorted({row.period for row in known.rows(ReportRow)})
    return [(period, Period.parse(period).words) for period in periods]


def _latest_first(code: str, title: str) -> Callable[[ViewChoices, Address], Options]:
    """The measures or outcomes of every framework on file, those of the latest first, each once."""

    def options(_known: ViewChoices, _address: Address) -> Options:
        field = f"{code}s"
        each = [one for framework in reversed(frameworks()) for one in getattr(framework, field)]
        return list({getattr(one, code): getattr(one, title) for one in reversed(each)}.items())[::-1]

    return options


def _rules(_known: ViewChoices, _address: Address) -> Options:
    return [(rule.rule, rule.title) for rule in rules()]


_SOURCES: dict[str, Callable[[ViewChoices, Address], Sequence[tuple[str, str]]]] = {
    "milestones": _milestones,
    "payments": _payments,
    "conditions": _conditions,
    "contributions": _contributions,
    "plans": _plans,
    "share_funds": _share_funds,
    "share_years": _share_years,
    "share_ring_fences": _share_ring_fences,
    "agreements": _agreements,
    "earmarks": _earmarks,
    "ring_fences": _ring_fences,
    "own_ring_fences": _own_ring_fences,
    "funds": _funds,
    "years": _years,
    "decisions": _decisions,
    "awards": _awards,
    "providers": _providers,
    "report_periods": _report_periods,
    "measures": _latest_first("measure", "title"),
    "outcomes": _latest_first("outcome", "title"),
    "narratives": _latest_first("narrative", "title"),
    "rules": _rules,
}
