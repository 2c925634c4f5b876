"""Aggregates only: text that seems to be about one person is turned away at every door."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.awards.milestone_commands import CompleteMilestone
from domain.personal import PERSONAL_COLUMNS, refuse_personal, sign_of_a_person
from domain.reports.commands import SendBackReport


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
