"""Links to sign in by, as they are sent: the one way, whether somebody asks for one or is invited."""

import logging
from datetime import timedelta
from enum import Enum

from domain.kernel import utc_now
from services.address_book import Person
from services.channels import channel_of
from services.channels.channel import NotSent
from services.front_desk import FrontDesk
from services.messages import link_message

_log = logging.getLogger(__name__)


class Sent(Enum):
    """What became of a link."""

    SENT = "sent"
    TOO_MANY = "too many"
    """The person has several of the last hour that were not used, or may not sign in."""
    NOT_SENT = "not sent"
    """The channel did not take the message: the log of the server says why."""


def send_link(desk: FrontDesk, person: Person, going: str) -> Sent:
    """Sends a person a link that signs in once and leads to a page. Raises ``Refusal`` if no channel is set up."""
    channel = channel_of(desk.settings)
    lasting = timedelta(minutes=desk.settings.link_minutes)
    secret = desk.accounts.new_link(person.id, utc_now(), lasting, going)
    if secret is None:
        return Sent.TOO_MANY
    said = link_message(person, f"{desk.settings.reached_at}/sign-in/link/{secret}", desk.settings)
    try:
        channel.send(said)
    except NotSent as fault:
        _log.warning("A link to sign in by was not sent to %s: %s.", person.id, fault.reason)
        return Sent.NOT_SENT
    return Sent.SENT
