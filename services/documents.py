"""Documents on file: each under the SHA-256 of its bytes, in a folder beside the log. Events hold the digest alone.

A file is never changed and never overwritten: the same bytes are the same file. Its kind is told by its content and
must fit its name.
"""

import hashlib
import os
import re
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from domain.awards.documents import MEDIA_TYPES, MOST_BYTES
from domain.errors import NotFound, Refusal

_STARTS = {
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
}
_WITHIN = {".docx": "word/", ".xlsx": "xl/", ".odt": "content.xml", ".ods": "content.xml"}
_MACROS = re.compile(r"vbaproject\.bin$|(^|/)(macrosheets|basic|scripts)/", re.IGNORECASE)
_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, KeyError, OSError)
_KNOWN = ", ".join(sorted(MEDIA_TYPES))


class Kept(NamedTuple):
    """A file that is on file now."""

    sha256: str
    file_name: str
    media_type: str
    size_bytes: int


class Documents:
    """A folder of documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def look_at(self, data: bytes, file_name: str) -> Kept:
        """What a file would be on file. Raises ``Refusal`` for one that is empty, too large, or not what it says."""
        ending = Path(file_name).suffix.lower()
        if ending not in MEDIA_TYPES:
            raise Refusal(f"A document must be one of these kinds: {_KNOWN}.")
        if not data:
            raise Refusal("The file is empty.")
        if len(data) > MOST_BYTES:
            raise Refusal(f"A document may have at most {MOST_BYTES // 1_000_000} MB.")
        if not _is_what_it_says(data, ending):
            raise Refusal(
                f"The file is not a {ending} file inside, whatever its name says: save it as one, or rename it."
            )
        return Kept(hashlib.sha256(data).hexdigest(), file_name, MEDIA_TYPES[ending], len(data))

    def keep(self, data: bytes, file_name: str) -> Kept:
        """Puts a file on file. Raises ``Refusal`` as ``look_at`` does, or when the folder cannot be written to."""
        kept = self.look_at(data, file_name)
        path = self._path(kept.sha256)
        if not _holds(path, kept.sha256):
            draft = path.with_name(f"{kept.sha256}.{os.getpid()}.part")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(draft, data)
                draft.replace(path)  # whole or not at all
            except OSError:
                raise Refusal(
                    "The folder of documents cannot be written to: see that there is room and that you may write in it."
                ) from None
            finally:
                with suppress(OSError):
                    draft.unlink()
        return kept

    def read(self, sha256: str) -> bytes:
        """A file by its digest. Raises ``NotFound`` if it is gone, ``Refusal`` if it is not as it was put there."""
        try:
            data = self._path(sha256).read_bytes()
        except OSError:
            raise NotFound(f"The document {sha256[:12]}… is not on file here. Restore it from a back-up.") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Refusal(f"The document {sha256[:12]}… has been changed since it was put on file. Restore it.")
        return data


def _holds(path: Path, sha256: str) -> bool:
    """Whether the file is there, as it should be: one that was damaged is put there anew."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _write(path: Path, data: bytes) -> None:
    """Writes a file, and waits until it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _is_what_it_says(data: bytes, ending: str) -> bool:
    if ending in _STARTS:
        return data.startswith(_STARTS[ending])
    if ending in _WITHIN:
        return _is_archive_of(data, ending)
    try:
        return b"\0" not in data and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is_archive_of(data: bytes, ending: str) -> bool:
    """Whether it is a Word, Excel or OpenDocument file, without macros."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        names = archive.namelist()
        if ending in (".odt", ".ods") and archive.open("mimetype").read(200).decode() != MEDIA_TYPES[ending]:
            return False
    except _NO_ARCHIVE:
        return False
    return any(name.startswith(_WITHIN[ending]) for name in names) and not any(map(_MACROS.search, names))
