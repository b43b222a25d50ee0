"""One account's line to the marketplace: every call is signed, waits its turn, is read, and its failures told apart.

Reads may be asked again within their deadline. Writes are sent once: what came of a write whose answer was lost is
found out by reading back, never by sending again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog

from bot.marketplace import wire
from bot.marketplace.breaker import Breaker
from bot.marketplace.budget import Budget, Urgency, urgency_now
from bot.marketplace.exchange import Answer, Exchange, Request, Silence
from bot.marketplace.jsontext import Unreadable, loads_tolerantly
from bot.marketplace.problems import MarketError, Sent, refusal

log = structlog.get_logger(__name__)

T = TypeVar("T")
Read = Callable[[Any], T]
Query = Mapping[str, wire.Value]

CALL_SECONDS = 10.0
# Files on their way out, and calls during which the marketplace asks our callback address back.
LONG_SECONDS = 30.0
TRIES = 3
FIRST_WAIT = 0.3
# Less time than this is not worth another try.
LAST_CHANCE = 1.0
SKEW_SECONDS = 60.0


@dataclass(frozen=True)
class Keys:
    """One seller's keys. They are left out of `repr`, so that no log or traceback shows them."""

    client: str
    secret: str

    def __repr__(self) -> str:
        return "Keys(...)"


