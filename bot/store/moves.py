"""The ways an action may go, each one conditional UPDATE, so that of two who try the same move one wins.

Every move is written into the audit log in its own transaction. Only `sending` gives the right to send, only from
`claimed`, and once: an action whose answer was lost stays in `sending` until somebody knows what happened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action import APPROVAL, Action
from bot.domain.currency import Money
from bot.domain.deeds import Deed, Today
from bot.store import audit, lives, sql, subjects, tables
from bot.store.audit import KONTOR, Happening
from bot.store.transaction import Database, transaction, unit

MOVES: Mapping[str, frozenset[str]] = {
    "taken": frozenset({"claimed", "withdrawn"}),
    "claimed": frozenset({"taken", "sending", "refused", "expired", "proposed"}),
    "proposed": frozenset({"taken", "declined", "expired", "withdrawn"}),
    # Back to taken only when it was certainly not executed.
    "sending": frozenset({"taken", "done", "refused", "released", "needs_human"}),
    "needs_human": frozenset({"done", "released"}),
    "done": frozenset(),
    "refused": frozenset(),
    "expired": frozenset(),
    "released": frozenset(),
    "withdrawn": frozenset(),
    "declined": frozenset(),
}
ENDS = frozenset({"done", "refused", "expired", "released", "needs_human", "withdrawn", "declined"})
# What cards tell of when it is so; what lies between is looked at on the way.
SHOWN = ENDS | {"proposed"}
LONGEST_SENTENCE = 2000
# Longer than checking and sending take: whose claim or send is older has lost its process.
CLAIM_SECONDS = 60.0
SEND_SECONDS = 40.0
_TOLD = "id, kind, subject, account, user_id, team_id, seen_version, leads_to, minor, currency, pieces, percent"


def before(state: str) -> list[str]:
    """The states an action may come from to be in `state`."""
    return sorted(origin for origin, targets in MOVES.items() if state in targets)


def as_action(stored: tables.Action) -> Action:
    return Action(**{name: getattr(stored, name) for name in Action.__dataclass_fields__})


async def _move(
    id: str,
    state: str,
    now: datetime,
    *,
    origins: Collection[str] = (),
    where: str = "",
    values: Collection[object] = (),
    changes: Mapping[str, object],
    free_key: bool = False,
    event: str = "",
    actor: str | None = None,
    result: str = "",
    then: Mapping[str, object] | None = None,
    unless: Spending | None = None,
) -> bool:
    """Move the action to `state` and write it down; True for the one who did.

    `origins` are the states it may come from (all that lead there, without any), `where` and `values` a further
    condition, `actor` who did it when that is not who asked.
    """
    wanted = _origins(state, origins)
    text = _conditional(changes, len(wanted), where, free_key=free_key)

    async def work(database: Database) -> bool:
        moved = await sql.returning(text, state, *changes.values(), id, *wanted, *values, database=database)
        if not moved:
            return False
        row = moved[0]
        happened = _happening(row, now, event or state, actor or row["user_id"], result, then or {})
        await audit.append(database, happened)
        if state in SHOWN:
            await show(database, row["subject"], row["account"], id, now, proposed=state == "proposed")
        if unless is not None and await _today(unless, id, database) != unless.seen:
            raise _SpentMeanwhile
        return True

    try:
        moved = await transaction(work)
    except _SpentMeanwhile:
        return False
    if moved:
        await lives.step()
    return moved


def _origins(state: str, origins: Collection[str]) -> list[str]:
    """The states a move to `state` may come from: `origins`, or all that lead there."""
    allowed = before(state)
    assert set(origins) <= set(allowed), f"no action goes from {origins} to {state}"
    return sorted(origins) or allowed


def _conditional(changes: Collection[str], origins: int, where: str, *, free_key: bool) -> str:
    """The one UPDATE of a move, for so many states it may come from."""
    freed = ", key = key || '#' || id" if free_key else ""
    sets = ", ".join(f"{name} = ?" for name in changes)
    return (
        f"UPDATE actions SET state = ?, {sets}{freed} "  # noqa: S608
        f"WHERE id = ? AND state IN ({sql.slots(origins)}){where} RETURNING {_TOLD}"
    )


async def show(database: Database, subject: str, account: str, id: str, now: datetime, *, proposed: bool) -> None:
    """Mark the cards that tell of an action in the commit that moves it, so that no death leaves one behind.

    `proposed`: a colleague must see it, so it gets a card of its own. Other moves change that card only where it is.
    """
    approval = f"{APPROVAL}:{account}:{id}"
    asked = proposed or await sql.fetch("SELECT 1 FROM subjects WHERE key = ?", approval, database=database)
    await subjects.mark_within(database, [subject, approval] if asked else [subject], now)


class _SpentMeanwhile(Exception):
    """Rolls back a move that was allowed for less money than has gone out since."""


def _happening(
    row: Mapping[str, Any], now: datetime, event: str, actor: str, result: str, more: Mapping[str, object]
) -> Happening:
    amount = Money(row["minor"], row["currency"]) if row["minor"] is not None else None
    return Happening(
        at=now,
        event=event,
        actor=actor,
        team=row["team_id"] if actor == row["user_id"] else "",
        kind=row["kind"],
        subject=row["subject"],
        account=row["account"],
        action=row["id"],
        before=row["seen_version"] or "",
        after=row["leads_to"] or "",
        what={**size(amount, row["pieces"], row["percent"]), **more},
        result=result,
    )


def size(amount: Money | None, pieces: int | None, percent: int | None) -> dict[str, object]:
    """How big a deed is, for the audit log."""
    money = {"minor": amount.minor, "currency": amount.currency} if amount else {}
    told = {**money, "pieces": pieces, "percent": percent}
    return {name: value for name, value in told.items() if value is not None}


@unit
async def claim(id: str, now: datetime) -> Action | None:
    """Give a taken action whose time has come to the caller alone; None when it is not to be had.

    Who does not go on within `CLAIM_SECONDS` loses it: `attempts` tells one claim from the next.
    """
    attempt = (
        "UPDATE actions SET state = 'claimed', claimed_at = ?, next_at = ?, attempts = attempts + 1 "
        "WHERE id = ? AND state = 'taken' AND next_at <= ?"
    )
    if not await sql.change(attempt, now, now + timedelta(seconds=CLAIM_SECONDS), id, now):
        return None
    return as_action(await tables.Action.get(id=id))


@unit
async def release_claim(id: str, attempts: int, now: datetime) -> bool:
    """Give back the claim a dead process had not begun to send."""
    mine = tables.Action.filter(id=id, state="claimed", attempts=attempts)
    return await mine.update(state="taken", claimed_at=None, next_at=now) == 1


@dataclass(frozen=True)
class Spending:
    """What was done of a deed's kind `since` (UTC) by `users` and by everybody, as somebody saw it last."""

    deed: Deed
    users: frozenset[str]
    since: datetime
    seen: Today


