"""Every command that people give, as a form: made, shown, filled in, sent and read back to the very same order."""

import re
from typing import Any

import pytest

from domain.kernel import Command
from services.web.forms import Form, faults_of, fields_of, form_for, order, read, shown_again
from services.web.forms.shapes import FROM_A_FILE
from tests.web.browser import Page, rendered
from tests.web.orders import GIVEN_BY_PEOPLE, orders_of_the_papers, whole_order

OPENED = 7
"""The version that forms are opened on here."""
NO_WORDS_FOR_PEOPLE = re.compile(
    r"_|`|\bNone\b(?! of)|\bTrue\b|\bFalse\b|\bpence\b|\boutturn\b|\bJSON\b|StrEnum|pydantic"
)


def _named(command: type[Command[Any]]) -> str:
    return command.__name__


def _filled(said: Command[Any]) -> Form:
    """The form of an order, with all that it says filled in."""
    address = {name: str(getattr(said, name)) for name in said.address}
    return form_for(type(said), address=address, given=dict(said), version=OPENED)


def _file(said: Command[Any]) -> dict[str, Any] | None:
    """What is known of the file that goes with an order, if one does."""
    return {name: getattr(said, name) for name in FROM_A_FILE[type(said)]} if type(said) in FROM_A_FILE else None


def _words_of(form: Form) -> str:
    return re.sub(r"[0-9a-f]{64}", "", Page(rendered(form)).text)


@pytest.mark.parametrize("command", GIVEN_BY_PEOPLE, ids=_named)
def test_a_form_that_was_filled_in_gives_the_very_order(command: type[Command[Any]]) -> None:
    said = whole_order(command)
    form = _filled(said)
    assert order(form, read(form, Page(rendered(form)).sends(), _file(said))) == said


def test_every_order_of_the_papers_goes_through_its_form() -> None:
    said = orders_of_the_papers()
    assert len(said) > 200
    for each in said:
        form = _filled(each)
        entries = [(name, words) for name, words in form.typed.items() if words]
        sent = [*entries, ("version", str(form.version)), ("key", form.key)]
        assert order(form, read(form, sent, _file(each))) == each


@pytest.mark.parametrize("command", GIVEN_BY_PEOPLE, ids=_named)
def test_an_empty_form_is_a_sound_page_in_plain_words(command: type[Command[Any]]) -> None:
    form = form_for(command, address={}, version=OPENED)
    page = Page(rendered(form))
    assert not NO_WORDS_FOR_PEOPLE.search(page.text)
    assert form.deed in page.text
    unlabelled = [each.get("name") for each in page.entries() if each.get("id") not in page.labelled()]
    assert unlabelled == []


@pytest.mark.parametrize("command", GIVEN_BY_PEOPLE, ids=_named)
def test_an_empty_form_says_what_is_needed_and_leads_to_it(command: type[Command[Any]]) -> None:
    form = form_for(command, address={}, version=OPENED)
    sent = read(form, Page(rendered(form)).sends())
    said = order(form, sent)
    if isinstance(said, Command):
        assert not [shape for shape in form.shapes if shape.needed]
        return
    again = shown_again(form, sent, said)
    page = Page(rendered(again))
    assert not NO_WORDS_FOR_PEOPLE.search(page.text)
    for fault in faults_of(again):
        assert fault.field is None or fault.field in page.ids
    told = {wrong.name.split(".")[0] for wrong in said}
    assert {shape.field for shape in form.shapes if shape.needed} <= told | {"file"}


@pytest.mark.parametrize("command", GIVEN_BY_PEOPLE, ids=_named)
def test_a_form_with_every_field_filled_in_is_a_sound_page(command: type[Command[Any]]) -> None:
    form = _filled(whole_order(command))
    page = Page(rendered(form))
    shown = {each.get("name") for each in page.entries()} - {None}
    assert shown == set(form.asked)


@pytest.mark.parametrize("command", GIVEN_BY_PEOPLE, ids=_named)
def test_what_is_known_from_the_page_is_not_asked_again(command: type[Command[Any]]) -> None:
    form = form_for(command, address=dict.fromkeys(command.address, "known"), version=OPENED)
    assert not {each.split(".")[0].split("-")[0] for each in form.asked} & set(command.address)


def test_no_two_fields_of_a_form_have_the_same_label() -> None:
    for command in GIVEN_BY_PEOPLE:
        labels = [each.label for each in fields_of(form_for(command, address={}))]
        assert len(set(labels)) == len(labels), command.__name__


def test_a_button_says_the_deed_and_no_two_say_the_same() -> None:
    deeds = [form_for(command, address={}).deed for command in GIVEN_BY_PEOPLE]
    assert len(set(deeds)) == len(deeds)
    assert "Complete milestone" in deeds


def test_what_cannot_be_undone_is_said_before_it_is_done() -> None:
    warned = {command.__name__: form_for(command, address={}).warning for command in GIVEN_BY_PEOPLE}
    assert warned["CompleteMilestone"] == ""
    assert warned["WithdrawAward"].startswith("You cannot undo this. What was not yet paid goes back to its funds")
    withdraw = next(command for command in GIVEN_BY_PEOPLE if command.__name__ == "WithdrawAward")
    assert "You cannot undo this." in _words_of(form_for(withdraw, address={"award": "a"}))


def test_no_field_of_a_command_is_lost_but_where_a_figure_stood_in_a_workbook() -> None:
    lost = []
    for command in GIVEN_BY_PEOPLE:
        asked = {shape.field for shape in form_for(command, address={}).shapes}
        told_by_file = set(FROM_A_FILE.get(command, ()))
        fixed = {"seal", "calendar"}
        lost += [(command.__name__, name) for name in command.model_fields.keys() - asked - told_by_file - fixed]
    assert sorted(lost) == [("CorrectReport", "file"), ("SubmitReport", "file")]
