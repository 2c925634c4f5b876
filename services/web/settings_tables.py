"""What is set, in force and at work in an office, as tables of a page. There is no money in them."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, get_args
from urllib.parse import urlsplit

from pydantic import SecretStr

from domain.disclosure.rules import rules
from domain.monitoring.policy import Part, Step
from domain.periods import moment_in_words
from domain.reports.measures import frameworks
from domain.returns.filled import templates
from domain.tables import Column, Missing, Table, cell
from domain.working_days import bank_holidays
from projections.jobs import JobRow
from projections.reminders import HolidayRow
from services.settings import Database, Settings

NONE = Missing.NOT_APPLICABLE
LATE_AFTER = timedelta(hours=1)
"""How long after its time a job may begin and not be called late."""
QUIET_FOR = timedelta(hours=26)
"""After which time without any job something is wrong: there are jobs of every day."""
AHEAD = 2
"""Of how many years to come the bank holidays are listed, beside this one."""

_GIVEN_TO = {
    Part.PROVIDER: "The provider's contacts",
    Part.CONTRACT_MANAGER: "The contract manager",
    Part.HEAD_OF_COMMISSIONING: "The head of commissioning",
}
_SPELT = {"smtp": "SMTP", "oidc": "OpenID Connect", "notify": "Notify", "id": "id"}
_MONEY = re.compile(r"-?£\s?[\d,.]*\d[km]?")


def is_secret(annotation: Any) -> bool:
    """Whether a setting holds a secret."""
    return annotation is SecretStr or any(is_secret(part) for part in get_args(annotation))


class Set(NamedTuple):
    """One setting as a page shows it."""

    title: str
    name: str
    """As the surroundings of the server have it: ``OUTTURN_…``."""
    value: str
    default: bool
    """Whether it is as it comes."""
    words: str
    """What it is for."""


def what_is_set(settings: Settings) -> list[Set]:
    """Every setting with what it is for. Of a secret it is only said whether it is set."""
    found = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if is_secret(field.annotation):
            shown: str | None = None if value is None else "Set, and not shown"
        else:
            shown = _database(value) if name == "database" else _worded(value)
        title = " ".join(_SPELT.get(word, word) for word in name.split("_"))
        title = title[:1].upper() + title[1:]
        default = name not in settings.model_fields_set
        found.append(Set(title, f"OUTTURN_{name.upper()}", shown or "Not set", default, field.description or ""))
    return found


def _database(address: str) -> str:
    """Where the log is kept, without the user and the password of a server."""
    database = Database.of(address)
    if database.kind == "postgresql":
        parts = urlsplit(address)
        return f"PostgreSQL: {parts.path.removeprefix('/')} on {parts.hostname or 'this machine'}"
    return "In memory" if database.kind == "memory" else f"SQLite: {database.path.name}"


def _worded(value: Any) -> str | None:
    if value is None or value == {}:
        return None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {said}" for key, said in sorted(value.items()))
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    said = value.isoformat() if isinstance(value, date) else str(value)
    return said if "://" not in said or "@" not in said else "Set, and not shown: it holds a user"


def holidays_table(added: Iterable[HolidayRow], today: date) -> Table:
    """The days on which offices are closed, this year and the next ones: those on file, and those that were added."""
    first, last = date(today.year, 1, 1), date(today.year + AHEAD, 12, 31)
    days = {day: (title, False) for day, title in bank_holidays().items() if first <= day <= last}
    days |= {row.day: (row.title, True) for row in added if row.stands}
    rows = [
        (cell(day), cell(f"{day:%A}"), cell(title), cell("Added" if extra else "On file"))
        for day, (title, extra) in sorted(days.items())
    ]
    columns = (
        Column(key="day", title="Day", kind="date"),
        Column(key="weekday", title="Weekday"),
        Column(key="title", title="What for"),
        Column(key="standing", title="Where from"),
    )
    title = f"Bank holidays of England and Wales, {first.year} to {last.year}, and every day added"
    return Table(name="holidays", title=title, columns=columns, rows=tuple(rows), names=("day",))


def steps_table(name: str, title: str, steps: Iterable[Step]) -> Table:
    """A chase in words."""
    rows = [
        (cell(_when(step)), cell(_GIVEN_TO[step.to]), cell(step.step.replace("-", " ").capitalize())) for step in steps
    ]
    columns = (
        Column(key="when", title="When"),
        Column(key="to", title="To whom"),
        Column(key="step", title="Step"),
    )
    return Table(name=name, title=title, columns=columns, rows=tuple(rows))


def _when(step: Step) -> str:
    words = step.when.words
    return "On the day that it is due" if step.when.days == 0 else f"{words} the day that it is due"


class Dated(NamedTuple):
    """Something on file that is in force for some days."""

    title: str
    name: str
    first: date
    last: date | None
    source: str
    note: str
    """How sure it is, and what to confirm."""
    words: tuple[str, ...] = ()
    """What it says, where it says it in words."""

    def standing(self, day: date) -> str:
        """How it stands on a day."""
        return "Not yet" if day < self.first else "Ended" if self.last is not None and self.last < day else "In force"


def in_force() -> list[tuple[str, list[Dated]]]:
    """Frameworks, templates of the return and rules for small numbers: each with its days and its source."""
    asked = [Dated(f.title, f.framework, f.in_force_from, f.in_force_to, f.source, f.note) for f in frameworks()]
    forms = [Dated(t.title, t.template, t.in_force_from, t.in_force_to, "", t.note) for t in templates()]
    held = [Dated(r.title, r.rule, r.in_force_from, r.in_force_to, r.source, r.note, r.in_words()) for r in rules()]
    return [
        ("Frameworks of measures and outcomes", asked),
        ("Templates of the half-yearly return", forms),
        ("Rules for small numbers in what is published", held),
    ]


def code_lists() -> Table:
    """The lists of categories that the frameworks name, and from which: they are in force as long as those."""
    asked_by: dict[str, list[str]] = {}
    lists = {}
    for framework in frameworks():
        for each in framework.breakdowns:
            asked_by.setdefault(each.code_list, []).append(framework.framework)
            lists[each.code_list] = each
    rows = [
        (
            cell(each.title),
            cell(code),
            cell(len(each.categories)),
            cell(", ".join(asked_by[code])),
            cell(each.source or None),
            cell(each.note or None, missing=NONE),
        )
        for code, each in sorted(lists.items())
    ]
    columns = (
        *(Column(key="title", title="Title"), Column(key="name", title="Name")),
        Column(key="categories", title="Categories", kind="count"),
        *(Column(key="asked_by", title="In these frameworks"), Column(key="source", title="Source")),
        Column(key="note", title="To know, and to confirm"),
    )
    return Table(name="code-lists", title="Lists of categories", columns=columns, rows=tuple(rows))


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said)


def jobs_table(jobs: Iterable[JobRow]) -> Table:
    """Each job that the log knows: for when it ran last, what it did, whether it failed since or was late."""
    rows = []
    for job in jobs:
        late = job.slot is not None and job.done_at is not None and _moment(job.done_at) - _moment(job.slot)
        standing = "Failed" if job.failures else "Late" if late and late > LATE_AFTER else "Done"
        rows.append(
            (
                cell(job.job.replace("-", " ").capitalize()),
                cell(standing),
                cell(job.slot, missing=NONE),
                cell(job.done_at, missing=NONE),
                cell(without_money(_what_happened(job))),
            )
        )
    columns = (
        Column(key="job", title="Job"),
        Column(key="standing", title="Standing"),
        Column(key="slot", title="Ran for", kind="moment"),
        Column(key="done_at", title="Done at", kind="moment"),
        Column(key="words", title="What happened"),
    )
    return Table(name="jobs", title="Jobs", columns=columns, rows=tuple(rows))


def _what_happened(job: JobRow) -> str | None:
    if not job.failures:
        return job.did
    times = "once" if job.failures == 1 else f"{job.failures} times"
    when = moment_in_words(_moment(job.failed_at)) if job.failed_at else "a day that is not known"
    return f"Failed {times} since, last on {when}: {job.failure}"


def without_money(words: str | None) -> str | None:
    """Words for administrators, who see no money."""
    return None if words is None else _MONEY.sub("(an amount)", words)


def last_heard(jobs: Iterable[JobRow]) -> datetime | None:
    """When any job ran or failed last."""
    return max((_moment(at) for job in jobs for at in (job.done_at, job.failed_at) if at is not None), default=None)
