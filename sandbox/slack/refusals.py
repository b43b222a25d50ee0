"""How Slack says no."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An answer with `ok: false`: the Web API's error code, and what else the answer carries.

    Codes: https://docs.slack.dev/reference/methods (the errors of each method).
    """

    def __init__(self, code: str, **more: Any) -> None:
        self.code = code
        self.more = more
        super().__init__(code)

    @property
    def answer(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.more}


class LimitReached(Exception):
    """HTTP 429: come back in `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"ratelimited for {seconds} s")


def with_messages(code: str, problems: list[str], **more: Any) -> Refused:
    """A refusal that says where: every problem as an `[ERROR]` line."""
    return Refused(code, **more, response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]})
