"""What comes under an ``Idempotency-Key`` is done once: sent again, it gets the same answer, and nothing is done twice.

Orders, files that come in, and whatever else is not an order of the catalogue go through here alike.
"""

import hashlib
from collections.abc import Callable

from fastapi import Response

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import utc_now
from services.front_desk import FrontDesk, SignedIn
from services.http.problem import STATUSES, Raised, problem_of, problem_response
from services.kept_results import Began, Known, Running
from services.office import Conflict, Stale
from services.problems import Malformed

Give = Callable[[str | None, bool], Response]
"""Does it. It is told the name for the act, and whether it was begun before by somebody who was not heard of since:
then what that one did may stand in the log, under that name."""

KEPT_HEADERS = ("content-type", "etag", "location")
"""What is kept of the answer beside its status and its body."""


def act_of(person: str, key: str) -> str:
    """The name of the act under a key, by which it is found in the log if the process died before it could answer."""
    return hashlib.sha256(f"{person}\0{key}".encode()).hexdigest()[:32]


def once(desk: FrontDesk, who: SignedIn, key: str | None, said: bytes, give: Give) -> Response:
    """Does something once under a key, or simply does it when there is none.

    ``said``: everything that makes it what it is. Raises ``Raised`` 409 while it is being done, ``Malformed`` when the
    key came before with something else. What is refused is kept too: it is the answer. After any other fault, such as a
    connection that was cut, it may have been written: the key stays, and whoever asks again after a minute is told.
    """
    if key is None:
        return give(None, False)
    person = who.person.id
    begun = desk.accounts.begin_key(person, key, hashlib.sha256(said).hexdigest(), utc_now())
    if isinstance(begun, Known):
        return Response(begun.body, begun.status, {**begun.headers, "idempotent-replayed": "true"})
    if isinstance(begun, Running):
        words = "The same order is being obeyed at this moment. Ask again in a second."
        raise Raised(409, words, headers={"retry-after": "1"})
    if not isinstance(begun, Began):
        raise Malformed("That Idempotency-Key came before with another order. Make a new key for a new order.")
    try:
        answer = give(act_of(person, key), begun.again)
    except (Refusal, NotAllowed, Stale) as refused:
        answer = problem_response(problem_of(STATUSES[type(refused)], str(refused)))
    except (Raised, Malformed, Conflict, NotFound):
        desk.accounts.drop_key(person, key)  # nothing can have been written
        raise
    kept = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    desk.accounts.finish_key(person, key, answer.status_code, kept, bytes(answer.body))
    return answer