async def sending(id: str, attempts: int, now: datetime, *, unless: Spending | None = None) -> bool:
    """True gives the right to send, once, to the holder of the claim `attempts`. Before the first byte leaves.

    False also when something else was spent since `unless.seen`: then ask the roles again.
    """
    return await _move(
        id,
        "sending",
        now,
        where=" AND attempts = ?",
        values=(attempts,),
        changes={"sent_at": now, "next_at": now + timedelta(seconds=SEND_SECONDS)},
        unless=unless,
    )


async def postpone(id: str, at: datetime, *, state: str, now: datetime) -> bool:
    """Look at it again at `at` (UTC).

    `state` "taken": it was certainly not executed and may be tried again. "sending": its answer was lost and it is
    only to be read back; it stays where it is.
    """
    if state == "sending":
        return await _postpone(id, "sending", next_at=at)
    if state != "taken":
        raise ValueError(f"nothing is postponed in the state {state}")
    changes = {"next_at": at, "claimed_at": None, "sent_at": None}
    return await _postpone(id, "claimed", state="taken", **changes) or await _move(
        id, "taken", now, origins=["sending"], changes=changes, event="not_sent"
    )


@unit
async def _postpone(id: str, origin: str, **changes: object) -> bool:
    return await tables.Action.filter(id=id, state=origin).update(**changes) == 1


async def settle(
    id: str, state: str, *, sentence: str | None, evidence: str | None, free_key: bool, now: datetime
) -> bool:
    """End the action as `state`, with a sentence for people. False when it had ended otherwise, or never got so far.

    `free_key`: the same thing may be asked for again.
    """
    if state not in ENDS:
        raise ValueError(f"no action ends as {state}")
    return await _end(id, state, now, sentence, evidence=evidence, free_key=free_key)


