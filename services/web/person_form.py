"""The form of a person: what is typed, what is wrong with it, and what somebody else changed meanwhile."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError
from starlette.datastructures import FormData

from domain.errors import NotFound, Refusal
from domain.kernel import Role
from domain.monitoring.policy import Part
from services.address_book import AddressBook, Person
from services.channels.channel import is_address
from services.problems import faults as faults_of_validation
from services.web.shapes import Fault
from services.web.site import text_of

Typed = dict[str, Any]
"""What stands in the form: text by the name of its field, and lists of what is ticked."""

ROLES: tuple[tuple[Role, str, str], ...] = (
    (Role.CONTRACT_MANAGER, "Contract manager", "Looks after awards: milestones, reports, reminders."),
    (Role.FINANCE, "Finance", "Funds, payments and returns."),
    (Role.COMMISSIONER, "Commissioner", "Approves awards and signs returns off."),
    (Role.AUDITOR, "Auditor", "Reads everything and changes nothing."),
    (Role.ADMINISTRATOR, "Administrator", "People and settings. Sees no money."),
    (Role.PROVIDER, "Provider", "Reports on one provider's awards, and sees those alone."),
)
"""Each role with its words, in the order of the form."""
PARTS: tuple[tuple[Part, str], ...] = (
    (Part.PROVIDER, "As the provider's contact"),
    (Part.CONTRACT_MANAGER, "As contract manager"),
    (Part.HEAD_OF_COMMISSIONING, "As head of commissioning, when nothing came for long"),
)
LABELS = {
    "name": "Name",
    "email": "E-mail address",
    "phone": "Telephone number",
    "roles": "What the person may do",
    "certifies": "Who sends the reports",
    "provider": "Provider",
    "awards": "Awards",
    "parts": "Reminders",
    "digest": "How messages come",
    "subject": "Work account",
}
_ROLE_WORDS = {role: words for role, words, _hint in ROLES}
_PART_WORDS = dict(PARTS)
_CURES = {
    "name": "Enter the name on one line of at most 120 characters",
    "email": "Enter an e-mail address, like name@example.org",
    "phone": "Enter a telephone number, like 01632 960 001, or leave it empty",
    "roles": "Choose roles from the list",
    "parts": "Choose reminders from the list",
    "provider": "Choose a provider from the list",
    "awards": "Enter the references of awards, one to a line",
    "subject": "Enter the work account in one word, or leave it empty",
}
_SAME_EMAIL = (
    "Somebody else who may sign in has this e-mail address: enter another one, or take that person's roles away"
)
_SAME_SUBJECT = "Somebody else signs in with this work account: take it away from that person first"


class Read(NamedTuple):
    """What a form comes to."""

    said: dict[str, Any]
    """The fields of a person."""
    faults: list[Fault]


def role_words(roles: Collection[Role], *, certifies: bool = False) -> str:
    """``Contract manager, Finance``; nothing for somebody who is only written to."""
    words = [words for role, words, _hint in ROLES if role in roles]
    return ", ".join(words) + (" (declares and sends reports)" if certifies else "")


def part_words(parts: Collection[Part]) -> str:
    """In which parts somebody is reminded."""
    return ", ".join(words.partition(",")[0] for part, words in PARTS if part in parts)


def typed_of(person: Person | None) -> Typed:
    """The form as it is opened: of a person as known, or empty."""
    if person is None:
        empty: Typed = dict.fromkeys(("name", "email", "phone", "provider", "awards", "subject"), "")
        return empty | {"roles": [], "parts": [], "certifies": "no", "reach": "all", "digest": "no"}
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone or "",
        "roles": [role.value for role in person.roles],
        "certifies": "yes" if person.certifies else "no",
        "provider": person.provider or "",
        "reach": "all" if person.awards is None else "named",
        "awards": "\n".join(person.awards or ()),
        "parts": [part.value for part in person.parts],
        "digest": "yes" if person.digest else "no",
        "subject": person.subject or "",
    }


def typed_in(form: FormData) -> Typed:
    """The form as it was sent."""
    typed: Typed = {name: text_of(form, name) for name in typed_of(None)}
    for name in ("roles", "parts"):
        typed[name] = [said for said in form.getlist(name) if isinstance(said, str)]
    return typed


def read(typed: Typed) -> Read:
    """The person's fields, and every fault that the form shows by itself."""
    faults: list[Fault] = []
    roles, parts = set(typed["roles"]), set(typed["parts"])
    awards = tuple(dict.fromkeys(typed["awards"].split()))
    if not typed["name"]:
        faults.append(Fault("Enter the name", "name"))
    if not is_address(typed["email"]):
        faults.append(Fault(_CURES["email"], "email"))
    if roles - set(_ROLE_WORDS):
        faults.append(Fault(_CURES["roles"], "roles"))
    if parts - set(_PART_WORDS):
        faults.append(Fault(_CURES["parts"], "parts"))
    if typed["provider"] and roles - {Role.PROVIDER}:
        words = "Somebody of a provider has the provider's role alone: take the other roles, or the provider, away"
        faults.append(Fault(words, "roles"))
    if not typed["provider"] and (Role.PROVIDER in roles or Part.PROVIDER in parts):
        faults.append(Fault("Choose the provider that the person is of", "provider"))
    if typed["reach"] == "named" and not awards:
        faults.append(Fault("Enter the awards, one to a line, or choose all awards", "awards"))
    said = {
        "name": typed["name"],
        "email": typed["email"],
        "phone": typed["phone"] or None,
        "roles": frozenset(roles),
        "certifies": typed["certifies"] == "yes" and Role.PROVIDER in roles,
        "provider": typed["provider"] or None,
        "awards": awards if typed["reach"] == "named" else None,
        "parts": frozenset(parts),
        "digest": typed["digest"] == "yes",
        "subject": typed["subject"] or None,
    }
    return Read(said, faults)


