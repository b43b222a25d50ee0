"""The audit log: who did what, when, and what came of it. Rows are only ever added, each sealed with a hash over its
words and the seal before it, so that a row changed, taken out or moved later is found.

Rows are written in the transaction of what they tell. The log holds ids, codes and amounts; no buyer's words or names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from bot.domain.deeds import Deed
from bot.domain.happening import Happening as Happening
from bot.domain.happening import Record as Record
from bot.domain.happening import Verdict as Verdict
from bot.domain.happening import broken, sealed
from bot.store import border, sql
from bot.store.transaction import Database, insist, transaction, unit

KONTOR = "kontor"
LONGEST_RESULT = 500
PAGE = 1000
_COLUMNS = "seq, at, event, actor, team, kind, subject, account, action, before, after, what, result, prev, seal"


# Writing


async def append(database: Database, happening: Happening) -> None:
    """Write one row within the caller's transaction. Who writes holds the end of the chain until that commits.

    Touch this last in a transaction, so that two of them never wait for each other.
    """
    seq, prev = await _end_of_chain(database)
    words = border.words
    record = Record(
        seq,
        border.instant(happening.at),
        words(happening.event),
        words(happening.actor),
        words(happening.team),
        words(happening.kind),
        words(happening.subject),
        words(happening.account),
        words(happening.action),
        words(happening.before),
        words(happening.after),
        border.json_text(dict(sorted(happening.what.items()))),
        words(happening.result[:LONGEST_RESULT]),
        prev,
        "",
    )
    seal = sealed(record)
    values = [getattr(record, name) for name in _COLUMNS.split(", ")[:-1]]
    await sql.each(f"INSERT INTO audit ({_COLUMNS}) VALUES ({sql.slots(15)})", [[*values, seal]], database)  # noqa: S608
    await sql.change("UPDATE audit_ends SET seal = ? WHERE id = 1", seal, database=database)


async def note(happening: Happening) -> None:
    """Write one row by itself."""
    await insist(lambda: transaction(lambda database: append(database, happening)))


async def note_denial(at: datetime, actor: str, team: str | None, deed: Deed | None, sentence: str) -> None:
    """Write down that somebody was not let; without a deed they asked for anything at all."""
    subject, amount = (deed.subject or "", deed.amount) if deed else ("", None)
    size = {"minor": amount.minor, "currency": amount.currency} if amount else {}
    account = subject.split(":")[1] if subject.count(":") >= 2 else ""
    await note(
        Happening(
            at, "denied", actor, team or "", deed.kind if deed else "", subject, account, what=size, result=sentence
        )
    )


async def _end_of_chain(database: Database) -> tuple[int, str]:
    """The number of the next row and the last seal; on PostgreSQL nobody else gets them before we are done."""
    take = "UPDATE audit_ends SET seq = seq + 1 WHERE id = 1 RETURNING seq, seal"
    found = await sql.returning(take, database=database)
    if not found:
        await sql.inserted(
            "INSERT INTO audit_ends (id, seq, seal) VALUES (1, 0, '') ON CONFLICT (id) DO NOTHING", database=database
        )
        found = await sql.returning(take, database=database)
    return int(found[0]["seq"]), str(found[0]["seal"])


# Reading


@unit
async def of_subject(subject: str, n: int = 50) -> list[Record]:
    """The last `n` rows about `subject`, oldest first."""
    text = f"SELECT {_COLUMNS} FROM audit WHERE subject = ? ORDER BY seq DESC LIMIT ?"  # noqa: S608
    return [_record(stored) for stored in reversed(await sql.fetch(text, border.key(subject), n))]


@unit
async def subjects(ref: str) -> list[str]:
    """The keys the log knows that are `ref`, or end with it as in order:main:MB7UWLD."""
    wild = ref.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    text = "SELECT DISTINCT subject FROM audit WHERE subject = ? OR subject LIKE ? ESCAPE '!' ORDER BY subject"
    return [key for (key,) in await sql.fetch(text, border.key(ref), f"%:{wild}")]


async def rows(*, after: int = 0) -> AsyncIterator[Record]:
    """Every row, in order; those written meanwhile included."""
    while page := await _page(after):
        for record in page:
            yield record
        after = page[-1].seq


async def verify() -> Verdict:
    """Check every row, every link and the end of the chain."""
    count, prev, trouble = 0, "", ""
    end_seq, end_seal = await _end()
    async for record in rows():
        if record.seq > end_seq:
            break  # Written since the check began.
        count += 1
        trouble = trouble or broken(record, count, prev)
        prev = record.seal
    if not trouble and count < end_seq:
        trouble = f"rows {count + 1} to {end_seq} are missing at the end"
    if not trouble and end_seal != prev:
        trouble = f"the last row is {count}, but the chain ends with another one"
    return Verdict(count, prev, trouble)


@unit
async def _end() -> tuple[int, str]:
    found = await sql.fetch("SELECT seq, seal FROM audit_ends WHERE id = 1")
    return (int(found[0][0]), str(found[0][1])) if found else (0, "")


@unit
async def _page(after: int) -> list[Record]:
    text = f"SELECT {_COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
    return [_record(stored) for stored in await sql.fetch(text, after, PAGE)]


def _record(stored: Sequence[Any]) -> Record:
    seq, at, *rest = stored
    when = border.read_instant(at)
    assert when is not None
    return Record(int(seq), when, *map(str, rest))
