"""What the drafts on a what-if board would change, before and after, as tables."""

from collections.abc import Iterator
from typing import NamedTuple

from domain import money
from domain.tables import Cell, Column, Kind, Missing, Row, Table, cell
from projections.standing import Place
from services.web.money_tables import how_it_stands
from services.web.what_if import AwardFigures, Figures, FundFigures, Trial

_COMPARED = (
    ("received_pence", "Received"),
    ("committed_pence", "Committed"),
    ("earmarked_pence", "Kept aside"),
    ("returned_pence", "Returned"),
    ("carried_out_pence", "Carried out"),
    ("left_pence", "Left"),
    ("over_pence", "Over-committed by"),
    ("allowed_over_pence", "Allowed over"),
)
_MOVING = (*(key for key, _title in _COMPARED), "awards", "not_known")
_ALWAYS = ("received_pence", "committed_pence", "left_pence")


class OfFund(NamedTuple):
    """What the drafts would do to one fund."""

    fund: str
    year: str
    standing: str
    """Afterwards."""
    words: str
    table: Table


def funds_changed(trial: Trial) -> list[OfFund]:
    """The funds that the drafts change or open, each with what changes."""
    return [_of_fund(place, trial.before.funds.get(place), now) for place, now in _moved(trial.before, trial.after)]


def _moved(before: Figures, after: Figures) -> Iterator[tuple[Place, FundFigures]]:
    for place, now in after.funds.items():
        was = before.funds.get(place)
        if was is None or any(was.sums[key] != now.sums[key] for key in _MOVING):
            yield place, now


def _of_fund(place: Place, was: FundFigures | None, now: FundFigures) -> OfFund:
    fund, year = place
    rows: list[Row] = []
    for key, title in _COMPARED:
        old, new = None if was is None else was.sums[key], now.sums[key]
        if key not in _ALWAYS and not old and not new:
            continue
        change = None if new is None or (old is None and was is not None) else new - (old or 0)
        nothing = Missing.NOT_APPLICABLE if was is None else Missing.NOT_KNOWN
        rows.append((cell(title), cell(old, missing=nothing), cell(new), cell(change)))
    table = Table(
        name=f"what-if-{fund}-{year}",
        title=f"{now.title} {year}",
        columns=(
            Column(key="figure", title="Figure"),
            Column(key="now_pence", title="Now", kind="pence"),
            Column(key="then_pence", title="With the drafts", kind="pence"),
            Column(key="change_pence", title="Change", kind="pence"),
        ),
        rows=tuple(rows),
        names=("figure",),
    )
    return OfFund(fund, year, how_it_stands(now.sums), _in_words(now), table)


def _in_words(now: FundFigures) -> str:
    """What would be left, or by how much it would be over."""
    over, left, allowed = now.sums["over_pence"], now.sums["left_pence"], now.sums["allowed_over_pence"]
    gap = now.sums["not_known"]
    more = " Awards whose amount is not known are not in it." if gap else ""
    if over:
        allowing = f"Up to {money.pounds(allowed)} over is allowed." if allowed else "No tolerance is set."
        return f"It would be over-committed by {money.pounds(over)}. {allowing}{more}"
    if left is None:
        return f"What it received is not known, so what would be left is not known either.{more}"
    return f"{money.pounds(left)} would be left.{more}"


def what_is_left(trial: Trial, years: frozenset[str]) -> Table:
    """Every fund of some years: what is left now, and with the drafts."""
    rows = []
    for (fund, year), now in trial.after.funds.items():
        if year not in years:
            continue
        was = trial.before.funds.get((fund, year))
        rows.append(
            (
                *(cell(now.title), cell(fund), cell(year), cell(how_it_stands(now.sums))),
                cell(was.sums["left_pence"]) if was else cell(None, missing=Missing.NOT_APPLICABLE),
                *(cell(now.sums["left_pence"]), cell(now.sums["over_pence"])),
            )
        )
    return Table(
        name="what-is-left",
        title="What is left",
        columns=(
            Column(key="title", title="Fund"),
            Column(key="fund", title="Reference", detail=True),
            Column(key="year", title="Year"),
            Column(key="standing", title="With the drafts"),
            Column(key="now_pence", title="Left now", kind="pence"),
            Column(key="then_pence", title="Left then", kind="pence"),
            Column(key="over_pence", title="Over-committed then by", kind="pence"),
        ),
        rows=tuple(rows),
        names=("fund", "year"),
    )


def years_of(trial: Trial) -> frozenset[str]:
    """The years of the funds that the drafts change; when they change none, the latest there is."""
    changed = {year for (_fund, year), _now in _moved(trial.before, trial.after)}
    return frozenset(changed or [max((year for _fund, year in trial.after.funds), default="")])


_OF_AN_AWARD: tuple[tuple[str, str, Kind], ...] = (
    ("provider", "Provider", "text"),
    ("status", "Status", "text"),
    ("ends_on", "Ends", "date"),
    ("amount_pence", "Amount", "pence"),
)


def awards_changed(trial: Trial) -> Table:
    """The awards that the drafts make or change: how each stands now, and with the drafts."""
    rows = []
    for award, now in sorted(trial.after.awards.items()):
        was = trial.before.awards.get(award)
        if was != now:
            rows.append((cell(award), *_pairs(was, now)))
    columns = [Column(key="award", title="Award")]
    for key, title, kind in _OF_AN_AWARD:
        name, unit = (key.removesuffix("_pence"), "_pence") if kind == "pence" else (key, "")
        columns.append(Column(key=f"{name}_now{unit}", title=f"{title} now", kind=kind))
        columns.append(Column(key=f"{name}_then{unit}", title=f"{title} then", kind=kind))
    table = Table(
        name="awards-changed",
        title="Awards that change",
        columns=tuple(columns),
        rows=tuple(rows),
        names=("award",),
    )
    return _without_what_stays(table)


def _pairs(was: AwardFigures | None, now: AwardFigures) -> Iterator[Cell]:
    for key, _title, _kind in _OF_AN_AWARD:
        if was is None:
            yield cell(None, missing=Missing.NOT_APPLICABLE)
        else:
            yield cell(getattr(was, key))
        yield cell(getattr(now, key))


def _without_what_stays(table: Table) -> Table:
    """Without the pairs of columns in which nothing changes."""
    kept = [0]
    for place in range(1, len(table.columns), 2):
        if any(row[place] != row[place + 1] for row in table.rows):
            kept += [place, place + 1]
    return table.model_copy(
        update={
            "columns": tuple(table.columns[place] for place in kept),
            "rows": tuple(tuple(row[place] for place in kept) for row in table.rows),
        }
    )
