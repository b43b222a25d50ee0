"""The promises of the house, each as somebody would notice that it was broken."""

from __future__ import annotations

import asyncio
import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import actions as action_rows
from bot.store import subjects
from sandbox.slack.channels import Message
from tests.journeys.house import House, open_ticket, running


async def replies_to(house: House, card: Message, text: str, person: Any = None) -> dict[str, str] | None:
    """Press Reply, write `text`, press Send. The errors shown beside the field, or None."""
    who = person or house.ana
    await who.presses("support", card, "Reply")
    await house.until(lambda: who.modal and who.modal.callback_id == "ticket.reply")
    await who.fills({"reply": text})
    errors: dict[str, str] | None = await who.submits()
    return errors


def written(house: House, ticket: Any) -> list[str]:
    """What the customer got from the seller."""
    return [message.text for message in house.market.world.ticket(ticket.id)[1].messages if message.role == "seller"]


async def arrived_return(house: House, **fields: Any) -> Any:
    world = house.market.world
    unit = world.units_of(world.place_order("de"))[0]
    world.send_unit(unit.id, ["0034123456789"], "DHL")
    world.parcel_delivered(unit.id)
    item = world.start_return(unit, **fields)
    world.parcel_sent(item.id)
    world.parcel_arrives(item.id)
    return item


# 1. Nothing is lost that we took


async def test_a_push_is_not_taken_while_the_notebook_cannot_commit_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.until(lambda: house.market.world.shop().subscriptions)
    item = await arrived_return(house)
    await house.shown(item.id)

    async def broken(push: object) -> list[str]:
        raise OSError("disk full")

    monkeypatch.setattr(house.kontor.together, "add", broken)
    told = {"event_name": "return_new", "resource": f"/returns/{item.id}/", "id_message": "f" * 32, "storefront": "de"}
    refused = await house.market.pushes.say("main", f"{house.url}/market/main/push", told)
    monkeypatch.undo()
    taken = await house.market.pushes.say("main", f"{house.url}/market/main/push", told)

    assert (refused, taken) == (503, 204)


async def test_a_click_is_only_acknowledged_once_its_action_is_in_the_notebook(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)

    async def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(action_rows, "take", broken)
    await house.ana.presses("support", card, "Close")

    assert [banner.where for banner in house.ana.banners] == ["button"]
    assert house.market.world.ticket(ticket.id)[1].status == "opened"


# 2. Every action at most once


