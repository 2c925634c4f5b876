"""The address book: whatever holds for one database holds for all; and who is erased is gone from the files too."""

import sqlite3
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import psycopg
import pytest
from pydantic import ValidationError
from sqlalchemy import event

from domain.errors import NotFound, Refusal
from domain.kernel import Role
from domain.monitoring.policy import Part
from services.accounts import Accounts
from services.address_book import AddressBook, Person
from services.event_store import Unavailable
from services.kept_results import Running
from services.settings import Database
from tests.conftest import LASTING

KATE = Person(
    id="p-kqzv",
    name="Kate O\u2019Neil-Šťastná",
    email="kate.oneil@northside.example",
    phone="+44 (0)191 498 0000",
    parts=frozenset({Part.PROVIDER}),
    provider="northside-aid",
    awards=("MOJ-2017-01", "MOJ-2017-02"),
    digest=True,
    roles=frozenset({Role.PROVIDER}),
    certifies=True,
    subject="https://login.example/kate#1",
    invited_on=date(2017, 10, 2),
)
JO = Person(id="p-wfxt", name="Jo Manager", email="jo@office.example", parts=frozenset({Part.CONTRACT_MANAGER}))
NOW = datetime(2017, 10, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def book(database: str) -> Iterator[AddressBook]:
    with AddressBook(Database.of(database)) as book:
        yield book


def test_who_was_put_in_is_found_as_they_were_put_in(book: AddressBook) -> None:
    book.put(KATE)
    book.put(JO)
    assert book.person("p-kqzv") == KATE
    assert book.people() == [JO, KATE]
    assert book.person("p-nobody") is None


def test_put_in_again_a_person_is_as_was_said_last(book: AddressBook) -> None:
    book.put(KATE)
    changed = KATE.model_copy(update={"email": "k@northside.example", "awards": None, "phone": None, "digest": False})
    book.put(changed)
    assert book.people() == [changed]


def test_for_no_awards_and_for_all_awards_are_different_things(book: AddressBook) -> None:
    book.put(KATE.model_copy(update={"awards": ()}))
    book.put(JO)
    assert [person.awards for person in book.people()] == [None, ()]


def test_everybody_is_one_query(book: AddressBook) -> None:
    for number in range(20):
        book.put(JO.model_copy(update={"id": f"p-{number}"}))
    asked = []
    event.listen(book.tables.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert len(book.people()) == 20
    assert len([words for words in asked if words.startswith("SELECT")]) == 1


def test_a_bounced_address_is_flagged_and_of_nobody_nothing_is_kept(book: AddressBook) -> None:
    book.put(KATE)
    book.mark_bounced(KATE.id)
    book.mark_bounced("p-erased")
    assert book.people() == [KATE.model_copy(update={"bounced": True})]


def test_who_left_is_still_there_with_the_day_and_without_a_feed(book: AddressBook) -> None:
    book.put(JO)
    token = book.feed_token(JO.id)
    book.leave(JO.id, date(2017, 10, 31))
    assert book.people() == [JO.model_copy(update={"left_on": date(2017, 10, 31)})]
    assert book.by_feed_token(token) is None


def test_a_change_is_made_on_what_is_known_now(book: AddressBook) -> None:
    book.put(JO)
    book.mark_bounced(JO.id)
    changed = book.change(JO.id, lambda known: known.model_copy(update={"digest": True, "awards": ("A1",)}))
    assert (changed.bounced, changed.digest, changed.awards) == (True, True, ("A1",))
    assert book.people() == [changed]
    with pytest.raises(ValidationError):
        book.change(JO.id, lambda known: known.model_copy(update={"email": "none"}))
    assert book.people() == [changed]


def test_of_who_is_not_there_nothing_can_be_changed(book: AddressBook) -> None:
    for ask in (book.erase, book.feed_token):
        with pytest.raises(NotFound, match="no such person"):
            ask("p-nobody")
    with pytest.raises(NotFound):
        book.leave("p-nobody", date(2017, 10, 31))
    with pytest.raises(NotFound):
        book.change("p-nobody", lambda known: known)


def test_a_feed_is_opened_by_its_token_alone_and_the_token_is_kept_nowhere(book: AddressBook) -> None:
    book.put(KATE)
    book.put(JO)
    token = book.feed_token(KATE.id)
    assert len(token) > 40
    assert book.by_feed_token(token) == KATE
    for other in (token[:-1], token.swapcase(), "", "\udcff", "p-kqzv"):
        assert book.by_feed_token(other) is None
    book.put(KATE)
    assert book.by_feed_token(token) == KATE, "a change leaves the feed as it is"
    second = book.feed_token(KATE.id)
    assert second != token
    assert book.by_feed_token(token) is None
    with book.tables.engine.connect() as connection:
        kept = repr(connection.exec_driver_sql(_EVERYTHING[book.tables.kind]).all())
    assert token not in kept
    assert second not in kept


_EVERYTHING = dict.fromkeys(("memory", "sqlite"), "SELECT * FROM people") | {
    "postgresql": "SELECT * FROM people.people"
}


def test_who_is_erased_is_gone_and_the_others_stay(book: AddressBook) -> None:
    book.put(KATE)
    book.put(JO)
    token = book.feed_token(KATE.id)
    book.erase(KATE.id)
    assert book.people() == [JO]
    assert book.person(KATE.id) is None
    assert book.by_feed_token(token) is None


TRACES = (b"Kate", b"kate.oneil", b"northside.example", b"498 0000", b"login.example", b"first@old.example")
KEPT_BY_OTHERS = "Answered to KATE.oneil@northside.example " + "by us " * 2_000


def _fill(book: AddressBook, others: int) -> None:
    """Kate among many, changed now and then, so that the tables have been rearranged."""
    for number in range(others):
        book.put(
            JO.model_copy(update={"id": f"p-{number:03}", "name": f"Person number {number} " + "x" * (number % 90)})
        )
        if number % 50 == 25:
            book.put(KATE.model_copy(update={"name": "Kate " * (number % 7 + 1), "email": "first@old.example"}))
    book.put(KATE)
    accounts = Accounts(book)
    for by in (KATE.id, "p-other"):
        for number in range(3):
            accounts.begin_session(KATE.id, f"Kate {number}", NOW, timedelta(hours=1), timedelta(hours=8))
            accounts.keep_draft("report", f"{by} {number}", by, {"said": KEPT_BY_OTHERS}, NOW)
            accounts.begin_key(by, f"key {number}", "digest", NOW)
            accounts.finish_key(by, f"key {number}", 200, {"Location": "/"}, KEPT_BY_OTHERS.encode())
    accounts.keep_draft("report", "stays", "p-other", {"said": "stays"}, NOW)
    accounts.begin_key("p-other", "stays", "digest", NOW)
    accounts.new_link(KATE.id, NOW, timedelta(hours=1), "/for/Kate")
    accounts.new_token(KATE.id, "Kate's program", ["read"], NOW.date(), NOW)
    accounts.keep_pending({"login_hint": KATE.email}, NOW, timedelta(hours=1))


def _what_was_of_others_stays(book: AddressBook) -> None:
    accounts = Accounts(book)
    assert accounts.draft("report", "stays") is not None
    assert accounts.begin_key("p-other", "stays", "digest", NOW) == Running()
    assert accounts.tokens() == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_no_byte_of_who_is_erased_is_left_in_any_file_beside_the_log(tmp_path: Path, database: str) -> None:
    with AddressBook(Database.of(database)) as book:
        _fill(book, 300)
        book.feed_token(KATE.id)
        assert all(trace in _bytes_in(tmp_path) for trace in TRACES[:-1])
        book.erase(KATE.id)
        left = _bytes_in(tmp_path)
        assert [trace for trace in TRACES if trace.lower() in left.lower()] == []
        assert len(book.people()) == 300
        _what_was_of_others_stays(book)
    assert [path.name for path in tmp_path.iterdir()] == ["outturn.people.db"], "neither journal nor log is left"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_that_is_being_read_is_said_not_to_be_written_anew_until_it_is(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.people_tables.PATIENCE", 0)
    with AddressBook(Database.of(database)) as book:
        book.put(KATE)
        reader = sqlite3.connect(tmp_path / "outturn.people.db", isolation_level=None)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM people").fetchone() == (1,)
        with pytest.raises(Unavailable, match="Say it again"):
            book.erase(KATE.id)
        reader.close()
        with pytest.raises(NotFound):
            book.erase(KATE.id)
        assert [trace for trace in TRACES if trace in _bytes_in(tmp_path)] == []


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_address_that_was_changed_is_overwritten(tmp_path: Path, database: str) -> None:
    with AddressBook(Database.of(database)) as book:
        book.put(KATE.model_copy(update={"email": "first@old.example"}))
        book.put(KATE)
        assert b"first@old.example" not in _bytes_in(tmp_path)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_no_byte_of_who_is_erased_is_left_in_the_tables_of_postgresql(database: str) -> None:
    def bytes_of_the_tables() -> bytes:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            relations = connection.execute(
                "WITH ours AS (SELECT c.oid, reltoastrelid FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                "WHERE nspname = 'people' AND relkind IN ('r', 'i')) "
                "SELECT pg_read_binary_file(pg_relation_filepath(each)) FROM "
                "(SELECT oid FROM ours UNION SELECT reltoastrelid FROM ours WHERE reltoastrelid <> 0) AS files (each)"
            ).fetchall()
            return b"".join(content for (content,) in relations)

    with AddressBook(Database.of(database)) as book:
        _fill(book, 300)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ANALYZE")
            samples = connection.execute("SELECT attname FROM pg_stats WHERE schemaname = 'people'").fetchall()
        assert samples == [], "what PostgreSQL plans by would be samples of names"
        assert all(trace in bytes_of_the_tables() for trace in TRACES[:-1])
        book.erase(KATE.id)
        left = bytes_of_the_tables()
        assert [trace for trace in TRACES if trace.lower() in left.lower()] == []
        assert len(book.people()) == 300
        _what_was_of_others_stays(book)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_its_file_is_nothing_for_other_users_of_the_machine(tmp_path: Path, database: str) -> None:
    AddressBook(Database.of(database)).close()
    assert stat.S_IMODE((tmp_path / "outturn.people.db").stat().st_mode) & 0o007 == 0


@pytest.mark.parametrize("kind", LASTING)
def test_the_book_outlives_its_process(database: str) -> None:
    with AddressBook(Database.of(database)) as book:
        book.put(KATE)
        token = book.feed_token(KATE.id)
    with AddressBook(Database.of(database)) as book:
        assert book.people() == [KATE]
        assert book.by_feed_token(token) == KATE


_CHILD = """
import sys
from services.address_book import AddressBook, Person
from services.settings import Database
sys.stdin.readline()
with AddressBook(Database.of(sys.argv[1])) as book:
    for number in range(5):
        person = f"p-{sys.argv[2]}-{number}"
        book.put(Person(id=person, name="Somebody", email="somebody@example.org"))
        book.change("p-all", lambda known: known.model_copy(update={"awards": (*(known.awards or ()), person)}))
        if number % 2:
            book.erase(person)
"""


@pytest.mark.parametrize("kind", LASTING)
def test_several_processes_write_at_once_and_nothing_is_lost(database: str) -> None:
    """They begin on a database without an address book, but for one row that all of them change."""
    hands = [
        Popen(
            [sys.executable, "-c", _CHILD, database, str(number)], stdin=PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        for number in range(4)
    ]
    with AddressBook(Database.of(database)) as book:
        book.put(JO.model_copy(update={"id": "p-all"}))
        for hand in hands:
            hand.communicate("now\n", timeout=120)
        assert [hand.returncode for hand in hands] == [0] * 4
        everybody = {f"p-{hand}-{number}" for hand in range(4) for number in range(5)}
        assert {person.id for person in book.people()} == {"p-all"} | {each for each in everybody if each[-1] in "024"}
        changed = book.person("p-all")
        assert changed is not None
        assert set(changed.awards or ()) == everybody


def test_threads_may_share_a_book(book: AddressBook) -> None:
    def add(number: int) -> None:
        book.put(JO.model_copy(update={"id": f"p-{number}"}))
        book.mark_bounced(f"p-{number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(24)))
    assert [person.bounced for person in book.people()] == [True] * 24


@pytest.mark.parametrize("kind", LASTING)
def test_a_book_of_an_earlier_version_gets_the_columns_it_lacks(database: str) -> None:
    with AddressBook(Database.of(database)) as book:
        book.put(JO)
        with book.tables.writing() as connection:
            schema = "" if book.tables.kind == "sqlite" else "people."
            for index in ("people_subject", "people_sign_in_email"):
                connection.exec_driver_sql(f"DROP INDEX {schema}{index}")
            for column in ("left_on", "roles", "certifies", "subject", "invited_on", "sign_in_email"):
                connection.exec_driver_sql(f"ALTER TABLE {schema}people DROP COLUMN {column}")
            for table in ("sessions", "links", "pending", "tokens", "results", "drafts"):
                connection.exec_driver_sql(f"DROP TABLE {schema}{table}")
    with Accounts(Database.of(database)) as accounts:
        assert accounts.book.people() == [JO]
        accounts.book.put(AUDITOR)
        with pytest.raises(Refusal):
            accounts.book.put(AUDITOR.model_copy(update={"id": "p-2"}))
        accounts.book.leave(JO.id, date(2017, 10, 31))
        assert [person.left_on for person in accounts.book.people()] == [None, date(2017, 10, 31)]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_of_an_earlier_version_gets_a_write_ahead_log(tmp_path: Path, database: str) -> None:
    with AddressBook(Database.of(database)) as book:
        book.put(JO)
    with closing(sqlite3.connect(tmp_path / "outturn.people.db")) as file:
        assert file.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    with AddressBook(Database.of(database)) as book:
        assert book.people() == [JO]
    with closing(sqlite3.connect(tmp_path / "outturn.people.db")) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


AUDITOR = Person(
    id="p-1", name="An Auditor", email="Audit@office.example", roles=frozenset({Role.AUDITOR}), subject="t:o"
)


def test_who_may_sign_in_is_found_by_address_and_by_account(book: AddressBook) -> None:
    for person in (KATE, JO, AUDITOR):
        book.put(person)
    for email in ("audit@office.example", " AUDIT@OFFICE.EXAMPLE ", AUDITOR.email):
        assert book.by_email(email) == AUDITOR
    assert book.by_subject("t:o") == AUDITOR
    assert book.by_email(JO.email) is None, "only written to"
    for nobody in ("", "nobody@office.example", "\x00", "\udcff", "T:O", "%", "audit@office.example\x00"):
        assert book.by_email(nobody) is None
        assert book.by_subject(nobody) is None
        assert book.person(nobody) is None


def test_one_address_signs_in_one_person_and_is_written_to_for_many(book: AddressBook) -> None:
    book.put(AUDITOR)
    book.put(JO.model_copy(update={"email": "audit@OFFICE.example"}))
    other = Person(id="p-2", name="Another", email="AUDIT@office.example", roles=frozenset({Role.FINANCE}))
    with pytest.raises(Refusal, match="has this e-mail address") as refused:
        book.put(other)
    assert "office.example" not in f"{refused.value} {refused.value.__cause__}".lower()
    with pytest.raises(Refusal, match="has this e-mail address"):
        book.change(JO.id, lambda known: known.model_copy(update={"roles": frozenset({Role.FINANCE})}))
    assert {person.id for person in book.people()} == {AUDITOR.id, JO.id}
    book.leave(AUDITOR.id, date(2017, 10, 31))
    book.put(other)
    assert book.by_email(AUDITOR.email) == other
    with pytest.raises(Refusal, match="has this e-mail address"):
        book.put(AUDITOR)


def test_one_account_of_the_organisation_is_one_persons(book: AddressBook) -> None:
    book.put(AUDITOR)
    with pytest.raises(Refusal, match="this account of the organisation"):
        book.put(JO.model_copy(update={"subject": AUDITOR.subject}))


def test_of_two_who_take_one_address_at_once_one_gets_it(book: AddressBook) -> None:
    def put(number: int) -> bool:
        try:
            book.put(AUDITOR.model_copy(update={"id": f"p-{number}", "subject": None}))
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(put, range(6))) == 1


def test_who_is_invited_is_somebody_who_may_sign_in(book: AddressBook) -> None:
    book.put(JO)
    book.put(AUDITOR)
    assert book.invite(AUDITOR.id, date(2017, 10, 16)).invited_on == date(2017, 10, 16)
    with pytest.raises(Refusal, match="has no role"):
        book.invite(JO.id, date(2017, 10, 16))
    with pytest.raises(NotFound):
        book.invite("p-nobody", date(2017, 10, 16))
    book.leave(AUDITOR.id, date(2017, 10, 17))
    with pytest.raises(Refusal, match="Who has left"):
        book.invite(AUDITOR.id, date(2017, 10, 18))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"roles": {Role.SCHEDULER}}, "no person's"),
        ({"roles": {Role.PROVIDER}}, "needs the provider"),
        ({"roles": {Role.PROVIDER, Role.FINANCE}, "provider": "northside-aid"}, "no role of the office"),
        ({"roles": {Role.FINANCE}, "provider": "northside-aid"}, "no role of the office"),
        ({"roles": {Role.FINANCE}, "certifies": True}, "certifies its reports"),
        ({"certifies": True, "provider": "northside-aid"}, "certifies its reports"),
        ({"subject": "two words"}, "subject"),
        ({"subject": ""}, "subject"),
    ],
)
def test_what_a_person_may_do_fits_who_the_person_is(said: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Person.model_validate({"id": "p-1", "name": "Somebody", "email": "s@example.org"} | said)


def test_a_book_that_cannot_be_reached_is_told_in_words_without_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "damaged.people.db").write_bytes(b"no database " * 400)
    (tmp_path / "file").touch()
    for address in (tmp_path / "damaged.db", tmp_path / "file" / "office.db"):
        with pytest.raises(Unavailable, match="address book"):
            AddressBook(Database("sqlite", path=address))
    with pytest.raises(Unavailable, match="cannot be reached"):
        AddressBook(Database("postgresql", url="postgresql://nobody@127.0.0.1:9/none"))


