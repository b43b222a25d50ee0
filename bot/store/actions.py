"""Actions: what a person asked for, from the click to how it ended. The rows are kept for ever.

`bot.store.moves` says which ways an action may go after it was taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from bot.domain.action import LASTS_SECONDS, UNDER_WAY, Action
from bot.domain.deeds import PARTS, Deed
from bot.store import audit, border, lives, sql, tables
from bot.store.audit import Happening
from bot.store.batches import Batches
from bot.store.lookup import Lookup, known_among
from bot.store.moves import ENDS as ENDS
from bot.store.moves import MOVES as MOVES
from bot.store.moves import Spending as Spending
from bot.store.moves import approve as approve
from bot.store.moves import as_action, show, size
from bot.store.moves import before as before
from bot.store.moves import claim as claim
from bot.store.moves import decline as decline
from bot.store.moves import lapse as lapse
from bot.store.moves import postpone as postpone
from bot.store.moves import propose as propose
from bot.store.moves import release_claim as release_claim
from bot.store.moves import resolve as resolve
from bot.store.moves import sending as sending
from bot.store.moves import settle as settle
from bot.store.moves import today as today
from bot.store.moves import withdraw as withdraw
from bot.store.transaction import Database, insist, transaction, unit

LONGEST_KEY = 512


@dataclass(frozen=True)
class NewAction:
    """What to take. `key` is what makes it unique: two actions with one key are one. `payload` is what will be sent.

    With `proposed` it waits for a colleague's yes until `next_at`, because of `sentence`; otherwise it is executed at
    `next_at` (now, when None). `deed` is how big it is, `approved_by` who said yes to it already. See
    `Action` for the rest.
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
    deed: Deed | None = None
    summary: str | None = None
    leads_to: str | None = None
    lasts_seconds: int = LASTS_SECONDS
    next_at: datetime | None = None
    proposed: bool = False
    sentence: str | None = None
    approved_by: str | None = None


@dataclass(frozen=True)
class Taken:
    """How taking went: `fresh`, or whose action `id` is in the way. `repeated`: this very delivery took it before."""

    fresh: bool
    repeated: bool
    id: str
    user_id: str


# Taking


async def take(new: NewAction, heard: str, now: datetime) -> Taken:
    """Commit `new` under its key together with the delivery `heard` that asked for it.

    A delivery that comes again gets the answer it got the first time; so taking may be insisted on. Raises
    `Unstorable`.
    """
    border.key(heard)
    border.key(new.key, LONGEST_KEY)

    async def work(database: Database) -> Taken:
        taken = "INSERT INTO heard (key, at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
        if not await sql.inserted(taken, heard, now, database=database):
            return await _as_before(heard, database)
        holder = await _hold(new, heard, now, database)
        await sql.change("UPDATE heard SET action = ? WHERE key = ?", holder.id, heard, database=database)
        if holder.fresh:
            await audit.append(database, _taken(new, now))
            if new.proposed:
                await show(database, new.subject, new.account, new.id, now, proposed=True)
        return holder

    taken = await insist(lambda: transaction(work))
    if taken.fresh:
        await lives.step()
    return taken


async def _hold(new: NewAction, heard: str, now: datetime, database: Database) -> Taken:
    """Insert `new`, or find who has its key."""
    deed = new.deed or Deed(new.kind)
    values = {
        "id": border.key(new.id, 64),
        "key": new.key,
        "heard": heard,
        "kind": new.kind,
        "subject": border.key(new.subject),
        "account": new.account,
        "user_id": new.user_id,
        "team_id": new.team_id,
        "payload": new.payload,
        "seen_version": new.seen_version,
        "state": "proposed" if new.proposed else "taken",
        "taken_at": now,
        "next_at": new.next_at or now,
        "summary": new.summary,
        "leads_to": new.leads_to,
        "minor": deed.amount.minor if deed.amount else None,
        "currency": deed.amount.currency if deed.amount else None,
        "pieces": deed.count,
        "percent": deed.percent,
        "second": deed.second,
        "lasts_seconds": new.lasts_seconds,
        "sentence": new.sentence,
        "approved_by": new.approved_by,
        "approved_at": now if new.approved_by else None,
    }
    insert = (
        f"INSERT INTO actions ({', '.join(values)}) VALUES ({sql.slots(len(values))}) "  # noqa: S608
        "ON CONFLICT (key) DO NOTHING"
    )
    while not await sql.inserted(insert, *values.values(), database=database):
        # On PostgreSQL the key may be freed between the two statements; then it is ours to try again.
        if found := await sql.fetch("SELECT id, user_id FROM actions WHERE key = ?", new.key, database=database):
            return Taken(False, False, *found[0])
    return Taken(True, False, new.id, new.user_id)


