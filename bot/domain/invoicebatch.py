"""Files that came together, and where each stands on its way to a buyer. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.domain.action import Action
from bot.domain.invoice import Finding

UPLOAD = "invoice.upload"
DELETE = "invoice.delete"


class State(Enum):
    """Where a file stands; the order is that of a card: what needs somebody comes first."""

    UNSURE = "unsure"
    TROUBLE = "trouble"
    ERROR = "error"
    REFUSED = "refused"
    WARNING = "warning"
    READY = "ready"
    WAITING = "waiting"
    CHECKING = "checking"
    UNDER_WAY = "under way"
    UPLOADED = "uploaded"
    DISMISSED = "dismissed"

    @property
    def over(self) -> bool:
        return self in (State.UPLOADED, State.DISMISSED)


@dataclass(frozen=True)
class Found:
    """What a check made of a file. `trouble` is why it is no invoice that can be taken; `storefront` the order's.

    `waits` is set where nobody could be asked: it is checked again by itself.
    """

    findings: tuple[Finding, ...] = ()
    trouble: str | None = None
    storefront: str | None = None
    waits: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(finding.check for finding in self.findings if finding.severity == "warning")

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def facts(self) -> dict[str, Any]:
        return {
            "findings": [[finding.check, finding.severity, finding.sentence] for finding in self.findings],
            "trouble": self.trouble,
            "storefront": self.storefront,
            "waits": self.waits,
        }


def read_found(facts: Mapping[str, Any] | None) -> Found | None:
    """What `Found.facts` made."""
    if facts is None:
        return None
    findings = tuple(Finding(*finding) for finding in facts["findings"])
    return Found(findings, facts["trouble"], facts["storefront"], facts["waits"])


@dataclass(frozen=True)
class Item:
    """One file of a batch, as a card shows it. `sentences` say what is wrong or how it ended; `by` who uploaded it."""

    id: int
    name: str
    state: State
    order_id: str | None = None
    storefront: str | None = None
    sentences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    by: str | None = None
    in_folder: bool = False


def item(
    id: int,
    name: str,
    *,
    order_id: str | None,
    found: Found | None,
    action: Action | None,
    uploaded: bool,
    dismissed: bool,
    in_folder: bool,
) -> Item:
    """Where a file stands. `action` is the last that was asked for it."""
    state, sentences = _state(found, action, uploaded=uploaded, dismissed=dismissed)
    return Item(
        id=id,
        name=name,
        state=state,
        order_id=order_id,
        storefront=found.storefront if found else None,
        sentences=sentences,
        warnings=found.warnings if found else (),
        by=action.user_id if action else None,
        in_folder=in_folder,
    )


def _state(
    found: Found | None, action: Action | None, *, uploaded: bool, dismissed: bool
) -> tuple[State, tuple[str, ...]]:
    if uploaded or (action and action.state == "done"):
        return State.UPLOADED, ()
    if dismissed:
        return State.DISMISSED, ()
    if action and action.needs_human:
        return State.UNSURE, ()
    if action and (action.under_way or action.proposed):
        return State.UNDER_WAY, ()
    if found is None:
        return State.CHECKING, ()
    if found.waits:
        return State.WAITING, (found.trouble or "",)
    if found.trouble:
        return State.TROUBLE, (found.trouble,)
    sentences = tuple(finding.sentence for finding in found.findings)
    if found.errors:
        return State.ERROR, sentences
    if action:
        return State.REFUSED, (action.sentence or "It was not uploaded.", *sentences)
    return (State.WARNING, sentences) if found.findings else (State.READY, ())


def last_actions(actions: Iterable[Action]) -> dict[int, Action]:
    """The last action about each file, by the file's id."""
    found: dict[int, Action] = {}
    for action in actions:
        id = action.payload.get("file")
        if action.kind == UPLOAD and isinstance(id, int):
            found[id] = action
    return found


def offered(items: Sequence[Item], *, with_warnings: bool, until: int) -> tuple[Item, ...]:
    """What a press uploads: the files that were shown (up to the id `until`) and may be uploaded.

    What was refused is offered again: the reason may be gone.
    """
    wanted = {State.WARNING} if with_warnings else {State.READY}
    return tuple(
        item
        for item in items
        if item.id <= until
        and (item.state in wanted or (item.state is State.REFUSED and bool(item.warnings) is with_warnings))
    )


def counted(items: Iterable[Item]) -> Counter[State]:
    return Counter(item.state for item in items)
