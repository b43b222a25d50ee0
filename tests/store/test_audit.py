"""The audit log: written with what it tells, and no row can be changed, taken out or moved without being found."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.domain.deeds import Deed
from bot.domain.model import Money
from bot.store import actions, audit, sql
from bot.store.audit import Happening
from bot.store.transaction import Database, shielded, transaction
from tests.domain.test_happening import TEXTS, other
from tests.store.test_actions import an_action

pytestmark = pytest.mark.usefixtures("notebook")

Later = Callable[[float], datetime]


async def change(text: str, *values: object) -> None:
    await shielded(lambda: sql.change(text, *values))


async def written(rows: int, now: datetime) -> None:
    async def work(database: Database) -> None:
        for number in range(rows):
            happening = Happening(
                at=now + timedelta(seconds=number, microseconds=number),
                event=("taken", "sending", "done")[number % 3],
                actor=f"U{number % 7}",
                team="T1",
                kind="order.refund",
                subject=f"order:main:M{number % 50}",
                account="main",
                action=f"a{number // 3}",
                before="sent.1999",
                what={"minor": number, "currency": "EUR"},
                result="done",
            )
            await audit.append(database, happening)

    await transaction(work)


async def told(subject: str) -> list[tuple[str, str, str]]:
    return [(record.event, record.actor, record.result) for record in await audit.of_subject(subject)]


async def test_an_action_tells_its_whole_life(now: datetime, later: Later) -> None:
    deed = Deed("order.refund", Money(1250, "EUR"))
    new = an_action(
        kind="order.refund",
        subject="order:main:M1",
        deed=deed,
        summary="Refund 12.50 EUR",
        leads_to="refunded",
        payload={"unit": 7, "reason": "defect", "text": "Liebe Frau Muster"},
    )
    await actions.take(new, "view:1", now)
    await actions.claim(new.id, later(1))
    await actions.sending(new.id, 1, later(1))
    await actions.settle(
        new.id, "needs_human", sentence="The answer was lost.", evidence=None, free_key=False, now=later(30)
    )
    await actions.resolve(new.id, "done", "U2", sentence="<@U2> checked: it was done.", now=later(90))

    records = await audit.of_subject("order:main:M1")

    assert [(record.event, record.actor, record.at) for record in records] == [
        ("taken", "U1", now),
        ("sending", "U1", later(1)),
        ("needs_human", "U1", later(30)),
        ("resolved", "U2", later(90)),
    ]
    assert {(record.action, record.before, record.after, record.kind) for record in records} == {
        (new.id, "v1", "refunded", "order.refund")
    }
    assert records[0].facts()["what"] == {
        "unit": 7,
        "minor": 1250,
        "currency": "EUR",
        "summary": "Refund 12.50 EUR",
    }
    assert records[3].facts()["what"] == {"minor": 1250, "currency": "EUR", "state": "done"}
    assert not any("Muster" in str(record) for record in records)
    assert (await audit.verify()).trouble == ""


async def test_proposals_tell_who_said_what(now: datetime, later: Later) -> None:
    for number, last in enumerate(("approve", "decline", "withdraw", "lapse")):
        new = an_action(
            key=f"k{number}", subject=f"order:main:{last}", proposed=True, next_at=later(1800), sentence="much"
        )
        await actions.take(new, f"view:{number}", now)
        if last == "approve":
            await actions.approve(new.id, "U2", later(1))
        elif last == "lapse":
            await actions.lapse(new.id, sentence="nobody", now=later(1801))
        else:
            await getattr(actions, last)(new.id, "U2", sentence="so", now=later(1))

    assert await told("order:main:approve") == [("proposed", "U1", "much"), ("approved", "U2", "")]
    assert await told("order:main:decline") == [("proposed", "U1", "much"), ("declined", "U2", "so")]
    assert await told("order:main:withdraw") == [("proposed", "U1", "much"), ("withdrawn", "U2", "so")]
    assert await told("order:main:lapse") == [("proposed", "U1", "much"), ("expired", "kontor", "nobody")]


async def test_a_move_that_did_not_happen_is_not_told(now: datetime) -> None:
    new = an_action()
    await actions.take(new, "press:1", now)
    await actions.take(an_action(user_id="U2"), "press:2", now)
    assert not await actions.sending(new.id, 1, now)
    assert not await actions.approve(new.id, "U2", now)

    assert await told(new.subject) == [("taken", "U1", "")]


async def test_a_denial_is_told(now: datetime) -> None:
    deed = Deed("order.refund", Money(5, "EUR"), subject="order:main:M1")
    await audit.note_denial(now, "U9", None, deed, "Guests may not.")
    await audit.note_denial(now, "U9", "T2", None, "Outsiders may not.")

    records = [record async for record in audit.rows()]

    assert [(record.event, record.kind, record.subject, record.account) for record in records] == [
        ("denied", "order.refund", "order:main:M1", "main"),
        ("denied", "", "", ""),
    ]


async def test_rows_written_at_once_stand_in_one_chain(now: datetime) -> None:
    await asyncio.gather(*(audit.note(Happening(now, "revealed", f"U{number}")) for number in range(40)))

    verdict = await audit.verify()

    assert (verdict.rows, verdict.trouble) == (40, "")


async def test_a_transaction_that_is_rolled_back_leaves_no_gap(now: datetime) -> None:
    async def broken(database: Database) -> None:
        await audit.append(database, Happening(now, "taken", "U1"))
        raise OSError("disk full")

    await audit.note(Happening(now, "one", "U1"))
    with pytest.raises(OSError, match="disk full"):
        await transaction(broken)
    await audit.note(Happening(now, "two", "U1"))

    assert (await audit.verify()).rows == 2
    assert (await audit.verify()).trouble == ""


async def test_what_no_database_keeps_is_mended_before_it_is_sealed(now: datetime) -> None:
    await audit.note(Happening(now, "denied", "U\x001", what={"summary": "half \ud800"}, result="x" * 900))

    (record,) = [record async for record in audit.rows()]

    assert record.actor == "U\ufffd1"
    assert len(record.result) == audit.LONGEST_RESULT
    assert (await audit.verify()).trouble == ""


async def test_an_empty_log_is_whole(now: datetime) -> None:
    assert await audit.verify() == audit.Verdict(0, "")


async def test_any_single_edit_deletion_or_move_is_found(now: datetime) -> None:
    count = 300
    await written(count, now)
    chance = random.Random(7)
    whole = await audit.verify()
    assert (whole.rows, whole.trouble) == (count, "")
    for name in (*TEXTS, "at", "seal"):
        seq = chance.randint(1, count)
        await tampered(name, seq)
    for seq in (1, 2, count // 2, count - 1, count):
        await deleted(seq)
    for first, second in ((1, 2), (1, count), (count - 1, count), (50, 200)):
        await swapped(first, second)
    assert (await audit.verify()) == whole


async def row(seq: int) -> audit.Record:
    async for record in audit.rows(after=seq - 1):
        return record
    raise AssertionError(f"there is no row {seq}")


async def tampered(name: str, seq: int) -> None:
    """Change one field of one row, see that it is found, and put it back."""
    old = getattr(await row(seq), name)
    await change(f"UPDATE audit SET {name} = ? WHERE seq = ?", other(old), seq)
    found = (await audit.verify()).trouble
    assert str(seq) in found or str(seq + 1) in found, (name, seq)
    await change(f"UPDATE audit SET {name} = ? WHERE seq = ?", old, seq)


async def deleted(seq: int) -> None:
    record = await row(seq)
    await change("DELETE FROM audit WHERE seq = ?", seq)
    assert "missing" in (await audit.verify()).trouble, seq
    names = list(audit.Record.__dataclass_fields__)

    async def back(database: Database) -> None:
        values = [getattr(record, name) for name in names]
        await sql.each(f"INSERT INTO audit ({', '.join(names)}) VALUES ({sql.slots(len(names))})", [values], database)

    await transaction(back)


async def swapped(first: int, second: int) -> None:
    """Let two rows change places, see that it is found, and put them back."""
    await _swap(first, second)
    assert (await audit.verify()).trouble != "", (first, second)
    await _swap(first, second)


async def _swap(first: int, second: int) -> None:
    for old, new in ((first, -1), (second, first), (-1, second)):
        await change("UPDATE audit SET seq = ? WHERE seq = ?", new, old)


async def test_a_log_whose_end_was_cut_and_relabelled_is_found(now: datetime) -> None:
    await written(20, now)
    await change("DELETE FROM audit WHERE seq > 15")

    assert (await audit.verify()).trouble == "rows 16 to 20 are missing at the end"
    await change("UPDATE audit_ends SET seq = 15")
    assert "ends with another one" in (await audit.verify()).trouble


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_in_ten_thousand_rows_every_kind_of_damage_at_every_kind_of_place_is_found(now: datetime) -> None:
    count = 10_000
    await written(count, now)
    chance = random.Random(11)
    for _ in range(40):
        await tampered(chance.choice((*TEXTS, "at", "seal")), chance.randint(1, count))
    for _ in range(8):
        await deleted(chance.randint(1, count))
        await swapped(*chance.sample(range(1, count + 1), 2))
    assert (await audit.verify()).trouble == ""


async def test_a_thing_is_found_by_its_number_alone(now: datetime) -> None:
    for subject in ("order:main:M_1", "order:main:MX1", "ticket:main:M_1", "M_1"):
        await audit.note(Happening(now, "taken", "U1", subject=subject))

    assert await audit.subjects("M_1") == ["M_1", "order:main:M_1", "ticket:main:M_1"]
    assert await audit.subjects("order:main:MX1") == ["order:main:MX1"]
    assert await audit.subjects("%") == []
