"""How we log: one event a line with its facts, for people (console) or machines (json), never a body or a secret."""

from __future__ import annotations

import logging
import sys

import structlog

_LOUD = ("httpx", "httpcore", "tortoise", "tortoise.db_client", "aiosqlite", "asyncio", "slack_sdk", "slack_bolt")
_HIDDEN = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\r\n\x1b\u2028\u2029\x85"}


def set_up_logging(level: str, form: str) -> None:
    """Send everything to standard error. Libraries that log bodies, URLs or SQL values speak at WARNING only."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _one_line,
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)


def _one_line(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A value cannot forge a second log line or move a terminal's cursor."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = value.translate(_HIDDEN)
    return event
