"""A half-yearly return as files: JSON, two kinds of workbook, a PDF with its charts, and a CSV file to a section."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from domain.errors import NotFound, Refusal
from domain.periods import Period, add_months, moment_in_words
from domain.returns.filled import FilledReturn
from projections.half_yearly_return.charts import charts
from projections.half_yearly_return.form import MADE_UP, StandingReturn, as_it_stands
from projections.views import Views
from services.exports.formats import FORMATS
from services.exports.formats import save as save_paper
from services.exports.paper import Paper


def _about(standing: StandingReturn) -> dict[str, Any]:
    """What proves the return, and how it stands."""
    filled, published = standing.filled, standing.published
    if published is not None:
        return {
            "period": filled.period,
            "version": standing.version,
            "status": standing.status,
            "template": filled.template,
            "signed_by": standing.signed_by,
            "signed_at": standing.signed_at,
            "signed_position": filled.position,
            "signed_sha256": published.signed_sha256,
            "rule": published.rule,
            "published_at": published.at,
            "published_position": published.position,
        }
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
    }


def to_json(standing: StandingReturn) -> dict[str, Any]:
    """The return for a program: its tables cell by cell, and what proves them."""
    return {**_about(standing), "tables": [table.model_dump(mode="json") for table in standing.filled.tables]}


def paper(standing: StandingReturn, before: FilledReturn | None = None) -> Paper:
    """The return as what is to be exported, its charts beside those of the half-year before if that is given."""
    filled = standing.filled
    words = Period.parse(filled.period).words
    of_a_copy = "" if standing.published is None else ": copy for the public"
    return Paper(
        title=f"Half-yearly return, {words}{of_a_copy}",
        facts=[
            ("Half-year", f"{filled.period}: {words}"),
            ("Version", f"{standing.version} ({standing.status})"),
            ("Template", filled.template),
            ("Signed off by", _signed(standing)),
            *_proof(standing),
            *(("Waiting for", line) for line in filled.waiting_for),
            *([("Note", MADE_UP)] if any(MADE_UP in table.notes for table in filled.tables) else []),
        ],
        tables=filled.tables,
        charts=charts(filled, before),
        about=_about(standing),
    )


def _signed(standing: StandingReturn) -> str:
    """Who signed it, and when."""
    if standing.signed_by is None:
        return "not signed off"
    at = moment_in_words(datetime.fromisoformat(standing.signed_at)) if standing.signed_at else "at some time"
    return f"{standing.signed_by}, {at}"


def _proof(standing: StandingReturn) -> list[tuple[str, str]]:
    """Where it stands in the log, and its digest; of a copy for the public, those of the return that was signed."""
    filled, published = standing.filled, standing.published
    if published is None:
        return [("Log position", str(filled.position)), ("SHA-256", filled.sha256)]
    return [
        ("Published", moment_in_words(datetime.fromisoformat(published.at))),
        ("Published by the rule", published.rule),
        ("Log position of the publication", str(published.position)),
        ("Log position of the signed return", str(filled.position)),
        ("SHA-256 of the signed return", published.signed_sha256),
    ]


def half_before(views: Views, period: str) -> FilledReturn | None:
    """The return for the half-year before, as it stands; nothing when there is none."""
    start = Period.parse(period).start
    try:
        return as_it_stands(views, Period(add_months(start, -6), start - timedelta(days=1)).code).filled
    except (NotFound, Refusal):
        return None


def save(
    standing: StandingReturn, folder: Path, before: FilledReturn | None = None, name: str = "return"
) -> list[Path]:
    """Writes the return in every format into the folder, over earlier files. Returns them, CSV and what it holds first.

    The tables in the JSON file are those that the SHA-256 is of.
    """
    said = paper(standing, before)
    return [
        path for ending in FORMATS for path in save_paper(said, folder / f"{name}-{standing.filled.period}.{ending}")
    ]


def written_in_words(paths: list[Path]) -> str:
    """``Written: returns/return-2017-18-h1.json, .xlsx, .ods, .pdf, and 22 CSV files, each with its metadata.``"""
    whole = [path for path in paths if path.suffix in (".json", ".xlsx", ".ods", ".pdf")]
    whole = [path for path in whole if not path.name.endswith("-metadata.json")]
    tables = sum(path.suffix == ".csv" for path in paths)
    first, *others = whole
    kinds = ", ".join([str(first), *(path.suffix for path in others)])
    return f"Written: {kinds}, and {tables} CSV files, each with its metadata."