async def test_a_reply_whose_answer_is_lost_is_found_at_the_marketplace_and_not_sent_again(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    house.market.faults.cut_after_execution(path="/messages", next=1)

    assert await replies_to(house, card, "Ihr Paket kommt morgen.") is None
    await house.shown(ticket.id, "The buyer's turn")
    await house.quiet()

    assert written(house, ticket) == ["Ihr Paket kommt morgen."]
    assert await action_rows.needs_human() == []


async def test_a_reply_nobody_can_find_again_is_put_before_a_person_with_the_evidence(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    house.market.faults.error(502, path="/messages", next=1)

    assert await replies_to(house, card, "Ihr Paket kommt morgen.") is None
    asked = await house.shown(ticket.id, "Please check.")

    assert "The answer was lost at" in asked.words
    assert asked.labels == ["It was done", "It was not done", "Claim", "More"]
    assert written(house, ticket) == []
    await house.ana.presses("support", asked, "It was not done")
    whole = ["Reply", "Claim", "Close", "More"]
    again = await house.until(lambda: next((c for c in [house.card(ticket.id)] if c and c.labels == whole), None))
    assert await replies_to(house, again, "Ihr Paket kommt morgen.") is None
    await house.shown(ticket.id, "The buyer's turn")
    assert written(house, ticket) == ["Ihr Paket kommt morgen."]


async def test_fifty_clicks_on_accept_are_one_decision(house: House) -> None:
    item = await arrived_return(house)
    card = await house.shown(item.id, "arrived")
    seen = copy.deepcopy(card)

    await asyncio.gather(*(person.presses("returns", seen, "Accept") for person in [house.ana, house.ben] * 25))
    await house.shown(item.id, "accepted")
    await house.quiet()

    assert len(house.market.journal.executed("PATCH", "/accept")) == 1
    asked = [entry for entry in house.market.journal.entries if entry.path.endswith("/accept")]
    assert len(asked) == 1


# 3. A card never shows a guess, and nobody acts on an old one


async def test_a_click_on_a_card_that_is_no_longer_true_sends_nothing_and_says_so(house: House) -> None:
    ticket = open_ticket(house)
    seen = copy.deepcopy(await house.shown(ticket.id))
    house.market.world.buyer_writes(ticket.id, "Es hat sich erledigt, danke.")
    await house.shown(ticket.id, "erledigt")

    await house.ana.presses("support", seen, "Close")
    told = await house.until(lambda: [m for m in house.ana.sees("support", seen) if m.only_for])

    assert "The buyer wrote meanwhile" in told[-1].words
    assert house.market.world.ticket(ticket.id)[1].status == "opened"
    assert house.market.journal.executed("PATCH", "/close") == []


async def test_the_card_of_a_return_is_drawn_from_what_the_marketplace_says_after_a_refused_decision(
    house: House,
) -> None:
    item = await arrived_return(house)
    seen = copy.deepcopy(await house.shown(item.id, "arrived"))
    unit = house.market.world.units_of_return(item.id)[0]
    house.market.world.reject(unit, "Gebraucht zurückgeschickt")
    await house.shown(item.id, "rejected")

    await house.ana.presses("returns", seen, "Accept")
    await house.quiet()

    card = await house.shown(item.id, "rejected")
    assert "accepted" not in card.words
    assert house.market.journal.executed("PATCH", "/accept") == []


# 4. One card per subject


@pytest.mark.parametrize("how", ["drop", "internal_error", "fatal_error"])
async def test_a_card_whose_post_lost_its_answer_is_found_again_and_not_posted_twice(house: House, how: Any) -> None:
    house.slack.faults.cut(how, method="chat.postMessage", next=1)
    ticket = open_ticket(house)

    card = await house.shown(ticket.id, "Your turn")
    await house.until(lambda: house.slack.channels["support"].replies(card.ts))
    await house.quiet()

    assert len(house.cards("support")) == 1


async def test_a_card_whose_update_lost_its_answer_is_drawn_again_even_to_look_as_before(house: House) -> None:
    """Slack shows the claim, the notebook does not know: taking it back is no return to what the notebook knows."""
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    house.slack.faults.cut(method="chat.update", next=1)
    await house.ana.presses("support", card, "Claim")
    await house.until(lambda: "Release" in card.labels)
    house.slack.faults.down(method="chat.update")
    await house.ana.presses("support", card, "Release")
    await house.quiet()
    house.slack.faults.mend()

    await house.until(lambda: "Claim" in card.labels)


async def test_a_thread_entry_whose_post_lost_its_answer_stands_once_and_in_its_place(house: House) -> None:
    ticket = open_ticket(house, "Erstens")
    card = await house.shown(ticket.id)
    await house.until(lambda: house.slack.channels["support"].replies(card.ts))
    house.slack.faults.cut(method="chat.postMessage", next=1)
    house.market.world.buyer_writes(ticket.id, "Zweitens")
    house.market.world.buyer_writes(ticket.id, "Drittens")

    await house.until(lambda: len(house.slack.channels["support"].replies(card.ts)) >= 3)
    await house.quiet()

    texts = [entry.words for entry in house.slack.channels["support"].replies(card.ts)]
    assert [word for text in texts for word in ("Erstens", "Zweitens", "Drittens") if word in text] == [
        "Erstens",
        "Zweitens",
        "Drittens",
    ]


async def test_a_card_somebody_deleted_is_posted_once_more_with_its_whole_thread(house: House) -> None:
    ticket = open_ticket(house, "Wo bleibt es?")
    card = await house.shown(ticket.id)
    await house.until(lambda: house.slack.channels["support"].replies(card.ts))
    house.slack.channels["support"].drop(card.ts)
    house.market.world.buyer_writes(ticket.id, "Hallo?")

    new = await house.shown(ticket.id, "Hallo?")
    thread = await house.until(
        lambda: found if len(found := house.slack.channels["support"].replies(new.ts)) == 2 else None
    )

    assert new.ts != card.ts
    assert "Wo bleibt es?" in thread[0].words


async def test_an_hour_without_slack_ends_as_one_current_card_for_each_subject(house: House) -> None:
    house.slack.faults.down()
    tickets = [open_ticket(house, f"Frage {number}") for number in range(12)]
    await asyncio.sleep(0.5)
    for ticket in tickets:
        house.market.world.buyer_writes(ticket.id, "Noch eine Frage")
    house.slack.faults.mend()

    for ticket in tickets:
        await house.shown(ticket.id, "Noch eine Frage", seconds=40)
    await house.quiet()
    assert len(house.cards("support")) == len(tickets)


# 5. Who may do what


@pytest.mark.parametrize(
    ("name", "words"),
    [("gust", "Guests can read"), ("olga", "other organisations")],
)
async def test_whoever_may_not_act_is_told_so_and_nothing_is_sent(house: House, name: str, words: str) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    house.slack.joins(name, "support")
    person = house.slack.person(name)

    await person.presses("support", card, "Close")
    told = await house.until(lambda: [message for message in person.sees("support", card) if message.only_for])

    assert words in told[-1].words
    assert house.market.journal.executed("PATCH", "/close") == []


async def test_a_right_is_asked_for_again_when_the_action_is_executed(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    house.market.faults.down()
    await house.ana.presses("support", card, "Close")
    await house.until(lambda: house.kontor.actions.lanes.busy == 0)
    house.slack.users["ana"].deactivated = True
    house.kontor.people.forget()
    house.market.faults.switch_off()

    assert await house.ended(f"ticket:main:{ticket.id}") == ["refused"]
    assert house.market.journal.executed("PATCH", "/close") == []


# 6. Buyer text is hostile


HOSTILE = [
    "<!channel> <!here> <@U0ANA00001> <https://evil.test|Refund here>",
    "*bold* _it_ ~no~ `code` :tada: > quote\n>>> more",
    "{{ config }} {% for x in y %} {0} %s ${HOME}",
    "\u202egnp.exe\u202c \u200b\u2066x\u2069",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_buyer_writes_is_shown_as_it_is_and_does_nothing(house: House, text: str) -> None:
    ticket = open_ticket(house, text)
    card = await house.shown(ticket.id)
    thread = await house.until(lambda: house.slack.channels["support"].replies(card.ts))

    for message in (card, *thread):
        assert "<!channel>" not in message.text
        assert "<https://evil" not in message.text
        assert "\u202e" not in str(message.blocks)
        for block in message.blocks:
            if block["type"] in {"section", "context"}:
                assert "evil" not in str(block)
    assert house.slack.complaints == []


# 8. One bad subject never blocks the others


@pytest.mark.parametrize("poison", ["surrogate", "unknown_enum", "missing_field", "bad_date", "huge_text", "gone"])
async def test_a_spoiled_ticket_rests_or_is_shown_and_its_neighbours_flow(house: House, poison: str) -> None:
    bad = open_ticket(house, "verdorben")
    house.market.faults.poison(poison, bad.id)
    await house.kontor.looks.mark([f"ticket:main:{bad.id}"])
    good = [open_ticket(house, f"gut {number}") for number in range(3)]

    for ticket in good:
        await house.shown(ticket.id, "gut")

    async def ended() -> bool:
        row = await subjects.find(f"ticket:main:{bad.id}")
        return house.card(bad.id) is not None or (row is not None and (row.tries != 0 or row.rest_reason is not None))

    for _ in range(500):
        if await ended():
            break
        await asyncio.sleep(0.02)
    assert await ended()


# 9. Two agents never both answer


async def test_of_two_agents_who_send_at_the_same_time_one_answers_and_the_other_is_told(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    for person, text in ((house.ana, "Antwort von Ana"), (house.ben, "Antwort von Ben")):
        await person.presses("support", card, "Reply")
        await house.until(lambda person=person: person.modal and person.modal.callback_id == "ticket.reply")
        await person.fills({"reply": text})

    errors = await asyncio.gather(house.ana.submits(), house.ben.submits())
    await house.until(lambda: written(house, ticket))
    await house.quiet()

    assert len(written(house, ticket)) == 1
    loser = next(error for error in errors if error)
    assert "was faster" in loser["reply"]
    assert sum(error is None for error in errors) == 1


async def test_a_reply_is_held_back_when_a_colleague_answered_in_the_portal_meanwhile(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await house.ana.presses("support", card, "Reply")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "ticket.reply")
    await house.ana.fills({"reply": "Zu spät"})
    house.market.world.seller_message(ticket.id, "Aus dem Portal beantwortet")

    assert await house.ana.submits() is None
    told = await house.until(lambda: [m for m in house.ana.sees("support", card) if m.only_for])

    assert "A colleague wrote meanwhile" in told[-1].words
    assert told[-1].labels == ["Send anyway", "Edit"]
    assert written(house, ticket) == ["Aus dem Portal beantwortet"]


# 10. The bot comes back by itself


async def test_a_subscription_the_marketplace_switched_off_is_switched_on_again(house: House) -> None:
    shop = house.market.world.shop()
    active = await house.until(lambda: [each for each in shop.subscriptions if each.active])
    active[0].active = False

    await house.until(lambda: active[0].active)


async def test_a_subscription_put_right_lately_waits_and_keeps_no_other_waiting(house: House) -> None:
    shop, watch = house.market.world.shop(), house.kontor.watches[0]
    await house.until(lambda: shop.subscriptions and not watch.inactive)
    lately, other = list(shop.subscriptions)[:2]
    lately.active = False
    await house.until(lambda: lately.active)
    lately.active = other.active = False

    await house.until(lambda: other.active)
    assert not lately.active


async def test_returns_whose_pushes_were_all_lost_are_found_by_the_poll(house: House) -> None:
    await house.until(lambda: house.market.world.shop().subscriptions)
    house.market.faults.lose_pushes()

    item = await arrived_return(house)
    await house.shown(item.id, "arrived")


async def test_time_alone_makes_a_card_say_that_it_is_overdue(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        ticket = open_ticket(house)
        await house.polled()
        await house.shown(ticket.id, "First answer due")

        await house.pass_time(timedelta(days=6))

        await house.shown(ticket.id, "overdue since")
