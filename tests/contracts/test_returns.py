"""The whole life of a half-yearly return, over every database: opened, filled, signed, submitted, restated."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.errors import NotFound, Refusal
from domain.kernel import Event
from domain.reports.commands import AcceptReport, CorrectReport
from domain.returns.commands import (
    FillReturn,
    OpenReturn,
    PublishReturn,
    RestateReturn,
    SignOffReturn,
    SubmitReturn,
)
from domain.returns.events import ReturnFilled, ReturnPublished, ReturnSignedOff
from domain.tables import Table
from projections.half_yearly_return.form import Published, as_it_stands, as_published, fill_in
from projections.half_yearly_return.proof import compare
from projections.returns import ReturnRow
from services.checks import check_signatures
from services.exports.return_files import paper, to_json
from services.office import Office
from services.proof import as_bytes, reproduce
from tests.a_full_return import H1, life
from tests.conftest import Clock
from tests.contracts.raw_log import RawLog
from tests.scenes import (
    PROVIDER,
    accepted,
    awarded,
    do,
    everything_in,
    folded_anew,
    fund_with,
    paid,
    reported,
    reporting,
)
from tests.story import EVERYBODY, SECOND

PERIOD = "2017-18-h1"
TEMPLATE = "moj-working-1"
FILL = FillReturn(period=PERIOD)
SIGN = SignOffReturn(period=PERIOD, declaration="I declare that this is right")
SUBMIT = SubmitReturn(period=PERIOD, submitted_on=date(2017, 10, 16), receipt="MoJ 17/1234")
RESTATE = RestateReturn(period=PERIOD, reason="Embrace found twelve referrals more")


def begin(office: Office) -> None:
    """Two services, the first with an accepted report; and the return opened."""
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *awarded("a2", 200), reporting("a1"), reporting("a2"))
    do(office, *accepted("a1", PERIOD, referrals=100, spend=15_000, cope=(10, 20, 30)))
    do(office, OpenReturn(period=PERIOD))


def correct(office: Office, referrals: int) -> None:
    """A better figure for the first service, accepted."""
    figures = reported("a1", PERIOD, referrals=referrals, spend=15_000, cope=(10, 20, 30))
    do(office, CorrectReport(**figures.model_dump(), reason="A month was left out"))
    do(office, AcceptReport(award="a1", period=PERIOD))


def the_event(events: Sequence[Event], kind: type[Event]) -> Event:
    """The last of its kind."""
    return [event for event in events if isinstance(event, kind)][-1]


def signed(office: Office) -> ReturnSignedOff:
    """What was last signed."""
    event = the_event([each.event for each in office.log.stream(f"return-{PERIOD}")], ReturnSignedOff)
    assert isinstance(event, ReturnSignedOff)
    return event


def rows(office: Office) -> list[ReturnRow]:
    """Every version of the return."""
    with office.reading() as views:
        return views.rows(ReturnRow)


def test_a_return_is_opened_filled_signed_submitted_and_restated(office: Office, clock: Clock) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals="more than 40"), FILL)
    assert [row.status for row in rows(office)] == ["filled"]
    clock.forward(hours=1)
    do(office, SIGN)
    (row,) = rows(office)
    assert (row.status, row.signed_by, row.signed_at) == ("signed-off", SECOND.id, clock.now.isoformat())
    assert row.sha256 == signed(office).sha256
    assert [Table.model_validate(table) for table in row.tables or []] == list(signed(office).tables)
    do(office, SUBMIT)
    (row,) = rows(office)
    assert (row.status, row.submitted_on, row.receipt) == ("submitted", date(2017, 10, 16), "MoJ 17/1234")
    first = signed(office)
    correct(office, 112)
    do(office, RESTATE, FILL, SIGN, SUBMIT)
    old, new = rows(office)
    assert (old.version, old.status, old.sha256) == (1, "superseded", first.sha256)
    assert old.tables == row.tables
    assert (new.version, new.status, new.reason) == (2, "submitted", "Embrace found twelve referrals more")
    assert new.sha256 != old.sha256
    assert everything_in(office) == folded_anew(office)


def test_each_step_said_twice_is_taken_once(office: Office) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals=5), FILL, SIGN, SUBMIT)
    head = office.log.head()
    assert office.do(OpenReturn(period=PERIOD), EVERYBODY) == []
    assert office.do(SUBMIT, EVERYBODY) == []
    for order, words in ((FILL, "to change it, restate it"), (SIGN, "is submitted already")):
        with pytest.raises(Refusal, match=words):
            office.do(order, EVERYBODY)
    assert office.log.head() == head


def test_filling_it_again_changes_nothing_while_the_figures_are_the_same(office: Office) -> None:
    begin(office)
    do(office, FILL)
    assert office.do(FILL, EVERYBODY) == []
    correct(office, 101)
    (written,) = office.do(FILL, EVERYBODY)
    assert isinstance(written.event, ReturnFilled)


def test_a_return_is_not_signed_when_its_figures_changed_since_it_was_filled(office: Office) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals=5), FILL)
    correct(office, 101)
    head = office.log.head()
    with pytest.raises(Refusal, match="The figures have changed since the return was filled in"):
        office.do(SIGN, SECOND)
    assert office.log.head() == head
    do(office, FILL, SIGN)


def test_what_does_not_touch_its_figures_does_not_stop_a_return_from_being_signed(office: Office) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals=5), FILL)
    do(office, *fund_with(5, "other", return_to=None), reported("a1", "2017-10-01..2017-10-09", referrals=3))
    do(office, SIGN)


def test_a_return_that_waits_for_something_is_signed_only_with_the_reason(office: Office) -> None:
    begin(office)
    do(office, FILL)
    with pytest.raises(Refusal, match=r"still waits for 1 thing, the first: a2 \(Service a2\): report not received\."):
        office.do(SIGN, SECOND)
    do(office, SIGN.model_copy(update={"despite": "The provider has ceased to trade"}))
    (row,) = rows(office)
    assert row.despite == "The provider has ceased to trade"
    assert row.waiting_for == ["a2 (Service a2): report not received."]


def test_a_return_is_signed_only_after_it_was_filled_and_submitted_only_after_it_was_signed(office: Office) -> None:
    begin(office)
    with pytest.raises(Refusal, match="Fill the return in first"):
        office.do(SIGN, SECOND)
    do(office, *accepted("a2", PERIOD, referrals=5), FILL)
    with pytest.raises(Refusal, match="must be signed off before it is submitted"):
        office.do(SUBMIT, EVERYBODY)
    with pytest.raises(Refusal, match="not signed off"):
        office.do(RESTATE, EVERYBODY)


def test_a_return_that_was_not_opened_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        office.do(FILL, EVERYBODY)


def test_a_return_with_nothing_to_report_on_says_what_to_do(office: Office) -> None:
    do(office, OpenReturn(period=PERIOD), *fund_with(5, return_to=None), PROVIDER, *awarded("a1", 5))
    with pytest.raises(Refusal, match="Open the funds that it reports on with return_to moj"):
        office.do(FILL, EVERYBODY)


def test_a_signed_return_is_made_again_from_the_log_to_the_byte(office: Office) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals="more than 40", cope=(0, 1, 5)), FILL, SIGN)
    was_signed = signed(office)
    correct(office, 999)
    do(office, *awarded("a3", 1))
    with office.as_at(was_signed.position) as views:
        again = fill_in(views, PERIOD, TEMPLATE)
    assert again.sha256 == was_signed.sha256
    assert again.tables == was_signed.tables
    assert again.position == was_signed.position
    with office.reading() as views:
        assert fill_in(views, PERIOD, TEMPLATE).sha256 != was_signed.sha256
    office.read_models.rebuild()
    assert rows(office)[0].sha256 == was_signed.sha256


def much_later(office: Office) -> None:
    """Five hundred events and more: corrections, new awards, payments, a report sent back, another fund."""
    for number in range(60):
        award = f"later-{number}"
        do(office, *awarded(award, 10 + number), *paid(award, "p1", 100 + number, date(2017, 6, 1)))
        better = reported("c-3", H1, rj_referrals=20 + number, spend=5_000 + number)
        do(office, CorrectReport(**better.model_dump(), reason=f"Found {number} more"))
        do(office, AcceptReport(award="c-3", period=H1))


def test_a_signed_return_is_made_again_byte_for_byte_after_five_hundred_later_events(office: Office) -> None:
    do(office, *life())
    position, was_signed = office.log.head(), signed_version(office)
    much_later(office)
    assert office.log.head() - position > 500
    made = reproduce(office, H1)
    assert made.is_same
    assert made.faults == []
    assert as_bytes(made.again) == was_signed
    assert check_signatures(office) == []
    with office.reading() as views:
        assert len(compare(views, H1).rows) > 500
        assert as_it_stands(views, H1).changed_since == (f"c-3.{H1}",)
    office.read_models.rebuild()
    assert reproduce(office, H1).is_same
    assert everything_in(office) == folded_anew(office)


def signed_version(office: Office) -> bytes:
    """The return as it stands signed, as bytes."""
    with office.reading() as views:
        return as_bytes(as_it_stands(views, H1).filled)


def test_every_version_that_was_signed_can_be_made_again(office: Office) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals=5), FILL, SIGN, RESTATE)
    correct(office, 112)
    do(office, FILL, SIGN)
    correct(office, 113)
    first, second = reproduce(office, PERIOD, 1), reproduce(office, PERIOD)
    assert (first.is_same, second.is_same) == (True, True)
    assert first.signed.sha256 != second.signed.sha256
    assert first.signed.position < second.signed.position


def test_what_is_not_signed_cannot_be_made_again(office: Office) -> None:
    begin(office)
    with pytest.raises(NotFound, match=f"No return for {PERIOD} is signed off yet"):
        reproduce(office, PERIOD)


def test_a_copy_for_the_public_stays_as_it_was_published(office: Office, clock: Clock) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals=3), FILL, SIGN)
    with office.reading() as views, pytest.raises(NotFound, match="has no copy for the public"):
        as_published(views, PERIOD)
    signed_at, signed = clock.now, the_event([e.event for e in office.log.stream(f"return-{PERIOD}")], ReturnSignedOff)
    assert isinstance(signed, ReturnSignedOff)
    clock.forward(hours=1)
    do(office, PublishReturn(period=PERIOD))
    event = the_event([each.event for each in office.log.stream(f"return-{PERIOD}")], ReturnPublished)
    assert isinstance(event, ReturnPublished)
    with office.reading() as views:
        copy = as_published(views, PERIOD)
    assert copy.filled.tables == event.tables
    assert (copy.version, copy.status) == (1, "published by the rule area-tables-1")
    assert (copy.signed_by, copy.signed_at) == (SECOND.id, signed_at.isoformat())
    assert copy.filled.position == signed.position
    assert copy.published == Published("area-tables-1", clock.now.isoformat(), office.log.head(), signed.sha256)
    about = paper(copy)
    words = dict(about.facts)
    assert words["Published by the rule"] == "area-tables-1"
    assert words["Published"] != words["Signed off by"].partition(", ")[2]
    assert words["SHA-256 of the signed return"] == signed.sha256
    assert words["Log position of the signed return"] == str(signed.position)
    assert words["Log position of the publication"] == str(office.log.head())
    assert {"SHA-256", "Log position"}.isdisjoint(words)
    said = to_json(copy)
    assert (said["signed_by"], said["signed_at"], said["rule"]) == (SECOND.id, signed_at.isoformat(), "area-tables-1")
    assert (said["signed_sha256"], said["published_at"]) == (signed.sha256, clock.now.isoformat())
    assert {"sha256", "position"}.isdisjoint(said)
    assert office.do(PublishReturn(period=PERIOD), EVERYBODY) == []
    do(office, PublishReturn(period=PERIOD, rule="sensitive-tables-1"), RESTATE)
    correct(office, 112)
    do(office, FILL, SIGN, PublishReturn(period=PERIOD, despite="It is asked for"))
    with office.reading() as views:
        assert as_published(views, PERIOD).version == 2
        assert as_published(views, PERIOD, "sensitive-tables-1").version == 1
        with pytest.raises(NotFound, match="has no copy for the public"):
            as_published(views, PERIOD, "research-tables-1")
    assert reproduce(office, PERIOD, 1).is_same
    assert everything_in(office) == folded_anew(office)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [(b'"value":100', b'"value":101'), (b'"template":"moj-working-1"', b'"template":"moj-working-2"')],
    ids=["a figure", "the template"],
)
def test_a_signed_return_that_was_damaged_in_the_log_is_found(
    office: Office, database: str, was: bytes, becomes: bytes
) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals=5), FILL, SIGN)
    assert check_signatures(office) == []
    log, position = RawLog(database, office.log), office.log.head()
    assert was in log.state(position)
    log.set_state(position, log.state(position).replace(was, becomes, 1))
    assert check_signatures(office) == [f"The return signed at position {position} is not as it was signed."]


def test_a_figure_that_was_changed_in_the_log_behind_the_signature_is_found_with_its_cell(
    office: Office, database: str
) -> None:
    begin(office)
    do(office, *accepted("a2", PERIOD, referrals=5), FILL, SIGN)
    log = RawLog(database, office.log)
    position = next(each.position for each in office.log.everything() if each.event.name == "report.submitted")
    was = b'"at_least":100,"at_most":100'
    assert was in log.state(position)
    log.set_state(position, log.state(position).replace(was, b'"at_least":101,"at_most":101'))
    made = reproduce(office, PERIOD)
    assert not made.is_same
    assert "demand/a1/referrals" in made.faults
    assert "demand/All services (instances)/referrals" in made.faults
