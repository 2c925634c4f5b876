"""Several processes on one database, and a process that dies: nothing fails, nothing counts twice."""

import signal
from typing import Any

import pytest

from projections.budgets import BalanceRow
from services.office import Office
from tests.conftest import LASTING, OpenAnother
from tests.contracts.crew import Crew, Hand
from tests.scenes import PROVIDER, awarded, do, everything_in, folded_anew, fund_with, registered

pytestmark = pytest.mark.parametrize("kind", LASTING, indirect=True)


def asked_for_budgets(database: str) -> list[dict[str, Any]]:
    """The same question, eight times."""
    return [{"verb": "budgets", "database": database}] * 8


def test_eight_processes_start_at_once_on_an_empty_database(database: str, kind: str, crew: Crew) -> None:
    assert crew.all_at_once(asked_for_budgets(database)) == [{"said": []}] * 8
    if kind == "sqlite":  # a file is set up in no time: whoever is late must be waited for many times
        for number in range(10):
            assert crew.all_at_once(asked_for_budgets(f"{database}-{number}")) == [{"said": []}] * 8


def test_eight_processes_start_at_once_on_a_log_without_read_models(database: str, crew: Crew, office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    office.close()
    assert crew.all_at_once(asked_for_budgets(database)) == [{"said": [["moj-victims", 1_000_00, 300_00]]}] * 8


def test_eight_processes_start_at_once_on_read_models_of_an_older_generation(
    database: str, crew: Crew, open_another: OpenAnother, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    for generation in ("000000000000", "ffffffffffff"):
        with monkeypatch.context() as older:
            older.setattr("services.places.generation", lambda generation=generation: generation)
            everything_in(open_another())
    do(office, *awarded("a2", 200))
    assert crew.all_at_once(asked_for_budgets(database)) == [{"said": [["moj-victims", 1_000_00, 500_00]]}] * 8
    assert everything_in(office) == folded_anew(office)


def test_eight_processes_catch_up_at_once(database: str, crew: Crew, office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300))
    everything_in(office)
    for award in ("a2", "a3", "a4"):
        do(office, *awarded(award, 100))
        said = crew.all_at_once(asked_for_budgets(database))
        assert said == [said[0]] * 8
    assert said[0] == {"said": [["moj-victims", 1_000_00, 600_00]]}
    assert everything_in(office) == folded_anew(office)


def test_two_processes_that_commit_the_last_pounds_of_a_fund_one_wins_and_the_other_is_told(
    database: str, crew: Crew, office: Office
) -> None:
    do(office, PROVIDER)
    for number in range(4):
        fund = f"fund-{number}"
        do(office, *fund_with(100, fund), registered(f"{fund}-a"), registered(f"{fund}-b"))
        asked = {"verb": "approve", "database": database, "fund": fund, "pounds": 100}
        said = crew.all_at_once([{**asked, "award": f"{fund}-a"}, {**asked, "award": f"{fund}-b"}])
        (won,), (told,) = ([each for each in said if key in each] for key in ("said", "refused"))
        assert won == {"said": 2}
        assert told["refused"] == "Refusal"
        assert f"Fund {fund} has £0 left" in told["words"]
        with office.reading() as views:
            assert views.rows(BalanceRow, BalanceRow.table.c.fund == fund)[0].left_pence == 0


def test_eight_processes_that_share_out_a_fund_never_take_more_than_there_is(
    database: str, crew: Crew, office: Office
) -> None:
    do(office, *fund_with(500), PROVIDER, *(registered(f"a{number}") for number in range(8)))
    asked = {"verb": "approve", "database": database, "fund": "moj-victims", "pounds": 100}
    said = crew.all_at_once([{**asked, "award": f"a{number}"} for number in range(8)])
    assert sorted(each.get("refused", "recorded") for each in said) == ["Refusal"] * 3 + ["recorded"] * 5
    assert everything_in(office) == folded_anew(office)


@pytest.mark.parametrize("batches", [1, 2, 3])
@pytest.mark.parametrize("built", [True, False], ids=["while catching up", "while building"])
def test_a_process_killed_between_the_rows_and_the_position_leaves_nothing_doubled(
    database: str, office: Office, built: bool, batches: int
) -> None:
    do(office, *fund_with(1_000), PROVIDER)
    if built:
        everything_in(office)
    do(office, *awarded("a1", 300), *awarded("a2", 200), *awarded("a3", 100), *awarded("a4", 50))
    hand = Hand()
    hand.ask(verb="die", database=database, after_batches=batches)
    assert hand.answer() == {}
    assert hand.dismiss() == -signal.SIGKILL
    assert everything_in(office) == folded_anew(office)
