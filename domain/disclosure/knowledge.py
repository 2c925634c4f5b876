"""What a reader knows of each number, from this release and from the earlier ones, as unknowns of a guard.

A count that is only bounded is two numbers, its least and its greatest: bounds are added as bounds, so the total's
bounds give a part's away as exact figures do. A number of one cell that did not change between two releases is one
unknown, of which the reader knows what both have told. One that changed is two.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.disclosure.guard import ANY, Guard, Room, Unknown
from domain.disclosure.relations import At, Relation, Sum, supplied
from domain.disclosure.rules import Rule, bounds
from domain.tables import Cell, Column, Missing, Table

PRICE = 1_000_000
"""Of hiding one more cell, so that the number of cells counts before their size."""
TOTALS_ARE_DEARER = 3

Tables = Mapping[str, Table]
Key = tuple[object, ...]
"""Table, row, column, which bound, and the value: the same key is the same number, in whichever release."""
Range = tuple[int, int]


class Told(NamedTuple):
    """The least and the greatest that a number may be, for a reader who is told which cells are small, and not."""

    told: Range
    untold: Range

    def and_also(self, other: "Told") -> "Told":
        """What follows from both."""
        return Told(_both(self.told, other.told), _both(self.untold, other.untold))


NOTHING = Told((0, ANY), (0, ANY))


class Count(NamedTuple):
    """The least or the greatest of a cell in one release."""

    at: At
    column: Column
    cell: Cell
    key: Key
    true: int

    @property
    def zero(self) -> bool:
        """Whether it is nought, and exactly."""
        return bounds(self.cell) == (0, 0)


class Past(NamedTuple):
    """An earlier release: its tables as they were and as they were published, its relations and its rule."""

    exact: Tables
    published: Tables
    relations: Sequence[Relation]
    rule: Rule


@dataclass
class Number:
    """What is known of one number over all releases."""

    true: int
    told: Told = NOTHING
    """By earlier releases."""
    values: int = 0
    """How many it must be left with, if it is or was hidden."""
    before: bool = False
    """Whether an earlier release hid it."""
    now: Count | None = None
    at: At | None = None
    """Where it stands in this release, or stood in the last that had it."""


class Knowledge:
    """The numbers of all releases in one guard, those that must be hidden at once being hidden."""

    def __init__(self, tables: Tables, relations: Sequence[Relation], rule: Rule, past: Sequence[Past]) -> None:
        self.guard = Guard()
        self.rule = rule
        self.numbers: dict[Key, Number] = {}
        self.unknowns: dict[Key, int] = {}
        self.hidden_at_once: set[At] = set()
        self._names = _names([*(each.exact for each in past), tables])
        self._places: dict[At, int] = {}
        self._of_cell: dict[At, list[Key]] = {}
        seen = [(self._look_back(each), each.relations) for each in past]
        seen.append((self._look(tables), relations))
        totals = {relation.total for relation in relations if isinstance(relation, Sum)}
        for key, number in self.numbers.items():
            self.unknowns[key] = self.guard.add(self._unknown(number, number.at in totals))
        for index, said in seen:
            self._relate(index, said)

    def hidden(self) -> tuple[At, ...]:
        """The cells of this release that are hidden, in order."""
        unknowns = self.guard.unknowns
        return tuple(
            at for at, keys in self._of_cell.items() if any(unknowns[self.unknowns[key]].hidden for key in keys)
        )

    def wanted(self) -> Iterator[tuple[int, int, Number]]:
        """The numbers that are or were hidden, and how many values each must be left with.

        What is hidden on the way, as cover, comes after the others.
        """
        done: set[Key] = set()
        while True:
            left = [key for key, number in self.numbers.items() if key not in done and self._wanted(key, number)]
            if not left:
                return
            for key in left:
                done.add(key)
                number = self.numbers[key]
                yield self.unknowns[key], max(number.values, 2), number

    def _wanted(self, key: Key, number: Number) -> bool:
        return number.values > 0 or (number.now is not None and self.guard.unknowns[self.unknowns[key]].hidden)

    def _look_back(self, past: Past) -> "Index":
        index: Index = {}
        for count in self._counts(past.exact):
            index.setdefault(count.at, []).append(count)
            number = self.numbers.setdefault(count.key, Number(count.true))
            number.at = count.at
            hides = _published(past.published, count).missing is Missing.SUPPRESSED
            number.told = number.told.and_also(_told(past.rule, count) if hides else _shown(past.rule, count))
            if hides:
                self._want(number, past.rule, count)
                number.before = True
        return index

    def _look(self, tables: Tables) -> "Index":
        index: Index = {}
        for count in self._counts(tables):
            index.setdefault(count.at, []).append(count)
            number = self.numbers.setdefault(count.key, Number(count.true))
            number.now, number.at = count, count.at
            self._of_cell.setdefault(count.at, []).append(count.key)
            self._places.setdefault(count.at, len(self._places))
            if count.zero and self.rule.zero_shown:
                number.values = 0  # what the rule now shows is no secret, whatever it was before
            elif self.rule.covers(count.column):
                least, most = number.told.told
                if self.rule.small(count.cell) or (number.before and least < most):
                    self.hidden_at_once.add(count.at)
                    self._want(number, self.rule, count)
        return index

    def _want(self, number: Number, rule: Rule, count: Count) -> None:
        number.values = max(number.values, rule.values_left if rule.small(count.cell) else 2)

    def _unknown(self, number: Number, total: bool) -> Unknown:
        count = number.now
        if count is None:
            told, untold = (_room(known, number.true) for known in number.told)
            return Unknown(told=told, untold=untold, hidden=True)
        shown = number.told.and_also(_shown(self.rule, count))
        fixed = not self.rule.covers(count.column) or (count.zero and self.rule.zero_shown)
        hidden = number.told.and_also(_told(self.rule, count))
        dear = TOTALS_ARE_DEARER if total else 1
        return Unknown(
            shown=_room(shown.told, number.true),
            told=_room(hidden.told, number.true),
            untold=_room(hidden.untold, number.true),
            price=None if fixed else PRICE * dear + min(number.true, PRICE - 1),
            cell=self._places[count.at],
            hidden=count.at in self.hidden_at_once,
        )

    def _relate(self, index: "Index", relations: Iterable[Relation]) -> None:
        for counts in index.values():
            if len(counts) == 2:
                least, most = (self.unknowns[count.key] for count in counts)
                self.guard.relate({most: 1, least: -1}, spare=counts[1].true - counts[0].true)
        for relation in relations:
            exactly = isinstance(relation, Sum)
            whole = index.get(relation.total if isinstance(relation, Sum) else relation.whole)
            parts = [index[part] for part in relation.parts if part in index]
            if whole is None or not parts:
                continue
            self._add_up(whole[0], [part[0] for part in parts], exactly)
            bounded = [counts for counts in (whole, *parts) if len(counts) == 2 or counts[0].key[3] == "least"]
            if exactly and bounded and all(bounds(counts[0].cell)[1] is not None for counts in (whole, *parts)):
                self._add_up(whole[-1], [part[-1] for part in parts], exactly)

    def _add_up(self, whole: Count, parts: Sequence[Count], exactly: bool) -> None:
        terms = Counter({self.unknowns[whole.key]: 1})
        terms.subtract(self.unknowns[part.key] for part in parts)
        spare = max(0, whole.true - sum(part.true for part in parts))
        self.guard.relate(terms, spare=None if exactly else spare)

    def _counts(self, tables: Tables) -> Iterator[Count]:
        """The numbers of every count that was supplied."""
        for table in tables.values():
            rows = _row_keys(table, self._names[table.name])
            counts = [(place, column) for place, column in enumerate(table.columns) if column.kind == "count"]
            for number, row in enumerate(table.rows):
                for place, column in counts:
                    if supplied(row[place]):
                        where = (table.name, rows[number], column.key)
                        yield from _bounds(At(table.name, number, column.key), column, row[place], where)


Index = dict[At, list[Count]]
"""Of each cell of a release, its number; of a bounded cell the least, and the greatest if there is one."""


def _bounds(at: At, column: Column, cell: Cell, where: tuple[object, ...]) -> Iterator[Count]:
    least, most = bounds(cell)
    if least == most:
        yield Count(at, column, cell, (*where, "exactly", least), least)
        return
    yield Count(at, column, cell, (*where, "least", least, most), least)
    if most is not None:
        yield Count(at, column, cell, (*where, "most", most, least), most)


def _shown(rule: Rule, count: Count) -> Told:
    """What a shown cell tells."""
    if not rule.covers(count.column) or count.key[3] != "exactly":
        return Told((count.true,) * 2, (count.true,) * 2)
    could_be = rule.could_be(rule.rounded(count.true))
    return Told(could_be, could_be)


def _told(rule: Rule, count: Count) -> Told:
    """What a hidden cell tells."""
    if not rule.small(count.cell):
        return Told((rule.threshold, ANY), (rule.smallest, ANY))
    if count.key[3] != "exactly":
        return NOTHING
    return Told((rule.smallest, rule.threshold - 1), (rule.smallest, ANY))


def _both(one: Range, other: Range) -> Range:
    return max(one[0], other[0]), min(one[1], other[1])


def _room(known: Range, true: int) -> Room:
    return Room(max(0, true - known[0]), max(0, known[1] - true))


def _published(tables: Tables, count: Count) -> Cell:
    table = tables[count.at.table]
    return table.rows[count.at.row][[column.key for column in table.columns].index(count.at.column)]


def _names(releases: Sequence[Tables]) -> dict[str, tuple[str, ...]]:
    """The columns that name a row of each table, so that it is found again in another release.

    Those that the table says name it; else the first column, alone or with the first other that tells rows apart.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in {name: None for release in releases for name in release}:
        versions = [release[name] for release in releases if name in release]
        texts = [column.key for column in versions[-1].columns if column.kind == "text"]
        choices = [versions[-1].names] if versions[-1].names else []
        choices += [tuple(texts[:1]), *((texts[0], other) for other in texts[1:]), tuple(texts)]
        found[name] = next(
            (choice for choice in choices if all(_apart(version, choice) for version in versions)), choices[0]
        )
    return found


def _apart(table: Table, names: Sequence[str]) -> bool:
    keys = _texts(table, names)
    return len(set(keys)) == len(keys)


def _texts(table: Table, names: Sequence[str]) -> list[tuple[object, ...]]:
    places = [place for name in names for place, column in enumerate(table.columns) if column.key == name]
    return [tuple(row[place].value for place in places) for row in table.rows]


def _row_keys(table: Table, names: Sequence[str]) -> list[tuple[object, ...]]:
    """What names each row; and which one it is of those named alike."""
    met: Counter[tuple[object, ...]] = Counter()
    keys = []
    for key in _texts(table, names):
        met[key] += 1
        keys.append((*key, met[key]))
    return keys
