"""``outturn attach`` and ``outturn document``: documents of an award, on file under their digest."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from domain.awards.documents import MOST_BYTES, AttachDocument
from domain.awards.events import DocumentKind
from domain.errors import NotFound, Refusal
from projections.decisions import DocumentRow
from services.cli.console import ask, out, the_office
from services.documents import Documents
from services.settings import Settings


def attach(
    award: Annotated[str, typer.Argument(help="The award.")],
    file: Annotated[Path, typer.Argument(help="A document: PDF, Word, Excel, OpenDocument, CSV, text or a picture.")],
    kind: Annotated[DocumentKind, typer.Option(help="What it is.")],
    title: Annotated[str, typer.Option(help="What it is called, like: Grant agreement of 1 April 2026.")],
) -> None:
    """Put a document of an award on file. The log keeps what it is and its SHA-256; the folder keeps the file."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refusal(f"A document may have at most {MOST_BYTES // 1_000_000} MB.")
        data = file.read_bytes()
    except OSError:
        raise Refusal(f"The file {file.name} cannot be read: check its name and that it is there.") from None
    settings = Settings()
    documents = Documents(settings.documents)
    kept = documents.look_at(data, file.name)
    order = AttachDocument(award=award, kind=kind, title=title, **kept._asdict())
    with the_office() as office:
        office.what_if([order], settings.person, lambda _views: None)  # what is refused leaves no file behind
        documents.keep(data, file.name)
        written = office.do(order, settings.person)
    out.print(f"{'On file' if written else 'On file already'}: {kept.sha256}", markup=False)


def document(
    sha256: Annotated[str, typer.Argument(help="The SHA-256, or its beginning.")],
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Write it there, not to the screen.")] = None,
) -> None:
    """Get a document back, byte for byte. Refused if it is not as it was put on file."""
    with the_office(to_read=True) as office:
        found = {
            row.sha256
            for row in ask(office, None, lambda views: views.rows(DocumentRow))
            if row.sha256.startswith(sha256)
        }
    if len(found) != 1:
        raise NotFound("No document, or more than one, begins with that digest (outturn show documents).")
    data = Documents(Settings().documents).read(found.pop())
    if to is None:
        sys.stdout.buffer.write(data)
        return
    try:
        to.write_bytes(data)
    except OSError:
        raise Refusal(f"The file {to.name} cannot be written: check the folder and that you may write there.") from None
