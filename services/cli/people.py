"""``outturn people``: who is written to. Names and addresses are here, and nowhere in the log."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Role
from domain.monitoring.policy import Part
from domain.periods import day_in_words, parse_day
from domain.tables import Cell, Column, Missing, Table
from projections.awards import AwardRow
from projections.providers import ProviderRow
from projections.views import Views
from services.address_book import AddressBook, Person
from services.cli.console import Format, Formatted, ask, out, print_tables, the_office
from services.settings import Database, Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_LETTERS = "bcdfghjkmnpqrstvwxz"
"""Of which ids are made: no figures and no vowels, so that they are neither numbers nor words."""

Who = Annotated[str, typer.Argument(metavar="ID", help="The person's id (outturn people list).")]
EVERY_ONE = "all"
"""Said for ``--award``: every one."""


@contextmanager
def _the_book() -> Iterator[AddressBook]:
    settings = Settings()
    if Role.ADMINISTRATOR not in settings.roles:
        raise NotAllowed("Only an administrator may look at the address book or change it.")
    with AddressBook(Database.of(settings.database)) as book:
        yield book


@app.command()
def add(
    id_: Annotated[
        str | None,
        typer.Option("--id", help="To change somebody: the id. For somebody new one is made, if none is said."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="As it is written in a letter.")] = None,
    email: Annotated[str | None, typer.Option(help="The e-mail address.")] = None,
    phone: Annotated[str | None, typer.Option(help="The telephone number; an empty one takes it away.")] = None,
    part: Annotated[
        list[Part] | None, typer.Option(help="In which part the person is reminded. May be repeated.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Whose contact the person is.")] = None,
    award: Annotated[
        list[str] | None, typer.Option(help="Only about this award. May be repeated; all: about every one again.")
    ] = None,
    digest: Annotated[
        bool | None, typer.Option("--digest/--single", help="One message a day, or one for each reminder.")
    ] = None,
) -> None:
    """Add a person, or change one: what is not said stays as it is. Prints the id, which is what the log knows."""
    _are_there(provider, [] if award in (None, [EVERY_ONE]) else award or [])
    said: dict[str, Any] = {"name": name, "email": email, "parts": part and frozenset(part), "provider": provider}
    said = {field: value for field, value in (said | {"digest": digest}).items() if value is not None}
    if phone is not None:
        said["phone"] = phone or None
    if award:
        said["awards"] = None if award == [EVERY_ONE] else tuple(award)
    if email is not None:
        said["bounced"] = False
    with _the_book() as book:
        if id_ is None or book.person(id_) is None:
            person = _somebody_new(id_ or f"p-{''.join(secrets.choice(_LETTERS) for _ in range(8))}", said)
            book.put(person)
        else:
            person = book.change(id_, lambda known: Person.model_validate(known.model_dump() | said))
    out.print(person.id, markup=False)


def _somebody_new(id_: str, said: dict[str, Any]) -> Person:
    if "name" not in said or "email" not in said:
        raise Refusal("Somebody new needs --name and --email.")
    person = Person(id=id_, **said)
    if person.is_named_by_its_id:
        raise Refusal(
            "The id stands in the log for ever and must not give the person away: leave --id out, and one is made."
        )
    return person


def _are_there(provider: str | None, awards: list[str]) -> None:
    """A mistyped provider or award would mean that nobody is reminded. Raises ``NotFound``."""
    if provider is None and not awards:
        return

    def missing(views: Views) -> bool:
        known = {row.award for row in views.rows(AwardRow, AwardRow.table.c.award.in_(awards))}
        return bool(set(awards) - known) or (
            provider is not None and not views.rows(ProviderRow, ProviderRow.table.c.provider == provider)
        )

    with the_office(to_read=True) as office:
        if ask(office, None, missing):
            raise NotFound("There is no such provider or award (outturn show providers, outturn show awards).")


@app.command("list")
def list_(form: Formatted = Format.TABLE) -> None:
    """Show everybody in the address book, with names and addresses."""
    with _the_book() as book:
        print_tables([_table(book.people())], form)


def _table(people: list[Person]) -> Table:
    def text(said: str | None) -> Cell:
        return Cell(said) if said else Cell(missing=Missing.NOT_APPLICABLE)

    def row(person: Person) -> tuple[Cell, ...]:
        parts = ", ".join(sorted(part.value for part in person.parts))
        awards = "all" if person.awards is None else ", ".join(person.awards)
        left = person.left_on.isoformat() if person.left_on else None
        said = (person.phone, parts, person.provider, awards)
        return (
            *(Cell(person.id), Cell(person.name), Cell(person.email), *map(text, said)),
            *(Cell(person.digest), Cell(person.bounced), text(left)),
        )

    return Table(
        name="people",
        title="People",
        columns=(
            Column(key="id", title="Id"),
            Column(key="name", title="Name"),
            Column(key="email", title="E-mail"),
            Column(key="phone", title="Telephone", detail=True),
            Column(key="parts", title="Parts"),
            Column(key="provider", title="Provider"),
            Column(key="awards", title="Awards"),
            Column(key="digest", title="Digest", kind="yes-no"),
            Column(key="bounced", title="Messages come back", kind="yes-no"),
            Column(key="left_on", title="Left on", kind="date"),
        ),
        rows=tuple(map(row, people)),
    )


@app.command()
def erase(person: Who, yes: Annotated[bool, typer.Option("--yes", help="Yes: it cannot be undone.")] = False) -> None:
    """Take a person out of the address book, for good. The log keeps what was done, under an id without a name."""
    if not yes:
        raise Refusal("It cannot be undone. To erase the person, say it again with --yes.")
    with _the_book() as book:
        book.erase(person)
    out.print("Erased. Back-ups of the address book still hold the person until they are replaced.", markup=False)


@app.command()
def left(person: Who, on: Annotated[str, typer.Argument(metavar="DAY", help="The day, like 2017-10-31.")]) -> None:
    """Record that a person left: nothing more is sent, and the calendar feed ends."""
    day = parse_day(on)
    with _the_book() as book:
        book.leave(person, day)
    out.print(f"Left on {day_in_words(day)}.", markup=False)


@app.command()
def feed(person: Who) -> None:
    """Make a new secret for a person's calendar feed, and show it this once. The one before ends."""
    with _the_book() as book:
        out.print(book.feed_token(person), markup=False, soft_wrap=True)
