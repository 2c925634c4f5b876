"""A return that was signed once is made again for ever: golden logs with the return that they make, byte for byte.

Each folder of ``golden/returns`` holds ``log.json``, a fixed list of recorded events, and ``return.json``, the filled
return that they make, as it is digested and signed. **They are never edited, only added to.** If a change of a section
turns this test red, then returns that were signed under the old template can no longer be reproduced: leave the old
template's output as it was, and give the change a new template of its own, with a golden return of its own.

To add one, see ``write_golden`` below; it refuses to write over what is there.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import StaticPool, create_engine

from domain.kernel import Command, Recorded
from domain.returns.events import ReturnOpened, ReturnSignedOff
from domain.returns.filled import FilledReturn, templates
from domain.tables import Missing, Table, canonical
from projections.half_yearly_return.form import SECTIONS, fill_in
from projections.rows import METADATA, Rows
from projections.views import Views, projections_of
from services.proof import as_bytes
from tests.a_full_return import life
from tests.projections.histories import lived_as
from tests.test_golden import load

FOLDER = Path(__file__).with_name("golden") / "returns"
GOLDEN = sorted(path for path in FOLDER.iterdir() if path.is_dir())
EACH = pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)


def recorded_in(golden: Path) -> list[Recorded]:
    """The events of a golden log, in order."""
    said: list[dict[str, Any]] = json.loads((golden / "log.json").read_bytes())
    return [
        Recorded(
            stream=each["stream"],
            version=each["version"],
            position=position,
            event=load(each["name"], json.dumps(each["fields"]).encode()),
            at=datetime.fromisoformat(each["at"]),
            by=each["by"],
            act="",
        )
        for position, each in enumerate(said, 1)
    ]


def the_signature(log: Sequence[Recorded]) -> tuple[Recorded, ReturnSignedOff]:
    """The signature at its end."""
    last = log[-1]
    assert isinstance(last.event, ReturnSignedOff)
    return last, last.event


def folded(log: Sequence[Recorded]) -> FilledReturn:
    """The return that a log makes, up to the position that was signed."""
    last, signed = the_signature(log)
    with create_engine("sqlite://", poolclass=StaticPool).connect() as connection:
        METADATA.create_all(connection)
        rows = Rows(connection, fresh=True)
        for recorded in log[: signed.position]:
            for projection in projections_of(type(recorded.event)):
                projection.apply(recorded, rows)
        rows.write()
        views = Views(connection, signed.position, last.at, None)  # type: ignore[arg-type]
        filled = fill_in(views, last.reference, signed.template)
        connection.rollback()
    return filled


@EACH
def test_a_golden_log_still_makes_its_return_byte_for_byte(golden: Path) -> None:
    log = recorded_in(golden)
    filled = folded(log)
    assert as_bytes(filled) == (golden / "return.json").read_bytes()
    assert filled.sha256 == the_signature(log)[1].sha256


@EACH
def test_a_golden_return_is_what_was_signed(golden: Path) -> None:
    last, signed = the_signature(recorded_in(golden))
    written = FilledReturn.model_validate_json((golden / "return.json").read_bytes())
    assert written.tables == signed.tables
    assert written.sha256 == signed.sha256
    assert (written.period, written.template, written.position) == (last.reference, signed.template, signed.position)


@EACH
def test_a_golden_log_is_whole(golden: Path) -> None:
    versions: dict[str, int] = {}
    for recorded in recorded_in(golden):
        assert recorded.version == versions.get(recorded.stream, 0) + 1
        versions[recorded.stream] = recorded.version


def test_every_template_has_a_golden_return() -> None:
    used = {
        recorded.event.template
        for golden in GOLDEN
        for recorded in recorded_in(golden)
        if isinstance(recorded.event, ReturnOpened)
    }
    assert used == {template.template for template in templates()}


def test_the_golden_returns_together_fill_every_section_and_know_every_kind_of_cell() -> None:
    tables = [table for golden in GOLDEN for table in folded(recorded_in(golden)).tables]
    assert all(has_figures(of_a_section) for of_a_section in by_section(tables).values())
    cells = [cell for table in tables for row in table.rows for cell in row]
    assert {cell.missing for cell in cells} >= {Missing.NIL, Missing.NOT_SUPPLIED, Missing.NOT_APPLICABLE, None}
    assert any(cell.at_least is not None and cell.at_most is None for cell in cells)
    assert any(cell.at_most is not None for cell in cells)
    assert any("counts in proportion to its days" in note for table in tables for note in table.notes)


def by_section(tables: Sequence[Table]) -> dict[str, list[Table]]:
    """The tables of each section, told by how their names begin."""
    begin = {"needs-and-support": ("needs-", "supported-")}
    return {
        section: [table for table in tables if table.name.startswith(begin.get(section, (section,)))]
        for section in SECTIONS
    }


def has_figures(tables: Sequence[Table]) -> bool:
    """Whether each of them says something of a service."""
    return bool(tables) and all(any(cell.sources for row in table.rows for cell in row) for table in tables)


def write_golden(folder: Path, orders: Sequence[Command[Any]]) -> None:
    """Writes the log of an office that obeyed the orders, the last a signature, and the return it makes. Only anew."""
    folder.mkdir(parents=True)
    with lived_as(list(orders)) as office:
        log = list(office.log.everything())
    said = [
        {
            "stream": recorded.stream,
            "version": recorded.version,
            "name": recorded.event.name,
            "fields": recorded.event.model_dump(mode="json"),
            "at": recorded.at.isoformat(),
            "by": recorded.by,
        }
        for recorded in log
    ]
    (folder / "log.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "return.json").write_bytes(as_bytes(folded(log)))


def test_a_golden_return_is_written_from_orders_and_never_over_one(tmp_path: Path) -> None:
    orders = life()
    write_golden(tmp_path / "one", orders)
    assert as_bytes(folded(recorded_in(tmp_path / "one"))) == (tmp_path / "one" / "return.json").read_bytes()
    with pytest.raises(FileExistsError):
        write_golden(tmp_path / "one", orders)
    assert (
        canonical(json.loads((tmp_path / "one" / "return.json").read_bytes()))
        == (tmp_path / "one" / "return.json").read_bytes()
    )
