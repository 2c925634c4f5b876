"""``outturn scheduler``: hands over to ``python -m scheduler``, a process of its own; and a person's calendar."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import NotAllowed, NotFound, Refusal
from domain.kernel import Role
from services.address_book import AddressBook
from services.cli.console import BROKEN, err, out, the_office
from services.settings import Database, Settings

HAND_OVER: dict[str, Any] = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
"""All words go to the other process as they are."""

ROOT = Path(__file__).parents[2]

app = typer.Typer(invoke_without_command=True)


def begin(words: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """The scheduler as a process of its own, of the same code and over the same office."""
    known = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(ROOT), *([known] if known else [])])
    call = [sys.executable, "-P", "-m", "scheduler", *words]
    return subprocess.Popen(call, env={**os.environ, "PYTHONPATH": path})  # noqa: S603 - our own program


def _hand_over(*words: str) -> None:
    """Ends as the other process does; a wish to end goes on to it."""
    process = begin(words)
    former = signal.signal(signal.SIGTERM, lambda *_said: process.terminate())
    try:
        status = process.wait()
    except KeyboardInterrupt:  # the terminal told the other process too
        status = process.wait()
    finally:
        signal.signal(signal.SIGTERM, former)
    if status:
        sys.exit(status)


@app.callback()
def scheduler(context: typer.Context) -> None:
    """Run what the office does without being asked, until it is told to end. Several may run: one of them leads."""
    if context.invoked_subcommand is None:
        _hand_over()


@app.command(context_settings=HAND_OVER)
def run(context: typer.Context) -> None:
    """Run a job now; with --as-if DATE, say what that day would do, and record nothing."""
    _hand_over("run", *context.args)


@app.command(context_settings=HAND_OVER)
def status(context: typer.Context) -> None:
    """Show every job: when it runs, what it did last, and when it runs next."""
    _hand_over("status", *context.args)


@app.command()
def feed(
    person: Annotated[str, typer.Argument(help="The opaque id of the person, as in the address book.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write, ending in .ics.")],
) -> None:
    """Write a person's calendar of what is due, as an iCalendar file."""
    from services.calendar_feed import feed as as_calendar

    if to.suffix.lower() != ".ics":
        raise Refusal("A calendar is a file that ends in .ics.")
    settings = Settings()
    if Role.ADMINISTRATOR not in settings.roles:
        raise NotAllowed("Only an administrator may make the calendar of another person.")
    with the_office(to_read=True) as office, AddressBook(Database.of(settings.database)) as book:
        found = book.person(person)
        if found is None or found.left_on is not None:
            raise NotFound("There is nobody of that id in the address book.")
        with office.reading() as views:
            content = as_calendar(views, found)
    try:
        to.write_bytes(content)
    except OSError:
        raise Refusal(f"The file {to.name} cannot be written: see that its folder is there.") from None
    out.print(f"Written: {to}", markup=False)


@app.command()
def replay(year: Annotated[int, typer.Argument(min=1990, max=2100, help="A calendar year, like 2026.")]) -> None:
    """Read a year of reminders again from the log: proves that each step happened at most once, none after receipt."""
    from services.replay import replay as again

    with the_office(to_read=True) as office:
        told = again(office.log, year)
    for fault in told.faults:
        err.print(fault, markup=False)
    out.print(
        f"{year}: {told.decided:,} steps decided; {told.sent:,} sent, {told.passed_over:,} passed over, "
        f"{told.dropped:,} dropped, {told.refused:,} refused. {told.waiting:,} still wait. {told.attempts:,} attempts; "
        f"{told.maybe_twice:,} may have gone twice, with one Message-ID."
    )
    if told.faults:
        sys.exit(BROKEN)
    out.print("Each step was decided once for each person; none is known to have gone after what it asks for came in.")
