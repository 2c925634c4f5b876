"""Every page of the office: who looks, and at which address of the demonstration. Whoever adds a page adds a line."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from domain.calendars.commands import AddHoliday
from domain.kernel import Actor, Role, utc_now
from domain.reports.events import Figure, Figures, OutcomeFigure
from domain.reports.quantity import Quantity
from domain.returns.commands import FillReturn, RestateReturn
from scheduler.runner import Runner
from services.address_book import AddressBook, Person
from services.app import make_app
from services.channels import channel_of
from services.demo import ADMINISTRATOR, FINANCE, PLAYER, PROVIDER, open_demo
from services.demo_people import move_in
from services.exports.provider_workbook import make_workbook
from services.front_desk import COOKIE, FrontDesk, csrf_of
from services.office import Office
from services.reporting import asked_for, read_report, record
from services.settings import Database, Settings
from services.web.routes.orders import ORDERS, path_of
from services.wiring import open_office
from tests.web.browser import Page

AWARD, OTHER_AWARD = "DEM-2026-01", "DEM-2026-02"
DUE, REVIEWED, OPEN = "2026-27-q2", "2026-27-h1", "2017-18-h2"
"""The report that the provider owes, the one of the other award that waits for review, the return that is restated."""
SIGNED = "2017-18-h1"
DOCUMENT = "4764665bec0f2da00bc7b45b678c7c50212288fe48597f72c09d706ed6dbbe49"


class EveryPage(NamedTuple):
    """One page of the list."""

    route: str
    person: str | None
    """Who of the demonstration looks; nobody signed in, if ``None``."""
    at: str
    """The address; ``{link}`` and the like stand for what ``stage`` made."""

    @property
    def name(self) -> str:
        """A name for a file and a test: ``contract-manager awards MOJ-2017-01``."""
        path = self.at.strip("/").replace("{", "").replace("}", "") or "home"
        words = [self.person or "nobody", *(path.replace("?", "/").replace("&", "/").replace("=", "/").split("/"))]
        return "-".join(word.replace("%2F", "-").replace(".", "-") for word in words if word)


MANAGER, FIN, SECOND, HEAD = "contract-manager", "finance", "finance-second", "commissioner"
AUDITOR, ADMIN, CERTIFIER, CONTACT = "auditor", "administrator", "provider", "provider-contact"

_SAID: dict[str | None, tuple[tuple[str, str], ...]] = {
    None: (
        ("/", "/"),
        ("/sign-in", "/sign-in"),
        ("/sign-in/link/{secret}", "/sign-in/link/{link}"),
        ("/accessibility", "/accessibility"),
        ("/api/docs", "/api/docs"),
        ("/api/docs", "/api/docs?part=awards"),
        ("/public", "/public"),
        ("/public/awards", "/public/awards"),
        ("/public/decisions", "/public/decisions"),
        ("/public/returns", "/public/returns"),
        ("/public/returns/{period}", f"/public/returns/{SIGNED}"),
        ("/public/returns/{period}/{table}", f"/public/returns/{SIGNED}/demand"),
    ),
    MANAGER: (
        ("/", "/"),
        ("/today/{name}", "/today/overdue"),
        ("/awards", "/awards"),
        ("/awards", "/awards?q=victims"),
        ("/awards/{award}", f"/awards/{AWARD}"),
        ("/awards/{award}", "/awards/DEM-2025-03"),
        ("/awards/{award}/timeline", f"/awards/{AWARD}/timeline"),
        ("/due", "/due"),
        ("/due/{award}/{schedule}/{period}", f"/due/{AWARD}/outcome-report/{DUE}"),
        ("/providers", "/providers"),
        ("/providers/{provider}", "/providers/made-up-advocates-and-allies"),
        ("/reports", "/reports"),
        ("/reports/{award}/{period}", f"/reports/{OTHER_AWARD}/{REVIEWED}"),
        ("/reports/{award}/{period}/versions/{version}", f"/reports/{OTHER_AWARD}/{REVIEWED}/versions/1"),
        ("/reports/{award}/{period}/send-back", f"/reports/{OTHER_AWARD}/{REVIEWED}/send-back"),
        ("/settings/load", "/settings/load"),
    ),
    CERTIFIER: (
        ("/owed", "/owed"),
        ("/sent", "/sent"),
        ("/sent/{award}/{period}", f"/sent/{AWARD}/2026-27-q1"),
        ("/sent/{award}/{period}/{version}", f"/sent/{AWARD}/2026-27-q1/1"),
        ("/owed/{award}/{period}", f"/owed/{AWARD}/{DUE}"),
        ("/owed/{award}/{period}/section/{section}", f"/owed/{AWARD}/{DUE}/section/demand"),
        ("/owed/{award}/{period}/check", f"/owed/{AWARD}/{DUE}/check"),
        ("/owed/{award}/{period}/send", f"/owed/{AWARD}/{DUE}/send"),
        ("/owed/{award}/{period}/workbook", f"/owed/{AWARD}/{DUE}/workbook"),
        ("/owed/{award}/{period}/workbook/send", f"/owed/{AWARD}/{DUE}/workbook/send"),
        ("/owed/{award}/{period}/nil-return", f"/owed/{AWARD}/{DUE}/nil-return"),
        ("/awards/{award}", f"/awards/{AWARD}"),
    ),
    CONTACT: (("/owed/{award}/{period}", f"/owed/{AWARD}/{DUE}"),),
    FIN: (
        ("/", "/"),
        ("/money", "/money?year=2017-18"),
        ("/money", "/money"),
        ("/money/{fund}/{year}", "/money/demonstration/2026-27"),
        ("/money/{fund}/{year}", "/money/crime-and-disorder-reduction/2017-18?as-at=2017-06-30"),
        ("/money/{fund}/{year}/explain/{figure}", "/money/moj-victims/2017-18/explain/left_pence"),
        ("/money/underspend", "/money/underspend"),
        ("/money/ring-fences", "/money/ring-fences"),
        ("/money/bids", "/money/bids"),
        ("/money/payments", "/money/payments"),
        ("/money/what-if", "/money/what-if"),
        ("/money/what-if/add/{order}", "/money/what-if/add/uplift-award"),
        ("/money/what-if/add/{order}", f"/money/what-if/add/uplift-award?award={AWARD}"),
        ("/returns", "/returns"),
        ("/returns/{period}", f"/returns/{OPEN}"),
        ("/returns/{period}", f"/returns/{SIGNED}"),
        ("/returns/{period}/missing", f"/returns/{OPEN}/missing"),
        ("/returns/{period}/explain", f"/returns/{SIGNED}/explain?cell=demand%2FMOJ-2017-05%2Freferrals"),
        ("/returns/{period}/compare", "/returns/2017-18-h2/compare"),
        ("/returns/{period}/versions/{version}", f"/returns/{SIGNED}/versions/1"),
        ("/returns/{period}/versions/{version}/{section}", f"/returns/{SIGNED}/versions/1/people"),
        *(("/returns/{period}/{section}", f"/returns/{SIGNED}/{name}") for name in ("service-list", "demand")),
        ("/returns/{period}/{section}", "/returns/2017-18-h2/narrative"),
    ),
    SECOND: (("/returns/{period}/signing", f"/returns/{OPEN}/signing"),),
    HEAD: (("/", "/"), ("/money", "/money?year=2025-26")),
    AUDITOR: (
        ("/records", "/records"),
        ("/records/timeline", "/records/timeline"),
        ("/records/acts", "/records/acts?by=demonstration-contract-manager"),
        ("/records/reminders", "/records/reminders"),
        ("/records/replay", "/records/replay"),
        ("/records/seal", "/records/seal"),
        ("/records/under-way/{key}", "/records/under-way/{replay}"),
        ("/records/decisions", "/records/decisions"),
        ("/records/documents", "/records/documents"),
        ("/records/single-tenders", "/records/single-tenders"),
        ("/records/{noun}/{reference}", f"/records/award/{AWARD}"),
    ),
    ADMIN: (
        ("/", "/"),
        ("/people", "/people"),
        ("/people/new", "/people/new"),
        ("/people/{person}", "/people/demonstration-provider"),
        ("/people/{person}/change", "/people/demonstration-provider/change"),
        ("/people/{person}/leave", "/people/demonstration-provider/leave"),
        ("/people/{person}/erase", "/people/{left}/erase"),
        ("/people/{person}/tokens/new", "/people/demonstration-finance/tokens/new"),
        ("/settings", "/settings"),
        ("/settings/office", "/settings/office"),
        ("/settings/holidays", "/settings/holidays"),
        ("/settings/chasing", "/settings/chasing"),
        ("/settings/chasing/{chase}", "/settings/chasing/default"),
        ("/settings/in-force", "/settings/in-force"),
        ("/settings/jobs", "/settings/jobs"),
        ("/settings/read-models", "/settings/read-models"),
        ("/settings/under-way/{key}", "/settings/under-way/{rebuild}"),
    ),
}

LISTED = tuple(EveryPage(route, person, at) for person, pages in _SAID.items() for route, at in pages)
"""Every page but those of the orders."""

NO_PAGES: Mapping[str, str] = {
    "/sign-in/organisation": "leads to the organisation's own sign-in",
    "/sign-in/organisation/back": "leads from there to the page that was asked for",
    "/documents/{sha256}": "a file",
    "/sent/{award}/{period}/{version}/file": "a file",
    "/reports/{award}/{period}/versions/{version}/file": "a file",
    "/records/find": "leads to the timeline of what is looked for",
    "/public/awards.csv": "a file",
    "/public/awards.json": "a file",
    "/public/decisions.csv": "a file",
    "/public/decisions.json": "a file",
    "/public/returns/{period}/file": "a file",
    "/money/new": "leads to the form that opens a fund",
    "/calendar/{token}.ics": "a calendar for other programs",
    "/settings/load/empty.csv": "a file",
    "/metrics": "figures for a collector",
    "/api/openapi.json": "a document for programs",
}
"""Addresses that are asked for with GET and answer with no page, each with the reason."""

_ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "provider": {"provider": "made-up-advocates-and-allies"},
    "decision": {"decision": "made-up-001"},
    "fund": {"fund": "demonstration", "year": "2026-27"},
    "award": {"award": AWARD},
    "bid": {"bid": "early-intervention-youth-fund"},
    "obligation": {"award": AWARD, "schedule": "outcome-report", "period": DUE},
    "report": {"award": OTHER_AWARD, "period": REVIEWED},
    "return": {"period": OPEN},
    "calendar": {"calendar": "england-and-wales"},
    "chase": {"chase": AWARD},
    "seal": {"seal": "log"},
}
_HANDS = {
    Role.CONTRACT_MANAGER: MANAGER,
    Role.FINANCE: FIN,
    Role.COMMISSIONER: HEAD,
    Role.ADMINISTRATOR: ADMIN,
    Role.PROVIDER: CERTIFIER,
}


def order_pages() -> Iterator[EveryPage]:
    """The page of every order, with an address and, where the order begins a thing, without one."""
    for name, command in ORDERS.items():
        person = next(hand for role, hand in _HANDS.items() if role in command.may)
        path = path_of(command, name)
        yield EveryPage(path, person, path.format_map(_ADDRESSES[command.noun]))
        if command.starts:
            yield EveryPage(f"/do/{name}", person, f"/do/{name}")


def every_page() -> tuple[EveryPage, ...]:
    """Every page that there is."""
    return tuple(chain(LISTED, order_pages()))


def page_routes(app: FastAPI) -> set[str]:
    """The address of everything that is asked for with GET and is no part of the described API."""
    found = set()
    for context in iter_route_contexts(app.routes):
        methods = getattr(context, "methods", None) or set()
        if "GET" in methods and not getattr(context.original_route, "include_in_schema", False):
            found.add(str(context.path))
    return found


class Staged(NamedTuple):
    """The demonstration, set so that every page has something on it."""

    app: FastAPI
    desk: FrontDesk
    made: Mapping[str, str]

    def address(self, page: EveryPage) -> str:
        """The address of a page, whole."""
        return page.at.format_map(self.made)

    def secret(self, person: str) -> str:
        """A new session of one of the people."""
        lasting = timedelta(hours=2)
        return self.desk.accounts.begin_session(f"{PLAYER.id}-{person}", "demonstration", utc_now(), lasting, lasting)

    def client(self, person: str | None) -> TestClient:
        """Somebody at a browser, or nobody. Redirects are not followed."""
        client = TestClient(self.app, follow_redirects=False, headers={"accept": "text/html,*/*;q=0.8"})
        if person is not None:
            client.cookies.set(COOKIE, self.secret(person))
        return client

    def post(self, person: str, path: str, said: Mapping[str, str], **more: object) -> str:
        """Sends a form as one of the people; the address that it leads to."""
        client = self.client(person)
        sent = {**said, "csrf_token": csrf_of(client.cookies[COOKIE])}
        answer = client.post(path, data=sent, **more)  # type: ignore[arg-type]
        if answer.status_code != 303:
            raise RuntimeError(f"{path}: {answer.status_code}\n{answer.text}")
        return str(answer.headers["location"])


AFTERWARDS = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""The moment at which the pages are looked at, unless another is said: after everything in the demonstration."""
FIGURES = {"referrals": 51, "declined": 3, "offered": 48, "continuing": 33, "closed": 9, "waiting": 6}
"""Of a quarter, made up."""


