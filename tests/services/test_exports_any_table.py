"""Whatever a table holds, every format that is data gives it back: a property, over tables of every kind of cell."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from csvw import CSVW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.money import MOST_PENCE
from domain.tables import Cell, Column, Kind, Missing, Row, Table
from services.exports.formats import save
from services.exports.kinds import KINDS
from services.exports.paper import Paper
from tests.services.exported import by_calamine, by_openpyxl, expected, spread

WORDS = st.text(st.characters(exclude_categories=["C"]), max_size=20)
WHOLE = st.integers(-MOST_PENCE, MOST_PENCE)
DAYS = st.dates(date(1900, 3, 1), date(9999, 12, 31)).map(date.isoformat)
MOMENTS = st.datetimes(datetime(1900, 3, 1), datetime(9000, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    datetime.isoformat
)
VALUES: dict[Kind, st.SearchStrategy[bool | int | str]] = {
    "text": WORDS,
    "count": WHOLE,
    "pence": WHOLE,
    "hundredths": WHOLE,
    "date": DAYS,
    "moment": MOMENTS,
    "yes-no": st.booleans(),
}


def cells(kind: Kind) -> st.SearchStrategy[Cell]:
    """Any cell of a column of that kind."""
    given_sources = st.lists(st.integers(1, 10**6), max_size=2).map(tuple)
    values = st.builds(lambda value, sources: Cell(value=value, sources=sources), VALUES[kind], given_sources)
    missing = st.builds(lambda why, words: Cell(missing=why, words=words), st.sampled_from(Missing), st.none() | WORDS)
    bounded = st.integers(0, 10**6).map(lambda least: Cell(words=f"more than {least:,}", at_least=least + 1))
    return st.one_of(values, missing, bounded) if kind == "count" else st.one_of(values, missing)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Any table."""
    kinds = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=5))
    columns = tuple(Column(key=f"c{place}", title=f"Column {place}", kind=kind) for place, kind in enumerate(kinds))
    rows: list[Row] = draw(st.lists(st.tuples(*map(cells, kinds)), max_size=5))
    return Table(name=draw(st.sampled_from(("a", "b"))), title=draw(WORDS), columns=columns, rows=tuple(rows))


PAPERS = st.builds(
    lambda held, seed: spread(Paper(title="Any", tables=held), seed), st.lists(tables(), max_size=3), st.integers()
)
"""Tables whose rows come mixed up with one another's."""


def test_every_kind_there_is_can_be_written() -> None:
    assert set(VALUES) == set(KINDS) == set(Kind.__args__)  # type: ignore[attr-defined]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paper=PAPERS)
def test_workbooks_give_it_back(tmp_path: Path, paper: Paper) -> None:
    for ending, readers in (("xlsx", (by_openpyxl, by_calamine)), ("ods", (by_calamine,))):
        save(paper, tmp_path / f"any.{ending}")
        for read in readers:
            assert read(tmp_path / f"any.{ending}") == expected(paper)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paper=PAPERS)
def test_json_gives_it_back(tmp_path: Path, paper: Paper) -> None:
    save(paper, tmp_path / "any.json")
    read = json.loads((tmp_path / "any.json").read_text(encoding="utf-8"))
    rows: list[list[Row]] = [[] for _ in paper.tables]
    for table, row in paper.rows():
        rows[table].append(row)
    whole = [table.model_copy(update={"rows": tuple(own)}) for table, own in zip(paper.tables, rows, strict=True)]
    assert [Table.model_validate(table) for table in read["tables"]] == whole


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_csv_is_what_its_metadata_says(tmp_path: Path, table: Table) -> None:
    save(Paper(title="Any", tables=[table]), tmp_path / "any.csv")
    read = CSVW(str(tmp_path / "any.csv-metadata.json"), validate=True)
    rows = list(read.tables[0])
    assert read.is_valid
    assert len(rows) == len(table.rows)
    for found, row in zip(rows, table.rows, strict=True):
        for column, each in zip(table.columns, row, strict=True):
            if each.missing is not None:
                assert found[column.key] is None
            elif isinstance(each.value, int) and KINDS[column.kind].parts and isinstance(found[column.key], str):
                assert int(found[column.key]) == each.value
            elif isinstance(each.value, int) and KINDS[column.kind].parts:
                parts = 100 if column.kind == "hundredths" else 1
                assert found[column.key] * parts == each.value
