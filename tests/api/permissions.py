"""THE table: every address of the application, and which roles may pass it. Written by hand, to be read by people.

A route that is not here fails the build, and so does a line without a route. Whoever adds an order, a question or a
page adds a line. What is said here is compared with what stands on the command and on the route, and driven over HTTP.
"""

from collections.abc import Iterator
from typing import NamedTuple

from domain.kernel import Role

LETTERS = {
    "C": Role.COMMISSIONER,
    "F": Role.FINANCE,
    "M": Role.CONTRACT_MANAGER,
    "P": Role.PROVIDER,
    "A": Role.AUDITOR,
    "D": Role.ADMINISTRATOR,
    "S": Role.SCHEDULER,
}
"""What stands for a role in the table. An administrator (D) looks after people and settings, and has no money."""

ANYBODY = "*"
"""Stands for everybody, signed in or not."""

PLACES: dict[str, str] = {
    "provider": "/providers/{provider}",
    "decision": "/decisions/{decision}",
    "fund": "/funds/{fund}/{year}",
    "award": "/awards/{award}",
    "bid": "/bids/{bid}",
    "obligation": "/obligations/{award}/{schedule}/{period}",
    "report": "/reports/{award}/{period}",
    "return": "/returns/{period}",
    "calendar": "/calendars/{calendar}",
    "chase": "/chases/{chase}",
    "reminder": "/reminders/{item}/{due_on}/{step}/{person}",
    "job": "/jobs/{job}/{slot}",
    "seal": "/seals/{seal}",
}
"""Where each kind of thing is addressed: orders to it, what happened to it."""

ORDERS: dict[str, dict[str, str]] = {
    "provider": {
        "register-provider": "FMD",
        "identify-provider": "FMD",
        "change-provider-status": "MD",
        "rename-provider": "MD",
        "merge-provider": "MD",
        "recognise-provider": "MD",
    },
    "decision": {
        "record-decision": "CFM",
    },
    "fund": {
        "open-fund": "F",
        "receive-allocation": "F",
        "confirm-allocation": "F",
        "amend-allocation": "F",
        "set-ring-fence": "F",
        "cap-administration": "F",
        "set-tolerance": "CF",
        "hold-earmark": "CF",
        "release-earmark": "CF",
        "state-total": "FM",
        "carry-funds": "F",
        "return-underspend": "F",
    },
    "award": {
        "register-award": "M",
        "approve-award": "C",
        "plan-milestone": "M",
        "reschedule-milestone": "M",
        "complete-milestone": "M",
        "miss-milestone": "M",
        "waive-milestone": "M",
        "schedule-monitoring": "M",
        "confirm-award-amount": "CF",
        "uplift-award": "C",
        "reduce-award": "C",
        "extend-award": "C",
        "end-award": "C",
        "close-award": "F",
        "withdraw-award": "C",
        "reissue-award": "CM",
        "novate-award": "C",
        "transfer-award": "C",
        "set-condition": "FM",
        "meet-condition": "M",
        "waive-condition": "CF",
        "schedule-payment": "FM",
        "approve-payment": "F",
        "hold-payment": "FM",
        "free-payment": "FM",
        "cancel-payment": "F",
        "record-payment": "F",
        "claw-back-payment": "CF",
        "set-profile": "FM",
        "report-spend": "FMP",
        "plan-surplus": "MP",
        "settle-surplus-plan": "CFM",
        "describe-pool": "M",
        "promise-contribution": "M",
        "receive-contribution": "FM",
        "record-partner-withdrawal": "M",
        "record-second-tier": "M",
        "record-single-tender": "CM",
        "attach-document": "CFM",
        "agree-measures": "M",
    },
    "bid": {
        "prepare-bid": "FM",
        "earmark-match": "CF",
        "submit-bid": "FM",
        "win-bid": "F",
        "lose-bid": "FM",
    },
    "obligation": {
        "move-obligation": "M",
        "meet-obligation": "M",
        "waive-obligation": "M",
        "declare-nil-return": "MP",
    },
    "report": {
        "submit-report": "MP",
        "send-back-report": "M",
        "correct-report": "MP",
        "accept-report": "M",
    },
    "return": {
        "open-return": "FMS",
        "comment-on-return": "CFM",
        "apportion-report": "FM",
        "fill-return": "FM",
        "sign-off-return": "F",
        "submit-return": "F",
        "restate-return": "F",
        "publish-return": "CF",
    },
    "calendar": {
        "add-holiday": "D",
        "remove-holiday": "D",
    },
    "chase": {
        "set-chase": "MD",
    },
    "reminder": {
        "queue-reminder": "S",
        "pass-over-reminder": "S",
        "try-reminder": "S",
        "confirm-sent": "S",
        "defer-reminder": "S",
        "refuse-reminder": "S",
        "drop-reminder": "S",
        "confirm-delivery": "S",
    },
    "job": {
        "note-run": "S",
        "note-failure": "S",
    },
    "seal": {
        "seal-log": "DS",
    },
}
"""Every order, by the kind of thing it goes to: who may give it, over the API and on its page."""

