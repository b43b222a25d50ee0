"""One of several processes keeps the time, and another one as soon as it is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.store.database import NotebookError, open_notebook, read_url
from bot.store.postgres import PostgresDatabase
from bot.store.timelock import TimeLock
from tests.store.opening import refusal

pytestmark = pytest.mark.postgres


async def test_one_keeps_the_time_and_another_when_the_first_is_cut_off(postgres_template: str) -> None:
    place = read_url(postgres_template)
    assert isinstance(place, PostgresDatabase)
    first, second = TimeLock(place), TimeLock(place)

    assert await first.take()
    assert not await second.take()

    first._session.terminate()
    async with asyncio.timeout(10):
        await first.lost.wait()
        while not await (second := TimeLock(place)).take():
            await asyncio.sleep(0.05)
    await second.release()


async def test_those_who_share_the_work_keep_out_one_who_works_alone_and_the_other_way_round(
    postgres_template: str, tmp_path: Path
) -> None:
    place = read_url(postgres_template)
    assert isinstance(place, PostgresDatabase)
    first, second = await place.lock(shared=True), await place.lock(shared=True)
    assert "KONTOR_LANES=postgres" in await refusal(postgres_template, tmp_path)
    await first.release()
    await second.release()

    alone = await open_notebook(postgres_template, tmp_path)
    try:
        with pytest.raises(NotebookError, match="works alone"):
            await place.lock(shared=True)
    finally:
        await alone.close()
