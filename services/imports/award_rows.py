"""The rows of an awards sheet that are awards: several rows with one reference make one award of several shares."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any, NamedTuple

from domain import money
from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route, Share
from domain.kernel import Command
from domain.periods import Period
from services.imports import cells
from services.imports.cells import Amount
from services.imports.fund_rows import fund_and_year, printed_beside
from services.imports.known import Known
from services.imports.provider_rows import Providers
from services.imports.reader import Reader

_ROUTES = cells.one_of(
    {
        "grant": Route.GRANT,
        "contract": Route.CONTRACT,
        "single tender": Route.SINGLE_TENDER,
        "pooled share": Route.POOLED_SHARE,
        "internal": Route.INTERNAL,
        "not stated": Route.NOT_STATED,
    },
    also={
        "sta": Route.SINGLE_TENDER,
        "pool": Route.POOLED_SHARE,
        "pooled": Route.POOLED_SHARE,
        "unstated": Route.NOT_STATED,
    },
)
_AGREE = ("service", "provider", "route", "ground", "starts_on", "ends_on", "decision")
_HEADINGS = {"starts_on": "Starts", "ends_on": "Ends"}


Subject = tuple[str | None, str | None, str, str | None]
"""Fund, year, service and provider: two awards with the same subject are one, said twice."""


def _folded(words: str) -> str:
    """Words as they are compared: without capitals."""
    return " ".join(words.casefold().split())


class AwardRow(NamedTuple):
    """One row: an award's share of one fund. Nothing stands for a cell that is empty or has a fault."""

    reader: Reader
    award: str | None
    fund: str | None
    year: str | None
    service: str | None
    provider: str | None
    route: Route | None
    ground: str | None
    starts_on: date | None
    ends_on: date | None
    decision: str | None
    remarks: tuple[str, ...]
    amount_pence: int | None
    inferred_pence: int | None
    printed: str | None

    @property
    def subject(self) -> Subject:
        """What the money is for."""
        return self.fund, self.year, _folded(self.service or ""), self.provider

    @property
    def first_year(self) -> str:
        """The year that a new reference begins with."""
        return str(self.starts_on.year) if self.starts_on else (self.year or "")[:4]


def read_award(reader: Reader, providers: Providers) -> AwardRow:
    """Reads a row. What is wrong with it stands in the reader afterwards."""
    reference = reader.optional("Award", cells.reference)
    fund, year = fund_and_year(reader)
    service = reader.needed("Service", cells.words, "write what the money is for")
    provider = providers.read(reader)
    route = reader.needed("Route", _ROUTES, "write how the money reaches the provider, or: not stated")
    ground = reader.optional("Ground", cells.words)
    if route is Route.SINGLE_TENDER and ground is None:
        reader.fault("Ground", "a single tender needs its ground, such as: continuity of supply")
    amount = reader.needed("Amount", cells.amount, "write the amount, or: not known") or Amount(None)
    inferred = _inferred(reader, amount)
    printed, _ = printed_beside(reader, amount)
    starts_on, ends_on = _days(reader, year)
    section, source, notes = (reader.optional(heading, cells.words) for heading in ("Section", "Source", "Notes"))
    remarks = (f"Section: {section}" if section else "", f"Source: {source}" if source else "", notes or "")
    decision = reader.optional("Decision", cells.words)
    if reader.sound:
        _note_amount(reader, amount, inferred)
    return AwardRow(
        reader=reader,
        award=reference,
        fund=fund,
        year=year,
        service=service,
        provider=provider,
        route=route,
        ground=ground,
        starts_on=starts_on,
        ends_on=ends_on,
        decision=decision,
        remarks=tuple(remark for remark in remarks if remark),
        amount_pence=amount.pence,
        inferred_pence=inferred,
        printed=printed,
    )


def _inferred(reader: Reader, amount: Amount) -> int | None:
    inferred = reader.optional("Inferred", cells.plain_amount)
    if inferred is not None and amount.pence is not None:
        reader.fault("Inferred", "an inferred amount stands only beside an amount that is not known: take one out")
    return inferred


def _note_amount(reader: Reader, amount: Amount, inferred: int | None) -> None:
    if amount.pence is None:
        beside = "" if inferred is None else f"; {money.pounds(inferred)}, worked out, is shown beside it"
        reader.note(f"the amount is loaded as not known, and no total counts a figure for it{beside}", "Amount")
    elif amount.beside:
        if re.search(r"\bbid\b", amount.beside, re.IGNORECASE):
            reader.fault("Amount", "a bid is not an award: write what the row is (Row: bid), or take the word out")
        reader.note(f"{money.pounds(amount.pence)} is loaded, and the words are kept: {amount.printed}", "Amount")
    elif not amount.exact:
        reader.note(
            f"{amount.printed} may be rounded: {money.pounds(amount.pence)} is loaded, the words kept", "Amount"
        )
    elif amount.pence == 0:
        reader.note("the amount is nought: if it is not known, write: not known", "Amount")


