"""Orders as people work on them: looking, sending, cancelling, releasing, revealing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import actions as action_rows
from bot.store import audit
from sandbox.slack.channels import Message
from sandbox.slack.person import Person
from tests.journeys.house import House, running
from tests.journeys.test_approvals import home_known


@dataclass
class Bought:
    order: Any
    units: list[Any]

    @property
    def key(self) -> str:
        return f"order:main:{self.order.id}"


async def bought(house: House, storefront: str = "de", **how: Any) -> Bought:
    await home_known(house)
    order = house.market.world.place_order(storefront, **how)
    return Bought(order, house.market.world.units_of(order))


async def card_for(house: House, it: Bought, person: Person | None = None) -> Message:
    """The card a person gets who types `/order …`."""
    who = person or house.ana
    known = {message.ts for message in who.sees("orders")}
    await who.types(f"/order {it.order.id}", "orders")
    return await house.until(
        lambda: next(
            (m for m in who.sees("orders") if m.only_for and m.ts not in known and it.order.id in m.words), None
        )
    )


async def window(house: House, person: Person, callback: str) -> None:
    await house.until(lambda: person.modal and person.modal.callback_id == callback)


async def opens(house: House, it: Bought, button: str, callback: str, person: Person | None = None) -> Person:
    who = person or house.ana
    card = await card_for(house, it, who)
    await who.presses("orders", card, button)
    await window(house, who, callback)
    return who


def status(house: House, it: Bought, n: int = 0) -> str:
    return str(house.market.world.order_unit(it.units[n].id)[1].status)


def executed(house: House, method: str, ending: str) -> int:
    return len(house.market.journal.executed(method, ending))


# Looking


async def test_an_order_is_shown_with_everything_that_can_be_done(house: House) -> None:
    it = await bought(house, pieces=2)
    card = await card_for(house, it)

    assert "2 units" in card.words
    assert card.labels == ["Mark as sent", "Refund", "Cancel", "More"]
    assert house.slack.complaints == []


async def test_more_shows_its_units_ticket_return_and_a_masked_buyer(house: House) -> None:
    it = await bought(house)
    world = house.market.world
    world.send_unit(it.units[0].id, ["0034123456789"], "DHL")
    world.parcel_delivered(it.units[0].id)
    ticket = world.open_ticket(it.units, "Wo ist es?")
    item = world.start_return(it.units[0])
    await house.shown(ticket.id)
    who = await opens(house, it, "More", "order.page")
    words = who.modal.words

    assert f"ticket {ticket.id}" in words
    assert f"return {item.id}" in words
    assert "delivery" in words
    address = it.order.buyer.address
    assert address.last_name not in words
    assert address.street not in words
    assert address.city not in words
    assert house.slack.complaints == []


async def test_revealing_shows_the_address_to_who_asked_and_is_noted(house: House) -> None:
    it = await bought(house)
    who = await opens(house, it, "More", "order.page")

    await who.clicks("Reveal")
    await house.until(lambda: it.order.buyer.address.street in who.modal.words)

    (record,) = [r for r in await audit.of_subject(it.key) if r.event == "revealed"]
    assert (record.actor, record.kind) == (who.id, "buyer.reveal")
    assert it.order.buyer.address.last_name not in str(record)
    assert house.slack.complaints == []


async def test_who_may_not_reveal_sees_no_address(house: House) -> None:
    it = await bought(house)
    who = await opens(house, it, "More", "order.page")
    house.slack.users["ana"].deactivated = True
    house.kontor.people.forget()

    await who.clicks("Reveal")
    await house.until(lambda: "deactivated" in who.modal.words)

    assert it.order.buyer.address.street not in who.modal.words
    assert [r.event for r in await audit.of_subject(it.key)] == ["denied"]


@pytest.mark.parametrize("line", ["/order", "/order help", "/order !!"])
async def test_the_command_says_how_it_is_used(house: House, line: str) -> None:
    await home_known(house)
    await house.ana.types(line, "orders")

    told = await house.until(lambda: [m for m in house.ana.sees("orders") if m.only_for])
    assert "Use `/order MB7UWLD`" in told[-1].words


# Sending


async def test_units_are_marked_as_sent_with_several_parcels(house: House) -> None:
    it = await bought(house, pieces=2)
    who = await opens(house, it, "Mark as sent", "order.send")

    await who.fills({"carrier": "DHL", "numbers": "00340434161234567890\n00340434161234567891"})
    assert await who.submits() is None
    await house.ended(it.key)

    assert [status(house, it, n) for n in (0, 1)] == ["sent", "sent"]
    parcels = house.market.world.order_unit(it.units[0].id)[1].parcels
    assert [parcel.tracking_number for parcel in parcels] == ["00340434161234567890", "00340434161234567891"]
    assert house.slack.complaints == []


async def test_a_unit_of_another_order_is_not_sent_with_this_one(house: House) -> None:
    it, other = await bought(house), await bought(house)
    who = await opens(house, it, "Mark as sent", "order.send")
    mine, foreign = (str(each.units[0].id) for each in (it, other))
    body = json.dumps(who.modal.body)
    assert mine in body
    who.modal.body.update(json.loads(body.replace(mine, foreign)))

    await who.fills({"carrier": "DHL", "numbers": "00340434161234567890"})
    await who.submits()

    assert await house.ended(it.key) == ["refused"]
    assert executed(house, "PATCH", "/send") == 0


async def test_other_goes_without_a_number_and_no_other_carrier_does(house: House) -> None:
    it = await bought(house)
    who = await opens(house, it, "Mark as sent", "order.send")

    await who.fills({"carrier": "DHL"})
    assert "needs a tracking number" in (await who.submits() or {})["numbers"]
    await who.fills({"carrier": "Other"})
    assert await who.submits() is None

    assert await house.ended(it.key) == ["done"]
    assert executed(house, "PATCH", "/send") == 1


async def test_a_number_that_looks_wrong_is_asked_about_once(house: House) -> None:
    it = await bought(house)
    who = await opens(house, it, "Mark as sent", "order.send")

    await who.fills({"carrier": "DHL", "numbers": "12345"})
    assert await who.submits() is None
    await house.until(lambda: who.modal and "does not look like a number of this carrier" in who.modal.words)
    assert executed(house, "PATCH", "/send") == 0
    assert await who.submits() is None

    assert await house.ended(it.key) == ["done"]
    assert house.market.world.order_unit(it.units[0].id)[1].parcels[0].tracking_number == "12345"
    assert house.slack.complaints == []


@pytest.mark.parametrize("numbers", ["0034 !!", "<b>1234567</b>", "ü1234567"])
async def test_what_is_no_tracking_number_stays_here(house: House, numbers: str) -> None:
    it = await bought(house)
    who = await opens(house, it, "Mark as sent", "order.send")

    await who.fills({"carrier": "DHL", "numbers": numbers})

    assert "is no tracking number" in (await who.submits() or {})["numbers"]
    assert executed(house, "PATCH", "/send") == 0


async def test_a_carrier_the_marketplace_does_not_know_any_more_is_never_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = await bought(house)
    who = await opens(house, it, "Mark as sent", "order.send")
    await who.fills({"carrier": "DHL", "numbers": "00340434161234567890"})
    monkeypatch.setattr("sandbox.market.api.orders.CARRIERS", ("Other", "GLS"))

    assert await who.submits() is None

    assert await house.ended(it.key) == ["refused"]
    assert [entry for entry in house.market.journal.entries if entry.path.endswith("/send")] == []


async def test_one_more_parcel_is_added_to_what_was_sent(house: House) -> None:
    it = await bought(house)
    house.market.world.send_unit(it.units[0].id, ["00340434161234567890"], "DHL")
    who = await opens(house, it, "Add a parcel", "order.ship")

    await who.fills({"carrier": "GLS", "numbers": "12345678901"})
    assert await who.submits() is None
    assert await house.ended(it.key) == ["done"]

    parcels = house.market.world.order_unit(it.units[0].id)[1].parcels
    assert [(parcel.carrier, parcel.tracking_number) for parcel in parcels][1:] == [("GLS", "12345678901")]


async def test_a_unit_is_released_for_sending(house: House) -> None:
    it = await bought(house, released=False, pieces=2)
    card = await card_for(house, it)

    await house.ana.presses("orders", card, "Release for sending")
    await house.until(lambda: status(house, it, 1) == "need_to_be_sent")

    assert await house.ended(it.key) == ["done", "done"]
    assert house.ana.confirms[-1].answered


async def test_the_answer_to_sending_was_lost_and_the_state_proves_it(house: House) -> None:
    it = await bought(house)
    house.market.faults.cut_after_execution(path="/send", next=1)
    who = await opens(house, it, "Mark as sent", "order.send")
    await who.fills({"carrier": "DHL", "numbers": "00340434161234567890"})

    assert await who.submits() is None

    assert await house.ended(it.key) == ["done"]
    assert executed(house, "PATCH", "/send") == 1


# Cancelling


async def test_cancelling_says_what_it_costs_before_it_happens(house: House) -> None:
    for _ in range(4):
        await bought(house)
    it = await bought(house, pieces=2)
    who = await opens(house, it, "Cancel", "order.cancel")

    assert "Your cancellation rate this month" in who.modal.words
    assert "gets the whole price back" in who.modal.words
    await who.fills({"reason": "Out of stock"})
    assert await who.submits() is None
    assert await house.ended(it.key) == ["done", "done"]

    assert [status(house, it, n) for n in (0, 1)] == ["cancelled", "cancelled"]
    assert house.slack.complaints == []


async def test_when_the_month_cannot_be_counted_the_rule_is_told(house: House) -> None:
    it = await bought(house)
    house.market.faults.error(500, path="/order-units")

    who = await opens(house, it, "Cancel", "order.cancel")

    assert "Less than 1 %" in who.modal.words


async def test_what_was_sent_meanwhile_is_not_cancelled(house: House) -> None:
    it = await bought(house)
    who = await opens(house, it, "Cancel", "order.cancel")
    await who.fills({"reason": "Out of stock"})
    house.market.world.send_unit(it.units[0].id, ["00340434161234567890"], "DHL")

    assert await who.submits() is None
    assert await house.ended(it.key) == ["refused"]

    told = await house.until(
        lambda: [m.words for m in who.sees("orders") if m.only_for and "Nothing was sent" in m.words]
    )
    assert "was to be sent, now it is sent" in told[-1]
    assert executed(house, "PATCH", "/cancel") == 0


async def test_of_two_who_cancel_at_once_one_does(house: House) -> None:
    it = await bought(house)
    for person in (house.ana, house.ben):
        await opens(house, it, "Cancel", "order.cancel", person)
        await person.fills({"reason": "Out of stock"})

    errors = [await house.ana.submits(), await house.ben.submits()]
    await house.ended(it.key)

    assert executed(house, "PATCH", "/cancel") == 1
    assert sum(error is None for error in errors) == 1


async def test_what_kaufland_fulfils_has_no_buttons_but_more(house: House) -> None:
    it = await bought(house, fulfillment="fulfilled_by_kaufland")

    assert (await card_for(house, it)).labels == ["More"]


async def test_a_window_that_is_too_old_sends_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        it = await bought(house)
        who = await opens(house, it, "Cancel", "order.cancel")
        await who.fills({"reason": "Out of stock"})
        await house.pass_time(timedelta(minutes=16))

        assert "too old" in (await who.submits() or {})["reason"]
        assert await action_rows.for_subject(it.key) == []


# By rule


RULES = """\
fallback: "#kontor-ops"
rules:
  - name: Orders
    when: {kind: order}
    channel: "#orders"
    mention: "@support-leads"
    order_new: {new}
    late_to_send: 1 day
  - name: Rest
    channel: "#support"