ON_NO_PAGE = frozenset({"submit-report", "correct-report"})
"""Orders whose page is one of its own: a report is filled in section by section."""

STARTS = frozenset(
    {
        *("register-provider", "record-decision", "open-fund", "register-award", "prepare-bid", "submit-report"),
        *("open-return", "add-holiday", "set-chase", "queue-reminder", "pass-over-reminder", "note-run"),
        *("note-failure", "seal-log"),
    }
)
"""Orders to something that need not be there yet: their pages are reached without an address too."""

LISTS: dict[str, str] = {
    "awards": "CFMPA",
    "due": "CFMPAD",
    "overdue": "CFMPAD",
    "reports": "CFMPA",
    "payments": "CFMPA",
    "documents": "CFMPA",
    "reminders": "CFMAD",
    "single-tenders": "CFMA",
    "providers": "CFMA",
    "decisions": "CFMA",
    "bids": "CFMA",
    "returns": "CFMA",
    "chases": "CFMAD",
    "measures": "CFMPAD",
    "budgets": "CFMA",
    "ring-fences": "CFMA",
    "underspend": "CFMA",
}
"""Every list, as an answer and as a file."""

HISTORIES = "CFMA"
"""What happened to one thing, in words; a provider does not read it."""
OF_PEOPLE_AND_SETTINGS = ("provider", "calendar", "chase", "job", "seal")
"""The things whose histories an administrator reads too: they are not about money."""

OTHERS: dict[str, str] = {
    # one award, its files, its papers
    "GET /api/awards/{award}": "CFMPA",
    "GET /api/awards/{award}/file": "CFMPA",
    "GET /api/awards/{award}/reminders": "CFMAD",
    "POST /api/awards/{award}/documents": "CFM",
    "POST /api/awards/sheet": "CFM",
    "GET /api/documents/{sha256}": "CFMPA",
    "GET /api/reports/{award}/{period}/workbook": "MP",
    "POST /api/reports/workbook": "MP",
    # figures
    "GET /api/funds/{fund}/{year}/explain/{figure}": "CFMA",
    "GET /api/returns/{period}": "CFMA",
    "GET /api/returns/{period}/missing": "CFMA",
    "GET /api/returns/{period}/compare": "CFMA",
    "GET /api/returns/{period}/explain": "CFMA",
    "GET /api/returns/{period}/versions/{version}/file": "CFMA",
    # the log itself
    "GET /api/timeline": "CFA",
    "GET /api/events": "CFA",
    # people
    "GET /api/me": "CFMPAD",
    "GET /api/people": "D",
    "GET /api/people/{person}": "D",
    "GET /api/tokens": "D",
    "POST /api/people": "D",
    "POST /api/people/{person}": "D",
    "POST /api/people/{person}/invite": "D",
    "POST /api/people/{person}/leave": "D",
    "POST /api/people/{person}/erase": "D",
    "POST /api/people/{person}/sign-out": "D",
    "POST /api/people/{person}/tokens": "D",
    "POST /api/me/tokens": "CFMPAD",
    "POST /api/tokens/{prefix}/revoke": "D",
    # signing in and out
    "GET /sign-in": ANYBODY,
    "POST /sign-in/link": ANYBODY,
    "GET /sign-in/link/{secret}": ANYBODY,
    "POST /sign-in/link/{secret}": ANYBODY,
    "GET /sign-in/organisation": ANYBODY,
    "GET /sign-in/organisation/back": ANYBODY,
    "POST /sign-in/demonstration": ANYBODY,
    "POST /sign-out": ANYBODY,
    # what describes the API
    "GET /api/openapi.json": ANYBODY,
}

