"""A browser without a window: reads a form's page strictly as HTML5, and says what it would send."""

from collections.abc import Iterator
from typing import Any

from services.web.forms import Form, faults_of, fields_of
from services.web.page import BareDesk, environment
from tests.web.strict import parse_strictly


def rendered(form: Form) -> str:
    """The page of a form, as the server sends it."""
    page = environment().get_template("forms/order.html")
    known = {"action": "/here", "back": ("/", "Back"), "here": "/here", "cspNonce": "nonce"}
    desk = BareDesk("The office", csrf="token")
    return page.render(form=form, fields=fields_of(form), faults=faults_of(form), desk=desk, **known).lstrip()


class Page:
    """A page that a browser shows. A page that is not HTML5 to the letter raises."""

    def __init__(self, html: str) -> None:
        self.root = parse_strictly(html)

    def all(self, tag: str) -> list[Any]:
        """Every element of a kind."""
        return list(self.root.iter(tag))

    @property
    def matter(self) -> Any:
        """The main part of the page."""
        return self.root.find(".//main")

    @property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return [str(each.get("id")) for each in self.root.iter() if each.get("id")]

    @property
    def text(self) -> str:
        """Everything that people read, one piece to a line; buttons and options too."""
        return "\n".join(" ".join(piece.split()) for piece in self.matter.itertext() if piece.strip())

    def entries(self) -> Iterator[Any]:
        """Every entry that a person may fill in."""
        for each in self.matter.iter():
            if each.tag in ("input", "select", "textarea") and each.get("type") != "hidden":
                yield each

    def sends(self) -> list[tuple[str, str]]:
        """What a browser would send if the form's last button were pressed."""
        sent = []
        for each in self.matter.iter():
            name = each.get("name")
            if each.tag == "input" and name and each.get("type") in ("radio", "checkbox"):
                sent += [(name, each.get("value", "on"))] if each.get("checked") is not None else []
            elif each.tag == "input" and name and each.get("type") != "file":
                sent.append((name, each.get("value", "")))
            elif each.tag == "textarea":
                sent.append((name, "".join(each.itertext()).replace("\n", "\r\n")))
            elif each.tag == "select":
                options = list(each.iter("option"))
                chosen = [option for option in options if option.get("selected") is not None] or options[:1]
                sent.append((name, chosen[0].get("value", "")))
        return sent

    def labelled(self) -> set[str]:
        """The ids of the entries that have a label with words."""
        return {each.get("for") for each in self.all("label") if "".join(each.itertext()).strip()}
