"""Whatever the tables and however often they are published: no hidden number can be worked out."""

from collections.abc import Iterator, Sequence
from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import given as for_any
from hypothesis import strategies as some

from domain.disclosure.publication import Publication, Release, publish
from domain.disclosure.relations import ALL_SERVICES, Relation, of_these, split, totals
from domain.disclosure.rules import Rule
from domain.reports.measures import Unit
from domain.tables import Cell, Column, Missing, Table, cell
from tests.domain.attacker import Attacker, Place

enough = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

AGES, SEXES = ("under_18", "over_18", "age_not_known"), ("female", "male")
NOT_SUPPLIED = Cell(missing=Missing.NOT_SUPPLIED)

Figures = dict[str, dict[str, int]]
"""Of each service: referrals, those of them by themselves, and people by age and by sex."""

counts = some.integers(0, 4) | some.integers(0, 12) | some.integers(0, 60)


@some.composite
def services(draw: some.DrawFn) -> dict[str, int]:
    """The figures of one service; the ages and the sexes add up to the same."""
    ages = {age: draw(counts) for age in AGES}
    people = sum(ages.values())
    women = draw(some.integers(0, people))
    referrals = draw(counts)
    figures = {"referrals": referrals, "themselves": draw(some.integers(0, referrals)), "hours": draw(counts)}
    return {**figures, **ages, "female": women, "male": people - women, "accepted": people}


figures = some.dictionaries(some.sampled_from(["A", "B", "C", "D"]), services(), min_size=1)


@some.composite
def rules(draw: some.DrawFn) -> Rule:
    """Any rule."""
    threshold, zero_shown = draw(some.integers(3, 6)), draw(some.booleans())
    return Rule(
        rule="tried-1",
        output="tried",
        title="Tried",
        in_force_from=date(2013, 4, 1),
        in_force_to=None,
        threshold=threshold,
        zero_shown=zero_shown,
        rounded_to=draw(some.sampled_from([None, None, 2, 3, 5])),
        symbol="~",
        values_left=draw(some.integers(2, threshold - zero_shown)),
        units=(Unit.PEOPLE, Unit.REFERRALS),
        source="made up",
        note="made up",
    )


def table(name: str, columns: Sequence[str], of: Figures) -> Table:
    """A row to a service and a last row of totals; nought of a service that is not there."""
    units = {"referrals": "referrals", "themselves": "referrals", "hours": "hours"}
    rows = [(cell(service), *(cell(of[service][column]) for column in columns)) for service in sorted(of)]
    rows.append((cell(ALL_SERVICES), *(cell(sum(each[column] for each in of.values())) for column in columns)))
    return Table(
        name=name,
        title=name,
        columns=(
            Column(key="service", title="Service"),
            *(Column(key=key, title=key, kind="count", unit=units.get(key, "people")) for key in columns),
        ),
        rows=tuple(rows),
    )


def publication(of: Figures) -> tuple[list[Table], list[Relation]]:
    """Three tables and all that holds between them."""
    demand = table("demand", ("referrals", "themselves", "accepted", "hours"), of)
    ages, sexes = table("ages", AGES, of), table("sexes", SEXES, of)
    relations: list[Relation] = [*totals(demand), *totals(ages), *totals(sexes)]
    relations += of_these(demand, [("themselves", "referrals")])
    relations += [*split(ages, AGES, demand, "accepted"), *split(sexes, SEXES, demand, "accepted")]
    return [demand, ages, sexes], relations


def nothing_can_be_worked_out(published: Publication, releases: Sequence[Release]) -> None:
    """Who is told which cells are small is left in doubt on each; on the thin ones, who is not told."""
    exact = {each.name: each for each in releases[-1].exact}
    attackers = {told: Attacker(releases, told) for told in (True, False)}
    for at in (*published.small, *published.cover):
        if at in published.exposed:
            continue
        row = exact[at.table].rows[at.row]
        true = row[[column.key for column in exact[at.table].columns].index(at.column)].value
        assert isinstance(true, int)
        place = (at.table, str(row[0].value), at.column)
        thin = at in published.thin
        values = published.release.rule.values_left if at in published.small and not thin else 2
        assert attackers[not thin].can_be((place, true), values), (at, true)


