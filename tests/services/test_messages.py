"""Reminders in words. The texts here are read aloud before they are changed."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from domain.monitoring.policy import Part
from services.address_book import Person
from services.channels.channel import Message
from services.messages import NOT_REACHED, Owing, compose, message_id

KATE = Person(
    id="p-kqzv",
    name="Kate O'Neil",
    email="kate@northside.example",
    parts=frozenset({Part.PROVIDER}),
    provider="northside-aid",
)
JO = Person(id="p-wfxt", name="Jo Manager", email="jo@office.example", parts=frozenset({Part.CONTRACT_MANAGER}))
OFFICE = "The Police and Crime Commissioner for Northshire"
REPORT = Owing(
    reference="obligation-MOJ-2017-01.report.2017-18-h1.2017-10-31.due.p-kqzv",
    item="obligation-MOJ-2017-01.report.2017-18-h1",
    kind="report",
    title="Outcome report",
    award="MOJ-2017-01",
    service="Counselling for adults",
    period="1 April 2017 to 30 September 2017",
    due_on=date(2017, 10, 31),
    step="due",
    part=Part.PROVIDER,
    step_on=date(2017, 10, 31),
    how_to_send="Fill in the workbook that the office sends for the period, and send it back to the office.",
    ask="Jo Manager",
    provider="Northside Aid",
)
BEFORE, ON_THE_DAY, AFTER = date(2017, 10, 17), date(2017, 10, 31), date(2017, 11, 7)

GOLDEN_BEFORE = """\
Dear Kate O'Neil

Please send us this by 31 October 2017. That is in 14 days.

Outcome report
  Period: 1 April 2017 to 30 September 2017
  Service: Counselling for adults
  Award: MOJ-2017-01
  Due: 31 October 2017

How to send it: Fill in the workbook that the office sends for the period, and send it back to the office.

If you have a question, or need more time, ask Jo Manager.

If you have just sent it, thank you: there is nothing more to do.

This message was sent by our records system, because you are on file as a contact of the provider.

The Police and Crime Commissioner for Northshire
"""

GOLDEN_ESCALATED = """\
Dear Jo Manager

Northside Aid has not sent this. It was due on 31 October 2017 and is 7 days late.

Outcome report
  Provider: Northside Aid
  Period: 1 April 2017 to 30 September 2017
  Service: Counselling for adults
  Award: MOJ-2017-01
  Due: 31 October 2017

The provider has been reminded. To learn what has been done, ask Jo Manager.

The reminders stop once it is recorded as done, moved to a later day, or no longer needed.

This message was sent by our records system, because you are on file as the head of commissioning.

The Police and Crime Commissioner for Northshire
"""

GOLDEN_DIGEST = """\
Dear Kate O'Neil

We ask you for these 3 things.

Late
----

Outcome report
  Period: 1 April 2017 to 30 September 2017
  Service: Counselling for adults
  Award: MOJ-2017-01
  Due: 31 October 2017, 7 days late

Due today
---------

Premises open
  Service: Counselling for adults
  Award: MOJ-2017-01
  Due: 7 November 2017

Due soon
--------

Insurance certificate
  Service: Counselling for adults
  Award: MOJ-2017-01
  Due: 8 November 2017, tomorrow

How to send them, or tell us: Fill in the workbook that the office sends for the period, and send it back to the office.

If you have a question, or need more time, ask Jo Manager.

If you have just sent one of them, or told us of it, thank you: there is nothing more to do about it.

This message was sent by our records system, because you are on file as a contact of the provider.

