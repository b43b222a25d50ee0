"""A notebook that was put back from an old backup, as people meet it: they are asked, and nothing goes out twice."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import build
from bot.cards.shipping import Shown
from bot.domain.currency import Money
from bot.money import Asked, refund_wish
from bot.store import lives, restoring
from tests.faults import checks
from tests.journeys.desk import writes_reply
from tests.journeys.house import House, hurry, open_ticket, running
from tests.journeys.test_orders import Bought, window
from tests.journeys.test_refunds import REASON, asks, paid_back, refunds, sent


@pytest.fixture(autouse=True)
def every_post_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here hours pass in less than the second in which posts count together."""
    monkeypatch.setattr(lives, "POSTS_SECONDS", 0.0)


def keep(folder: Path) -> None:
    (folder / "backup.db").unlink(missing_ok=True)
    with sqlite3.connect(folder / "data" / "kontor.db") as notebook:
        notebook.execute("VACUUM INTO ?", (str(folder / "backup.db"),))
    notebook.close()


async def put_back(house: House, folder: Path) -> None:
    """The bot ends, the backup becomes the notebook, two hours later the bot starts."""
    settings, now = house.kontor.settings, house.kontor.desk.now
    await house.kontor.stop()
    for old in (folder / "data").glob("kontor.db*"):
        old.unlink()
    (folder / "data" / "kontor.db").write_bytes((folder / "backup.db").read_bytes())
    await house.pass_time(timedelta(hours=2))
    house.kontor = await build(settings, now=now)
    hurry(house.kontor)
    await house.kontor.start(polls=False)
    await house.until(lambda: house.kontor.recall.done and house.kontor.people.home_team)
    await house.polled()


def place(folder: Path, **more: str) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite://{folder}/data/kontor.db", **more}


def said_to_buyers(house: House) -> list[str]:
    entries = house.market.journal.executed("POST", "/messages")
    return [str(entry.body) for entry in entries]


async def test_a_reply_that_went_out_meanwhile_is_asked_about_and_not_sent_again(tmp_path: Path) -> None:
    async with running(tmp_path / "data", **place(tmp_path, UNDO_SECONDS="20")) as house:
        ticket = open_ticket(house)
        assert await writes_reply(house, await house.shown(ticket.id), "Es kommt morgen.") is None
        keep(tmp_path)
        await house.pass_time(timedelta(seconds=30))
        assert await house.ended(f"ticket:main:{ticket.id}") == ["done"]
        await put_back(house, tmp_path)
        card = await house.shown(ticket.id, "Please check")
        words = card.words
        wrong = [*checks.threads(house), *checks.strays(house)]
        said = said_to_buyers(house)
        await house.ana.presses("support", card, "It was done")
        states = await house.ended(f"ticket:main:{ticket.id}")

    assert "The notebook was restored from a backup" in words
    assert "not sent again by itself" in words
    assert len(said) == 1
    assert wrong == []
    assert states == ["done"]


async def test_what_was_taken_back_meanwhile_is_not_sent_after_all(tmp_path: Path) -> None:
    async with running(tmp_path / "data", **place(tmp_path, UNDO_SECONDS="20")) as house:
        ticket = open_ticket(house)
        assert await writes_reply(house, await house.shown(ticket.id), "Es kommt morgen.") is None
        keep(tmp_path)
        (action,) = await house.kontor.actions.of(f"ticket:main:{ticket.id}")
        home = house.kontor.people.home_team
        assert await house.kontor.actions.withdraw(action.id, house.ana.id, home) == ""
        await put_back(house, tmp_path)
        await house.shown(ticket.id, "Please check")
        said = said_to_buyers(house)

    assert said == []


async def test_a_ticket_of_that_time_keeps_its_card_and_its_thread(tmp_path: Path) -> None:
    async with running(tmp_path / "data", polls=False, **place(tmp_path)) as house:
        before = open_ticket(house, "Alt")
        await house.polled()
        await house.shown(before.id)
        keep(tmp_path)
        during = open_ticket(house, "Neu")
        house.market.world.buyer_writes(before.id, "Noch etwas")
        await house.polled()
        cards = [(await house.shown(ticket.id)).ts for ticket in (before, during)]
        await house.until(lambda: not [*checks.threads(house)])
        await put_back(house, tmp_path)
        house.market.world.buyer_writes(during.id, "Und noch etwas")
        await house.polled()
        await house.shown(during.id, "Und noch etwas")
        await house.until(lambda: not [*checks.threads(house)])
        after = [(await house.shown(ticket.id)).ts for ticket in (before, during)]
        told = [message.words for message in house.cards("kontor-ops") if "It knows nothing" in message.words]
        status = await house.kontor.health.status_text()

    assert after == cards
    assert len(told) == 1
    assert "restored from a backup at" in status


async def test_a_refund_of_that_time_is_not_paid_a_second_time_unseen(tmp_path: Path) -> None:
    async with running(tmp_path / "data", polls=False, **place(tmp_path)) as house:
        it = await sent(house)
        keep(tmp_path)
        await refunds(house, it, "2.00")
        assert await house.ended(it.key) == ["done"]
        await put_back(house, tmp_path)
        errors = await asks(house, it, "3.00")
        warned = house.ana.modal.words
        await house.ana.fills({"amount": "3.00", "reason": REASON, "again": "additional refund"})
        assert await house.ana.submits() is None
        await window(house, house.ana, "order.refund.sure")
        assert "A colleague is asked first" in house.ana.modal.words
        assert await house.ana.submits() is None
        (proposed,) = await house.kontor.actions.of(it.key)
        paid = paid_back(house, it)
        card = await house.shown(proposed.id, "may have been forgotten")
        assert (await house.slack.person("mira").presses("orders", card, "Approve")).ok
        await house.ended(it.key)
        paid_in_the_end = paid_back(house, it)

    assert "additional refund" in errors["again"]
    assert "refunds between" in warned
    assert proposed.proposed
    assert paid == [200]
    assert paid_in_the_end == [200, 300]


async def wished(house: House, it: Bought) -> str:
    """A refund by somebody whose window was opened before anybody knew of a restore."""
    unit = await house.kontor.desk.market("main").fetch_order_unit(it.units[0].id)
    shown = Shown(unit.id, unit.version, unit.price, "Wasserkocher")
    home = house.kontor.people.home_team or ""
    asked = Asked(shown, Money(150, "EUR"), "defect", house.ana.id, home, f"view:{it.key}")
    assert await house.kontor.actions.take(refund_wish(it.key, asked, ())) == ""
    await house.ended(it.key)
    (action,) = await house.kontor.actions.of(it.key)
    return f"{action.state}: {action.sentence}"


async def test_a_refund_that_nobody_was_warned_about_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path / "data", polls=False, **place(tmp_path)) as house:
        older = await sent(house)
        await restoring.found_by_hand(house.kontor.desk.now())
        await house.pass_time(timedelta(minutes=1))
        newer = await sent(house)
        refused, done = await wished(house, older), await wished(house, newer)
        paid = paid_back(house, older)

    assert refused.startswith("refused: The notebook was restored from a backup: refunds between")
    assert paid == []
    assert done == "done: None"
