"""How much may be sent, and how often: the size and the patience of a body, and so many requests a minute.

**Who is asking** is the address the server gives. ``X-Forwarded-For`` is never read here: anybody can write it. When
a proxy stands in front, uvicorn reads it (``proxy_headers=True``) and believes it only from the addresses in
``forwarded_allow_ips``; what it then gives is what is counted here. Behind a proxy that uvicorn was not told to
believe, all people have the proxy's address and share one allowance: safe, and soon noticed. IPv6 is counted by the
network of 64 bits that one household or office has.

**Each process counts for itself**, in memory: with four workers an address may do up to four times as much. That is
enough against guessing and against a script run wild; it is not a quota.
"""

import asyncio
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple, TypeVar

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.http.problem import Raised, answer
from services.http.routes import path_of

KEYS = 50_000
"""How many addresses and accounts are remembered at once. The one that asked longest ago is forgotten first."""

Chosen = TypeVar("Chosen")


def for_path(rules: Mapping[str, Chosen], path: str) -> Chosen:
    """What a path falls under: the longest of the prefixes, whole parts only. ``""`` must be among them."""
    while path:
        if path in rules:
            return rules[path]
        path = path.rpartition("/")[0]
    return rules[""]


class Rule(NamedTuple):
    """So many requests in so many seconds, whichever seconds those are."""

    amount: int
    seconds: int = 60


BY_ADDRESS: Mapping[str, Rule | None] = {"": Rule(3_000), "/sign-in": Rule(60), "/health": None}
"""What one address may ask, by prefix: a whole office often has one. Health is asked by machines, and is cheap."""

BY_ACCOUNT = Rule(1_200)
"""What one account may ask, for the front desk."""


class _Bounded(MemoryStorage):
    """The library's storage with a bound.

    Its own keeps the name of every address it ever saw, goes through all of them and starts a thread, up to a hundred
    times a second: whoever has many addresses could fill the memory and slow everybody down.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Whether so many more are allowed; then they are counted."""
        now = self._clock()
        with self._lock:
            moments = self._moments.setdefault(key, deque())
            self._moments.move_to_end(key)
            if len(self._moments) > KEYS:
                self._moments.popitem(last=False)
            while moments and moments[0] <= now - expiry:
                moments.popleft()
            if len(moments) + amount > limit:
                return False
            moments.extend([now] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest that counts was, and how many count."""
        now = self._clock()
        with self._lock:
            moments = [moment for moment in self._moments.get(key, ()) if moment > now - expiry]
        return (moments[0] if moments else now), len(moments)


class Allowances:
    """Who has asked how often lately, in this process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._limiter = MovingWindowRateLimiter(_Bounded(clock))

    def charge(self, key: str, rule: Rule) -> None:
        """Counts one request of ``key`` (``account:…``, never an e-mail address). Raises ``Raised`` 429 if too many.

        What is refused is not counted: whoever waits as told gets through.
        """
        item = RateLimitItemPerSecond(rule.amount, rule.seconds)
        if self._limiter.hit(item, key):
            return
        free = self._limiter.get_window_stats(item, key).reset_time
        wait = max(1, math.ceil(free - self._clock()))
        unit = "second" if wait == 1 else "seconds"
        raise Raised(429, f"Too many requests. Wait {wait} {unit}, then try again.", headers={"retry-after": str(wait)})


def address_of(scope: Scope) -> str:
    """Whose allowance a request falls on, as far as the address says."""
    client = scope.get("client")
    if not client:
        return "unknown"
    try:
        address = ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return address.exploded[:19]
    return str(address)


class AddressLimit:
    """So many requests an address, before anything else is done for it.

    Prefixes are counted apart: whoever has used up the signing in can still read. ``None``: not counted.
    """

    def __init__(self, app: ASGIApp, allowances: Allowances, rules: Mapping[str, Rule | None] | None = None) -> None:
        self._app = app
        self._allowances = allowances
        self._rules = {prefix: (prefix, rule) for prefix, rule in (rules or BY_ADDRESS).items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            prefix, rule = for_path(self._rules, path_of(scope))
            if rule is not None:
                try:
                    self._allowances.charge(f"address:{address_of(scope)}:{prefix}", rule)
                except Raised as too_many:
                    response = answer(Request(scope), too_many.problem, too_many.headers)
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)


class Body(NamedTuple):
    """What a body may be."""

    most: int
    """Bytes, as they arrive: also of a body that does not say its length, or says a wrong one."""
    seconds: float
    """How long it may take to arrive, all of it."""


BODIES: Mapping[str, Body] = {"": Body(1_000_000, 30)}
"""What is let in, by prefix. Whoever takes files says so for its own prefixes."""

LINGER_BYTES = 50_000_000
LINGER_SECONDS = 10.0
"""How much more of a body that is too big is taken in and thrown away before the server hangs up. A browser that is
still sending would otherwise see a broken connection and not the answer."""


def size_in_words(size: int) -> str:
    """``26 MB``, ``1.5 MB`` (of a million bytes, to the tenth, never more than it is), ``100 bytes``."""
    return f"{size // 100_000 / 10:g} MB" if size >= 1_000_000 else f"{size:,} bytes"


class _Counted:
    """The body of one request, as it arrives."""

    def __init__(self, receive: Receive, rule: Body, declared: int | None) -> None:
        self._receive = receive
        self._rule = rule
        self._arrived = 0
        self._whole = False
        self._until: float | None = None
        self.too_big = declared is not None and declared > rule.most
        self.too_slow = False

    def refusal(self) -> Raised:
        """Why it is not taken."""
        if self.too_slow:
            return Raised(408, f"What was sent did not arrive within {self._rule.seconds:g} seconds.")
        return Raised(413, f"What was sent is too big: at most {size_in_words(self._rule.most)}. Nothing was recorded.")

    async def receive(self) -> Message:
        """The next part. Raises ``Raised`` 413 or 408."""
        if self._whole:
            return await self._receive()
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self._rule.seconds
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.too_slow = True
            raise self.refusal() from None
        if message["type"] != "http.request":
            self._whole = True
            return message
        self._arrived += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._arrived > self._rule.most:
            self.too_big = True
            raise self.refusal()
        return message

    async def linger(self) -> None:
        """Takes in the rest of a body that is too big, within bounds, and throws it away."""
        left = LINGER_BYTES
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while not self._whole and left > 0:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    self._whole = not message.get("more_body", False)
        except TimeoutError:
            return


class BodyLimit:
    """Lets in only bodies of a certain size, that arrive in a certain time; others are 413 and 408.

    A length that is declared and too big is answered before anything is read for it. The connection is closed after
    either, since what is still being sent on it is of no use.
    """

    def __init__(self, app: ASGIApp, rules: Mapping[str, Body] | None = None) -> None:
        self._app = app
        self._rules = dict(rules or BODIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared: int | None = None
        waits = False
        for name, said in scope["headers"]:
            if name == b"content-length" and said.isdigit() and len(said) < 20:
                declared = int(said)
            elif name == b"expect":
                waits = True
        body = _Counted(receive, for_path(self._rules, path_of(scope)), declared)

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and (body.too_big or body.too_slow):
                if body.too_big and not waits:
                    await body.linger()
                headers = [pair for pair in message.get("headers", []) if pair[0] != b"connection"]
                message["headers"] = [*headers, (b"connection", b"close")]
            await send(message)

        if body.too_big:
            await answer(Request(scope), body.refusal().problem)(scope, receive, closing)
            return
        await self._app(scope, body.receive, closing)
