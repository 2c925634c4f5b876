"""Every page asks the database as often in an office with hundreds of awards more as in the demonstration."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.conftest import queries_counted
from tests.web.every_page import LISTED, EveryPage, Staged, staged_demonstration
from tests.web.large_office import enlarge

MORE = 300
Counts = dict[str, list[str]]


def _asked(staged: Staged) -> Counts:
    clients = {person: staged.client(person) for person in {page.person for page in LISTED}}
    found = {}
    for person, client in clients.items():  # what is kept between two requests is kept in both offices
        client.get(next(staged.address(page) for page in LISTED if page.person == person))
    for page in LISTED:
        with queries_counted() as queries:
            answer = clients[page.person].get(staged.address(page))
        assert answer.status_code == 200, page.at
        found[page.name] = [each for each in queries if each.startswith(("SELECT", "WITH"))]
    return found


@pytest.fixture(scope="module")
def asked(played_for_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counts, Counts]]:
    """What every page asks of the demonstration, and of the same office with many more awards."""
    folder = tmp_path_factory.mktemp("large-office") / "copy"
    shutil.copytree(played_for_pages, folder)
    with staged_demonstration(folder) as staged:
        few = _asked(staged)
        enlarge(staged.desk.office, MORE)
        yield few, _asked(staged)


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_a_page_asks_as_often_however_many_awards_there_are(page: EveryPage, asked: tuple[Counts, Counts]) -> None:
    few, many = (counts[page.name] for counts in asked)
    assert len(many) <= len(few), many
