"""Files that are far larger than any invoice: refused in words, before they fill the memory, whatever was announced."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.slack.files import OnDisk
from tests.journeys.house import House, running
from tests.journeys.papers import rules, sent_order, uploaded
from tests.journeys.test_approvals import home_known
from tests.journeys.test_invoices import card_saying, gives

MEGABYTE = 1024 * 1024
LARGE = 200 * MEGABYTE
# What the rules allow an invoice.
MOST = 10 * MEGABYTE


def large_pdf(folder: Path, name: str = "large.pdf") -> Path:
    """A file of that size that takes no room on the disk, with the head of a PDF."""
    path = folder / name
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(LARGE)
    return path


@contextmanager
def little_memory() -> Iterator[None]:
    """Nobody in this process holds more than a few times what an invoice may have."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4 * MOST


async def test_a_large_pdf_is_refused_by_its_announced_size_and_never_asked_for(house: House, tmp_path: Path) -> None:
    order, content = sent_order(house), OnDisk(large_pdf(tmp_path))

    with little_memory():
        await house.ana.drops("orders", {f"{order.id}.pdf": content})
        await card_saying(house, f"order {order.id}", "has 200 MB; an invoice may have 10 MB")

    assert content.handed_out == 0
    assert uploaded(house, order) == []
    assert house.slack.complaints == []


async def test_a_large_pdf_that_names_no_order_is_told_to_its_owner_alone(house: House, tmp_path: Path) -> None:
    content = OnDisk(large_pdf(tmp_path))
    await home_known(house)

    await house.ana.drops("orders", {"katalog.pdf": content})
    (told,) = await house.until(lambda: [each for each in house.ana.sees("orders") if each.only_for])

    assert "katalog.pdf has 200 MB; an invoice may have 10 MB. I did not look for an order in it" in told.words
    assert content.handed_out == 0


@pytest.mark.parametrize("way", ["dropped", "in the window"])
async def test_a_large_pdf_whose_announced_size_lies_is_read_to_the_cap_and_no_further(
    house: House, tmp_path: Path, way: str
) -> None:
    order, content = sent_order(house), OnDisk(large_pdf(tmp_path), announced=MEGABYTE)

    with little_memory():
        if way == "dropped":
            await house.ana.drops("orders", {f"{order.id}.pdf": content})
        else:
            assert await gives(house, [("r.pdf", content)], order.id) is None  # type: ignore[list-item]
        card = await card_saying(house, f"order {order.id}", "is too large: at most 10 MB")

    # What lies in the buffers between Slack and us comes on top.
    assert MOST < content.handed_out < 3 * MOST
    assert "Check again" in card.labels
    assert uploaded(house, order) == []
    assert house.slack.complaints == []


async def test_a_large_pdf_in_the_folder_is_put_aside_unread(tmp_path: Path) -> None:
    folder = tmp_path / "invoices"
    folder.mkdir()
    owned = rules(tmp_path / "rules", invoices='channel: "#orders"\nfolder: {owner: U0ANA00001}\n')
    async with running(tmp_path / "data", RULES_DIR=str(owned), INVOICE_DIR=str(folder)) as house:
        order = sent_order(house)
        with little_memory():
            large_pdf(tmp_path, f"{order.id}.pdf").rename(folder / f"{order.id}.pdf")
            await card_saying(house, f"order {order.id}", "has 200 MB; an invoice may have 10 MB")
            told = await house.until(lambda: list((folder / "failed").glob("*.txt")))

        assert "200 MB" in told[0].read_text()
        assert uploaded(house, order) == []
