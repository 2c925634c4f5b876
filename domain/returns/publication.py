"""The publication copy of a signed return: what goes to the public, small numbers held back.

The Ministry's own copy is not suppressed. What providers and the office say in words is left out: a sentence can name
a small number, or a person, and nothing can check it.

**What does not hold**: figures are compared within one half-year, and between the releases of one return. That people
continuing into the next half-year are those accepted or continuing in this one, less those closed, is not treated:
it holds nearly, and a reader of two half-years who counts on it may narrow a small number down.
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
RESTATED_BECAUSE = "Restated because"
"""The item of the header in which the office says in its own words why it sends the return again."""
REASON_GIVEN = "The reason given for the choice about"
"""How a note begins in which the office says in its own words why a report counts as it does."""
_WORDS_OF_THE_OFFICE = ("header", RESTATED_BECAUSE)


def to_publish(tables: Iterable[Table]) -> tuple[Table, ...]:
    """The tables of a return without what providers and the office say in words."""
    return tuple(_without_words(table) for table in tables if table.name not in _IN_WORDS)


def _without_words(table: Table) -> Table:
    notes = tuple(note for note in table.notes if not note.startswith(REASON_GIVEN))
    table = table.model_copy(update={"notes": notes})
    name, item = _WORDS_OF_THE_OFFICE
    if table.name == name:
        return table.model_copy(update={"rows": tuple(row for row in table.rows if row[0].value != item)})
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
    found += _usual(tables, framework)
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


def _usual(tables: tuple[Table, ...], framework: Framework) -> Iterator[Sum]:
    """What adds up in practice: in each row that has the whole and all parts, the row of totals too."""
    for each in framework.usually:
        whole, *parts = (code.replace("-", "_") for code in (each.whole, *each.parts))
        for table in tables:
            places = {column.key: place for place, column in enumerate(table.columns)}
            if not {whole, *parts} <= places.keys():
                continue
            for number, row in enumerate(table.rows):
                if all(supplied(row[places[key]]) for key in (whole, *parts)):
                    of = tuple(At(table.name, number, key) for key in parts)
                    yield Sum(total=At(table.name, number, whole), parts=of)


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
