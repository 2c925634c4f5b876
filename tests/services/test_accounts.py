"""Signing in: sessions, e-mailed links, sign-ins begun elsewhere and tokens; the same over every kind of database."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Role
from domain.monitoring.policy import Part
from services.accounts import LINKS_AN_HOUR, Accounts
from services.address_book import Person
from services.people_tables import TABLES
from services.settings import Database
from tests.conftest import LASTING

NOW = datetime(2017, 10, 16, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

KATE = Person(
    id="p-kqzv",
    name="Kate O'Neil",
    email="Kate.ONeil@northside.example",
    provider="northside-aid",
    parts=frozenset({Part.PROVIDER}),
    roles=frozenset({Role.PROVIDER}),
    certifies=True,
)
JO = Person(
    id="p-wfxt",
    name="Jo Manager",
    email="jo@office.example",
    roles=frozenset({Role.CONTRACT_MANAGER, Role.FINANCE}),
    awards=("MOJ-2017-01",),
    subject="72f988bf:0e7a1c",
)


@pytest.fixture
def accounts(database: str) -> Iterator[Accounts]:
    """With two people who may sign in, and one who is only written to."""
    with Accounts(Database.of(database)) as accounts:
        for person in (KATE, JO, Person(id="p-zzzz", name="Only Written To", email="only@office.example")):
            accounts.book.put(person)
        yield accounts


def signed_in(accounts: Accounts, person: Person = KATE) -> str:
    return accounts.begin_session(person.id, "link", NOW, HOUR, 8 * HOUR)


def a_link(accounts: Accounts, now: datetime = NOW, person: Person = KATE) -> str:
    secret = accounts.new_link(person.id, now, 30 * MINUTE, "/reports/2017-18-h1")
    assert secret is not None
    return secret


def a_token(accounts: Accounts, *scope: str, until: date = date(2017, 12, 31)) -> str:
    return accounts.new_token(JO.id, "Finance system", scope or ("read",), until, NOW)


def test_who_signed_in_is_known_by_the_secret_alone(accounts: Accounts) -> None:
    first, second = signed_in(accounts), signed_in(accounts, JO)
    session = accounts.session(first, NOW)
    assert session is not None
    assert session.who == KATE
    assert (session.how, session.begun, session.seen, session.ends) == ("link", NOW, NOW, NOW + 8 * HOUR)
    other = accounts.session(second, NOW)
    assert other is not None
    assert other.who == JO


def test_a_secret_that_was_not_made_here_opens_nothing_now_or_later(accounts: Accounts) -> None:
    """So nobody can plant a session, and wait until somebody else has signed in by it."""
    planted = "A" * 43
    assert accounts.session(planted, NOW) is None
    made = signed_in(accounts)
    assert made != planted
    assert len(made) == 43
    for secret in (
        planted,
        "",
        "\x00",
        "\udcff",
        made[:-1],
        made.swapcase(),
        accounts.sessions_of(KATE.id, NOW)[0].mark,
    ):
        assert accounts.session(secret, NOW) is None
    assert len({signed_in(accounts) for _ in range(20)}) == 20


def test_a_session_ends_when_it_is_idle_or_has_lasted_long_enough(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    assert accounts.session(secret, NOW + HOUR) is None
    secret = signed_in(accounts)
    for minutes in range(0, 480, 50):
        assert accounts.session(secret, NOW + minutes * MINUTE) is not None, "used within the hour"
    assert accounts.session(secret, NOW + 8 * HOUR - MINUTE) is not None
    assert accounts.session(secret, NOW + 8 * HOUR) is None


def test_the_last_use_is_written_at_most_once_a_minute_and_the_question_is_one_query(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    said: list[str] = []

    def asked(*call: object) -> None:
        said.append(str(call[2]).split()[0])

    event.listen(accounts.book.tables.engine, "before_cursor_execute", asked)
    accounts.session(secret, NOW + timedelta(seconds=59))
    assert said == ["SELECT"]
    accounts.session(secret, NOW + MINUTE)
    assert [word for word in said if word in ("SELECT", "UPDATE")] == ["SELECT", "SELECT", "UPDATE"]
    assert accounts.sessions_of(KATE.id, NOW)[0].seen == NOW + MINUTE


def test_signing_out_ends_one_session_or_all_of_a_person(accounts: Accounts) -> None:
    first, second, other = signed_in(accounts), signed_in(accounts), signed_in(accounts, JO)
    accounts.end_session(first)
    accounts.end_session("never was")
    assert accounts.session(first, NOW) is None
    assert accounts.session(second, NOW) is not None
    assert accounts.end_sessions_of(KATE.id) == 1
    assert accounts.session(second, NOW) is None
    assert accounts.session(other, NOW) is not None


def test_a_persons_sessions_are_listed_without_those_that_ended(accounts: Accounts) -> None:
    signed_in(accounts)
    accounts.begin_session(KATE.id, "demonstration", NOW + MINUTE, HOUR, HOUR)
    signed_in(accounts, JO)
    assert [each.how for each in accounts.sessions_of(KATE.id, NOW)] == ["link", "demonstration"]
    assert [each.how for each in accounts.sessions_of(KATE.id, NOW + HOUR)] == ["demonstration"]


def _left(accounts: Accounts, person: str) -> None:
    accounts.book.leave(person, date(2017, 10, 16))


def _erased(accounts: Accounts, person: str) -> None:
    accounts.book.erase(person)


def _without_a_role(accounts: Accounts, person: str) -> None:
    accounts.book.change(
        person, lambda known: known.model_copy(update={"roles": frozenset(), "certifies": False, "subject": None})
    )


@pytest.mark.parametrize("gone", [_left, _erased, _without_a_role])
def test_who_is_gone_is_gone_everywhere_at_once_and_cannot_come_back(
    accounts: Accounts, gone: Callable[[Accounts, str], None]
) -> None:
    session, link, token = signed_in(accounts, JO), a_link(accounts, person=JO), a_token(accounts)
    gone(accounts, JO.id)
    assert accounts.session(session, NOW) is None
    assert accounts.link(link, NOW) is None
    assert accounts.redeem_link(link, NOW) is None
    assert accounts.by_token(token, NOW) is None
    assert accounts.new_link(JO.id, NOW, HOUR, "/") is None
    with pytest.raises((NotFound, NotAllowed)):
        signed_in(accounts, JO)
    with pytest.raises((NotFound, NotAllowed)):
        a_token(accounts)
    assert accounts.book.by_email(JO.email) is None
    assert accounts.book.by_subject(str(JO.subject)) is None
    accounts.book.put(JO)  # who comes back signs in anew
    assert accounts.session(session, NOW) is None
    assert accounts.redeem_link(link, NOW) is None
    assert accounts.by_token(token, NOW) is None


def test_a_role_that_was_taken_away_is_missing_from_the_next_request(accounts: Accounts) -> None:
    secret, token = signed_in(accounts, JO), a_token(accounts)
    accounts.book.change(JO.id, lambda known: known.model_copy(update={"roles": frozenset({Role.AUDITOR})}))
    session, found = accounts.session(secret, NOW), accounts.by_token(token, NOW)
    assert session is not None
    assert found is not None
    assert session.who.roles == found[1].roles == {Role.AUDITOR}


@pytest.mark.parametrize("change", [{"email": "new@office.example"}, {"subject": "72f988bf:other"}])
def test_a_changed_address_or_account_signs_out_whoever_came_in_by_the_old_one(
    accounts: Accounts, change: dict[str, str]
) -> None:
    session, link = signed_in(accounts, JO), a_link(accounts, person=JO)
    accounts.book.change(JO.id, lambda known: known.model_copy(update={"digest": True}))
    assert accounts.session(session, NOW) is not None
    accounts.book.change(JO.id, lambda known: known.model_copy(update=change))
    assert accounts.session(session, NOW) is None
    assert accounts.redeem_link(link, NOW) is None


def test_a_link_is_looked_at_as_often_as_programs_like_and_used_once(accounts: Accounts) -> None:
    secret = a_link(accounts)
    for _ in range(3):
        assert accounts.link(secret, NOW) == (KATE.id, "/reports/2017-18-h1")
    assert accounts.redeem_link(secret, NOW) == (KATE.id, "/reports/2017-18-h1")
    assert accounts.redeem_link(secret, NOW) is None
    assert accounts.link(secret, NOW) is None


def test_a_link_that_expired_or_was_forged_opens_nothing(accounts: Accounts) -> None:
    secret = a_link(accounts)
    for forged in ("", secret[:-1], secret + "A", secret.swapcase(), "\udcff", "A" * 43):
        assert accounts.link(forged, NOW) is None
        assert accounts.redeem_link(forged, NOW) is None
    late = NOW + 30 * MINUTE
    assert accounts.link(secret, late) is None
    assert accounts.redeem_link(secret, late) is None
    assert accounts.redeem_link(secret, late - timedelta(microseconds=1)) is not None


def test_a_new_link_leaves_the_older_ones_and_using_one_ends_the_others(accounts: Accounts) -> None:
    first, second, others = a_link(accounts), a_link(accounts), a_link(accounts, person=JO)
    assert accounts.link(first, NOW) is not None
    assert accounts.redeem_link(second, NOW) is not None
    assert accounts.redeem_link(first, NOW) is None
    assert accounts.redeem_link(others, NOW) is not None


def test_of_five_links_an_hour_no_sixth_is_made(accounts: Accounts) -> None:
    links = [a_link(accounts, NOW + minute * MINUTE) for minute in range(LINKS_AN_HOUR)]
    assert accounts.new_link(KATE.id, NOW + 59 * MINUTE, HOUR, "/") is None
    a_link(accounts, NOW + 59 * MINUTE, JO)
    a_link(accounts, NOW + HOUR)
    assert accounts.redeem_link(links[-1], NOW + 20 * MINUTE) is not None
    a_link(accounts, NOW + 20 * MINUTE)


def test_nobody_that_is_unknown_or_only_written_to_gets_a_link(accounts: Accounts) -> None:
    for person in ("p-nobody", "p-zzzz"):
        assert accounts.new_link(person, NOW, HOUR, "/") is None


def test_a_sign_in_begun_elsewhere_is_taken_up_once_and_in_time(accounts: Accounts) -> None:
    said = {"state": "s", "nonce": "n", "code_verifier": "v", "goes_to": "/awards"}
    secret, late = accounts.keep_pending(said, NOW, 10 * MINUTE), accounts.keep_pending(said, NOW, 10 * MINUTE)
    assert accounts.take_pending("A" * 43, NOW) is None
    assert accounts.take_pending(secret, NOW) == said
    assert accounts.take_pending(secret, NOW) is None
    assert accounts.take_pending(late, NOW + 10 * MINUTE) is None
    with pytest.raises(Refusal, match="too much"):
        accounts.keep_pending({"state": "x" * 9_000}, NOW, MINUTE)


def test_a_token_says_whose_it_is_and_what_it_may(accounts: Accounts) -> None:
    made = a_token(accounts, "read", "complete-milestone")
    found = accounts.by_token(made, NOW)
    assert found is not None
    token, person = found
    assert person == JO
    assert made.startswith(f"outturn_{token.prefix}_")
    assert (token.title, token.scope) == ("Finance system", frozenset({"read", "complete-milestone"}))
    for forged in (
        made[:-1],
        made + "A",
        made.swapcase(),
        "",
        made.replace("outturn_", ""),
        "outturn_aaaaaaaa_" + "A" * 43,
    ):
        assert accounts.by_token(forged, NOW) is None


def test_a_token_is_good_through_its_last_day_in_london(accounts: Accounts) -> None:
    token = a_token(accounts, until=date(2017, 10, 20))
    assert accounts.by_token(token, datetime(2017, 10, 20, 22, 59, tzinfo=UTC)) is not None
    assert accounts.by_token(token, datetime(2017, 10, 20, 23, 0, tzinfo=UTC)) is None, "the clocks are an hour ahead"


def test_tokens_are_listed_with_their_last_use_to_the_minute_and_revoked_by_their_prefix(accounts: Accounts) -> None:
    first, second = a_token(accounts), a_token(accounts)
    accounts.by_token(first, NOW)
    accounts.by_token(first, NOW + timedelta(seconds=30))
    listed = {token.prefix: token for token in accounts.tokens()}
    assert listed == {token.prefix: token for token in accounts.tokens_of(JO.id)}
    assert accounts.tokens_of(KATE.id) == []
    assert (listed[first[8:16]].used, listed[second[8:16]].used) == (NOW, None)
    accounts.revoke_token(first[8:16])
    assert accounts.by_token(first, NOW) is None
    assert accounts.by_token(second, NOW) is not None
    assert [token.revoked for token in accounts.tokens() if token.prefix == first[8:16]] == [True]
    for prefix in ("aaaaaaaa", "", "\x00"):
        with pytest.raises(NotFound, match="no such token"):
            accounts.revoke_token(prefix)


@pytest.mark.parametrize("scope", [(), ("write",), ("read", "no-such-order"), ("commit-funds",), ("",)])
def test_a_scope_is_of_known_words_and_orders_that_a_person_may_give(
    accounts: Accounts, scope: tuple[str, ...]
) -> None:
    with pytest.raises(Refusal, match="scope of a token") as refused:
        accounts.new_token(JO.id, "Finance system", scope, date(2017, 12, 31), NOW)
    assert not any(word in str(refused.value) for word in scope if word and word != "read")
    assert accounts.tokens() == []


@pytest.mark.parametrize("until", [date(2017, 10, 15), date(2018, 10, 18)])
def test_a_token_lasts_a_year_at_most(accounts: Accounts, until: date) -> None:
    with pytest.raises(Refusal, match="for a year at most"):
        a_token(accounts, until=until)
    for title in ("", "two\nlines", "x" * 121):
        with pytest.raises(Refusal, match="title"):
            accounts.new_token(JO.id, title, ["read"], date(2017, 12, 31), NOW)


def test_a_moment_without_a_time_zone_is_a_mistake_of_the_caller(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    with pytest.raises(Exception, match="offset-naive"):
        accounts.session(secret, NOW.replace(tzinfo=None))


def test_no_secret_is_kept_anywhere(accounts: Accounts) -> None:
    token = a_token(accounts)
    pending = accounts.keep_pending({"state": "s"}, NOW, HOUR)
    secrets = [signed_in(accounts), a_link(accounts), pending, token, token.rpartition(token[8:16])[2][1:]]
    with accounts.book.tables.reading() as connection:
        kept = repr([connection.execute(select(table)).all() for table in TABLES.sorted_tables])
    assert KATE.email in kept
    assert [secret for secret in secrets if secret in kept] == []


def test_what_ran_out_is_cleared_away_by_what_comes_after(accounts: Accounts) -> None:
    signed_in(accounts)
    a_link(accounts)
    accounts.keep_pending({"state": "s"}, NOW, HOUR)
    later = NOW + DAY
    accounts.begin_session(JO.id, "link", later, HOUR, HOUR)
    a_link(accounts, later, JO)
    accounts.keep_pending({"state": "t"}, later, HOUR)
    with accounts.book.tables.reading() as connection:
        kept = [
            len(connection.execute(select(TABLES.tables[f"people.{name}"])).all())
            for name in ("sessions", "links", "pending")
        ]
    assert kept == [1, 1, 1]


@pytest.mark.parametrize("kind", LASTING)
def test_accounts_outlive_their_process_and_are_seen_by_others(accounts: Accounts, database: str) -> None:
    secret, token = signed_in(accounts), a_token(accounts)
    with Accounts(Database.of(database)) as others:
        assert others.session(secret, NOW) is not None
        assert others.by_token(token, NOW) is not None
        others.end_session(secret)
    assert accounts.session(secret, NOW) is None


@pytest.mark.parametrize("kind", ["memory"])
def test_in_memory_accounts_are_over_the_book_they_were_opened_with(accounts: Accounts) -> None:
    secret = signed_in(accounts)
    assert Accounts(accounts.book).session(secret, NOW) is not None
