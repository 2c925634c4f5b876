"""Everything about one award, as a case file that a person would sign: its facts, money, conditions and history."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, select

from domain import money
from domain.errors import NotFound
from domain.periods import day_in_words, moment_in_words
from domain.tables import Table
from projections.awards import AwardRow, PassedRow, ShareRow
from projections.case_money import money_of
from projections.case_partners import partners_of
from projections.case_parts import FACTS, Case, day_or_not_known, table_of
from projections.decisions import DecisionRow, DocumentRow
from projections.gathering import gather
from projections.monitoring import DueItem
from projections.partners import ContributionRow, PoolRow, SecondTierRow, SingleTenderRow
from projections.payments import ConditionRow, PaymentRow, ProfileRow, SpendRow, SurplusRow
from projections.providers import ProviderRow
from projections.reports import ReportRow
from projections.rows import Row
from projections.timeline import timeline
from projections.views import Views


def case_file(views: Views, award: str) -> list[Table]:
    """The tables of one award; those that would be empty are left out. Raises ``NotFound``.

    Four queries, and one of the log, however much is known of the award and of all others.
    """
    row = views.find(AwardRow, award)
    if row is None:
        raise NotFound(f"There is no award {award}.")
    case = _read(views, row)
    tables = [_facts(views, case), *_decision(case), *money_of(views, case), *partners_of(case), *_monitoring(case)]
    return [*(table for table in tables if table.rows), _history(views, award)]


_OF_AN_AWARD: tuple[type[Row], ...] = (
    *(ShareRow, PassedRow, ConditionRow, PaymentRow, ProfileRow, SpendRow, SurplusRow),
    *(PoolRow, ContributionRow, SecondTierRow, SingleTenderRow),
    *(DueItem, ReportRow, DocumentRow),
)


def _read(views: Views, row: AwardRow) -> Case:
    """Two queries: what belongs to the award, and the providers that are named in it."""
    wanted: dict[type[Row], list[ColumnElement[bool]]] = {
        kind: [kind.table.c.award == row.award] for kind in _OF_AN_AWARD
    }
    wanted[AwardRow] = [AwardRow.table.c.reissued_as == row.award]
    if row.rests_on is not None:
        wanted[DecisionRow] = [DecisionRow.table.c.decision == row.rests_on]
    rows = gather(views, wanted)
    tiers, payments = rows.of(SecondTierRow), rows.of(PaymentRow)
    holders = [row.provider, *(held[0] for held in row.holders)]
    named = {code for code in (*holders, *(t.provider for t in tiers), *(p.provider for p in payments)) if code}
    columns = ProviderRow.table.c
    joined = select(columns.same_as).where(columns.provider == row.provider, columns.same_as.is_not(None))
    providers = views.rows(ProviderRow, columns.provider.in_(sorted(named)) | columns.provider.in_(joined))
    return Case(row, rows, {each.provider: each for each in providers})


_ROUTES = {"pooled-share": "share of a pooled budget", "not-stated": "not stated"}


def _facts(views: Views, case: Case) -> Table:
    row, provider = case.award, case.providers.get(case.award.provider or "")
    single, before = case.rows.one(SingleTenderRow), case.rows.of(AwardRow)
    facts: list[tuple[str, str | None]] = [
        ("Service", row.service),
        ("Provider", provider.title if provider else "not known"),
        *(("Held before by", former) for former in _former_holders(case)),
        ("Held by the provider", _held(row)),
        ("Formerly", ", ".join(provider.former_titles or []) if provider else None),
        ("Recorded as the same as", case.title_of(provider.same_as) if provider else None),
        ("Route", _ROUTES.get(row.route, row.route.replace("-", " "))),
        ("Ground for a single tender", single.ground if single else row.ground),
        ("Single tender approved by", single.approved_by if single else None),
        ("Next competition", day_or_not_known(single.next_competition_on) if single else None),
        ("Amount", _amount(case.rows.of(ShareRow))),
        ("Starts", day_or_not_known(row.starts_on)),
        ("Ends", day_or_not_known(row.ends_on)),
        ("Status", row.status),
        ("Decision", row.decision if not row.rests_on else None),
        ("Takes the place of", ", ".join(each.award for each in before)),
        ("Reissued as", row.reissued_as),
        ("Passed to", _successors(row)),
        *map(_remark, row.remarks),
    ]
    recorded = f"All that is recorded of it by {moment_in_words(views.moment)}, up to log position {views.position}."
    table = table_of("facts", f"Award {row.award}", FACTS, (fact for fact in facts if fact[1]))
    return table.model_copy(update={"notes": (recorded,)})


def _former_holders(case: Case) -> Iterator[str]:
    """``Voice, until 31 July 2017``: each provider that held it before, with its last day."""
    for provider, _since, until, _consent in case.award.holders[:-1]:
        last = date.fromisoformat(until) if until else None
        yield f"{case.title_of(provider, 'not known')}, until {day_or_not_known(last)}"


def _held(row: AwardRow) -> str | None:
    """Since when the provider holds an award that another held before, and by what consent."""
    _provider, since, _until, consent = row.holders[-1]
    return None if since is None else f"since {day_in_words(date.fromisoformat(since))}, by novation: {consent}"


def _successors(row: AwardRow) -> str | None:
    """``Mayor's office (£59,742 unpaid), on 1 May 2028, by a transfer scheme``."""
    if row.transferred_on is None:
        return None
    each = "; ".join(f"{name} ({money.pounds(int(pence))} unpaid)" for name, pence in row.transferred_to or [])
    return f"{each}, on {day_in_words(row.transferred_on)}, by {row.transferred_by}"


