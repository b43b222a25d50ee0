"""Pushes: each taken in once, with its mark in the same commit, and what arrives together committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.store import pushes, sql, subjects
from bot.store.errors import NotebookError, Unstorable
from bot.store.pushes import NewPush
from bot.store.together import GroupCommit
from bot.store.transaction import shielded

pytestmark = pytest.mark.usefixtures("notebook")


def a_push(message: str = "m1", subject: str | None = "return:main:7", account: str = "main") -> NewPush:
    return NewPush(account, message, "return_new", subject)


def a_door(now: datetime) -> GroupCommit:
    return GroupCommit(lambda waiting: pushes.accept(waiting, now))


async def count(table: str) -> int:
    rows = await shielded(lambda: sql.fetch(f"SELECT COUNT(*) FROM {table}"))
    return int(rows[0][0])


async def test_a_push_marks_its_subject(now: datetime) -> None:
    assert await pushes.accept([a_push()], now) == [("return:main:7",)]
    assert await subjects.due(now, 10) == ["return:main:7"]


async def test_a_push_that_comes_again_wakes_nobody(now: datetime) -> None:
    await pushes.accept([a_push()], now)

    assert await pushes.accept([a_push()], now) == [()]
    found = await subjects.find("return:main:7")
    assert found is not None
    assert found.marks == 1


async def test_a_push_about_nothing_we_follow_is_only_kept(now: datetime) -> None:
    assert await pushes.accept([a_push(subject=None)], now) == [()]
    assert (await count("pushes"), await count("subjects")) == (1, 0)


async def test_accounts_have_message_ids_of_their_own(now: datetime) -> None:
    both = [a_push(), a_push(account="globex", subject="return:globex:7")]

    assert await pushes.accept(both, now) == [("return:main:7",), ("return:globex:7",)]


async def test_one_batch_may_hold_the_same_push_and_the_same_subject_twice(now: datetime) -> None:
    waiting = [a_push("m1"), NewPush("main", "m1", "return_new", "return:main:7"), a_push("m2"), a_push("m3", None)]

    assert await pushes.accept(waiting, now) == [("return:main:7",), (), ("return:main:7",), ()]
    assert await count("pushes") == 3


async def test_a_thousand_pushes_are_one_commit(now: datetime) -> None:
    waiting = [a_push(f"m{number}", f"return:main:{number}") for number in range(1000)]

    woken = await pushes.accept(waiting, now)

    assert woken == [(push.subject,) for push in waiting]
    assert await count("subjects") == 1000


async def test_nothing_is_kept_of_a_batch_that_holds_a_bad_push(now: datetime) -> None:
    with pytest.raises(Unstorable):
        await pushes.accept([a_push(), a_push("m2", subject="return:main:\x00")], now)

    assert (await count("pushes"), await count("subjects")) == (0, 0)


async def test_old_pushes_are_forgotten_in_small_bites(now: datetime) -> None:
    await pushes.accept([a_push(f"old{number}", None) for number in range(1100)], now - timedelta(days=91))
    await pushes.accept([a_push("new")], now)

    assert await pushes.forget_before(now - timedelta(days=90)) == 1100
    assert await count("pushes") == 1


async def test_pushes_that_arrive_together_share_commits(now: datetime) -> None:
    commits: list[int] = []

    async def accept(waiting: Sequence[NewPush]) -> list[tuple[str, ...]]:
        commits.append(len(waiting))
        return await pushes.accept(waiting, now)

    door = GroupCommit(accept)
    woken = await asyncio.gather(*(door.add(a_push(f"m{number}", f"return:main:{number}")) for number in range(100)))

    assert woken == [(f"return:main:{number}",) for number in range(100)]
    assert sum(commits) == 100
    assert len(commits) < 10


async def test_a_push_is_answered_after_its_commit(now: datetime) -> None:
    door = a_door(now)

    async def pushed(number: int) -> None:
        (key,) = await door.add(a_push(f"m{number}", f"return:main:{number}"))
        assert await subjects.find(key) is not None

    await asyncio.gather(*(pushed(number) for number in range(50)))


async def test_a_bad_push_fails_alone(now: datetime) -> None:
    door = a_door(now)
    bad = a_push("bad", "return:main:\ud800")
    outcomes = await asyncio.gather(
        *(door.add(a_push(f"m{number}")) for number in range(5)),
        door.add(bad),
        *(door.add(a_push(f"n{number}")) for number in range(5)),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [tuple] * 5 + [Unstorable] + [tuple] * 5
    assert await count("pushes") == 10


async def test_when_the_database_is_in_trouble_everybody_is_told_at_once() -> None:
    asked: list[int] = []

    async def accept(waiting: Sequence[NewPush]) -> list[tuple[str, ...]]:
        asked.append(len(waiting))
        raise OSError("no route to host")

    door = GroupCommit(accept)
    outcomes = await asyncio.gather(*(door.add(a_push(f"m{number}")) for number in range(30)), return_exceptions=True)

    assert all(isinstance(outcome, OSError) for outcome in outcomes)
    assert asked == [30]


async def test_trouble_in_the_middle_of_trying_singly_ends_the_trying() -> None:
    asked: list[list[str]] = []

    async def accept(waiting: Sequence[NewPush]) -> list[tuple[str, ...]]:
        asked.append([push.message for push in waiting])
        if len(asked) == 1:
            raise Unstorable("one of you")
        if len(asked) == 3:
            raise OSError("gone")
        return [()]

    door = GroupCommit(accept)
    outcomes = await asyncio.gather(*(door.add(a_push(f"m{number}")) for number in range(4)), return_exceptions=True)

    assert asked == [["m0", "m1", "m2", "m3"], ["m0"], ["m1"]]
    assert [type(outcome) for outcome in outcomes] == [tuple, OSError, OSError, OSError]


async def test_after_trouble_the_next_push_is_taken(now: datetime) -> None:
    healthy = False

    async def accept(waiting: Sequence[NewPush]) -> list[tuple[str, ...]]:
        if not healthy:
            raise OSError("gone")
        return await pushes.accept(waiting, now)

    door = GroupCommit(accept)
    with pytest.raises(OSError, match="gone"):
        await door.add(a_push())
    healthy = True

    assert await door.add(a_push()) == ("return:main:7",)


async def test_a_closed_door_finishes_what_it_took_in_and_takes_no_more(now: datetime) -> None:
    door = a_door(now)
    waiting = [asyncio.create_task(door.add(a_push(f"m{number}"))) for number in range(20)]
    await asyncio.sleep(0)
    await door.close()

    assert all([await task for task in waiting])
    assert await count("pushes") == 20
    with pytest.raises(NotebookError):
        await door.add(a_push("late"))


async def test_who_hangs_up_does_not_take_the_others_down(now: datetime) -> None:
    door = a_door(now)
    tasks = [asyncio.create_task(door.add(a_push(f"m{number}"))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError, tuple] * 10
    assert await count("pushes") == 20


async def test_a_push_taken_in_while_a_commit_runs_goes_into_the_next(now: datetime) -> None:
    begun, go = asyncio.Event(), asyncio.Event()
    batches: list[list[str]] = []

    async def accept(waiting: Sequence[NewPush]) -> list[tuple[str, ...]]:
        batches.append([push.message for push in waiting])
        begun.set()
        await go.wait()
        return [()] * len(waiting)

    door = GroupCommit(accept)
    first = asyncio.create_task(door.add(a_push("first")))
    await begun.wait()
    others = [asyncio.create_task(door.add(a_push(name))) for name in ("second", "third")]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, *others)

    assert batches == [["first"], ["second", "third"]]
