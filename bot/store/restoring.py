"""A notebook that was put back from a backup: nothing it has forgotten is done a second time.

What the notebook then takes for still to do may have been done since, and what hangs in Slack may be unknown to it. So
all that was under way is put before people, what goes on by itself is stopped, and every card and thread is unsure
until it was found in Slack (`bot.recalling`). `bot.store.beginning` notices it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.action import APPROVAL
from bot.domain.chain import read_step
from bot.domain.gap import Gap
from bot.store import audit, border, sql, subjects
from bot.store.audit import KONTOR, Happening
from bot.store.transaction import Database, transaction, unit
from bot.store.witness import Sign

NOTE = "restored"
# How long before a first sign of anything the gap may have begun.
LONG_AGO = timedelta(days=28)
MOST_GAPS = 50
STOPPED = (
    "The notebook was restored from a backup, so nobody knows how far this got. See what was done, then begin anew."
)


@dataclass(frozen=True)
class Restored:
    """The last restore: when we noticed, what it forgot, and how many actions were put before people.

    `recalled` is False until everything that hangs in Slack was found again. `gaps` are those of all restores.
    """

    at: datetime | None = None
    since: datetime | None = None
    actions: int = 0
    recalled: bool = True
    gaps: tuple[Gap, ...] = ()


NEVER = Restored()


# Noticing


async def lost_of(database: Database, signs: Sequence[Sign]) -> list[Sign]:
    """Those of `signs` that know more than the notebook does."""
    known = dict(await sql.fetch("SELECT id, steps FROM lives", database=database))
    return [sign for sign in signs if known.get(sign.life, -1) < sign.steps]


async def give_up(database: Database, lost: Iterable[Sign]) -> None:
    """Write down what the witnesses know: these lives are accounted for, and who lives one of them must not go on."""
    for sign in lost:
        await sql.inserted(
            "INSERT INTO lives (id, steps, at, lost) VALUES (?, ?, ?, TRUE) ON CONFLICT (id) DO UPDATE "
            "SET steps = excluded.steps, lost = TRUE",
            *(sign.life, sign.steps, sign.at),
            database=database,
        )


async def found_by_hand(now: datetime) -> Restored:
    """Somebody says that the notebook was restored; nobody else may use it meanwhile."""
    return await transaction(lambda database: account_for(database, (), now))


async def account_for(database: Database, lost: Iterable[Sign], now: datetime) -> Restored:
    """See to a restore, as a part of the caller's transaction."""
    before = await restored(database)
    since = await _last_sign(database, now)
    # After the last sign was read: theirs are of the time that was forgotten.
    await give_up(database, lost)
    sentence = doubt_sentence(since)
    doubted = await _doubt(database, sentence, now)
    await _stop(database, now)
    await _unsure(database, now)
    gaps = (*before.gaps, Gap(since, now))[-MOST_GAPS:]
    found = Restored(now, since, doubted, recalled=False, gaps=gaps)
    await _note(database, found)
    told = f"What was done after {since:%Y-%m-%d %H:%M} UTC is not in it; {doubted} actions were put before people."
    await audit.append(database, Happening(now, "restored", KONTOR, what={"actions": doubted}, result=told))
    return found


def doubt_sentence(since: datetime) -> str:
    return (
        f"The notebook was restored from a backup that knows nothing after {since:%d %b %Y, %H:%M} UTC. "
        "Look whether this was carried out since; it is not sent again by itself."
    )


async def _last_sign(database: Database, now: datetime) -> datetime:
    """When the notebook heard of anything last: what was done since is not in it."""
    text = "SELECT (SELECT MAX(at) FROM lives WHERE lost = FALSE), (SELECT MAX(seen_at) FROM subjects)"
    ((stepped, seen),) = await sql.fetch(text, database=database)
    # Looks change nothing. Where steps are counted, all that counts came after the last one.
    heard = border.read_instant(stepped) or border.read_instant(seen)
    # A sign from the future was made by a clock that was wrong.
    return heard if heard and heard <= now else now - LONG_AGO


