"""Orders over HTTP: what was looked at, what was sent before, what cannot be read, and what is never said again."""

import gzip
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from httpx2 import Response

from domain.awards.milestone_commands import PlanMilestone
from domain.catalogue import COMMANDS
from services import kept_results
from services.api.commands import path_of
from services.api.examples import address_of, example_of
from services.kept_results import KeptResults
from tests.api.conftest import Building
from tests.scenes import do

MANAGER = "contract-manager"
PLAN, MOVE, COMPLETE = (f"/api/awards/a1/{order}-milestone" for order in ("plan", "reschedule", "complete"))
REVIEW = {"milestone": "review", "title": "Six-month review", "due_on": "2017-09-30"}
LATER = {"milestone": "review", "due_on": "2017-11-30", "reason": "Agreed at the contract meeting."}
DONE = {"milestone": "review", "completed_on": "2017-10-02", "evidence": "Minutes, seen."}
SECRET = "Marmalade"
"""Sent everywhere, and never to be seen again."""


def planned(building: Building) -> None:
    """An award with one milestone."""
    do(building.desk.office, PlanMilestone(award="a1", milestone="review", title="Review", due_on=date(2017, 9, 30)))


def head(building: Building) -> int:
    """The end of the log."""
    return building.desk.office.log.head()


def etag(building: Building) -> str:
    """What the award is at."""
    return str(building.get(MANAGER, "/api/awards/a1").headers["etag"])


