"""Fifty clients at once committing one fund, over HTTP, to four processes of the server on PostgreSQL."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx2
import psycopg
import pytest

from domain.awards.events import AwardApproved
from domain.funds.events import FundsCommitted
from domain.kernel import Role
from projections.budget_answers import budgets
from services.settings import Settings
from services.wiring import open_office
from tests.api.a_server import serving, tokens_for
from tests.api.conftest import Somebody
from tests.conftest import PostgreSQL
from tests.scenes import FUND, PROVIDER, YEAR, do, fund_with, registered

CLIENTS = 50
POUNDS, EACH = 20_000, 1_000
"""What is in the fund, and what each award asks for: enough for twenty of them."""
ENOUGH_FOR = POUNDS // EACH


class Outcome(NamedTuple):
    """How one client fared."""

    award: str
    status: int
    said: dict[str, object]
    again: int
    """How often it was told that others wrote first, and asked again."""


@pytest.fixture(scope="module")
def address(postgresql: PostgreSQL) -> Iterator[str]:
    """A database with a fund and fifty awards that want some of it."""
    address = postgresql.new()
    with open_office(Settings(database=address)).open() as office:
        do(office, *fund_with(POUNDS), PROVIDER, *(registered(f"a{number}") for number in range(CLIENTS)))
    yield address
    postgresql.drop(address)


def approves(client: httpx2.Client, award: str, together: threading.Barrier) -> Outcome:
    """One client approves one award, and asks again while it is told that others wrote first."""
    body = {"shares": [{"fund": FUND, "year": YEAR, "amount_pence": EACH * 100}]}
    together.wait(60)
    for again in range(20):
        answer = client.post(f"/api/awards/{award}/approve-award", json=body)
        if answer.status_code != 409 or answer.json()["type"] != "/problems/conflict":
            return Outcome(award, answer.status_code, answer.json(), again)
        time.sleep(0.05)
    raise AssertionError("It was told for ever that others wrote first.")


def approved_by_all_at_once(server: str, token: str) -> list[Outcome]:
    """What became of fifty clients, each with a connection of its own."""
    headers = {"authorization": f"Bearer {token}"}
    together = threading.Barrier(CLIENTS)

    def one(number: int) -> Outcome:
        with httpx2.Client(base_url=server, headers=headers, timeout=60, trust_env=False) as client:
            assert client.get("/api/me").status_code == 200  # connected before the others begin
            return approves(client, f"a{number}", together)

    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(threads.map(one, range(CLIENTS)))


def test_fifty_clients_at_once_never_over_commit_a_fund(address: str, tmp_path: Path) -> None:
    people = {"commissioner": Somebody(frozenset({Role.COMMISSIONER})), "auditor": Somebody(frozenset({Role.AUDITOR}))}
    tokens = tokens_for(address, people)
    with serving(address, tmp_path, workers=4) as server:
        outcomes = approved_by_all_at_once(server, tokens["commissioner"])
        read = httpx2.get(
            f"{server}/api/budgets", headers={"authorization": f"Bearer {tokens['auditor']}"}, trust_env=False
        )
        with psycopg.connect(address) as connection:
            found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            connections = (found.fetchone() or (0,))[0]
    counted = Counter(each.status for each in outcomes)
    assert counted == {200: ENOUGH_FOR, 409: CLIENTS - ENOUGH_FOR}, counted
    for each in outcomes:
        if each.status == 409:
            assert (each.said["type"], each.said["title"]) == ("/problems/refused", "A rule forbids it")
            assert "\u00a3" in str(each.said["detail"])  # by how much it would be too much
    with open_office(Settings(database=address)).open() as office:
        log = list(office.log.everything())
        committed = [each.event for each in log if isinstance(each.event, FundsCommitted)]
        approved = {each.reference for each in log if isinstance(each.event, AwardApproved)}
        with office.reading() as views:
            [row] = budgets(views).rows
    assert approved == {each.award for each in outcomes if each.status == 200}
    assert sum(each.amount_pence or 0 for each in committed) == ENOUGH_FOR * EACH * 100 == POUNDS * 100
    assert len(committed) == len(approved)
    [told] = read.json()["rows"]
    assert (told["committed_pence"], told["left_pence"]) == (POUNDS * 100, 0)
    assert POUNDS * 100 in [cell.value for cell in row]
    assert connections < 90
