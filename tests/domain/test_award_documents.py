"""Documents of an award: the log holds what a document is, under its digest, and never the document itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.awards.documents import MEDIA_TYPES, MOST_BYTES, AttachDocument
from domain.awards.events import DocumentAttached, DocumentKind
from domain.errors import Refusal
from domain.kernel import STAFF
from tests.domain.an_award import AWARDED, HUB, REGISTERED
from tests.story import given

DIGEST = "0f" * 32
AGREEMENT: dict[str, Any] = {
    "sha256": DIGEST,
    "kind": DocumentKind.AGREEMENT,
    "title": "The signed agreement",
    "file_name": "Agreement (signed).pdf",
    "media_type": "application/pdf",
    "size_bytes": 48_213,
}


def attach(**more: Any) -> AttachDocument:
    """The order to record a document."""
    return AttachDocument(**HUB, **{**AGREEMENT, **more})


def test_a_document_of_an_award_is_recorded_by_its_digest() -> None:
    given(REGISTERED).when(attach()).then(DocumentAttached(**AGREEMENT))
    given(*AWARDED).when(attach()).then(DocumentAttached(**AGREEMENT))


def test_the_same_document_is_recorded_once_whatever_it_is_called() -> None:
    given(*AWARDED, DocumentAttached(**AGREEMENT)).when(attach()).then_nothing()
    given(*AWARDED, DocumentAttached(**AGREEMENT)).when(attach(file_name="copy.pdf")).then_nothing()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": DocumentKind.EVIDENCE}, "on record is kind: agreement"),
        ({"title": "Another"}, "on record is title: other words"),
    ],
)
def test_the_same_document_as_something_else_is_refused_by_what_differs(change: dict[str, Any], words: str) -> None:
    given(*AWARDED, DocumentAttached(**AGREEMENT)).when(attach(**change)).then_refused(words, Refusal)


@pytest.mark.parametrize("name", ["Smith & Sons' plan, 2017-18 (signed).pdf", "a_b-c.d.pdf"])
def test_a_file_keeps_the_name_that_people_give_it(name: str) -> None:
    assert attach(file_name=name).file_name == name


def test_another_document_is_another_record() -> None:
    other = {**AGREEMENT, "sha256": "1e" * 32, "kind": DocumentKind.SPEND_PLAN}
    given(*AWARDED, DocumentAttached(**AGREEMENT)).when(attach(**other)).then(DocumentAttached(**other))


@pytest.mark.parametrize("digest", ["0f" * 31, "0F" * 32, "zz" * 32, ""])
def test_a_digest_is_64_small_hexadecimal_figures(digest: str) -> None:
    with pytest.raises(ValidationError, match="sha256"):
        attach(sha256=digest)


@pytest.mark.parametrize(
    "name", ["../agreement.pdf", "folder/a.pdf", ".pdf", "a\\b.pdf", "a\n.pdf", "a" * 120 + ".pdf"]
)
def test_a_file_name_names_a_file_and_no_place(name: str) -> None:
    with pytest.raises(ValidationError, match="file_name"):
        attach(file_name=name)


@pytest.mark.parametrize("size", [0, -1, MOST_BYTES + 1])
def test_a_document_is_not_empty_and_not_larger_than_is_kept(size: int) -> None:
    with pytest.raises(ValidationError, match="size_bytes"):
        attach(size_bytes=size)


@pytest.mark.parametrize("ending", MEDIA_TYPES)
def test_each_kind_of_file_that_is_kept_has_its_media_type(ending: str) -> None:
    assert attach(file_name=f"agreement{ending.upper()}", media_type=MEDIA_TYPES[ending])


@pytest.mark.parametrize("name", ["agreement", "agreement.exe", "agreement.pdf.html", "pdf"])
def test_no_other_kind_of_file_is_kept(name: str) -> None:
    with pytest.raises(ValidationError, match="a document must be one of these kinds"):
        attach(file_name=name)


def test_a_media_type_is_that_of_the_ending() -> None:
    with pytest.raises(ValidationError, match=r"a \.pdf file is application/pdf"):
        attach(media_type="text/html")


def test_the_people_of_the_office_put_documents_on_file() -> None:
    assert AttachDocument.may == STAFF