@enough
@for_any(figures, rules())
def test_in_one_release_no_hidden_number_can_be_worked_out(of: Figures, rule: Rule) -> None:
    tables, relations = publication(of)
    published = publish(tables, relations, rule)
    assert published.exposed == ()
    assert published.broken == ()
    nothing_can_be_worked_out(published, [published.release])


@enough
@for_any(figures, rules())
def test_what_is_shown_is_what_was_there_and_all_that_is_small_is_hidden(of: Figures, rule: Rule) -> None:
    tables, relations = publication(of)
    published = publish(tables, relations, rule)
    hidden = 0
    for before, after in zip(tables, published.tables, strict=True):
        for row_before, row_after in zip(before.rows, after.rows, strict=True):
            for column, old, new in zip(before.columns, row_before, row_after, strict=True):
                if new != old and new.missing is None:
                    assert rule.rounded_to is not None
                    assert new.value == rule.rounded(int(old.value or 0))
                elif new != old:
                    assert new == Cell(missing=Missing.SUPPRESSED, words="~")
                    hidden += 1
                counted = column.unit in rule.units and old.value is not None
                if counted and rule.smallest <= int(old.value or 0) < rule.threshold:
                    assert new.missing is Missing.SUPPRESSED
                if counted and old.value == 0 and rule.zero_shown:
                    assert new.value == 0
    assert hidden == len(published.small) + len(published.cover)
    if not published.small:
        assert published.cover == ()


@enough
@for_any(figures, rules())
def test_the_same_tables_are_published_the_same_way(of: Figures, rule: Rule) -> None:
    assert publish(*publication(of), rule) == publish(*publication(of), rule)


def hidden_in(releases: Sequence[Release]) -> Iterator[tuple[Place, int]]:
    """Every number that was hidden in any release, but noughts that the last one shows by its rule."""
    for release in releases:
        for exact, published in zip(release.exact, release.published, strict=True):
            for was, row in zip(exact.rows, published.rows, strict=True):
                for column, true, new in zip(exact.columns, was, row, strict=True):
                    if new.missing is Missing.SUPPRESSED and (true.value or not releases[-1].rule.zero_shown):
                        yield (exact.name, str(was[0].value), column.key), int(true.value or 0)


@some.composite
def histories(draw: some.DrawFn) -> list[Figures]:
    """Two or three releases of one table: services come and go, some of their figures are corrected."""
    of = draw(figures)
    history = [of]
    for _ in range(draw(some.integers(1, 2))):
        corrected = draw(some.sets(some.sampled_from(sorted(of))))
        new = draw(some.dictionaries(some.sampled_from(["A", "B", "C", "D"]), services(), max_size=1))
        of = {**of, **new, **{service: draw(services()) for service in sorted(corrected)}}
        history.append(of)
    return history


@settings(enough, max_examples=40)
@for_any(histories(), some.lists(rules(), min_size=3, max_size=3), some.booleans())
def test_over_several_releases_no_hidden_number_can_be_worked_out(
    history: list[Figures], several: list[Rule], one_rule: bool
) -> None:
    releases: list[Release] = []
    for of, rule in zip(history, several, strict=False):
        published = publish(*publication(of), several[0] if one_rule else rule, releases)
        releases.append(published.release)
        nothing_can_be_worked_out(published, releases)
        if not published.exposed and not published.exposed_before:
            attacker = Attacker(releases, told=False)
            assert [each for each in hidden_in(releases) if not attacker.can_be(each, 2)] == []


@settings(enough, max_examples=150, derandomize=True)
@for_any(histories(), rules().filter(lambda rule: rule.zero_shown and rule.rounded_to is None))
def test_under_one_rule_that_shows_nought_what_is_published_later_gives_nothing_away(
    history: list[Figures], rule: Rule
) -> None:
    releases: list[Release] = []
    for of in history:
        published = publish(*publication(of), rule, releases)
        releases.append(published.release)
        assert published.exposed == published.exposed_before == ()
