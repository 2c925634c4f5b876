"""``outturn people``: who is written to and who may do what, as an administrator keeps it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.kernel import utc_now
from services.accounts import Accounts
from services.settings import Database
from tests.services.terminal import Terminal

NEW = ("people", "add", "--name", "Kate O'Neil", "--email", "kate@northside.example")


def everybody(outturn: Terminal) -> list[dict[str, Any]]:
    assert outturn.run("people", "list", "--format", "json") == 0, outturn.err
    people: list[dict[str, Any]] = json.loads(outturn.out)
    return people


def test_somebody_new_gets_an_id_that_says_nothing(outturn: Terminal) -> None:
    assert outturn.run(*NEW, "--part", "contract-manager", "--digest") == 0, outturn.err
    made = outturn.out.strip()
    assert made.startswith("p-")
    assert not set(made[2:]) & set("aeiou0123456789")
    (kate,) = everybody(outturn)
    assert (kate["id"], kate["name"], kate["parts"], kate["digest"]) == (made, "Kate O'Neil", "contract-manager", True)


def test_what_is_not_said_stays_as_it_is_and_a_new_address_is_not_bounced(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1", "--part", "contract-manager", "--phone", "0191 498 0000")
    assert outturn.run("people", "add", "--id", "p-1", "--email", "k@northside.example", "--phone", "") == 0, (
        outturn.err
    )
    (kate,) = everybody(outturn)
    assert (kate["name"], kate["email"], kate["parts"]) == ("Kate O'Neil", "k@northside.example", "contract-manager")
    assert kate["bounced"] is False


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("people", "add", "--name", "Kate"), 1, "needs --name and --email"),
        ((*NEW, "--id", "kate"), 1, "must not give the person away"),
        (("people", "add", "--name", "Kate", "--email", "kate"), 2, "must be one e-mail address"),
        ((*NEW, "--part", "provider"), 2, "needs the provider"),
        (("people", "erase", "p-1"), 1, "say it again with --yes"),
        (("people", "erase", "p-1", "--yes"), 1, "no such person"),
        (("people", "left", "p-1", "2017-10-31"), 1, "no such person"),
        (("people", "left", "p-1", "soon"), 1, "A date must be one that exists"),
        (("people", "feed", "p-1"), 1, "no such person"),
        ((*NEW, "--role", "provider"), 2, "needs the provider"),
        ((*NEW, "--role", "finance", "--certifies"), 2, "only somebody with the provider's role"),
        ((*NEW, "--role", "none", "--role", "finance"), 1, "Say --role none alone"),
        ((*NEW, "--role", "scheduler"), 2, "is not one of"),
        ((*NEW, "--subject", "two words"), 2, "subject"),
        (("people", "invite", "p-1"), 1, "no such person"),
        (("people", "sessions", "p-1"), 1, "no such person"),
        (("people", "sign-out", "p-1"), 1, "no such person"),
        (("people", "token", "p-1", "--title", "x", "--scope", "read"), 1, "no such person"),
        (("people", "token", "p-1", "--title", "x", "--scope", "everything"), 1, "scope of a token"),
        (("people", "revoke", "abcdefgh"), 1, "no such token"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    outturn: Terminal, words: tuple[str, ...], status: int, said: str
) -> None:
    assert outturn.run(*words) == status
    assert said in outturn.err
    assert everybody(outturn) == []


def test_a_provider_or_an_award_that_is_not_there_is_refused(played: Path, outturn: Terminal) -> None:
    copy = Path("copy.db")
    copy.write_bytes(played.read_bytes())
    at = ("--database", str(copy))
    for mistyped in (("--provider", "nobody"), ("--award", "NO-1")):
        assert outturn.run(*at, *NEW, *mistyped) == 1
        assert "no such provider or award" in outturn.err
    assert outturn.run(*at, *NEW, "--award", "MOJ-2017-01", "--part", "contract-manager") == 0, outturn.err
    (kate,) = everybody(outturn)
    assert kate["awards"] == "MOJ-2017-01"
    assert outturn.run(*at, "people", "add", "--id", kate["id"], "--award", "all") == 0, outturn.err
    (kate,) = everybody(outturn)
    assert kate["awards"] == "all"


def test_who_left_and_who_is_erased(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1")
    assert outturn.run("people", "left", "p-1", "31/10/2017") == 0
    assert outturn.out == "Left on 31 October 2017.\n"
    assert everybody(outturn)[0]["left_on"] == "2017-10-31"
    assert outturn.run("people", "erase", "p-1", "--yes") == 0
    assert outturn.out.startswith("Erased.")
    assert everybody(outturn) == []


def test_a_feeds_secret_is_shown_once(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1")
    assert outturn.run("people", "feed", "p-1") == 0
    first = outturn.out.strip()
    assert outturn.run("people", "feed", "p-1") == 0
    assert len(first) == len(outturn.out.strip()) == 43
    assert first != outturn.out.strip()


def test_only_an_administrator_sees_the_names(outturn: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    outturn.run(*NEW, "--id", "p-1")
    monkeypatch.setenv("OUTTURN_ROLES", '["finance"]')
    for words in (
        ("people", "list"),
        (*NEW, "--id", "p-2"),
        ("people", "erase", "p-1", "--yes"),
        ("people", "feed", "p-1"),
        ("people", "invite", "p-1"),
        ("people", "sessions", "p-1"),
        ("people", "sign-out", "p-1"),
        ("people", "token", "p-1", "--title", "x", "--scope", "read"),
        ("people", "tokens"),
        ("people", "revoke", "abcdefgh"),
    ):
        assert outturn.run(*words) == 1
        assert "Only an administrator" in outturn.err
        assert "Kate" not in outturn.out


def test_the_log_holds_nothing_of_whoever_was_added(outturn: Terminal) -> None:
    outturn.run(*NEW, "--id", "p-1")
    assert [path.name for path in Path().iterdir()] == ["office.people.db"]


ADMINISTRATOR = (*NEW, "--id", "p-1", "--role", "administrator")


def test_the_first_administrator_is_made_at_the_terminal_and_invited(outturn: Terminal) -> None:
    assert outturn.run(*ADMINISTRATOR) == 0, outturn.err
    assert outturn.run("people", "invite", "p-1") == 0, outturn.err
    assert "a link is sent" in outturn.out.replace("\n", " ")
    (kate,) = everybody(outturn)
    assert kate["roles"] == "administrator"
    assert kate["invited_on"] is not None
    assert outturn.run("people", "add", "--id", "p-1", "--subject", "tenant:object") == 0, outturn.err
    assert outturn.run("people", "invite", "p-1") == 0, outturn.err
    assert "the organisation's own account" in outturn.out.replace("\n", " ")


def test_roles_that_are_said_replace_those_before_and_none_takes_all_away(outturn: Terminal) -> None:
    outturn.run(*ADMINISTRATOR)
    for words, roles in (
        (("--role", "finance", "--role", "contract-manager"), "contract-manager, finance"),
        (("--phone", "0191 498 0000"), "contract-manager, finance"),
        (("--role", "none"), ""),
    ):
        assert outturn.run("people", "add", "--id", "p-1", *words) == 0, outturn.err
        assert (everybody(outturn)[0]["roles"] or "") == roles
    assert outturn.run("people", "invite", "p-1") == 1
    assert "has no role" in outturn.err


def test_a_certifier_becomes_somebody_who_prepares_and_then_somebody_of_the_office(outturn: Terminal) -> None:
    assert outturn.run("do", "register-provider", "--provider", "northside", "--title", "Northside (made up)") == 0
    kate = ("people", "add", "--id", "p-1")
    assert outturn.run(*NEW, "--id", "p-1", "--provider", "northside", "--role", "provider", "--certifies") == 0
    assert everybody(outturn)[0]["roles"] == "provider (certifies)"
    assert outturn.run(*kate, "--does-not-certify") == 0, outturn.err
    assert everybody(outturn)[0]["roles"] == "provider"
    assert outturn.run(*kate, "--certifies") == 0, outturn.err
    assert outturn.run(*kate, "--role", "finance") == 2, "still the provider's contact"
    assert outturn.run(*kate, "--role", "finance", "--provider", "") == 0, outturn.err
    assert everybody(outturn)[0]["roles"] == "finance"


def test_two_who_sign_in_cannot_share_an_address(outturn: Terminal) -> None:
    outturn.run(*ADMINISTRATOR)
    words = ("people", "add", "--id", "p-2", "--name", "Jo", "--email", "KATE@northside.example")
    assert outturn.run(*words, "--role", "finance") == 1
    assert "has this e-mail address" in outturn.err
    assert "northside" not in outturn.err.lower()
    assert outturn.run(*words) == 0, "to be written to, they can"


def test_a_token_is_shown_once_listed_by_its_prefix_and_revoked(outturn: Terminal) -> None:
    outturn.run(*ADMINISTRATOR)
    assert outturn.run("people", "token", "p-1", "--title", "Copy", "--scope", "read", "--scope", "events") == 0
    token = outturn.out.strip()
    prefix = token.split("_")[1]
    assert token.startswith("outturn_")
    assert "shown this once" in outturn.err
    for revoked in (False, True):
        assert outturn.run("people", "tokens", "--format", "json") == 0
        (listed,) = json.loads(outturn.out)
        assert (listed["prefix"], listed["person"], listed["scope"]) == (prefix, "p-1", "events, read")
        assert listed["revoked"] is revoked
        assert token[-43:] not in outturn.out
        assert outturn.run("people", "revoke", prefix) == 0, outturn.err
    assert token[-43:].encode() not in Path("office.people.db").read_bytes()


def test_somebody_who_is_signed_in_is_shown_and_signed_out(outturn: Terminal) -> None:
    outturn.run(*ADMINISTRATOR)
    with Accounts(Database.of("office.db")) as accounts:
        secret = accounts.begin_session("p-1", "link", utc_now(), timedelta(hours=1), timedelta(hours=8))
        assert outturn.run("people", "sessions", "p-1", "--format", "json") == 0, outturn.err
        (session,) = json.loads(outturn.out)
        assert session["how"] == "link"
        assert secret not in outturn.out
        assert outturn.run("people", "sign-out", "p-1") == 0
        assert outturn.out == "Signed out. Sessions ended: 1.\n"
        assert accounts.session(secret, utc_now()) is None
