"""Aggregates only: text that seems to be about one person is turned away at every door."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.awards.milestone_commands import CompleteMilestone
from domain.personal import PERSONAL_COLUMNS, heads_single_people, refuse_personal, sign_of_a_person
from domain.reports.commands import SendBackReport
from domain.reports.form import Owed, form_of
from domain.reports.measures import frameworks


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Write to someone@example.org about it.", "an e-mail address"),
        ("first.last+work@mail.example.org.uk", "an e-mail address"),
        ("Ring 07700 900123 after six.", "a telephone number"),
        ("020 7946 0958", "a telephone number"),
        ("+44 20 7946 0958", "a telephone number"),
        ("01632-960-001", "a telephone number"),
        ("Lives in ZZ99 3WZ.", "a postcode"),
        ("DOB 1.2.90", "a date of birth"),
        ("d.o.b. is on the form", "a date of birth"),
        ("Date of Birth given", "a date of birth"),
        ("born on a Tuesday", "a date of birth"),
        ("QQ is not one but AB 12 34 56 C is", "a National Insurance number"),
        ("AB123456C", "a National Insurance number"),
        ("crime reference 35/1234/17", "a crime reference"),
        ("Crime ref: CF0012345", "a crime reference"),
        ("crime no. 1234", "a crime reference"),
        ("URN 12345", "a crime reference"),
        ("Crime reference number 35/1234/17", "a crime reference"),
        ("NHS number 943 476 5919", "an NHS number"),
        ("NHS No: 9434765919", "an NHS number"),
        ("N.H.S. 943-476-5919", "an NHS number"),
        ("seen 943 476 5919 today", "an NHS number"),
    ],
)
def test_what_is_about_one_person_is_recognised(text: str, sign: str) -> None:
    assert sign_of_a_person(text) == sign


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Victim and Witness Hub - initial referral provision",
        "£446,000 for 2017/18, of which £213,000 from OPCC",
        "More than 15,000 referrals, 1,461 volunteer hours and 3,300 victims helped in one call",
        "Runs 2017-07-01..2018-03-31",
        "From 2017-07-01 2018-03-31",
        "Decision 017, signed 9 May 2017",
        "Charity 1234567, company 01234567",
        "Invoice 0001234567",
        "Volume crime reduced; crime numbers fell",
        "The Ministry of Justice pays 50% in October",
        "NHS England gave £9434765919",
        "NHS trusts in 2017-18 and 2018-19 paid 4,000 and 943 476",
        "Rows 100 200 3000, and 943 476 5918",
        "Detached youth work, hot spots in Cambridge City and South Cambs",
    ],
)
def test_what_an_office_writes_every_day_is_not_taken_for_a_person(text: str) -> None:
    assert sign_of_a_person(text) is None


def test_an_order_with_a_persons_address_is_refused_and_the_address_is_not_repeated() -> None:
    with pytest.raises(ValidationError, match="this seems to hold an e-mail address") as refused:
        CompleteMilestone(
            award="2017-18-embrace-1",
            milestone="m-1",
            completed_on=date(2017, 10, 1),
            evidence="seen by someone@example.org",
        )
    assert "totals only, so take it out" in refused.value.errors()[0]["msg"]
    assert "someone" not in refused.value.errors()[0]["msg"]


def test_every_one_of_several_texts_is_looked_at() -> None:
    with pytest.raises(ValidationError, match="a telephone number"):
        RegisterAward(award="a-1", service="Counselling", route=Route.GRANT, remarks=("fine", "ring 07700 900123"))
    with pytest.raises(ValidationError, match="a postcode"):
        SendBackReport(award="a-1", period="2017-18-h1", reasons=("see ZZ99 3WZ",), correct_by=date(2017, 11, 1))


def test_texts_inside_other_values_are_looked_at_too() -> None:
    share = Share(fund="moj-victims", year="2017-18", amount_pence=100, printed="£1 to someone@example.org")
    with pytest.raises(ValidationError, match="an e-mail address"):
        ApproveAward(award="a-1", shares=(share,))


def test_numbers_and_dates_are_never_taken_for_a_person() -> None:
    refuse_personal((7700900123, date(1990, 2, 1), None, True))
    with pytest.raises(ValueError, match="a telephone number"):
        refuse_personal([("07700900123",)])
    with pytest.raises(ValueError, match="a telephone number"):
        refuse_personal((7700900123, ["07700900123"]))


def test_headings_of_columns_about_people_are_known_in_lower_case() -> None:
    assert {"name", "victim name", "date of birth", "postcode", "crime reference", "nhs number"} <= PERSONAL_COLUMNS
    assert all(heading == heading.strip().lower() for heading in PERSONAL_COLUMNS)


def test_the_digest_of_a_file_is_about_nobody_whatever_its_digits() -> None:
    digest = "0123456789abcdef" * 4
    assert sign_of_a_person(digest) is None
    assert sign_of_a_person(f"the file {digest}") == "a telephone number"
    assert sign_of_a_person(digest[:-1]) == "a telephone number"


@pytest.mark.parametrize(
    "heading",
    [
        "Crime no",
        "Crime No.",
        "Crime reference number",
        "NHS no",
        "NHS number",
        "Post code",
        "Name of victim",
        "Victim's name",
        "Full name",
        "Client ID",
        "Case ID",
        "CRN",
        "Niche ref",
        "Initials",
        "ClientID",
        "DoB",
        "D.O.B.",
        "client_name",
        "NHSNumber",
        "crimeno",
        "Crime numbers",
        "victims",
        "Name(s)",
        "Service user name",
        "Names of clients",
        "Case number",
        "Case ref.",
        "Reference of case",
        "E-mail address",
        "Home telephone",
        "Mobile no",
        "Crime nos",
        "Victims\u2019 names",
        "Name & DOB",
        "Date of birth (if known)",
        "CLIENT   INITIALS",
        "N.H.S. No",
        "Unique ref",
        "Referral ID",
        "Surname, forename",
        "Contact number",
        "Client ref no",
        "VictimName",
        "Post-code",
        "PostCode",
        "Client no.",
        "C.R.N.",
        "crimereference",
        "Crime Reference Nº",
        "Names",
        "Name 1",
        "Addresses",
        "victim first name",
        "Person ID",
        "Police ref",
        "Occurrence no",
    ],
)
def test_a_column_of_people_is_known_however_its_heading_is_written(heading: str) -> None:
    assert heads_single_people(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Name of the service",
        "Service name",
        "Provider name",
        "Number of clients",
        "No. of victims",
        "Case numbers",
        "Client numbers",
        "Victim numbers",
        "Number of cases",
        "Total clients",
        "Month",
        "checked",
        "Referrals",
        "Cases closed",
        "Clients",
        "Crime",
        "Crimes",
        "Contact",
        "Contacts",
        "Posts",
        "Posts funded",
        "First contact",
        "Name of provider",
        "Victims by postcode area",
        "No names here please",
        "Case system",
        "Crime types",
        "Client",
        "Child",
        "Children",
        "Self-referral",
        "Referral",
        "ID",
        "Ref",
        "Reference",
        "No",
        "None",
        "n/a",
        "Staff",
        "Staff posts",
        "Referral number",
        "Police",
        "Unique clients",
        "Number",
        "New clients",
        "Date",
        "",
        "Individual",
        "The case number went up as we opened a third post here",
    ],
)
def test_a_heading_of_totals_is_not_taken_for_one_of_people(heading: str) -> None:
    assert not heads_single_people(heading)


def test_no_label_of_our_own_form_heads_a_column_of_people() -> None:
    for framework in frameworks():
        for sheet in form_of(Owed(framework, framework.measures, framework.outcomes)):
            for line in sheet.lines:
                for label in (sheet.title, line.title, line.heading, line.note, line.unit, line.key):
                    assert not heads_single_people(label), label


def test_a_very_long_text_is_looked_at_whole_and_soon() -> None:
    assert sign_of_a_person("1" * 300_000) is None
    assert sign_of_a_person("word " * 60_000) is None
    for place in (0, 3_990, 4_000, 150_003):
        text = "x " * 100_000
        assert sign_of_a_person(f"{text[:place]} someone@example.org {text[place:]}") == "an e-mail address"
