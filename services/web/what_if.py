"""The what-if board of one person: draft orders, tried on the real rules and figures, and recorded nowhere.

A draft is an order of the catalogue as it would be given: its name and its fields. The drafts of a person are kept
beside the address book, never in the log; the log changes only when they are given as orders.
"""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import func, select

from domain.catalogue import COMMANDS
from domain.errors import NotAllowed, NotFound, OutturnError, Refusal
from domain.kernel import STAFF, Actor, Command, Role, utc_now
from projections.awards import AwardRow, ShareRow
from projections.providers import ProviderRow
from projections.standing import Place
from projections.timeline import in_words
from projections.views import Views
from services.accounts import Accounts
from services.office import Office
from services.web.forms.naming import deed_of, in_page_words
from services.web.money_tables import every_fund
from services.web.routes.orders import ORDERS

KEPT_AS = "what-if"
MOST = 20
"""How many drafts a board has at most."""

_OF_AWARDS = (
    *("register-award", "approve-award", "confirm-award-amount", "uplift-award", "reduce-award"),
    *("extend-award", "end-award", "withdraw-award"),
)


def _of(noun: str) -> tuple[str, ...]:
    return tuple(name for name, command in ORDERS.items() if command.noun == noun)


OFFERED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Awards", _OF_AWARDS),
    ("Funds", _of("fund")),
    ("Bids", _of("bid")),
)
"""What may be drafted: orders about awards that change money, and every order about funds and bids."""
DRAFTED = frozenset(name for _group, names in OFFERED for name in names)


@dataclass(frozen=True)
class Draft:
    """One order that is not given."""

    id: str
    """The key of the form that it came by, so that the same form sent twice makes one draft."""
    name: str
    fields: Mapping[str, Any]
    version: int
    """Of what it is about, when it was drafted."""

    @cached_property
    def command(self) -> Command[Any] | None:
        """The order; nothing, if it cannot be read any more."""
        try:
            return COMMANDS[self.name].model_validate(self.fields) if self.name in DRAFTED else None
        except (ValidationError, Refusal):
            return None

    @property
    def deed(self) -> str:
        """``Uplift award``."""
        return deed_of(COMMANDS[self.name]) if self.name in COMMANDS else "An order that there is no longer"

    @property
    def title(self) -> str:
        """``Uplift award: MOJ-2017-01``, ``Keep money aside: fund moj-victims for 2017-18``."""
        if self.command is None:
            return self.deed
        named, noun = self.command.named, self.command.noun
        return f"{self.deed}: {named.removeprefix(noun).strip() if noun in self.deed.lower() else named}"

    @property
    def words(self) -> str:
        """What it says, in words."""
        said: Any = self.command
        return "This draft cannot be read any more. Take it away." if said is None else in_words(said)[1]

    @property
    def may(self) -> frozenset[Role]:
        """Who may give it."""
        return COMMANDS[self.name].may if self.name in COMMANDS else frozenset()

    @property
    def who(self) -> str:
        """Who may give it, in words."""
        return " or ".join(sorted(role.value.replace("-", " ") for role in self.may)) or "nobody"


@dataclass(frozen=True)
class Board:
    """The drafts of one person, in the order in which they would be given."""

    drafts: tuple[Draft, ...] = ()
    key: str = ""
    """Changes with the drafts: a page that shows others is too old to give them."""
    given: str = ""
    """The key of the drafts that were given last."""
    gave: tuple[tuple[str, str], ...] = ()
    """What was given last: the words, and the page of what it was about."""

    def find(self, identity: str) -> Draft | None:
        """A draft by its id."""
        return next((draft for draft in self.drafts if draft.id == identity), None)

    @property
    def streams(self) -> frozenset[str]:
        """What there would be, if the drafts were given."""
        return frozenset(
            draft.command.stream for draft in self.drafts if draft.command is not None and draft.command.starts
        )

    def with_draft(self, draft: Draft, in_place_of: str | None = None) -> "Board":
        """With a draft more, or with one in the place of another. Raises ``Refusal`` when there are too many."""
        if self.find(draft.id) is not None:
            return self
        if in_place_of is not None and self.find(in_place_of) is not None:
            return replace(self, drafts=tuple(draft if each.id == in_place_of else each for each in self.drafts))
        if len(self.drafts) >= MOST:
            raise Refusal(f"A board has at most {MOST} drafts. Take some away, or record them first.")
        return replace(self, drafts=(*self.drafts, draft))

    def without(self, gone: Collection[str]) -> "Board":
        """Without some drafts."""
        return replace(self, drafts=tuple(each for each in self.drafts if each.id not in gone))


_KEPT = ("id", "name", "fields", "version")
"""What is kept of a draft."""


