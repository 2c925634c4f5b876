"""Settings, from the environment (``OUTTURN_…``) or a file ``.env``. Each is described in the README."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.kernel import Actor, Reference, Role

_NOTIFY = r"^(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d{1,5})?/?$"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,58}[A-Za-z0-9])?$"
_ADDRESS = r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?$"


class Database(NamedTuple):
    """Where the log is kept."""

    kind: Literal["memory", "sqlite", "postgresql"]
    path: Path = Path()
    """The file, for SQLite."""
    url: str = ""
    """The address, for PostgreSQL."""

    @classmethod
    def of(cls, address: str) -> "Database":
        """Reads ``postgresql://…``, ``memory:``, ``sqlite:///a/file.db`` or a plain path. Raises ``ValueError``."""
        scheme, separator, rest = address.partition("://")
        if scheme in ("postgresql", "postgres") and separator:
            return cls("postgresql", url=address)
        if address == "memory:":
            return cls("memory")
        if scheme == "sqlite" and separator:
            return cls("sqlite", path=Path(rest.removeprefix("/") if rest.startswith("/") else rest))
        if separator or not address:
            raise ValueError("the database must be postgresql://…, sqlite:///a/file.db or the path of a file")
        return cls("sqlite", path=Path(address))


class Settings(BaseSettings):
    """What may be set. Everything has a default that suits one small machine."""

    model_config = SettingsConfigDict(env_prefix="OUTTURN_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    database: str = Field(
        default="outturn.db",
        description="Where the log is kept: the path of an SQLite file, or postgresql://user:password@host/name.",
    )
    actor: Reference = Field(
        default="command-line",
        description="The opaque id that stands in the log for whoever uses the command line.",
    )

    documents: Path = Field(
        default=Path("outturn-documents"),
        description="The folder in which agreements, spend plans and evidence are kept, each under its digest.",
    )
    roles: frozenset[Role] = Field(
        default=frozenset(Role),
        description="What whoever uses the command line is in the office, as a JSON list. All roles, unless set.",
    )

    office_name: str | None = Field(
        default=None, description="The name of the office, as it stands in the header of a return."
    )
    area_code: str | None = Field(
        default=None,
        description="The police area's code of the Office for National Statistics, as it stands there: E23000023.",
    )

    abolition_on: date = Field(
        default=date(2028, 5, 7),
        description="The day set for the end of the office; of awards that end later the scheduler warns. As announced "
        "in November 2025: the end of the commissioners' term. Set it anew when the law says otherwise.",
    )
    underspend_above: Annotated[int, Field(ge=0)] = Field(
        default=10_000,
        description="Beyond how many whole pounds likely not to be spent the scheduler warns, from January on.",
    )

    channel: Literal["folder", "smtp", "notify"] = Field(
        default="folder",
        description="How messages go out: as files in a folder, to a mail server (smtp), or by GOV.UK Notify.",
    )
    mail_folder: Path = Field(
        default=Path("outturn-mail"), description="The folder into which messages go when the channel is folder."
    )
    mail_from: Annotated[str, Field(pattern=_ADDRESS)] | None = Field(
        default=None, description="The e-mail address that messages come from. Needed for smtp."
    )
    message_domain: Annotated[str, Field(pattern=_HOST)] = Field(
        default="outturn.invalid",
        description="The domain in the Message-ID of every message. Once set, leave it: a repeat is known by it.",
    )
    smtp_host: Annotated[str, Field(pattern=_HOST)] | None = Field(
        default=None, description="The mail server's name, as its certificate has it."
    )
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] | None = Field(
        default=None, description="The mail server's port. Unless set: 587 for starttls, 465 for tls, 25 for none."
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection to the mail server is made safe: starttls, tls from the first byte, or none.",
    )
    smtp_user: str | None = Field(default=None, description="The user at the mail server, if it asks for one.")
    smtp_password: SecretStr | None = Field(
        default=None, description="That user's password. It is never printed, and never sent without TLS."
    )
    smtp_timeout: Annotated[float, Field(gt=0, le=600)] = Field(
        default=30, description="For how many seconds each answer of the mail server is waited for."
    )
    smtp_authorities: Path | None = Field(
        default=None,
        description="A file of certificates to trust for the mail server, in place of those that the machine trusts.",
    )
    notify_key: SecretStr | None = Field(
        default=None, description="The key of the office's service at GOV.UK Notify. It is never printed."
    )
    notify_templates: dict[str, Annotated[str, Field(pattern=f"^{_UUID}$")]] = Field(
        default={},
        description="The id of the template at Notify for each kind of message (ahead, due, late, told, digest), "
        "as a JSON object; any is for every kind that has none of its own.",
    )
    notify_address: Annotated[str, Field(pattern=_NOTIFY)] = Field(
        default="https://api.notifications.service.gov.uk",
        description="Where Notify is: an https address; http is for a stand-in on this machine alone.",
    )

    address: Annotated[str, Field(pattern=_NOTIFY)] | None = Field(
        default=None,
        description="The address at which people reach this office, as it stands in messages; https, but for this "
        "machine alone. Unless set, reminders name no page, and links to sign in by lead to this machine.",
    )
    session_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = Field(
        default=30, description="After how many minutes without a request a person is signed out."
    )
    session_hours: Annotated[int, Field(ge=1, le=24 * 7)] = Field(
        default=12, description="After how many hours a person is signed out whatever is done."
    )
    link_minutes: Annotated[int, Field(ge=5, le=24 * 60)] = Field(
        default=30, description="For how many minutes an e-mailed link to sign in by is good. It is good once."
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="The address of the organisation's own sign-in (OpenID Connect). Of Microsoft Entra ID the "
        "single-tenant one: https://login.microsoftonline.com/<tenant>/v2.0.",
    )
    oidc_client_id: str | None = Field(default=None, description="The id under which this office is registered there.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="The secret that goes with it. It is never printed."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="A token with which /metrics may be read from another machine; without one, from this one alone.",
    )
    public_page: bool = Field(
        default=True, description="Whether anybody may see the page of published awards and decisions."
    )

    @field_validator("notify_key")
    @classmethod
    def _key_of_notify(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not re.search(f"{_UUID}-{_UUID}$", key.get_secret_value()):
            raise ValueError("a key of GOV.UK Notify ends in two ids of 36 characters: copy it whole")
        return key

    @field_validator("database")
    @classmethod
    def _known_kind(cls, address: str) -> str:
        Database.of(address)
        return address

    @property
    def person(self) -> Actor:
        """Whoever uses the command line."""
        return Actor(id=self.actor, roles=self.roles)

    @property
    def reached_at(self) -> str:
        """The address at which people reach this office; until one is set, that of this machine."""
        return (self.address or "http://127.0.0.1:8000").rstrip("/")

    @property
    def sender(self) -> str:
        """The address that messages come from; until one is set, one that cannot be answered."""
        return self.mail_from or f"outturn@{self.message_domain}"
