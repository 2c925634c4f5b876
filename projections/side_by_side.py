"""A report beside the one before: every figure, outcome and text, what it was, what it is and how it changed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select

from domain import money
from domain.errors import NotFound
from domain.periods import Period
from domain.reports.events import Figures
from domain.reports.form import NUMBERS, Owed, owed_of
from domain.reports.measures import Framework, Measure, Unit, count_key, framework_named
from domain.reports.quantity import Quantity
from domain.tables import Cell, Column, Missing, Row, Table, cell, shown
from projections.awards import AwardRow
from projections.reports import ReportContent, ReportRow
from projections.views import Views

_NO_REPORT = Cell(missing=Missing.NOT_APPLICABLE)
"""Where there is nothing to compare with."""


class _Report(NamedTuple):
    """What one report says."""

    row: ReportRow
    framework: Framework
    content: Figures
    counts: dict[str, Quantity]

    @classmethod
    def of(cls, row: ReportRow, content: Figures) -> "_Report":
        counts = {figure.key: figure.quantity for figure in content.figures}
        return cls(row, framework_named(row.framework), content, counts)


def side_by_side(views: Views, award: str, period: str) -> Table:
    """The report of a period beside the last one before it that is about as long. Three queries.

    Each line has a unit of its own; what was not supplied is never nought, and nothing is worked out from it. Raises
    ``NotFound`` when there is no report for that period.
    """
    found, columns = views.find(AwardRow, award), ReportRow.table.c
    days = Period.parse(period)
    reports = views.rows(ReportRow, columns.award == award, columns.ends_on <= days.end, order_by=("ends_on",))
    row = next((each for each in reports if each.period == days.code), None)
    if found is None or row is None:
        raise NotFound(f"There is no report of award {award} for {days.words}.")
    earlier = _previous(reports, days)
    wanted = [each.report for each in (row, earlier) if each is not None]
    contents = _contents(views, wanted)
    now = _Report.of(row, contents[row.report])
    before = None if earlier is None else _Report.of(earlier, contents[earlier.report])
    owed = owed_of(now.framework, found.measures, found.outcomes)
    lines = [*_counts(owed, now, before), *_outcomes(owed, now, before), *_texts(now, before)]
    then = Period(earlier.starts_on, earlier.ends_on).words if earlier else None
    return Table(
        name="side-by-side",
        title=f"{days.words} beside {then}" if then else f"{days.words}: the first report of its length",
        columns=(
            Column(key="key", title="Code", detail=True),
            Column(key="section", title="Section"),
            Column(key="what", title="What"),
            Column(key="unit", title="Counted in"),
            Column(key="before", title=f"Before ({then})" if then else "Before"),
            Column(key="now", title=f"Now ({days.words})"),
            Column(key="change", title="Change"),
        ),
        rows=tuple(lines),
        notes=(
            "Lines are counted in different units, and are not added to one another.",
            *(["Figures made up for demonstration."] if now.content.made_up else []),
        ),
        names=("key",),
    )


def _previous(reports: Sequence[ReportRow], period: Period) -> ReportRow | None:
    """The last report that ended before the period began, and is about as long (months differ by a day or three)."""
    length = (period.end - period.start).days
    fitting = (
        report
        for report in reversed(reports)
        if report.ends_on < period.start and abs((report.ends_on - report.starts_on).days - length) <= 3
    )
    return next(fitting, None)


def _contents(views: Views, reports: Sequence[str]) -> dict[str, Figures]:
    """What reports say. A content names no award: so it is within reach where its report is."""
    columns, own = ReportContent.table.c, ReportRow.table.c
    joined = ReportContent.table.join(ReportRow.table, own.report == columns.report)
    query = select(columns.report, columns.content).select_from(joined)
    found = views.connection.execute(query.where(*views.within(ReportRow), columns.report.in_(reports)))
    return {report: Figures.model_validate(content) for report, content in found}


def _counts(owed: Owed, now: _Report, before: _Report | None) -> Iterator[Row]:
    """Of each measure the whole, if it is owed or was supplied; then the categories that were supplied."""
    supplied = {*now.counts, *(before.counts if before else ())}
    keys = {key.partition(":")[0] for key in supplied} | {measure.measure for measure in owed.measures}
    frameworks = [now.framework, *([before.framework] if before else [])]
    seen: set[str] = set()
    for framework in frameworks:
        for measure in framework.measures:
            if measure.measure not in keys or measure.measure in seen:
                continue
            seen.add(measure.measure)
            yield _count(measure.measure, measure, measure.title, now, before)
            parts = {key: title for each in reversed(frameworks) for key, title in _categories(each, measure.measure)}
            for key, title in parts.items():
                if key in supplied:
                    yield _count(key, measure, title, now, before)


def _categories(framework: Framework, code_of_measure: str) -> Iterator[tuple[str, str]]:
    """The key of each part of a measure, and what it is called."""
    measure = framework.measure(code_of_measure)
    for code in measure.by if measure else ():
        breakdown = framework.breakdown(code)
        for category, title in breakdown.categories.items() if breakdown else ():
            yield count_key(code_of_measure, code, category), f"{breakdown.title if breakdown else code}: {title}"


def _count(key: str, measure: Measure, title: str, now: _Report, before: _Report | None) -> Row:
    said, said_before = now.counts.get(key), before.counts.get(key) if before else None
    known_before = before.framework.measure(measure.measure) if before else None
    same_unit = known_before is None or known_before.unit is measure.unit
    return (
        *(cell(key), cell(measure.section.replace("-", " ")), cell(title), cell(measure.unit.value)),
        _quantity(said_before, (known_before or measure).unit) if before else _NO_REPORT,
        _quantity(said, measure.unit),
        _change(said, said_before, measure.unit) if same_unit and before else _NO_REPORT,
    )


def _outcomes(owed: Owed, now: _Report, before: _Report | None) -> Iterator[Row]:
    """Of each outcome the three numbers: a share of those asked is never worked out here."""
    said = {each.outcome: each for each in now.content.outcomes}
    earlier = {each.outcome: each for each in before.content.outcomes} if before else {}
    titles = {each.outcome: each.title for each in (before.framework.outcomes if before else ())}
    titles |= {each.outcome: each.title for each in now.framework.outcomes}
    asked = {each.outcome for each in owed.outcomes} if said or earlier else set()
    for code, title in titles.items():
        if code not in asked | set(said) | set(earlier):
            continue
        for number in NUMBERS:
            own = _exactly(getattr(said.get(code), number, None))
            then = _exactly(getattr(earlier.get(code), number, None))
            yield (
                *(cell(f"outcome.{code}.{number}"), cell("outcomes"), cell(f"{title}: {number}")),
                cell(Unit.PEOPLE.value),
                _quantity(then, Unit.PEOPLE) if before else _NO_REPORT,
                _quantity(own, Unit.PEOPLE),
                _change(own, then, Unit.PEOPLE) if before else _NO_REPORT,
            )


def _exactly(count: int | None) -> Quantity | None:
    return None if count is None else Quantity.exactly(count)


def _texts(now: _Report, before: _Report | None) -> Iterator[Row]:
    """What is said in words, by heading."""
    said = {each.narrative: each.words for each in now.content.texts}
    earlier = {each.narrative: each.words for each in before.content.texts} if before else {}
    titles = {each.narrative: each.title for each in (before.framework.narratives if before else ())}
    titles |= {each.narrative: each.title for each in now.framework.narratives}
    lines = [(f"words.{code}", title, said.get(code), earlier.get(code)) for code, title in titles.items()]
    general = before.content.narrative if before else None
    lines.append(("words", "In the provider's words", now.content.narrative, general))
    for key, title, words, then in lines:
        if words is None and then is None:
            continue
        changed = "new" if then is None else "no longer said" if words is None else "changed"
        yield (
            *(cell(key), cell("words"), cell(title), cell("words")),
            cell(then, missing=Missing.NOT_SUPPLIED) if before else _NO_REPORT,
            cell(words, missing=Missing.NOT_SUPPLIED),
            cell("the same" if words == then else changed) if before else _NO_REPORT,
        )


def _quantity(said: Quantity | None, unit: Unit) -> Cell:
    if said is None:
        return Cell(missing=Missing.NOT_SUPPLIED)
    if not said.exact:
        words = _bounds(said, unit) if unit in (Unit.PENCE, Unit.POSTS) else said.words
        return Cell(words=words, at_least=said.at_least, at_most=said.at_most)
    return cell(said.at_least, words=_in(unit, said.at_least))


def _bounds(said: Quantity, unit: Unit) -> str:
    """``more than £15,000``, ``£20 to £30``."""
    low, high = _in(unit, said.at_least), None if said.at_most is None else _in(unit, said.at_most)
    if high is None:
        return f"{low} or more"
    return f"{low} to {high}" if said.at_least else f"up to {high}"


def _in(unit: Unit, number: int) -> str:
    """A whole number in its unit: ``£1,250``, ``2.5`` posts, ``1,250`` people."""
    match unit:
        case Unit.PENCE:
            return money.pounds(number)
        case Unit.POSTS:
            return shown(Column(key="posts", title="", kind="hundredths"), cell(number))
        case _:
            return f"{number:,}"


def _change(now: Quantity | None, before: Quantity | None, unit: Unit) -> Cell:
    """Now less before, where both are one number each."""
    if now is None or before is None or not (now.exact and before.exact):
        return Cell(missing=Missing.NOT_KNOWN)
    change = now.at_least - before.at_least
    return cell(change, words=f"+{_in(unit, change)}" if change > 0 else _in(unit, change))
