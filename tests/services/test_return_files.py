"""What goes into the files of a return beside its tables, and the answers that are saved with what is known alone."""

import json
from pathlib import Path

import pytest

from domain.reports.measures import frameworks
from domain.returns.commands import OpenReturn
from domain.tables import Missing
from projections.half_yearly_return.form import MADE_UP, as_it_stands
from services.exports.return_files import paper
from services.exports.words import MEANINGS
from services.office import Office
from tests.a_full_return import H1, life
from tests.projections.histories import lived_as
from tests.scenes import PROVIDER, accepted, awarded, do, fund_with
from tests.services.terminal import Terminal


def notes(office: Office) -> list[str]:
    """What the cover notes."""
    with office.reading() as views:
        return [said for label, said in paper(as_it_stands(views, H1)).facts if label == "Note"]


def test_a_note_to_a_section_is_not_one_to_the_whole_return() -> None:
    with lived_as(life()) as office:
        assert notes(office) == []


def test_that_figures_are_made_up_is_said_on_the_cover(office: Office) -> None:
    do(office, *fund_with(1_000), PROVIDER, *awarded("a1", 300), *accepted("a1", H1, made_up=True, referrals=5))
    do(office, OpenReturn(period=H1))
    assert notes(office) == [MADE_UP]


def test_every_reason_why_there_is_no_figure_is_explained() -> None:
    assert set(MEANINGS) == set(Missing)


def test_measures_are_listed_as_agree_measures_names_them(outturn: Terminal) -> None:
    assert outturn.run("do", "register-provider", "--provider", "p", "--title", "P") == 0, outturn.err
    rows = outturn.rows("measures")
    assert {row["framework"] for row in rows} == {framework.framework for framework in frameworks()}
    by = {(row["framework"], row["kind"], row["code"]): row for row in rows}
    for framework in frameworks():
        for measure in framework.measures:
            row = by[framework.framework, "measure", measure.measure]
            assert (row["title"], row["unit"], row["standard"]) == (measure.title, measure.unit, measure.standard)
            assert row["in_force_from"] == framework.in_force_from.isoformat()
        assert all((framework.framework, "outcome", each.outcome) in by for each in framework.outcomes)
        assert all((framework.framework, "breakdown", each.breakdown) in by for each in framework.breakdowns)
    waiting = by["moj-2013", "measure", "waiting"]
    assert (waiting["adds_up"], by["moj-2013", "measure", "referrals"]["adds_up"]) == (
        "the last period's stands",
        "added",
    )
    assert "female" in by["moj-2013", "breakdown", "sex"]["by"]


@pytest.mark.parametrize(("of", "is_known"), [([], True), (["provider-p"], False)])
def test_a_timeline_is_saved_with_the_log_position_only_where_it_is_known(
    outturn: Terminal, tmp_path: Path, of: list[str], is_known: bool
) -> None:
    assert outturn.run("do", "register-provider", "--provider", "p", "--title", "P") == 0, outturn.err
    assert outturn.run("show", "timeline", *of, "--save", str(tmp_path / "t.json")) == 0, outturn.err
    (table,) = json.loads((tmp_path / "t.json").read_bytes())["tables"]
    assert ("position" in [column["key"] for column in table["columns"]]) is is_known
