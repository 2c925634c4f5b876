"""People, their sessions and their tokens as tables of a page. Administrators alone see them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from domain.kernel import LONDON
from domain.periods import day_in_words
from domain.tables import Column, Table, cell
from services.accounts import WORDS_OF_SCOPE, Session, Token
from services.address_book import Person
from services.web.person_form import role_words

HOW = {
    "link": "A link sent by e-mail",
    "organisation": "The work account",
    "demonstration": "The demonstration",
}
STANDINGS = (
    ("", "Everybody"),
    ("signs-in", "Can sign in"),
    ("written-to", "Is only written to"),
    ("bounced", "Messages come back"),
    ("left", "Has left"),
)
"""By which the list is narrowed: what is sent, and what is read."""
SCOPES = {
    "read": ("Read", "Everything that the person may read."),
    "events": ("Copy the log", "The feed of events, for a program that keeps a copy."),
    "act": ("Give every order", "Everything that the person may do."),
}


def standing_of(person: Person) -> str:
    """How a person stands, in one of the words of ``STANDINGS``."""
    if person.left_on is not None:
        return "left"
    if person.bounced:
        return "bounced"
    return "signs-in" if person.may_sign_in else "written-to"


def is_found(person: Person, words: str) -> bool:
    """Whether each of the words stands in a person's name, address, id or provider."""
    said = " ".join((person.name, person.email, person.id, person.provider or "")).casefold()
    return all(word in said for word in words.casefold().split())


def _standing_in_words(person: Person) -> str:
    words = dict(STANDINGS)[standing_of(person)]
    return words if person.left_on is None else f"Left on {day_in_words(person.left_on)}"


def _invited(person: Person) -> str:
    if person.invited_on is not None:
        return day_in_words(person.invited_on)
    return "Not yet" if person.may_sign_in else "No"


def people_table(people: Iterable[Person], seen: Mapping[str, datetime], providers: Mapping[str, str]) -> Table:
    """Everybody of a page of the list. What is known of sign-ins goes with the sessions: then it is not known."""
    rows = []
    for each in people:
        at = seen.get(each.id)
        rows.append(
            (
                cell(each.name),
                cell(role_words(each.roles) or "None"),
                cell(providers.get(each.provider, each.provider) if each.provider else "The office"),
                cell(_invited(each)),
                cell(at.astimezone(LONDON).date() if at else None),
                cell(_standing_in_words(each)),
                cell(each.email),
                cell(each.id),
            )
        )
    return Table(
        name="people",
        title="People",
        columns=(
            Column(key="name", title="Name"),
            Column(key="roles", title="Roles"),
            Column(key="provider", title="Works for"),
            Column(key="invited_on", title="Invited"),
            Column(key="seen", title="Last signed in", kind="date"),
            Column(key="standing", title="Standing"),
            Column(key="email", title="E-mail address"),
            Column(key="id", title="Reference", detail=True),
        ),
        rows=tuple(rows),
        names=("id",),
    )


def sessions_table(sessions: Iterable[Session]) -> Table:
    """Where a person is signed in."""
    rows = [
        (cell(HOW.get(each.how, each.how)), cell(each.begun), cell(each.seen), cell(each.ends)) for each in sessions
    ]
    return Table(
        name="sessions",
        title="Where the person is signed in",
        columns=(
            Column(key="how", title="Signed in by"),
            Column(key="begun", title="Since", kind="moment"),
            Column(key="seen", title="Last used", kind="moment"),
            Column(key="ends", title="Ends at the latest", kind="moment"),
        ),
        rows=tuple(rows),
    )


def scope_words(scope: Iterable[str]) -> str:
    """``Read; Complete milestone``."""
    said = set(scope)
    words = [SCOPES[name][0] for name in WORDS_OF_SCOPE if name in said]
    words += [name.replace("-", " ").capitalize() for name in sorted(said - set(WORDS_OF_SCOPE))]
    return "; ".join(words)


def tokens_table(tokens: Iterable[Token], today: date) -> Table:
    """A person's tokens: never the tokens themselves."""
    rows = []
    for each in tokens:
        standing = "Revoked" if each.revoked else "Ended" if each.expires_on < today else "Active"
        used = "Never" if each.used is None else day_in_words(each.used.astimezone(LONDON).date())
        rows.append(
            (
                cell(each.title),
                cell(scope_words(each.scope)),
                cell(standing),
                cell(each.expires_on),
                cell(used),
                cell(f"outturn_{each.prefix}_"),
                cell(each.prefix),
            )
        )
    return Table(
        name="tokens",
        title="Tokens for programs",
        columns=(
            Column(key="title", title="For"),
            Column(key="scope", title="May"),
            Column(key="standing", title="Standing"),
            Column(key="expires_on", title="Last day", kind="date"),
            Column(key="used", title="Last used"),
            Column(key="begins", title="Begins with"),
            Column(key="prefix", title="Prefix", detail=True),
        ),
        rows=tuple(rows),
        names=("prefix",),
    )
