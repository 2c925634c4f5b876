"""What a provider fills in, and the frameworks and code lists on file that it is made from."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Refusal
from domain.periods import Period
from domain.reports import measures as on_file
from domain.reports.form import NUMBERS, form_of, owed_of
from domain.reports.measures import Framework, Unit, framework_for, framework_named, frameworks
from domain.returns import filled as forms_on_file
from domain.returns.filled import Template, template_for, template_named, templates

EACH = pytest.mark.parametrize("framework", frameworks(), ids=lambda framework: framework.framework)
FRAMEWORK_FILES = sorted(on_file._FOLDER.glob("*.json"))
CODE_LIST_FILES = sorted(on_file._CODE_LISTS.glob("*.json"))
SHEETS = [
    *("Demand", "People", "Crimes", "Needs and support", "Outcomes"),
    *("Restorative justice", "Money and posts", "In words"),
]


def read(path: Path) -> dict[str, Any]:
    """A data file."""
    said: dict[str, Any] = json.loads(path.read_bytes())
    return said


class TestTheForm:
    @EACH
    @pytest.mark.parametrize("everything", [True, False], ids=["every measure", "the standard"])
    def test_each_count_outcome_and_heading_that_is_owed_stands_in_it_once(
        self, framework: Framework, everything: bool
    ) -> None:
        owed = owed_of(framework, [m.measure for m in framework.measures] if everything else None, None)
        keys = Counter(line.key for sheet in form_of(owed) for line in sheet.lines)
        assert set(keys.values()) == {1}
        wanted = {*owed.counts}
        wanted |= {f"outcome.{outcome.outcome}.{number}" for outcome in owed.outcomes for number in NUMBERS}
        wanted |= {f"words.{narrative.narrative}" for narrative in framework.narratives}
        assert set(keys) == wanted

    @EACH
    def test_its_sheets_stand_in_one_order_and_none_is_empty(self, framework: Framework) -> None:
        whole = form_of(owed_of(framework, [m.measure for m in framework.measures], None))
        assert [sheet.title for sheet in whole] == SHEETS
        assert all(sheet.lines for sheet in whole)
        least = form_of(owed_of(framework, ["referrals"], []))
        assert [sheet.title for sheet in least] == ["Demand", "In words"]

    @EACH
    def test_a_category_stands_under_a_heading_that_names_its_measure(self, framework: Framework) -> None:
        for sheet in form_of(owed_of(framework, [m.measure for m in framework.measures], None)):
            for line in sheet.lines:
                assert line.is_part == (":" in line.key)
                if line.is_part:
                    measure = framework.measure(line.key.partition(":")[0])
                    assert measure is not None
                    assert line.heading.startswith(f"{measure.title}, by ")

    @EACH
    def test_people_and_crimes_stand_apart_and_every_kind_of_line_has_its_unit(self, framework: Framework) -> None:
        by_title = {
            sheet.title: sheet.lines
            for sheet in form_of(owed_of(framework, [m.measure for m in framework.measures], None))
        }
        crimes = {line.key.partition("/")[0] for line in by_title["Crimes"]}
        assert crimes == {"accepted:crime-type", "accepted:reported-to-police"}
        assert all(line.key.startswith("accepted:") for line in by_title["People"])
        for line in by_title["Money and posts"]:
            assert (line.kind, line.unit) in {("pence", "pounds"), ("posts", "posts")}
        for line in by_title["Outcomes"]:
            assert (line.kind, line.unit) == ("count", Unit.PEOPLE.value)
        first = [line.key.rpartition(".")[2] for line in by_title["Outcomes"][:3]]
        assert first == ["eligible", "answered", "improved"]

    @EACH
    def test_it_comes_out_the_same_twice(self, framework: Framework) -> None:
        owed = owed_of(framework, None, None)
        assert form_of(owed) == form_of(owed)


class TestWhatIsOwed:
    @EACH
    def test_without_an_agreement_it_is_the_standard_and_every_outcome(self, framework: Framework) -> None:
        owed = owed_of(framework, None, None)
        assert owed.measures == tuple(measure for measure in framework.measures if measure.standard)
        assert owed.outcomes == framework.outcomes
        assert 0 < len(owed.measures) < len(framework.measures)

    @EACH
    def test_it_is_what_was_agreed_in_the_frameworks_order_also_beside_the_standard(self, framework: Framework) -> None:
        owed = owed_of(framework, ["rj-referrals", "referrals"], ["informed", "cope"])
        assert [measure.measure for measure in owed.measures] == ["referrals", "rj-referrals"]
        assert [outcome.outcome for outcome in owed.outcomes] == [
            outcome.outcome for outcome in framework.outcomes if outcome.outcome in ("cope", "informed")
        ]

    @EACH
    def test_what_was_agreed_under_an_earlier_framework_is_passed_over(self, framework: Framework) -> None:
        owed = owed_of(framework, ["cups-of-tea", "referrals"], ["happiness"])
        assert [measure.measure for measure in owed.measures] == ["referrals"]
        assert owed.outcomes == ()
        assert next(owed.counts) == "referrals"

    @EACH
    def test_no_outcomes_agreed_is_not_the_same_as_no_agreement(self, framework: Framework) -> None:
        assert owed_of(framework, ["referrals"], []).outcomes == ()
        assert owed_of(framework, ["referrals"], None).outcomes == framework.outcomes


class TestTheFilesOnFile:
    def test_the_three_frameworks_that_are_known_are_there(self) -> None:
        first, *_, last = frameworks()
        assert [outcome.outcome for outcome in first.outcomes] == ["cope", "recover"]
        assert len(framework_named("moj-2018").outcomes) == 4
        assert len(last.outcomes) == 4
        need = first.breakdown("need")
        assert need is not None
        assert len(need.categories) == 8

    @pytest.mark.parametrize("path", FRAMEWORK_FILES, ids=lambda path: path.stem)
    def test_a_framework_is_named_as_its_file_and_every_code_list_it_names_is_there(self, path: Path) -> None:
        said = read(path)
        assert said["framework"] == path.stem
        lists = [read(on_file._CODE_LISTS / f"{code}.json") for code in said["code_lists"]]
        assert len(set(said["code_lists"])) == len(said["code_lists"])
        breakdowns = [each["breakdown"] for each in lists]
        assert len(set(breakdowns)) == len(breakdowns)
        asked = {code for measure in said["measures"] for code in measure.get("by", ())}
        assert asked == set(breakdowns), "each breakdown asked for is there, and each that is there is asked for"

    @pytest.mark.parametrize("path", CODE_LIST_FILES, ids=lambda path: path.stem)
    def test_a_code_list_is_named_as_its_file_is_used_and_says_its_source_and_how_sure_it_is(self, path: Path) -> None:
        said = read(path)
        assert said["code_list"] == path.stem
        assert said["source"]
        assert said["note"]
        assert any(path.stem in read(framework)["code_lists"] for framework in FRAMEWORK_FILES)
        titles = list(said["categories"].values())
        assert titles
        assert len(set(titles)) == len(titles)

    @pytest.mark.parametrize("path", [*FRAMEWORK_FILES, *CODE_LIST_FILES], ids=lambda path: path.stem)
    def test_no_key_stands_twice_in_a_file(self, path: Path) -> None:
        def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            assert len({key for key, _ in pairs}) == len(pairs)
            return dict(pairs)

        json.loads(path.read_bytes(), object_pairs_hook=once)

    @pytest.mark.parametrize("path", CODE_LIST_FILES, ids=lambda path: path.stem)
    def test_not_known_and_prefer_not_to_say_stand_apart(self, path: Path) -> None:
        said = read(path)
        for code, title in said["categories"].items():
            words = title.lower()
            assert not ("known" in words and "prefer" in words)
            assert ("prefer not to say" in words) == (code == "prefer-not-to-say")
            assert ("not known" in words) == (code == "not-known")
        if said["exclusive"]:
            assert "not-known" in said["categories"], "everybody stands somewhere"
        about_themselves = {
            "age",
            "sex",
            "ethnicity",
            "disability",
            "sexual-orientation",
            "religion",
            "gender-identity",
        }
        if said["breakdown"] in about_themselves:
            assert "prefer-not-to-say" in said["categories"]

    @EACH
    def test_every_count_has_a_column_of_its_own_in_the_return(self, framework: Framework) -> None:
        keys = [key for measure in framework.measures for key in framework.counts(measure)]
        columns = [key.replace("-", "_").replace(":", "_").replace("/", "_") for key in keys]
        assert len(set(columns)) == len(columns)

    @EACH
    def test_titles_of_outcomes_and_headings_name_a_row_and_have_no_slash(self, framework: Framework) -> None:
        titles = [each.title for each in framework.outcomes] + [each.title for each in framework.narratives]
        assert len(set(titles)) == len(titles)
        assert all("/" not in title and len(title) <= 80 for title in titles)

    def test_frameworks_and_templates_follow_one_another_without_a_gap(self) -> None:
        for dated in (list[Framework | Template](frameworks()), list[Framework | Template](templates())):
            assert len({each.in_force_from for each in dated}) == len(dated)
            for earlier, later in pairwise(dated):
                assert earlier.in_force_to is not None
                assert earlier.in_force_to + timedelta(days=1) == later.in_force_from
            assert dated[-1].in_force_to is None


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """The data files in a folder of their own, to add to. What was read is forgotten before and after."""

    def forget() -> None:
        for cached in (frameworks, framework_for, templates):
            cached.cache_clear()

    def folder(name: str) -> Path:
        return tmp_path / name

    for module, name in ((on_file, "_FOLDER"), (on_file, "_CODE_LISTS"), (forms_on_file, "_FOLDER")):
        original: Path = getattr(module, name)
        shutil.copytree(original, folder(original.name))
        monkeypatch.setattr(module, name, folder(original.name))
    forget()
    yield folder
    monkeypatch.undo()
    forget()


class TestNextYears:
    def test_framework_and_code_list_are_added_by_adding_files(self, copied: Callable[[str], Path]) -> None:
        last = frameworks()[-1]
        path = copied("frameworks") / f"{last.framework}.json"
        said = read(path)
        path.write_text(json.dumps(said | {"in_force_to": "2027-03-31"}))
        ages = read(copied("code_lists") / "age-1.json")
        ages |= {"code_list": "age-2", "categories": {"under-25": "Under 25", **ages["categories"]}}
        (copied("code_lists") / "age-2.json").write_text(json.dumps(ages))
        lists = ["age-2" if code == "age-1" else code for code in said["code_lists"]]
        new = said | {"framework": "vfs-2027", "in_force_from": "2027-04-01", "code_lists": lists}
        new["measures"] = [
            *said["measures"],
            {"measure": "letters", "title": "Letters", "unit": "cases", "adds_up": "sum"},
        ]
        (copied("frameworks") / "vfs-2027.json").write_text(json.dumps(new))
        frameworks.cache_clear()
        framework_for.cache_clear()
        assert framework_for(Period.parse("2026-27-h2")).framework == last.framework
        framework = framework_for(Period.parse("2027-28-h1"))
        assert framework.framework == "vfs-2027"
        lines = [line.key for sheet in form_of(owed_of(framework, None, None)) for line in sheet.lines]
        assert {"letters", "accepted:age/under-25"} <= set(lines)
        assert "accepted:age/under-25" not in owed_of(framework_for(Period.parse("2026-27-h2")), None, None).counts

    def test_a_framework_that_names_a_list_that_is_not_there_is_not_read(self, copied: Callable[[str], Path]) -> None:
        (copied("code_lists") / "age-1.json").unlink()
        with pytest.raises(Refusal, match=r"The code list file age-1\.json cannot be read: it is not there"):
            frameworks()

    def test_template_with_its_own_deadline_is_added_by_adding_a_file(self, copied: Callable[[str], Path]) -> None:
        path = copied("templates") / "moj-working-1.json"
        said = read(path)
        path.write_text(json.dumps(said | {"in_force_to": "2018-03-31"}))
        due = {"kind": "fixed-date", "days": ["10-31", "04-30"]}
        new = said | {"template": "moj-2", "in_force_from": "2018-04-01", "sections": ["header", "demand"], "due": due}
        (copied("templates") / "moj-2.json").write_text(json.dumps(new))
        templates.cache_clear()
        assert template_for(Period.parse("2017-18-h2")).template == "moj-working-1"
        template: Template = template_for(Period.parse("2018-19-h1"))
        assert template == template_named("moj-2")
        assert template.due is not None
        assert template.due.day_after(Period.parse("2018-19-h1")) == date(2018, 10, 31)

    def test_a_year_for_which_there_is_none_is_refused_in_words(self, copied: Callable[[str], Path]) -> None:
        for path in copied("frameworks").glob("*.json"):
            path.write_text(json.dumps(read(path) | {"in_force_to": read(path)["in_force_to"] or "2027-03-31"}))
        frameworks.cache_clear()
        framework_for.cache_clear()
        with pytest.raises(Refusal, match="No outcomes framework on file was in force on 1 April 2027"):
            framework_for(Period.parse("2027-28-h1"))
