"""The channel to GOV.UK Notify, against a stand-in that checks the signed token."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from domain.personal import sign_of_a_person
from services.channels.channel import Delivery, NeverHeard, RefusedForGood, TryLater
from services.channels.govuk_notify import GovukNotify
from tests.services.fake_notify import KEY, SECRET, SERVICE, TEMPLATE, FakeNotify, fake_notify
from tests.services.test_channels import MESSAGE

OTHER = "00000000-0000-0000-0000-00000000000f"


@pytest.fixture
def notify() -> Iterator[FakeNotify]:
    with fake_notify() as notify:
        yield notify


@pytest.fixture
def channel(notify: FakeNotify) -> GovukNotify:
    return GovukNotify(SecretStr(KEY), {"due": TEMPLATE, "any": OTHER}, notify.address, timeout=0.5)


def test_it_is_given_the_address_the_template_what_goes_into_it_and_our_reference(
    notify: FakeNotify, channel: GovukNotify
) -> None:
    assert channel.send(MESSAGE) == "00000001-0000-0000-0000-000000000000"
    assert notify.sent == [
        {
            "email_address": MESSAGE.to_address,
            "template_id": TEMPLATE,
            "personalisation": MESSAGE.fields,
            "reference": MESSAGE.mark,
        }
    ]


def test_a_kind_without_a_template_of_its_own_has_the_one_for_any(notify: FakeNotify) -> None:
    GovukNotify(SecretStr(KEY), {"late": TEMPLATE, "any": OTHER}, notify.address).send(MESSAGE)
    assert notify.sent[0]["template_id"] == OTHER
    with pytest.raises(RefusedForGood, match="no template"):
        GovukNotify(SecretStr(KEY), {"late": TEMPLATE}, notify.address).send(MESSAGE)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 408])
def test_what_is_tried_later(notify: FakeNotify, channel: GovukNotify, status: int) -> None:
    notify.answer = status
    with pytest.raises(TryLater) as later:
        channel.send(MESSAGE)
    assert later.value.reason == f"GOV.UK Notify does not take the message now ({status})"
    notify.answer = 201
    assert channel.send(MESSAGE)


def test_when_the_answer_does_not_come_in_time_the_message_may_have_gone(
    notify: FakeNotify, channel: GovukNotify
) -> None:
    notify.answer = 0
    with pytest.raises(NeverHeard, match="did not answer in time"):
        channel.send(MESSAGE)


def test_a_notify_that_cannot_be_reached_is_tried_later() -> None:
    with fake_notify() as gone:
        address = gone.address
    with pytest.raises(TryLater, match="cannot be reached"):
        GovukNotify(SecretStr(KEY), {"any": TEMPLATE}, address, timeout=0.5).send(MESSAGE)


@pytest.mark.parametrize(
    ("status", "errors", "bounced", "reason"),
    [
        (400, None, True, "400 ValidationError"),
        (
            400,
            [{"error": "BadRequestError", "message": "Can't send to kate@example.org using a team-only key"}],
            False,
            None,
        ),
        (400, [{"error": "ValidationError", "message": "template_id is not a valid UUID"}], False, None),
        (403, None, False, "403 AuthError"),
        (404, [{"error": "<b>kate@example.org</b>", "message": 5}], False, "404"),
        (400, "nonsense", False, "400"),
    ],
)
def test_what_is_refused_for_good(
    notify: FakeNotify,
    channel: GovukNotify,
    status: int,
    errors: list[dict[str, str]] | None,
    bounced: bool,
    reason: str,
) -> None:
    notify.answer = status
    if errors is not None:
        notify.errors[status] = errors
    with pytest.raises(RefusedForGood) as refused:
        channel.send(MESSAGE)
    assert refused.value.bounced is bounced
    assert sign_of_a_person(refused.value.reason) is None
    if reason:
        assert refused.value.reason == f"GOV.UK Notify refused the message ({reason})"


@pytest.mark.parametrize("key", [f"x-{SECRET}-{SECRET}", f"x-{SERVICE}-{SERVICE}"])
def test_a_wrong_key_is_refused(notify: FakeNotify, key: str) -> None:
    with pytest.raises(RefusedForGood, match="403 AuthError"):
        GovukNotify(SecretStr(key), {"any": TEMPLATE}, notify.address).send(MESSAGE)
    assert notify.sent == []


def test_how_messages_ended_is_asked_by_our_references(notify: FakeNotify, channel: GovukNotify) -> None:
    notify.statuses = {
        "a": ["delivered"],
        "b": ["permanent-failure"],
        "c": ["temporary-failure"],
        "d": ["technical-failure"],
        "e": ["sending"],
        "sent twice, one arrived": ["permanent-failure", "delivered"],
        "sent twice, one under way": ["permanent-failure", "created"],
        "sent twice & none arrived": ["permanent-failure", "temporary-failure"],
    }
    assert channel.receipts([*notify.statuses, "unknown"]) == {
        "a": Delivery.DELIVERED,
        "b": Delivery.PERMANENT_FAILURE,
        "c": Delivery.TEMPORARY_FAILURE,
        "d": Delivery.TEMPORARY_FAILURE,
        "sent twice, one arrived": Delivery.DELIVERED,
        "sent twice & none arrived": Delivery.TEMPORARY_FAILURE,
    }


@pytest.mark.parametrize("status", [0, 400, 403, 429, 500])
def test_when_it_cannot_be_asked_it_is_asked_later(notify: FakeNotify, channel: GovukNotify, status: int) -> None:
    notify.answer = status
    with pytest.raises(TryLater):
        channel.receipts(["a"])