"""


def rules(folder: Path, new: str) -> Path:
    shipped = Path(__file__).parents[2] / "rules"
    folder.mkdir()
    for file in shipped.glob("*.yaml"):
        (folder / file.name).write_text(file.read_text("utf-8"))
    (folder / "routing.yaml").write_text(RULES.replace("{new}", new))
    return folder


async def test_a_new_order_gets_a_card_where_a_rule_wants_it(tmp_path: Path) -> None:
    async with running(tmp_path / "data", RULES_DIR=str(rules(tmp_path / "rules", "on"))) as house:
        it = await bought(house)

        card = await house.shown(it.order.id, "to be sent")

        assert "Mark as sent" in card.labels


async def test_what_is_still_to_be_sent_is_told_when_its_time_runs_out_and_when_it_is_over(tmp_path: Path) -> None:
    async with running(tmp_path / "data", polls=False, RULES_DIR=str(rules(tmp_path / "rules", "off"))) as house:
        it = await bought(house)
        await house.polled()
        assert house.card(it.order.id) is None
        expires = it.units[0].delivery_expires
        await house.pass_time(expires - timedelta(hours=23) - house.market.world.clock.now())
        card = await house.shown(it.order.id, "Not sent yet")
        await house.until(lambda: house.slack.channels["orders"].replies(card.ts))
        await house.polled()

        assert "support-leads" in card.words or "subteam" in str(card.blocks)
        assert len(house.slack.channels["orders"].replies(card.ts)) == 1
        await house.pass_time(timedelta(hours=24))
        await house.polled()
        await house.until(lambda: len(house.slack.channels["orders"].replies(card.ts)) == 2)
        assert "delivery time is over" in house.slack.channels["orders"].replies(card.ts)[-1].words
        house.market.world.send_unit(it.units[0].id, ["00340434161234567890"], "DHL")
        await house.polled()
        assert "Not sent yet" not in (await house.shown(it.order.id, "sent")).words
