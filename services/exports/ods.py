"""A paper as a workbook in the OpenDocument format 1.2: the same sheets as for Excel, written with nothing but Python.

There is no formula in it, and no link but to its own worksheets; whatever a provider typed is text.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from domain.errors import Refusal
from domain.tables import Cell, Column, Row, shown
from services.exports.kinds import KINDS, day, number, whole
from services.exports.paper import CONTENTS, COVER, NOTES, Head, Paper, spooled, whole_file
from services.exports.sheets import cover, note_rows, table_name, width
from services.exports.words import clean, line, said

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = (
    " ".join(
        f'xmlns:{short}="{name}"'
        for short, name in {
            "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
            "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
            "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
            "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
            "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
            "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
            "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
            "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
            "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
            "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
            "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
            "dc": "http://purl.org/dc/elements/1.1/",
            "xlink": "http://www.w3.org/1999/xlink",
        }.items()
    )
    + ' office:version="1.2"'
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PLACE = 0.085
"""Inches of one place of a column."""
_ROW = 0.18
"""Inches of a row, about."""
_LAST_ROW = 1_048_575
_ABOVE = 3
"""Rows above the headings of a table: its title, what is there, and a link."""

_TEXT_STYLES = (
    ("title", '<style:text-properties fo:font-weight="bold" fo:font-size="14pt"/>'),
    ("bold", '<style:text-properties fo:font-weight="bold"/>'),
    ("plain", ""),
    ("open", ""),
)
_NUMBER_STYLES = {
    "pounds": (
        '<number:currency-style style:name="n-pounds"><number:currency-symbol number:language="en" '
        'number:country="GB">£</number:currency-symbol><number:number number:decimal-places="2" '
        'number:min-integer-digits="1" number:grouping="true"/></number:currency-style>'
    ),
    "count": (
        '<number:number-style style:name="n-count"><number:number number:decimal-places="0" '
        'number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    ),
    "hundredths": (
        '<number:number-style style:name="n-hundredths"><number:number number:decimal-places="2" '
        'number:min-integer-digits="1"/></number:number-style>'
    ),
    "day": (
        '<number:date-style style:name="n-day" number:language="en" number:country="GB"><number:day '
        'number:style="long"/><number:text>/</number:text><number:month number:style="long"/><number:text>/'
        '</number:text><number:year number:style="long"/></number:date-style>'
    ),
}


def _text(words: str, style: str = "plain") -> str:
    """A cell of text: a paragraph to a line, spaces that stand together kept together."""
    paragraphs = "".join(f"<text:p>{_spaced(part)}</text:p>" for part in clean(words).split("\n"))
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{paragraphs}</table:table-cell>'


def _spaced(words: str) -> str:
    escaped = escape(words)
    if "  " not in escaped and escaped[:1] != " " and escaped[-1:] != " ":
        return escaped
    return re.sub("^ +| +$| {2,}", lambda found: f'<text:s text:c="{len(found[0])}"/>', escaped)


def _link(sheet: str, words: str) -> str:
    target = quoteattr(f"#'{sheet}'.A1")
    return (
        '<table:table-cell table:style-name="plain" office:value-type="string"><text:p>'
        f'<text:a xlink:type="simple" xlink:href={target}>{escape(words)}</text:a></text:p></table:table-cell>'
    )


def _number(value: int, column: Column, cell: Cell) -> str:
    kind = KINDS[column.kind]
    told = whole(value, kind.parts)
    typed = 'office:value-type="float"'
    if kind.style == "pounds":
        typed = 'office:value-type="currency" office:currency="GBP"'
    words = f"<text:p>{escape(shown(column, cell))}</text:p>"
    return f'<table:table-cell table:style-name="{kind.style}" {typed} office:value="{told}">{words}</table:table-cell>'


def _put(column: Column) -> Callable[[Cell], str]:
    """How the cells of a column are written."""
    kind = KINDS[column.kind]

    def put(cell: Cell) -> str:
        value = number(cell, kind.parts)
        return _text(said(column, cell)) if value is None else _number(value, column, cell)

    def put_day(cell: Cell) -> str:
        found = day(cell)
        if found is None:
            return _text(said(column, cell))
        return (
            f'<table:table-cell table:style-name="day" office:value-type="date" office:date-value="{found}">'
            f"<text:p>{found:%d/%m/}{found.year:04}</text:p></table:table-cell>"
        )

    if kind.parts:
        return put
    return put_day if kind.datatype == "date" else lambda cell: _text(said(column, cell))


def _row(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>\n"


def _opening(sheet: str, widths: Sequence[float], shapes: str = "") -> str:
    columns = "".join(f'<table:table-column table:style-name="w{places:g}"/>' for places in widths)
    return f'<table:table table:name={quoteattr(sheet)} table:style-name="sheet">{shapes}{columns}\n'


def _listed(
    sheet: str, headings: Sequence[str], widths: Sequence[float], rows: Iterable[tuple[str | int, ...]]
) -> Iterator[str]:
    """A worksheet of texts, the first of each row a link to the worksheet of that name."""
    yield _opening(sheet, widths)
    yield _row([_text(sheet, "title")])
    yield _row([_text("This worksheet contains one table.", "open")])
    yield _row([_link(COVER, f"Back to {COVER}")])
    yield f"<table:table-header-rows>{_row(_text(each, 'bold') for each in headings)}</table:table-header-rows>"
    count = Column(key="count", title="Count", kind="count")
    for first, *rest in rows:
        told = [_number(each, count, Cell(value=each)) if isinstance(each, int) else _text(each) for each in rest]
        yield _row([_link(str(first), str(first)), *told])
    yield "</table:table>\n"


def _cover(paper: Paper) -> Iterator[str]:
    yield _opening(COVER, (34, 100))
    yield _row([_text(line(paper.title), "title")])
    for title, pairs in cover(paper):
        yield _row([_text(title, "bold")])
        for label, words in pairs:
            yield _row([_text(label), _text(words)])
    yield _row([_link(CONTENTS, f"Go to {CONTENTS}")])
    yield "</table:table>\n"


class _Book:
    """A workbook that is being written."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.puts = [[_put(column) for column in head.columns] for head in paper.heads]
        self.counts = [0] * len(paper.heads)
        self.widest = [[len(heading) for heading in head.headings] for head in paper.heads]
        self.pictures: dict[str, bytes] = {}

    def row(self, table: int, row: Row) -> str:
        """A row as it stands in the file. Raises ``Refusal`` when the worksheet is full."""
        self.counts[table] += 1
        if self.counts[table] + _ABOVE > _LAST_ROW:
            raise Refusal("A worksheet holds 1,048,576 rows and no more: save it as .csv or .json.")
        widest = self.widest[table]
        for place, cell in enumerate(row):
            if isinstance(cell.value, str) and len(cell.value) > widest[place]:
                widest[place] = len(cell.value)
        return _row([put(cell) for put, cell in zip(self.puts[table], row, strict=True)])

    def widths(self, table: int) -> list[int]:
        """How wide the columns of a table are, in places."""
        return [
            width(column, own) for column, own in zip(self.paper.heads[table].columns, self.widest[table], strict=True)
        ]

    def opening(self, table: int) -> str:
        """A worksheet up to where the rows of its table begin."""
        head = self.paper.heads[table]
        wide = self.widths(table)
        return "".join(
            [
                _opening(head.sheet, wide, self._shapes(head, sum(wide) * _PLACE)),
                _row([_text(head.title, "title")]),
                _row([_text(head.about, "open")]),
                _row([_link(CONTENTS, f"Back to {CONTENTS}")]),
                "<table:table-header-rows>",
                _row(_text(heading, "bold") for heading in head.headings),
                "</table:table-header-rows>",
            ]
        )

    def _shapes(self, head: Head, left: float) -> str:
        """The pictures of a chart, to the right of its table."""
        if head.chart is None:
            return ""
        from services.exports.charts import pictures  # what draws takes a second to load

        frames, top = [], _ABOVE * _ROW
        for picture in pictures(head.chart, "png"):
            name = f"Pictures/{len(self.pictures) + 1}.png"
            self.pictures[name] = picture.content
            frames.append(
                f'<draw:frame draw:name="Chart {len(self.pictures)}" svg:x="{left + 0.5:.2f}in" svg:y="{top:.2f}in" '
                f'svg:width="{picture.wide:.2f}in" svg:height="{picture.high:.2f}in"><draw:image xlink:href="{name}" '
                'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
                f"<svg:title>{escape(line(head.title))}</svg:title><svg:desc>{escape(picture.alt)}</svg:desc></draw:frame>"
            )
            top += picture.high + 0.3
        return f"<table:shapes>{''.join(frames)}</table:shapes>" if frames else ""

    def beginning(self) -> Iterator[str]:
        """The content up to the first table of the paper."""
        wide = sorted(
            {34, 100, 90, 10, 110, *(each for place in range(len(self.counts)) for each in self.widths(place))}
        )
        yield f"{_XML}<office:document-content {_NAMES}><office:automatic-styles>"
        yield from _NUMBER_STYLES.values()
        yield from (
            f'<style:style style:name="w{places:g}" style:family="table-column"><style:table-column-properties '
            f'style:column-width="{places * _PLACE:.3f}in"/></style:style>'
            for places in wide
        )
        yield (
            '<style:style style:name="sheet" style:family="table"><style:table-properties table:display="true"/>'
            "</style:style>"
        )
        for name, properties in _TEXT_STYLES:
            wrap = "" if name in ("title", "open") else ' fo:wrap-option="wrap"'
            yield (
                f'<style:style style:name="{name}" style:family="table-cell"><style:table-cell-properties '
                f'style:vertical-align="top"{wrap}/>{properties}</style:style>'
            )
        for name in _NUMBER_STYLES:
            yield (
                f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="n-{name}">'
                '<style:table-cell-properties style:vertical-align="top" style:text-align-source="fix"/>'
                '<style:paragraph-properties fo:text-align="end"/></style:style>'
            )
        yield "</office:automatic-styles><office:body><office:spreadsheet>\n"
        yield from _cover(self.paper)
        both = zip(self.paper.heads, self.counts, strict=True)
        links = [(head.sheet, head.title, count) for head, count in both]
        yield from _listed(CONTENTS, ("Worksheet", "Table", "Rows"), (34, 90, 10), links)
        if notes := note_rows(self.paper):
            yield from _listed(NOTES, ("Worksheet", "Note"), (34, 110), notes)

    def end(self) -> str:
        """The content after the last table: where each table is in its worksheet."""
        ranges = []
        for place, (head, count) in enumerate(zip(self.paper.heads, self.counts, strict=True), 1):
            last = f"{_letters(len(head.columns))}{_ABOVE + 1 + count}"
            where = quoteattr(f"'{head.sheet}'.A{_ABOVE + 1}:'{head.sheet}'.{last}")
            name = table_name(place, head.name)
            ranges.append(
                f'<table:database-range table:name="{name}" table:target-range-address={where} '
                'table:contains-header="true" table:display-filter-buttons="true"/>'
            )
        within = f"<table:database-ranges>{''.join(ranges)}</table:database-ranges>" if ranges else ""
        return f"{within}</office:spreadsheet></office:body></office:document-content>"


