"""Files over HTTP: what is asked for, as far as it is in reach, and nothing left behind."""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pypdf
import pytest

from domain.awards.documents import AttachDocument
from domain.reports.events import ReportFile
from services.asking import LISTS, Sees
from services.exports.formats import FORMATS
from services.imports.provider_workbook_file import read_book
from services.imports.provider_workbook_places import about_of
from services.reporting import asked_for
from tests.api.conftest import PEOPLE, Building
from tests.scenes import do, reported

PDF = b"%PDF-1.7 made up"
SHA256 = hashlib.sha256(PDF).hexdigest()


def awards_in(data: bytes) -> list[str]:
    """The awards of a CSV file."""
    return [row["award"] for row in csv.DictReader(io.StringIO(data.decode()))]


def on_file(building: Building, award: str = "a1", name: str = "minutes of May.pdf") -> None:
    """Puts a document of an award on file."""
    kept = building.desk.documents.keep(PDF, name)
    do(building.desk.office, AttachDocument(award=award, kind="evidence", title="Minutes", **kept._asdict()))


def test_every_list_is_to_be_had_as_a_file_by_whoever_may_ask_for_it(building: Building) -> None:
    for name, question in LISTS.items():
        for who, somebody in PEOPLE.items():
            answer = building.get(who, f"/api/{name}/file?format=csv")
            may = somebody.roles & question.may and not (question.sees is Sees.ALL and somebody.awards is not None)
            assert answer.status_code == (200 if may else 403), (name, who, answer.text)
        assert building.get(None, f"/api/{name}/file").status_code == 401


