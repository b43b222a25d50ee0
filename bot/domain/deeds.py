"""What an action looks like to the rest of the house: who wants what done, and how far it has come. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

UNDER_WAY = frozenset({"taken", "claimed", "sending"})


@dataclass(frozen=True)
class Deed:
    """One action as cards show it. `state` is that of the notebook's action row."""

    id: str
    kind: str
    user_id: str
    state: str
    taken_at: datetime
    sentence: str | None = None
    payload: Mapping[str, object] | None = None

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def needs_human(self) -> bool:
        return self.state == "needs_human"


def in_sight(deeds: tuple[Deed, ...]) -> tuple[Deed, ...]:
    """Those a card must mention: under way, or waiting for a person to find out."""
    return tuple(deed for deed in deeds if deed.under_way or deed.needs_human)
