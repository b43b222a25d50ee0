"""Keeps calls away while the marketplace is known not to work, so that our trouble never adds to its own.

A host that does not answer is asked once a second, refused keys are tried once a minute; every other caller is told the
reason at once.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.marketplace.problems import MarketError

log = structlog.get_logger(__name__)

FAILURES = 5
DEAD_SECONDS = 1.0
KEYS_SECONDS = 60.0


class Breaker:
    """One account's switch. Time is the running event loop's."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._failures = 0
        self._reason: str | None = None
        self._pause = 0.0
        self._next_probe = 0.0

    @property
    def reason(self) -> str | None:
        """Why calls are kept away (a sentence), or None."""
        return self._reason

    def check(self) -> None:
        """Raises MarketError ("no") for whom `admit` would turn away now. Uses up nothing."""
        left = self._next_probe - asyncio.get_running_loop().time()
        if self._reason is not None and left > 0:
            raise MarketError.not_sent(self._reason, retry_after=left)

    def admit(self) -> None:
        """Let this call through, as a probe if need be. Raises MarketError ("no") for all the others."""
        self.check()
        self._next_probe = asyncio.get_running_loop().time() + self._pause

    def well(self) -> None:
        """The marketplace answered as itself, be it with a refusal of one call."""
        if self._reason is not None:
            log.info("the marketplace works again", account=self._account)
        self._failures = 0
        self._reason = None

    def failed(self, error: MarketError) -> None:
        """No answer, or one that shows that the marketplace itself is in trouble."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._open(str(error), DEAD_SECONDS)

    def refused(self, error: MarketError) -> None:
        """Our keys were refused: one such answer is enough."""
        self._open(str(error), KEYS_SECONDS)

    def _open(self, reason: str, pause: float) -> None:
        if self._reason is None:
            log.error("the marketplace is left alone", account=self._account, reason=reason, seconds=pause)
        self._reason = reason
        self._pause = pause
        self._next_probe = asyncio.get_running_loop().time() + pause
