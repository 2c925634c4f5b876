"""The house stays as it is drawn: floors, names, words, settings, pins."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from domain.catalogue import COMMANDS, CONSEQUENCES, EVENTS, NOUNS, OLD_SHAPES
from domain.kernel import Command, Event
from services.settings import Settings

ROOT = Path(__file__).parents[1]
FLOORS = ("domain", "projections", "services", "scheduler")
LONGEST = 400
"""Lines of a module: more than three screens is two modules."""


def files() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def modules(*folders: str) -> list[Path]:
    """Every Python file of some folders of the top level."""
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def named(path: Path) -> str:
    """As people find it."""
    return path.relative_to(ROOT).as_posix()


def classes_of(kind: type[Any]) -> Iterator[tuple[str, type[Any]]]:
    """The events, or the commands, that stand in the modules of each noun, with the noun."""
    for noun, modules_of_noun in NOUNS.items():
        for module in modules_of_noun:
            for found in vars(module).values():
                own = isinstance(found, type) and issubclass(found, kind) and found.__module__ == module.__name__
                if own and "[" not in found.__name__:  # not Command[Award], which pydantic puts there
                    yield noun, found


def test_every_module_of_the_domain_with_events_or_commands_is_in_the_catalogue() -> None:
    catalogued = {module.__name__ for modules_of_noun in NOUNS.values() for module in modules_of_noun}
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules("domain")]
    for name in names:
        for found in vars(import_module(name)).values():
            if isinstance(found, type) and issubclass(found, (Event, Command)) and found.__module__ == name:
                assert name in {*catalogued, "domain.kernel"}, found


def test_imports_go_down_the_floors_only() -> None:
    kept = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert kept.returncode == 0, kept.stdout + kept.stderr
    assert " 0 broken" in kept.stdout


def test_every_command_says_what_it_does() -> None:
    for _noun, command in classes_of(Command):
        assert vars(command).get("__doc__"), command


def test_every_command_that_decides_is_in_the_catalogue() -> None:
    deciding = {command for _, command in classes_of(Command) if "decide" in vars(command)}
    assert deciding == {*COMMANDS.values(), *CONSEQUENCES.values()}


def test_every_command_has_a_role_unless_it_only_follows_from_another() -> None:
    for command in COMMANDS.values():
        assert command.may
        assert not (command.__doc__ or "").startswith("Follows")
    for command in CONSEQUENCES.values():
        assert not command.may
        assert (command.__doc__ or "").startswith("Follows from"), command


def test_every_command_is_addressed_to_its_own_noun_by_fields_it_has() -> None:
    for noun, command in classes_of(Command):
        assert command.noun == noun
        assert set(command.address) <= set(command.model_fields)


def test_every_event_says_what_happened() -> None:
    for _noun, event in classes_of(Event):
        assert vars(event).get("__doc__"), event


def test_every_event_has_a_stored_name_of_its_own_made_of_noun_and_deed() -> None:
    found = list(classes_of(Event))
    counts = Counter(event.name for _, event in found)
    assert [name for name, times in counts.items() if times > 1] == []
    assert set(counts) == set(EVENTS)
    for noun, event in found:
        assert re.fullmatch(rf"{noun}\.[a-z]+(-[a-z]+)*", event.name), event


def test_a_name_that_is_no_longer_written_is_not_used_for_anything_else() -> None:
    assert not set(OLD_SHAPES) & set(EVENTS)


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_described_where_it_stands_and_in_the_readme(setting: str) -> None:
    assert Settings.model_fields[setting].description
    assert f"OUTTURN_{setting.upper()}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_no_setting_that_there_is_not() -> None:
    for readme in (path for path in files() if path.name == "README.md"):
        for setting in re.findall(r"OUTTURN_([A-Z_]+)", readme.read_text(encoding="utf-8")):
            assert setting.lower() in Settings.model_fields, named(readme)


def test_every_module_opens_with_a_sentence_that_says_what_it_is() -> None:
    silent = [
        named(path)
        for path in modules(*FLOORS, "tests")
        if path.read_bytes().strip() and not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert silent == []


def test_no_module_is_longer_than_a_few_screens() -> None:
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*FLOORS)}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


HOSTS = re.compile("|".join(("pypi" + r"\.org", "python" + r"hosted\.org", "index" + "[-_]url")))
PLACES = re.compile(r"(?<![\w.:/-])/(?:root|home|Users|work|mnt|private|var/folders)/[\w.]")


def _texts() -> Iterator[tuple[str, int, str]]:
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield named(path), number, line


def test_no_file_names_the_host_of_a_package_index_or_a_place_on_somebodys_machine() -> None:
    assert [(name, number) for name, number, line in _texts() if HOSTS.search(line) or PLACES.search(line)] == []


LARGEST = 400_000
"""Bytes of a file: pictures of pages are made (make screenshots), and not kept."""


def test_no_file_is_large_and_no_picture_of_every_page_is_kept() -> None:
    assert [named(path) for path in files() if path.stat().st_size > LARGEST] == []
    assert [named(path) for path in files() if named(path).startswith("screenshots/")] == []


def test_every_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    wanted += [Requirement(line) for group in project["optional-dependencies"].values() for line in group]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(r.name): r.specifier for r in map(Requirement, filter(None, lines))}
    for requirement in wanted:
        (pin,) = pinned[canonicalize_name(requirement.name)]
        assert pin.operator == "==", requirement
        assert pin.version in requirement.specifier, requirement


def test_every_pin_is_of_one_version() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+( ;.*)?$", line), line
