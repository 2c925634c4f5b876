"""The log over HTTP: in order, without gaps, at once or as it comes."""

import asyncio
import json
import threading
import time
from typing import Any

import pytest

from domain.errors import OutturnError
from services.api import feed
from services.api.feed import Looker
from services.event_store import Unavailable
from tests.api.conftest import PEOPLE, Building
from tests.scenes import do, reported

READS = ("finance", "commissioner", "auditor", "everything")


def later(building: Building, seconds: float = 0.3) -> threading.Timer:
    """Something happens a little later."""
    timer = threading.Timer(seconds, lambda: do(building.desk.office, reported("a1", "2017-18-h1", referrals=3)))
    timer.start()
    return timer


def told(text: str) -> list[dict[str, str]]:
    """The events of a stream of them, each by its fields; comments left out."""
    blocks = [block for block in text.split("\n\n") if block.startswith("id:")]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_the_log_is_copied_in_order_and_without_gaps(building: Building) -> None:
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        said = building.get("auditor", f"/api/events?after={after}&limit=3").json()
        if not said["events"]:
            break
        found += said["events"]
        after = said["next"]
    whole = list(building.desk.office.log.everything())
    assert [
        (each["position"], each["stream"], each["version"], each["name"], each["by"], each["act"]) for each in found
    ] == [(each.position, each.stream, each.version, each.event.name, each.by, each.act) for each in whole]
    assert [each["event"] for each in found] == [each.event.model_dump(mode="json") for each in whole]
    assert after == building.desk.office.log.head()


def test_lines_of_json_and_a_stream_say_the_same(building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LONGEST_WAIT", 0)
    events = building.get("finance", "/api/events?after=2").json()["events"]
    lines = building.get("finance", "/api/events?after=2", {"accept": "application/x-ndjson"})
    assert lines.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in lines.text.splitlines()] == events
    stream = building.get("finance", "/api/events", {"accept": "text/event-stream", "last-event-id": "2"})
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(each["data"]) for each in told(stream.text)] == events
    assert [int(each["id"]) for each in told(stream.text)] == [each["position"] for each in events]


@pytest.mark.parametrize("who", PEOPLE)
def test_the_log_is_for_those_who_read_everything(building: Building, who: str) -> None:
    assert building.get(who, "/api/events").status_code == (200 if who in READS else 403)


def test_a_token_needs_the_scope_and_the_whole_reach(building: Building) -> None:
    assert building.client.get("/api/events", headers=building.as_("finance", "read", "act")).status_code == 403
    assert building.client.get("/api/events", headers=building.as_("finance", "events")).status_code == 200
    assert building.client.get("/api/events").status_code == 401
    building.desk.book.change("finance", lambda known: known.model_copy(update={"awards": ("a1",)}))
    assert building.get("finance", "/api/events").status_code == 403


def test_who_waits_is_answered_by_the_next_event(building: Building) -> None:
    head = building.desk.office.log.head()
    timer = later(building)
    said = building.get("finance", f"/api/events?after={head}&wait=30").json()
    timer.join()
    assert said["events"][0]["name"] == "report.submitted"
    assert said["events"][0]["position"] == head + 1


def test_who_waits_in_vain_is_answered_with_nothing(building: Building) -> None:
    head = building.desk.office.log.head()
    assert building.get("finance", f"/api/events?after={head}&wait=1").json() == {"events": [], "next": head}
    assert building.get("finance", f"/api/events?after={10**14}").json() == {"events": [], "next": 10**14}


def test_a_stream_goes_on_as_things_happen_and_ends(building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LONGEST_WAIT", 3)
    monkeypatch.setattr(feed, "HEARTBEAT", 0.2)
    head = building.desk.office.log.head()
    timer = later(building, 1)
    text = building.get("finance", f"/api/events?after={head}", {"accept": "text/event-stream"}).text
    timer.join()
    assert [int(each["id"]) for each in told(text)] == list(range(head + 1, building.desk.office.log.head() + 1))
    assert text.startswith("retry: ")
    assert ": nothing new\n\n" in text


@pytest.mark.parametrize(
    ("query", "status"),
    [("after=-1", 422), ("after=a-secret", 422), ("limit=0", 422), ("limit=1001", 422), ("wait=31", 422)],
)
def test_what_cannot_be_read_is_refused(building: Building, query: str, status: int) -> None:
    answer = building.get("finance", f"/api/events?{query}")
    assert answer.status_code == status
    assert "a-secret" not in answer.text


def test_the_log_is_not_to_be_had_in_another_form(building: Building) -> None:
    assert building.get("finance", "/api/events", {"accept": "text/html"}).status_code == 406
    answer = building.get("finance", "/api/events", {"accept": "text/event-stream", "last-event-id": "x"})
    assert answer.status_code == 422


class ALog:
    """A log whose end is looked at, and how often."""

    def __init__(self, *heads: int) -> None:
        self.heads = list(heads)
        self.looks: list[float] = []

    def head(self) -> int:
        """The next end that it was given; after the last, it cannot be reached."""
        self.looks.append(time.monotonic())
        if len(self.looks) > len(self.heads):
            raise Unavailable("The log cannot be reached.")
        return self.heads[len(self.looks) - 1]


def test_all_who_wait_share_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LOOKED_EVERY", 0.05)
    log = ALog(0, 0, 7)

    async def many() -> list[bool]:
        looker = Looker(log)  # type: ignore[arg-type]
        return await asyncio.gather(*(looker.beyond(3, 20) for _ in range(200)))

    assert asyncio.run(many()) == [True] * 200
    assert len(log.looks) == 3
    assert all(later - earlier >= 0.04 for earlier, later in zip(log.looks, log.looks[1:], strict=False))


def test_everybody_is_told_that_the_log_is_away_and_the_next_one_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LOOKED_EVERY", 0.01)
    log = ALog()

    async def ask() -> bool:
        looker = Looker(log)  # type: ignore[arg-type]
        found = await asyncio.gather(*(looker.beyond(3, 5) for _ in range(3)), return_exceptions=True)
        assert all(isinstance(each, OutturnError) for each in found)
        log.heads = [0, 9]
        return await looker.beyond(3, 20)

    assert asyncio.run(ask()) is True
