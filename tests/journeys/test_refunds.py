"""Refunds from the button to the marketplace: in words first, within the price, a second one only with a colleague."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.store import audit
from sandbox.slack.person import Person
from tests.journeys.house import ROOT, House, running
from tests.journeys.test_orders import Bought, bought, opens, window

REASON = "Damaged on the way"


async def sent(house: House, storefront: str = "de") -> Bought:
    """Somebody's order of one piece, on its way."""
    it = await bought(house, storefront)
    house.market.world.send_unit(it.units[0].id, ["00340434161234567890"], "DHL")
    return it


async def asks(house: House, it: Bought, amount: str, person: Person | None = None, **more: Any) -> Any:
    """Fill in the first window and press Go on. The errors beside the fields, or None."""
    who = await opens(house, it, "Refund", "order.refund", person)
    await who.fills({"amount": amount, "reason": REASON, **more})
    return await who.submits()


async def refunds(house: House, it: Bought, amount: str, person: Person | None = None, **more: Any) -> None:
    """The whole way: the first window, the amount in words, and yes."""
    who = person or house.ana
    assert await asks(house, it, amount, who, **more) is None
    await window(house, who, "order.refund.sure")
    assert await who.submits() is None


def paid_back(house: House, it: Bought) -> list[int]:
    return [refund.amount for refund in house.market.world.order_unit(it.units[0].id)[1].refunds]


async def test_an_amount_is_said_in_words_and_goes_back_once(house: House) -> None:
    it = await sent(house)

    assert await asks(house, it, "4,50") is None
    await window(house, house.ana, "order.refund.sure")
    words = house.ana.modal.words
    assert "Four euros and fifty cents" in words
    assert "It cannot be taken back" in words
    assert paid_back(house, it) == []
    assert await house.ana.submits() is None

    assert await house.ended(it.key) == ["done"]
    assert paid_back(house, it) == [450]
    records = await audit.of_subject(it.key)
    assert [record.event for record in records if record.kind == "order.refund"] == ["taken", "sending", "done"]
    assert house.slack.complaints == []


@pytest.mark.parametrize("amount", ["-3", "0", "1.2.3", "٤٫٥٠", "4,505", "5 CZK", "1e3", "abc", "99999999"])
async def test_what_is_no_amount_within_the_price_is_said_beside_the_field(house: House, amount: str) -> None:
    it = await sent(house)

    errors = await asks(house, it, amount)

    assert errors
    assert list(errors) == ["amount"]
    assert paid_back(house, it) == []


async def test_the_whole_price_does_not_go_back_by_a_refund(house: House) -> None:
    it = await sent(house)
    price = it.units[0].price

    errors = await asks(house, it, f"{price / 100:.2f}")

    assert "At most" in errors["amount"]
    assert "by cancelling, or by accepting a return" in errors["amount"]