def board_of(accounts: Accounts, person: str) -> Board:
    """The board of a person. One query."""
    kept = accounts.draft(KEPT_AS, person)
    if kept is None:
        return Board()
    said = kept.said
    drafts = tuple(
        Draft(**{name: each[name] for name in ("id", "name", "fields", "version")}) for each in said["drafts"]
    )
    return Board(drafts, said["key"], said["given"], tuple((words, href) for words, href in said["gave"]))


def keep(accounts: Accounts, person: str, board: Board) -> None:
    """Keeps a board, under a new key."""
    drafts = [
        {"id": each.id, "name": each.name, "fields": dict(each.fields), "version": each.version}
        for each in board.drafts
    ]
    said = {"drafts": drafts, "key": secrets.token_urlsafe(24), "given": board.given, "gave": list(board.gave)}
    accounts.keep_draft(KEPT_AS, person, person, said, utc_now())


def key_of(board: Board) -> str:
    """Under what is kept whether these drafts were given."""
    return f"{KEPT_AS} {board.key}"


def act_of(person: str, board: Board) -> str:
    """The name of the act by which a board is given: the same for the same board, so that it is known again."""
    return hashlib.sha256(f"{person}\0{KEPT_AS}\0{board.key}".encode()).hexdigest()[:32]


def digest_of(drafts: Iterable[Draft]) -> str:
    """What makes these drafts what they are."""
    said = json.dumps([[draft.id, draft.name, dict(draft.fields)] for draft in drafts], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


class AwardFigures(NamedTuple):
    """What the board compares of an award."""

    provider: str | None
    status: str
    ends_on: str | None
    amount_pence: int | None
    """All its shares; ``None``: there is none yet, or one is not known."""


class FundFigures(NamedTuple):
    """What the board compares of a fund."""

    title: str
    sums: dict[str, int | None]


class Figures(NamedTuple):
    """How the money stands."""

    funds: dict[Place, FundFigures]
    awards: dict[str, AwardFigures]


class Trial(NamedTuple):
    """The drafts as tried."""

    refused: dict[str, str]
    """By the id of a draft, why it would be refused."""
    before: Figures
    after: Figures


def tried(office: Office, by: Actor, board: Board) -> Trial:
    """The figures as they are, and as they would be if whoever may gave the drafts. Nothing is recorded.

    A draft that would be refused is passed over, and those after it are decided without it.
    """
    anybody = Actor(id=by.id, roles=STAFF, awards=by.awards)
    refused = {each.id: each.words for each in board.drafts if each.command is None}
    kept = [(each.id, each.command) for each in board.drafts if each.command is not None]
    awards = _awards_in(command for _id, command in kept)
    reached = 0

    def reach(number: int) -> None:
        nonlocal reached
        reached = number

    while True:
        try:
            commands = [command for _id, command in kept]
            return Trial(refused, *office.what_if(commands, anybody, lambda views: _figures(views, awards), reach))
        except (Refusal, NotFound, NotAllowed) as rule:
            identity, _command = kept.pop(reached - 1)
            refused[identity] = in_page_words(str(rule))


def _awards_in(commands: Iterable[Command[Any]]) -> list[str]:
    named = [getattr(command, name, None) for command in commands for name in ("award", "match_award")]
    return sorted({award for award in named if award is not None})


def _figures(views: Views, awards: Sequence[str]) -> Figures:
    """Three queries; two when no award is asked for."""
    funds = {place: FundFigures(title, standing.figures()) for place, (title, standing) in every_fund(views).items()}
    return Figures(funds, _awards(views, awards) if awards else {})


def _awards(views: Views, awards: Sequence[str]) -> dict[str, AwardFigures]:
    award, share, provider = AwardRow.table.c, ShareRow.table.c, ProviderRow.table.c
    own = share.award == award.award

    def of_shares(what: Any) -> Any:
        return select(what).where(own).correlate(AwardRow.table).scalar_subquery()

    query = select(
        *(award.award, award.status, award.ends_on, provider.title),
        of_shares(func.sum(share.amount_pence)).label("amount"),
        of_shares(func.count()).label("shares"),
        of_shares(func.count(share.amount_pence)).label("known"),
    ).select_from(AwardRow.table.outerjoin(ProviderRow.table, provider.provider == award.provider))
    found = {}
    for row in views.connection.execute(query.where(award.award.in_(awards))):
        amount = int(row.amount) if row.shares and row.shares == row.known else None
        found[row.award] = AwardFigures(row.title, row.status, row.ends_on and row.ends_on.isoformat(), amount)
    return found


def told_of(refusal: OutturnError) -> str:
    """What a rule says, as pages say it."""
    return in_page_words(str(refusal))
