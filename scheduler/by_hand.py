"""The scheduler by hand: run a job now, see what a day would do, see what was done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from domain.errors import Refusal
from domain.kernel import LONDON, utc_now
from domain.periods import moment_in_words, parse_day
from domain.tables import Column, Missing, Table, cell
from projections.jobs import JobRow
from scheduler.jobs import TIMETABLE, Job, job_named
from scheduler.runner import Runner
from scheduler.timetable import Daily
from services.address_book import AddressBook
from services.channels import channel_of
from services.cli.console import Format, Formatted, out, print_json, print_tables, the_office
from services.settings import Database, Settings
from services.wiring import open_office

app = typer.Typer(name="outturn scheduler", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@contextmanager
def the_runner(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Runner]:
    """The jobs of the configured office."""
    channel = channel_of(settings)
    with open_office(settings, clock).open() as office, AddressBook(Database.of(settings.database)) as book:
        yield Runner(office, book, channel, settings, clock)


def unless_asked(serve: Callable[[], None]) -> Callable[[typer.Context], None]:
    """What runs when no verb is given."""

    def callback(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            serve()

    callback.__doc__ = "Run what the office does without being asked, until it is told to end."
    return callback


def _on(job: Job, day: str) -> datetime:
    """The moment at which a job runs on a day."""
    when = job.when
    if isinstance(when, Daily):
        return when.slot_on(parse_day(day))
    said = parse_day(day)
    return datetime(said.year, said.month, said.day, 9, tzinfo=LONDON).astimezone(UTC)


@app.command()
def run(
    job: Annotated[str, typer.Argument(help=f"One of: {', '.join(each.name for each in TIMETABLE)}.")],
    as_if: Annotated[
        str | None,
        typer.Option("--as-if", metavar="DATE", help="Say what that day would do, as things are; record nothing."),
    ] = None,
    format: Formatted = Format.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Run a job now. What it did before it does not do again."""
    if format is Format.CSV:
        raise Refusal("What a job did is shown as words or as JSON.")
    known, settings = job_named(job), Settings()
    moment = None if as_if is None else _on(known, as_if)
    with the_runner(settings, utc_now if moment is None else lambda: moment) as runner:
        did = runner.run_by_hand(known) if moment is None else runner.as_if(known)
    if format is Format.JSON:
        print_json({"job": job, "as_if": as_if, "did": did.words, "counts": did.counts, "lines": list(did.lines)})
        return
    if as_if is not None:
        for line in did.lines:
            out.print(line, markup=False)
    out.print(did.words, markup=False)
    if as_if is not None:
        out.print("Nothing was recorded.")


@app.command()
def status(format: Formatted = Format.TABLE) -> None:  # noqa: A002
    """Show every job: when it runs, what it did last, from the log, and when it runs next."""
    now = utc_now()
    with the_office(to_read=True) as office, office.reading() as views:
        table = as_table({row.job: row for row in views.rows(JobRow)}, now)
    print_tables([table], format)


def _moment(text: str | None) -> str | None:
    return None if text is None else moment_in_words(datetime.fromisoformat(text))


def as_table(rows: dict[str, JobRow], now: datetime) -> Table:
    """Each job of the timetable, and what the log knows of it."""
    lines = []
    for job in TIMETABLE:
        row = rows.get(job.name) or JobRow(job.name)
        late = job.when.latest(now)
        waits = not job.quiet and (row.slot is None or row.slot < late.isoformat())
        lines.append(
            (
                cell(job.name),
                cell(job.when.words),
                cell(_moment(row.slot), missing=Missing.NOT_APPLICABLE),
                cell(_moment(row.done_at), missing=Missing.NOT_APPLICABLE),
                cell(row.did, missing=Missing.NOT_APPLICABLE),
                cell(moment_in_words(job.when.following(now))),
                cell(moment_in_words(late) if waits else None, missing=Missing.NOT_APPLICABLE),
                cell(row.failure, missing=Missing.NOT_APPLICABLE),
                cell(_moment(row.failed_at), missing=Missing.NOT_APPLICABLE),
                cell(row.runs),
            )
        )
    return Table(
        name="jobs",
        title="What the office does without being asked",
        columns=(
            Column(key="job", title="Job"),
            Column(key="when", title="When"),
            Column(key="last_slot", title="Last run for"),
            Column(key="last_done", title="Done"),
            Column(key="did", title="What it did"),
            Column(key="next", title="Next"),
            Column(key="missed", title="To be made up"),
            Column(key="failure", title="Broke off"),
            Column(key="failed_at", title="Broke off on"),
            Column(key="runs", title="Runs", kind="count", detail=True),
        ),
        rows=tuple(lines),
        notes=("Hours are London's. A run of deliver-reminders is written down only when it did something.",),
    )
