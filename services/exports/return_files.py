"""A half-yearly return as files: JSON, one workbook, and a CSV file to a section."""

import json
from pathlib import Path
from typing import Any

from domain.periods import Period
from domain.tables import canonical
from projections.half_yearly_return.form import StandingReturn
from services.exports.csv import to_csv
from services.exports.xlsx import to_xlsx


def to_json(standing: StandingReturn) -> dict[str, Any]:
    """The return for a program: its tables cell by cell, and what proves them."""
    filled = standing.filled
    return {
        "period": filled.period,
        "version": standing.version,
        "status": standing.status,
        "template": filled.template,
        "position": filled.position,
        "sha256": filled.sha256,
        "signed_by": standing.signed_by,
        "signed_at": standing.signed_at,
        "waiting_for": list(filled.waiting_for),
        "tables": [table.model_dump(mode="json") for table in filled.tables],
    }


def save(standing: StandingReturn, folder: Path) -> list[Path]:
    """Writes the files into the folder, over earlier ones. Returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    filled = standing.filled
    stem = f"return-{filled.period}"
    words = Period.parse(filled.period).words
    signed = f"{standing.signed_by}, {standing.signed_at}" if standing.signed_by else "not signed off"
    facts = [
        ("Half-year", f"{filled.period}: {words}"),
        ("Version", f"{standing.version} ({standing.status})"),
        ("Template", filled.template),
        ("Signed off by", signed),
        ("Log position", str(filled.position)),
        ("SHA-256", filled.sha256),
        *(("Waiting for", line) for line in filled.waiting_for),
        *(("Note", note) for note in dict.fromkeys(table.notes[0] for table in filled.tables if table.notes)),
    ]
    files = {
        f"{stem}.json": canonical(to_json(standing)),
        f"{stem}.xlsx": to_xlsx(f"Half-yearly return, {words}", facts, filled.tables),
        **{f"{stem}-{table.name}.csv": to_csv(table) for table in filled.tables},
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def pretty(said: Any) -> str:
    """JSON for people to read too."""
    return json.dumps(said, ensure_ascii=False, indent=2)