The Police and Crime Commissioner for Northshire
"""

SEVERAL = [
    replace(
        REPORT, reference="c", kind="obligation", title="Insurance certificate", period=None, due_on=date(2017, 11, 8)
    ),
    replace(REPORT, reference="b", kind="milestone", title="Premises open", period=None, due_on=AFTER),
    REPORT,
]


def to(part: Part, today: date, **about: object) -> Message:
    person = KATE if part is Part.PROVIDER else JO
    return compose(person, [replace(REPORT, part=part, **about)], OFFICE, today)  # type: ignore[arg-type]


def first_words(message: Message) -> str:
    """What stands between the greeting and the thing itself."""
    return message.text.split("\n\n")[1]


def test_a_reminder_before_the_day() -> None:
    message = to(Part.PROVIDER, BEFORE)
    assert (message.subject, message.template) == ("Due in 14 days: Outcome report", "ahead")
    assert message.text == GOLDEN_BEFORE


def test_an_escalation_to_the_head_of_commissioning() -> None:
    message = to(Part.HEAD_OF_COMMISSIONING, AFTER)
    assert (message.subject, message.template) == ("7 days late: Outcome report, Northside Aid", "told")
    assert message.text == GOLDEN_ESCALATED


def test_an_escalation_does_not_say_that_the_provider_was_reminded_when_nobody_of_it_was() -> None:
    text = to(Part.HEAD_OF_COMMISSIONING, AFTER, reminded=False).text
    assert "No reminder has reached the provider. To learn what has been done, ask Jo Manager." in text
    assert "has been reminded" not in text


def test_a_digest_of_several() -> None:
    message = compose(KATE, SEVERAL, OFFICE, AFTER)
    assert (message.subject, message.template) == ("Reminders: 1 late, 1 due today, 1 due soon", "digest")
    assert message.text == GOLDEN_DIGEST


@pytest.mark.parametrize(
    ("kind", "today", "words"),
    [
        ("report", ON_THE_DAY, "Please send us this today, 31 October 2017."),
        (
            "report",
            AFTER,
            "We have not received this. It was due on 31 October 2017 and is 7 days late. Please send it now.",
        ),
        ("obligation", date(2017, 10, 30), "Please send us this by 31 October 2017. That is tomorrow."),
        (
            "milestone",
            BEFORE,
            "You agreed to reach this milestone by 31 October 2017. That is in 14 days. "
            "Please tell us when you have reached it.",
        ),
        (
            "milestone",
            date(2017, 11, 1),
            "You agreed to reach this milestone by 31 October 2017. It is 1 day late, and we have not heard that you "
            "reached it. Please tell us how it stands.",
        ),
        (
            "condition",
            ON_THE_DAY,
            "A payment to you depends on this condition. Please meet it today, 31 October 2017.",
        ),
        (
            "condition",
            AFTER,
            "A payment to you depends on this condition. It was to be met by 31 October 2017. It is 7 days late, and "
            "we cannot make the payment until it is met.",
        ),
    ],
)
def test_what_a_provider_is_told_of_each_kind_of_thing(kind: str, today: date, words: str) -> None:
    assert first_words(to(Part.PROVIDER, today, kind=kind)) == words


@pytest.mark.parametrize(
    ("kind", "today", "provider", "words"),
    [
        ("report", BEFORE, "Northside Aid", "Northside Aid is to do this by 31 October 2017. That is in 14 days."),
        ("report", ON_THE_DAY, None, "This is due from the provider today, 31 October 2017, and is still open."),
        ("report", AFTER, None, "The provider has not sent this. It was due on 31 October 2017 and is 7 days late."),
        (
            "milestone",
            AFTER,
            "Northside Aid",
            "Northside Aid has not told us that it reached this milestone. It was due on 31 October 2017 and is 7 days "
            "late.",
        ),
        (
            "condition",
            AFTER,
            "Northside Aid",
            "Northside Aid has not met this condition of a payment. It was due on 31 October 2017 and is 7 days late. "
            "The payment cannot be made until it is met.",
        ),
    ],
)
def test_what_the_contract_manager_is_told(kind: str, today: date, provider: str | None, words: str) -> None:
    message = to(Part.CONTRACT_MANAGER, today, kind=kind, provider=provider)
    assert first_words(message) == words
    assert "How to send it" not in message.text
    assert "because you are on file as the contract manager." in message.text


def test_the_contract_manager_is_told_of_a_reminder_that_reached_nobody() -> None:
    message = to(Part.CONTRACT_MANAGER, AFTER, step=f"late{NOT_REACHED}")
    assert message.subject == "Reminder not delivered: Outcome report, Northside Aid"
    assert first_words(message) == (
        "A reminder about this could not be delivered to one of the people it is for. Please look at the address book, "
        "and ask Northside Aid yourself. It is due on 31 October 2017."
    )
    digest = compose(
        JO, [replace(REPORT, part=Part.CONTRACT_MANAGER, step=f"late{NOT_REACHED}"), SEVERAL[0]], OFFICE, AFTER
    )
    assert "  Not delivered: a reminder to one of the people it is for; look at the address book\n" in digest.text


def test_in_a_digest_what_differs_is_said_of_each_thing() -> None:
    other = replace(SEVERAL[1], how_to_send="Ring us.", ask="Al Other")
    message = compose(KATE, [REPORT, other], OFFICE, AFTER)
    assert message.text.count("  How: ") == message.text.count("  Ask: ") == 2
    assert "How to send them" not in message.text


def test_a_digest_to_the_staff_names_the_providers() -> None:
    message = compose(JO, [replace(each, part=Part.CONTRACT_MANAGER) for each in SEVERAL], OFFICE, AFTER)
    assert first_words(message) == "These 3 things are open."
    assert message.text.count("  Provider: Northside Aid\n") == 3


def test_the_same_reminder_is_the_same_message_id_on_whichever_day_it_goes() -> None:
    one, two = to(Part.PROVIDER, BEFORE), to(Part.PROVIDER, AFTER)
    assert one.message_id == two.message_id == message_id(REPORT.reference)
    assert one.reference == REPORT.reference
    assert one.message_id != to(Part.PROVIDER, BEFORE, reference="another").message_id
    assert re.fullmatch("<[a-p]{40}@outturn[.]invalid>", one.message_id), "figures could be taken for a number"
    assert compose(KATE, [REPORT], OFFICE, AFTER, "office.example").message_id.endswith("@office.example>")


def test_the_same_reminders_are_the_same_digest_in_whichever_order_and_on_whichever_day() -> None:
    digest = compose(KATE, SEVERAL, OFFICE, AFTER)
    assert compose(KATE, SEVERAL[::-1], OFFICE, BEFORE).message_id == digest.message_id
    assert compose(KATE, SEVERAL[:2], OFFICE, AFTER).message_id != digest.message_id
    assert compose(JO, SEVERAL, OFFICE, AFTER).message_id != digest.message_id


class _Page(HTMLParser):
    """What an HTML page says, and of which elements it is made."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        self.said += data.split()


