"""Accounts among several processes: of many who come at the same instant, one gets what is there once."""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from domain.kernel import Role
from services.accounts import LINKS_AN_HOUR, Accounts
from services.address_book import Person
from services.settings import Database
from tests.conftest import LASTING

NOW = datetime(2017, 10, 16, 9, 0, tzinfo=UTC)
HANDS, THINGS = 3, 10

_CHILD = """
import json, sys
from datetime import UTC, datetime, timedelta
from services.accounts import Accounts
from services.kept_results import Began
from services.settings import Database

NOW = datetime(2017, 10, 16, 9, 0, tzinfo=UTC)
links, pendings = json.loads(sys.stdin.readline())
with Accounts(Database.of(sys.argv[1])) as accounts:
    print("ready", flush=True)
    sys.stdin.readline()
    got = {
        "links": [accounts.redeem_link(link, NOW) is not None for link in links],
        "pendings": [accounts.take_pending(pending, NOW) is not None for pending in pendings],
        "keys": [accounts.begin_key("p-0", f"key {number}", "d", NOW) == Began() for number in range(len(links))],
        "taken over": [
            accounts.begin_key("p-0", f"key {number}", "d", NOW + timedelta(minutes=5)) == Began(again=True)
            for number in range(len(links))
        ],
        "new links": [accounts.new_link("p-all", NOW, timedelta(hours=1), "/") is not None for _ in range(4)],
    }
    for number in range(len(links)):
        secret = accounts.begin_session("p-all", "link", NOW, timedelta(hours=1), timedelta(hours=8))
        assert accounts.session(secret, NOW + timedelta(minutes=2)) is not None
    print(json.dumps(got), flush=True)
"""


def _children(database: str, said: object) -> list[dict[str, list[bool]]]:
    hands = [
        Popen(
            [sys.executable, "-c", _CHILD, database],
            stdin=PIPE,
            stdout=PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(HANDS)
    ]
    for hand in hands:
        assert hand.stdin is not None
        hand.stdin.write(json.dumps(said) + "\n")
        hand.stdin.flush()
    for hand in hands:
        assert hand.stdout is not None
        assert hand.stdout.readline() == "ready\n"
    for hand in hands:  # now all of them at once
        assert hand.stdin is not None
        hand.stdin.write("now\n")
        hand.stdin.flush()
    answers = [hand.communicate(timeout=120)[0] for hand in hands]
    assert [hand.returncode for hand in hands] == [0] * HANDS
    return [json.loads(answer) for answer in answers]


@pytest.mark.parametrize("kind", LASTING)
def test_what_is_there_once_is_got_by_one_of_the_processes(database: str) -> None:
    with Accounts(Database.of(database)) as accounts:
        for name in (*map(str, range(THINGS)), "all", "same"):
            accounts.book.put(
                Person(
                    id=f"p-{name}",
                    name="Somebody",
                    email=f"somebody{name}@example.org",
                    roles=frozenset({Role.AUDITOR}),
                )
            )
        links = [accounts.new_link(f"p-{number}", NOW, timedelta(hours=1), "/") for number in range(THINGS)]
        links += [accounts.new_link("p-same", NOW, timedelta(hours=1), "/") for _ in range(LINKS_AN_HOUR)]
        pendings = [accounts.keep_pending({"state": "s"}, NOW, timedelta(hours=1)) for _ in range(THINGS)]
        answers = _children(database, (links, pendings))
        got = {
            what: [sum(each) for each in zip(*(answer[what] for answer in answers), strict=True)] for what in answers[0]
        }
        assert got["links"][:THINGS] == got["pendings"] == [1] * THINGS
        assert sum(got["links"][THINGS:]) == 1, "of one person's links one is used, and ends the others"
        assert got["keys"] == got["taken over"] == [1] * len(links)
        assert sum(got["new links"]) == LINKS_AN_HOUR
        assert len(accounts.sessions_of("p-all", NOW)) == HANDS * len(links)


@pytest.mark.parametrize("kind", LASTING)
def test_a_person_is_erased_while_others_are_signed_in_and_at_work(database: str) -> None:
    with Accounts(Database.of(database)) as accounts, Accounts(Database.of(database)) as others:
        for number in range(2):
            accounts.book.put(
                Person(
                    id=f"p-{number}",
                    name="Somebody",
                    email=f"some{number}@example.org",
                    roles=frozenset({Role.AUDITOR}),
                )
            )
        secrets = [
            others.begin_session(f"p-{number}", "link", NOW, timedelta(hours=1), timedelta(hours=8))
            for number in range(2)
        ]
        token = others.new_token("p-0", "A program", ["read"], date(2017, 12, 31), NOW)
        assert others.session(secrets[0], NOW) is not None
        accounts.book.erase("p-0")
        assert others.session(secrets[0], NOW) is None
        assert others.by_token(token, NOW) is None
        assert others.session(secrets[1], NOW + timedelta(minutes=2)) is not None
