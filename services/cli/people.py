"""``outturn people``: who is written to, and who may do what. Names and addresses are here, nowhere in the log."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import LONDON, Role, utc_now
from domain.monitoring.policy import Part
from domain.periods import day_in_words, parse_day
from domain.tables import Cell, Column, Missing, Table
from projections.awards import AwardRow
from projections.providers import ProviderRow
from projections.views import Views
from services.accounts import LONGEST_TOKEN, Accounts
from services.address_book import AddressBook, Person
from services.cli.console import Format, Formatted, ask, err, out, print_tables, the_office
from services.people_tables import UNKNOWN
from services.settings import Database, Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_LETTERS = "bcdfghjkmnpqrstvwxz"
"""Of which ids are made: no figures and no vowels, so that they are neither numbers nor words."""

Who = Annotated[str, typer.Argument(metavar="ID", help="The person's id (outturn people list).")]
EVERY_ONE = "all"
"""Said for ``--award``: every one."""


class RoleSaid(StrEnum):
    """What may be said for ``--role``: a role that a person may have, or none, to be only written to."""

    ADMINISTRATOR = Role.ADMINISTRATOR.value
    AUDITOR = Role.AUDITOR.value
    COMMISSIONER = Role.COMMISSIONER.value
    CONTRACT_MANAGER = Role.CONTRACT_MANAGER.value
    FINANCE = Role.FINANCE.value
    PROVIDER = Role.PROVIDER.value
    NONE = "none"


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
    provider: Annotated[
        str | None, typer.Option(help="Whose contact the person is; an empty one takes it away.")
    ] = None,
    award: Annotated[
        list[str] | None, typer.Option(help="Only about this award. May be repeated; all: about every one again.")
    ] = None,
    digest: Annotated[
        bool | None, typer.Option("--digest/--single", help="One message a day, or one for each reminder.")
    ] = None,
    role: Annotated[
        list[RoleSaid] | None,
        typer.Option(
            help="What the person may do in the office. May be repeated; what is said replaces what was. "
            "none: nothing any more, and is signed out.",
        ),
    ] = None,
    certifies: Annotated[
        bool | None,
        typer.Option(
            "--certifies/--does-not-certify",
            help="Whether a provider's person may declare and send its reports, or only prepares them.",
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            help="The person's account at the organisation's sign-in: of Microsoft Entra ID tenant:object, both ids "
            "in full; an empty one takes it away."
        ),
    ] = None,
) -> None:
    """Add a person, or change one: what is not said stays as it is. Prints the id, which is what the log knows."""
    _are_there(provider or None, [] if award in (None, [EVERY_ONE]) else award or [])
    said: dict[str, Any] = {"name": name, "email": email, "parts": part and frozenset(part), "digest": digest}
    said = {field: value for field, value in said.items() if value is not None}
    said |= {
        field: value or None
        for field, value in {"phone": phone, "provider": provider, "subject": subject}.items()
        if value is not None
    }
    said |= _may(role, certifies)
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


def _may(role: list[RoleSaid] | None, certifies: bool | None) -> dict[str, Any]:
    """What was said of what the person may do. Who has no provider's role any more certifies nothing."""
    said: dict[str, Any] = {} if certifies is None else {"certifies": certifies}
    if not role:
        return said
    if RoleSaid.NONE in role and len(role) > 1:
        raise Refusal("Say --role none alone, or the roles that the person has.")
    roles = frozenset() if role == [RoleSaid.NONE] else frozenset(map(Role, role))
    return ({} if Role.PROVIDER in roles else {"certifies": False}) | said | {"roles": roles}


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
        roles = ", ".join(sorted(person.roles)) + (" (certifies)" if person.certifies else "")
        invited, left = (day.isoformat() if day else None for day in (person.invited_on, person.left_on))
        said = (person.phone, roles, parts, person.provider, awards)
        return (
            *(Cell(person.id), Cell(person.name), Cell(person.email), *map(text, said)),
            *(Cell(person.digest), Cell(person.bounced), text(invited), text(left)),
        )

    return Table(
        name="people",
        title="People",
        columns=(
            Column(key="id", title="Id"),
            Column(key="name", title="Name"),
            Column(key="email", title="E-mail"),
            Column(key="phone", title="Telephone", detail=True),
            Column(key="roles", title="Roles"),
            Column(key="parts", title="Parts"),
            Column(key="provider", title="Provider"),
            Column(key="awards", title="Awards"),
            Column(key="digest", title="Digest", kind="yes-no"),
            Column(key="bounced", title="Messages come back", kind="yes-no"),
            Column(key="invited_on", title="Invited on", kind="date", detail=True),
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
    """Record that a person left: nothing more is sent; sessions, tokens and the calendar feed end."""
    day = parse_day(on)
    with _the_book() as book:
        book.leave(person, day)
    out.print(f"Left on {day_in_words(day)}.", markup=False)


@app.command()
def feed(person: Who) -> None:
    """Make a new secret for a person's calendar feed, and show it this once. The one before ends."""
    with _the_book() as book:
        out.print(book.feed_token(person), markup=False, soft_wrap=True)


@app.command()
def invite(person: Who) -> None:
    """Note that a person is asked to sign in, and show what to tell them."""
    with _the_book() as book:
        invited = book.invite(person, utc_now().astimezone(LONDON).date())
    how = (
        "with the organisation's own account"
        if invited.subject
        else "with their e-mail address, to which a link is sent that is good once"
    )
    out.print(f"Invited. Tell the person the address of the office's pages. They sign in there {how}.", markup=False)


@app.command()
def sessions(person: Who, form: Formatted = Format.TABLE) -> None:
    """Show where a person is signed in."""
    with _the_book() as book:
        _is_there(book, person)
        found = Accounts(book).sessions_of(person, utc_now())
    rows = [
        (Cell(each.mark), Cell(each.how), *(Cell(at.isoformat()) for at in (each.begun, each.seen, each.ends)))
        for each in found
    ]
    columns = (
        Column(key="session", title="Session"),
        Column(key="how", title="Signed in by"),
        Column(key="begun", title="Begun", kind="moment"),
        Column(key="seen", title="Last used", kind="moment"),
        Column(key="ends", title="Ends", kind="moment"),
    )
    print_tables([Table(name="sessions", title="Sessions", columns=columns, rows=tuple(rows))], form)


@app.command("sign-out")
def sign_out(person: Who) -> None:
    """Sign a person out everywhere, at once. Tokens stay: outturn people revoke ends one."""
    with _the_book() as book:
        _is_there(book, person)
        ended = Accounts(book).end_sessions_of(person)
    out.print(f"Signed out. Sessions ended: {ended}.", markup=False)


@app.command()
def token(
    person: Who,
    title: Annotated[str, typer.Option(help="Which program it is for. Shown in lists.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="What it may do, of what the person may: read, events (the feed), act (every order), or the name of "
            "an order such as complete-milestone. May be repeated."
        ),
    ],
    days: Annotated[int, typer.Option(min=1, max=LONGEST_TOKEN.days, help="For how many days it is good.")] = 90,
) -> None:
    """Make a token with which a program acts in a person's name, and show it this once."""
    now = utc_now()
    expires_on = now.astimezone(LONDON).date() + timedelta(days=days)
    with _the_book() as book:
        made = Accounts(book).new_token(person, title, scope, expires_on, now)
    out.print(made, markup=False, soft_wrap=True)
    err.print(f"It is shown this once, and is good until the end of {day_in_words(expires_on)}.", markup=False)


@app.command()
def tokens(form: Formatted = Format.TABLE) -> None:
    """Show every token: whose it is, what it may do, until when, and when it was last used."""
    with _the_book() as book:
        found = Accounts(book).tokens()
    none = Cell(missing=Missing.NOT_APPLICABLE)
    rows = [
        (
            *(Cell(each.prefix), Cell(each.person), Cell(each.title), Cell(", ".join(sorted(each.scope)))),
            *(Cell(each.made.isoformat()), Cell(each.expires_on.isoformat())),
            *(Cell(each.used.isoformat()) if each.used else none, Cell(each.revoked)),
        )
        for each in found
    ]
    columns = (
        Column(key="prefix", title="Prefix"),
        Column(key="person", title="Person"),
        Column(key="title", title="Title"),
        Column(key="scope", title="Scope"),
        Column(key="made", title="Made", kind="moment", detail=True),
        Column(key="expires_on", title="Expires on", kind="date"),
        Column(key="used", title="Last used", kind="moment"),
        Column(key="revoked", title="Revoked", kind="yes-no"),
    )
    print_tables([Table(name="tokens", title="Tokens", columns=columns, rows=tuple(rows))], form)


@app.command()
def revoke(prefix: Annotated[str, typer.Argument(help="The token's prefix (outturn people tokens).")]) -> None:
    """End a token at once."""
    with _the_book() as book:
        Accounts(book).revoke_token(prefix)
    out.print("Revoked.", markup=False)


def _is_there(book: AddressBook, person: str) -> None:
    if book.person(person) is None:
        raise NotFound(UNKNOWN)
