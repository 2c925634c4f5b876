"""The ways out for messages, one file to a channel; which of them is used is a setting."""

from domain.errors import Refusal
from services.channels.channel import Channel
from services.settings import Settings


def channel_of(settings: Settings) -> Channel:
    """The channel that is set. Raises ``Refusal`` when a setting that it needs is missing."""
    match settings.channel:
        case "folder":
            from services.channels.folder import Folder

            return Folder(settings.mail_folder, settings.sender, settings.office_name or "")
        case "smtp":
            return _smtp(settings)
        case "notify":
            from services.channels.govuk_notify import GovukNotify  # it takes long to load

            if settings.notify_key is None or not settings.notify_templates:
                raise Refusal("To send by GOV.UK Notify, set OUTTURN_NOTIFY_KEY and OUTTURN_NOTIFY_TEMPLATES.")
            return GovukNotify(settings.notify_key, settings.notify_templates, settings.notify_address)


def _smtp(settings: Settings) -> Channel:
    from services.channels.smtp import Server, Smtp

    if settings.smtp_host is None or settings.mail_from is None:
        raise Refusal("To send by SMTP, set OUTTURN_SMTP_HOST and OUTTURN_MAIL_FROM.")
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        raise Refusal("OUTTURN_SMTP_USER and OUTTURN_SMTP_PASSWORD go together: set both, or neither.")
    if settings.smtp_password is not None and settings.smtp_security == "none":
        raise Refusal(
            "A password is never sent without TLS: set OUTTURN_SMTP_SECURITY to starttls or tls, "
            "or take OUTTURN_SMTP_PASSWORD away."
        )
    if settings.smtp_authorities is not None and not settings.smtp_authorities.is_file():
        raise Refusal("The file that OUTTURN_SMTP_AUTHORITIES names is not there.")
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        timeout=settings.smtp_timeout,
        authorities=settings.smtp_authorities,
    )
    return Smtp(server, settings.mail_from, settings.office_name or "")
