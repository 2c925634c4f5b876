"""Documents on file: each under the SHA-256 of its bytes, in a folder beside the log. Events hold the digest alone.

A file is never changed and never overwritten: the same bytes are the same file. Its kind is told by its content and
must fit its name.
"""

import hashlib
import os
import zipfile
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

    def keep(self, data: bytes, file_name: str) -> Kept:
        """Puts a file on file. Raises ``Refusal`` for one that is empty, too large, or not what its name says."""
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
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{sha256}.{os.getpid()}.part")
            draft.write_bytes(data)
            draft.replace(path)  # whole or not at all
        return Kept(sha256, file_name, MEDIA_TYPES[ending], len(data))

    def read(self, sha256: str) -> bytes:
        """A file by its digest. Raises ``NotFound`` if it is gone, ``Refusal`` if it is not as it was put there."""
        try:
            data = self._path(sha256).read_bytes()
        except OSError:
            raise NotFound(f"The document {sha256[:12]}… is not on file here. Restore it from a back-up.") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Refusal(f"The document {sha256[:12]}… has been changed since it was put on file. Restore it.")
        return data


def _is_what_it_says(data: bytes, ending: str) -> bool:
    if ending in _STARTS:
        return data.startswith(_STARTS[ending])
    if ending in _WITHIN:
        try:
            names = zipfile.ZipFile(BytesIO(data)).namelist()
        except zipfile.BadZipFile:
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return not macros and any(name.startswith(_WITHIN[ending]) for name in names)
    try:
        return b"\0" not in data and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False