PAGES: dict[str, str] = {
    "GET /api/docs": "*",
    "GET /": "*",
    "GET /accessibility": "*",
    "GET /awards": "CFMA",
    "GET /awards/{award}": "CFMPA",
    "GET /awards/{award}/timeline": "CFMPA",
    "GET /calendar/{token}.ics": "*",
    "GET /documents/{sha256}": "CFMPA",
    "GET /due": "CFMA",
    "GET /due/{award}/{schedule}/{period}": "CFMA",
    "GET /money": "CFMA",
    "GET /money/bids": "CFMA",
    "GET /money/new": "F",
    "GET /money/payments": "CFMA",
    "GET /money/ring-fences": "CFMA",
    "GET /money/underspend": "CFMA",
    "GET /money/what-if": "CFMA",
    "GET /money/what-if/add/{order}": "CFMA",
    "POST /money/what-if/add/{order}": "CFMA",
    "POST /money/what-if/give": "CFMA",
    "POST /money/what-if/take-away": "CFMA",
    "POST /money/what-if/throw-away": "CFMA",
    "GET /money/{fund}/{year}": "CFMA",
    "GET /money/{fund}/{year}/explain/{figure}": "CFMA",
    "GET /owed": "P",
    "GET /owed/{award}/{period}": "P",
    "GET /owed/{award}/{period}/check": "P",
    "POST /owed/{award}/{period}/check": "P",
    "GET /owed/{award}/{period}/nil-return": "P",
    "POST /owed/{award}/{period}/nil-return": "P",
    "GET /owed/{award}/{period}/section/{section}": "P",
    "POST /owed/{award}/{period}/section/{section}": "P",
    "GET /owed/{award}/{period}/send": "P",
    "POST /owed/{award}/{period}/send": "P",
    "GET /owed/{award}/{period}/workbook": "P",
    "POST /owed/{award}/{period}/workbook": "P",
    "GET /owed/{award}/{period}/workbook/send": "P",
    "POST /owed/{award}/{period}/workbook/send": "P",
    "GET /people": "D",
    "POST /people": "D",
    "GET /people/new": "D",
    "POST /people/new": "D",
    "GET /people/{person}": "D",
    "GET /people/{person}/change": "D",
    "POST /people/{person}/change": "D",
    "GET /people/{person}/erase": "D",
    "POST /people/{person}/erase": "D",
    "POST /people/{person}/feed": "D",
    "POST /people/{person}/invite": "D",
    "GET /people/{person}/leave": "D",
    "POST /people/{person}/leave": "D",
    "POST /people/{person}/sign-out": "D",
    "GET /people/{person}/tokens/new": "D",
    "POST /people/{person}/tokens/new": "D",
    "POST /people/{person}/tokens/{prefix}/revoke": "D",
    "GET /providers": "CFMA",
    "GET /providers/{provider}": "CFMA",
    "GET /public": "*",
    "GET /public/awards": "*",
    "GET /public/awards.csv": "*",
    "GET /public/awards.json": "*",
    "GET /public/decisions": "*",
    "GET /public/decisions.csv": "*",
    "GET /public/decisions.json": "*",
    "GET /public/returns": "*",
    "GET /public/returns/{period}": "*",
    "GET /public/returns/{period}/file": "*",
    "GET /public/returns/{period}/{table}": "*",
    "GET /records": "CFMA",
    "GET /records/acts": "CFA",
    "GET /records/decisions": "CFMA",
    "GET /records/documents": "CFMA",
    "GET /records/find": "CFMA",
    "GET /records/reminders": "CFMAD",
    "GET /records/replay": "CFA",
    "POST /records/replay": "CFA",
    "GET /records/seal": "CFA",
    "POST /records/seal": "CFA",
    "GET /records/single-tenders": "CFMA",
    "GET /records/timeline": "CFA",
    "GET /records/under-way/{key}": "CFA",
    "GET /records/{noun}/{reference}": "CFMAD",
    "GET /reports": "CFMA",
    "GET /reports/{award}/{period}": "CFMA",
    "POST /reports/{award}/{period}/accept": "M",
    "GET /reports/{award}/{period}/send-back": "M",
    "POST /reports/{award}/{period}/send-back": "M",
    "GET /reports/{award}/{period}/versions/{version}": "CFMA",
    "GET /reports/{award}/{period}/versions/{version}/file": "CFMA",
    "GET /returns": "CFMA",
    "GET /returns/{period}": "CFMA",
    "GET /returns/{period}/compare": "CFMA",
    "GET /returns/{period}/explain": "CFMA",
    "GET /returns/{period}/missing": "CFMA",
    "GET /returns/{period}/signing": "CFMA",
    "GET /returns/{period}/versions/{version}": "CFMA",
    "GET /returns/{period}/versions/{version}/{section}": "CFMA",
    "GET /returns/{period}/{section}": "CFMA",
    "GET /sent": "P",
    "GET /sent/{award}/{period}": "P",
    "GET /sent/{award}/{period}/{version}": "P",
    "GET /sent/{award}/{period}/{version}/file": "P",
    "GET /settings": "CFMAD",
    "GET /settings/chasing": "CFMAD",
    "GET /settings/chasing/{chase}": "MD",
    "GET /settings/holidays": "CFMAD",
    "GET /settings/in-force": "CFMAD",
    "GET /settings/jobs": "D",
    "GET /settings/load": "CFM",
    "POST /settings/load": "CFM",
    "GET /settings/load/empty.csv": "CFM",
    "GET /settings/office": "D",
    "GET /settings/read-models": "D",
    "POST /settings/read-models/rebuild": "D",
    "GET /settings/under-way/{key}": "CFMD",
    "GET /today/{name}": "CFMA",
}
"""Every page but those of the orders, which follow from the table of orders."""

