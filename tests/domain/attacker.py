"""Somebody who works out hidden numbers: mixed-integer programming over all that is public, by a library of its own.

It shares nothing with the code it attacks but the values: it builds its own unknowns from the published tables. It is
told which numbers did not change between releases and, if ``told``, which hidden cells are small.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from scipy.optimize import Bounds, LinearConstraint, milp

from domain.disclosure.publication import Release
from domain.disclosure.relations import At, Sum
from domain.disclosure.rules import Rule
from domain.tables import Missing, Table

Place = tuple[str, str, str]
"""Table, the row's first cell, column: the same in every release. The attacker's tables have rows so named."""

FAR = 10_000


class Attacker:
    """What can be found out from some releases together."""

    def __init__(self, releases: Sequence[Release], told: bool) -> None:
        self.numbers: dict[tuple[Place, int], int] = {}
        self.least: list[float] = []
        self.most: list[float] = []
        self.relations: list[tuple[dict[int, int], float, float]] = []
        self.solutions: list[list[int]] = []
        """Found so far: each fits all that is public."""
        for release in releases:
            exact = {table.name: table for table in release.exact}
            own = {at: (place, value) for at, place, value in self._values(release.exact)}
            for table in release.published:
                for at, cell in _cells(table):
                    if at not in own:
                        continue
                    number = self._number(own[at])
                    if cell.missing is Missing.SUPPRESSED:
                        self._narrow(number, *_of_hidden(release.rule, own[at][1], told))
                    else:
                        assert isinstance(cell.value, int)
                        rounded = _column(exact[at.table], at.column).unit in release.rule.units
                        self._narrow(number, *(_of_shown(release.rule, cell.value) if rounded else (cell.value,) * 2))
            for relation in release.relations:
                whole = relation.total if isinstance(relation, Sum) else relation.whole
                if whole not in own or not any(part in own for part in relation.parts):
                    continue
                terms = {self._number(own[whole]): 1}
                for part in relation.parts:
                    if part in own:
                        number = self._number(own[part])
                        terms[number] = terms.get(number, 0) - 1
                truly = own[whole][1] - sum(own[part][1] for part in relation.parts if part in own)
                exactly = isinstance(relation, Sum)
                self.relations.append((terms, truly if exactly else min(0, truly), truly if exactly else FAR))

    def can_be(self, number: tuple[Place, int], values: int) -> bool:
        """Whether the least and the greatest that a number can be are so far apart."""
        which = self.numbers[number]
        for sign in (1, -1):
            found = [solution[which] for solution in self.solutions]
            if found and max(found) - min(found) + 1 >= values:
                return True
            self.solutions.append(self._solve(which, sign))
        found = [solution[which] for solution in self.solutions]
        return max(found) - min(found) + 1 >= values

    def _solve(self, which: int, sign: int) -> list[int]:
        """Everything that is public, and one number as small (or as great) as it can be."""
        size = len(self.least)
        aim = [0.0] * size
        aim[which] = sign
        rows = [[terms.get(each, 0) for each in range(size)] for terms, _, _ in self.relations]
        found = milp(
            aim,
            integrality=[1] * size,
            bounds=Bounds(self.least, self.most),
            constraints=LinearConstraint(
                rows, [low for _, low, _ in self.relations], [high for *_, high in self.relations]
            ),
        )
        assert found.status == 0, found.message
        return [round(each) for each in found.x]

    def _values(self, tables: Sequence[Table]) -> Iterator[tuple[At, Place, int]]:
        for table in tables:
            for at, cell in _cells(table):
                if cell.missing is None and isinstance(cell.value, int):
                    yield at, (table.name, str(table.rows[at.row][0].value), at.column), cell.value

    def _number(self, number: tuple[Place, int]) -> int:
        if number not in self.numbers:
            self.numbers[number] = len(self.least)
            self.least.append(0)
            self.most.append(FAR)
        return self.numbers[number]

    def _narrow(self, number: int, least: int, most: int) -> None:
        self.least[number] = max(self.least[number], least)
        self.most[number] = min(self.most[number], most)


def _cells(table: Table) -> Iterator[tuple[At, Any]]:
    for number, row in enumerate(table.rows):
        for column, cell in zip(table.columns, row, strict=True):
            if column.kind == "count":
                yield At(table.name, number, column.key), cell


def _column(table: Table, key: str) -> Any:
    return next(column for column in table.columns if column.key == key)


def _of_hidden(rule: Rule, true: int, told: bool) -> tuple[int, int]:
    smallest = 1 if rule.zero_shown else 0
    if not told:
        return smallest, FAR
    return (smallest, rule.threshold - 1) if true < rule.threshold else (rule.threshold, FAR)


def _of_shown(rule: Rule, shown: int) -> tuple[int, int]:
    """By trying every number, not by the rule's own reckoning."""
    if rule.rounded_to is None:
        return shown, shown
    near = range(max(0, shown - rule.rounded_to), shown + rule.rounded_to + 1)
    could_be = [each for each in near if rule.rounded(each) == shown and (each >= rule.threshold or each == 0 == shown)]
    return could_be[0], could_be[-1]
