"""The provider's workbook as OpenDocument 1.2, written by the standard library alone."""

import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from services.provider_form import DECLARED, ERRORS, NOT_DECLARED, LaidCell, LaidSheet

_SPACES = {
    "office": "office",
    "style": "style",
    "text": "text",
    "table": "table",
    "fo": "xsl-fo-compatible",
    "number": "datastyle",
    "meta": "meta",
    "config": "config",
}
_NAMESPACES = " ".join(
    [f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in _SPACES.items()]
    + [
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
        'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"',
        'office:version="1.2"',
    ]
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:version="1.2" '
    f'manifest:media-type="{_MEDIA_TYPE}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}.xml" manifest:media-type="text/xml"/>'
        for name in ("content", "styles", "meta", "settings")
    )
    + "</manifest:manifest>"
)

_ENTERED = 'style:cell-protect="none" fo:background-color="#FFF7D6" fo:border="0.5pt solid #B1B4B6"'
_TEXT: dict[str, tuple[str, str]] = {
    # style: what is said of its text, and of its paragraph
    "title": ('fo:font-weight="bold" fo:font-size="14pt"', ""),
    "plain": ("", ""),
    "head": ('fo:font-weight="bold"', ""),
    "heading": ('fo:font-weight="bold"', ""),
    "label": ('fo:font-weight="bold"', ""),
    "part": ("", 'fo:margin-left="0.4cm"'),
    "said": ("", ""),
    "unit": ('fo:color="#6f777b"', ""),
    "note": ('fo:color="#6f777b"', ""),
    "code": ('fo:color="#6f777b" fo:font-size="8pt"', ""),
    **{f"{side}-{kind}": ("", 'fo:text-align="end"') for side in ("last", "entry") for kind in ("count", "pence")},
    **{f"{side}-posts": ("", 'fo:text-align="end"') for side in ("last", "entry")},
    "entry-words": ("", ""),
    "entry-why": ("", ""),
    "entry-choice": ("", ""),
}
_NOT_WRAPPED = ("title", "plain", "heading", "code")
_IN_WORDS = (
    'LEFT({c};3)="not";ISNUMBER(SEARCH("than ";{c}));ISNUMBER(SEARCH("at ";{c}));ISNUMBER(SEARCH("over ";{c}));'
    'ISNUMBER(SEARCH(" to ";{c}))'
)
_RULES = {
    "entry-count": "of:is-true-formula(OR(AND(ISNUMBER({c});{c}>=0;{c}=INT({c}));" + _IN_WORDS + "))",
    "entry-pence": "of:is-true-formula(OR(AND(ISNUMBER({c});{c}>=0;{c}=ROUND({c};2));" + _IN_WORDS + "))",
    "entry-posts": "of:is-true-formula(OR(AND(ISNUMBER({c});{c}>=0;{c}=ROUND({c};2));" + _IN_WORDS + "))",
    "entry-words": "of:cell-content-text-length()<=4000",
    "entry-why": "of:cell-content-text-length()<=4000",
    "entry-choice": f'of:cell-content-is-in-list("{DECLARED}";"{NOT_DECLARED}")',
}