@pytest.mark.parametrize(
    "email",
    [
        *("", "kate", "@example.org", "kate@", "kate@example", "kate@@example.org", "ka te@example.org"),
        *("kate@exam ple.org", "kate@example..org", ".kate@example.org", "kate.@example.org", "kate@-example.org"),
        *("kate@example.org\nBcc: all@example.org", "kate@example.org\r", "kate@example.org, jo@example.org"),
        *(
            "Kate <kate@example.org>",
            "kate@exämple.org",
            "kåte@example.org",
            "kate@example.org\x00",
            '"a b"@example.org',
        ),
        *("kate@[127.0.0.1]", f"{'a' * 65}@example.org", f"a@{'b.' * 130}org", "kate@127.0.0.1"),
    ],
)
def test_what_is_no_plain_address_is_turned_away(email: str) -> None:
    if email.strip() != email:
        email += "x"
    with pytest.raises(ValidationError, match="email"):
        Person(id="p-1", name="Kate", email=email)


@pytest.mark.parametrize(
    "email", ["o'neil+grants@sub.example.org", "a_b-c.d@x1.example.museum", "k@xn--exmple-cua.org"]
)
def test_plain_addresses_of_every_kind_are_taken(email: str) -> None:
    assert Person(id="p-1", name="Kate", email=f" {email} ").email == email


