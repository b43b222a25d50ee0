"""Many offers from a file: checked, shown, sent batch by batch, told offer by offer, and taken back."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.domain import bulkplan
from bot.store import actions as action_rows
from bot.store import bulks
from sandbox.slack.channels import Message
from sandbox.slack.person import Person
from tests.journeys.house import House, after, running
from tests.journeys.papers import rules
from tests.journeys.test_approvals import home_known


def offers_of(house: House, storefront: str = "de") -> list[Any]:
    return [
        offer
        for offer in house.market.world.shop().offers
        if offer.storefront == storefront and offer.fulfillment == "fulfilled_by_merchant"
    ]


def change(house: House, offer: Any, **values: Any) -> None:
    """Somebody else changes an offer."""
    house.market.world.change_offer(house.market.world.shop(), offer, values)


def table(header: str, *rows: str) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def days(offers: list[Any], value: int) -> bytes:
    return table("id_unit;handling_time", *(f"{offer.id};{value}" for offer in offers))


async def gives(house: House, content: bytes, person: Person | None = None, name: str = "werte.csv") -> Message:
    """Give a table in the window of /stock bulk; its card, once it was checked."""
    who = person or house.ana
    await home_known(house)
    known = {card.ts for card in house.cards("support")}
    await who.types("/stock bulk", "support")
    await house.until(lambda: who.modal and who.modal.callback_id == "bulk.give")
    await who.fills({"file": [(name, content)], "place": "Germany"})
    assert await who.submits() is None

    def checked() -> Message | None:
        cards = [card for card in house.cards("support") if card.ts not in known and "Given by" in card.words]
        return cards[-1] if cards and "being checked" not in cards[-1].words else None

    return await house.until(checked, seconds=30)  # type: ignore[return-value]


async def presses_change(house: House, card: Message, person: Person | None = None) -> None:
    (label,) = [label for label in card.labels if label.startswith("Change")]
    await (person or house.ana).presses("support", card, label)


def key_of(card: Message) -> str:
    assert card.metadata is not None
    return str(card.metadata["event_payload"]["subject"])


def sheet(house: House, card: Message, name: str) -> list[list[str]] | None:
    """The rows of a file in the card's thread; None while it is not there."""
    for message in house.slack.channels["support"].replies(card.ts):
        for file in message.files:
            if file["name"] == name:
                content = house.slack.state.files[file["id"]].content
                return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    return None


async def files(house: House, card: Message, name: str) -> list[list[str]]:
    rows = await house.until(lambda: sheet(house, card, name))
    assert rows is not None
    return rows


def sent(house: House) -> list[Any]:
    return list(house.market.journal.executed("POST", "/units/bulk"))