@pytest.mark.parametrize("form", FORMATS)
def test_a_list_is_whole_in_every_format(building: Building, form: str) -> None:
    answer = building.get("finance", f"/api/awards/file?format={form}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="awards.{form}"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    match form:
        case "csv":
            assert awards_in(answer.content) == ["a1", "a2", "b1"]
        case "json":
            assert len(json.loads(answer.content)["tables"][0]["rows"]) == 3
        case "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
            assert any("b1" in row for sheet in book for row in sheet.iter_rows(values_only=True))
        case "ods":
            assert b"b1" in zipfile.ZipFile(io.BytesIO(answer.content)).read("content.xml")
        case "pdf":
            assert "b1" in "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)


@pytest.mark.parametrize(
    ("who", "awards"), [("certifier", ["a1", "a2"]), ("other-provider", ["b1"]), ("manager-of-a1", ["a1"])]
)
def test_a_file_holds_what_is_in_reach_and_nothing_else(building: Building, who: str, awards: list[str]) -> None:
    assert awards_in(building.get(who, "/api/awards/file?format=csv").content) == awards
    for name, question in LISTS.items():
        if PEOPLE[who].roles & question.may and question.sees.value == "own":
            found = building.get(who, f"/api/{name}/file?format=json").json()["tables"][0]
            place = [column["key"] for column in found["columns"]].index("award")
            assert {row[place]["value"] for row in found["rows"]} <= set(awards), name


def test_a_file_is_filtered_and_sorted_like_its_list(building: Building) -> None:
    answer = building.get("finance", "/api/awards/file?format=csv&provider=embrace&sort=-award")
    assert awards_in(answer.content) == ["a2", "a1"]
    assert awards_in(building.get("finance", "/api/awards/file?format=csv&as_at=2").content) == []
    for wrong in ("format=docx", "no_such=1", "as_at=whenever", "on=2017-10-01", "limit=0"):
        assert building.get("finance", f"/api/awards/file?{wrong}").status_code in (409, 422), wrong


def test_what_is_known_already_is_not_sent_again_until_something_happens(building: Building) -> None:
    path = "/api/awards/file?format=csv"
    first = building.get("finance", path)
    again = building.get("finance", path, {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = building.get("certifier", path, {"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
    do(building.desk.office, reported("a1", "2017-18-h1", referrals=3))
    assert building.get("finance", path, {"if-none-match": first.headers["etag"]}).status_code == 200


def test_a_file_is_not_left_behind(building: Building, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for method in ("GET", "HEAD"):
        answer = building.client.request(method, "/api/awards/file?format=xlsx", headers=building.as_("finance"))
        assert (answer.status_code, bool(answer.content)) == (200, method == "GET")
        assert int(answer.headers["content-length"]) > 1_000
        assert list(tmp_path.glob("outturn-*")) == []


def test_a_case_file_is_for_those_who_reach_the_award(building: Building) -> None:
    answer = building.get("certifier", "/api/awards/a1/file?format=csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert all(name.startswith("award-a1") for name in names)
    words = {building.get(who, path).json()["detail"] for who, path in FOREIGN}
    assert len(words) == 1
    assert {building.get(who, path).status_code for who, path in FOREIGN} == {404}


FOREIGN = [
    ("certifier", "/api/awards/b1/file"),
    ("certifier", "/api/awards/never-was/file"),
    ("manager-of-a1", "/api/awards/a2/file"),
    ("finance", "/api/awards/never-was/file"),
    ("finance", "/api/awards/%00/file"),
    ("other-provider", "/api/reports/a1/2017-18-h1/workbook"),
    ("manager-of-a1", "/api/reports/b1/2017-18-h1/workbook"),
    ("contract-manager", "/api/reports/never-was/2017-18-h1/workbook"),
]
"""What is not there, or not for whoever asks: told in the same words."""


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_provider_gets_its_own_workbook(building: Building, form: str) -> None:
    answer = building.get("data-contact", f"/api/reports/a1/2017-18-h1/workbook?format={form}")
    assert answer.status_code == 200
    assert about_of(read_book(answer.content), "a1", "2017-18-h1").faults == ()
    assert answer.headers["content-disposition"] == f'attachment; filename="a1.2017-18-h1.{form}"'


def test_a_workbook_is_filled_once_there_is_a_report(building: Building) -> None:
    path = "/api/reports/a1/2017-18-h1/workbook?filled=yes"
    refused = building.get("contract-manager", path)
    assert (refused.status_code, "no report" in refused.json()["detail"]) == (409, True)
    do(building.desk.office, reported("a1", "2017-18-h1", referrals=31))
    filled = openpyxl.load_workbook(io.BytesIO(building.get("contract-manager", path).content))
    assert any(31 in row for sheet in filled for row in sheet.iter_rows(values_only=True))
    assert asked_for(building.desk.office, "a1", "2017-18-h1").now is not None
    for wrong in ("filled=perhaps", "format=csv"):
        assert building.get("certifier", f"/api/reports/a1/2017-18-h1/workbook?{wrong}").status_code == 422
    assert building.get("certifier", "/api/reports/a1/next-year/workbook").status_code == 422
    assert building.get("finance", path).status_code == 403


def test_a_document_comes_back_byte_for_byte_and_is_never_shown(building: Building) -> None:
    on_file(building)
    answer = building.get("certifier", f"/api/documents/{SHA256}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="minutes of May.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    known = building.get("certifier", f"/api/documents/{SHA256}", {"if-none-match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_a_document_is_for_those_who_reach_an_award_that_it_is_on_record_for(building: Building) -> None:
    building.desk.documents.keep(PDF, "minutes.pdf")
    path = f"/api/documents/{SHA256}"
    assert building.get("finance", path).status_code == 404  # it is in the folder, and on no record
    on_file(building, "b1")
    for who, status in (("finance", 200), ("other-provider", 200), ("certifier", 404), ("manager-of-a1", 404)):
        assert building.get(who, path).status_code == status, who
    assert building.get("administrator", path).status_code == 403
    assert building.get("finance", "/api/documents/%2e%2e%2foutturn.db").status_code == 404


def test_the_file_of_a_report_is_a_document_too_and_its_name_does_no_harm(building: Building) -> None:
    building.desk.documents.keep(PDF, "report.pdf")
    file = ReportFile(sha256=SHA256, file_name='h1"; x=\u00e9\\..\\report.xlsx')
    do(building.desk.office, reported("a1", "2017-18-h1", referrals=3).model_copy(update={"file": file}))
    answer = building.get("certifier", f"/api/documents/{SHA256}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"] == 'attachment; filename="report.xlsx"'


def test_a_token_that_may_not_read_gets_no_file(building: Building) -> None:
    headers = building.as_("finance", "act")
    for path in ("/api/awards/file", "/api/awards/a1/file", f"/api/documents/{SHA256}"):
        assert building.client.get(path, headers=headers).status_code == 403
