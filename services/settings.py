"""Settings, from the environment (``OUTTURN_…``) or a file ``.env``. Each is described in the README."""

from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.kernel import Actor, Reference, Role


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

    model_config = SettingsConfigDict(env_prefix="OUTTURN_", env_file=".env", extra="ignore")

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

    @field_validator("database")
    @classmethod
    def _known_kind(cls, address: str) -> str:
        Database.of(address)
        return address

    @property
    def person(self) -> Actor:
        """Whoever uses the command line."""
        return Actor(id=self.actor, roles=self.roles)