def wrong_fields(error: ValidationError) -> list[Fault]:
    """What the rules of a person say of its fields, in the form's words. What was typed is not repeated."""
    found = []
    for fault in faults_of_validation(error):
        field = str(fault.path[0]) if fault.path else None
        words = _CURES.get(field or "") or f"{fault.words[:1].upper()}{fault.words[1:]}"
        found.append(Fault(words, field if field in LABELS else None))
    return list(dict.fromkeys(found))


def clashes(book: AddressBook, person: str | None, said: Mapping[str, Any], refusal: Refusal | NotFound) -> Fault:
    """A refusal of the address book or of the registers, at the field that it is about."""
    if isinstance(refusal, NotFound):
        return Fault(
            "There is no such provider or award: check each reference", "awards" if said["awards"] else "provider"
        )
    same = book.by_email(said["email"])
    if same is not None and same.id != person and said["roles"]:
        return Fault(_SAME_EMAIL, "email")
    other = book.by_subject(said["subject"]) if said["subject"] else None
    if other is not None and other.id != person:
        return Fault(_SAME_SUBJECT, "subject")
    return Fault(str(refusal).removesuffix("."), "roles")


def marks(person: Person) -> str:
    """What a form was opened on, a few letters to a field, to know afterwards which fields somebody else changed."""
    said = person.model_dump(mode="json")
    return ".".join(_mark(person.id, field, said[field]) for field in LABELS)


def _mark(person: str, field: str, value: Any) -> str:
    plain = sorted(value) if isinstance(value, list) else value
    return hashlib.sha256(repr((person, field, plain)).encode()).hexdigest()[:10]


def changed_since(person: Person, seen: str) -> list[str]:
    """The labels of the fields that changed since the form was opened; all of them, if that cannot be told."""
    before, now = seen.split("."), marks(person).split(".")
    if len(before) != len(now):
        return list(LABELS.values())
    return [label for label, was, is_ in zip(LABELS.values(), before, now, strict=True) if was != is_]
