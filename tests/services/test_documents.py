"""Documents of awards: what is kept and what is turned away; that a file is never lost, changed or half written."""

import hashlib
import io
import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from domain.awards.documents import MEDIA_TYPES, MOST_BYTES
from domain.errors import NotFound, Refusal
from services.documents import Documents
from tests.services.terminal import Terminal

PDF = b"%PDF-1.7 a grant agreement"
ODT, ODS = MEDIA_TYPES[".odt"], MEDIA_TYPES[".ods"]


def archive(*names: str, mimetype: str | None = None) -> bytes:
    """A ZIP file with these files in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        if mimetype is not None:
            whole.writestr("mimetype", mimetype)
        for name in names:
            whole.writestr(name, "some content")
    return made.getvalue()


SOUND = {
    "agreement.pdf": PDF,
    "Plan of 1 April (signed).DOCX": archive("[Content_Types].xml", "word/document.xml"),
    "plan.xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "plan.odt": archive("content.xml", mimetype=ODT),
    "plan.ods": archive("content.xml", mimetype=ODS),
    "spend.csv": "Line,Amount\nStaff,£1\n".encode(),
    "note.txt": b"Checks seen",
    "scan.png": b"\x89PNG\r\n\x1a\n and more",
    "scan.jpg": b"\xff\xd8\xff and more",
    "scan.jpeg": b"\xff\xd8\xff and more",
}
LYING = {
    "a program that says it is a PDF": ("agreement.pdf", b"MZ\x90\x00 a program"),
    "a PDF that says it is a picture": ("scan.png", PDF),
    "a picture that says it is a PDF": ("scan.pdf", SOUND["scan.png"]),
    "a Word file that says it is Excel": ("plan.xlsx", SOUND["Plan of 1 April (signed).DOCX"]),
    "an archive that says it is a Word file": ("plan.docx", archive("letter.txt")),
    "a text document that says it is a sheet": ("plan.ods", SOUND["plan.odt"]),
    "an archive that says it is OpenDocument": ("plan.odt", archive("content.xml")),
    "words that say they are Excel": ("plan.xlsx", b"not an archive"),
    "an archive cut off": ("plan.xlsx", SOUND["plan.xlsx"][:-30]),
    "bytes that say they are text": ("note.txt", b"some\x00bytes"),
    "text in no encoding of ours": ("spend.csv", "£1".encode("latin-1")),
    "Word with macros": ("plan.docx", archive("word/document.xml", "word/vbaProject.bin")),
    "Excel with macros": ("plan.xlsx", archive("xl/workbook.xml", "xl/VBAPROJECT.BIN")),
    "Excel with macros of the old kind": ("plan.xlsx", archive("xl/workbook.xml", "xl/macrosheets/sheet1.xml")),
    "OpenDocument with macros": ("plan.odt", archive("content.xml", "Basic/Standard/Module1.xml", mimetype=ODT)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def documents(folder: Path) -> Documents:
    return Documents(folder)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestKeeping:
    @pytest.mark.parametrize("name", SOUND)
    def test_every_kind_that_is_kept_comes_back_byte_for_byte(self, documents: Documents, name: str) -> None:
        kept = documents.keep(SOUND[name], name)
        assert kept.sha256 == hashlib.sha256(SOUND[name]).hexdigest()
        assert (kept.file_name, kept.size_bytes) == (name, len(SOUND[name]))
        assert kept.media_type == MEDIA_TYPES[Path(name).suffix.lower()]
        assert documents.read(kept.sha256) == SOUND[name]

    def test_there_is_a_sound_example_of_every_kind(self) -> None:
        assert {Path(name).suffix.lower() for name in SOUND} == set(MEDIA_TYPES)

    @pytest.mark.parametrize("case", LYING)
    def test_a_file_that_is_not_what_its_name_says_is_turned_away(
        self, documents: Documents, folder: Path, case: str
    ) -> None:
        name, data = LYING[case]
        with pytest.raises(Refusal, match="whatever its name says"):
            documents.keep(data, name)
        assert files_in(folder) == []

    @pytest.mark.parametrize("name", ["plan.docm", "plan.xlsm", "run.exe", "page.html", "drawing.svg", "none", ".pdf"])
    def test_other_kinds_are_turned_away_with_those_that_are_kept(self, documents: Documents, name: str) -> None:
        with pytest.raises(Refusal, match=r"must be one of these kinds: \.csv, \.docx"):
            documents.keep(PDF, name)

    def test_an_empty_file_is_turned_away(self, documents: Documents) -> None:
        with pytest.raises(Refusal, match="empty"):
            documents.keep(b"", "note.txt")

    def test_the_largest_file_is_kept_and_one_byte_more_is_not(self, documents: Documents, folder: Path) -> None:
        largest = PDF.ljust(MOST_BYTES)
        with pytest.raises(Refusal, match="at most 20 MB"):
            documents.keep(largest + b" ", "agreement.pdf")
        assert files_in(folder) == []
        assert documents.keep(largest, "agreement.pdf").size_bytes == MOST_BYTES

    def test_the_same_bytes_are_one_file_whatever_they_are_called(self, documents: Documents, folder: Path) -> None:
        first = documents.keep(PDF, "agreement.pdf")
        written = files_in(folder)[0].stat()
        again = documents.keep(PDF, "Agreement (copy).pdf")
        assert again.sha256 == first.sha256
        assert len(files_in(folder)) == 1
        assert files_in(folder)[0].stat().st_mtime_ns == written.st_mtime_ns

    def test_looking_at_a_file_puts_nothing_on_file(self, documents: Documents, folder: Path) -> None:
        assert documents.look_at(PDF, "agreement.pdf").size_bytes == len(PDF)
        assert files_in(folder) == []

    def test_the_name_of_a_file_leads_nowhere(self, documents: Documents, folder: Path) -> None:
        documents.keep(PDF, "../../elsewhere.pdf")
        assert len(files_in(folder)) == 1
        assert files_in(folder.parent) == files_in(folder)


class TestReading:
    def test_a_file_that_was_changed_is_refused(self, documents: Documents, folder: Path) -> None:
        kept = documents.keep(PDF, "agreement.pdf")
        files_in(folder)[0].write_bytes(PDF + b", and a line more")
        with pytest.raises(Refusal, match="has been changed since"):
            documents.read(kept.sha256)

    def test_a_file_that_was_changed_is_put_right_by_keeping_it_again(self, documents: Documents, folder: Path) -> None:
        kept = documents.keep(PDF, "agreement.pdf")
        files_in(folder)[0].write_bytes(b"")
        assert documents.keep(PDF, "agreement.pdf") == kept
        assert documents.read(kept.sha256) == PDF

    def test_a_file_that_is_gone_is_not_found(self, documents: Documents, folder: Path) -> None:
        kept = documents.keep(PDF, "agreement.pdf")
        files_in(folder)[0].unlink()
        with pytest.raises(NotFound, match="Restore it from a back-up"):
            documents.read(kept.sha256)


KILLED_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from services.documents import Documents

os.fsync = lambda _file: os.kill(os.getpid(), signal.SIGKILL)
Documents(Path(sys.argv[1])).keep(Path(sys.argv[2]).read_bytes(), "agreement.pdf")
"""