def problem(answer: Response, status: int, name: str) -> dict[str, Any]:
    """A clear problem, and not another one."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    said: dict[str, Any] = answer.json()
    assert said["type"] == f"/problems/{name}"
    assert len(said["detail"]) > 20
    return said


def faults(answer: Response, status: int = 422) -> list[tuple[str | None, str | None]]:
    """Where the faults are: pointers into the body, and parameters."""
    said = problem(answer, status, "malformed" if status == 422 else "bad-request")
    return [(each["pointer"], each["parameter"]) for each in said["errors"]]


# what was looked at


def test_an_order_is_answered_with_what_was_recorded_and_the_version_of_the_thing(building: Building) -> None:
    answer = building.post(MANAGER, PLAN, json=REVIEW)
    [event] = answer.json()["recorded"]
    assert (answer.status_code, event["event"], event["stream"]) == (200, "award.milestone-planned", "award-a1")
    assert event["position"] == head(building)
    assert answer.headers["etag"] == f'"{event["version"]}"' == etag(building)
    again = building.post(MANAGER, PLAN, json=REVIEW)
    assert (again.json(), again.headers["etag"]) == ({"recorded": [], "version": event["version"]}, etag(building))


def test_whoever_overwrites_must_say_what_they_looked_at_and_it_must_be_the_latest(building: Building) -> None:
    planned(building)
    seen, before = etag(building), head(building)
    problem(building.post(MANAGER, MOVE, json=LATER), 428, "version-needed")
    assert building.post(MANAGER, MOVE, {"if-match": seen}, json=LATER).status_code == 200
    assert head(building) == before + 1
    stale = building.post(MANAGER, MOVE, {"if-match": seen}, json={**LATER, "due_on": "2017-12-24"})
    assert "was changed since you looked" in problem(stale, 412, "stale")["detail"]
    assert head(building) == before + 1
    assert building.post(MANAGER, MOVE, {"if-match": etag(building)}, json={**LATER, "due_on": "2017-12-24"}).is_success


def test_an_order_that_adds_may_say_what_was_looked_at_too(building: Building) -> None:
    seen = etag(building)
    planned(building)
    problem(building.post(MANAGER, COMPLETE, {"if-match": seen}, json=DONE), 412, "stale")
    for said in ("*", "W/{}", "{}"):
        headers = {"if-match": said.format(etag(building))}
        assert building.post(MANAGER, COMPLETE, headers, json=DONE).status_code == 200


@pytest.mark.parametrize("said", ["12", '"twelve"', '"1", "2"', '"', '""', '"99999999999999999999"'])
def test_an_etag_that_is_none_of_ours_is_refused(building: Building, said: str) -> None:
    planned(building)
    problem(building.post(MANAGER, COMPLETE, {"if-match": said}, json=DONE), 422, "malformed")


def test_exactly_the_orders_that_overwrite_need_to_say_what_was_looked_at(building: Building) -> None:
    for name, command in COMMANDS.items():
        address = path_of(command, name).format_map(address_of(command))
        answer = building.post("everything", f"/api{address}", json=example_of(command, name))
        needed = answer.status_code == 428
        assert needed == (command.overwrites and answer.status_code != 403), name


# the same order twice


def test_a_key_is_answered_as_the_first_time_and_nothing_is_recorded_twice(building: Building) -> None:
    planned(building)
    key = {"idempotency-key": "one"}
    first = building.post(MANAGER, COMPLETE, key, json=DONE)
    after = head(building)
    second = building.post(MANAGER, COMPLETE, key, json=DONE)
    assert (second.status_code, second.content, second.headers["etag"]) == (200, first.content, first.headers["etag"])
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert (head(building), len(first.json()["recorded"])) == (after, 1)


def test_a_refusal_is_kept_under_its_key_too(building: Building) -> None:
    key = {"idempotency-key": "refused"}
    planned(building)
    too_soon = DONE | {"completed_on": "2099-01-01"}
    first = building.post(MANAGER, COMPLETE, key, json=too_soon)
    assert first.status_code == 409
    again = building.post(MANAGER, COMPLETE, key, json=too_soon)
    assert (again.status_code, again.json()["detail"]) == (409, first.json()["detail"])
    assert again.headers["idempotent-replayed"] == "true"
    assert building.post(MANAGER, COMPLETE, {"idempotency-key": "anew"}, json=DONE).status_code == 200


def test_what_is_not_there_yet_may_be_asked_again_under_the_same_key(building: Building) -> None:
    key = {"idempotency-key": "early"}
    assert building.post(MANAGER, COMPLETE, key, json=DONE).status_code == 404
    planned(building)
    assert building.post(MANAGER, COMPLETE, key, json=DONE).status_code == 200


@pytest.mark.parametrize("other", ["a body", "an order", "an award", "an etag"])
def test_a_key_that_came_with_something_else_is_refused(building: Building, other: str) -> None:
    planned(building)
    key = {"idempotency-key": "one"}
    assert building.post(MANAGER, COMPLETE, key, json=DONE).status_code == 200
    before = head(building)
    path, body, more = COMPLETE, dict(DONE), {}
    match other:
        case "a body":
            body["evidence"] = "Another."
        case "an order":
            path, body = "/api/awards/a1/miss-milestone", {"milestone": "review", "reason": "Another."}
        case "an award":
            path = COMPLETE.replace("a1", "a2")
        case "an etag":
            more = {"if-match": etag(building)}
    problem(building.post(MANAGER, path, {**key, **more}, json=body), 422, "malformed")
    assert head(building) == before


def test_two_people_may_use_the_same_key(building: Building) -> None:
    key = {"idempotency-key": "one"}
    plans = [{**REVIEW, "milestone": name} for name in ("first", "second")]
    for who, plan in zip((MANAGER, "manager-of-a1"), plans, strict=True):
        assert building.post(who, PLAN, key, json=plan).json()["recorded"]


@pytest.mark.parametrize("key", ["", "x" * 201, "caf\u00e9".encode()])
def test_a_key_is_a_few_plain_characters(building: Building, key: str | bytes) -> None:
    headers: Any = {"idempotency-key": key}
    problem(building.post(MANAGER, PLAN, headers, json=REVIEW), 422, "malformed")


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_an_order_that_is_sent_many_times_at_once_is_one_act(building: Building) -> None:
    planned(building)
    before = head(building)
    headers = {"idempotency-key": "at once", **building.as_(MANAGER)}

    def send(_number: int) -> Response:
        return building.client.post(COMPLETE, json=DONE, headers=headers)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(16)))
    done = [each for each in answers if each.status_code == 200]
    assert {each.content for each in done} == {done[0].content}
    assert sum("idempotent-replayed" not in each.headers for each in done) == 1
    for other in answers:
        if other.status_code != 200:
            problem(other, 409, "refused")
            assert other.headers["retry-after"] == "1"
    assert head(building) == before + 1


def test_what_a_process_recorded_before_it_died_is_answered_and_not_recorded_again(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(building)
    before, key = head(building), {"idempotency-key": "cut off"}

    def dies(*_said: object) -> None:
        raise MemoryError  # as if the process were gone: nothing more is kept

    with monkeypatch.context() as dying:
        dying.setattr(KeptResults, "finish_key", dies)
        dying.setattr(KeptResults, "drop_key", dies)
        assert building.post(MANAGER, COMPLETE, key, json=DONE).status_code == 500
    assert head(building) == before + 1
    problem(building.post(MANAGER, COMPLETE, key, json=DONE), 409, "refused")
    monkeypatch.setattr(kept_results, "GIVEN_UP_AFTER", timedelta(0))
    answer = building.post(MANAGER, COMPLETE, key, json=DONE)
    [event] = answer.json()["recorded"]
    assert (answer.status_code, event["event"]) == (200, "award.milestone-completed")
    assert answer.headers["etag"] == f'"{event["version"]}"' == etag(building)
    assert head(building) == before + 1
    assert building.post(MANAGER, COMPLETE, key, json=DONE).content == answer.content


# what cannot be read


def test_a_method_that_is_none_is_told_which_there_are(building: Building) -> None:
    asked = {("GET", PLAN): "OPTIONS, POST", ("DELETE", "/api/awards"): "GET, HEAD, OPTIONS"}
    for (method, path), allow in asked.items():
        answer = building.client.request(method, path, headers=building.as_(MANAGER))
        problem(answer, 405, "method")
        assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    ("body", "headers", "status", "name"),
    [
        (b"x" * 1_000_001, {}, 413, "too-big"),
        (b"{}", {"content-type": "text/plain"}, 415, "media-type"),
        (b"{}", {"content-type": "application/json; charset=latin-1"}, 415, "media-type"),
        (b"a=1", {"content-type": "application/x-www-form-urlencoded"}, 415, "media-type"),
        (gzip.compress(b"{}"), {"content-encoding": "gzip"}, 415, "media-type"),
        (b"", {}, 400, "bad-request"),
        (b"{", {}, 400, "bad-request"),
        (b'{"milestone": "a", "milestone": "b"}', {}, 400, "bad-request"),
        (b'{"milestone": NaN}', {}, 400, "bad-request"),
        (b'{"milestone": 1e999}', {}, 400, "bad-request"),
        (b'{"milestone": "\xff"}', {}, 400, "bad-request"),
        (b"[]", {}, 422, "malformed"),
        (b'{"milestone": "\\u0000"}', {}, 422, "malformed"),
        (b'{"milestone": "\\ud800"}', {}, 422, "malformed"),
        (b'{"milestone": ' + b"[" * 30 + b"]" * 30 + b"}", {}, 422, "malformed"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    building: Building, body: bytes, headers: Mapping[str, str], status: int, name: str
) -> None:
    before = head(building)
    said = {"content-type": "application/json", **headers}
    problem(building.post(MANAGER, PLAN, said, content=body), status, name)
    assert head(building) == before


def test_each_fault_is_told_with_a_pointer_to_its_field(building: Building) -> None:
    shares = [{"fund": "moj-victims", "year": "2017-18", "amount_pence": 1.5}, {"fund": "no spaces"}]
    answer = building.post("commissioner", "/api/awards/a1/approve-award", json={"shares": shares, "other": 1})
    assert set(faults(answer)) >= {
        ("/shares/0/amount_pence", None),
        ("/shares/1/fund", None),
        ("/shares/1/year", None),
        ("", None),  # a field that does not belong: its own name was sent, and is not said again
    }


def test_types_are_not_guessed(building: Building) -> None:
    sent = {"milestone": 7, "title": ["Review"], "due_on": "30/09/2017"}
    assert set(faults(building.post(MANAGER, PLAN, json=sent))) == {
        ("/milestone", None),
        ("/title", None),
        ("/due_on", None),
    }


def test_what_is_wrong_with_the_address_is_told_by_the_name_of_its_part(building: Building) -> None:
    fund = "/api/funds/{}/{}/receive-allocation"
    grant = {"agreement": "grant", "amount_pence": 100, "source": "Grant letter"}
    assert faults(building.post("finance", fund.format("-a", "2017-18"), json=grant)) == [(None, "fund")]
    both = faults(building.post("finance", fund.format("a", "soon"), json={}))
    assert {(None, "year"), ("/agreement", None)} <= set(both)


def test_what_the_address_says_is_not_said_again_in_the_body(building: Building) -> None:
    problem(building.post(MANAGER, PLAN, json={**REVIEW, "award": "a2"}), 422, "malformed")
    problem(building.post(MANAGER, PLAN, json={**REVIEW, "award": "a1"}), 422, "malformed")


def test_nothing_about_a_single_person_is_taken(building: Building) -> None:
    body = {**REVIEW, "title": "Call 07700 900123 about her"}
    answer = building.post(MANAGER, PLAN, json=body)
    assert answer.status_code in (409, 422)
    assert "07700" not in answer.text


def hostile(building: Building) -> list[Response]:
    """Requests with the secret in every place that can hold one."""
    manager = building.as_(MANAGER)
    bodies: list[Any] = [
        {**REVIEW, "milestone": f"{SECRET} with spaces"},
        {**REVIEW, "due_on": SECRET},
        {**REVIEW, SECRET: SECRET},
        {**REVIEW, "title": {SECRET: SECRET}},
        {**REVIEW, "title": f"{SECRET} 07700 900123"},
        [SECRET],
        SECRET,
    ]
    found = [building.post(MANAGER, PLAN, json=body) for body in bodies]
    json_type = {"content-type": "application/json"}
    raw = (f'{{"{SECRET}": 1, "{SECRET}": 2}}', f'{{"a": "{SECRET}', SECRET, f'{{"Ms {SECRET}": NaN}}')
    found += [building.post(MANAGER, PLAN, json_type, content=each.encode()) for each in raw]
    for header in ("if-match", "idempotency-key", "content-type", "accept", "x-csrf-token", "origin", "referer"):
        found.append(building.post(MANAGER, MOVE, {header: f"{SECRET}\x7f"}, json=LATER))
        found.append(building.get(MANAGER, "/api/awards", {header: f"text/{SECRET}"}))
    for path in (f"/api/awards?{SECRET}=1", f"/api/awards?sort={SECRET}", f"/api/awards?after={SECRET}"):
        found += [building.get(MANAGER, path), building.get(MANAGER, f"{path}&limit={SECRET}")]
    for path in (f"/api/{SECRET}", f"/api/awards/{SECRET}%20a", f"/{SECRET}", f"/sign-in/link/{SECRET}"):
        found += [building.get(MANAGER, path), building.client.post(path, json=REVIEW, headers=manager)]
    found.append(building.post(MANAGER, PLAN.replace("a1", f"{SECRET}%20a"), json=REVIEW))
    found.append(building.client.get("/api/awards", headers={"authorization": f"Bearer {SECRET}"}))
    found.append(building.client.get("/api/awards", headers={"cookie": f"outturn={SECRET}"}))
    found.append(building.get(MANAGER, f"/api/awards?as_at={SECRET}"))
    found.append(building.get(MANAGER, f"/api/budgets?on={SECRET}"))
    return found


def test_nothing_that_was_sent_is_said_again_in_answers_or_in_the_log(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, building: Building
) -> None:
    planned(building)
    with caplog.at_level(logging.DEBUG):
        answers = hostile(building)
    for answer in answers:
        assert answer.status_code < 500, answer.text
        said = json.dumps([answer.text, *answer.headers.items()])
        assert SECRET.casefold() not in said.casefold(), (answer.request.url, said)
    written = capfd.readouterr()
    assert SECRET.casefold() not in (written.err + written.out).casefold()
    ours = [each for each in caplog.records if not each.name.startswith(("httpx", "httpcore"))]  # the test's own client
    assert not [each for each in ours if SECRET.casefold() in each.getMessage().casefold()]