class Line:
    """Calls for one account. Raises nothing but `MarketError`."""

    def __init__(
        self,
        *,
        account: str,
        keys: Keys,
        base_url: str,
        user_agent: str,
        exchange: Exchange,
        budget: Budget,
        now: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.account = account
        self.base_url = base_url.rstrip("/")
        self.user_agent = user_agent
        self.exchange = exchange
        self.breaker = Breaker(account)
        self.clock_skew: float | None = None
        self._keys = keys
        self._budget = budget
        self._now = now
        self._chance = chance

    # What endpoints ask for

    async def get(
        self,
        path: str,
        read: Read[T],
        query: Query | None = None,
        *,
        usual: Urgency = Urgency.LOOK,
        whole: bool = False,
    ) -> T:
        """The `data` of `path` as `read` makes it; `whole` hands over the envelope around it, with its pagination."""
        payload = await self._asked(path + wire.query(query or {}), urgency_now(usual))
        return self._read(payload if whole else _data(payload), read, writing=False)

    async def write(
        self, method: str, path: str, body: object = None, query: Query | None = None, *, seconds: float = CALL_SECONDS
    ) -> None:
        """Ask for a change whose answer says nothing more. At most once."""
        await self._sent(method, path + wire.query(query or {}), body, seconds)

    async def write_for(
        self,
        method: str,
        path: str,
        read: Read[T],
        body: object = None,
        query: Query | None = None,
        *,
        seconds: float = CALL_SECONDS,
    ) -> T:
        """Ask for a change and read what the marketplace made of it. At most once."""
        answer = await self._sent(method, path + wire.query(query or {}), body, seconds)
        return self._read(answer.body, lambda raw: read(_data(loads_tolerantly(raw))), writing=True)

    async def turn(self, urgency: Urgency) -> None:
        """Wait until the account may ask once more."""
        await self._budget.turn(urgency)

    # Asking

    async def _asked(self, target: str, urgency: Urgency) -> Any:
        """The JSON of a GET, asked up to three times within one deadline."""
        clock = asyncio.get_running_loop().time
        deadline: float | None = None
        for attempt in range(1, TRIES + 1):
            self.breaker.check()  # Whom the breaker turns away takes no turn from others.
            await self._budget.turn(urgency)
            deadline = deadline or clock() + CALL_SECONDS
            try:
                answer = await self._call("GET", target, b"", max(LAST_CHANCE, deadline - clock()), writing=False)
                return self._read(answer.body, loads_tolerantly, writing=False)
            except MarketError as error:
                wait = self._wait_before_next(error, attempt)
                if wait is None or clock() + wait + LAST_CHANCE > deadline:
                    raise
            await asyncio.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _wait_before_next(self, error: MarketError, attempt: int) -> float | None:
        """Seconds until the next try (full jitter), or None when another one cannot help."""
        passing = error.status is None or error.status == 429 or error.status >= 500
        if attempt == TRIES or not error.systemic or not passing or self.breaker.reason is not None:
            return None
        # After a 429 the budget itself makes everybody wait.
        return error.retry_after or FIRST_WAIT * 2.0 ** (attempt - 1) * self._chance()

    async def _sent(self, method: str, target: str, body: object, seconds: float) -> Answer:
        raw = b"" if body is None else wire.written_body(body)
        self.breaker.check()
        await self._budget.turn(Urgency.WRITE)
        return await self._call(method, target, raw, seconds, writing=True)

    async def _call(self, method: str, target: str, body: bytes, seconds: float, *, writing: bool) -> Answer:
        """One exchange; raises for everything but a 2xx, and tells breaker and budget what it learnt."""
        self.breaker.admit()
        url = self.base_url + target
        headers = wire.headers(
            client_key=self._keys.client,
            secret_key=self._keys.secret,
            user_agent=self.user_agent,
            method=method,
            url=url,
            body=body,
            now=self._now(),
        )
        try:
            answer = await self.exchange.send(Request(method, url, headers, body), seconds=seconds)
        except Silence as silence:
            raise self._silent(silence, writing=writing) from None
        self._note_clock(answer)
        if 200 <= answer.status < 300 and _is_ours(answer):
            self.breaker.well()
            self._budget.answered()
            return answer
        raise self._refused(answer, writing=writing)

    # Telling failures apart

    def _silent(self, silence: Silence, *, writing: bool) -> MarketError:
        sent: Sent = silence.sent if writing else "no"
        if silence.subject:
            self.breaker.well()
            return MarketError(f"The marketplace's answer cannot be used: {silence.what}.", sent=sent)
        error = MarketError(f"The marketplace does not answer: {silence.what}.", sent=sent, systemic=True)
        self.breaker.failed(error)
        return error

    def _refused(self, answer: Answer, *, writing: bool) -> MarketError:
        wait = wire.retry_after(answer.headers.get("retry-after"), self._now())
        if answer.status == 429:
            wait = self._budget.slow_down(wait)
        if answer.status < 400 or (answer.status < 500 and answer.status != 429 and not _is_ours(answer)):
            return self._not_the_marketplace(answer, writing=writing)
        payload = self._told(answer.body)
        error = refusal(answer.status, payload, writing=writing, retry_after=wait, clock=self.clock_words())
        if error.about_keys:
            self.breaker.refused(error)
        elif answer.status >= 500:
            self.breaker.failed(error)
        else:
            self.breaker.well()
        return error

    def _not_the_marketplace(self, answer: Answer, *, writing: bool) -> MarketError:
        """A redirect, a web page, somebody else's 404: something between us and the marketplace answered."""
        error = MarketError(
            f"Something that is not the marketplace's API answers at {self.base_url} (HTTP {answer.status}). "
            "Check the address in the settings and what lies between.",
            status=answer.status,
            sent="maybe" if writing and answer.status < 400 else "no",
            systemic=True,
        )
        self.breaker.failed(error)
        return error

    def _told(self, body: bytes) -> Any:
        """What an error answer says, or None. An answer may quote the request; our keys are not for people's eyes."""
        for key in (self._keys.client, self._keys.secret):
            body = body.replace(key.encode(), b"***")
        try:
            return loads_tolerantly(body)
        except Unreadable:
            return None

    def _read(self, value: Any, read: Read[T], *, writing: bool) -> T:
        """What cannot be read is the trouble of this one subject. A write that was answered so may have been done."""
        try:
            return read(value)
        except Unreadable as reason:
            raise MarketError(
                f"The marketplace's answer cannot be understood: {reason}.", sent="maybe" if writing else "no"
            ) from None

    def _note_clock(self, answer: Answer) -> None:
        date = wire.http_date(answer.headers.get("date"))
        if date is None:
            return
        before = self.clock_words()
        self.clock_skew = (self._now() - date).total_seconds()
        if not before and (words := self.clock_words()):
            log.error("the clocks differ", account=self.account, says=words)

    def share(self, parts: int) -> None:
        """See `Budget.share`."""
        self._budget.share(parts)

    def clock_words(self) -> str:
        """What to say when this machine's clock is wrong by more than a minute; empty when it is not."""
        skew = self.clock_skew or 0.0
        if abs(skew) <= SKEW_SECONDS:
            return ""
        direction = "ahead of" if skew > 0 else "behind"
        return f"This machine's clock is {abs(skew):.0f} s {direction} the marketplace's: set it right."


def _data(payload: Any) -> Any:
    return payload.get("data") if isinstance(payload, Mapping) else None


def _is_ours(answer: Answer) -> bool:
    """True for JSON and for nothing at all. A web page at the API's address is somebody else's."""
    return not answer.body.strip() or answer.body.lstrip()[:1] in (b"{", b"[")