@pytest.mark.parametrize("name", ["", "  ", "Kate\nBcc: x", "Kate\x00", "Kate\u202egnp", "Kate\u2028x", "x" * 121])
def test_a_name_is_one_line_without_control_characters(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        Person(id="p-1", name=name, email="kate@example.org")


def test_a_contact_of_a_provider_says_of_which() -> None:
    with pytest.raises(ValidationError, match="needs the provider"):
        Person(id="p-1", name="Kate", email="kate@example.org", parts=frozenset({Part.PROVIDER}))


def test_a_person_is_neither_printed_nor_repeated_in_a_fault() -> None:
    assert "Kate" not in repr(KATE)
    assert "kate" not in repr(KATE)
    assert "498" not in repr(KATE)
    with pytest.raises(ValidationError) as refused:
        Person(id="p-1", name="Kate\x00", email="kate@example", phone="call Kate")
    assert "kate" not in str(refused.value).lower()


@pytest.mark.parametrize(
    ("id_", "tells"),
    [
        *(("kate", True), ("kate-oneil", True), ("Oneil.K", True), ("koneil", True), ("contact-oneilst", True)),
        *(("p-kqzv", False), ("contact-7", False), ("northside-2", False), ("ed-1", False)),
    ],
)
def test_an_id_that_gives_its_person_away_is_told(id_: str, tells: bool) -> None:
    person = Person(id=id_, name="Kate O'Neil Ed", email="k.oneil@example.org")
    assert person.is_named_by_its_id is tells
