"""People, their sessions and their tokens as tables of a page. Administrators alone see them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from domain.tables import Column, Missing, Table, cell
from services.accounts import WORDS_OF_SCOPE, Session, Token
from services.address_book import Person
from services.web.person_form import role_words

NONE = Missing.NOT_APPLICABLE
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


def people_table(people: Iterable[Person], seen: Mapping[str, datetime], providers: Mapping[str, str]) -> Table:
    """Everybody of a page of the list. What is known of sign-ins goes with the sessions: then it is not known."""
    rows = []
    words = dict(STANDINGS)
    for each in people:
        at = seen.get(each.id)
        rows.append(
            (
                cell(each.name),
                cell(each.email),
                cell(role_words(each.roles, certifies=each.certifies) or None, missing=NONE),
                cell(providers.get(each.provider, each.provider) if each.provider else None, missing=NONE),
                cell(each.invited_on, missing=NONE),
                cell(at, missing=Missing.NOT_KNOWN if each.may_sign_in else NONE),
                cell(each.left_on, missing=NONE),
                cell(words[standing_of(each)]),
                cell(each.id),
            )
        )
    return Table(
        name="people",
        title="People",
        columns=(
            Column(key="name", title="Name"),
            Column(key="email", title="E-mail address"),
            Column(key="roles", title="Roles"),
            Column(key="provider", title="Provider"),
            Column(key="invited_on", title="Invited", kind="date"),
            Column(key="seen", title="Last signed in", kind="moment"),
            Column(key="left_on", title="Left", kind="date"),
            Column(key="standing", title="Standing"),
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
        rows.append(
            (
                cell(each.title),
                cell(f"outturn_{each.prefix}_"),
                cell(scope_words(each.scope)),
                cell(each.made),
                cell(each.expires_on),
                cell(each.used, missing=NONE),
                cell(standing),
                cell(each.prefix),
            )
        )
    return Table(
        name="tokens",
        title="Tokens for programs",
        columns=(
            Column(key="title", title="For"),
            Column(key="begins", title="Begins with"),
            Column(key="scope", title="May"),
            Column(key="made", title="Made", kind="moment"),
            Column(key="expires_on", title="Last day", kind="date"),
            Column(key="used", title="Last used", kind="moment"),
            Column(key="standing", title="Standing"),
            Column(key="prefix", title="Prefix", detail=True),
        ),
        rows=tuple(rows),
        names=("prefix",),
    )