class TestBreaking:
    def test_killed_half_way_nothing_is_on_file_and_the_next_attempt_is_whole(
        self, documents: Documents, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "given.pdf").write_bytes(PDF)
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_HALF_WAY, str(folder), str(tmp_path / "given.pdf")], check=False
        )
        assert killed.returncode == -signal.SIGKILL
        sha256 = hashlib.sha256(PDF).hexdigest()
        with pytest.raises(NotFound):
            documents.read(sha256)
        documents.keep(PDF, "agreement.pdf")
        assert documents.read(sha256) == PDF

    def test_a_full_disk_leaves_nothing_behind(
        self, documents: Documents, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_file: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("services.documents.os.fsync", full)
        with pytest.raises(Refusal, match="cannot be written to"):
            documents.keep(PDF, "agreement.pdf")
        assert files_in(folder) == []

    def test_a_folder_that_is_a_file_is_said_to_be_of_no_use(self, documents: Documents, folder: Path) -> None:
        folder.write_text("in the way")
        with pytest.raises(Refusal, match="cannot be written to"):
            documents.keep(PDF, "agreement.pdf")


class TestCommandLine:
    @pytest.fixture
    def desk(self, outturn: Terminal, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
        """A terminal, an award A1, and a file agreement.pdf in the present folder."""
        monkeypatch.setenv("OUTTURN_DOCUMENTS", str(folder))
        assert outturn.run("do", "register-award", "--award", "A1", "--service", "Counselling", "--route", "grant") == 0
        (tmp_path / "agreement.pdf").write_bytes(PDF)
        return outturn

    def attach(self, desk: Terminal, file: str = "agreement.pdf", award: str = "A1") -> int:
        return desk.run("attach", award, file, "--kind", "agreement", "--title", "Grant agreement")

    def test_a_document_is_attached_listed_and_comes_back(self, desk: Terminal, tmp_path: Path) -> None:
        assert self.attach(desk) == 0, desk.err
        sha256 = hashlib.sha256(PDF).hexdigest()
        assert desk.out == f"On file: {sha256}\n"
        (row,) = desk.rows("documents")
        assert (row["award"], row["kind"], row["title"]) == ("A1", "agreement", "Grant agreement")
        assert (row["file_name"], row["size_bytes"], row["sha256"]) == ("agreement.pdf", len(PDF), sha256)
        assert desk.run("document", sha256[:8]) == 0
        assert desk.out.encode() == PDF
        assert desk.run("document", sha256, "--to", "copy.pdf") == 0
        assert (tmp_path / "copy.pdf").read_bytes() == PDF

    def test_the_log_holds_the_digest_and_nothing_of_the_text(self, desk: Terminal, tmp_path: Path) -> None:
        assert self.attach(desk) == 0
        assert desk.run("show", "timeline", "award-A1", "--format", "json") == 0
        attached = json.loads(desk.out)[-1]
        assert attached["happened"] == "Document attached"
        assert hashlib.sha256(PDF).hexdigest() in attached["particulars"]
        assert all(PDF not in path.read_bytes() for path in tmp_path.glob("office*"))

    def test_attached_twice_it_is_on_file_once(self, desk: Terminal, folder: Path) -> None:
        assert self.attach(desk) == 0
        assert self.attach(desk) == 0
        assert desk.out.startswith("On file already: ")
        assert len(desk.rows("documents")) == len(files_in(folder)) == 1

    @pytest.mark.parametrize(
        ("award", "file", "words"),
        [
            ("A2", "agreement.pdf", "There is no award A2"),
            ("A1", "nowhere.pdf", "nowhere.pdf cannot be read"),
            ("A1", "lying.png", "whatever its name says"),
        ],
    )
    def test_what_is_refused_leaves_no_file_and_no_event(
        self, desk: Terminal, folder: Path, tmp_path: Path, award: str, file: str, words: str
    ) -> None:
        (tmp_path / "lying.png").write_bytes(PDF)
        assert self.attach(desk, file, award) == 1
        assert words in desk.err
        assert files_in(folder) == []
        assert desk.rows("documents") == []

    def test_a_name_that_cannot_be_kept_is_malformed_and_leaves_no_file(
        self, desk: Terminal, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "a;b.pdf").write_bytes(PDF)
        assert self.attach(desk, "a;b.pdf") == 2
        assert "file_name" in desk.err
        assert files_in(folder) == []

    def test_a_file_that_is_too_large_is_not_even_read(self, desk: Terminal, tmp_path: Path) -> None:
        with (tmp_path / "large.pdf").open("wb") as large:
            large.truncate(MOST_BYTES + 1)
        assert self.attach(desk, "large.pdf") == 1
        assert "at most 20 MB" in desk.err

    def test_someone_who_may_not_attach_leaves_no_file(
        self, desk: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OUTTURN_ROLES", '["auditor"]')
        assert self.attach(desk) == 1
        assert "This may be done by" in desk.err
        assert files_in(folder) == []

    def test_a_changed_and_a_missing_document_are_told_apart(self, desk: Terminal, folder: Path) -> None:
        assert self.attach(desk) == 0
        sha256 = hashlib.sha256(PDF).hexdigest()
        (path,) = files_in(folder)
        path.write_bytes(b"something else")
        assert desk.run("document", sha256) == 1
        assert "has been changed" in desk.err
        path.unlink()
        assert desk.run("document", sha256) == 1
        assert "Restore it from a back-up" in desk.err
        assert desk.out == ""

    def test_the_check_names_each_document_that_is_damaged_or_gone(
        self, desk: Terminal, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "note.txt").write_text("Checks seen")
        assert self.attach(desk) == 0
        assert self.attach(desk, "note.txt") == 0
        assert desk.run("check") == 0, desk.err
        assert "Documents on file as they were attached: 2." in desk.out
        damaged, gone = files_in(folder)
        whole = damaged.read_bytes()
        damaged.write_bytes(b"something else")
        gone.unlink()
        assert desk.run("check") == 3
        assert "0 faults" not in desk.out
        assert "2 faults." in desk.out
        assert f"of award A1: The document {damaged.name[:12]}… has been changed" in desk.err
        assert f"of award A1: The document {gone.name[:12]}… is not on file here" in desk.err
        damaged.write_bytes(whole)
        assert desk.run("check") == 3
        assert "has been changed" not in desk.err

    def test_attached_as_something_else_it_is_refused(self, desk: Terminal, folder: Path) -> None:
        assert self.attach(desk) == 0
        words = ["attach", "A1", "agreement.pdf", "--kind", "evidence", "--title", "Grant agreement"]
        assert desk.run(*words) == 1
        assert "on record is kind: agreement" in desk.err
        assert len(desk.rows("documents")) == len(files_in(folder)) == 1

    def test_a_digest_that_is_nobody_s_or_several_is_not_found(self, desk: Terminal, tmp_path: Path) -> None:
        assert desk.run("document", "0" * 64) == 1
        assert "outturn show documents" in desk.err
        (tmp_path / "note.txt").write_bytes(b"Checks seen")
        assert self.attach(desk) == self.attach(desk, "note.txt") == 0
        assert desk.run("document", "") == 1
        assert "more than one" in desk.err

    def test_a_place_that_cannot_be_written_to_is_said_so(self, desk: Terminal) -> None:
        assert self.attach(desk) == 0
        assert desk.run("document", hashlib.sha256(PDF).hexdigest(), "--to", "no/such/folder.pdf") == 1
        assert "cannot be written" in desk.err

    def test_the_document_is_named_in_the_case_file(self, desk: Terminal) -> None:
        assert self.attach(desk) == 0
        assert desk.run("show", "award", "A1", "--format", "json") == 0
        (document,) = json.loads(desk.out)["documents"]
        assert (document["title"], document["sha256"]) == ("Grant agreement", hashlib.sha256(PDF).hexdigest())