def _letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _meta(paper: Paper) -> str:
    return (
        f"{_XML}<office:document-meta {_NAMES}><office:meta><dc:title>{escape(line(paper.title))}</dc:title>"
        f"<dc:language>{escape(paper.language)}</dc:language><dc:date>2000-01-01T00:00:00</dc:date>"
        "</office:meta></office:document-meta>"
    )


def _styles(paper: Paper) -> str:
    language, _, country = paper.language.partition("-")
    return (
        f'{_XML}<office:document-styles {_NAMES}><office:styles><style:default-style style:family="table-cell">'
        f"<style:text-properties fo:language={quoteattr(language)} fo:country={quoteattr(country)} "
        'fo:font-family="Arial" fo:font-size="10pt"/></style:default-style></office:styles></office:document-styles>'
    )


def _settings(paper: Paper) -> str:
    """The headings stay in sight when a worksheet is scrolled."""

    def frozen(sheet: str, columns: int) -> str:
        items = {"HorizontalSplitMode": 2 if columns else 0, "VerticalSplitMode": 2, "HorizontalSplitPosition": columns}
        items |= {"VerticalSplitPosition": _ABOVE + 1, "ActiveSplitRange": 3 if columns else 2}
        items |= {"PositionLeft": 0, "PositionRight": columns, "PositionTop": 0, "PositionBottom": _ABOVE + 1}
        types = {name: "short" if name.endswith(("Mode", "Range")) else "int" for name in items}
        inner = "".join(
            f'<config:config-item config:name="{name}" config:type="{types[name]}">{value}</config:config-item>'
            for name, value in items.items()
        )
        return f"<config:config-item-map-entry config:name={quoteattr(sheet)}>{inner}</config:config-item-map-entry>"

    sheets = frozen(CONTENTS, 0) + (frozen(NOTES, 0) if note_rows(paper) else "")
    sheets += "".join(frozen(head.sheet, 1) for head in paper.heads)
    return (
        f"{_XML}<office:document-settings {_NAMES}><office:settings>"
        '<config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        '<config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        f'<config:config-item-map-named config:name="Tables">{sheets}</config:config-item-map-named>'
        f'<config:config-item config:name="ActiveTable" config:type="string">{COVER}</config:config-item>'
        "</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set></office:settings>"
        "</office:document-settings>"
    ).replace("<office:document-settings ", '<office:document-settings xmlns:ooo="http://openoffice.org/2004/office" ')