def _days(reader: Reader, year: str | None) -> tuple[date | None, date | None]:
    starts_on, ends_on = reader.optional("Starts", cells.day), reader.optional("Ends", cells.day)
    if starts_on and ends_on and ends_on < starts_on:
        reader.fault("Ends", "an award must not end before it starts: the day comes before the month, as in 01/04/2017")
    elif starts_on and ends_on and year and not Period(starts_on, ends_on).overlaps(Period.parse(year)):
        reader.note(f"no day of the award lies in {year}: is the year right?", "Starts")
    return starts_on, ends_on


class Awards:
    """The award rows of a sheet, checked against one another and against what the office holds."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._held: dict[Subject, str] = {
            (fund, year, _folded(held.service), held.provider): reference
            for reference, held in known.awards.items()
            if held is not None
            for fund, year in held.shares
        }
        self.rows: list[AwardRow] = []

    def check(self) -> None:
        """Finds rows that repeat one another, or an award that the office holds under another reference."""
        shares: dict[tuple[str | None, ...], AwardRow] = {}
        subjects: dict[tuple[str | None, ...], AwardRow] = {}
        for row in self.rows:
            if row.fund is None or row.year is None or row.service is None or row.reader.is_faulty("Provider"):
                continue
            share = (row.award, row.fund, row.year)
            same = shares.setdefault(share, row) if row.award else row
            alike = subjects.setdefault(row.subject, row)
            if same is not row:
                row.reader.fault_of_row(
                    f"repeats row {same.reader.number} (award {row.award}, {row.fund} {row.year}): take one of them out"
                )
            elif alike is not row and (alike.award is None or alike.award != row.award):
                row.reader.fault_of_row(
                    f"repeats row {alike.reader.number}: the same fund, year, service and provider. "
                    "Take one of them out, or say in Service how they differ"
                )
            held = self._held_as(row)
            if row.award is not None and held not in (None, row.award) and row.award not in self._known.awards:
                row.reader.fault("Award", f"the office holds this award as {held}: use that reference, or take it out")

    def _held_as(self, row: AwardRow) -> str | None:
        """The reference under which the office already holds an award for the same thing."""
        return self._held.get(row.subject)

    def commands(self) -> Iterator[tuple[int, Sequence[Command[Any]]]]:
        """The orders of each award, with its first row's number. Faults that come up are kept in the rows."""
        for reference, rows in self._by_reference().items():
            merged = _merged(rows)
            if not all(row.reader.sound for row in rows):
                continue
            remarks = tuple(dict.fromkeys(remark for row in rows for remark in row.remarks))
            first = rows[0].reader
            registered = first.build(RegisterAward, {**merged, "award": reference, "remarks": remarks})
            shares = tuple(_share(row) for row in rows)
            fields = {"award": reference, "shares": shares, "decision": merged["decision"]}
            approved = first.build(ApproveAward, fields)
            if registered is not None and approved is not None:
                yield first.number, (registered, approved)

    def _by_reference(self) -> Mapping[str, list[AwardRow]]:
        """The rows of each award, in the order of the sheet. An award without a reference is given one."""
        taken = {*self._known.awards, *(row.award for row in self.rows if row.award)}
        numbers = {row.first_year: count(1) for row in self.rows}
        found: dict[str, list[AwardRow]] = {}
        for row in self.rows:
            if row.award is not None:
                found.setdefault(row.award, []).append(row)
            elif not row.reader.is_faulty("Award"):
                held = self._held_as(row)
                fresh = (f"{row.first_year}-{number:04}" for number in numbers[row.first_year])
                reference = held or next(reference for reference in fresh if reference not in taken)
                found.setdefault(reference, []).append(row)
                if row.reader.sound:
                    whose = "which the office holds already" if held else "because it has no reference"
                    row.reader.note(f"is recorded as award {reference}, {whose}")
        return found


def _merged(rows: Sequence[AwardRow]) -> dict[str, Any]:
    """What the rows of one award agree on. A row that says something else is a fault; an empty cell says nothing."""
    merged: dict[str, Any] = {}
    said_in: dict[str, int] = {}
    for row in rows:
        for field in _AGREE:
            said = getattr(row, field)
            if said is None:
                continue
            if merged.get(field, said) != said:
                heading = _HEADINGS.get(field, field.capitalize())
                words = f"row {said_in[field]} of the same award says something else: all its rows must agree"
                row.reader.fault(heading, words)
            merged.setdefault(field, said)
            said_in.setdefault(field, row.reader.number)
    return {field: merged.get(field) for field in _AGREE}


def _share(row: AwardRow) -> Share:
    """The share that a sound row makes."""
    assert row.fund is not None
    assert row.year is not None
    return Share(
        fund=row.fund,
        year=row.year,
        amount_pence=row.amount_pence,
        inferred_pence=row.inferred_pence,
        printed=row.printed,
    )
