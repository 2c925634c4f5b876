"""Header: whose return it is, for which days, under which agreements, template and framework, in which version."""

from domain.returns.publication import RESTATED_BECAUSE
from domain.tables import Cell, Column, Missing, Row, Table, cell
from projections.budgets import LedgerRow
from projections.half_yearly_return.services import Services


def section(services: Services) -> tuple[Table, ...]:
    """A row to a fact."""
    returned = services.returned
    opened = tuple(returned.sources or ()) if returned else ()
    funds = tuple(fund.position for fund in services.funds)
    agreements, receipts = _agreements(services)
    reasons = tuple(sorted({each for service in services.services for each in service.reason}))
    not_given = Missing.NOT_SUPPLIED
    facts: list[tuple[str, Cell]] = [
        ("Office", cell(returned.office if returned else None, missing=not_given, sources=opened)),
        ("Police area code", cell(returned.area_code if returned else None, missing=not_given, sources=opened)),
        ("Funder", cell("; ".join(sorted({fund.funder for fund in services.funds})), sources=funds)),
        ("Grant agreements", cell(agreements, missing=not_given, sources=receipts)),
        ("Half-year", cell(services.period.words)),
        ("Outcomes framework", cell(services.framework.title)),
        ("Template", cell(returned.template if returned else None, missing=not_given, sources=opened)),
        ("Version", cell(returned.version if returned else None, missing=not_given, sources=opened)),
        (RESTATED_BECAUSE, cell(returned.reason if returned else None, missing=Missing.NOT_APPLICABLE)),
        ("Services", cell(len(services.services), sources=reasons)),
    ]
    rows: list[Row] = [(cell(title), said) for title, said in facts]
    return (
        Table(
            name="header",
            title="Header",
            columns=(Column(key="item", title="Item"), Column(key="said", title="What it is")),
            rows=tuple(rows),
            notes=("Who signed the return, and when, stands beside it: it is signed as it is shown here.",),
            names=("item",),
        ),
    )


def _agreements(services: Services) -> tuple[str | None, tuple[int, ...]]:
    """The agreements under which money was received, and the events that say so."""
    if not services.funds:
        return None, ()
    columns = LedgerRow.table.c
    entries = services.views.rows(
        LedgerRow,
        columns.fund.in_([fund.fund for fund in services.funds]),
        columns.year == services.funds[0].year,
        columns.field == "allocations",
    )
    return "; ".join(sorted({entry.about for entry in entries})) or None, tuple(sorted(e.position for e in entries))
