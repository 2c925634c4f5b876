"""The life of a return as steps: what is done, what comes next, and what somebody may do about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.periods import day_in_words, moment_in_words
from projections.returns import ReturnRow
from services.front_desk import SignedIn
from services.web.routes.orders import address_of
from services.web.routes.return_reading import is_signed
from services.web.site import may

DONE, NEXT, LATER = "done", "next", "not started"
NOTHING_YET = "There is nothing to fill in yet: no award draws on a fund that this return reports on."


class Step(NamedTuple):
    """One step."""

    title: str
    standing: str
    words: str
    deeds: tuple[tuple[str, str], ...] = ()
    """What this person may do here: words and address."""


def life_of(
    row: ReturnRow,
    who: SignedIn,
    filled_by: str | None,
    published: Sequence[Any],
    remarks: int,
    names: Mapping[str, str],
    *,
    is_empty: bool = False,
) -> tuple[Step, ...]:
    """The steps of the latest version, in order; ``is_empty``: there is nothing yet that it could report on."""
    signed, filled = is_signed(row), row.status != "opened"
    sent = row.status == "submitted"

    def deed(words: str, order: str, wanted: bool = True) -> tuple[tuple[str, str], ...]:
        return ((words, address_of(order, period=row.period)),) if wanted and may(who, order) else ()

    out = [each for each in published if each.version == row.version]
    sign: tuple[tuple[str, str], ...] = ()
    if row.status == "filled" and may(who, "sign-off-return"):
        sign = (("See what is signed, and sign off", f"/returns/{row.period}/signing"),)
    return (
        Step("Open", DONE, _opened(row)),
        Step(
            "Fill in",
            DONE if filled else NEXT,
            NOTHING_YET if is_empty else _filled(row, None if filled_by is None else names.get(filled_by, filled_by)),
            deed("Fill in again" if filled else "Fill in", "fill-return", not signed and not is_empty),
        ),
        Step(
            "Comment",
            DONE if remarks else LATER,
            f"{remarks} remark{'' if remarks == 1 else 's'}." if remarks else "Nobody has made a remark.",
            deed("Make a remark", "comment-on-return"),
        ),
        Step("Sign off", DONE if signed else NEXT if filled else LATER, _signed(row, who, filled_by, names), sign),
        Step(
            "Submit",
            DONE if sent else NEXT if signed else LATER,
            _sent(row),
            deed("Record that it was submitted", "submit-return", signed and not sent),
        ),
        Step(
            "Publish",
            DONE if out else NEXT if signed else LATER,
            _out(out),
            deed("Publish a copy", "publish-return", signed),
        ),
    )


def _opened(row: ReturnRow) -> str:
    due = "The day it is due is not on record." if row.due_on is None else f"Due on {day_in_words(row.due_on)}."
    return due if row.reason is None else f"{due} Version {row.version}, because: {row.reason}"


def _filled(row: ReturnRow, filled_by: str | None) -> str:
    if row.status == "opened":
        return "The figures are folded from the accepted reports. It may be done again until the return is signed."
    by = f" by {filled_by}" if filled_by else ""
    return f"Filled in{by}, up to log position {row.position:,}."


def _signed(row: ReturnRow, who: SignedIn, filled_by: str | None, names: Mapping[str, str]) -> str:
    if is_signed(row):
        at = "" if row.signed_at is None else f" on {moment_in_words(datetime.fromisoformat(row.signed_at))}"
        return f"Signed off by {names.get(str(row.signed_by), row.signed_by)}{at}."
    if filled_by is not None and filled_by == who.person.id:
        return "You filled it in, so another person of finance signs it off."
    return "Whoever fills the return in does not sign it off."


def _sent(row: ReturnRow) -> str:
    if row.submitted_on is None:
        return "Not recorded as submitted."
    receipt = f" Receipt: {row.receipt}" if row.receipt else ""
    return f"Submitted on {day_in_words(row.submitted_on)}.{receipt}"


def _out(published: Sequence[Any]) -> str:
    if not published:
        return "No copy for the public was made. In a copy small numbers are held back."
    rules = " and ".join(each.rule for each in published)
    return f"A copy was made by the rule {rules}."
