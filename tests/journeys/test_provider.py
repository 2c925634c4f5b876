"""A provider's report: reminded, signed in by an e-mailed link, filled in, sent back, put right by page and file."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl

from domain.kernel import Event
from domain.reports.quantity import Quantity
from tests.journeys.conftest import Served, Visitor

REPORT = "DEM-2026-01.2026-27-q2"


def on_record(demonstration: Served) -> list[str]:
    """What happened to the report, by name."""
    return [recorded.event.name for recorded in demonstration.office.log.stream(f"report-{REPORT}")]


def read(demonstration: Served) -> Event:
    """The last that happened to it."""
    return demonstration.office.log.stream(f"report-{REPORT}")[-1].event


def fill_in(provider: Visitor, section: str, said: Mapping[str, str]) -> None:
    """Fills in a section by its codes, which stand in the workbook too; everything else is not known."""
    provider.is_at(section)
    for entry in provider.matter.locator("input[type=text]").all():
        name = str(entry.get_attribute("name"))
        if name in said:
            entry.fill(said[name])
        else:
            provider.matter.locator(f'input[name="not-known.{name}"]').check()
    provider.press("Save and continue")


def workbook(data: bytes, said: Mapping[str, Any]) -> bytes:
    """A workbook filled in where something is said."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=4):
            code = str(row[6].value)
            if code == "about.declaration":
                row[1].value = "Yes: they are complete and correct"
            elif code == "about.reason":
                row[1].value = "A late referral was counted (made up)."
            elif code in said:
                row[2].value = said[code]
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


def test_a_provider_is_reminded_reports_is_sent_back_and_puts_it_right_by_page_and_by_workbook(
    demonstration: Served, somebody: Callable[[], Visitor]
) -> None:
    # the clock's jobs write to the provider's data contact
    demonstration.run("queue-reminders", "deliver-reminders")
    reminder = next(each for each in demonstration.mail_to("provider-contact") if "report" in str(each).lower())
    address = demonstration.link_in(reminder)

    # its link leads to the way to sign in, by another message; the certifier, who may send, signs in
    provider = somebody()
    provider.open(address)
    provider.fill("E-mail address", "provider@demonstration.example")
    provider.press("Send me a link")
    provider.sees("Look in your mail")
    link = demonstration.link_in(demonstration.mail_to("provider")[-1])
    provider.open(link)
    provider.press("Sign in")
    provider.sees("Signed in as Provider's certifier (made up)")

    # section by section, and what looks odd is explained
    provider.goes_to("What you owe")
    provider.follow("Fill in on pages", within="1 July 2026 to 30 September 2026")
    provider.follow("Demand")
    fill_in(
        provider, "Demand", {"referrals": "51", "declined": "3", "offered": "48", "continuing": "33", "closed": "9"}
    )
    fill_in(provider, "Outcomes", {})
    fill_in(provider, "Money and posts", {"spend": "68000", "forecast": "240000"})
    provider.is_at("In words")
    provider.press("Save and continue")
    provider.is_at("Check your answers")
    for why in provider.matter.locator("textarea").all():
        why.fill("A post was filled early (made up).")
    provider.press("Save and continue to the declaration")
    provider.press("Send the report")
    provider.sees("There is a problem", "Tick the box")
    assert on_record(demonstration) == []
    provider.tick("I have checked the figures")
    provider.press("Send the report")
    provider.is_told("submit-report")
    assert on_record(demonstration) == ["report.submitted"]

    # sent back for one section
    manager = somebody()
    manager.signs_in_as("Contract manager")
    manager.follow("Review", within="DEM-2026-01")
    manager.follow("Send it back with reasons")
    manager.fill("Demand", "Count those who came by themselves too (made up).")
    manager.day("To be corrected by", 30, 11, 2026)
    manager.press("Send it back")
    manager.sees("Count those who came by themselves too (made up).")
    assert on_record(demonstration)[-1] == "report.sent-back"

    # put right on the pages
    provider.goes_to("What you owe")
    provider.sees("Sent back to you", "Count those who came by themselves too (made up).")
    provider.follow("Advocacy for victims", within="Count those who came")
    provider.follow("Demand")
    provider.sees("Why this section was sent back")
    provider.matter.locator('input[name="referrals"]').fill("57")
    provider.press("Save and continue")
    provider.is_at("Outcomes")
    provider.open(f"/owed/{REPORT.replace('.', '/')}/check")
    for why in provider.matter.locator("textarea").all():
        why.fill("A post was filled early (made up).")
    provider.press("Save and continue to the declaration")
    provider.fill("Why it is corrected", "Those who came by themselves are counted (made up).")
    provider.tick("I have checked the figures")
    provider.press("Send the report")
    provider.is_told("correct-report")
    assert on_record(demonstration)[-1] == "report.corrected"

    # and once more by workbook: with a fault, which is told by its cell, and then without
    provider.open(f"/owed/{REPORT.replace('.', '/')}")
    with provider.tab.expect_download() as coming:
        provider.follow("Download the workbook for Excel (XLSX)")
    data = coming.value.path().read_bytes()
    provider.follow("Send the workbook back")
    file = provider.matter.get_by_label("The workbook that you filled in")
    file.set_input_files({"name": "made-up.xlsx", "mimeType": "", "buffer": workbook(data, {"referrals": "many"})})
    provider.press("Read the workbook")
    provider.sees("The workbook has", "C4")
    assert on_record(demonstration)[-1] == "report.corrected"
    assert len(on_record(demonstration)) == 3
    file.set_input_files({"name": "made-up.xlsx", "mimeType": "", "buffer": workbook(data, {"referrals": 58})})
    provider.press("Read the workbook")
    provider.sees("58")
    provider.tick("I have checked the figures")
    provider.press("Send the report")
    provider.is_told("correct-report")
    assert on_record(demonstration)[-1] == "report.corrected"
    content = read(demonstration).content  # type: ignore[attr-defined]
    [referrals] = [each for each in content.figures if each.measure == "referrals" and each.category is None]
    assert referrals.quantity == Quantity.exactly(58)
    assert referrals.cell is not None
    assert content.file is not None

    # accepted: nothing is owed for that quarter any more
    manager.goes_to("Today")
    manager.follow("Review", within="DEM-2026-01")
    manager.press("Accept the report")
    manager.is_told("accept-report")
    assert on_record(demonstration)[-1] == "report.accepted"
    provider.goes_to("What you sent")
    provider.is_at("What you sent")
    provider.goes_to("What you owe")
    provider.is_at("What you owe")
    assert "1 July 2026 to 30 September 2026" not in provider.words
