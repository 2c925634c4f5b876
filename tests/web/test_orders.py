"""Every order's page: what an address fills in, and who may open it."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from domain.awards.milestone_commands import PlanMilestone
from domain.kernel import Role
from services.front_desk import COOKIE
from services.web.forms.recorded import RECORDED
from services.web.routes.orders import ELSEWHERE, ORDERS, address_of
from services.web.site import MOST_OF_A_FIELD, TO_SAY, go, safe_path
from tests.web.browser import Page
from tests.web.conftest import AFTERWARDS, Demonstrated

SignedInAs = Callable[..., TestClient]
AWARD = "DEM-2026-01"
FORM = f"/awards/{AWARD}/do/complete-milestone"
ATTACH = f"/awards/{AWARD}/do/attach-document"
DONE = "The milestone is recorded as met."
_NUMBERS = count(1)
PAPER = {"kind": "evidence", "title": "Minutes (made up)"}


@pytest.mark.parametrize("query", ["completed_on=garbage", "milestone=%00", "evidence=", "shares=abc", "nothing=1"])
def test_an_address_that_fills_in_nonsense_fills_in_nothing(
    demonstration: Any, signed_in_as: SignedInAs, query: str
) -> None:
    page = signed_in_as(Role.CONTRACT_MANAGER).get(f"{FORM}?{query}")
    assert page.status_code == 200
    assert "garbage" not in page.text


def test_a_milestone_is_filled_in_by_the_address(demonstration: Any, signed_in_as: SignedInAs) -> None:
    page = signed_in_as(Role.CONTRACT_MANAGER).get(f"{FORM}?milestone=helpline&completed_on=2026-11-02")
    assert 'value="2026"' in page.text


def test_every_order_that_a_person_gives_has_a_page_and_no_other_role_may_open_it(
    demonstration: Any, signed_in_as: SignedInAs
) -> None:
    auditor = signed_in_as(Role.AUDITOR)
    for name, command in ORDERS.items():
        where = address_of(name, **dict.fromkeys(command.address, "any"))
        assert auditor.get(where).status_code == 403, name


@pytest.fixture
def manager(signed_in_as: SignedInAs) -> TestClient:
    return signed_in_as(Role.CONTRACT_MANAGER)


@pytest.fixture
def milestone(demonstration: Demonstrated) -> str:
    """A milestone of this test's own."""
    name = f"m-{next(_NUMBERS)}"
    demonstration.do(PlanMilestone(award=AWARD, milestone=name, title="Made up", due_on=AFTERWARDS.date()))
    return name


def _filled_in(client: TestClient, milestone: str, evidence: str = "Minutes seen (made up).") -> dict[str, str]:
    page = Page(client.get(f"{FORM}?milestone={milestone}&completed_on=2026-11-02").text)
    return dict(page.sends()) | {"evidence": evidence}


def _attached(client: TestClient, file: tuple[str, bytes] | None, **said: str) -> Response:
    """What is answered to the form of a document, sent as a browser does."""
    typed = dict(Page(client.get(ATTACH).text).sends()) | PAPER | said
    return client.post(ATTACH, data=typed, files={"file": file or ("", b"")})


def _links(page: Page) -> list[str]:
    return [each.get("href") for each in page.matter.iter("a")]


def _documents(demonstration: Demonstrated) -> list[Any]:
    stream = demonstration.office.log.stream(f"award-{AWARD}")
    return [each.event for each in stream if type(each.event).__name__ == "DocumentAttached"]


def test_a_good_document_is_put_on_file_and_sent_twice_it_is_there_once(
    demonstration: Demonstrated, manager: TestClient
) -> None:
    typed = dict(Page(manager.get(ATTACH).text).sends()) | PAPER
    before = len(_documents(demonstration))
    for _time in range(2):
        answer = manager.post(ATTACH, data=typed, files={"file": ("minutes.txt", b"Seen by the board (made up).")})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/awards/{AWARD}?done=attach-document")
        assert "The document is on file." in Page(manager.get(answer.headers["location"]).text).text
    [document] = _documents(demonstration)[before:]
    assert demonstration.desk.documents.read(document.sha256) == b"Seen by the board (made up)."


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("minutes.exe", b"MZ"), "A document must be one of these kinds"),
        (("minutes.pdf", b"not one"), "The file is not a .pdf file inside"),
        (("minutes.txt", b""), "The file is empty"),
        (None, "Choose the file"),
    ],
)
def test_a_file_that_cannot_be_kept_is_a_fault_at_its_field_and_what_was_typed_stays(
    manager: TestClient, file: tuple[str, bytes] | None, words: str
) -> None:
    answer = _attached(manager, file)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert words in page.text
    assert "#field-file" in _links(page)
    assert dict(page.sends())["title"] == PAPER["title"]


def test_a_good_file_beside_a_fault_is_to_be_chosen_again(manager: TestClient) -> None:
    page = Page(_attached(manager, ("minutes.txt", b"Seen"), title="").text)
    assert "Choose the file again" in page.text
    assert "Enter the title of the document" in page.text