async def resolve(id: str, state: str, by: str, *, sentence: str, now: datetime) -> bool:
    """A person found out how an uncertain action ended: "done", or "released" for one that was not done."""
    free = state == "released"
    return await _end(id, state, now, sentence, ["needs_human"], free_key=free, event="resolved", actor=by)


async def _end(
    id: str,
    state: str,
    now: datetime,
    sentence: str | None,
    origins: Collection[str] = (),
    *,
    evidence: str | None = None,
    free_key: bool,
    event: str = "",
    actor: str | None = None,
) -> bool:
    told = sentence and sentence[:LONGEST_SENTENCE]
    return await _move(
        id,
        state,
        now,
        origins=origins,
        changes={"sentence": told, "evidence": evidence, "ended_at": now, "next_at": None},
        free_key=free_key,
        event=event,
        actor=actor,
        result=sentence or "",
        then={"state": state} if event else None,
    )


# A second person


async def propose(id: str, attempts: int, until: datetime, *, sentence: str, now: datetime) -> bool:
    """Let a claimed action wait for a colleague's yes until `until` (UTC), because of `sentence`."""
    return await _move(
        id,
        "proposed",
        now,
        where=" AND attempts = ?",
        values=(attempts,),
        changes={"next_at": until, "claimed_at": None, "sentence": sentence[:LONGEST_SENTENCE]},
        result=sentence,
    )


async def approve(id: str, by: str, now: datetime) -> bool:
    """A colleague says yes, once and in time: the action may be executed now."""
    return await _move(
        id,
        "taken",
        now,
        origins=["proposed"],
        where=" AND next_at > ?",
        values=(now,),
        changes={"next_at": now, "approved_by": by, "approved_at": now, "sentence": None},
        event="approved",
        actor=by,
    )


async def decline(id: str, by: str, *, sentence: str, now: datetime) -> bool:
    """A colleague says no."""
    return await _end(id, "declined", now, sentence, free_key=True, actor=by)


async def withdraw(id: str, by: str, *, sentence: str, now: datetime) -> bool:
    """Take back what nobody has begun to execute."""
    return await _end(id, "withdrawn", now, sentence, free_key=True, actor=by)


async def lapse(id: str, *, sentence: str, now: datetime) -> bool:
    """End a proposal nobody decided in time."""
    return await _end(id, "expired", now, sentence, ["proposed"], free_key=True, actor=KONTOR)


# What was spent


@unit
async def today(deed: Deed, users: Collection[str], since: datetime, *, but: str = "", coming: bool = False) -> Today:
    """What was done of the deed's kind since `since` (UTC), by `users` and by everybody, without the action `but`.

    What may have been executed counts. With `coming` so does what waits: a person must not ask for more than the day
    allows in one go.
    """
    return await _today(Spending(deed, frozenset(users), since, Today()), but, None, coming=coming)


async def _today(spending: Spending, but: str, database: Database | None, *, coming: bool = False) -> Today:
    users, deed = sorted(spending.users), spending.deed
    mine = f"user_id IN ({sql.slots(len(users))})"
    waiting = " OR state IN ('taken', 'claimed', 'proposed')" if coming else ""
    text = (
        f"SELECT SUM(CASE WHEN {mine} THEN 1 ELSE 0 END), "  # noqa: S608
        f"SUM(CASE WHEN {mine} AND currency = ? THEN minor ELSE 0 END), "
        "SUM(CASE WHEN currency = ? THEN minor ELSE 0 END) FROM actions "
        "WHERE kind = ? AND id <> ? AND taken_at >= ? "
        f"AND ((state IN ('sending', 'done', 'needs_human') AND COALESCE(sent_at, taken_at) >= ?){waiting})"
    )
    currency = deed.amount.currency if deed.amount else ""
    # Nothing lives for two days, so older rows need not be looked at.
    oldest = spending.since - timedelta(days=2)
    found = await sql.fetch(
        text, *users, *users, currency, currency, deed.kind, but, oldest, spending.since, database=database
    )
    return Today(*(int(value or 0) for value in found[0]))
