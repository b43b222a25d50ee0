"""A ticket's way: it comes to Slack by itself, is answered and closed from there, and its card stays true."""

from __future__ import annotations

from tests.journeys.house import House, open_ticket


async def test_a_new_ticket_hangs_in_its_channel_with_the_buyers_words_in_its_thread(house: House) -> None:
    ticket = open_ticket(house, "Wo bleibt mein Paket?")

    card = await house.shown(ticket.id, "Your turn")
    thread = await house.until(lambda: house.slack.channels["support"].replies(card.ts))

    assert "Wo bleibt mein Paket?" in card.words
    assert "Wo bleibt mein Paket?" in thread[0].words
    assert card.labels == ["Reply", "Claim", "Close", "More"]


async def test_a_reply_reaches_the_customer_and_the_thread_says_who_sent_it(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)

    await house.ana.presses("support", card, "Reply")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "ticket.reply")
    await house.ana.fills({"reply": "Guten Tag, Ihr Paket kommt morgen."})
    assert await house.ana.submits() is None

    await house.until(lambda: any(m.role == "seller" for m in house.market.world.ticket(ticket.id)[1].messages))
    await house.shown(ticket.id, "The buyer's turn")
    replies = await house.until(lambda: house.slack.channels["support"].replies(card.ts)[1:])
    assert "Ihr Paket kommt morgen" in replies[0].words
    assert house.ana.id in replies[0].text
    assert len(house.market.journal.executed("POST", "/messages")) == 1
