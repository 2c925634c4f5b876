"""Who comes back from the organisation's own sign-in, and who that is here."""

import secrets
from datetime import timedelta
from functools import lru_cache
from typing import Any

from pydantic import SecretStr, ValidationError

from domain.errors import Refusal
from domain.kernel import Role
from services.address_book import AddressBook, Person
from services.settings import Settings
from services.sign_in.claims import TELL, Identity, SignInRefused
from services.sign_in.oidc import OpenIdConnect

PENDING_LASTS = timedelta(minutes=15)
"""How long somebody may take at the organisation's sign-in."""
BACK = "/sign-in/organisation/back"
_LETTERS = "bcdfghjkmnpqrstvwxz"
_NO_ROLE = (
    "Your organisation knows you, but you have no role in this office. Ask an administrator of Outturn for one, or "
    "whoever looks after your organisation's sign-in to give you one of its roles for this application."
)
_TAKEN = (
    "Somebody else in this office's address book has your e-mail address. Ask an administrator of Outturn to put the "
    "two entries together (outturn people add --id … --subject …)."
)


@lru_cache(maxsize=4)
def _provider(issuer: str, client_id: str, secret: SecretStr | None, back: str) -> OpenIdConnect:
    try:
        return OpenIdConnect(issuer, client_id, secret, back)
    except ValueError as wrong:
        raise SignInRefused(f"The organisation's sign-in is not set up rightly: {wrong}. {TELL}") from None


def provider_of(settings: Settings) -> OpenIdConnect:
    """The organisation's sign-in, as it is set. Raises ``SignInRefused`` when it is not, or not rightly."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        raise SignInRefused("This office has no sign-in through an organisation. Ask for a link by e-mail instead.")
    back = f"{settings.reached_at}{BACK}"
    return _provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, back)


def person_for(book: AddressBook, identity: Identity) -> Person:
    """The person in the address book. Raises ``SignInRefused`` for somebody who may do nothing here.

    Of somebody who was invited here, the address book says what the person may do. Anybody else is known by the roles
    that the organisation gives: giving one there is the invitation, and whoever has none there any more has none here.
    An e-mail address never says who somebody is: it can change hands.
    """
    roles = identity.roles - {Role.PROVIDER, Role.SCHEDULER}
    known = book.by_subject(identity.subject)
    if known is None:
        former = [person for person in book.people() if person.subject == identity.subject]
        if any(person.left_on is not None for person in former):
            raise SignInRefused(f"You have left this office, as far as its records go. {TELL}")
        if not roles or former:
            raise SignInRefused(_NO_ROLE)
        return _somebody_new(book, identity, roles)
    said: dict[str, Any] = {}
    if known.invited_on is None and known.roles != roles and Role.PROVIDER not in known.roles:
        said["roles"] = roles
    if identity.name and identity.name != known.name:
        said["name"] = identity.name
    if said:
        known = book.change(known.id, lambda person: Person.model_validate(person.model_dump() | said))
    if not known.may_sign_in:
        raise SignInRefused(_NO_ROLE)
    return known


def _somebody_new(book: AddressBook, identity: Identity, roles: frozenset[Role]) -> Person:
    if identity.email is None:
        raise SignInRefused(f"Your organisation does not say which e-mail address you have. {TELL}")
    try:
        person = Person(
            id=f"p-{''.join(secrets.choice(_LETTERS) for _ in range(8))}",
            name=identity.name or "Somebody of the organisation",
            email=identity.email,
            roles=roles,
            subject=identity.subject,
        )
    except ValidationError:
        raise SignInRefused(f"Your organisation's entry for you cannot be read. {TELL}") from None
    try:
        book.put(person)
    except Refusal:
        raise SignInRefused(_TAKEN) from None
    return person