async def states(card: Message) -> list[tuple[str, str]]:
    return [(action.kind, action.state) for action in await action_rows.for_subject(key_of(card))]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two offers a call, so that a few of them are several batches."""
    monkeypatch.setattr(bulkplan, "MOST_AT_ONCE", 2)


async def test_offers_are_changed_after_was_and_will_be_were_shown_and_the_undo_sheet_brings_them_back(
    house: House,
) -> None:
    first, second, third = offers_of(house)[:3]
    before = [(offer.listing_price, offer.amount, offer.handling_time) for offer in (first, second, third)]
    price = first.listing_price + first.listing_price // 20
    card = await gives(
        house,
        table(
            "id_unit;price;amount;handling_time",
            f"{first.id};{price // 100},{price % 100:02d} €;;",
            f"{second.id};;{second.amount + 3};",
            f"{third.id};;;{third.handling_time}",
        ),
    )
    assert "2 offers would change" in card.words
    assert "1 offer as wanted already" in card.words
    assert "→" in card.words
    assert card.labels == ["Change 2 offers", "Discard"]
    assert sent(house) == []

    await presses_change(house, card)
    await house.until(lambda: "2 offers changed" in card.words)

    assert (first.listing_price, second.amount) == (price, before[1][1] + 3)
    assert len(sent(house)) == 1
    assert await states(card) == [("unit.bulk", "done"), ("unit.part", "done")]
    assert [row[4] for row in (await files(house, card, "result.csv"))[1:]] == ["changed", "changed"]

    undo = await files(house, card, "undo.csv")
    again = await gives(house, "\r\n".join(";".join(row) for row in undo).encode(), name="undo.csv")
    await presses_change(house, again)
    await house.until(lambda: "2 offers changed" in again.words)

    assert [(offer.listing_price, offer.amount, offer.handling_time) for offer in (first, second, third)] == before
    assert house.slack.complaints == []


async def test_an_offer_the_marketplace_refuses_is_told_in_its_words_and_the_others_are_changed(house: House) -> None:
    first, second = offers_of(house)[:2]
    card = await gives(house, days([first, second], 9))
    # It goes between our last look at it and the call.
    market = house.kontor.desk.market("main")
    change_units = market.change_units

    async def and_one_is_gone(storefront: str, changes: Any) -> Any:
        house.market.world.delete_offer(house.market.world.shop(), second)
        return await change_units(storefront, changes)

    market.change_units = and_one_is_gone  # type: ignore[method-assign]
    await presses_change(house, card)
    await house.until(lambda: "1 offer refused" in card.words)

    assert first.handling_time == 9
    rows = await files(house, card, "result.csv")
    (refused,) = [row for row in rows if row[4] == "refused"]
    assert refused[1] == str(second.id)
    assert "Unit" in refused[5]
    assert refused[5] in card.words
    undo = await files(house, card, "undo.csv")
    assert [row[0] for row in undo] == ["id_unit", str(first.id)]


async def test_a_workbook_is_read_like_a_csv(house: House) -> None:
    offer = offers_of(house)[0]
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["id_offer", "price", "status"])
    book.active.append([offer.id_offer, (offer.listing_price + 1) / 100, "on hold"])
    content = io.BytesIO()
    book.save(content)
    before = offer.listing_price

    card = await gives(house, content.getvalue(), name="preise.xlsx")
    await presses_change(house, card)
    await house.until(lambda: "1 offer changed" in card.words)

    assert (offer.listing_price, offer.status) == (before + 1, "ONHOLD")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "no Excel workbook"),
        (b"sku;prise\r\nA;1\r\n", "did you mean 'price'?"),
        (b"sku;price\r\nNO-SUCH;1\r\nX;zwei\r\n", "line 2"),
    ],
)
async def test_a_wrong_file_says_why_and_nothing_is_offered(house: House, content: bytes, said: str) -> None:
    card = await gives(house, content)

    assert said in card.words
    assert card.labels == []
    assert sent(house) == []
    if "line" in said:
        assert [row[0] for row in await files(house, card, "problems.csv")] == ["line", "2", "3"]


async def test_an_offer_somebody_else_changed_since_the_check_is_left_alone_and_told(house: House) -> None:
    first, second = offers_of(house)[:2]
    card = await gives(house, days([first, second], 9))
    change(house, first, handling_time=5)

    await presses_change(house, card)
    await house.until(lambda: "1 offer changed by somebody else meanwhile" in card.words)

    assert (first.handling_time, second.handling_time) == (5, 9)
    assert "Changed meanwhile: handling_time" in card.words
    assert [row[0] for row in (await files(house, card, "undo.csv"))[1:]] == [str(second.id)]


async def test_a_lost_answer_is_read_back_and_nothing_is_sent_twice(house: House, small_batches: None) -> None:
    offers = offers_of(house)[:4]
    card = await gives(house, days(offers, 9))
    house.market.faults.cut_after_execution(methods=("POST",), path="/units/bulk", next=1)

    await presses_change(house, card)
    await house.until(lambda: "4 offers changed" in card.words)

    assert {offer.handling_time for offer in offers} == {9}
    assert len(sent(house)) == 2
    assert await states(card) == [("unit.bulk", "done"), ("unit.part", "done"), ("unit.part", "done")]
    assert len(await files(house, card, "undo.csv")) == 5


async def test_a_lost_answer_of_which_only_a_part_is_seen_is_told_offer_by_offer(house: House) -> None:
    first, second = offers_of(house)[:2]
    card = await gives(house, days([first, second], 9))
    market = house.kontor.desk.market("main")
    change_units = market.change_units

    async def and_one_is_gone(storefront: str, changes: Any) -> Any:
        house.market.world.delete_offer(house.market.world.shop(), second)
        return await change_units(storefront, changes)

    market.change_units = and_one_is_gone  # type: ignore[method-assign]
    house.market.faults.cut_after_execution(methods=("POST",), path="/units/bulk", next=1)
    await presses_change(house, card)
    await house.until(lambda: "1 offer unsure" in card.words)

    assert "1 offer changed" in card.words
    assert "look at the offer" in card.words
    assert [row[0] for row in (await files(house, card, "undo.csv"))[1:]] == [str(first.id), str(second.id)]
    assert len(sent(house)) == 1


async def test_a_batch_that_never_arrived_is_told_and_not_sent_again(house: House, small_batches: None) -> None:
    offers = offers_of(house)[:4]
    before = [offer.handling_time for offer in offers]
    card = await gives(house, days(offers, 9))
    house.market.faults.error(500, methods=("POST",), path="/units/bulk", next=1)

    await presses_change(house, card)
    await house.until(lambda: "2 offers changed" in card.words and "2 offers refused" in card.words)

    assert [offer.handling_time for offer in offers] == [*before[:2], 9, 9]
    assert "The answer was lost, and the offer is as it was." in card.words
    assert len(sent(house)) == 1


async def test_a_restart_between_batches_goes_on_with_those_not_sent(house: House, small_batches: None) -> None:
    offers = offers_of(house)[:6]
    card = await gives(house, days(offers, 9))
    house.market.faults.cut_after_execution(methods=("POST",), path="/units/bulk", next=1)
    house.kontor.actions.read_back_seconds = (600.0,)
    await presses_change(house, card)
    await house.until(lambda: len(sent(house)) == 1)
    assert [action.state for action in await action_rows.for_subject(key_of(card))] == ["done", "sending"]
    assert [offer.handling_time == 9 for offer in offers] == [True, True, False, False, False, False]

    await house.restart()
    await house.until(lambda: "6 offers changed" in card.words)

    assert {offer.handling_time for offer in offers} == {9}
    assert len(sent(house)) == 3


async def test_of_two_who_press_at_once_one_changes_the_offers(house: House) -> None:
    card = await gives(house, days(offers_of(house)[:2], 9))
    await asyncio.gather(presses_change(house, card), presses_change(house, card, house.ben))
    await house.until(lambda: "2 offers changed" in card.words)

    assert len(sent(house)) == 1
    assert [kind for kind, _ in await states(card)] == ["unit.bulk", "unit.part"]


async def test_what_was_discarded_is_offered_no_more(house: House) -> None:
    card = await gives(house, days(offers_of(house)[:2], 9))

    await house.ben.presses("support", card, "Discard")
    await house.until(lambda: "Discarded" in card.words)

    assert card.labels == []
    assert sent(house) == []


async def test_a_steep_price_waits_for_a_colleague_who_approves_the_whole(house: House, small_batches: None) -> None:
    offers = offers_of(house)[:3]
    prices = [offer.listing_price for offer in offers]
    rows = [f"{offer.id};{offer.listing_price * 2 / 100:.2f}" for offer in offers]
    card = await gives(house, table("id_unit;price", *rows))
    assert "+100 %" in card.words

    await presses_change(house, card)
    proposal = await house.until(lambda: next((m for m in house.cards("support") if "Approve" in m.labels), None))
    assert proposal is not None
    assert "Change 3 offers from werte.csv: price, prices by up to 100 %" in proposal.words
    assert [offer.listing_price for offer in offers] == prices
    await house.until(lambda: card.labels == [])

    await house.slack.person("mira").presses("support", proposal, "Approve")
    await house.until(lambda: "3 offers changed" in card.words)

    assert [offer.listing_price for offer in offers] == [price * 2 for price in prices]
    assert await states(card) == [("unit.bulk", "done"), ("unit.part", "done"), ("unit.part", "done")]
    assert house.slack.complaints == []


async def test_storefronts_that_share_pieces_are_changed_together(house: House) -> None:
    first = next(
        offer for offer in offers_of(house) if any(each.id_offer == offer.id_offer for each in offers_of(house, "at"))
    )
    second = next(each for each in offers_of(house, "at") if each.id_offer == first.id_offer)
    days_there = second.handling_time + 1
    content = table(
        "sku;storefront;amount;handling_time",
        f"{first.id_offer};de;{first.amount + 4};",
        f"{first.id_offer};at;{first.amount + 4};{days_there}",
    )
    wanted = first.amount + 4
    card = await gives(house, content)

    await presses_change(house, card)
    await house.until(lambda: "2 offers changed" in card.words)

    assert (first.amount, second.amount, second.handling_time) == (wanted, wanted, days_there)
    assert len(sent(house)) == 2


async def test_who_may_not_change_prices_may_not_from_a_file_either(tmp_path: Path) -> None:
    roles = """
