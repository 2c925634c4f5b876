"""The names of people by the opaque ids that stand in the log, for pages of the office alone."""

from collections.abc import Mapping

from domain.tables import Cell, Table
from services.front_desk import FrontDesk


def names_of_people(desk: FrontDesk) -> Mapping[str, str]:
    """What everybody in the address book is called. A job, and whoever was erased, is not in it. One query."""
    return {person.id: person.name for person in desk.book.people()}


def with_names(table: Table, names: Mapping[str, str], *keys: str) -> Table:
    """A table whose columns of those keys call people by their names; an id that has none stays."""
    places = {place for place, column in enumerate(table.columns) if column.key in keys}

    def called_by_name(place: int, said: Cell) -> Cell:
        name = names.get(str(said.value)) if place in places and said.value is not None else None
        return said if name is None else said._replace(value=name)

    rows = (tuple(called_by_name(place, said) for place, said in enumerate(row)) for row in table.rows)
    return table.model_copy(update={"rows": tuple(rows)})
