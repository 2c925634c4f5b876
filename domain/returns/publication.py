"""The publication copy of a signed return: what goes to the public, small numbers held back.

The Ministry's own copy is not suppressed. What providers say in words is left out: a sentence can name a small number,
or a person, and nothing can check it.
"""

from collections.abc import Iterable, Iterator

from domain.disclosure.publication import Publication, Release, publish
from domain.disclosure.relations import At, Relation, Sum, of_these, split, supplied, totals
from domain.disclosure.rules import Rule, rule_for, rule_named
from domain.periods import Period
from domain.reports.form import NUMBERS
from domain.reports.measures import Breakdown, Framework, Measure, framework_for
from domain.tables import Table

OUTPUT = "area-tables"
"""Which output's rule holds, unless another is named."""
_IN_WORDS = ("narrative",)
_WORDS_OF_PROVIDERS = ("variance_reason",)


def to_publish(tables: Iterable[Table]) -> tuple[Table, ...]:
    """The tables of a return without what providers say in words."""
    return tuple(_without_words(table) for table in tables if table.name not in _IN_WORDS)


def _without_words(table: Table) -> Table:
    kept = [place for place, column in enumerate(table.columns) if column.key not in _WORDS_OF_PROVIDERS]
    if len(kept) == len(table.columns):
        return table
    columns = tuple(table.columns[place] for place in kept)
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return table.model_copy(update={"columns": columns, "rows": rows})


def relations_of(tables: tuple[Table, ...], framework: Framework) -> tuple[Relation, ...]:
    """How the figures of a return hang together: totals, breakdowns of a whole, the same count in several tables."""
    by_name = {table.name: table for table in tables}
    found: list[Relation] = []
    for table in tables:
        if table.name == "outcomes":
            found += totals(table, per="outcome", only=NUMBERS)
            found += of_these(table, [("improved", "answered"), ("answered", "eligible")])
        elif table.names == ("award",):
            found += totals(table)
    for measure, breakdown, table in _breakdowns(by_name, framework):
        whole = measure.measure.replace("-", "_")
        categories = [column.key for column in table.columns if column.key.startswith(f"{whole}_")]
        if breakdown.exclusive:
            found += split(table, categories, table, whole)
        else:
            found += of_these(table, [(category, whole) for category in categories])
        demand = by_name.get("demand")
        if demand is not None and any(column.key == whole for column in demand.columns):
            found += _same(demand, table, whole)
    return tuple(found)


def _breakdowns(by_name: dict[str, Table], framework: Framework) -> Iterator[tuple[Measure, Breakdown, Table]]:
    """Every table that breaks a measure down, told by its columns."""
    for measure in framework.measures:
        whole = measure.measure.replace("-", "_")
        for code in measure.by:
            breakdown = framework.breakdown(code)
            first = f"{whole}_{code}_".replace("-", "_")
            for table in by_name.values():
                keys = [column.key for column in table.columns]
                if breakdown is not None and whole in keys and any(key.startswith(first) for key in keys):
                    yield measure, breakdown, table


def _same(demand: Table, table: Table, column: str) -> Iterator[Sum]:
    """A count that stands in two tables is the same in both."""
    first = [each.key for each in demand.columns].index(column)
    second = [each.key for each in table.columns].index(column)
    rows = {row[0].value: number for number, row in enumerate(table.rows)}
    for number, row in enumerate(demand.rows):
        there = rows.get(row[0].value)
        if there is not None and supplied(row[first]) and supplied(table.rows[there][second]):
            part = At(table.name, there, column)
            yield Sum(total=At(demand.name, number, column), parts=(part,))


def rule_of(code: str | None, period: Period) -> Rule:
    """The rule of that code; or the one in force for the return's tables. Raises ``Refusal``."""
    return rule_named(code) if code is not None else rule_for(OUTPUT, period.end)


def release_of(period: Period, exact: tuple[Table, ...], published: tuple[Table, ...], rule: Rule) -> Release:
    """An earlier release, as a later one is checked against it."""
    tables = to_publish(exact)
    return Release(exact=tables, published=published, relations=relations_of(tables, framework_for(period)), rule=rule)


def publication_of(period: Period, exact: tuple[Table, ...], rule: Rule, earlier: Iterable[Release]) -> Publication:
    """The publication copy of a return's tables, safe also beside the earlier releases of the same return."""
    tables = to_publish(exact)
    return publish(tables, relations_of(tables, framework_for(period)), rule, tuple(earlier))