async def _as_before(heard: str, database: Database) -> Taken:
    found = await sql.fetch(
        "SELECT actions.heard, actions.id, actions.user_id FROM heard "
        "JOIN actions ON actions.id = heard.action WHERE heard.key = ?",
        heard,
        database=database,
    )
    if not found:
        return Taken(False, True, "", "")
    first_heard, id, user_id = found[0]
    return Taken(False, first_heard == heard, id, user_id)


def _taken(new: NewAction, now: datetime) -> Happening:
    deed = new.deed or Deed(new.kind)
    # Numbers and the summary tell what was asked for; a payload's words may be a buyer's.
    numbers = {name: value for name, value in new.payload.items() if isinstance(value, int)}
    return Happening(
        at=now,
        event="proposed" if new.proposed else "taken",
        actor=new.user_id,
        team=new.team_id,
        kind=new.kind,
        subject=new.subject,
        account=new.account,
        action=new.id,
        before=new.seen_version or "",
        after=new.leads_to or "",
        what={
            **numbers,
            **size(deed.amount, deed.count, deed.percent),
            **({"summary": new.summary} if new.summary else {}),
        },
        result=new.sentence or "",
    )


# Asking


@unit
async def find(id: str) -> Action | None:
    stored = await tables.Action.get_or_none(id=id)
    return as_action(stored) if stored else None


async def for_subject(subject: str) -> list[Action]:
    """All actions on `subject`, the oldest first. Looks that ask at the same time share a query."""
    # Nothing was ever asked for most subjects: only the others' actions are read.
    return await _of_subjects.add(subject) if await _asked_for.of(subject) else []


_asked_for: Lookup[bool] = Lookup("SELECT DISTINCT subject FROM actions WHERE subject IN {}", known_among)


@unit
async def _for_each(subjects: Sequence[str]) -> list[list[Action]]:
    found: dict[str, list[Action]] = {subject: [] for subject in subjects}
    for stored in await tables.Action.filter(subject__in=list(found)).order_by("taken_at", "id"):
        found[stored.subject].append(as_action(stored))
    return [found[subject] for subject in subjects]


_of_subjects: Batches[str, list[Action]] = Batches(_for_each)


@unit
async def due(now: datetime, n: int) -> list[str]:
    """Ids of at most `n` actions to take up at `now`: to be executed or read back, left by somebody, or lapsed."""
    found = await sql.fetch(
        "SELECT id FROM actions WHERE state IN ('taken', 'claimed', 'sending', 'proposed') AND next_at <= ? "
        "ORDER BY next_at LIMIT ?",
        now,
        n,
    )
    return [id for (id,) in found]


@unit
async def since(moment: datetime, user_id: str, kinds: Collection[str]) -> list[Action]:
    """What was asked for of `kinds` since `moment` (UTC), the oldest first: by the person, or agreed to by a colleague.

    With it come the parts of such things, whoever asked for them.
    """
    parts = [part for part, whole in PARTS.items() if whole in kinds]
    theirs = Q(kind__in=list(kinds)) & (Q(user_id=user_id) | Q(approved_by__isnull=False))
    found = tables.Action.filter(theirs | Q(kind__in=parts), taken_at__gte=moment).order_by("taken_at", "id")
    return [as_action(stored) for stored in await found]


@unit
async def unfinished() -> list[Action]:
    """What a process that died may have left, the oldest first."""
    return [
        as_action(stored)
        for stored in await tables.Action.filter(state__in=sorted(UNDER_WAY)).order_by("taken_at", "id")
    ]


@unit
async def needs_human() -> list[Action]:
    """Actions nobody can be sure of, the oldest first."""
    return [as_action(stored) for stored in await tables.Action.filter(state="needs_human").order_by("taken_at", "id")]


@unit
async def latest(n: int) -> list[Action]:
    """The last `n` actions, the newest first."""
    return [as_action(stored) for stored in await tables.Action.all().order_by("-taken_at", "-id").limit(n)]