def to_ods(title: str, sheets: tuple[LaidSheet, ...]) -> bytes:
    """The laid out sheets as an ODS file."""
    files = {
        "content.xml": "".join(_content(sheets)),
        "styles.xml": _styles(),
        "meta.xml": f"{_HEAD}<office:document-meta {_NAMESPACES}><office:meta><dc:title>{_escaped(title)}</dc:title>"
        "<dc:language>en-GB</dc:language></office:meta></office:document-meta>",
        "settings.xml": _settings(sheets),
        "META-INF/manifest.xml": _MANIFEST,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, text in {"mimetype": _MEDIA_TYPE, **files}.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            zipped.writestr(entry, text)
    return out.getvalue()


def _escaped(words: str) -> str:
    """Text for XML: what XML cannot hold is left out."""
    return escape("".join(sign for sign in words if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff")))


def _paragraphs(words: str) -> str:
    """A text as paragraphs; spaces that XML would swallow are written as what they are."""
    lines = [_escaped(line).replace("\t", "<text:tab/>").replace("  ", " <text:s/>") for line in words.split("\n")]
    return "".join(f"<text:p>{line}</text:p>" for line in lines)


def _content(sheets: tuple[LaidSheet, ...]) -> Iterator[str]:
    yield f"{_HEAD}<office:document-content {_NAMESPACES}><office:automatic-styles>"
    yield from _automatic_styles(sheets)
    yield "</office:automatic-styles><office:body><office:spreadsheet><table:content-validations>"
    for number, laid in enumerate(sheets):
        for row, cells in enumerate(laid.rows, 1):
            for column, cell in cells.items():
                if cell.style.startswith("entry-"):
                    yield _validation(laid.title, number, row, column, cell)
    yield "</table:content-validations>"
    for number, laid in enumerate(sheets):
        printed = quoteattr(f"'{laid.title}'.A1:'{laid.title}'.F{len(laid.rows)}")
        yield (
            f'<table:table table:name={quoteattr(laid.title)} table:style-name="ta" table:protected="true" '
            f"table:print-ranges={printed}>"
        )
        for column in range(len(laid.widths)):
            yield f'<table:table-column table:style-name="co{number}-{column}" table:default-cell-style-name="plain"/>'
        for row, cells in enumerate(laid.rows, 1):
            start, end = ("<table:table-header-rows>", "</table:table-header-rows>")
            yield start if row == laid.heading_row else ""
            yield '<table:table-row table:style-name="ro">'
            for column in range(1, max(cells, default=0) + 1):
                yield _cell(cells.get(column), f"v{number}-{row}-{column}")
            yield "</table:table-row>"
            yield end if row == laid.heading_row else ""
        yield "</table:table>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def _cell(cell: LaidCell | None, validation: str) -> str:
    if cell is None:
        return "<table:table-cell/>"
    how = f'table:style-name="{cell.style}"'
    if cell.style.startswith("entry-"):
        how += f' table:content-validation-name="{validation}"'
    match cell.value:
        case None | "":
            return f"<table:table-cell {how}/>"
        case int() | Decimal() if cell.style.endswith("-pence"):
            kind = f'office:value-type="currency" office:currency="GBP" office:value="{cell.value}"'
            return f"<table:table-cell {how} {kind}><text:p>£{cell.value:,.2f}</text:p></table:table-cell>"
        case int() | Decimal():
            kind = f'office:value-type="float" office:value="{cell.value:f}"'
            return f"<table:table-cell {how} {kind}><text:p>{cell.value:,f}</text:p></table:table-cell>"
        case words:
            return f'<table:table-cell {how} office:value-type="string">{_paragraphs(words)}</table:table-cell>'


def _validation(title: str, number: int, row: int, column: int, cell: LaidCell) -> str:
    letter = chr(ord("A") + column - 1)
    base = f"'{title}'.{letter}{row}"
    condition = _RULES[cell.style].format(c=f"[.{letter}{row}]")
    listed = ' table:display-list="unsorted"' if cell.style == "entry-choice" else ""
    return (
        f'<table:content-validation table:name="v{number}-{row}-{column}" table:condition={quoteattr(condition)} '
        f'table:allow-empty-cell="true" table:base-cell-address={quoteattr(base)}{listed}>'
        f'<table:help-message table:title="What to write" table:display="true"><text:p>{_escaped(cell.prompt)}</text:p>'
        '</table:help-message><table:error-message table:title="This cannot stay so" table:display="true" '
        f'table:message-type="stop"><text:p>{_escaped(ERRORS[cell.style])}</text:p></table:error-message>'
        "</table:content-validation>"
    )


def _automatic_styles(sheets: tuple[LaidSheet, ...]) -> Iterator[str]:
    for number, laid in enumerate(sheets):
        for column, width in enumerate(laid.widths):
            yield (
                f'<style:style style:name="co{number}-{column}" style:family="table-column">'
                f'<style:table-column-properties style:column-width="{width * 0.2:.2f}cm"/></style:style>'
            )
    yield (
        '<style:style style:name="ro" style:family="table-row"><style:table-row-properties '
        'style:use-optimal-row-height="true"/></style:style>'
        '<style:style style:name="ta" style:family="table" style:master-page-name="Default">'
        '<style:table-properties table:display="true"/></style:style>'
        '<number:number-style style:name="n-count"><number:number number:decimal-places="0" '
        'number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
        '<number:number-style style:name="n-posts"><number:number number:min-integer-digits="1"/></number:number-style>'
        '<number:currency-style style:name="n-pence"><number:currency-symbol number:language="en" number:country="GB">'
        '£</number:currency-symbol><number:number number:decimal-places="2" number:min-integer-digits="1" '
        'number:grouping="true"/></number:currency-style>'
        '<number:text-style style:name="n-words"><number:text-content/></number:text-style>'
    )
    for style, (text, paragraph) in _TEXT.items():
        yield _cell_style(style, text, paragraph)


def _cell_style(style: str, text: str, paragraph: str) -> str:
    side, _, kind = style.partition("-")
    data = f' style:data-style-name="n-{kind}"' if kind in ("count", "pence", "posts", "words") else ""
    data = ' style:data-style-name="n-words"' if kind == "why" else data
    wrapped = "" if style in _NOT_WRAPPED else ' fo:wrap-option="wrap"'
    if side == "entry":
        look = _ENTERED
    else:
        look = 'style:cell-protect="protected"'
        look += ' fo:border-bottom="1pt solid #000000"' if style == "head" else ""
        look += ' fo:border-top="0.5pt solid #B1B4B6"' if style == "heading" else ""
    aligned = f"<style:paragraph-properties {paragraph}/>" if paragraph else ""
    fix = ' style:text-align-source="fix"' if "text-align" in paragraph else ""
    return (
        f'<style:style style:name="{style}" style:family="table-cell" style:parent-style-name="Default"{data}>'
        f'<style:table-cell-properties {look}{fix} style:vertical-align="top"{wrapped}/>{aligned}'
        + (f"<style:text-properties {text}/>" if text else "")
        + "</style:style>"
    )


def _styles() -> str:
    return (
        f"{_HEAD}<office:document-styles {_NAMESPACES}><office:styles>"
        '<style:default-style style:family="table-cell"><style:text-properties fo:language="en" fo:country="GB" '
        'fo:font-size="10pt"/></style:default-style>'
        '<style:style style:name="Default" style:family="table-cell"/></office:styles><office:automatic-styles>'
        '<style:page-layout style:name="page"><style:page-layout-properties fo:page-width="29.7cm" '
        'fo:page-height="21cm" style:print-orientation="landscape" fo:margin="1.5cm" style:scale-to-X="1" '
        'style:scale-to-Y="0"/></style:page-layout></office:automatic-styles><office:master-styles>'
        '<style:master-page style:name="Default" style:page-layout-name="page"><style:footer><text:p>'
        "<text:sheet-name>Sheet</text:sheet-name>, page <text:page-number>1</text:page-number></text:p></style:footer>"
        "</style:master-page></office:master-styles></office:document-styles>"
    )


def _settings(sheets: tuple[LaidSheet, ...]) -> str:
    """The headings stay in sight."""
    entries = "".join(
        f"<config:config-item-map-entry config:name={quoteattr(laid.title)}>"
        + "".join(
            f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'
            for name, kind, value in (
                ("VerticalSplitMode", "short", 2),
                ("VerticalSplitPosition", "int", laid.heading_row),
                ("ActiveSplitRange", "short", 2),
                ("PositionBottom", "int", laid.heading_row),
            )
        )
        + "</config:config-item-map-entry>"
        for laid in sheets
    )
    return (
        f"{_HEAD}<office:document-settings {_NAMESPACES}><office:settings>"
        '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
        '<config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1'
        '</config:config-item><config:config-item-map-named config:name="Tables">'
        f"{entries}</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )
