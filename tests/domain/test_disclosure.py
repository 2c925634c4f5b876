"""The publication copy: small numbers held back, in tables shaped like the return's."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.disclosure.publication import Publication, publish
from domain.disclosure.relations import ALL_SERVICES, At, AtMost, Relation, Sum, of_these, split, totals
from domain.disclosure.rules import Rule, rule_for, rule_named, rules
from domain.errors import Refusal
from domain.tables import Cell, Column, Missing, Row, Table, cell, shown

AREA, SENSITIVE, RESEARCH = (rule_named(f"{name}-tables-1") for name in ("area", "sensitive", "research"))
NOT_SUPPLIED, NIL = Cell(missing=Missing.NOT_SUPPLIED), Cell(missing=Missing.NIL)
NOTHING = Cell(missing=Missing.NOT_APPLICABLE, words="")

REFERRALS = Column(key="referrals", title="Referrals received", kind="count", unit="referrals")
ACCEPTED = Column(key="accepted", title="People who accepted support", kind="count", unit="people")
HOURS = Column(key="volunteer_hours", title="Hours given by volunteers", kind="count", unit="hours")
SPEND = Column(key="spend_pence", title="Spend", kind="pence", unit="pence")
CRIMES = tuple(
    Column(key=key, title=key, kind="count", unit="people") for key in ("robbery", "burglary", "violence", "not_known")
)


def table(name: str, columns: Sequence[Column], *rows: Sequence[Any]) -> Table:
    """A row to a service, named by its award."""
    return Table(
        name=name,
        title=name.capitalize(),
        columns=(Column(key="award", title="Award"), Column(key="provider", title="Provider"), *columns),
        rows=tuple(
            (cell(row[0]), NOTHING, *(each if isinstance(each, Cell) else cell(each) for each in row[1:]))
            for row in rows
        ),
        notes=("A note of its own.",),
    )


def as_read(published: Publication, which: int = 0) -> list[list[str]]:
    """The counts of a published table, as people read them."""
    it = published.tables[which]
    return [[shown(column, each) for column, each in zip(it.columns, row, strict=True)][2:] for row in it.rows]


def test_a_small_number_is_hidden_and_another_with_it_when_the_total_is_shown() -> None:
    demand = table("demand", [REFERRALS], ["a", 3], ["b", 40], ["c", 12], [ALL_SERVICES, 55])
    published = publish([demand], totals(demand), AREA)
    assert as_read(published) == [["~"], ["40"], ["~"], ["55"]]
    assert published.small == (At("demand", 0, "referrals"),)
    assert published.cover == (At("demand", 2, "referrals"),)


def test_the_cheapest_cover_is_the_smallest_number_that_will_do() -> None:
    demand = table("demand", [REFERRALS], ["a", 1], ["b", 5], ["c", 6], [ALL_SERVICES, 12])
    # 5 will not do: were it more than 5, the small number would be less than 1
    assert as_read(publish([demand], totals(demand), AREA)) == [["~"], ["5"], ["~"], ["12"]]


def test_two_ones_under_a_total_of_two_do_not_cover_one_another() -> None:
    demand = table("demand", [REFERRALS], ["a", 1], ["b", 1], ["c", 0], ["d", 30], [ALL_SERVICES, 32])
    assert as_read(publish([demand], totals(demand), AREA)) == [["~"], ["~"], ["0"], ["~"], ["32"]]
    alone = table("demand", [REFERRALS], ["a", 1], ["b", 1], ["c", 0], [ALL_SERVICES, 2])
    assert as_read(publish([alone], totals(alone), AREA)) == [["~"], ["~"], ["0"], ["~"]]


def test_four_fours_under_sixteen_are_not_left_to_be_guessed_from_what_the_symbol_means() -> None:
    demand = table("demand", [REFERRALS], *([name, 4] for name in "abcd"), [ALL_SERVICES, 16])
    published = publish([demand], totals(demand), AREA)
    # all of them under 5 and 16 together would be four fours
    assert as_read(published)[-1] == ["~"]
    assert published.thin == ()


def test_what_no_hiding_can_keep_from_one_who_is_told_which_are_small_is_said() -> None:
    demand = table("demand", [REFERRALS], *([name, 1] for name in "abcd"), [ALL_SERVICES, 4])
    published = publish([demand], totals(demand), AREA)
    assert as_read(published) == [["~"]] * 5
    assert At("demand", 0, "referrals") in published.thin
    assert published.exposed == ()


def test_when_nothing_is_small_nothing_is_hidden_and_every_cell_is_as_it_was() -> None:
    demand = table("demand", [REFERRALS, ACCEPTED], ["a", 5, 0], ["b", 40, 12], [ALL_SERVICES, 45, 12])
    published = publish([demand], totals(demand), AREA)
    assert published.tables[0].rows == demand.rows
    assert published.small == published.cover == ()


def test_nought_suppressed_not_supplied_and_a_nil_return_stay_four_things() -> None:
    demand = table(
        "demand", [REFERRALS], ["a", 0], ["b", 2], ["c", NOT_SUPPLIED], ["d", NIL], ["e", 9], [ALL_SERVICES, 11]
    )
    published = publish([demand], totals(demand), AREA)
    assert as_read(published) == [["0"], ["~"], ["not supplied"], ["nil return"], ["~"], ["11"]]


def test_a_hidden_cell_has_no_value_no_bounds_and_no_sources() -> None:
    demand = table("demand", [REFERRALS], ["a", Cell(value=3, sources=(7,))])
    (row,) = publish([demand], [], AREA).tables[0].rows
    assert row[2] == Cell(missing=Missing.SUPPRESSED, words="~")
    assert next(iter(publish([demand], [], AREA).tables[0].records()))["referrals"] is None


def test_money_and_hours_are_not_counts_of_people() -> None:
    demand = table("demand", [HOURS, SPEND], ["a", 3, 400])
    published = publish([demand], [], AREA)
    assert published.tables == (demand,)


def test_a_bound_that_leaves_a_small_number_possible_is_treated_as_small() -> None:
    fewer = Cell(words="fewer than 100", at_least=0, at_most=99)
    more = Cell(words="more than 100", at_least=101)
    demand = table("demand", [REFERRALS], ["a", fewer], ["b", more])
    assert as_read(publish([demand], [], AREA)) == [["~"], ["more than 100"]]


def test_a_small_number_cannot_be_had_from_the_bounds_of_a_total() -> None:
    more, all_of_them = Cell(words="more than 100", at_least=101), Cell(words="more than 103", at_least=104)
    demand = table("demand", [REFERRALS], ["a", 3], ["b", more], [ALL_SERVICES, all_of_them])
    published = publish([demand], totals(demand), AREA)
    # 104 is 101 and 3: one of the two bounds must go
    assert as_read(published) == [["~"], ["~"], ["more than 103"]]


def crimes_and_demand() -> tuple[list[Table], list[Relation]]:
    """People by type of crime, who add up to those who accepted support."""
    demand = table(
        "demand", [REFERRALS, ACCEPTED], ["a", 90, 60], ["b", 80, 52], ["c", 70, 41], [ALL_SERVICES, 240, 153]
    )
    rows = [["a", 2, 20, 30, 8], ["b", 11, 9, 25, 7], ["c", 10, 6, 20, 5], [ALL_SERVICES, 23, 35, 75, 20]]
    crimes = table("crimes", CRIMES, *rows)
    keys = [column.key for column in CRIMES]
    return [demand, crimes], [*totals(demand), *totals(crimes), *split(crimes, keys, demand, "accepted")]


def test_a_total_in_another_table_gives_nothing_away() -> None:
    tables, relations = crimes_and_demand()
    published = publish(tables, relations, AREA)
    assert as_read(published, 0) == [["90", "60"], ["80", "52"], ["70", "41"], ["240", "153"]]
    assert as_read(published, 1) == [
        ["~", "20", "30", "~"],
        ["11", "9", "25", "7"],
        ["~", "6", "20", "~"],
        ["23", "35", "75", "20"],
    ]


def test_without_the_relation_to_the_other_table_less_would_be_hidden() -> None:
    tables, relations = crimes_and_demand()
    fewer = [each for each in relations if not (isinstance(each, Sum) and each.total.column == "accepted")]
    assert len(publish(tables, fewer, AREA).cover) < len(publish(tables, relations, AREA).cover)


def test_a_part_of_a_whole_that_is_small_is_at_most_the_whole() -> None:
    columns = [Column(key=key, title=key, kind="count", unit="people") for key in ("improved", "answered", "eligible")]
    outcomes = table("outcomes", columns, ["a", 1, 1, 9])
    published = publish([outcomes], of_these(outcomes, [("improved", "answered"), ("answered", "eligible")]), AREA)
    assert as_read(published) == [["~", "~", "9"]]
    assert published.thin == ()


def test_a_row_of_totals_for_each_outcome_adds_up_those_that_supplied_all_three() -> None:
    columns = [
        Column(key="outcome", title="Outcome"),
        *(Column(key=key, title=key, kind="count", unit="people") for key in ("improved", "eligible")),
    ]
    rows: list[list[Any]] = [
        ["a", "x", 10, 20],
        ["a", "y", 8, 9],
        ["b", "x", NOT_SUPPLIED, 30],
        [ALL_SERVICES, "x", 10, 20],
    ]
    found = totals(table("outcomes", columns, *rows), per="outcome", only=("improved", "eligible"))
    assert found == [
        Sum(total=At("outcomes", 3, key), parts=(At("outcomes", 0, key),)) for key in ("improved", "eligible")
    ]


def test_where_a_breakdown_is_not_whole_its_parts_are_at_most_the_whole() -> None:
    demand = table("demand", [ACCEPTED], ["a", 60], [ALL_SERVICES, 60])
    crimes = table("crimes", CRIMES[:2], ["a", 20, NOT_SUPPLIED], [ALL_SERVICES, 20, NOT_SUPPLIED])
    assert split(crimes, ["robbery", "burglary"], demand, "accepted") == [
        AtMost(parts=(At("crimes", 0, "robbery"),), whole=At("demand", 0, "accepted"))
    ]


def test_a_relation_that_the_figures_do_not_keep_is_said_and_guarded_all_the_same() -> None:
    demand = table("demand", [REFERRALS], ["a", 3], ["b", 40], [ALL_SERVICES, 50])
    published = publish([demand], totals(demand), AREA)
    assert published.broken == tuple(totals(demand))
    assert as_read(published) == [["~"], ["~"], ["50"]]


def test_rounding_covers_without_hiding_and_totals_are_rounded_by_themselves() -> None:
    demand = table("demand", [REFERRALS], ["a", 3], ["b", 41], ["c", 12], ["d", 0], [ALL_SERVICES, 56])
    published = publish([demand], totals(demand), SENSITIVE)
    assert as_read(published) == [["~"], ["40"], ["10"], ["0"], ["55"]]


def test_ties_are_rounded_to_the_even_multiple() -> None:
    rule = AREA.model_copy(update={"rounded_to": 10, "threshold": 6})
    assert [rule.rounded(count) for count in (6, 14, 15, 25, 26)] == [10, 10, 20, 20, 30]
    assert [rule.could_be(each) for each in (10, 20)] == [(6, 14), (15, 25)]


def test_nought_is_hidden_where_the_rule_says_so() -> None:
    demand = table("demand", [REFERRALS], ["a", 0], ["b", 40], ["c", 12], [ALL_SERVICES, 52])
    assert as_read(publish([demand], totals(demand), RESEARCH)) == [["c"], ["40"], ["c"], ["52"]]


def test_the_notes_say_what_the_symbol_means() -> None:
    demand = table("demand", [REFERRALS], ["a", 3])
    own, meaning, nought, rounding = publish([demand], [], SENSITIVE).tables[0].notes
    assert own == "A note of its own."
    assert meaning.startswith("~ stands for a number from 1 to 4, or for a larger one that is held back as well")
    assert nought == "~ is not 0 and does not mean that a figure was not supplied. 0 is shown as it is and means none."
    assert "nearest 5, totals separately" in rounding
    assert "0 is held back" in publish([demand], [], RESEARCH).tables[0].notes[2]


def by_service(*rows: Row | Sequence[Any]) -> Table:
    """Referrals of some services."""
    return table("demand", [REFERRALS], *rows)


def test_a_service_that_is_new_cannot_be_had_by_taking_the_old_total_from_the_new() -> None:
    before = by_service(["a", 30], ["b", 40], [ALL_SERVICES, 70])
    first = publish([before], totals(before), AREA)
    now = by_service(["a", 30], ["b", 40], ["c", 3], [ALL_SERVICES, 73])
    second = publish([now], totals(now), AREA, [first.release])
    assert as_read(first) == [["30"], ["40"], ["70"]]
    # the others are known: only the total is left to hide
    assert as_read(second) == [["30"], ["40"], ["~"], ["~"]]
    assert second.exposed == ()


def test_what_was_hidden_as_cover_stays_hidden_while_it_has_not_changed() -> None:
    before = by_service(["a", 3], ["b", 12], ["c", 40], [ALL_SERVICES, 55])
    first = publish([before], totals(before), AREA)
    now = by_service(["a", 9], ["b", 12], ["c", 40], [ALL_SERVICES, 61])
    second = publish([now], totals(now), AREA, [first.release])
    # 55 - 12 - 40 was 3: showing 12 now would show what the 3 has been
    assert as_read(second)[1] == ["~"]
    assert second.exposed == second.exposed_before == ()


def test_what_was_shown_before_and_has_not_changed_is_hidden_in_vain_and_that_is_said() -> None:
    before = by_service(["a", 3], ["b", 40], [ALL_SERVICES, 43])
    lax = AREA.model_copy(update={"threshold": 3})
    first = publish([before], totals(before), lax)
    second = publish([before], totals(before), AREA, [first.release])
    assert as_read(first) == [["3"], ["40"], ["43"]]
    assert as_read(second) == [["~"], ["40"], ["43"]]
    assert second.exposed == (At("demand", 0, "referrals"),)


def test_what_was_shown_before_and_has_changed_is_protected() -> None:
    before = by_service(["a", 3], ["b", 40], ["c", 50], [ALL_SERVICES, 93])
    first = publish([before], totals(before), AREA.model_copy(update={"threshold": 3}))
    now = by_service(["a", 4], ["b", 40], ["c", 50], [ALL_SERVICES, 94])
    second = publish([now], totals(now), AREA, [first.release])
    assert as_read(second) == [["~"], ["40"], ["50"], ["~"]]
    assert second.exposed == ()


def test_the_same_tables_published_again_are_the_same() -> None:
    tables, relations = crimes_and_demand()
    first = publish(tables, relations, AREA)
    assert publish(tables, relations, AREA, [first.release, first.release]).tables == first.tables


def test_rows_are_found_again_by_what_names_them_wherever_they_stand() -> None:
    before = by_service(["a", 3], ["b", 12], ["c", 40], [ALL_SERVICES, 55])
    first = publish([before], totals(before), AREA)
    now = by_service(["c", 40], ["b", 12], ["a", 9], [ALL_SERVICES, 61])
    second = publish([now], totals(now), AREA, [first.release])
    assert second.cover[0] == At("demand", 1, "referrals")


def test_a_relation_that_names_no_cell_and_two_tables_of_one_name_are_refused() -> None:
    demand = by_service(["a", 3])
    for wrong in (At("demand", 4, "referrals"), At("demand", 0, "other"), At("other", 0, "referrals")):
        with pytest.raises(Refusal, match="names a cell that is not there"):
            publish([demand], [Sum(total=wrong, parts=())], AREA)
    with pytest.raises(Refusal, match="same name"):
        publish([demand, demand], [], AREA)


def test_a_rule_is_found_by_its_code_and_by_its_output_and_day() -> None:
    assert rule_for("area-tables", date(2026, 11, 1)) == AREA
    assert {each.symbol for each in rules()} == {"~", "c"}
    with pytest.raises(Refusal, match="no disclosure rule other on file"):
        rule_named("other")
    with pytest.raises(Refusal, match="No disclosure rule on file was in force for area-tables on 1 January 1999"):
        rule_for("area-tables", date(1999, 1, 1))


@pytest.mark.parametrize("wrong", [{"values_left": 5}, {"rounded_to": 10}, {"symbol": "5"}, {"threshold": 1}])
def test_a_rule_that_cannot_be_kept_is_not_a_rule(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({**AREA.model_dump(), **wrong})