async def test_where_the_shop_allows_it_the_marketplace_decides_about_the_whole_price(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    roles = folder / "roles.yaml"
    shipped = roles.read_text("utf-8")
    assert "partial_refunds_only: on" in shipped
    roles.write_text(shipped.replace("partial_refunds_only: on", "partial_refunds_only: off"), "utf-8")
    async with running(tmp_path / "data", RULES_DIR=str(folder)) as house:
        it = await sent(house)
        price = it.units[0].price
        errors = await asks(house, it, f"{(price + 1) / 100:.2f}")
        assert "At most" in errors["amount"]

        await refunds(house, it, f"{price / 100:.2f}", house.slack.person("mira"))
        assert await house.ended(it.key) == ["refused"]
        (asked,) = [entry for entry in house.market.journal.entries if entry.path.endswith("/refund")]
        assert asked.body["amount"] == price
        assert paid_back(house, it) == []


async def test_a_czech_amount_needs_its_currency_and_is_said_again(house: House) -> None:
    it = await sent(house, "cz")

    assert "amount" in await asks(house, it, "45")
    await house.ana.fills({"amount": "45 CZK", "reason": REASON})
    assert await house.ana.submits() is None
    await window(house, house.ana, "order.refund.sure")
    assert "The marketplace speaks of euro cents, and this was sold in CZK" in house.ana.modal.words
    assert await house.ana.submits() is None
    await house.ended(it.key)

    assert paid_back(house, it) == [4500]


async def test_a_second_refund_needs_the_words_and_a_second_person(house: House) -> None:
    it = await sent(house)
    await refunds(house, it, "2.00")
    assert await house.ended(it.key) == ["done"]

    errors = await asks(house, it, "3.00", again="again")
    assert "additional refund" in errors["again"]
    await house.ana.fills({"amount": "3.00", "reason": REASON, "again": "additional refund"})
    assert await house.ana.submits() is None
    await window(house, house.ana, "order.refund.sure")
    assert "A colleague is asked first" in house.ana.modal.words
    assert await house.ana.submits() is None
    proposed = (await house.kontor.actions.of(it.key))[-1]
    assert proposed.proposed
    assert paid_back(house, it) == [200]
    card = await house.shown(proposed.id, "Refund 3.00 EUR")
    assert "three euros" in card.words.lower()

    said = await house.kontor.actions.approve(proposed.id, house.ana.id, house.kontor.people.home_team)
    assert said
    assert (await house.slack.person("mira").presses("orders", card, "Approve")).ok
    await house.ended(it.key)

    assert paid_back(house, it) == [200, 300]


async def test_what_kaufland_fulfils_has_no_refund(house: House) -> None:
    it = await bought(house, fulfillment="fulfilled_by_kaufland")
    house.market.world.order_unit(it.units[0].id)[1].status = "sent"
    from tests.journeys.test_orders import card_for

    assert "Refund" not in (await card_for(house, it)).labels


async def test_of_many_who_confirm_at_once_one_refund_goes_out(house: House) -> None:
    it = await sent(house)
    people = [house.slack.person(name) for name in ("ana", "ben", "mira", "tomas")]
    for person in people:
        assert await asks(house, it, "4.00", person) is None
        await window(house, person, "order.refund.sure")

    for person in people:
        await person.submits()
        for _ in range(3):
            await house.slack.outgoing.again(house.slack.outgoing.sent[-1])
    await house.ended(it.key)

    assert paid_back(house, it) == [400]


async def test_a_refund_whose_answer_is_lost_is_never_sent_again_and_put_before_a_person(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        it = await sent(house)
        house.market.faults.cut_after_execution(path="/refund", next=1)
        await refunds(house, it, "4.00")
        assert await house.ended(it.key) == ["needs_human"]
        (action,) = await house.kontor.actions.of(it.key)
        await house.restart()
        await house.quiet()

        assert paid_back(house, it) == [400]
        assert action.evidence is not None
        assert "which speaks for it" in action.evidence
        assert "look at the bookings in the seller portal" in action.evidence
        # It counts as paid: the unit is locked until somebody has looked.
        who = house.ben
        from tests.journeys.test_orders import card_for

        card = await card_for(house, it, who)
        assert "Please check." in card.words
        assert "Refund" not in card.labels or "at most" in card.words


async def test_a_refund_that_waits_longer_than_fifteen_minutes_is_not_sent(tmp_path: Path) -> None:
    from datetime import timedelta

    async with running(tmp_path, polls=False) as house:
        it = await sent(house)
        assert await asks(house, it, "4.00") is None
        await window(house, house.ana, "order.refund.sure")
        house.market.faults.down()
        assert await house.ana.submits() is None
        await house.until(lambda: house.kontor.actions.lanes.busy == 0)
        await house.pass_time(timedelta(minutes=16))
        house.market.faults.switch_off()

        assert await house.ended(it.key) == ["expired"]
        assert paid_back(house, it) == []
