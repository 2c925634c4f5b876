"""Which further cells to hide, so that no hidden number can be worked out: each is proved safe by a counter-example.

Numbers that hang together are unknowns in relations. For every hidden number a *witness* is found: another set of
whole numbers that fits everything the reader knows, in which that number is different. As long as the witness fits,
the reader cannot tell which of the two is true. A witness may change shown cells too: then they must be hidden, and
the search, which tries the cheapest way first, says which. Hiding more never spoils a witness, so each stays good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

ANY = 10**18
"""More than any count."""

PATIENCE = 4000
"""Steps of one search for a witness. When it gives up, the number is taken to be unsafe."""

LITTLE_PATIENCE = 200
"""Steps of a search among what is hidden already."""

MOST_OPEN = 6
"""Relations that one step of a search may leave to be put right."""

Open = tuple[tuple[int, int], ...]
"""The relations that do not hold yet, and by how much; the last is put right next."""


class Room(NamedTuple):
    """How far an unknown can go down and up from its true value before the reader can tell."""

    down: int
    up: int

    def allows(self, step: int) -> bool:
        """Whether the reader cannot rule out the true value changed by this."""
        return -self.down <= step <= self.up

    def part(self, step: int) -> int:
        """As much of a step as it allows."""
        return max(-self.down, min(self.up, step))


NONE = Room(0, 0)


@dataclass
class Unknown:
    """A number as the reader sees it."""

    shown: Room = NONE
    """While its cell is shown."""
    told: Room = NONE
    """Once its cell is hidden, for a reader who is told which hidden cells are small."""
    untold: Room = NONE
    """Once its cell is hidden, for a reader who knows only what the symbol means."""
    price: int | None = None
    """What it costs to hide its cell; ``None`` when there is nothing left to hide."""
    cell: int | None = None
    """Its cell: numbers of one cell are hidden together."""
    hidden: bool = False
    relations: dict[int, int] = field(default_factory=dict)
    """The relations it is in, each with its factor."""

    def in_doubt(self) -> bool:
        """Whether the reader is in doubt about it as things are."""
        return self.hidden or self.shown != NONE

    def could_move(self) -> bool:
        """Whether the reader can ever be in doubt about it."""
        rooms = [self.shown]
        if self.hidden or self.price is not None:
            rooms += [self.told, self.untold]
        return any(room != NONE for room in rooms)


Path = tuple[int, int, "Path | None"]
"""What a search has changed: an unknown, by how much, and what before it."""


class Guard:
    """The unknowns, the relations between them, and what has been proved of them."""

    def __init__(self) -> None:
        self.unknowns: list[Unknown] = []
        self.relations: list[list[tuple[int, int]]] = []
        self.proved: dict[bool, list[set[int]]] = {True: [], False: []}
        """For each unknown, by how much it can be changed in some witness: for a reader who is told, and for one who
        is not. What the first cannot rule out, the second cannot either."""
        self._free: list[list[tuple[int, int]]] = []
        """Of each relation, the terms that the reader cannot be sure of as it is."""
        self._cells: dict[int, list[int]] = {}
        self._seen: set[frozenset[tuple[int, int]]] = set()

    def add(self, unknown: Unknown) -> int:
        """A further unknown; its number."""
        self.unknowns.append(unknown)
        for proved in self.proved.values():
            proved.append(set())
        number = len(self.unknowns) - 1
        if unknown.cell is not None:
            self._cells.setdefault(unknown.cell, []).append(number)
        return number

    def relate(self, terms: Mapping[int, int], *, spare: int | None = None) -> None:
        """The terms (unknown and factor, 1 or -1) add up to what they truly do; or with room to spare, as "at most"."""
        own = {number: factor for number, factor in terms.items() if factor}
        same = frozenset({*own.items(), (-1, spare is not None)})
        if not own or same in self._seen:
            return
        self._seen.add(same)
        if spare is not None:
            room = Room(spare, ANY)
            own[self.add(Unknown(shown=room))] = -1
        terms_left = [(number, factor) for number, factor in own.items() if self.unknowns[number].could_move()]
        self.relations.append(terms_left)
        self._free.append([(number, factor) for number, factor in terms_left if self.unknowns[number].in_doubt()])
        for number, factor in terms_left:
            self.unknowns[number].relations[len(self.relations) - 1] = factor

    def hide(self, number: int) -> None:
        """Hides an unknown, with all of its cell."""
        cell = self.unknowns[number].cell
        for each in [number] if cell is None else self._cells[cell]:
            if not self.unknowns[each].hidden:
                self.unknowns[each].hidden = True
                for relation in self.unknowns[each].relations:
                    self._free[relation] = [
                        term for term in self.relations[relation] if self.unknowns[term[0]].in_doubt()
                    ]

    def prove(self, number: int, values: int, *, told: bool) -> bool:
        """Hides what it takes for the unknown to range over so many values. Says whether that could be done."""
        while True:
            known = (0, *self.proved[told][number])
            least, most = min(known), max(known)
            if most - least + 1 >= values:
                return True
            room = self._room(self.unknowns[number], told)
            could_be = {room.part(sign * size) for size in range(1, values) for sign in (1, -1)}
            steps = sorted(
                (step for step in could_be if not least <= step <= most), key=lambda step: (-abs(step), step)
            )
            witness = self._witness(number, steps, told, free=True) or self._witness(number, steps, told, free=False)
            if witness is None:
                return False
            self._accept(witness, told)

    def _accept(self, witness: Mapping[int, int], told: bool) -> None:
        for each, step in witness.items():
            if self._cost(each, step, told):
                self.hide(each)
        for each, step in witness.items():
            self.proved[False][each].add(step)
            if told:
                self.proved[True][each].add(step)

    def _room(self, unknown: Unknown, told: bool) -> Room:
        return (unknown.told if told else unknown.untold) if unknown.hidden else unknown.shown

    def _cost(self, number: int, step: int, told: bool) -> int | None:
        """What it costs to leave the reader in doubt whether the unknown is changed; ``None`` if it cannot be done."""
        unknown = self.unknowns[number]
        if self._room(unknown, told).allows(step):
            return 0
        if unknown.hidden or unknown.price is None:
            return None
        return unknown.price if (unknown.told if told else unknown.untold).allows(step) else None

    def _fit(self, number: int, step: int, told: bool) -> tuple[int, int] | None:
        """As much of a step as leaves the reader in doubt, and what that costs; ``None`` if there is none."""
        cost = self._cost(number, step, told)
        if cost is not None:
            return step, cost
        unknown = self.unknowns[number]
        part = self._room(unknown, told).part(step)
        if part or unknown.hidden or unknown.price is None:
            return (part, 0) if part else None
        part = (unknown.told if told else unknown.untold).part(step)
        return (part, unknown.price) if part else None

    def _witness(self, number: int, steps: Iterable[int], told: bool, *, free: bool) -> dict[int, int] | None:
        """The cheapest change that fits: a step of the unknown, and what puts every relation right again.

        Of those that cost the same, the shortest is tried first. With ``free`` it is only what needs no more to be
        hidden, and any will do: where much is hidden already, that is quickly found.
        """
        ahead: list[tuple[int, int, int, Open, Path]] = []
        for step in steps:
            opened = self._opened((), number, step, None)
            heappush(ahead, (0, len(opened), len(ahead), opened, (number, step, None)))
        done: set[frozenset[tuple[int, int]]] = set()
        pushed, cap = len(ahead), ANY
        patience = LITTLE_PATIENCE if free else PATIENCE
        while ahead and patience:
            cost, weight, _, wrong, path = heappop(ahead)
            if not wrong:
                return _changes(path)
            key = frozenset(wrong)
            if key in done:
                continue
            done.add(key)
            patience -= 1
            relation, by = wrong[-1]
            changed = _changes(path)
            length = weight - len(wrong) + 1
            for other, factor in self._free[relation] if free else self.relations[relation]:
                fit = None if other in changed else self._fit(other, -by * factor, told)
                if fit is None:
                    continue
                step, more = fit
                if (more and free) or cost + more >= cap:
                    continue
                rest = by + step * factor
                left = self._opened((*wrong[:-1], (relation, rest)) if rest else wrong[:-1], other, step, relation)
                if not left and not more:
                    return _changes((other, step, path))
                if not left:
                    cap = cost + more
                if len(left) <= MOST_OPEN:
                    pushed += 1
                    order = (len(left), -pushed) if free else (length + len(left), pushed)
                    heappush(ahead, (cost + more, *order, left, (other, step, path)))
        return None

    def _opened(self, wrong: Open, number: int, step: int, but: int | None) -> Open:
        """The relations that are wrong once the unknown is changed; one of its own is right by now."""
        touched = self.unknowns[number].relations
        if not touched or (len(touched) == 1 and but is not None):
            return wrong
        by = dict(wrong)
        for relation, factor in touched.items():
            if relation != but:
                amount = by.pop(relation, 0) + factor * step
                if amount:
                    by[relation] = amount
        return tuple(by.items())


def _changes(path: Path | None) -> dict[int, int]:
    found = {}
    while path is not None:
        number, step, path = path
        found[number] = step
    return found
