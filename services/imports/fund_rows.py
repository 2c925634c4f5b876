"""The rows of an awards sheet that are about a fund: its allocation, tolerance, money kept aside, a stated total."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain import money
from domain.errors import Refusal
from domain.funds.commands import HoldEarmark, OpenFund, ReceiveAllocation, SetTolerance, StateTotal
from domain.funds.events import EarmarkKind
from domain.kernel import Command
from services.imports import cells
from services.imports.cells import Amount
from services.imports.reader import Reader


class FundRow(NamedTuple):
    """A row about a fund: the orders it makes, and what it must be the only row about."""

    reader: Reader
    fund: str | None
    year: str | None
    subject: tuple[str, ...]
    """Two rows with the same subject repeat one another."""
    opens: bool
    """Whether the row brings the fund's allocation, so that the fund need not be known before."""
    commands: Sequence[Command[Any]]


def fund_and_year(reader: Reader) -> tuple[str | None, str | None]:
    """The fund's code and the financial year; nothing for a cell that is empty or has a fault."""
    fund = reader.needed("Fund", cells.code, "write the fund's code, like moj-victims")
    return fund, reader.needed("Year", cells.year, "write the financial year, like 2017-18")


def printed_beside(reader: Reader, amount: Amount) -> tuple[str | None, bool]:
    """The paper's own words for the amount, if there is more to them than it, and whether the amount is exact.

    Notes when the words and the amount are not the same figure.
    """
    said = reader.optional("As printed", cells.words)
    if said is None:
        return amount.printed, amount.exact
    try:
        printed = money.parse_printed(said)
    except Refusal:
        return said, amount.exact
    if amount.pence is not None and printed.pence != amount.pence:
        reader.note(f"the paper prints {said}; what is loaded is {money.pounds(amount.pence)}", "As printed")
        return said, amount.exact
    return said, amount.exact and printed.exact


def allocation(reader: Reader) -> FundRow:
    """What the funder gave: the fund is opened and the allocation received."""
    fund, year = fund_and_year(reader)
    amount = reader.needed("Amount", cells.amount, "write what was allocated, or: not known") or Amount(None)
    printed, exact = printed_beside(reader, amount)
    source = reader.needed("Source", cells.words, "write where the figure comes from, such as: grant letter")
    agreement = reader.optional("Agreement", cells.reference) or f"{fund}-{year}"
    title = reader.optional("Fund title", cells.words) or reader.text("Fund")
    funder = reader.needed("Funder", cells.words, "write who gives the money, or: not stated")
    return_to = reader.optional("Return", cells.reference)
    if amount.pence is None and reader.sound:
        reader.note("the amount of the allocation is not known: what is left of the fund is not known either", "Amount")
    elif not exact and reader.sound:
        reader.note(f"the allocation is not exact: {printed} is kept beside {money.pounds(amount.pence)}", "Amount")
    opened = reader.build(
        OpenFund, {"fund": fund, "year": year, "title": title, "funder": funder, "return_to": return_to}
    )
    received = reader.build(
        ReceiveAllocation,
        {"fund": fund, "year": year, "agreement": agreement, "amount_pence": amount.pence, "printed": printed}
        | {"exact": exact, "source": source},
    )
    commands = [command for command in (opened, received) if command is not None]
    return FundRow(reader, fund, year, ("allocation", str(fund), str(year), agreement), True, commands)


def tolerance(reader: Reader) -> FundRow:
    """How far the fund may be committed beyond what was received: an amount or a percentage, and by whom."""
    fund, year = fund_and_year(reader)
    pence = reader.optional("Amount", cells.plain_amount)
    per_cent = reader.optional("Per cent", cells.per_cent)
    if (pence is None) == (per_cent is None) and not (reader.is_faulty("Amount") or reader.is_faulty("Per cent")):
        reader.fault("Amount", "a tolerance is either an amount or a percentage: write one, in Amount or Per cent")
    authorised_by = reader.needed("Authorised by", cells.words, "write which office or post authorised it")
    decision = reader.needed("Decision", cells.words, "write the reference of the decision")
    reason = reader.needed("Reason", cells.words, "write why the fund may be committed beyond what was received")
    built = reader.build(
        SetTolerance,
        {"fund": fund, "year": year, "amount_pence": pence, "per_cent": per_cent}
        | {"authorised_by": authorised_by, "decision": decision, "reason": reason},
    )
    return FundRow(reader, fund, year, ("tolerance", str(fund), str(year)), False, [built] if built else [])


def _known_amount(reader: Reader, otherwise: str) -> int | None:
    """Pence of an amount that must be known. A rounded one, or one with words, is noted."""
    amount = reader.needed("Amount", cells.amount, "write the amount")
    if amount is None:
        return None
    if amount.pence is None:
        reader.fault("Amount", f"this must be known: {otherwise}")
        return None
    printed, exact = printed_beside(reader, amount)
    if printed and reader.sound:
        how = "is loaded as" if exact else "may be rounded, and is loaded as"
        reader.note(f"the paper's {printed} {how} {money.pounds(amount.pence)}", "Amount")
    return amount.pence


def earmark(reader: Reader, kind: EarmarkKind) -> FundRow:
    """Money kept aside: a reserve, or work in development. No award, and not free to award."""
    fund, year = fund_and_year(reader)
    title = reader.needed("Service", cells.words, "write what the money is kept for")
    code = reader.optional("Service", cells.slug)
    pence = _known_amount(reader, "if it is not, write the row as a remark")
    built = reader.build(
        HoldEarmark,
        {"fund": fund, "year": year, "earmark": code, "title": title, "kind": kind, "amount_pence": pence},
        earmark="Service",
        title="Service",
    )
    if built is not None:
        what = "held back as a reserve" if kind is EarmarkKind.RESERVE else "kept for work in development"
        reader.note(f"is {what}: it is not an award, and counts as kept aside")
    subject = ("earmark", str(fund), str(year), str(code))
    return FundRow(reader, fund, year, subject, False, [built] if built else [])


def stated_total(reader: Reader) -> FundRow:
    """A total that a paper states, kept beside what the records add up to."""
    fund, year = fund_and_year(reader)
    pence = _known_amount(reader, "a total that is not known is not stated, so take the row out")
    source = reader.needed("Source", cells.words, "write which paper states the total")
    built = reader.build(StateTotal, {"fund": fund, "year": year, "source": source, "total_pence": pence})
    return FundRow(reader, fund, year, ("total", str(fund), str(year), str(source)), False, [built] if built else [])