UNGUARDED: dict[str, str] = {
    "GET /health/live": "a supervisor asks, before anybody could sign in",
    "GET /health/ready": "a supervisor asks, before anybody could sign in",
    "GET /metrics": "a collector asks: from this machine, or with a token of its own",
    "GET /static": "style sheets, fonts and scripts, the same for everybody",
}
"""Routes that ask nobody who they are, each with its reason."""


class Line(NamedTuple):
    """One line of the table."""

    method: str
    path: str
    may: frozenset[Role] | None
    """``None``: anybody."""

    @property
    def route(self) -> str:
        """``GET /api/awards``."""
        return f"{self.method} {self.path}"


def roles_of(letters: str) -> frozenset[Role] | None:
    """The roles that some letters stand for."""
    return None if letters == ANYBODY else frozenset(LETTERS[letter] for letter in letters)


def _all() -> Iterator[tuple[str, str]]:
    for noun, orders in ORDERS.items():
        yield f"GET /api{PLACES[noun]}/history", HISTORIES + ("D" if noun in OF_PEOPLE_AND_SETTINGS else "")
        for order, letters in orders.items():
            yield f"POST /api{PLACES[noun]}/{order}", letters
            if set(letters) == {"S"} or order in ON_NO_PAGE:
                continue  # nobody gives it by hand
            for path in (f"{PLACES[noun]}/do/{order}", *([f"/do/{order}"] if order in STARTS else [])):
                yield f"GET {path}", letters
                yield f"POST {path}", letters
    for name, letters in LISTS.items():
        yield f"GET /api/{name}", letters
        yield f"GET /api/{name}/file", letters
    yield from OTHERS.items()
    yield from PAGES.items()


def _line(route: str, letters: str) -> Line:
    method, _, path = route.partition(" ")
    return Line(method, path, roles_of(letters))


TABLE: dict[str, Line] = {route: _line(route, letters) for route, letters in _all()}
"""Every route but the unguarded ones."""
