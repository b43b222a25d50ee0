"""Lanes that several processes share: never two at once for a key, what the dead held comes back, one pace for all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import psycopg
import pytest

from bot import lanes_postgres
from bot.lanes_postgres import Hall, PostgresLanes, Server, prepare, prepared
from bot.presence import AWAY_SECONDS, COUNTED_SECONDS, NEWCOMER, Presence
from tests.halls import lanes_server, opened

pytestmark = pytest.mark.postgres


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with lanes_server() as made:
        yield made


async def change(server: Server, text: str) -> None:
    async with await psycopg.AsyncConnection.connect(**server.connection) as connection:
        await connection.execute(text)


async def test_two_processes_never_run_a_key_at_once_and_run_all_that_any_process_woke(server: Server) -> None:
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    by: Counter[str] = Counter()

    def works(hall: Hall, name: str) -> PostgresLanes:
        async def work(key: str) -> None:
            running[key] += 1
            most[key] = max(most[key], running[key])
            by[name] += 1
            await asyncio.sleep(0.01)
            running[key] -= 1

        return hall.lanes("looks", work, 4)

    async with opened(server) as door, opened(server) as first, opened(server) as second:
        at_door = works(door, "door")
        for name, hall in (("first", first), ("second", second)):
            works(hall, name)
            await hall.start(working=True)
        await door.start(working=False)
        for _ in range(5):
            for number in range(12):
                at_door.wake(f"ticket:main:{number}")
            await asyncio.sleep(0.03)
        await at_door.quiet()

    assert set(most) == {f"ticket:main:{number}" for number in range(12)}
    assert set(most.values()) == {1}
    assert by["door"] == 0
    assert by["first"] > 0
    assert by["second"] > 0


async def test_what_a_dead_process_was_running_is_dropped_and_can_be_woken_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    async def work(key: str) -> None:
        ran.append(key)

    # A process that took the key up and never came back: its worker gives no sign of life.
    await change(
        server,
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) "
        "VALUES (now() - interval '1 hour') RETURNING id)"
        " INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)"
        " SELECT 'looks', 'kontor.looks', 'looks/a', 'looks/a', '{\"key\": \"a\"}', 'doing', id FROM dead",
    )
    async with opened(server) as hall:
        lanes = hall.lanes("looks", work, 2)
        assert await lanes.held(["a"]) == {"a"}
        lanes.wake("a")
        await hall.start(working=True)
        async with asyncio.timeout(20):
            while not ran:
                await asyncio.sleep(0.02)
        await lanes.quiet()

    assert ran == ["a"]


async def test_who_is_alive_is_not_buried(server: Server) -> None:
    go = asyncio.Event()

    async def work(key: str) -> None:
        await go.wait()

    async with opened(server) as hall:
        lanes = hall.lanes("looks", work, 2)
        await hall.start(working=True)
        lanes.wake("a")
        async with asyncio.timeout(20):
            while lanes.busy == 0 or lanes._woken:
                await asyncio.sleep(0.01)

        assert await hall.bury() == 0
        assert await lanes.held(["a"]) == {"a"}
        go.set()


async def test_lanes_that_lose_postgresql_work_again_when_it_is_back(server: Server) -> None:
    ran: list[str] = []

    async def work(key: str) -> None:
        ran.append(key)

    async with opened(server) as hall:
        lanes = hall.lanes("looks", work, 2)
        await hall.start(working=True)
        lanes.wake("before")
        await lanes.quiet()
        await change(
            server,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE application_name = '{server.connection['application_name']}' AND pid <> pg_backend_pid()",
        )
        async with asyncio.timeout(30):
            while "after" not in ran:
                lanes.wake("after")
                await asyncio.sleep(0.2)

    assert ran[0] == "before"


async def test_a_schema_of_another_version_is_made_anew_and_one_of_ours_is_left_alone(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await prepare(server)
    await change(server, f"COMMENT ON SCHEMA {server.schema} IS 'older'")
    assert not await prepared(server)
    assert await prepare(server)
    assert await prepared(server)


async def test_all_processes_together_keep_one_pace(server: Server) -> None:
    async with opened(server) as first, opened(server) as second:
        taken = [await hall.turns.take("C1", 0.5, 0.0) for hall in (first, second)]
        other = await second.turns.take("C2", 0.5, 0.0)
        await asyncio.sleep(taken[1] + 0.05)
        again = await second.turns.take("C1", 0.5, 0.0)

    assert taken[0] == 0
    assert 0 < taken[1] <= 0.5
    assert other == 0
    assert again == 0


async def test_room_lets_a_burst_through_and_a_pause_holds_it_back_for_all(server: Server) -> None:
    async with opened(server) as first, opened(server) as second:
        burst = [await first.turns.take("chat.update", 10.0, 20.0) for _ in range(4)]
        first.turns.pause("C1", 30.0)
        await asyncio.gather(*first.turns._pausing)
        paused = await second.turns.take("C1", 0.01, 0.0)

    assert burst[:3] == [0, 0, 0]
    assert burst[3] > 0
    assert 25 < paused <= 30


class Tick:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Answers:
    count = 3

    async def execute_query_all_async(self, query: object, **arguments: object) -> list[dict[str, object]]:
        return [{"n": self.count}]


async def test_who_was_away_does_not_go_on_with_what_was_begun_before() -> None:
    tick = Tick()
    presence = Presence(Answers(), 1, tick)
    presence.begin()
    assert presence.steady()

    tick.now += AWAY_SECONDS + 1
    assert not presence.steady(), "it may have been given up while it gave no sign of life"

    await presence.beat()
    assert not presence.steady(), "what was begun before is somebody else's now"

    presence.begin()
    assert presence.steady(), "what is begun now is ours"
    assert presence.processes == 3


async def test_who_is_new_asks_little_and_who_dies_leaves_its_part_until_the_others_know() -> None:
    tick, answers, parts = Tick(), Answers(), []
    presence = Presence(answers, 1, tick)
    await presence.beat()
    presence.share_by(parts.append)
    tick.now += COUNTED_SECONDS
    await presence.beat()
    answers.count = 2
    for _ in range(4):
        tick.now += 1
        await presence.beat()

    assert parts[:2] == [3 * NEWCOMER, 3]
    assert parts[2:] == [3, 3, 2, 2]


async def test_who_is_alone_has_it_all_at_once() -> None:
    answers, parts = Answers(), []
    answers.count = 1
    presence = Presence(answers, 1, Tick())
    await presence.beat()
    presence.share_by(parts.append)

    assert parts == [1]


def test_others_are_given_up_long_after_they_give_up_themselves() -> None:
    """Slack and the marketplace are waited for at most ten seconds, and nothing may still be on its way by then."""
    assert AWAY_SECONDS + 10 <= lanes_postgres.DEAD_SECONDS
