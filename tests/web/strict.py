"""Pages read as strictly as they can be: HTML5 without a single error, and what the house asks of every page."""

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

SVG = "{http://www.w3.org/2000/svg}"
LOADED = ("src", "srcset", "data", "poster", "action", "formaction", "background", "{http://www.w3.org/1999/xlink}href")
"""Attributes whose address is loaded or sent to without anybody following a link."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
UNLABELLED = ("hidden", "submit", "button", "image", "reset")
"""Kinds of input that need no label."""


class NotStrict(AssertionError):
    """What is wrong with a page, all of it, a line to each fault."""


def parse_strictly(html: str, outside: Collection[str] = ()) -> Element:
    """The page as a tree, or ``NotStrict`` with every fault.

    ``outside`` names the hosts to which a page may hold a plain link, such as that of a published decision.
    """
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    faults = [*_of_syntax(html, parser), *_of_the_head(root), *_of_ids(root), *_of_fields(root), *_of_tables(root)]
    faults += [*_of_security(root, outside)]
    if faults:
        raise NotStrict("\n".join(faults))
    return root


def text(element: Element | None) -> str:
    """The words in an element, in one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _of_syntax(html: str, parser: Any) -> Iterator[str]:
    lines = html.splitlines()
    for (line, column), code, more in parser.errors:
        near = lines[line - 1].strip()[:160] if 0 < line <= len(lines) else ""
        yield f"HTML: {code} {more or ''} at line {line}, column {column}: {near}"
    if not html.startswith("<!DOCTYPE html>"):
        yield "HTML: the page does not begin with its doctype"


def _of_the_head(root: Element) -> Iterator[str]:
    if root.get("lang") != "en-GB":
        yield "the page does not say that it is in British English (lang)"
    headings = [text(heading) for heading in root.iter("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"the page has not exactly one h1 with words: {headings}"
    titles = [text(title) for title in root.iter("title")]
    if len(titles) != 1 or not titles[0]:
        yield f"the page has not exactly one title with words: {titles}"
    elif "GOV.UK" in titles[0] or " - " not in titles[0]:
        yield f"the title is not this page's and this office's: {titles[0]}"
    elif headings and text(root.find(".//h1")) not in titles[0]:
        yield f"the title does not hold the heading: {titles[0]!r} and {headings[0]!r}"
    if root.find(".//main") is None:
        yield "the page has no main part"
    levels = [int(found.tag[1]) for main in root.iter("main") for found in main.iter() if found.tag in HEADINGS]
    for before, after in pairwise([1, *levels]):  # a banner may stand above the h1 with a heading of the second level
        if after > before + 1:
            yield f"a heading of level {after} comes after one of level {before}"


def _of_ids(root: Element) -> Iterator[str]:
    counts = Counter(found.get("id") for found in root.iter() if found.get("id") is not None)
    for identity, times in counts.items():
        if times > 1:
            yield f"{times} things have the id {identity}"
        if not identity or identity.split() != [identity]:
            yield f"the id {identity!r} is empty or has a space in it"
    for found in root.iter():
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for", "list", "form"):
            for named in (found.get(attribute) or "").split():
                if named not in counts:
                    yield f"{attribute} of <{found.tag}> names {named}, which is not on the page"
        href = found.get("href") or ""
        if found.tag == "a" and href.startswith("#") and href[1:] and href[1:] not in counts:
            yield f"a link leads to {href}, which is not on the page"


def _of_fields(root: Element) -> Iterator[str]:
    fields = [found for found in root.iter() if found.tag in ("input", "select", "textarea", "progress", "meter")]
    by_id = {found.get("id"): found for found in fields if found.get("id")}
    labels = list(root.iter("label"))
    for label in labels:
        field = by_id.get(label.get("for"))
        if not text(label):
            yield f"the label for {label.get('for')} has no words"
        if field is None or field.get("type") == "hidden":
            yield f"the label {text(label)!r} points at no field"
    labelled = {label.get("for") for label in labels}
    for field in fields:
        named = field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
        if not named and field.get("type") not in UNLABELLED:
            yield f"the field {field.get('name')} has no label"
    for button in root.iter("button"):
        if not text(button) and not button.get("aria-label"):
            yield "a button has no words"
    for form in root.iter("form"):
        yield from _of_a_form(form)


def _of_a_form(form: Element) -> Iterator[str]:
    method, where = (form.get("method") or "").lower(), form.get("action")
    if method not in ("get", "post"):
        yield f"the form to {where} does not say how it is sent"
    tokens = [field.get("value") for field in form.iter("input") if field.get("name") == "csrf_token"]
    if method == "post" and (len(tokens) != 1 or not tokens[0]):
        yield f"the form to {where} is posted without the one csrf_token"
    if method == "get" and tokens:
        yield f"the form to {where} puts the csrf_token into an address"


def _of_tables(root: Element) -> Iterator[str]:
    for table in root.iter("table"):
        caption = text(table.find("caption"))
        if not caption:
            yield "a table has no caption"
        heads = list(table.iter("th"))
        if not any(head.get("scope") == "col" for head in heads):
            yield f"the table {caption!r} has no heads of columns"
        for head in heads:
            if head.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"a head of the table {caption!r} has no scope: {text(head)!r}"
            if not text(head):
                yield f"a head of the table {caption!r} has no words"


def _of_security(root: Element, outside: Collection[str]) -> Iterator[str]:
    for found in root.iter():
        if "style" in found.attrib or found.tag in ("style", f"{SVG}style"):
            yield f"<{found.tag}> has a style of its own: {found.get('style') or ''}"
        for attribute in found.attrib:
            if attribute.lower().startswith("on"):
                yield f"<{found.tag}> runs a script by {attribute}"
        if found.tag == "script" and not found.get("src") and not found.get("nonce"):
            yield "a script stands in the page without a nonce"
        href = found.get("href")
        addresses = [found.get(attribute) for attribute in LOADED]
        if found.tag != "a":
            addresses.append(href)
        elif href is not None and _is_outside(href, outside):
            yield f"a link leads out of the house: {href}"
        for address in addresses:
            if address is not None and _is_outside(address, ()):
                yield f"<{found.tag}> takes something from, or sends it to, another site: {address}"


def _is_outside(address: str, allowed: Collection[str]) -> bool:
    parts = urlsplit(address.strip())
    if parts.scheme in ("mailto", "tel") or (parts.scheme == "data" and address == "data:,"):
        return False
    if parts.scheme == "https" and parts.hostname in allowed:
        return False
    return bool(parts.scheme or parts.netloc)
