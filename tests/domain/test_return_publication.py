"""The copy of a return for the public: only of what is signed, small numbers held back, beside what went before."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.disclosure.relations import At, Sum
from domain.disclosure.rules import rule_for
from domain.errors import NotFound, Refusal
from domain.kernel import Event, Role
from domain.periods import Period
from domain.reports.measures import Framework, framework_for, frameworks
from domain.returns.commands import PublishReturn
from domain.returns.events import ReturnPublished, ReturnSignedOff
from domain.returns.publication import REASON_GIVEN, relations_of, to_publish
from domain.tables import Cell, Column, Missing, Table, cell
from tests.domain.test_returns import FILLED, OPENED, RESTATED, SIGNED
from tests.story import given

PUBLISH = PublishReturn(period="2017-18-h1")
AWARD = Column(key="award", title="Award")
HIDDEN = Cell(missing=Missing.SUPPRESSED, words="~")


def demand(*referrals: int) -> Table:
    """Referrals by service, and over all."""
    named = [*((f"a{number}", count) for number, count in enumerate(referrals, 1))]
    rows = [(cell(name), Cell(value=count)) for name, count in [*named, ("All services (instances)", sum(referrals))]]
    column = Column(key="referrals", title="Referrals received", kind="count", unit="referrals")
    return Table(name="demand", title="Demand", columns=(AWARD, column), rows=tuple(rows), names=("award",))


SERVICES = Table(
    name="service-list",
    title="Service list",
    columns=(
        AWARD,
        Column(key="spend_pence", title="Spend", kind="pence", unit="pence"),
        Column(key="variance_reason", title="Why it differs"),
        Column(key="made_up", title="Made up", kind="yes-no"),
    ),
    rows=((cell("a1"), Cell(value=3), cell("One of our three clients moved away"), cell(False)),),
    names=("award",),
)
WORDS = Table(
    name="narrative",
    title="Narrative",
    columns=(AWARD, Column(key="words", title="Words")),
    rows=((cell("a1"), cell("Mrs Smith thanked us")),),
    names=("award",),
)


def signed(*tables: Table) -> ReturnSignedOff:
    """The return as signed."""
    return SIGNED.model_copy(update={"tables": tables})


def published(*before: Event, order: PublishReturn = PUBLISH) -> ReturnPublished:
    """What is published."""
    (event,) = given(*before).when(order).decided()
    assert isinstance(event, ReturnPublished)
    return event


def counts(copy: ReturnPublished) -> list[Cell]:
    """The column of referrals."""
    (table,) = [table for table in copy.tables if table.name == "demand"]
    return [row[1] for row in table.rows]


FIRST = (OPENED, FILLED, signed(demand(3, 20, 30, 1)))


def test_a_return_that_is_not_signed_is_not_published() -> None:
    for before in ((OPENED,), (OPENED, FILLED), (OPENED, FILLED, SIGNED, RESTATED), (*FIRST, RESTATED, FILLED)):
        given(*before).when(PUBLISH).then_refused(r"Only a signed return is published: .* \(sign-off-return\)", Refusal)
    given().when(PUBLISH).then_refused("2017-18-h1", NotFound)


def test_small_numbers_are_held_back_and_what_is_signed_stays_as_it_was() -> None:
    copy = published(*FIRST)
    assert (copy.version, copy.rule, copy.despite) == (1, rule_for("area-tables", date(2017, 9, 30)).rule, None)
    assert [said.value for said in counts(copy)] == [None, 20, 30, None, 54]
    assert counts(copy)[0] == HIDDEN


def test_one_small_number_takes_another_with_it_lest_it_be_worked_out_of_the_total() -> None:
    shown = [said.value for said in counts(published(OPENED, FILLED, signed(demand(3, 20, 30))))]
    assert shown[0] is None
    assert shown.count(None) >= 2


def test_what_providers_say_in_words_is_left_out_and_money_is_not_held_back() -> None:
    tables = {table.name: table for table in published(OPENED, FILLED, signed(SERVICES, demand(10), WORDS)).tables}
    assert set(tables) == {"service-list", "demand"}
    assert [column.key for column in tables["service-list"].columns] == ["award", "spend_pence", "made_up"]
    assert tables["service-list"].rows == ((cell("a1"), Cell(value=3), cell(False)),)
    said = published(OPENED, FILLED, signed(SERVICES, WORDS)).model_dump_json()
    assert "clients" not in said
    assert "Smith" not in said
    assert to_publish(()) == ()


def test_publishing_it_twice_records_it_once_by_each_rule() -> None:
    copy = published(*FIRST)
    given(*FIRST, copy).when(PUBLISH).then_nothing()
    named = PUBLISH.model_copy(update={"rule": copy.rule})
    given(*FIRST, copy).when(named).then_nothing()
    other = PUBLISH.model_copy(update={"rule": "sensitive-tables-1"})
    again = published(*FIRST, copy, order=other)
    assert (again.version, again.rule) == (1, "sensitive-tables-1")
    given(*FIRST, copy, again).when(PUBLISH).then_nothing()


def test_a_rule_that_is_not_on_file_is_refused() -> None:
    given(*FIRST).when(PUBLISH.model_copy(update={"rule": "no-rule-9"})).then_refused("no-rule-9", Refusal)


def test_a_new_version_is_published_anew_and_what_was_published_before_is_respected() -> None:
    before, after = demand(10, 20, 30, 40), demand(3, 20, 30, 40)
    first = published(OPENED, FILLED, signed(before))
    assert [said.value for said in counts(first)] == [10, 20, 30, 40, 100]
    alone = published(OPENED, FILLED, signed(after))
    assert [said.value for said in counts(alone)] == [None, None, 30, 40, 93]
    # beside the first version that would not do: its 20 stands there, and 93 less 90 is 3
    second = (OPENED, FILLED, signed(before), first, RESTATED, FILLED, signed(after))
    copy = published(*second)
    assert copy.version == 2
    assert [said.value for said in counts(copy)] == [None, 20, 30, 40, None]
    given(*second, copy).when(PUBLISH).then_nothing()


class TestWhatCouldBeWorkedOut:
    def test_what_is_exposed_is_refused_with_the_number_and_published_only_with_the_reason(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from domain.disclosure.publication import publish
        from domain.returns import publication

        def leaking(*args: object) -> object:
            return publish(*args).model_copy(update={"exposed": (At("demand", 0, "referrals"),)})  # type: ignore[arg-type]

        monkeypatch.setattr(publication, "publish", leaking)
        given(*FIRST).when(PUBLISH).then_refused(
            r"1 small number could be worked out .* or say why it is published all the same \(despite\)", Refusal
        )
        order = PUBLISH.model_copy(update={"despite": "The number is public already"})
        assert published(*FIRST, order=order).despite == "The number is public already"

    def test_the_reason_is_not_kept_where_none_was_needed(self) -> None:
        order = PUBLISH.model_copy(update={"despite": "Just in case"})
        assert published(*FIRST, order=order).despite is None


def test_totals_breakdowns_and_counts_that_stand_twice_are_known_to_hang_together() -> None:
    framework = framework_for(Period.parse("2017-18-h1"))
    sources = framework.breakdown("referral-source")
    assert sources is not None
    keys = ["referrals", *(f"referrals_referral_source_{code.replace('-', '_')}" for code in sources.categories)]
    columns = [Column(key=key, title=key, kind="count", unit="referrals") for key in keys]
    row = (cell("a1"), Cell(value=10), *(Cell(value=2) for _ in keys[1:]))
    table = Table(
        name="demand-referral-source",
        title="By source",
        columns=(AWARD, *columns),
        rows=(row, (cell("All services (instances)"), *row[1:])),
        names=("award",),
    )
    found = relations_of((demand(10), table), framework)
    named = {str(relation) for relation in found}
    assert len(named) == len(found)
    # each column adds up over services; the service over its categories; both tables say the same of referrals
    assert len(found) == 1 + len(keys) + 1 + 2


def test_who_may_publish() -> None:
    assert PublishReturn.may == {Role.FINANCE, Role.COMMISSIONER}


class TestWhatUsuallyAddsUp:
    """Referrals are declined, or their people offered support: nothing makes it so, and every reader knows it."""

    @staticmethod
    def table() -> Table:
        """Two services; the second did not supply how many it declined."""
        columns = [
            Column(key=key, title=key, kind="count", unit=unit)
            for key, unit in (("referrals", "referrals"), ("declined", "referrals"), ("offered", "people"))
        ]
        none = Cell(missing=Missing.NOT_SUPPLIED)
        rows: tuple[tuple[Cell, ...], ...] = (
            (cell("a1"), Cell(value=120), Cell(value=3), Cell(value=117)),
            (cell("a2"), Cell(value=50), none, Cell(value=40)),
            (cell("All services (instances)"), Cell(value=170), Cell(value=3), Cell(value=157)),
        )
        return Table(name="demand", title="Demand", columns=(AWARD, *columns), rows=rows, names=("award",))

    @pytest.mark.parametrize("framework", frameworks(), ids=lambda framework: framework.framework)
    def test_every_framework_knows_it_for_each_row_that_has_all_of_it(self, framework: Framework) -> None:
        table = self.table()
        known = relations_of((table,), framework)

        def of_row(number: int) -> Sum:
            return Sum(
                total=At("demand", number, "referrals"),
                parts=(At("demand", number, "declined"), At("demand", number, "offered")),
            )

        assert [of_row(number) in known for number in range(3)] == [True, False, True]

    def test_a_small_number_declined_takes_another_with_it(self) -> None:
        (copy,) = published(OPENED, FILLED, signed(self.table())).tables
        first = copy.rows[0]
        assert first[2] == HIDDEN
        assert HIDDEN in (first[1], first[3])

    def test_what_adds_up_must_be_measures_of_the_framework(self) -> None:
        said = frameworks()[0].model_dump() | {"usually": [{"whole": "referrals", "parts": ["tea"]}]}
        with pytest.raises(ValidationError, match="usually names no measure of the framework: tea"):
            Framework.model_validate(said)


def test_what_the_office_says_in_its_own_words_is_left_out() -> None:
    header = Table(
        name="header",
        title="Header",
        columns=(Column(key="item", title="Item"), Column(key="said", title="What it is")),
        rows=((cell("Version"), cell(2)), (cell("Restated because"), cell("Mrs Smith was counted twice"))),
        names=("item",),
    )
    rule, why = "a1: the report for May counts whole.", f"{REASON_GIVEN} a1's report for May: Mr Jones rang."
    with_notes = demand(10, 20).model_copy(update={"notes": (rule, why)})
    tables = {table.name: table for table in published(OPENED, FILLED, signed(header, with_notes)).tables}
    assert tables["header"].rows == ((cell("Version"), cell(2)),)
    assert rule in tables["demand"].notes
    said = published(OPENED, FILLED, signed(header, with_notes)).model_dump_json()
    assert "Smith" not in said
    assert "Jones" not in said