async def _doubt(database: Database, sentence: str, now: datetime) -> int:
    """Put every action that had not ended before a person. How many."""
    # No ordinary move leads from a click to a doubt: an action's moves are what one notebook sees happen.
    doubt = (
        "UPDATE actions SET state = 'needs_human', sentence = ?, evidence = ?, ended_at = ?, next_at = NULL "
        "WHERE state IN ('taken', 'claimed', 'sending', 'proposed') RETURNING id, kind, subject, account"
    )
    doubted = await sql.returning(doubt, sentence, sentence, now, database=database)
    proposals = [f"{APPROVAL}:{row['account']}:{row['id']}" for row in doubted]
    known = await sql.fetch("SELECT key FROM subjects WHERE kind = ?", APPROVAL, database=database)
    await subjects.mark_within(database, {key for (key,) in known}.intersection(proposals), now)
    for row in doubted:
        told = Happening(
            *(now, "needs_human", KONTOR, "", row["kind"], row["subject"], row["account"], row["id"]), result=sentence
        )
        await audit.append(database, told)
    return len(doubted)


async def _stop(database: Database, now: datetime) -> None:
    """What goes on by itself once a person has begun it, or by the clock, does not: it may have gone on already."""
    stopped = "UPDATE bulks SET ended_at = ?, why = ? WHERE begun_at IS NOT NULL AND ended_at IS NULL"
    await sql.change(stopped, now, STOPPED, database=database)
    agreed = "UPDATE invoice_files SET consented = FALSE WHERE uploaded_at IS NULL AND dismissed_at IS NULL"
    await sql.change(agreed, database=database)
    waiting = "SELECT key FROM feeds WHERE import_id IS NULL AND problem IS NULL AND discarded_at IS NULL"
    for (key,) in await sql.fetch(waiting, database=database):
        if read_step(key) is not None:
            await sql.change("UPDATE feeds SET problem = ? WHERE key = ?", STOPPED, key, database=database)
    done = {"done": now.isoformat()}
    await sql.change("UPDATE notes SET value = ?, at = ? WHERE name LIKE 'schedule:%'", done, now, database=database)


async def _unsure(database: Database, now: datetime) -> None:
    """What Slack shows is nothing we know any more, and everything that is open, or asks somebody, is looked at."""
    hanging = "UPDATE subjects SET shown = '', reread = TRUE WHERE ts IS NOT NULL OR posting IS NOT NULL"
    await sql.change(hanging, database=database)
    await sql.change("UPDATE entries SET shown = NULL WHERE slip = TRUE", database=database)
    await sql.change("UPDATE homes SET shown = NULL", database=database)
    again = (
        "UPDATE subjects SET look_at = ?, marks = marks + 1, tries = 0, resting = FALSE, rest_reason = NULL "
        # What asks a person asks again, also where they had answered meanwhile.
        "WHERE closed = FALSE OR key IN (SELECT subject FROM actions WHERE state = 'needs_human')"
    )
    await sql.change(again, now, database=database)


# The last restore


async def last() -> Restored:
    return await _last()


@unit
async def _last() -> Restored:
    return await restored(sql.notebook())


async def restored(database: Database) -> Restored:
    """The last restore this notebook knows of; `NEVER` for none."""
    found = await sql.fetch("SELECT value FROM notes WHERE name = ?", NOTE, database=database)
    if not found:
        return NEVER
    told = json.loads(found[0][0])
    gaps = tuple(Gap(*map(datetime.fromisoformat, gap)) for gap in told["gaps"])
    return Restored(gaps[-1].at, gaps[-1].since, told["actions"], told["recalled"], gaps)


async def _note(database: Database, found: Restored) -> None:
    value = {
        "actions": found.actions,
        "recalled": found.recalled,
        "gaps": [[gap.since.isoformat(), gap.at.isoformat()] for gap in found.gaps],
    }
    await sql.inserted(
        "INSERT INTO notes (name, value, at) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at",
        *(NOTE, value, found.at),
        database=database,
    )


async def recalled() -> Restored | None:
    """Everything was found that hangs in Slack. The restore for whoever says so first, to tell people; else None."""

    async def work(database: Database) -> Restored | None:
        await sql.alone("restoring", database)
        found = await restored(database)
        if found.recalled:
            return None
        over = Restored(found.at, found.since, found.actions, recalled=True, gaps=found.gaps)
        await _note(database, over)
        return over

    return await transaction(work)
