"""People over HTTP: for administrators alone, and after an erasure an address is nowhere."""

from pathlib import Path
from typing import Any

import pytest

from domain.kernel import Role, utc_now
from tests.api.conftest import PEOPLE, Building

NEW: dict[str, Any] = {"name": "Made up, somebody new", "email": "new@example.org", "roles": ["finance"]}
OTHERS = [name for name, somebody in PEOPLE.items() if Role.ADMINISTRATOR not in somebody.roles]


def new_person(building: Building, **said: Any) -> str:
    """The id of somebody new."""
    answer = building.post("administrator", "/api/people", json={**NEW, **said})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_an_administrator_adds_somebody_whose_id_says_nothing_of_them(building: Building) -> None:
    answer = building.post("administrator", "/api/people", json={**NEW, "invite": True})
    assert answer.status_code == 201
    said = answer.json()
    assert answer.headers["location"] == f"/api/people/{said['id']}"
    assert said["roles"] == ["finance"]
    assert said["invited_on"] is not None
    assert "new" not in said["id"]
    found = building.get("administrator", answer.headers["location"]).json()
    assert (found["email"], found["sessions"]) == ("new@example.org", [])
    assert [each["id"] for each in building.get("administrator", "/api/people").json()["people"]].count(said["id"]) == 1


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sees_or_changes_people(building: Building, who: str) -> None:
    for path in ("/api/people", "/api/people/finance", "/api/tokens"):
        answer = building.get(who, path)
        assert (answer.status_code, "example.org" in answer.text) == (403, False)
    for path in ("/api/people", "/api/people/finance", "/api/people/finance/erase", "/api/people/finance/tokens"):
        assert building.post(who, path, json=NEW).status_code == 403
    assert building.desk.book.person("finance") is not None


def test_a_field_that_cannot_be_read_is_pointed_at_and_not_repeated(building: Building) -> None:
    answer = building.post("administrator", "/api/people", json={**NEW, "email": "no-address-at-all"})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/email"]
    assert "no-address-at-all" not in answer.text
    answer = building.post("administrator", "/api/people", json={**NEW, "roles": ["king"]})
    assert answer.json()["errors"][0]["pointer"] == "/roles/0"
    answer = building.post("administrator", "/api/people", json={**NEW, "roles": ["scheduler"]})
    assert answer.status_code == 422
    answer = building.post("administrator", "/api/people", json={**NEW, "awards": ["a9"]})
    assert answer.status_code == 404


def test_a_change_changes_what_is_said_and_nothing_else(building: Building) -> None:
    person = new_person(building, phone="01632 960001")
    answer = building.post("administrator", f"/api/people/{person}", json={"awards": ["a1"], "phone": None})
    said = answer.json()
    assert (said["awards"], said["phone"], said["email"]) == (["a1"], None, "new@example.org")
    assert building.post("administrator", f"/api/people/{person}", json={"awards": None}).json()["awards"] is None
    assert building.post("administrator", f"/api/people/{person}", json={"name": ""}).status_code == 422
    assert building.post("administrator", "/api/people/nobody", json={"digest": True}).status_code == 404


def test_the_last_administrator_stays_one(building: Building) -> None:
    path = "/api/people/administrator"
    assert building.post("administrator", "/api/people/everything", json={"roles": ["finance"]}).status_code == 200
    for order, body in (("", {"roles": ["finance"]}), ("/leave", {}), ("/erase", {})):
        answer = building.post("administrator", path + order, json=body)
        assert (answer.status_code, "last administrator" in answer.json()["detail"]) == (409, True)
    assert building.post("administrator", path, json={"digest": True}).status_code == 200
    new_person(building, roles=["administrator"])
    assert building.post("administrator", f"{path}/leave", json={}).status_code == 200


def test_who_leaves_is_signed_out_and_their_tokens_end(building: Building) -> None:
    assert building.get("finance", "/api/me").status_code == 200
    answer = building.post("administrator", "/api/people/finance/leave", json={"on": "2026-09-30"})
    assert (answer.status_code, answer.json()["left_on"]) == (200, "2026-09-30")
    assert building.get("finance", "/api/me").status_code == 401


def test_signing_out_ends_sessions_and_not_tokens(building: Building) -> None:
    browser = building.signed_in("finance")
    assert building.client.get("/api/me", headers=browser).json()["by_token"] is False
    assert building.post("administrator", "/api/people/finance/sign-out", json={}).json() == {"ended": 1}
    assert building.client.get("/api/me", headers=browser).status_code == 401
    assert building.get("finance", "/api/me").status_code == 200


