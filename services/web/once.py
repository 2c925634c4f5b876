"""A form that does what it does once, however often it is sent: for what the log does not look after by itself."""

import json
import secrets
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from domain.kernel import utc_now
from services.front_desk import signed_in, the_desk
from services.http.problem import Raised
from services.kept_results import Began, Known
from services.people_tables import digest_of
from services.web.site import text_of

_TOO_OLD = "This page is too old, or not whole. Open it again. Nothing was done."


def new_key() -> str:
    """What a form holds as ``key``: another one each time that it is opened."""
    return secrets.token_urlsafe(16)


def digest_of_form(request: Request, form: FormData, *more: str) -> str:
    """A name for this form as it was filled in; its token is in it, so that nobody else can reckon it.

    ``more``: what came along besides, such as the digest of a file. Raises ``Raised``.
    """
    key = text_of(form, "key")
    if not 16 <= len(key) <= 64 or not key.isascii():
        raise Raised(422, _TOO_OLD)
    said = sorted((name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile))
    return digest_of(json.dumps([request.url.path, said, more]))


def once(request: Request, form: FormData, give: Callable[[], Response], again: str) -> Response:
    """What ``give`` answers; if the same form was sent before, the way to where that led, and nothing is done.

    ``again``: where to go then, if the first answer was a page that is shown once. Raises ``Raised``.
    """
    accounts, person = the_desk(request).accounts, signed_in(request).person.id
    name = digest_of_form(request, form)
    match accounts.begin_key(person, name, name, utc_now()):
        case Known() as known:
            return RedirectResponse(known.headers["location"], 303)
        case Began():
            pass
        case _:
            raise Raised(409, "This form was sent a moment ago and is being seen to. Wait a little, then look again.")
    try:
        answer = give()
    except BaseException:
        accounts.drop_key(person, name)
        raise
    if answer.status_code >= 400:
        accounts.drop_key(person, name)
    else:
        accounts.finish_key(person, name, 303, {"location": answer.headers.get("location", again)}, b"")
    return answer
