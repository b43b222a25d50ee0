"""An action: what a person asked for, from the click to how it ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.currency import Money
from bot.domain.deeds import Deed, part_of

# The kind of the subject that is a proposal: its card is where colleagues decide it.
APPROVAL = "approval"
UNDER_WAY = frozenset({"taken", "claimed", "sending"})
# It moved, moves or may move something: what came to nothing is not counted.
LIVE = frozenset({"taken", "claimed", "sending", "proposed", "done", "needs_human"})
# A click that could not be executed for so long is asked for again, not executed late.
LASTS_SECONDS = 900


@dataclass(frozen=True)
class Action:
    """One action as the notebook has it, for executors and for cards. Times are in UTC.

    `key` makes it unique, `kind` is its noun.verb, `seen_version` the version of the subject the person saw, `payload`
    what they asked for. `sent_at` is when sending it began. `sentence` tells people how it ended, or why it needs a
    colleague's yes; `evidence` what we know of an action nobody can be sure of. `summary` says in one or a few lines
    what it does, `leads_to` is the version or state it makes. `minor` of `currency`, `pieces` and `percent` are how big
    the deed is, `second` why it needs a second person; `approved_by` said yes. It lasts for `lasts_seconds`.
    """

    id: str
    key: str
    kind: str
    subject: str
    account: str
    user_id: str
    team_id: str
    payload: Mapping[str, object]
    seen_version: str | None
    state: str
    taken_at: datetime
    next_at: datetime | None = None
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    sentence: str | None = None
    evidence: str | None = field(default=None, repr=False)
    summary: str | None = None
    leads_to: str | None = None
    minor: int | None = None
    currency: str | None = None
    pieces: int | None = None
    percent: int | None = None
    second: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    lasts_seconds: int = LASTS_SECONDS

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def waits(self) -> bool:
        """It is executed later, and can still be taken back."""
        return self.state == "taken" and self.next_at is not None and self.next_at > self.taken_at

    @property
    def proposed(self) -> bool:
        """It waits for a colleague's yes."""
        return self.state == "proposed"

    @property
    def needs_human(self) -> bool:
        return self.state == "needs_human"

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def began_at(self) -> datetime:
        """When it may have begun to happen at the marketplace (UTC)."""
        return self.sent_at or self.taken_at

    @property
    def amount(self) -> Money | None:
        return Money(self.minor, self.currency) if self.minor is not None and self.currency else None

    @property
    def deed(self) -> Deed:
        """What the roles are asked about."""
        if part := part_of(self.kind, self.subject):
            return part
        return Deed(self.kind, self.amount, self.pieces, self.percent, self.second, subject=self.subject)

    @property
    def expires_at(self) -> datetime:
        """When it is too old to be sent (UTC); somebody's yes makes it young again."""
        return (self.approved_at or self.taken_at) + timedelta(seconds=self.lasts_seconds)


def in_sight(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Those a card must mention: under way, or waiting for a person to decide or to find out."""
    return tuple(action for action in actions if action.under_way or action.proposed or action.needs_human)
