"""Charts within a page: drawings that need no style of their own, so that the page's rules let them be seen.

Under ``style-src 'self'`` a drawing's ``style`` attributes are passed over, and all of it is black. So each is made
into the attributes that say the same. Drawn once and kept: the same chart gives the same drawing.
"""

import threading
from functools import lru_cache
from xml.etree import ElementTree

from markupsafe import Markup

from domain.charts import Chart

SVG, LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
KEPT = 128
"""How many charts are kept drawn."""
_ATTRIBUTES = frozenset(
    {"fill", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray"}
    | {"stroke-dashoffset", "stroke-opacity", "stroke-miterlimit", "opacity", "clip-path"}
    | {"font-size", "font-weight", "font-style", "text-anchor"}
)
"""The properties that are attributes too. The family of type is the page's."""
_DRAWING = threading.Lock()
"""matplotlib's settings are one to a process: one chart is drawn at a time."""


@lru_cache(maxsize=KEPT)
def drawings(chart: Chart) -> tuple[Markup, ...]:
    """The chart as drawings to stand in a page, each said in words too; none when there is nothing to draw."""
    from services.exports.charts import pictures  # here, because matplotlib takes a second to load

    with _DRAWING:
        drawn = pictures(chart, "svg")
    return tuple(
        inline(picture.content, f"{chart.name}-{number}", chart.title, picture.alt)
        for number, picture in enumerate(drawn, 1)
    )


def inline(svg: bytes, name: str, title: str, description: str) -> Markup:
    """A drawing of ours as markup for a page, with its title and what it says in words."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - drawn by ourselves a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}style", f"{{{SVG}}}metadata"):
                parent.remove(child)
    for element in root.iter():
        _as_attributes(element)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    said_by = f"{name}-title", f"{name}-description"
    root.attrib.update(
        {
            "role": "img",
            "aria-labelledby": " ".join(said_by),
            "focusable": "false",
            "stroke-linejoin": "round",
            "stroke-linecap": "butt",
        }
    )
    for place, (kind, identity, words) in enumerate((("title", said_by[0], title), ("desc", said_by[1], description))):
        said = ElementTree.Element(f"{{{SVG}}}{kind}", {"id": identity})
        said.text = words
        root.insert(place, said)
    return Markup(_written(root))  # noqa: S704 - every text in it was escaped as it was written


def _as_attributes(element: ElementTree.Element) -> None:
    for declared in element.attrib.pop("style", "").split(";"):
        key, _, value = (part.strip() for part in declared.partition(":"))
        if key in _ATTRIBUTES:
            element.set(key, value)


def _written(root: ElementTree.Element) -> str:
    """The drawing as HTML has it: no prefixes, links by their plain name, no space that only indents."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SVG}}}")
        if (target := element.attrib.pop(f"{{{LINK}}}href", None)) is not None:
            element.set("href", target)
        for key, value in element.attrib.items():
            element.set(key, " ".join(value.split()))
        if element.text is not None and not element.text.strip():
            element.text = None
        if element.tail is not None and not element.tail.strip():
            element.tail = None
    return ElementTree.tostring(root, encoding="unicode")