def _manifest(pictures: Iterable[str]) -> str:
    files = {"/": _MIMETYPE, **dict.fromkeys(("content.xml", "styles.xml", "meta.xml", "settings.xml"), "text/xml")}
    files |= dict.fromkeys(pictures, "image/png")
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in files.items()
    )
    names = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"'
    return f"{_XML}<manifest:manifest {names}>{entries}</manifest:manifest>"


def _entry(name: str, kind: int = ZIP_DEFLATED) -> ZipInfo:
    entry = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system, entry.external_attr = kind, 0, 0
    return entry


def write(paper: Paper, path: Path) -> list[Path]:
    """Writes the file. Rows go through files of their own: more of them need no more memory."""
    book = _Book(paper)
    with spooled(paper, book.row) as spools, whole_file(path) as out, ZipFile(out, "w") as zipped:
        zipped.writestr(_entry("mimetype", ZIP_STORED), _MIMETYPE)
        with zipped.open(_entry("content.xml"), "w", force_zip64=False) as content:
            for part in book.beginning():
                content.write(part.encode())
            for number_of_table, spool in enumerate(spools):
                content.write(book.opening(number_of_table).encode())
                shutil.copyfileobj(spool, content)
                content.write(b"</table:table>\n")
            content.write(book.end().encode())
        parts = {"styles.xml": _styles(paper), "meta.xml": _meta(paper), "settings.xml": _settings(paper)}
        for name, text in parts.items():
            zipped.writestr(_entry(name), text.encode())
        for name, picture in book.pictures.items():
            zipped.writestr(_entry(name, ZIP_STORED), picture)
        zipped.writestr(_entry("META-INF/manifest.xml"), _manifest(book.pictures))
    return [path]