HOSTILE = (
    '<script src="https://evil.example/x.js">alert(1)</script> & <img src=x>\r\nDear all\n\nPay now \x00\u202eevil'
)


@pytest.mark.parametrize("several", [False, True])
def test_the_html_says_what_the_text_says_without_pictures_links_or_scripts(several: bool) -> None:
    owed = replace(
        REPORT, title=HOSTILE, service=HOSTILE, how_to_send=HOSTILE, ask=HOSTILE, provider=HOSTILE, award="<b>"
    )
    message = compose(KATE, [owed, *SEVERAL] if several else [owed], HOSTILE, AFTER)
    page = _Page(message.html)
    assert page.tags <= {"html", "head", "meta", "title", "body", "p", "br", "strong", "h2"}
    assert page.attributes == {"lang", "charset", "style"}
    said = page.said[len(message.subject.split()) :]
    assert said == [word for word in message.text.split() if set(word) != {"-"}]
    assert "\nDear all" not in message.text
    assert "\x00" not in message.text
    assert "\u202e" not in message.text


def test_a_subject_is_one_short_line() -> None:
    for today in (BEFORE, AFTER):
        for part in Part:
            message = to(part, today, title="A very long title " * 20 + "\nBcc: all@example.org", provider="Aid " * 40)
            assert len(message.subject) <= 100
            assert message.subject.isprintable()


def test_braces_in_what_people_typed_are_only_braces() -> None:
    message = to(Part.PROVIDER, AFTER, title="{when} {0}", how_to_send="{day}", ask="{ask!r}", service="")
    assert "{when} {0}\n  Period" in message.text
    assert "How to send it: {day}" in message.text
    assert "ask {ask!r}." in message.text


def test_an_office_that_has_not_said_its_name_signs_all_the_same() -> None:
    assert compose(KATE, [REPORT], None, AFTER).text.endswith("\n\nThe Office of the Police and Crime Commissioner\n")
    assert compose(KATE, [REPORT], "the office", AFTER).text.endswith("\n\nThe office\n")


def test_a_template_of_the_channels_own_gets_the_parts() -> None:
    fields = to(Part.PROVIDER, AFTER).fields
    assert fields["body"] == to(Part.PROVIDER, AFTER).text
    assert {name: said for name, said in fields.items() if name != "body"} == {
        "subject": "7 days late: Outcome report",
        "name": "Kate O'Neil",
        "office": OFFICE,
        "title": "Outcome report",
        "award": "MOJ-2017-01",
        "service": "Counselling for adults",
        "period": "1 April 2017 to 30 September 2017",
        "provider": "Northside Aid",
        "due_on": "31 October 2017",
        "when": "7 days late",
        "how_to_send": REPORT.how_to_send,
        "ask": "Jo Manager",
    }
    assert compose(KATE, SEVERAL, OFFICE, AFTER).fields["count"] == "3"
