"""The channel to GOV.UK Notify: it keeps a template for each kind of message, and we send what goes into it."""

import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient
from pydantic import SecretStr
from requests import ReadTimeout

from services.channels.channel import Delivery, Message, NeverHeard, RefusedForGood, TryLater, fit_for_the_log

ANY = "any"
"""The template for every kind of message that has none of its own."""
TIMEOUT = 15
"""For how many seconds an answer is waited for."""
_TOO_EARLY_OR_TOO_MANY = (408, 425, 429)


_ENDS = {
    "delivered": Delivery.DELIVERED,
    "permanent-failure": Delivery.PERMANENT_FAILURE,
    "temporary-failure": Delivery.TEMPORARY_FAILURE,
    "technical-failure": Delivery.TEMPORARY_FAILURE,
}


class GovukNotify:
    """Notify, as one service of it."""

    name = "notify"

    def __init__(self, key: SecretStr, templates: Mapping[str, str], address: str, timeout: float = TIMEOUT) -> None:
        self._client = NotificationsAPIClient(key.get_secret_value(), base_url=address, timeout=timeout)
        self._templates = dict(templates)
        self._lock = threading.Lock()  # the client says of itself that threads may not share it

    def send(self, message: Message) -> str | None:
        """Hands the message over. The receipt is Notify's own id of it."""
        template = self._templates.get(message.template) or self._templates.get(ANY)
        if template is None:
            raise RefusedForGood("no template of Notify is set for this kind of message")
        try:
            with self._lock:
                taken = self._client.send_email_notification(
                    email_address=message.to_address,
                    template_id=template,
                    personalisation=message.fields,
                    reference=message.mark,
                )
        except APIError as fault:
            if isinstance(fault.__cause__, ReadTimeout):  # it was asked, and may have taken the message
                raise NeverHeard("GOV.UK Notify was given the message, and did not answer in time") from None
            raise _fault(fault) from None
        return fit_for_the_log(str(taken.get("id", ""))) if isinstance(taken, dict) else None

    def receipts(self, references: Iterable[str]) -> dict[str, Delivery]:
        """How the messages of these references ended; those still under way are left out. Raises ``TryLater``.

        Notify knows of a message for seven days.
        """
        ended = {}
        for reference in references:
            try:
                with self._lock:
                    answer = self._client.get_all_notifications(template_type="email", reference=reference)
            except APIError as fault:
                raise TryLater(_fault(fault).reason) from None
            end = _end(answer)
            if end is not None:
                ended[reference] = end
        return ended


def _end(answer: Any) -> Delivery | None:
    """Of a message that went twice, the better end; nothing, while one of them is under way and none has arrived."""
    found = answer.get("notifications", []) if isinstance(answer, dict) else []
    ends = [_ENDS.get(each.get("status")) for each in found]
    if Delivery.DELIVERED in ends:
        return Delivery.DELIVERED
    if not ends or None in ends:
        return None
    return Delivery.TEMPORARY_FAILURE if Delivery.TEMPORARY_FAILURE in ends else Delivery.PERMANENT_FAILURE


def _fault(fault: APIError) -> TryLater | RefusedForGood:
    """What went wrong, by its number and its kind. Notify's own words are not repeated: they may hold anything."""
    response = fault.response
    if response is None:
        return TryLater("GOV.UK Notify cannot be reached, or did not answer in time")
    status: int = response.status_code
    if status in _TOO_EARLY_OR_TOO_MANY or not 400 <= status < 500:
        return TryLater(f"GOV.UK Notify does not take the message now ({status})")
    kinds, about_the_address = _errors(response)
    return RefusedForGood(f"GOV.UK Notify refused the message ({' '.join([str(status), *kinds])})", about_the_address)


def _errors(response: Any) -> tuple[list[str], bool]:
    """The kinds of the errors, and whether one is that the address is none."""
    try:
        errors = response.json()["errors"]
        pairs = [(str(each["error"]), str(each["message"])) for each in errors]
    except (ValueError, KeyError, TypeError):
        return [], False
    kinds = sorted({kind for kind, _words in pairs if re.fullmatch("[A-Za-z]{1,40}", kind)})
    wrong = any(kind == "ValidationError" and words.startswith("email_address ") for kind, words in pairs)
    return kinds, response.status_code == 400 and wrong