def test_a_form_sent_again_with_something_else_in_it_is_told_that_it_was_not_recorded(
    demonstration: Demonstrated, manager: TestClient, milestone: str
) -> None:
    sends = _filled_in(manager, milestone)
    assert manager.post(FORM, data=sends).status_code == 303
    end = demonstration.office.log.stream(f"award-{AWARD}")[-1].version
    other = manager.post(FORM, data=sends | {"evidence": "Something else (made up)."})
    assert other.status_code == 409
    page = Page(other.text)
    for words in ("This form was sent before", "was not recorded", "What happened meanwhile"):
        assert words in page.text
    anew = dict(page.sends())
    assert anew["evidence"] == "Something else (made up)."
    assert anew["key"] != sends["key"]
    assert int(anew["version"]) == end
    assert demonstration.office.log.stream(f"award-{AWARD}")[-1].version == end
    assert manager.post(FORM, data=sends).headers["location"] == f"/awards/{AWARD}?done=complete-milestone"


def test_what_was_done_is_said_once_and_only_to_whoever_did_it(
    signed_in_as: SignedInAs, manager: TestClient, milestone: str
) -> None:
    there = manager.post(FORM, data=_filled_in(manager, milestone)).headers["location"]
    said = manager.cookies[TO_SAY]
    assert DONE in Page(manager.get(there).text).text
    assert TO_SAY not in manager.cookies
    assert DONE not in Page(manager.get(there).text).text
    other = signed_in_as(Role.CONTRACT_MANAGER)
    for forged in ("", said, "0" * 64, "é"):
        cookies = f"{TO_SAY}={forged}; {COOKIE}={other.cookies[COOKIE]}"
        answer = other.get(there, headers={b"cookie": cookies.encode("latin-1")})
        assert answer.status_code == 200
        assert DONE not in Page(answer.text).text


def test_what_was_done_in_two_windows_is_said_in_both(
    demonstration: Demonstrated, manager: TestClient, milestone: str
) -> None:
    first = manager.post(FORM, data=_filled_in(manager, milestone)).headers["location"]
    second = _attached(manager, ("minutes.txt", b"Seen in another window (made up).")).headers["location"]
    for there, words in ((first, DONE), (second, RECORDED["attach-document"])):
        assert words in Page(manager.get(there).text).text
    assert TO_SAY not in manager.cookies


def test_what_was_done_is_said_of_nothing_else(manager: TestClient, milestone: str) -> None:
    there = manager.post(FORM, data=_filled_in(manager, milestone)).headers["location"]
    forged = Page(manager.get(there.replace("complete-milestone", "withdraw-award")).text).text
    assert RECORDED["withdraw-award"] not in forged
    assert DONE not in forged


def test_the_cookie_of_what_was_done_is_out_of_reach_of_scripts_and_goes_by_itself(
    manager: TestClient, milestone: str
) -> None:
    answer = manager.post(FORM, data=_filled_in(manager, milestone))
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith(TO_SAY)]
    assert {"HttpOnly", "Max-Age=120", "SameSite=lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    ("address", "to"),
    [
        ("/awards/A", "/awards/A?done=approve-award"),
        ("/awards/A#due", "/awards/A?done=approve-award#due"),
        ("/money/f/y?as=x#due", "/money/f/y?as=x&done=approve-award#due"),
    ],
)
def test_what_was_done_stands_before_the_place_on_the_page(address: str, to: str) -> None:
    assert go(address, done="approve-award").headers["location"] == to
    assert go(address).headers["location"] == address


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("/awards/A?done=withdraw-award#due", "/awards/A#due"),
        ("/awards?same=approve-award&status=over&d%6Fne=x", "/awards?status=over"),
        ("/awards?status=a b&x=", "/awards?status=a b&x="),
    ],
)
def test_an_address_to_go_on_to_cannot_bring_words_of_what_was_done(said: str, path: str) -> None:
    assert safe_path(said) == path


def test_every_order_that_a_person_gives_is_told_in_a_sentence_of_its_own() -> None:
    assert RECORDED.keys() == ORDERS.keys() | ELSEWHERE
    assert all(words.endswith(".") for words in RECORDED.values())


@pytest.mark.parametrize("multipart", [False, True])
def test_an_entry_that_is_too_long_is_told_so_and_that_nothing_was_recorded_once(
    manager: TestClient, multipart: bool
) -> None:
    path = ATTACH if multipart else FORM
    files: Any = {"file": ("minutes.txt", b"Seen")} if multipart else None
    typed = dict(Page(manager.get(path).text).sends()) | {"title" if multipart else "evidence": "x" * MOST_OF_A_FIELD}
    answer = manager.post(path, data=typed | {"milestone": "x" * (MOST_OF_A_FIELD + 1)}, files=files)
    assert answer.status_code == 413
    text = Page(answer.text).text
    assert "That is too large" in text
    assert text.count("Nothing was recorded.") == 1


def test_what_a_rule_refuses_leads_to_the_first_entry(manager: TestClient, milestone: str) -> None:
    sends = _filled_in(manager, milestone) | {"completed_on-year": "2027"}
    answer = manager.post(FORM, data=sends)
    assert answer.status_code == 409
    page = Page(answer.text)
    [first] = [each for each in _links(page) if str(each).startswith("#field-")]
    assert first.removeprefix("#") in page.ids
