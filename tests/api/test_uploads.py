"""Files that come in over HTTP: read, checked, recorded once, and not kept when they are refused."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from domain.reports.events import Figure, Figures, OutcomeFigure
from domain.reports.quantity import Quantity
from services import kept_results
from services.api.once import act_of
from services.exports.provider_workbook import make_workbook
from services.kept_results import KeptResults
from services.reporting import asked_for
from tests.api.conftest import Building
from tests.services.hostile import with_macros, zip_bomb
from tests.services.test_awards_sheet import ALLOCATION, GOOD, as_csv

WORKBOOK, SHEET, DOCUMENTS = "/api/reports/workbook", "/api/awards/sheet", "/api/awards/a1/documents"
PERIOD = "2017-18-h1"
PDF = b"%PDF-1.7 made up"
ABOUT = {"kind": "evidence", "title": "Minutes of May"}


def filled(building: Building, award: str = "a1", referrals: int = 12) -> bytes:
    """A workbook as a provider sends it."""
    content = Figures(
        figures=(
            Figure(measure="referrals", quantity=Quantity.exactly(referrals)),
            Figure(measure="spend", quantity=Quantity.exactly(900_000)),
        ),
        outcomes=(OutcomeFigure(outcome="cope", improved=4, answered=5, eligible=9),),
    )
    return make_workbook(asked_for(building.desk.office, award, PERIOD), content, "xlsx")


def spoilt(data: bytes) -> bytes:
    """The same with words where a number belongs."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Demand"]
    row = next(row for row in range(1, 60) if sheet.cell(row, 3).value == 12)
    sheet.cell(row, 3).value = "a secret of somebody"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_file(data: bytes, name: str) -> dict[str, Any]:
    """A form with a file in it."""
    return {"file": (name, data)}


def on_file(building: Building) -> int:
    """How many documents are kept."""
    folder = building.desk.settings.documents
    return sum(path.is_file() for path in folder.rglob("*"))


def head(building: Building) -> int:
    """The end of the log."""
    return building.desk.office.log.head()


def test_a_certifier_sends_a_workbook_and_it_is_recorded_and_kept(building: Building) -> None:
    data = filled(building)
    answer = building.post("certifier", WORKBOOK, files=a_file(data, "Embrace h1.xlsx"))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["award"], said["period"], said["checked"]) == ("a1", PERIOD, False)
    assert said["recorded"][0]["event"] == "report.submitted"
    assert building.desk.documents.read(hashlib.sha256(data).hexdigest()) == data
    again = building.post("certifier", WORKBOOK, files=a_file(data, "Embrace h1.xlsx"))
    assert (again.status_code, again.json()["recorded"]) == (200, [])


def test_a_data_contact_checks_a_workbook_and_does_not_send_it(building: Building) -> None:
    data, before = filled(building), head(building)
    checked = building.post("data-contact", f"{WORKBOOK}?check=yes", files=a_file(data, "h1.xlsx"))
    assert (checked.status_code, checked.json()["checked"], checked.json()["recorded"]) == (200, True, [])
    refused = building.post("data-contact", WORKBOOK, files=a_file(data, "h1.xlsx"))
    assert (refused.status_code, "certifier" in refused.json()["detail"]) == (403, True)
    assert (head(building), on_file(building)) == (before, 0)


def test_every_fault_of_a_workbook_is_told_with_its_sheet_and_cell(building: Building) -> None:
    data, before = spoilt(filled(building)), head(building)
    for path in (WORKBOOK, f"{WORKBOOK}?check=yes"):
        answer = building.post("certifier", path, files=a_file(data, "h1.xlsx"))
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        [fault] = answer.json()["errors"]
        assert (fault["pointer"], fault["sheet"], fault["cell"][0]) == ("/file", "Demand", "C")
        assert "secret" not in answer.text
    assert (head(building), on_file(building)) == (before, 0)


@pytest.mark.parametrize("who", ["other-provider", "manager-of-b1"])
def test_a_workbook_about_an_award_out_of_reach_is_about_nothing(building: Building, who: str) -> None:
    if who == "manager-of-b1":
        building.desk.book.change("manager-of-a1", lambda known: known.model_copy(update={"awards": ("b1",)}))
        who = "manager-of-a1"
    for data in (filled(building), spoilt(filled(building))):
        for path in (WORKBOOK, f"{WORKBOOK}?check=yes"):
            answer = building.post(who, path, files=a_file(data, "h1.xlsx"))
            assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing of that name.")
    assert on_file(building) == 0


