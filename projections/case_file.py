"""Everything about one award, as a case file that a person would sign: its facts, money, conditions and history."""

from collections.abc import Iterator
from datetime import date

from domain import money
from domain.errors import NotFound
from domain.periods import day_in_words, moment_in_words
from domain.tables import Table
from projections.awards import AwardRow, ShareRow
from projections.case_money import money_of
from projections.case_partners import partners_of
from projections.case_parts import FACTS, day_or_not_known, table_of
from projections.decisions import DecisionRow, DocumentRow
from projections.monitoring import DueItem
from projections.partners import SingleTenderRow
from projections.providers import ProviderRow
from projections.reports import ReportRow
from projections.timeline import timeline
from projections.views import Views


def case_file(views: Views, award: str) -> list[Table]:
    """The tables of one award; those that would be empty are left out. Raises ``NotFound``."""
    row = views.find(AwardRow, award)
    if row is None:
        raise NotFound(f"There is no award {award}.")
    tables = [_facts(views, row), *_decision(views, row), *money_of(views, row), *partners_of(views, award)]
    tables += _monitoring(views, award)
    return [*(table for table in tables if table.rows), _history(views, award)]


_ROUTES = {"pooled-share": "share of a pooled budget", "not-stated": "not stated"}


def _facts(views: Views, row: AwardRow) -> Table:
    provider = views.find(ProviderRow, row.provider) if row.provider else None
    single = views.find(SingleTenderRow, row.award)
    before = views.rows(AwardRow, AwardRow.table.c.reissued_as == row.award)
    facts: list[tuple[str, str | None]] = [
        ("Service", row.service),
        ("Provider", provider.title if provider else "not known"),
        *(("Held before by", former) for former in _former_holders(views, row)),
        ("Held by the provider", _held(row)),
        ("Formerly", ", ".join(provider.former_titles or []) if provider else None),
        ("Recorded as the same as", _joined(views, provider)),
        ("Route", _ROUTES.get(row.route, row.route.replace("-", " "))),
        ("Ground for a single tender", single.ground if single else row.ground),
        ("Single tender approved by", single.approved_by if single else None),
        ("Next competition", day_or_not_known(single.next_competition_on) if single else None),
        ("Amount", _amount(views, row.award)),
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


def _former_holders(views: Views, row: AwardRow) -> Iterator[str]:
    """``Voice, until 31 July 2017``: each provider that held it before, with its last day."""
    for provider, _since, until, _consent in row.holders[:-1]:
        entry = views.find(ProviderRow, provider) if provider else None
        last = date.fromisoformat(until) if until else None
        yield f"{entry.title if entry else 'not known'}, until {day_or_not_known(last)}"


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


def _joined(views: Views, provider: ProviderRow | None) -> str | None:
    other = views.find(ProviderRow, provider.same_as) if provider and provider.same_as else None
    return other.title if other else None


def _amount(views: Views, award: str) -> str:
    """The whole award; where it is not known, what it must be stands beside."""
    shares = views.rows(ShareRow, ShareRow.table.c.award == award)
    inferred = [share.inferred_pence for share in shares if share.inferred_pence is not None]
    if not shares:
        return "not approved yet"
    beside = f" (worked out as {money.pounds(sum(inferred))}, which no sum counts)" if inferred else ""
    return money.pounds(money.add(share.amount_pence for share in shares)) + beside


def _remark(said: str) -> tuple[str, str]:
    """A remark that says what it is stands under its own heading: ``Source: …``."""
    heading, colon, rest = said.partition(": ")
    return (heading, rest) if colon and heading in ("Source", "Section") else ("Remark", said)


def _decision(views: Views, row: AwardRow) -> Iterator[Table]:
    decision = views.find(DecisionRow, row.rests_on) if row.rests_on else None
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


def _monitoring(views: Views, award: str) -> Iterator[Table]:
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
            for i in views.rows(DueItem, DueItem.table.c.award == award, order_by=("due_on", "item"))
        ),
    )
    yield table_of(
        "reports",
        "Outcome reports",
        [
            *(("period", "Period", "text"), ("status", "Status", "text"), ("versions", "Versions", "count")),
            *(("received_on", "Received", "date"), ("made_up", "Made up for demonstration", "yes-no")),
        ],
        (
            (r.period, r.status, r.versions, r.received_on, r.made_up)
            for r in views.rows(ReportRow, ReportRow.table.c.award == award)
        ),
    )
    yield table_of(
        "documents",
        "Documents",
        [
            *(("kind", "Kind", "text"), ("title", "Title", "text"), ("file_name", "File", "text")),
            *(("size_bytes", "Bytes", "count"), ("sha256", "SHA-256", "text")),
        ],
        (
            (d.kind, d.title, d.file_name, d.size_bytes, d.sha256)
            for d in views.rows(DocumentRow, DocumentRow.table.c.award == award)
        ),
    )