def _content(spend: int) -> Figures:
    figures = [Figure(measure=name, quantity=Quantity.exactly(number)) for name, number in FIGURES.items()]
    figures += [Figure(measure="spend", quantity=Quantity.exactly(spend))]
    outcomes = (OutcomeFigure(outcome="resilience", improved=10, answered=15, eligible=20),)
    return Figures(figures=tuple(figures), outcomes=outcomes, narrative="The quarter. (made up)", made_up=True)


def _report(office: Office, desk: FrontDesk) -> None:
    """A report that waits for review."""
    data = make_workbook(asked_for(office, OTHER_AWARD, REVIEWED), _content(200_000_00), "xlsx")
    by = Actor(id=PROVIDER.id, roles=PROVIDER.roles, certifies=True)
    draft = read_report(office, data, "made-up.xlsx", OTHER_AWARD, REVIEWED, by=by)
    if draft.faults:
        raise RuntimeError(str(draft.faults))
    record(office, desk.documents, draft, by)


def _fill_in(staged: Staged) -> None:
    """The report that is owed, filled in section by section, and not sent."""
    client, base = staged.client(CERTIFIER), f"/owed/{AWARD}/{DUE}"
    said = {name: str(number) for name, number in FIGURES.items()} | {"spend": "68000", "forecast": "240000"}
    for section in ("demand", "outcomes", "money-and-posts", "in-words"):
        answer = client.get(f"{base}/section/{section}")
        if answer.status_code != 200:
            continue
        page = Page(answer.text)
        sent = {name: value for name, value in page.sends() if name in ("mark", "csrf_token")} | {"go": "on"}
        for each in page.entries():
            name = str(each.get("name"))
            if name in said:
                sent[name] = said[name]
            elif name.startswith("not-known.") and name[10:] not in said:
                sent[name] = "yes"
        staged.post(CERTIFIER, f"{base}/section/{section}", sent)
    page = Page(client.get(f"{base}/check").text)
    why = {str(each.get("name")): "A post was filled early. (made up)" for each in page.all("textarea")}
    staged.post(CERTIFIER, f"{base}/check", {**dict(page.sends()), **why, "go": "on"})


