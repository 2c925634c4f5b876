"""The what-if board: it records nothing until its drafts are given, and then exactly those, once."""

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from fastapi.testclient import TestClient

from domain.funds.commands import HoldEarmark, SetRingFence
from domain.funds.events import EarmarkKind, RingFenceKind
from domain.kernel import Role, utc_now
from services.kept_results import GIVEN_UP_AFTER
from services.web.routes import money, what_if
from services.web.what_if import DRAFTED, MOST, Draft, act_of, board_of, digest_of, keep, key_of
from tests.web.browser import Page
from tests.web.conftest import EVERYTHING, Demonstrated, SignInAs, queries_counted
from tests.web.strict import parse_strictly, text

BOARD = "/money/what-if"
UPLIFT = f"{BOARD}/add/uplift-award?award=MOJ-2017-02"
EARMARK = f"{BOARD}/add/hold-earmark?fund=moj-victims&year=2017-18"
VICTIMS = {"fund": "moj-victims", "year": "2017-18"}
EVERYBODY = (Role.FINANCE, Role.COMMISSIONER, Role.CONTRACT_MANAGER)


@pytest.fixture(scope="module", autouse=True)
def _mounted(demonstration: Demonstrated) -> None:
    demonstration.mount(what_if, money)


def main(client: TestClient, path: str = BOARD, status: int = 200) -> Element:
    answer = client.get(path)
    assert answer.status_code == status, path
    return matter(answer.text)


def matter(html: str) -> Element:
    found = parse_strictly(html).find(".//main")
    assert found is not None
    return found


def links(root: Element) -> list[str]:
    return [str(each.get("href")) for each in root.iter("a")]


