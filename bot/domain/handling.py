"""Who of us does what about a subject: who took it, who is writing, what was remarked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Remark:
    """A message of Slack's that `user_id` filed in a card's thread; `author_id` wrote it, `link` leads to it."""

    id: str
    subject: str
    user_id: str
    author_id: str | None
    text: str
    link: str | None
    at: datetime


@dataclass(frozen=True)
class Handling:
    """What our side does about one subject. People are Slack user ids.

    `claimed_by` took it. `writers` have a reply window open, until `writing_until` (UTC) at the latest.
    """

    claimed_by: str | None = None
    writers: tuple[str, ...] = ()
    writing_until: datetime | None = None
    remarks: tuple[Remark, ...] = ()


UNTOUCHED = Handling()
