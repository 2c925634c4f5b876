"""The people of the demonstration, to sign in as: one for each part somebody has in an office. Nobody is real."""

from domain.kernel import Role
from domain.monitoring.policy import Part
from services.address_book import AddressBook, Person
from services.demo import PLAYER

PROVIDER = "made-up-advocates-and-allies"
"""The provider that the demonstration's provider people are of: it is made up too."""

_MADE_UP = "(made up)"


def _person(name: str, title: str, *roles: Role, **more: object) -> Person:
    said = {"id": f"{PLAYER.id}-{name}", "name": f"{title} {_MADE_UP}", "email": f"{name}@demonstration.example"}
    return Person.model_validate({**said, "roles": frozenset(roles), **more})


PEOPLE: tuple[Person, ...] = (
    _person("contract-manager", "Contract manager", Role.CONTRACT_MANAGER, parts=frozenset({Part.CONTRACT_MANAGER})),
    _person("provider", "Provider's certifier", Role.PROVIDER, provider=PROVIDER, certifies=True),
    _person(
        "provider-contact",
        "Provider's data contact",
        Role.PROVIDER,
        provider=PROVIDER,
        parts=frozenset({Part.PROVIDER}),
    ),
    _person("finance", "Finance officer", Role.FINANCE),
    _person("finance-second", "Second finance officer", Role.FINANCE),
    _person("commissioner", "Commissioner", Role.COMMISSIONER),
    _person("auditor", "Auditor", Role.AUDITOR),
    _person("administrator", "Administrator", Role.ADMINISTRATOR),
)
"""In the order in which the page to sign in shows them. The ids of those who act in the demonstration are theirs."""


def move_in(book: AddressBook) -> None:
    """Puts them into the address book of the demonstration; whoever is there already stays as changed since."""
    there = {person.id for person in book.people()}
    for person in PEOPLE:
        if person.id not in there:
            book.put(person)
