"""A message as an e-mail: text and HTML, with headers of our own that are the same when it is sent again."""

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.channels.channel import Message


def as_mail(message: Message, sender: str, sender_name: str, now: datetime) -> EmailMessage:
    """The e-mail. But for its date, the same message is the same mail."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(now)
    mail["From"] = Address(sender_name, addr_spec=sender)
    mail["To"] = Address(message.to_name, addr_spec=message.to_address)
    mail["Subject"] = message.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    mail.set_boundary(f"outturn-{hashlib.sha256(message.message_id.encode()).hexdigest()[:32]}")
    return mail
