"""What holds for every channel; the folder; and which channel is chosen."""

import email
import email.policy
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from domain.errors import Refusal
from domain.personal import sign_of_a_person
from services.channels import channel_of
from services.channels.channel import Channel, Message, RefusedForGood, TryLater, fit_for_the_log
from services.channels.folder import Folder
from services.channels.govuk_notify import GovukNotify
from services.channels.mail import as_mail
from services.channels.smtp import Server, Smtp
from services.settings import Settings
from tests.services.fake_notify import KEY, TEMPLATE, fake_notify
from tests.services.mail_server import Sink, mail_server

MESSAGE = Message(
    message_id="<abcdefghij@outturn.invalid>",
    reference="obligation-MOJ-2017-01.report.2017-18-h1.2017-10-31.due.p-kqzv",
    to_address="kate@northside.example",
    to_name='Kate "K" O\u2019Neil, Šťastná',
    subject="Due today: the report \u2013 £5,000",
    text=f"Dear Kate\n\nPlease send it \u2013 today.\n{'A long line. ' * 100}\n.\n",
    html="<p>Dear Kate</p>",
    fields={"subject": "Due today", "body": "Please send it."},
    template="due",
)
NOON = datetime(2017, 10, 31, 12, tzinfo=UTC)


def as_read(content: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


@pytest.fixture(params=["folder", "smtp", "notify"])
def channel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Channel]:
    if request.param == "folder":
        yield Folder(tmp_path / "mail", "office@example.org", "The office")
    elif request.param == "smtp":
        with mail_server(Sink()) as port:
            yield Smtp(Server("127.0.0.1", port, "none"), "office@example.org", "The office")
    else:
        with fake_notify() as notify:
            yield GovukNotify(SecretStr(KEY), {"due": TEMPLATE}, notify.address)


def test_a_message_is_taken_and_taken_again_with_a_receipt_fit_for_the_log(channel: Channel) -> None:
    for _time in range(2):
        receipt = channel.send(MESSAGE)
        assert receipt
        assert sign_of_a_person(receipt) is None
        assert fit_for_the_log(receipt) == receipt


def test_its_name_is_what_the_setting_calls_it(channel: Channel) -> None:
    assert channel.name in ("folder", "smtp", "notify")


def test_where_nobody_listens_it_is_tried_later_and_the_reason_names_nobody() -> None:
    for channel in (
        Smtp(Server("127.0.0.1", 9, "none"), "office@example.org"),
        GovukNotify(SecretStr(KEY), {"due": TEMPLATE}, "http://127.0.0.1:9"),
    ):
        with pytest.raises(TryLater, match="cannot be reached") as later:
            channel.send(MESSAGE)
        assert sign_of_a_person(later.value.reason) is None


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("subject", "Due\r\nBcc: all@example.org"), ("subject", "Due\n"), ("subject", "Due\x00"), ("subject", "")),
        *(("to_name", "Kate\r\nBcc: all@example.org"), ("to_name", "Kate\u2028"), ("reference", "a\nb")),
        *(("to_address", "kate@example.org, all@example.org"), ("to_address", "kate@example.org\r\nRCPT TO:<a@b.org>")),
        *(
            ("message_id", "abc@outturn.invalid"),
            ("message_id", "<../../x@outturn.invalid>"),
            ("message_id", "<a@b>\n"),
        ),
        *(("message_id", "<a b@c>"), ("message_id", "<a@b/c>")),
    ],
)
def test_what_could_be_two_headers_is_no_message_and_is_not_repeated(field: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"must be one line|not an e-mail address|not in the form") as refused:
        replace(MESSAGE, **{field: text})  # type: ignore[arg-type]  # the fields named are text
    assert "example.org" not in str(refused.value)


def test_a_message_that_is_printed_shows_nothing_of_the_person() -> None:
    assert "Kate" not in repr(MESSAGE)
    assert "kate" not in repr(MESSAGE)
    assert MESSAGE.mark == "abcdefghij"


def test_a_mail_has_text_and_html_and_our_own_headers() -> None:
    content = as_mail(MESSAGE, "office@example.org", "The office", NOON).as_bytes()
    assert max(map(len, content.split(b"\r\n"))) < 100
    assert b"\n" not in content.replace(b"\r\n", b"")
    content.decode("ascii")
    mail = as_read(content)
    assert mail["Message-ID"] == "<abcdefghij@outturn.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOON
    assert mail["Subject"] == MESSAGE.subject
    (to,) = mail["To"].addresses
    assert (to.display_name, to.addr_spec) == (MESSAGE.to_name, MESSAGE.to_address)
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("The office", "office@example.org")
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert html.get_content().strip() == "<p>Dear Kate</p>"


def test_the_same_message_at_the_same_moment_is_the_same_mail_byte_for_byte() -> None:
    one, two = (as_mail(MESSAGE, "office@example.org", "", NOON).as_bytes() for _time in range(2))
    assert one == two