def filled(client: TestClient, path: str, **said: str) -> dict[str, str]:
    """What a browser would send of a form, with some entries filled in."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    sent = dict(Page(answer.text).sends())
    assert said.keys() <= sent.keys() | {"kind"}, sorted(said.keys() - sent.keys())
    return {**sent, **said}


def uplift(client: TestClient, pounds: str, variation: str) -> Any:
    more = {"fund": "moj-victims", "year": "2017-18", "variation": variation, "by_pence": pounds}
    return client.post(UPLIFT, data=filled(client, UPLIFT) | more | {"reason": "More people were referred"})


def earmark(client: TestClient, pounds: str, name: str) -> Any:
    more = {"earmark": name, "title": "Winter reserve", "kind": "reserve", "amount_pence": pounds}
    return client.post(EARMARK, data=filled(client, EARMARK) | more)


def hidden(root: Element, name: str, form: str) -> str:
    """What a hidden entry of a form holds, by where the form is sent."""
    (found,) = (each for each in root.iter("form") if each.get("action") == form)
    return next(str(each.get("value")) for each in found.iter("input") if each.get("name") == name)


def give(demonstration: Demonstrated, client: TestClient, key: str | None = None) -> Any:
    key = hidden(main(client), "key", f"{BOARD}/give") if key is None else key
    return client.post(f"{BOARD}/give", data={"csrf_token": demonstration.csrf(client), "key": key})


def test_an_empty_board_says_what_to_do_and_offers_every_draft(signed_in_as: SignInAs) -> None:
    shown = main(signed_in_as(Role.FINANCE))
    assert "There is no draft on your board. Choose one below." in text(shown)
    assert {f"{BOARD}/add/{name}" for name in DRAFTED} <= set(links(shown))


@pytest.mark.parametrize("name", sorted(DRAFTED))
def test_every_draft_has_a_form_or_asks_what_it_is_about(signed_in_as: SignInAs, name: str) -> None:
    assert "Draft: " in text(main(signed_in_as(Role.AUDITOR), f"{BOARD}/add/{name}"))


def test_drafts_are_tried_and_nothing_is_recorded(demonstration: Demonstrated, signed_in_as: SignInAs) -> None:
    client, head = signed_in_as(Role.FINANCE), demonstration.office.log.head()
    assert uplift(client, "10,000", "v-tried").headers["location"] == f"{BOARD}?done=kept"
    assert earmark(client, "12,500.50", "tried").status_code == 303
    with queries_counted() as statements:
        shown = main(client)
    own = [each for each in statements if each.startswith("SELECT") and "acts." not in each]
    assert len(own) <= 12, own  # the others fold the drafts into a copy that is thrown away
    assert "£16,239.50 would be left." in text(shown)
    assert "Amount now" in text(shown)
    assert "£43,445" in text(shown)
    assert "You may not record it. It may be recorded by: commissioner." in text(shown)
    assert demonstration.office.log.head() == head


def test_an_over_commitment_is_refused_in_words_that_help(demonstration: Demonstrated, signed_in_as: SignInAs) -> None:
    client, head = signed_in_as(EVERYBODY), demonstration.office.log.head()
    uplift(client, "900,000", "v-over")
    earmark(client, "1,000", "beside")
    shown = text(main(client))
    assert "It would be refused: Victims' Services Grant has £38,740 left" in shown
    assert "would put it £861,260 over, with no tolerance set" in shown
    assert "As things stand 1 would be refused, and then nothing is recorded" in shown
    assert "£37,740 would be left." in shown  # by the other draft, without the one that is refused
    refused = give(demonstration, client)
    assert refused.status_code == 409
    assert "Draft 1 (Uplift award: MOJ-2017-02)" in text(matter(refused.text))
    assert "Nothing was recorded." in refused.text
    assert demonstration.office.log.head() == head
    assert "2. Keep money aside" in text(main(client))  # all of them, or none: both are still there


def test_giving_records_exactly_the_drafts_once_however_often_it_is_sent(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    client, log = signed_in_as(EVERYBODY), demonstration.office.log
    uplift(client, "100", "v-given")
    earmark(client, "200", "given")
    head, key = log.head(), hidden(main(client), "key", f"{BOARD}/give")
    first = give(demonstration, client, key)
    assert (first.status_code, first.headers["location"]) == (303, f"{BOARD}?given=1")
    written = log.read(head, 100)
    names = [each.event.name for each in written]
    assert names == ["award.uplifted", "fund.commitment-raised", "fund.earmark-held"]
    assert len({(each.act, each.by) for each in written}) == 1
    again = give(demonstration, client, key)
    assert (again.status_code, log.head()) == (303, written[-1].position)
    shown = main(client, f"{BOARD}?given=1")
    assert "Recorded Uplift award: MOJ-2017-02" in " ".join(text(shown).split())
    assert "/awards/MOJ-2017-02" in links(shown)
    assert "There is no draft on your board" in text(shown)


def test_of_mixed_drafts_those_are_given_that_this_person_may_and_the_others_stay(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    client, head = signed_in_as(Role.FINANCE), demonstration.office.log.head()
    uplift(client, "100", "v-mixed")
    earmark(client, "300", "mixed")
    assert "Record 1 draft" in text(main(client))
    assert give(demonstration, client).status_code == 303
    assert [each.event.name for each in demonstration.office.log.read(head, 100)] == ["fund.earmark-held"]
    assert "1. Uplift award" in text(main(client))
    none = give(demonstration, client, board_of(demonstration.desk.accounts, _person(demonstration, client)).key)
    assert none.status_code == 403
    assert "It may be recorded by: commissioner." in text(matter(none.text))


def _person(demonstration: Demonstrated, client: TestClient) -> str:
    session = demonstration.desk.accounts.session(demonstration.secret_of(client), utc_now())
    assert session is not None
    return session.who.id


def test_a_page_that_shows_other_drafts_is_too_old_to_record_them(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    client, head = signed_in_as(Role.FINANCE), demonstration.office.log.head()
    earmark(client, "100", "old-1")
    old = hidden(main(client), "key", f"{BOARD}/give")
    earmark(client, "100", "old-2")
    for key in (old, "", "made-up-by-somebody-else"):
        answer = give(demonstration, client, key)
        assert answer.status_code == 409
        assert "The drafts were changed after you opened this page" in answer.text
    assert demonstration.office.log.head() == head


def test_what_would_overwrite_what_somebody_said_meanwhile_is_not_recorded(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    client = signed_in_as(Role.FINANCE)
    path = f"{BOARD}/add/set-ring-fence?fund=moj-victims&year=2017-18"
    said = {
        "ring_fence": "young",
        "title": "Young people",
        "kind": "ring-fence",
        "amount_pence": "100",
        "reason": "Why",
    }
    assert client.post(path, data=filled(client, path) | said).status_code == 303
    theirs = SetRingFence(
        **VICTIMS,
        ring_fence="young",
        title="Children",
        kind=RingFenceKind.RING_FENCE,
        amount_pence=5_000,
        reason="Ours",
    )
    demonstration.do(theirs)
    head = demonstration.office.log.head()
    answer = give(demonstration, client)
    assert answer.status_code == 412
    assert "was changed after you drafted it" in answer.text
    assert demonstration.office.log.head() == head
    (change,) = (each for each in links(matter(answer.text)) if "?draft=" in each)
    assert client.post(change, data=filled(client, change)).status_code == 303  # looked at, and kept as it is
    assert give(demonstration, client).status_code == 303
    assert demonstration.office.log.head() > head


def test_the_same_form_sent_twice_is_one_draft_and_a_wrong_one_is_none(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    client = signed_in_as(Role.FINANCE)
    sent = filled(client, EARMARK) | {"earmark": "twice", "title": "T", "kind": "reserve", "amount_pence": "100"}
    for _time in range(2):
        assert client.post(EARMARK, data=sent).status_code == 303
    assert text(main(client)).count("Keep money aside: fund moj-victims") == 1
    wrong = client.post(EARMARK, data=filled(client, EARMARK) | {"amount_pence": "much", "title": "Kept as typed"})
    assert wrong.status_code == 422
    assert "There is a problem" in wrong.text
    assert "Kept as typed" in wrong.text
    forged = client.post(EARMARK, data=filled(client, EARMARK) | {"approved_by": "me"})
    assert forged.status_code == 422
    without = client.post(EARMARK, data={**sent, "csrf_token": "forged"})
    assert without.status_code == 403
    assert len(board_of(demonstration.desk.accounts, _person(demonstration, client)).drafts) == 1


def test_drafts_are_taken_away_one_by_one_or_all_thrown_away(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    client = signed_in_as(Role.FINANCE)
    for name in ("one", "two", "three"):
        earmark(client, "10", name)
    first = board_of(demonstration.desk.accounts, _person(demonstration, client)).drafts[0].id
    token = {"csrf_token": demonstration.csrf(client)}
    for _time in range(2):
        assert client.post(f"{BOARD}/take-away", data={**token, "draft": first}).status_code == 303
    assert "earmark: one" not in text(main(client))
    assert "earmark: three" in text(main(client))
    assert client.post(f"{BOARD}/throw-away", data={"csrf_token": "forged"}).status_code == 403
    assert client.post(f"{BOARD}/throw-away", data=token).status_code == 303
    assert "There is no draft on your board" in text(main(client))


def test_a_draft_award_goes_on_to_its_approval_and_shows_on_the_board(signed_in_as: SignInAs) -> None:
    client, path = signed_in_as(EVERYBODY), f"{BOARD}/add/register-award"
    said = {"award": "DRAFT-1", "service": "A service", "route": "grant", "provider": "aquarius"}
    days = {"starts_on-day": "1", "starts_on-month": "4", "starts_on-year": "2017"}
    days |= {"ends_on-day": "31", "ends_on-month": "3", "ends_on-year": "2018"}
    answer = client.post(path, data=filled(client, path) | said | days)
    assert answer.headers["location"] == f"{BOARD}/add/approve-award?award=DRAFT-1&done=kept"
    approving = f"{BOARD}/add/approve-award?award=DRAFT-1"
    share = {"shares.0.fund": "moj-victims", "shares.0.year": "2017-18", "shares.0.amount_pence": "5,000"}
    assert client.post(approving, data=filled(client, approving) | share).status_code == 303
    shown = main(client)
    assert "DRAFT-1" in text(shown)
    assert "£5,000" in text(shown)
    assert "Refused" not in text(shown)


def test_a_board_is_its_owners_alone_and_keeps_to_the_awards_within_reach(signed_in_as: SignInAs) -> None:
    earmark(signed_in_as(Role.FINANCE), "10", "private")
    client = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-03",))
    assert "private" not in text(main(client))
    for award in ("MOJ-2017-02", "NONE"):
        shown = main(client, f"{BOARD}/add/uplift-award?award={award}", 422)
        assert "There is no such award, neither on record nor on your board" in text(shown)
        data = filled(client, f"{BOARD}/add/uplift-award?award=MOJ-2017-03")
        assert client.post(f"{BOARD}/add/uplift-award?award={award}", data=data).status_code == 404
    assert client.get(f"{BOARD}/add/approve-payment").status_code == 404


def test_a_board_is_for_those_who_see_the_money(demonstration: Demonstrated, signed_in_as: SignInAs) -> None:
    for person in (signed_in_as(Role.PROVIDER, provider="remedi"), signed_in_as(Role.ADMINISTRATOR)):
        assert person.get(BOARD).status_code == 403
        assert give(demonstration, person, "key").status_code == 403
    assert signed_in_as(None).get(BOARD).status_code == 401


def test_a_full_board_and_one_that_can_no_longer_be_read_say_what_to_do(
    demonstration: Demonstrated, signed_in_as: SignInAs
) -> None:
    client = signed_in_as(Role.FINANCE)
    earmark(client, "10", "first")
    person, accounts = _person(demonstration, client), demonstration.desk.accounts
    board = board_of(accounts, person)
    held = HoldEarmark(**VICTIMS, earmark="x", title="X", kind=EarmarkKind.RESERVE, amount_pence=1)
    fields = held.model_dump(mode="json")
    for number in range(1, MOST):
        said = fields | {"earmark": f"x{number}"} if number > 1 else {"unreadable": True}
        board = board.with_draft(Draft(f"key-of-a-form-{number}", "hold-earmark", said, 1))
    keep(accounts, person, board)
    shown = text(main(client))
    assert "This draft cannot be read any more. Take it away." in shown
    full = earmark(client, "10", "one-more")
    assert full.status_code == 409
    assert f"A board has at most {MOST} drafts" in full.text


def test_what_is_being_recorded_is_not_recorded_beside_it(demonstration: Demonstrated, signed_in_as: SignInAs) -> None:
    client, accounts = signed_in_as(Role.FINANCE), demonstration.desk.accounts
    earmark(client, "10", "at-once")
    person = _person(demonstration, client)
    board, head = board_of(accounts, person), demonstration.office.log.head()
    accounts.begin_key(person, key_of(board), digest_of(board.drafts), utc_now())
    answer = give(demonstration, client)
    assert (answer.status_code, demonstration.office.log.head()) == (409, head)
    assert "are being recorded at this moment" in answer.text


@pytest.mark.parametrize("written", [True, False], ids=["after it was written", "before"])
def test_a_giving_that_died_is_finished_and_never_done_twice(
    demonstration: Demonstrated, signed_in_as: SignInAs, written: bool
) -> None:
    client, accounts = signed_in_as(Role.FINANCE), demonstration.desk.accounts
    earmark(client, "10", f"died-{written}")
    person = _person(demonstration, client)
    board, head = board_of(accounts, person), demonstration.office.log.head()
    long_ago = utc_now() - GIVEN_UP_AFTER - timedelta(seconds=1)
    accounts.begin_key(person, key_of(board), digest_of(board.drafts), long_ago)
    if written:
        orders = [draft.command for draft in board.drafts if draft.command is not None]
        demonstration.office.do_all(orders, EVERYTHING, act=act_of(person, board))
    assert give(demonstration, client).status_code == 303
    assert [each.event.name for each in demonstration.office.log.read(head, 100)] == ["fund.earmark-held"]
    assert "There is no draft on your board" in text(main(client))
