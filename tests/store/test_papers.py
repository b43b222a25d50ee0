"""Invoice files and report parts in the notebook, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from bot.store import invoicefiles, reports
from bot.store.database import Notebook
from bot.store.errors import Unstorable
from bot.store.invoicefiles import NewFile
from bot.store.reports import PICTURE

BATCH = "invoices:main:window.1"
OTHER = "invoices:main:window.2"
REPORT = "report:main:sales-new.de.0"


def a_file(source: str = "F0AAAA0001", **fields: Any) -> NewFile:
    defaults = {
        "name": "r.pdf",
        "size": 10,
        "url": "https://x.test/",
        "given_by": "U0ANA00001",
        "channel": "C0ORDERS01",
    }
    return NewFile(source, **{**defaults, "consented": False, **fields})


async def found(id: int, batch: str = BATCH, digest: str = "d" * 64, order: str = "MB7UWLD", *, now: datetime) -> None:
    await invoicefiles.checked(id, batch, digest=digest, order_id=order, found={"trouble": None}, now=now)


# Invoice files


async def test_a_file_is_in_a_batch_once_and_in_one_open_batch_only(notebook: Notebook, now: datetime) -> None:
    assert await invoicefiles.add(BATCH, [a_file(), a_file("F0BBBB0002"), a_file()], now) == 2
    assert await invoicefiles.add(OTHER, [a_file()], now) == 0

    first, second = await invoicefiles.of(BATCH)
    assert (first.source, second.source, first.open, first.found) == ("F0AAAA0001", "F0BBBB0002", True, None)
    assert await invoicefiles.of(OTHER) == []


async def test_a_file_that_is_over_may_be_given_again(notebook: Notebook, now: datetime) -> None:
    await invoicefiles.add(BATCH, [a_file()], now)
    (row,) = await invoicefiles.of(BATCH)
    await invoicefiles.dismissed([row.id], now)

    assert await invoicefiles.add(OTHER, [a_file()], now) == 1
    assert await invoicefiles.add(BATCH, [a_file()], now) == 0


async def test_what_a_check_found_is_kept_with_the_batch_it_belongs_to(notebook: Notebook, now: datetime) -> None:
    await invoicefiles.add(BATCH, [a_file(name="r\x00\ud800.pdf", wanted="MB7UWLD")], now)
    (row,) = await invoicefiles.of(BATCH)

    await found(row.id, OTHER, now=now)

    (moved,) = await invoicefiles.of(OTHER)
    assert await invoicefiles.of(BATCH) == []
    assert (moved.id, moved.digest, moved.order_id, moved.wanted) == (row.id, "d" * 64, "MB7UWLD", "MB7UWLD")
    assert moved.found == {"trouble": None}
    assert (moved.checked_at, moved.added_at) == (now, now)
    assert await invoicefiles.find(row.id) == moved
    await invoicefiles.check_again([row.id])
    (again,) = await invoicefiles.of(OTHER)
    assert (again.checked_at, again.found) == (None, None)


async def test_an_uploaded_file_is_never_put_aside_nor_checked_again(
    notebook: Notebook, now: datetime, later: Callable[[float], datetime]
) -> None:
    await invoicefiles.add(BATCH, [a_file()], now)
    (row,) = await invoicefiles.of(BATCH)
    await found(row.id, now=now)
    await invoicefiles.uploaded([row.id], now)
    await invoicefiles.uploaded([row.id], later(60))
    await invoicefiles.dismissed([row.id], later(60))
    await invoicefiles.check_again([row.id])

    (row,) = await invoicefiles.of(BATCH)
    assert (row.uploaded_at, row.dismissed_at, row.checked_at, row.open) == (now, None, now, False)


async def test_the_same_file_at_another_order_is_found_by_its_digest(notebook: Notebook, now: datetime) -> None:
    await invoicefiles.add(BATCH, [a_file(), a_file("F0BBBB0002")], now)
    first, second = await invoicefiles.of(BATCH)
    await found(first.id, order="MFIRST1", now=now)
    await found(second.id, order="MSECND2", now=now)

    assert await invoicefiles.uploaded_elsewhere("d" * 64, "MSECND2") is None
    await invoicefiles.uploaded([first.id], now)
    assert await invoicefiles.uploaded_elsewhere("d" * 64, "MSECND2") == "MFIRST1"
    assert await invoicefiles.uploaded_elsewhere("d" * 64, "MFIRST1") is None
    assert await invoicefiles.uploaded_elsewhere("e" * 64, "MSECND2") is None


async def test_files_dropped_soon_after_each_other_are_one_batch(
    notebook: Notebook, now: datetime, later: Callable[[float], datetime]
) -> None:
    join = invoicefiles.join
    await invoicefiles.add(OTHER, [a_file("F0CCCC0003", consented=True)], now)
    assert await join(BATCH, [a_file("F1")], now, since=now) == BATCH

    assert await join("invoices:main:3", [a_file("F2")], later(1), since=now) == BATCH
    assert [row.source for row in await invoicefiles.of(BATCH)] == ["F1", "F2"]
    late, ben = a_file("F3"), a_file("F4", given_by="U0BEN00001")
    elsewhere = a_file("F5", channel="C0SUPPORT1")
    assert await join("invoices:main:3", [late], later(200), since=later(100)) == "invoices:main:3"
    assert await join("invoices:main:4", [ben], later(2), since=now) == "invoices:main:4"
    assert await join("invoices:main:5", [elsewhere], later(2), since=now) == "invoices:main:5"


@pytest.mark.parametrize("over", [invoicefiles.uploaded, invoicefiles.dismissed])
async def test_files_dropped_after_the_earlier_ones_were_handled_are_a_batch_of_their_own(
    notebook: Notebook, now: datetime, over: Any
) -> None:
    await invoicefiles.join(BATCH, [a_file("F1"), a_file("F2")], now, since=now)
    row, _ = await invoicefiles.of(BATCH)
    await over([row.id], now)

    assert await invoicefiles.join(OTHER, [a_file("F3")], now, since=now) == OTHER


async def test_files_dropped_in_the_same_moment_are_one_batch(notebook: Notebook, now: datetime) -> None:
    drops = [(f"invoices:main:{number}", a_file(f"F{number}")) for number in range(12)]

    joined = await asyncio.gather(*(invoicefiles.join(batch, [file], now, since=now) for batch, file in drops))

    assert len(set(joined)) == 1
    assert len(await invoicefiles.of(joined[0])) == 12


async def test_sources_the_notebook_knows_are_told(notebook: Notebook, now: datetime) -> None:
    await invoicefiles.add(BATCH, [a_file("folder:a.pdf")], now)

    assert await invoicefiles.known_sources([]) == frozenset()
    assert await invoicefiles.known_sources(["folder:a.pdf", *(f"folder:{n}" for n in range(900))]) == {"folder:a.pdf"}


async def test_a_source_that_is_no_key_is_refused(notebook: Notebook, now: datetime) -> None:
    with pytest.raises(Unstorable):
        await invoicefiles.add(BATCH, [a_file("F" * 300)], now)


async def test_old_files_are_forgotten(notebook: Notebook, now: datetime, later: Callable[[float], datetime]) -> None:
    await invoicefiles.add(BATCH, [a_file()], now)
    await invoicefiles.add(OTHER, [a_file("F0BBBB0002")], later(60))

    assert await invoicefiles.forget_before(later(30)) == 1
    assert [len(await invoicefiles.of(batch)) for batch in (BATCH, OTHER)] == [0, 1]


# Reports

NAMES = {"account": "main", "slug": "sales-new.de"}


async def test_a_part_is_followed_from_asking_to_hanging(notebook: Notebook, now: datetime) -> None:
    await reports.asked(REPORT, "de", **NAMES, remote_id=11011, now=now)
    await reports.asked(REPORT, "de", **NAMES, remote_id=11012, now=now)
    await reports.read(REPORT, "de", {"rows": 3})
    await reports.sharing(REPORT, "de", **NAMES, file_name="a.csv", now=now)
    await reports.sharing(REPORT, PICTURE, **NAMES, file_name="a.png", now=now)
    await reports.shared(REPORT, "de", "F0AAAA0001")

    parts = await reports.of(REPORT)

    assert set(parts) == {"de", PICTURE}
    part = parts["de"]
    assert (part.remote_id, part.asked_at, part.summary, part.known) == (11012, now, {"rows": 3}, True)
    assert (part.file_name, part.sharing_at, part.file_id) == ("a.csv", now, "F0AAAA0001")
    assert (parts[PICTURE].file_id, parts[PICTURE].sharing_at) == (None, now)


async def test_a_part_that_will_never_be_says_why(notebook: Notebook, now: datetime) -> None:
    await reports.not_made(REPORT, "at", **NAMES, problem="It was not asked for.")
    await reports.asked(REPORT, "de", **NAMES, remote_id=1, now=now)
    await reports.not_made(REPORT, "de", **NAMES, problem="It failed.")

    parts = await reports.of(REPORT)
    assert {name: (part.problem, part.known) for name, part in parts.items()} == {
        "at": ("It was not asked for.", True),
        "de": ("It failed.", True),
    }


async def test_only_reports_that_are_over_are_counted_each_once(notebook: Notebook, now: datetime) -> None:
    await reports.asked(REPORT, "de", **NAMES, remote_id=1, now=now)
    await reports.asked(REPORT, "at", **NAMES, remote_id=2, now=now)
    await reports.asked(REPORT + "x", "de", **NAMES, remote_id=3, now=now)

    assert await reports.ended("main", "sales-new.de") == 0
    await reports.over(REPORT, now)
    assert await reports.ended("main", "sales-new.de") == 1
    assert await reports.ended("globex", "sales-new.de") == 0
    assert await reports.ended("main", "sales-new.at") == 0


async def test_reports_of_long_ago_are_forgotten(
    notebook: Notebook, now: datetime, later: Callable[[float], datetime]
) -> None:
    await reports.asked(REPORT, "de", **NAMES, remote_id=1, now=now)
    assert await reports.forget_before(later(60)) == 0
    await reports.over(REPORT, now)

    assert await reports.forget_before(later(60)) == 1
    assert await reports.of(REPORT) == {}