roles:
  - name: Warehouse
    who: everybody
    may: [view, unit.stock, unit.bulk]
"""
    folder = rules(tmp_path / "rules", roles=roles)
    async with running(tmp_path / "data", RULES_DIR=str(folder)) as house:
        offer = offers_of(house)[0]
        before = offer.listing_price
        card = await gives(house, table("id_unit;price", f"{offer.id};{(before + 1) / 100:.2f}"))
        await presses_change(house, card)
        await house.until(lambda: [m for m in house.ana.sees("support", card) if "lets you change prices" in m.words])

        assert (offer.listing_price, await states(card)) == (before, [])

        stock = await gives(house, table("id_unit;amount", f"{offer.id};{offer.amount + 1}"))
        await presses_change(house, stock)
        await house.until(lambda: "1 offer changed" in stock.words)


async def test_rights_are_asked_again_when_a_colleague_has_said_yes(house: House) -> None:
    offer = offers_of(house)[0]
    before = offer.listing_price
    card = await gives(house, table("id_unit;price", f"{offer.id};{before * 2 / 100:.2f}"))
    await presses_change(house, card)
    proposal = await house.until(lambda: next((m for m in house.cards("support") if "Approve" in m.labels), None))
    assert proposal is not None
    book = house.kontor.actions.rights.book()
    agents, leads = book.roles
    without = tuple(grant for grant in agents.may if "unit.price" not in grant.kinds)
    house.kontor.actions.rights.book = lambda: replace(book, roles=(replace(agents, may=without), leads))

    await house.slack.person("mira").presses("support", proposal, "Approve")
    await house.until(lambda: [m for m in house.ana.sees("support", card) if "lets you change prices" in m.words])

    assert offer.listing_price == before
    assert await states(card) == [("unit.bulk", "refused")]


async def test_who_loses_the_right_stops_what_is_not_sent_yet(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bulkplan, "MOST_AT_ONCE", 2)
        folder = rules(tmp_path / "rules")
        async with running(tmp_path / "data", RULES_DIR=str(folder)) as house:
            offers = offers_of(house)[:4]
            card = await gives(house, days(offers, 9))
            market = house.kontor.desk.market("main")
            change_units = market.change_units

            async def and_the_right_is_gone(storefront: str, changes: Any) -> Any:
                answer = await change_units(storefront, changes)
                book = house.kontor.actions.rights.book()
                house.kontor.actions.rights.book = lambda: replace(book, roles=())
                return answer

            market.change_units = and_the_right_is_gone  # type: ignore[method-assign]
            await presses_change(house, card)
            await house.until(lambda: "2 offers not sent" in card.words)

            assert [offer.handling_time == 9 for offer in offers] == [True, True, False, False]
            assert len(sent(house)) == 1
            assert "None of your roles lets you change offers from a file" in card.words


async def test_what_stood_still_for_too_long_is_not_sent_late(house: House) -> None:
    offers = offers_of(house)[:2]
    card = await gives(house, days(offers, 9))
    before = [offer.handling_time for offer in offers]
    # As after a long interruption between the click and the first batch.
    await bulks.begin(key_of(card), house.ana.id, "T0KONTOR01", after(house, -1000))

    await house.kontor.desk.marks.mark([key_of(card)], urgent=True)
    await house.until(lambda: "2 offers not sent" in card.words)

    assert "interrupted for too long" in card.words
    assert [offer.handling_time for offer in offers] == before
    assert sent(house) == []
    assert {row[4] for row in (await files(house, card, "result.csv"))[1:]} == {"not sent"}


async def test_a_batch_the_marketplace_refuses_as_a_whole_ends_it(house: House, small_batches: None) -> None:
    offers = offers_of(house)[:6]
    before = [offer.handling_time for offer in offers]
    card = await gives(house, days(offers, 9))
    house.market.faults.error(400, methods=("POST",), path="/units/bulk", next=1)

    await presses_change(house, card)
    await house.until(lambda: "2 offers refused" in card.words and "4 offers not sent" in card.words)

    assert [offer.handling_time for offer in offers] == before
    assert await states(card) == [("unit.bulk", "done"), ("unit.part", "refused")]
    assert "The batch before was not sent" in card.words
    assert "undo.csv" not in card.words
    assert await files(house, card, "result.csv")
    assert sheet(house, card, "undo.csv") is None
