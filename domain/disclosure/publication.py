"""The publication copy: tables with small numbers held back, proved against what a reader knows.

**What the reader knows**: every shown cell of this release and of the earlier ones; the rules; every relation and, if
the figures do not keep one, by how much it is out; which numbers did not change between releases; that counts are
whole and not negative. A reader who is *told* also knows which hidden cells are small and which are only cover.

**What holds**: every hidden number has at least two values that the reader who is told cannot rule out, and a small
one as many as its rule asks. Where no hiding can reach that (four services of one each under a total of four, nought
being shown), it holds for the reader who is not told, and the cell is named in ``thin``. What earlier releases have
given away already cannot be taken back, nor what follows from a number being unchanged (a new part of an unchanged
total must be nought): it is hidden all the same, and named in ``exposed``, as is what the search could not prove.

**What does not**: how likely each value is, is not looked at; nor who is told of a change without its size, nor what
a contributor takes away who knows its own part. Free text is not read: a note that names a small number shows it.
"""

from collections.abc import Mapping, Sequence

from domain.disclosure.knowledge import Knowledge, Past
from domain.disclosure.relations import At, Relation, Sum, cell_at, supplied
from domain.disclosure.rules import Rule, bounds
from domain.errors import Refusal
from domain.kernel import Value
from domain.tables import Cell, Column, Missing, Row, Table


class Release(Value):
    """What was published once: the tables as they were, as they were published, and by which rule."""

    exact: tuple[Table, ...]
    published: tuple[Table, ...]
    relations: tuple[Relation, ...]
    rule: Rule


class Publication(Value):
    """A publication copy, and what the office should know before it goes out. Only its ``tables`` are public."""

    release: Release
    """What a later release is to be checked against."""
    small: tuple[At, ...]
    """Hidden because they are, or could be, small."""
    cover: tuple[At, ...]
    """Hidden so that no other can be worked out, or because they were hidden before and have not changed."""
    thin: tuple[At, ...]
    """Left with as many values as asked only if the reader is not told which hidden cells are small."""
    exposed: tuple[At, ...]
    """Hidden, and yet known from earlier releases; or not proved to be safe, whatever is hidden."""
    exposed_before: tuple[At, ...]
    """The same, of numbers that only earlier releases have: where they stood in the last of them."""
    broken: tuple[Relation, ...]
    """Relations that the figures do not keep, as when a provider's breakdown does not add up."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables as they may be published."""
        return self.release.published


def publish(
    tables: Sequence[Table], relations: Sequence[Relation], rule: Rule, earlier: Sequence[Release] = ()
) -> Publication:
    """The tables of one publication with small numbers held back. Same input, same output.

    ``relations`` are all that hold between the cells, over all the tables. ``earlier`` are the releases that hold any
    of the same tables, the oldest first, whatever rule they were published by.
    """
    named = _named(tables)
    for relation in relations:
        _check(relation, named)
    past = [Past(_named(each.exact), _named(each.published), each.relations, each.rule) for each in earlier]
    knowledge = Knowledge(named, relations, rule, past)
    thin, exposed, exposed_before = _protect(knowledge)
    hidden = knowledge.hidden()
    small = {at for at in hidden if rule.small(cell_at(named, at))}
    published = tuple(_published(table, rule, frozenset(hidden)) for table in tables)
    return Publication(
        release=Release(exact=tuple(tables), published=published, relations=tuple(relations), rule=rule),
        small=tuple(at for at in hidden if at in small),
        cover=tuple(at for at in hidden if at not in small),
        thin=tuple(thin),
        exposed=tuple(exposed),
        exposed_before=tuple(exposed_before),
        broken=tuple(relation for relation in relations if _broken(relation, named)),
    )


def _protect(knowledge: Knowledge) -> tuple[list[At], list[At], list[At]]:
    """Hides what is needed; says which cells are thin, exposed, and exposed of those that only were."""
    guard = knowledge.guard
    thin: list[At] = []
    exposed: list[At] = []
    before: list[At] = []
    for unknown, values, number in knowledge.wanted():
        if guard.prove(unknown, values, told=True):
            continue
        enough = guard.prove(unknown, values, told=False)
        assert number.at is not None
        if enough or guard.proved[False][unknown]:
            if number.now is not None:
                thin.append(number.at)
        else:
            (before if number.now is None else exposed).append(number.at)
    return thin, exposed, before


def _named(tables: Sequence[Table]) -> dict[str, Table]:
    named = {table.name: table for table in tables}
    if len(named) < len(tables):
        raise Refusal("Two tables of one publication must not have the same name.")
    return named


def _ends(relation: Relation) -> tuple[At, tuple[At, ...]]:
    return relation.total if isinstance(relation, Sum) else relation.whole, relation.parts


def _check(relation: Relation, tables: Mapping[str, Table]) -> None:
    whole, parts = _ends(relation)
    for at in (whole, *parts):
        try:
            cell_at(tables, at)
        except LookupError:
            raise Refusal(f"A relation names a cell that is not there: {at.table}, {at.row}, {at.column}.") from None


def _broken(relation: Relation, tables: Mapping[str, Table]) -> bool:
    whole, parts = _ends(relation)
    cells = [cell for part in parts if supplied(cell := cell_at(tables, part))]
    if not cells or not supplied(cell_at(tables, whole)):
        return False
    least, most = bounds(cell_at(tables, whole))
    ends = [bounds(cell) for cell in cells]
    if most is not None and sum(low for low, _ in ends) > most:
        return True
    tops = [high for _, high in ends if high is not None]
    return isinstance(relation, Sum) and len(tops) == len(ends) and sum(tops) < least


def _published(table: Table, rule: Rule, hidden: frozenset[At]) -> Table:
    """The table as it may be shown, with the rule in its notes where it has counts that the rule is about."""
    covered = [column.key for column in table.columns if rule.covers(column)]
    if not covered:
        return table
    rows: list[Row] = [
        tuple(
            _cell(cell, column, rule, At(table.name, number, column.key) in hidden)
            for column, cell in zip(table.columns, row, strict=True)
        )
        for number, row in enumerate(table.rows)
    ]
    return table.model_copy(update={"rows": tuple(rows), "notes": (*table.notes, *rule.in_words())})


def _cell(cell: Cell, column: Column, rule: Rule, hidden: bool) -> Cell:
    if hidden:
        return Cell(missing=Missing.SUPPRESSED, words=rule.symbol)
    if rule.rounded_to is None or not rule.covers(column) or not supplied(cell) or cell.value is None:
        return cell
    return cell._replace(value=rule.rounded(int(cell.value)), words=None)
