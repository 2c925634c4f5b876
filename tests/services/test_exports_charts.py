"""A chart is drawn so that everybody can read it: in black and white, with gaps told, and the same each time."""

import re
from io import BytesIO
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.image import imread
from pydantic import ValidationError

from domain.charts import Chart, Series
from domain.tables import Cell, Missing, cell
from services.exports.charts import pictures
from tests.services.exported import HOSTILE, bars, raw

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: Chart) -> list[str]:
    """The drawings of a chart as SVG."""
    return [each.content.decode() for each in pictures(chart, "svg")]


def texts(svg: str) -> list[str]:
    """Every text in a drawing."""
    return ["".join(each.itertext()).strip() for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def of_many(categories: int, series: int = 3) -> Chart:
    """A chart of so many categories."""
    return Chart(
        name="many",
        title="Many services",
        alt="Many services, all alike.",
        unit="people",
        label="Service",
        categories=tuple(f"Service number {number}" for number in range(categories)),
        series=tuple(
            Series(name=f"s{place}", title=f"Series {place}", cells=tuple(map(cell, range(categories))))
            for place in range(series)
        ),
    )


class TestDrawing:
    def test_figures_stand_at_the_bars_and_a_gap_says_why_it_is_one(self) -> None:
        (svg,) = drawn(bars())
        said = texts(svg)
        for figure in ("£20", "£30", "£0", "£10", "-£5"):
            assert figure in said
        assert "· · ·  not supplied" in said
        assert "Allocation" in said
        assert "Spend" in said

    def test_a_gap_is_no_bar_of_nought(self) -> None:
        chart = bars()
        gap = chart.series[1].model_copy(update={"cells": (cell(1000), Cell(missing=Missing.SUPPRESSED), cell(-500))})
        said = texts(drawn(chart.model_copy(update={"series": (chart.series[0], gap)}))[0])
        assert "· · ·  suppressed" in said
        assert said.count("£0") == 2  # the figure that is nought, and the nought of the scale

    def test_every_bar_tells_its_own_unit_where_units_differ(self) -> None:
        chart = of_many(3, 1).model_copy(update={"units": ("referrals", "people", "cases")})
        said = texts(drawn(chart)[0])
        assert {"0 referrals", "1 people", "2 cases"} <= set(said)

    def test_what_a_provider_typed_is_text_and_no_mathematics_or_markup(self) -> None:
        chart = Chart.model_construct(
            **{
                **dict(bars()),
                "categories": HOSTILE,
                "series": (Series.model_construct(name="s", title="<b>$x$", cells=tuple(raw(1) for _ in HOSTILE)),),
            }
        )
        found = " ".join(text for svg in drawn(chart) for text in texts(svg))
        assert "<script>alert(1)</script>" in found
        assert "*bold* _slanted_ $x^2$" in found
        for svg in drawn(chart):
            tags = {each.tag.removeprefix(SVG) for each in ElementTree.fromstring(svg).iter()}
            assert not tags & {"script", "a", "foreignObject", "image"}

    def test_many_categories_are_drawn_in_several_pictures_that_fit_a_page_each(self) -> None:
        for series in (1, 4):
            found = pictures(of_many(24, series), "svg")
            assert all(each.high / each.wide <= 1.25 for each in found)
            said = [text for each in found for text in texts(each.content.decode())]
            assert [said.count(f"Service number {number}") for number in range(24)] == [1] * 24
            assert found[0].alt == f"Many services, all alike. Picture 1 of {len(found)}."

    def test_all_pictures_of_a_chart_have_one_scale(self) -> None:
        first, *_, last = drawn(of_many(50))
        scale = [text for text in texts(first) if text.isdecimal() and int(text) % 10 == 0]
        assert set(scale) <= set(texts(last))

    def test_nothing_to_draw_is_no_picture(self) -> None:
        assert pictures(of_many(0), "svg") == []


class TestWithoutColour:
    def test_bars_of_different_series_have_different_patterns(self) -> None:
        (svg,) = drawn(bars())
        assert len(set(re.findall(r"fill: url\(#[^)]+\)", svg))) == 1  # one is plain, the other is hatched
        assert "#1d70b8" in svg

    def test_in_greys_too_they_are_not_alike(self) -> None:
        (picture,) = pictures(of_many(2, 4), "png")
        pixels = imread(BytesIO(picture.content))[:, :, :3] @ np.array([0.299, 0.587, 0.114])
        darkness = {round(float(value), 1) for value in np.unique(pixels.round(1))}
        assert {1.0, 0.0} <= darkness  # white and black are both there
        assert len(darkness) >= 4


class TestSameBytes:
    @pytest.mark.parametrize("form", ["svg", "png"])
    def test_whatever_somebody_has_set_for_drawings_of_their_own(self, form: str) -> None:
        before = pictures(bars(), "svg" if form == "svg" else "png")
        with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red", "savefig.dpi": 30}):
            assert pictures(bars(), "svg" if form == "svg" else "png") == before

    def test_names_in_a_drawing_begin_with_the_name_of_its_chart(self) -> None:
        (svg,) = drawn(bars())
        names = re.findall(r'\bid="([^"]+)"', svg)
        assert names
        assert all(name.startswith("spend-chart-1-") for name in names)
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(names)
        assert set(re.findall(r'href="#([^"]+)"', svg)) <= set(names)


class TestItsTable:
    def test_goes_with_every_chart_and_holds_its_cells(self) -> None:
        table = bars().table()
        assert [column.key for column in table.columns] == ["category", "allocation", "spend"]
        assert [column.kind for column in table.columns] == ["text", "pence", "pence"]
        assert [row[2] for row in table.rows] == list(bars().series[1].cells)

    def test_tells_the_unit_of_each_row_where_units_differ(self) -> None:
        table = of_many(2, 1).model_copy(update={"units": ("referrals", "people")}).table()
        assert [column.title for column in table.columns] == ["Service", "Counted in", "Series 0"]
        assert [row[1].value for row in table.rows] == ["referrals", "people"]

    def test_a_chart_without_a_cell_for_every_category_is_none(self) -> None:
        with pytest.raises(ValidationError, match="for every category"):
            Chart(
                name="c",
                title="C",
                alt="A",
                unit="people",
                label="L",
                categories=("a", "b"),
                series=(Series(name="s", title="S", cells=(cell(1),)),),
            )
