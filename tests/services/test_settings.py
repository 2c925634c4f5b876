"""What may be set, and what is said when it is set wrongly."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.kernel import Role
from services.settings import Database, Settings


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither in the environment nor in a file."""
    monkeypatch.chdir(tmp_path)
    for setting in Settings.model_fields:
        monkeypatch.delenv(f"OUTTURN_{setting.upper()}", raising=False)


def test_without_any_setting_the_log_is_a_file_in_the_present_folder() -> None:
    assert Database.of(Settings().database) == Database("sqlite", path=Path("outturn.db"))


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTTURN_DATABASE", "postgresql://office@db/outturn")
    monkeypatch.setenv("OUTTURN_ACTOR", "desk-4")
    assert Settings().database == "postgresql://office@db/outturn"
    assert Settings().actor == "desk-4"


def test_a_setting_comes_from_a_file_and_the_environment_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("OUTTURN_DATABASE=office.db\nOUTTURN_ACTOR=desk-1\nOTHER=5\n", encoding="utf-8")
    monkeypatch.setenv("OUTTURN_ACTOR", "desk-4")
    assert (Settings().database, Settings().actor) == ("office.db", "desk-4")


@pytest.mark.parametrize(
    ("address", "database"),
    [
        ("memory:", Database("memory")),
        (
            "postgresql://u:p@h:5432/n?sslmode=require",
            Database("postgresql", url="postgresql://u:p@h:5432/n?sslmode=require"),
        ),
        ("postgres://h/n", Database("postgresql", url="postgres://h/n")),
        ("office.db", Database("sqlite", path=Path("office.db"))),
        ("/srv/office.db", Database("sqlite", path=Path("/srv/office.db"))),
        ("a folder/office 1.db", Database("sqlite", path=Path("a folder/office 1.db"))),
        ("sqlite:///office.db", Database("sqlite", path=Path("office.db"))),
        ("sqlite:////srv/office.db", Database("sqlite", path=Path("/srv/office.db"))),
    ],
)
def test_the_address_of_a_database_says_its_kind(address: str, database: Database) -> None:
    assert Database.of(address) == database


@pytest.mark.parametrize("address", ["", "mysql://host/name", "http://host/name", "redis://"])
def test_a_database_of_another_kind_is_refused_with_what_may_be_said(address: str) -> None:
    with pytest.raises(ValidationError, match=r"must be postgresql://…, sqlite:///a/file\.db or the path of a file"):
        Settings(database=address)


@pytest.mark.parametrize("actor", ["Jane Smith", "jane@example.org", "", "-"])
def test_whoever_stands_in_the_log_has_an_opaque_id_and_no_name(actor: str) -> None:
    with pytest.raises(ValidationError, match="actor"):
        Settings(actor=actor)


def test_whoever_uses_the_command_line_may_do_everything_unless_it_is_set_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Settings().person.roles == frozenset(Role)
    monkeypatch.setenv("OUTTURN_ROLES", '["finance", "auditor"]')
    assert Settings().person.roles == {Role.FINANCE, Role.AUDITOR}
    monkeypatch.setenv("OUTTURN_ROLES", '["king"]')
    with pytest.raises(ValidationError, match="roles"):
        Settings()
