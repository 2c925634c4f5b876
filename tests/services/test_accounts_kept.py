"""What is kept for who asks again: results under their keys, half-filled pages; the same over every database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from domain.errors import Refusal
from services.accounts import Accounts
from services.kept_results import Began, Draft, Known, OtherBody, Running
from services.people_tables import RESULTS
from services.settings import Database

NOW = datetime(2017, 10, 16, 9, 0, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ANSWER = Known(200, {"ETag": '"7"'}, b'{"events": []}')


@pytest.fixture
def accounts(database: str) -> Iterator[Accounts]:
    with Accounts(Database.of(database)) as accounts:
        yield accounts


def test_who_comes_again_gets_the_same_answer_and_gives_no_second_order(accounts: Accounts) -> None:
    assert accounts.begin_key("p-1", "key", "d1", NOW) == Began(again=False)
    assert accounts.begin_key("p-1", "key", "d1", NOW + 59 * SECOND) == Running()
    accounts.finish_key("p-1", "key", *ANSWER)
    for later in (SECOND, 2 * 60 * SECOND, 6 * DAY):
        assert accounts.begin_key("p-1", "key", "d1", NOW + later) == ANSWER


def test_a_key_stands_for_one_order_of_one_person(accounts: Accounts) -> None:
    accounts.begin_key("p-1", "key", "d1", NOW)
    assert accounts.begin_key("p-1", "key", "d2", NOW) == OtherBody()
    accounts.finish_key("p-1", "key", *ANSWER)
    assert accounts.begin_key("p-1", "key", "d2", NOW) == OtherBody()
    assert accounts.begin_key("p-2", "key", "d1", NOW) == Began()
    assert accounts.begin_key("p-1", "other", "d1", NOW) == Began()


def test_an_order_that_was_not_heard_of_for_a_minute_may_be_taken_over_by_one(accounts: Accounts) -> None:
    accounts.begin_key("p-1", "key", "d1", NOW)
    assert accounts.begin_key("p-1", "key", "d1", NOW + 60 * SECOND) == Began(again=True)
    assert accounts.begin_key("p-1", "key", "d1", NOW + 61 * SECOND) == Running()
    accounts.finish_key("p-1", "key", *ANSWER)
    accounts.finish_key("p-1", "key", 409, {}, b"second")
    assert accounts.begin_key("p-1", "key", "d1", NOW + 62 * SECOND) == ANSWER, "the first answer stays"


def test_an_order_that_came_to_nothing_may_be_given_again_but_an_answer_is_not_dropped(accounts: Accounts) -> None:
    accounts.begin_key("p-1", "key", "d1", NOW)
    accounts.drop_key("p-1", "key")
    assert accounts.begin_key("p-1", "key", "d2", NOW) == Began(again=False)
    accounts.finish_key("p-1", "key", *ANSWER)
    accounts.drop_key("p-1", "key")
    assert accounts.begin_key("p-1", "key", "d2", NOW) == ANSWER


def test_results_are_forgotten_after_seven_days(accounts: Accounts) -> None:
    for number in range(3):
        accounts.begin_key("p-1", f"key {number}", "d1", NOW)
        accounts.finish_key("p-1", f"key {number}", *ANSWER)
    assert accounts.begin_key("p-1", "key 0", "d1", NOW + 7 * DAY - SECOND) == ANSWER
    assert accounts.begin_key("p-1", "key 0", "d2", NOW + 7 * DAY) == Began(again=False)
    accounts.begin_key("p-1", "other", "d1", NOW + 7 * DAY + timedelta(hours=2))
    with accounts.book.tables.reading() as connection:
        assert connection.execute(select(func.count()).select_from(RESULTS)).scalar_one() == 2


def test_neither_key_nor_order_is_kept_as_it_was_said(accounts: Accounts) -> None:
    accounts.begin_key("p-1", "my key\x00", "d1", NOW)
    with accounts.book.tables.reading() as connection:
        assert "my key" not in repr(connection.execute(select(RESULTS)).all())


def test_of_many_threads_one_begins(accounts: Accounts) -> None:
    with ThreadPoolExecutor(8) as threads:
        for number in range(5):
            said = threads.map(lambda _, key=f"k{number}": accounts.begin_key("p-1", key, "d1", NOW), range(8))
            assert sorted(type(each).__name__ for each in said) == ["Began", *["Running"] * 7]


def test_a_half_filled_page_is_as_it_was_kept_last(accounts: Accounts) -> None:
    accounts.keep_draft("report", "MOJ-2017-01 2017-18-h1", "p-1", {"accepted": "12"}, NOW)
    accounts.keep_draft("report", "MOJ-2017-01 2017-18-h1", "p-2", {"accepted": "13", "why": "Ŵ\x00\ud800"}, NOW + DAY)
    accounts.keep_draft("report", "MOJ-2017-02 2017-18-h1", "p-1", {}, NOW)
    kept = accounts.draft("report", "MOJ-2017-01 2017-18-h1")
    assert kept == Draft("p-2", {"accepted": "13", "why": "Ŵ\x00\ud800"}, NOW + DAY)
    accounts.drop_draft("report", "MOJ-2017-01 2017-18-h1")
    assert accounts.draft("report", "MOJ-2017-01 2017-18-h1") is None
    assert accounts.draft("report", "MOJ-2017-02 2017-18-h1") == Draft("p-1", {}, NOW)
    assert accounts.draft("report", "\x00") is None
    accounts.drop_draft("report", "\x00")


def test_a_page_that_is_too_long_to_be_kept_is_told_and_the_one_before_stays(accounts: Accounts) -> None:
    accounts.keep_draft("report", "a", "p-1", {"why": "before"}, NOW)
    with pytest.raises(Refusal, match="too much on this page"):
        accounts.keep_draft("report", "a", "p-1", {"why": "x" * 200_000}, NOW)
    with pytest.raises(Refusal, match="on one line"):
        accounts.keep_draft("report", "a\nb", "p-1", {}, NOW)
    assert accounts.draft("report", "a") == Draft("p-1", {"why": "before"}, NOW)