def test_a_correction_needs_its_reason_and_only_the_office_says_when_it_came(building: Building) -> None:
    send = {"files": a_file(filled(building), "h1.xlsx")}
    assert building.post("certifier", WORKBOOK, data={"received_on": "2017-10-01"}, **send).status_code == 403
    assert building.post("contract-manager", WORKBOOK, data={"received_on": "soon"}, **send).status_code == 422
    assert building.post("contract-manager", WORKBOOK, data={"received_on": "2017-10-12"}, **send).status_code == 200
    other = {"files": a_file(filled(building, referrals=13), "h1.xlsx")}
    assert building.post("certifier", WORKBOOK, **other).status_code == 422
    answer = building.post("certifier", WORKBOOK, data={"reason": "One was forgotten"}, **other)
    assert answer.status_code == 200, answer.text
    assert answer.json()["recorded"][0]["event"] == "report.corrected"


@pytest.mark.parametrize("data", [with_macros(), zip_bomb(), b"no workbook", b""])
def test_a_hostile_file_is_a_fault_and_leaves_nothing(building: Building, data: bytes) -> None:
    before = head(building)
    for who, path, name in (("certifier", WORKBOOK, "h1.xlsx"), ("everything", SHEET, "sheet.xlsx")):
        answer = building.post(who, path, files=a_file(data, name))
        assert answer.status_code == 422, (path, answer.text)
        assert answer.json()["errors"][0]["pointer"] == "/file"
    assert (head(building), on_file(building)) == (before, 0)


@pytest.mark.parametrize("data", [with_macros(), b"no workbook", b""])
def test_evidence_that_is_not_what_its_name_says_is_not_kept(building: Building, data: bytes) -> None:
    before = head(building)
    answer = building.post("contract-manager", DOCUMENTS, files=a_file(data, "minutes.xlsx"), data=ABOUT)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")
    assert (head(building), on_file(building)) == (before, 0)


def test_evidence_is_put_on_file_once_under_its_key(building: Building) -> None:
    key = {"idempotency-key": "k-1"}
    first = building.post("contract-manager", DOCUMENTS, key, files=a_file(PDF, "C:\\may\\minutes.pdf"), data=ABOUT)
    assert first.status_code == 200, first.text
    assert first.json()["file_name"] == "minutes.pdf"
    assert building.desk.documents.read(first.json()["sha256"]) == PDF
    before = head(building)
    again = building.post("contract-manager", DOCUMENTS, key, files=a_file(PDF, "C:\\may\\minutes.pdf"), data=ABOUT)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert again.headers["etag"] == first.headers["etag"]
    other = building.post("contract-manager", DOCUMENTS, key, files=a_file(PDF + b"!", "minutes.pdf"), data=ABOUT)
    assert (other.status_code, "new key" in other.json()["detail"]) == (422, True)
    assert (head(building), on_file(building)) == (before, 1)


def test_what_was_recorded_under_a_key_before_the_process_died_is_found(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_said: Any) -> None:
        raise MemoryError

    how: dict[str, Any] = {"files": a_file(PDF, "minutes.pdf"), "data": ABOUT}
    key = {"idempotency-key": "k-1"}
    with monkeypatch.context() as dying:
        dying.setattr(KeptResults, "finish_key", dies)
        assert building.post("contract-manager", DOCUMENTS, key, **how).status_code == 500
    at = building.desk.office.log.at(head(building))
    assert (at.event.name, at.act) == ("award.document-attached", act_of("contract-manager", "k-1"))
    assert building.post("contract-manager", DOCUMENTS, key, **how).status_code == 409
    monkeypatch.setattr(kept_results, "GIVEN_UP_AFTER", timedelta(0))
    found = building.post("contract-manager", DOCUMENTS, key, **how)
    assert found.status_code == 200
    assert [(each["stream"], each["version"]) for each in found.json()["recorded"]] == [(at.stream, at.version)]
    assert head(building) == at.position


def test_of_what_is_not_there_nothing_is_kept(building: Building) -> None:
    path, key = "/api/awards/a9/documents", {"idempotency-key": "k-1"}
    for _time in range(2):
        answer = building.post("contract-manager", path, key, files=a_file(PDF, "minutes.pdf"), data=ABOUT)
        assert answer.status_code == 404
    assert "idempotent-replayed" not in answer.headers
    assert on_file(building) == 0


