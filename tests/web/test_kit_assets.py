"""What is shipped to browsers: as recorded, whole, and without what belongs to GOV.UK alone."""

import json
import os
import re
from pathlib import Path

import pytest

from services.web import vendor
from services.web.page import static

FILES = sorted(path for path in vendor.STATIC.rglob("*") if path.is_file())


def test_what_is_shipped_and_what_it_is_made_of_are_as_recorded() -> None:
    recorded = json.loads(vendor.RECORD.read_text(encoding="utf-8"))
    assert recorded["sha256"] == vendor.shipped(), "app.scss or static/ was changed: run make assets"
    assert recorded["made of"] == {package: version for package, (version, _pin) in vendor.PINS.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_nothing_of_the_branding_of_gov_uk_is_shipped(file: Path) -> None:
    assert not re.search(r"crown|crest|favicon|logotype|govuk-icon|opengraph", file.name)
    assert file.suffix in {".css", ".js", ".svg", ".txt"}, "no fonts and no pictures but icons"
    content = file.read_text(encoding="utf-8")
    assert not [word for word in vendor.FORBIDDEN if word in content]


def test_the_style_sheet_asks_for_nothing_that_is_not_shipped() -> None:
    css = (vendor.STATIC / "app.css").read_text(encoding="utf-8")
    asked = set(re.findall(r'url\("?([^)"]+)', css))
    assert asked == {f"/static/images/{path.name}" for path in (vendor.STATIC / "images").iterdir()}
    assert "@import" not in css
    assert ".app-scroll" in css
    assert ".govuk-button" in css
    assert ".moj-timeline" in css


def test_the_scripts_run_without_the_network_and_name_no_file_that_is_missing() -> None:
    for script in vendor.STATIC.glob("*.js"):
        code = script.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in code
        for named in re.findall(r"from '\./([^']+)'", code):
            assert (vendor.STATIC / named).is_file()


def test_both_licences_go_with_what_they_are_for() -> None:
    for name, holder in (("govuk", "Government Digital Service"), ("moj", "2021 dxw")):
        licence = (vendor.STATIC / f"LICENCE-{name}-frontend.txt").read_text(encoding="utf-8")
        assert holder in licence
        assert "Permission is hereby granted, free of charge" in licence


def test_an_address_of_a_shipped_file_changes_with_its_content() -> None:
    recorded = json.loads(vendor.RECORD.read_text(encoding="utf-8"))["sha256"]
    assert static("app.css") == f"/static/app.css?v={recorded['static/app.css'][:12]}"


def test_an_archive_that_is_not_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs, into = tmp_path / "programs", tmp_path / "into"
    programs.mkdir()
    into.mkdir()
    npm = programs / "npm"
    npm.write_text("#!/bin/sh\necho something else > changed.tgz\necho changed.tgz\n", encoding="utf-8")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    with pytest.raises(vendor.NotAsPinned, match="is not the archive that was pinned"):
        vendor.fetch("govuk-frontend", into)
    assert not (into / "node_modules").exists()