def test_a_token_is_shown_once_and_can_be_revoked(building: Building) -> None:
    browser = building.signed_in("administrator")
    body = {"title": "The finance system", "scope": ["read"], "days": 30}
    answer = building.client.post("/api/people/finance/tokens", headers=browser, json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert made["token"].startswith(f"outturn_{made['prefix']}_")
    asking = {"authorization": f"Bearer {made['token']}"}
    assert building.client.get("/api/me", headers=asking).json()["scope"] == ["read"]
    listed = building.get("administrator", "/api/tokens")
    assert made["token"] not in listed.text
    [found] = [each for each in listed.json()["tokens"] if each["prefix"] == made["prefix"]]
    assert found["used"] is not None
    assert building.post("administrator", f"/api/tokens/{made['prefix']}/revoke", json={}).status_code == 200
    assert building.client.get("/api/me", headers=asking).status_code == 401
    assert building.post("administrator", "/api/tokens/none/revoke", json={}).status_code == 404


def test_a_token_makes_no_tokens_and_none_is_made_without_a_page_of_ours(building: Building) -> None:
    body = {"title": "More", "scope": ["read"]}
    assert building.post("administrator", "/api/people/finance/tokens", json=body).status_code == 403
    browser = building.signed_in("administrator")
    del browser["x-csrf-token"]
    assert building.client.post("/api/people/finance/tokens", headers=browser, json=body).status_code == 403


def test_a_token_that_gives_orders_is_made_by_its_person_alone(building: Building) -> None:
    body = {"title": "The finance system", "scope": ["act"], "days": 30}
    of_another = building.signed_in("administrator")
    refused = building.client.post("/api/people/finance/tokens", headers=of_another, json=body)
    assert refused.status_code == 403
    assert "act as two" in refused.json()["detail"]
    own = building.client.post("/api/me/tokens", headers=building.signed_in("finance"), json=body)
    assert own.status_code == 201
    asking = {"authorization": f"Bearer {own.json()['token']}"}
    assert building.client.get("/api/me", headers=asking).json()["id"] == "finance"


def test_a_token_looks_after_people_only_with_the_scope_for_it(building: Building) -> None:
    reads = building.as_("administrator", "read")
    assert building.client.get("/api/people", headers=reads).status_code == 200
    assert building.client.post("/api/people", headers=reads, json=NEW).status_code == 403
    acts = building.as_("administrator", "act")
    assert building.client.get("/api/people", headers=acts).status_code == 403
    assert building.client.post("/api/people", headers=acts, json=NEW).status_code == 201


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_after_an_erasure_the_address_is_nowhere(building: Building, tmp_path: Path) -> None:
    email = "gone-for-good@example.org"
    person = new_person(building, email=email, roles=["commissioner"])
    building.desk.accounts.keep_draft("report", "a1", "finance", {"to": email}, utc_now())
    assert any(email.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    answer = building.post("administrator", f"/api/people/{person}/erase", json={})
    assert (answer.status_code, answer.json()) == (200, {"erased": True})
    assert building.get("administrator", f"/api/people/{person}").status_code == 404
    assert building.post("administrator", f"/api/people/{person}/erase", json={}).status_code == 404
    building.desk.office.close()
    building.desk.book.close()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file() and email.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_may_ask_who_they_are(building: Building, who: str) -> None:
    answer = building.get(who, "/api/me")
    assert answer.status_code == 200
    said = answer.json()
    assert said["id"] == who
    assert said["roles"] == sorted(PEOPLE[who].roles)
    assert "example.org" not in answer.text


def test_a_provider_reaches_its_own_awards(building: Building) -> None:
    assert building.get("certifier", "/api/me").json()["awards"] == ["a1", "a2"]
    assert building.get("other-provider", "/api/me").json()["awards"] == ["b1"]
    assert building.get("finance", "/api/me").json()["awards"] is None
    assert building.get(None, "/api/me").status_code == 401


def test_a_day_that_cannot_be_is_refused(building: Building) -> None:
    answer = building.post("administrator", "/api/people/finance/leave", json={"on": "2026-02-30"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/on")
    assert building.desk.book.person("finance").left_on is None  # type: ignore[union-attr]
