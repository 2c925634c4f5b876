"""A half-yearly return over HTTP: as it stands, what it lacks, what differs since, and why."""

import io
import zipfile
from collections.abc import Callable

import pytest

from domain.reports.commands import AcceptReport, CorrectReport
from domain.reports.events import Figure
from projections.half_yearly_return.form import as_it_stands, signed_as_json
from services.exports.return_files import to_json
from services.office import Office
from tests.a_full_return import H1, from_a_workbook, life
from tests.api.conftest import Building
from tests.scenes import do

READS = ("finance", "commissioner", "contract-manager", "auditor")
CELL = f"/api/returns/{H1}/explain"
BESIDE = (f"/api/returns/{H1}/missing", f"/api/returns/{H1}/compare", CELL)
FILE = f"/api/returns/{H1}/versions/1/file"
REFERRALS = {"cell": "demand/c-1/referrals"}


@pytest.fixture
def furniture() -> Callable[[Office], None]:
    """A half-year in which every section has something to say, to the signature."""
    return lambda office: do(office, *life())


def correct(building: Building) -> None:
    """Counsel had one referral more than it said."""
    before = from_a_workbook()
    figures = (Figure.of("referrals=121"), *(each for each in before.figures if each.key != "referrals"))
    said = before.model_dump() | {"figures": figures, "reason": "One was forgotten"}
    do(building.desk.office, CorrectReport.model_validate(said), AcceptReport(award="c-1", period=H1))


def test_a_signed_return_is_given_out_as_it_is_kept(building: Building) -> None:
    with building.desk.office.reading() as views:
        kept = signed_as_json(views, H1)
    answer = building.get("auditor", f"/api/returns/{H1}")
    assert (answer.status_code, answer.text) == (200, f"{kept}\n")
    assert answer.headers["etag"].strip('"').isdecimal()
    said = answer.json()
    assert (said["status"], said["signed_by"]) == ("signed-off", "second-tester")
    file = building.get("auditor", f"{FILE}?format=json")
    assert file.content == answer.content
    assert file.headers["content-disposition"] == f'attachment; filename="return-{H1}.json"'
    again = building.get("auditor", f"{FILE}?format=json", {"if-none-match": file.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_return_that_is_not_signed_is_as_it_now_stands(building: Building) -> None:
    answer = building.post(
        "finance", f"/api/returns/{H1}/restate-return", json={"reason": "Counsel was wrong"}, headers={"if-match": "*"}
    )
    assert answer.status_code == 200, answer.text
    with building.desk.office.reading() as views:
        standing = to_json(as_it_stands(views, H1))
    answer = building.get("finance", f"/api/returns/{H1}")
    assert (answer.json(), standing["version"]) == (standing, 2)
    assert building.get("finance", f"/api/returns/{H1}?version=1").json()["status"] == "superseded"


@pytest.mark.parametrize("form", ["xlsx", "ods", "pdf", "csv"])
def test_a_version_is_to_be_had_in_every_format(building: Building, form: str) -> None:
    answer = building.get("finance", f"{FILE}?format={form}")
    assert answer.status_code == 200
    ending = "zip" if form == "csv" else form
    assert answer.headers["content-disposition"] == f'attachment; filename="return-{H1}.{ending}"'
    if form == "csv":
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert f"return-{H1}-demand.csv" in names
    else:
        assert answer.content.startswith(b"%PDF-" if form == "pdf" else b"PK")


def test_what_is_missing_what_differs_and_why(building: Building) -> None:
    lacks = {row["award"]: row for row in building.get("finance", BESIDE[0]).json()["rows"]}
    assert lacks["c-5"]["to_do"] is not None
    assert building.get("finance", BESIDE[1]).json()["rows"] == []
    correct(building)
    compared = building.get("finance", f"{BESIDE[1]}?version=1").json()["rows"]
    lines = [row for row in compared if row["address"] == REFERRALS["cell"]]
    assert {(row["signed"], row["now"]) for row in lines} == {("120", "121")}
    assert "One was forgotten" in {row["reason"] for row in lines}
    table = building.get("finance", f"{BESIDE[1]}?version=1", {"accept": "text/csv"})
    assert table.text.startswith("table,row,column,signed,now,")
    explained = building.get("finance", CELL, params=REFERRALS).json()
    behind = {(row["happened"], row["file"]) for row in explained["rows"] if row["file"]}
    assert {file for _happened, file in behind} == {"counsel 2017-18-h1.xlsx"}
    assert len(explained["rows"]) > len(behind)


def test_who_reaches_some_awards_alone_and_who_reads_no_returns_gets_none(building: Building) -> None:
    paths = (f"/api/returns/{H1}", FILE, *BESIDE[:2], f"{CELL}?cell=demand/c-1/referrals")
    for path in paths:
        for who in READS:
            assert building.get(who, path).status_code == 200, (who, path)
        for who in ("manager-of-a1", "certifier", "data-contact", "administrator"):
            assert building.get(who, path).status_code == 403, (who, path)
        assert building.client.get(path, headers=building.as_("finance", "events")).status_code == 403


def test_what_cannot_be_is_told_without_saying_it_again(building: Building) -> None:
    for path, status in {
        "/api/returns/2016-17-h1": 404,
        "/api/returns/some-time": 422,
        f"/api/returns/{H1}?version=none": 422,
        f"/api/returns/{H1}?version=7": 404,
        f"/api/returns/{H1}/versions/none/file": 404,
        f"/api/returns/{H1}/versions/7/file": 404,
        f"/api/returns/{H1}/versions/1/file?format=doc": 422,
        CELL: 422,
        f"{CELL}?cell=nothing-of-ours": 404,
        f"{CELL}?cell=demand/nothing-of-ours": 409,
        f"{CELL}?cell=demand/nothing-of-ours/referrals": 404,
        f"{BESIDE[0]}?limit=none": 422,
        f"{BESIDE[1]}?version=9": 404,
    }.items():
        answer = building.get("finance", path)
        assert answer.status_code == status, (path, answer.text)
        assert "nothing-of-ours" not in answer.text
    assert building.get("finance", BESIDE[0], {"accept": "application/pdf"}).status_code == 406
