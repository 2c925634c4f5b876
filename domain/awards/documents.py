"""What may be ordered about the documents of an award. The files themselves are kept outside the log."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.awards.award import Award
from domain.awards.commands import AwardCommand
from domain.awards.events import DocumentAttached, DocumentKind
from domain.errors import Refusal
from domain.kernel import Event, Occasion, Role, Words
from domain.repeats import differing

MOST_BYTES = 20_000_000
"""The largest document that is kept: 20 MB."""

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
"""What may be kept, by the ending of its name."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()&',-]{0,119}$")]


class AttachDocument(AwardCommand, may={Role.CONTRACT_MANAGER, Role.FINANCE, Role.COMMISSIONER}):
    """Record that a document of the award is on file under its digest. ``outturn attach`` keeps the file as well."""

    sha256: Sha256
    kind: DocumentKind
    title: Words
    file_name: FileName
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9.+-]+$")]
    size_bytes: Annotated[int, Field(gt=0, le=MOST_BYTES)]

    @model_validator(mode="after")
    def _of_a_kind_that_is_kept(self) -> Self:
        _stem, dot, letters = self.file_name.rpartition(".")
        ending = dot + letters.lower()
        if ending not in MEDIA_TYPES:
            raise ValueError(f"a document must be one of these kinds: {', '.join(sorted(MEDIA_TYPES))}")
        if self.media_type != MEDIA_TYPES[ending]:
            raise ValueError(f"a {ending} file is {MEDIA_TYPES[ending]}, not another media type")
        return self

    def decide(self, state: Award, occasion: Occasion) -> Sequence[Event]:
        said = DocumentAttached(**self.model_dump(exclude={"award"}))
        known = state.documents.get(self.sha256)
        if known is None:
            return [said]
        if (known.kind, known.title) == (said.kind, said.title):
            return []
        differs = differing(known, said, apart=("file_name",))
        raise Refusal(
            f"That file is on file under award {self.award} already, as something else (on record is {differs}). "
            "Attach it as it is recorded, or attach another file."
        )