def _amount(shares: list[ShareRow]) -> str:
    """The whole award; where it is not known, what it must be stands beside."""
    inferred = [share.inferred_pence for share in shares if share.inferred_pence is not None]
    if not shares:
        return "not approved yet"
    beside = f" (worked out as {money.pounds(sum(inferred))}, which no sum counts)" if inferred else ""
    return money.pounds(money.add(share.amount_pence for share in shares)) + beside


def _remark(said: str) -> tuple[str, str]:
    """A remark that says what it is stands under its own heading: ``Source: …``."""
    heading, colon, rest = said.partition(": ")
    return (heading, rest) if colon and heading in ("Source", "Section") else ("Remark", said)


def _decision(case: Case) -> Iterator[Table]:
    decision = case.rows.one(DecisionRow)
    if decision is None:
        return
    public = "yes" if decision.significant_public_interest else "no"
    facts = [
        ("Decision", f"{decision.decision}, {day_in_words(decision.decided_on)}: {decision.title}"),
        ("Decided", decision.decided),
        ("Advice taken", decision.advice),
        ("Alternatives", decision.alternatives),
        ("Of significant public interest", ". ".join(filter(None, (public, decision.public_interest_reason)))),
        ("Objectives of the plan", "; ".join(decision.objectives)),
        ("Register of interests", decision.interests or "nothing is stated"),
        ("Supersedes", decision.supersedes),
        ("Superseded by", decision.superseded_by),
        ("Published", day_in_words(decision.published_on) if decision.published_on else None),
    ]
    yield table_of("decision", "The decision that it rests on", FACTS, (fact for fact in facts if fact[1]))


def _history(views: Views, award: str) -> Table:
    """The award's timeline, without what is the same in every line."""
    whole = timeline(views, f"award-{award}")
    kept = [place for place, column in enumerate(whole.columns) if column.key not in ("noun", "reference")]
    return whole.model_copy(
        update={
            "title": "History, in the order in which it was written down",
            "columns": tuple(whole.columns[place] for place in kept),
            "rows": tuple(tuple(row[place] for place in kept) for row in whole.rows),
        }
    )


def _monitoring(case: Case) -> Iterator[Table]:
    yield table_of(
        "milestones-and-obligations",
        "Milestones and what is owed",
        [
            *(
                ("due_on", "Due", "date"),
                ("kind", "Kind", "text"),
                ("title", "What", "text"),
                ("period", "For", "text"),
            ),
            *(("standing", "Standing", "text"), ("done_on", "Done", "date"), ("reason", "Reason last given", "text")),
        ],
        (
            (i.due_on, i.kind, i.title, i.period, i.standing, i.done_on, i.reason)
            for i in sorted(case.rows.of(DueItem), key=lambda item: (item.due_on, item.item))
        ),
    )
    yield table_of(
        "reports",
        "Outcome reports",
        [
            *(("period", "Period", "text"), ("status", "Status", "text"), ("versions", "Versions", "count")),
            *(("received_on", "Received", "date"), ("made_up", "Made up for demonstration", "yes-no")),
        ],
        ((r.period, r.status, r.versions, r.received_on, r.made_up) for r in case.rows.of(ReportRow)),
    )
    yield table_of(
        "documents",
        "Documents",
        [
            *(("kind", "Kind", "text"), ("title", "Title", "text"), ("file_name", "File", "text")),
            *(("size_bytes", "Bytes", "count"), ("sha256", "SHA-256", "text")),
        ],
        ((d.kind, d.title, d.file_name, d.size_bytes, d.sha256) for d in case.rows.of(DocumentRow)),
    )