def test_evidence_is_for_those_who_reach_the_award(building: Building) -> None:
    for who, award, status in (
        ("manager-of-a1", "a1", 200),
        ("manager-of-a1", "a2", 404),
        ("certifier", "a1", 403),
        ("auditor", "a1", 403),
        (None, "a1", 401),
    ):
        answer = building.post(who, f"/api/awards/{award}/documents", files=a_file(PDF, "m.pdf"), data=ABOUT)
        assert answer.status_code == status, (who, award, answer.text)


@pytest.mark.parametrize(
    ("name", "data", "fields", "pointer"),
    [
        ("minutes.png", PDF, ABOUT, "/file"),
        ("minutes.exe", PDF, ABOUT, "/file"),
        ("minutes.pdf", PDF, {**ABOUT, "kind": "a-secret"}, "/kind"),
        ("minutes.pdf", PDF, {"kind": "evidence"}, "/title"),
        ("minutes.pdf", PDF, {**ABOUT, "title": "a-secret\0"}, "/title"),
        ("minutes.pdf", PDF, {**ABOUT, "title": ["a-secret", "b"]}, "/title"),
        ("minutes.pdf", PDF, {**ABOUT, "a-secret": "b"}, ""),
        ("a-secret\u00e9.pdf", PDF, ABOUT, "/file_name"),
    ],
)
def test_each_fault_of_a_form_is_pointed_at_and_not_repeated(
    building: Building, name: str, data: bytes, fields: dict[str, Any], pointer: str
) -> None:
    answer = building.post("contract-manager", DOCUMENTS, files=a_file(data, name), data=fields)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert "a-secret" not in answer.text
    assert on_file(building) == 0


def test_a_form_without_a_file_and_another_kind_of_body_are_refused(building: Building) -> None:
    assert building.post("contract-manager", DOCUMENTS, json=ABOUT).status_code == 415
    broken = {"content-type": "multipart/form-data"}
    assert building.post("contract-manager", DOCUMENTS, broken, content=b"--").status_code == 400
    no_file = building.post("contract-manager", DOCUMENTS, files={"title": (None, "x"), "kind": (None, "evidence")})
    assert (no_file.status_code, no_file.json()["errors"][0]["pointer"]) == (422, "/file")


def test_a_file_that_is_too_large_is_refused(building: Building) -> None:
    large = b"%PDF-" + bytes(20_000_000)
    assert building.post("contract-manager", DOCUMENTS, files=a_file(large, "m.pdf"), data=ABOUT).status_code == 413
    assert building.post("certifier", WORKBOOK, files=a_file(large, "m.xlsx")).status_code == 413
    assert on_file(building) == 0


def test_a_sheet_is_loaded_whole_or_only_checked(building: Building) -> None:
    row = {**GOOD, "Award": "n1", "Amount": "£1,000"}
    before = head(building)
    checked = building.post("everything", f"{SHEET}?check=yes", files=a_file(as_csv(row), "awards.csv"))
    assert checked.status_code == 200, checked.text
    assert (checked.json()["recorded"], checked.json()["position"], head(building)) == (0, None, before)
    key = {"idempotency-key": "sheet"}
    done = building.post("everything", SHEET, key, files=a_file(as_csv(row), "awards.csv"))
    assert (done.status_code, done.json()["position"]) == (200, head(building))
    assert done.json()["recorded"] == head(building) - before
    again = building.post("everything", SHEET, key, files=a_file(as_csv(row), "awards.csv"))
    assert again.content == done.content
    assert building.post("everything", SHEET, files=a_file(as_csv(row), "awards.csv")).json()["recorded"] == 0


def test_every_fault_of_a_sheet_is_told_with_its_row(building: Building) -> None:
    rows = [{**GOOD, "Award": "n1"}, {**GOOD, "Award": "n2", "Amount": "a-secret"}]
    answer = building.post("everything", SHEET, files=a_file(as_csv(*rows), "awards.csv"))
    assert answer.status_code == 422
    places = {(each["row"], each["column"], each["cell"]) for each in answer.json()["errors"]}
    assert (3, "Amount", "H3") in places
    assert {row for row, _column, _cell in places} == {3}
    assert "a-secret" not in answer.text


def test_a_sheet_asks_for_the_roles_that_its_orders_ask_for(building: Building) -> None:
    before = head(building)
    sheet = a_file(as_csv({**ALLOCATION, "Year": "2018-19"}, {**GOOD, "Award": "n1"}), "awards.csv")
    for who, status in (("finance", 422), ("contract-manager", 422), ("manager-of-a1", 403), ("certifier", 403)):
        answer = building.post(who, SHEET, files=sheet)
        assert answer.status_code == status, (who, answer.text)
    assert head(building) == before
