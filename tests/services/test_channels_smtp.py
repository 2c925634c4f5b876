"""The channel to a mail server, against a real one: what it refuses, how it dawdles, how it hangs up, and TLS."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from domain.personal import sign_of_a_person
from services.channels.channel import NeverHeard, NotSent, RefusedForGood, TryLater
from services.channels.smtp import PORTS, Security, Server, Smtp
from tests.services.mail_server import CERTIFICATE, KEY, PASSWORD, USER, Sink, mail_server
from tests.services.test_channels import MESSAGE


def channel_to(port: int, **how: Any) -> Smtp:
    server = Server("127.0.0.1", port, "none", timeout=0.5, after_data=0.5)._replace(**how)
    return Smtp(server, "office@example.org", "The office")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    file.write_text(CERTIFICATE + KEY, encoding="ascii")
    return file


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authorities") / "trusted.pem"
    file.write_text(CERTIFICATE, encoding="ascii")
    return file


def test_a_mail_goes_to_its_address_alone_and_arrives_whole() -> None:
    sink = Sink()
    with mail_server(sink) as port:
        assert channel_to(port).send(MESSAGE) == "2.0.0 Ok: queued as 4XyZ"
    assert (sink.senders, sink.recipients) == (["office@example.org"], ["kate@northside.example"])
    (mail,) = sink.mails
    assert mail["Message-ID"] == MESSAGE.message_id
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text


def test_sent_again_it_has_the_same_message_id() -> None:
    sink = Sink()
    with mail_server(sink) as port:
        for _time in range(2):
            channel_to(port).send(MESSAGE)
    assert [mail["Message-ID"] for mail in sink.mails] == [MESSAGE.message_id] * 2


@pytest.mark.parametrize(
    ("at", "answer", "bounced", "reason"),
    [
        ("RCPT", "550 5.1.1 <kate@northside.example> User unknown", True, "the address (550 5.1.1)"),
        ("RCPT", "550 5.1.10 No mail for kate@northside.example", True, "the address (550 5.1.10)"),
        ("DATA", "554 5.1.1 No such user", True, "the message (554 5.1.1)"),
        ("RCPT", "550 5.7.1 Relay denied", False, "the address (550 5.7.1)"),
        ("RCPT", "550 no", False, "the address (550)"),
        ("RCPT", "550 No such user here", True, "the address (550)"),
        ("RCPT", "550 <kate@northside.example>: Recipient address rejected: User unknown", True, "the address (550)"),
        ("RCPT", "553 sorry, that mailbox does not exist", True, "the address (553)"),
        ("RCPT", "550 Rejected because of our policy", False, "the address (550)"),
        ("RCPT", "554 no such user in your tariff", False, "the address (554)"),
        ("RCPT", "550 5.7.1 no such user may write to us", False, "the address (550 5.7.1)"),
        ("RCPT", "550 5.1.8 Bad sender", False, "the address (550 5.1.8)"),
        ("MAIL", "553 5.1.7 Bad sender office@example.org", False, "the sender (553 5.1.7)"),
        ("MAIL", "550 5.1.1 who are you", False, "the sender (550 5.1.1)"),
        ("DATA", "554 5.6.0 Looks like spam", False, "the message (554 5.6.0)"),
    ],
)
def test_what_is_refused_for_good(at: str, answer: str, bounced: bool, reason: str) -> None:
    sink = Sink(at, answer)
    with mail_server(sink) as port, pytest.raises(RefusedForGood) as refused:
        channel_to(port).send(MESSAGE)
    assert refused.value.bounced is bounced
    assert refused.value.reason == f"the mail server refused {reason}"
    assert sink.mails == []


@pytest.mark.parametrize(
    ("at", "answer", "words"),
    [
        ("RCPT", "451 4.7.1 Greylisted, kate@northside.example", "does not take the address now (451 4.7.1)"),
        ("RCPT", "450 busy", "does not take the address now (450)"),
        ("MAIL", "452 4.3.1 Out of space", "does not take the sender now (452 4.3.1)"),
        ("MAIL", "530 5.7.0 Authentication required", "does not take the sender now (530 5.7.0)"),
        ("DATA", "421 4.3.2 Shutting down", "does not take the message now (421 4.3.2)"),
        ("RCPT", "nonsense", "does not take the address now (-1)"),
        *((place, how, "broke off") for place in ("MAIL", "RCPT") for how in ("drop", "sleep")),
    ],
)
def test_what_is_tried_later(at: str, answer: str, words: str) -> None:
    with mail_server(Sink(at, answer)) as port, pytest.raises(TryLater) as later:
        channel_to(port).send(MESSAGE)
    assert words in later.value.reason
    assert sign_of_a_person(later.value.reason) is None


@pytest.mark.parametrize("answer", ["drop", "sleep", "nonsense"])
def test_what_was_handed_over_and_never_answered_may_have_gone(answer: str) -> None:
    with mail_server(Sink("DATA", answer)) as port, pytest.raises(NeverHeard, match="was given the message") as silent:
        channel_to(port).send(MESSAGE)
    assert sign_of_a_person(silent.value.reason) is None


def test_the_answer_to_the_message_itself_is_waited_for_longer() -> None:
    """The server takes 1.5 seconds to look at it; every other answer is waited for 0.5 seconds."""
    sink = Sink("DATA", "sleep")
    with mail_server(sink) as port:
        assert channel_to(port, after_data=30).send(MESSAGE)
    assert len(sink.mails) == 1
    assert Server("mail.example").after_data >= 120


@pytest.mark.parametrize("answer", ["drop", "sleep", "421 4.3.2 Shutting down", "554 no"])
def test_once_it_is_taken_nothing_that_comes_after_makes_it_unsent(answer: str) -> None:
    sink = Sink("QUIT", answer)
    with mail_server(sink) as port:
        assert channel_to(port).send(MESSAGE)
    assert len(sink.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_over_tls_with_a_password_it_is_taken(security: Security, certificate: Path, authorities: Path) -> None:
    sink = Sink()
    known = {"user": USER, "password": SecretStr(PASSWORD)} if security == "starttls" else {}
    with mail_server(sink, security, certificate) as port:
        channel_to(port, host="localhost", security=security, authorities=authorities, **known).send(MESSAGE)
    assert len(sink.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("127.0.0.1", True)])
def test_a_server_that_is_not_known_for_certain_gets_nothing(
    security: Security, host: str, trusted: bool, certificate: Path, authorities: Path
) -> None:
    """Neither one whose certificate nobody vouches for, nor one of another name."""
    sink = Sink()
    with mail_server(sink, security, certificate) as port:
        channel = channel_to(port, host=host, security=security, authorities=authorities if trusted else None)
        with pytest.raises(TryLater, match="not one we trust"):
            channel.send(MESSAGE)
    assert sink.mails == []


def test_a_wrong_password_is_ours_to_set_right_and_is_not_told(certificate: Path, authorities: Path) -> None:
    known = {"user": USER, "password": SecretStr("wrong"), "authorities": authorities}
    with mail_server(Sink(), "starttls", certificate) as port, pytest.raises(TryLater) as later:
        channel_to(port, host="localhost", security="starttls", **known).send(MESSAGE)
    assert later.value.reason == "the mail server did not accept our user and password (535)"


def test_without_a_password_a_server_that_wants_one_is_tried_later(certificate: Path, authorities: Path) -> None:
    with mail_server(Sink(), "starttls", certificate) as port, pytest.raises(TryLater, match="530"):
        channel_to(port, host="localhost", security="starttls", authorities=authorities).send(MESSAGE)


def test_a_server_without_tls_is_not_spoken_to_in_the_clear() -> None:
    sink = Sink()
    with mail_server(sink) as port, pytest.raises(TryLater, match="does not offer what is set"):
        channel_to(port, security="starttls").send(MESSAGE)
    assert sink.mails == []


def test_tls_to_a_server_that_speaks_none_is_tried_later() -> None:
    with mail_server(Sink()) as port, pytest.raises(NotSent, match=r"TLS|in time|reached"):
        channel_to(port, security="tls").send(MESSAGE)


def test_each_kind_of_connection_has_its_usual_port() -> None:
    assert PORTS == {"starttls": 587, "tls": 465, "none": 25}