def test_a_long_message_id_stays_in_one_piece() -> None:
    long = f"<{'a' * 40}@{'mail.' * 10}example.org>"
    mail = as_mail(replace(MESSAGE, message_id=long), "office@example.org", "", NOON).as_bytes()
    assert f"Message-ID: {long}\r\n".encode() in mail


def test_the_folder_has_one_file_a_message_and_a_repeat_replaces_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "a" / "mail", "office@example.org", clock=lambda: NOON)
    assert folder.send(MESSAGE) == "abcdefghij"
    folder.send(replace(MESSAGE, subject="Once more"))
    folder.send(replace(MESSAGE, message_id="<other@outturn.invalid>"))
    files = sorted((tmp_path / "a" / "mail").iterdir())
    assert [file.name for file in files] == ["abcdefghij@outturn.invalid.eml", "other@outturn.invalid.eml"]
    assert as_read(files[0].read_bytes())["Subject"] == "Once more"
    assert stat.S_IMODE(files[0].stat().st_mode) & 0o007 == 0


def test_a_folder_that_cannot_be_written_to_is_tried_later_and_nothing_is_left_half_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TryLater, match="cannot be written to"):
        Folder(tmp_path / "file" / "mail", "office@example.org").send(MESSAGE)
    (tmp_path / "mail" / "abcdefghij@outturn.invalid.eml").mkdir(parents=True)
    with pytest.raises(TryLater, match="cannot be written to"):
        Folder(tmp_path / "mail", "office@example.org").send(MESSAGE)
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["abcdefghij@outturn.invalid.eml"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2.0.0 Ok: queued as 4XyZ", "2.0.0 Ok: queued as 4XyZ"),
        ("2.6.0 <a@b.example> Queued\r\n for delivery\x00", "2.6.0 Queued for delivery"),
        ("queued as 07123456789", None),
        ("", None),
        ("x" * 200, "x" * 120),
    ],
)
def test_of_a_receipt_is_kept_what_may_stand_in_the_log(said: str, kept: str | None) -> None:
    assert fit_for_the_log(said) == kept


def test_a_refusal_says_whether_the_address_is_wrong() -> None:
    assert RefusedForGood("no such address", bounced=True).bounced
    assert not RefusedForGood("too large").bounced
    assert str(RefusedForGood("too large")) == "too large"


@pytest.fixture
def _no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_no_file")
class TestTheChoice:
    """Which channel is used is a setting."""

    def test_unless_something_is_set_it_is_the_folder(self) -> None:
        assert isinstance(channel_of(Settings()), Folder)

    def test_the_others_when_they_are_set_with_what_they_need(self) -> None:
        smtp = Settings(channel="smtp", smtp_host="localhost", mail_from="office@example.org")
        assert isinstance(channel_of(smtp), Smtp)
        notify = Settings(channel="notify", notify_key=SecretStr(KEY), notify_templates={"any": TEMPLATE})
        assert isinstance(channel_of(notify), GovukNotify)

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"channel": "smtp"}, "set OUTTURN_SMTP_HOST and OUTTURN_MAIL_FROM"),
            ({"channel": "smtp", "smtp_host": "localhost"}, "set OUTTURN_SMTP_HOST and OUTTURN_MAIL_FROM"),
            ({"smtp_password": "secret"}, "go together"),
            ({"smtp_user": "u", "smtp_password": "secret", "smtp_security": "none"}, "never sent without TLS"),
            ({"smtp_authorities": "nowhere.pem"}, "OUTTURN_SMTP_AUTHORITIES"),
            ({"channel": "notify"}, "OUTTURN_NOTIFY_KEY"),
            ({"channel": "notify", "notify_key": KEY}, "OUTTURN_NOTIFY_TEMPLATES"),
        ],
    )
    def test_what_is_missing_is_told(self, said: dict[str, str], words: str) -> None:
        smtp = {"channel": "smtp", "smtp_host": "localhost", "mail_from": "office@example.org"}
        settings = Settings.model_validate(said if "channel" in said else smtp | said)
        with pytest.raises(Refusal, match=words) as refused:
            channel_of(settings)
        assert "secret" not in str(refused.value)

    @pytest.mark.parametrize(
        "said",
        [
            {"notify_key": "top-secret"},
            {"notify_address": "http://notify.example.org"},
            {"notify_address": "https://notify.example.org/elsewhere?"},
            {"notify_templates": {"any": "my template"}},
            {"smtp_host": "local host"},
            {"smtp_port": 0},
            {"mail_from": "office@example.org\nBcc: all@example.org"},
            {"message_domain": "example.org>"},
            {"smtp_timeout": 0},
        ],
    )
    def test_a_setting_that_cannot_be_is_refused_and_not_repeated(self, said: dict[str, object]) -> None:
        with pytest.raises(ValidationError) as refused:
            Settings.model_validate(said)
        assert "top-secret" not in str(refused.value)

    def test_secrets_are_not_printed(self) -> None:
        settings = Settings(smtp_password=SecretStr("hush"), notify_key=SecretStr(KEY))
        for printed in (repr(settings), settings.model_dump_json()):
            assert "hush" not in printed
            assert KEY not in printed
        assert "hush" not in repr(Server("h", password=settings.smtp_password))