def _draft(staged: Staged) -> None:
    """A draft on the finance officer's board."""
    path = f"/money/what-if/add/uplift-award?award={AWARD}"
    shown = dict(Page(staged.client(FIN).get(path).text).sends())
    said = {"variation": "made-up-variation", "by_pence": "15,000", "reason": "More referrals (made up)"}
    staged.post(FIN, path, {**shown, **said, "fund": "demonstration", "year": "2026-27"})


def stage(app: FastAPI, office: Office, book: AddressBook) -> Staged:
    """Sets the demonstration so that every page has something on it. Its people must live there already."""
    desk: FrontDesk = app.state.desk
    link = desk.accounts.new_link(f"{PLAYER.id}-provider", utc_now(), timedelta(hours=2), "/owed")
    left = {"name": "Somebody who left (made up)", "email": "left@example.org", "left_on": AFTERWARDS.date()}
    book.put(Person.model_validate({"id": "made-up-left", **left}))
    staged = Staged(app, desk, {"link": str(link), "left": "made-up-left"})
    _report(office, desk)
    office.do(
        AddHoliday(calendar="england-and-wales", day=date(2026, 12, 24), title="A day off (made up)"), ADMINISTRATOR
    )
    Runner(office, book, channel_of(desk.settings), desk.settings, lambda: AFTERWARDS).make_up()
    office.do(RestateReturn(period=OPEN, reason="A report was corrected (made up)"), FINANCE)
    office.do(FillReturn(period=OPEN), FINANCE)
    _fill_in(staged)
    _draft(staged)
    data = make_workbook(asked_for(office, AWARD, DUE), _content(68_000_00), "xlsx")
    base = f"/owed/{AWARD}/{DUE}/workbook"
    staged.post(CERTIFIER, base, {}, files={"file": ("made-up.xlsx", data)})
    works = {"replay": (AUDITOR, "/records", "/replay", "", {"year": "2026"})}
    works |= {"rebuild": (ADMIN, "/settings", "/read-models", "/rebuild", {})}
    made = {**staged.made}
    for name, (person, path, form, deed, said) in works.items():
        shown = dict(Page(staged.client(person).get(f"{path}{form}").text).sends())
        made[name] = staged.post(person, f"{path}{form}{deed}", {**shown, **said}).rsplit("/", 1)[1]
        _wait_for(staged.client(person), f"{path}/under-way/{made[name]}")
    return staged._replace(made=made)


def _wait_for(client: TestClient, path: str) -> None:
    """Until long work is over, so that its own questions are not taken for a page's."""
    while "data-look-again" in client.get(path).text:
        time.sleep(0.05)


@contextmanager
def staged_demonstration(folder: Path, clock: Callable[[], datetime] = lambda: AFTERWARDS) -> Iterator[Staged]:
    """The demonstration in a folder, played unless it was, with its people, and set."""
    settings = Settings(
        database=str(folder / "office.db"),
        documents=folder / "documents",
        mail_folder=folder / "mail",
        _env_file=None,
    )
    with open_demo(settings) as played:
        played.play(lambda _number: None)
    with open_office(settings, clock).open() as office, AddressBook(Database.of(settings.database)) as book:
        move_in(book)
        yield stage(make_app(settings, office, book, demonstration_sign_in=True), office, book)
