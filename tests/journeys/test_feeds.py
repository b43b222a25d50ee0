"""Feeds on their way: given, checked, published at a click, fetched by the marketplace, followed to the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.domain.feedkinds import KINDS, template
from bot.store import actions as action_rows
from bot.store import feeds, subjects
from sandbox.slack.channels import Message
from sandbox.slack.person import Person
from tests.journeys.house import ROOT, House, running
from tests.journeys.papers import rules
from tests.journeys.test_approvals import home_known


def offers_of(house: House, storefront: str = "de") -> list[Any]:
    return [offer for offer in house.market.world.shop().offers if offer.storefront == storefront]


def commands(house: House, amount: int, count: int = 2) -> bytes:
    """Inventory commands that set the pieces of the first offers."""
    lines = [
        f"UPSERT;{offer.product.eans[0]};100;{offer.listing_price};EUR;;{offer.id_offer};;{amount};;;;;2"
        for offer in offers_of(house)[:count]
    ]
    return "\r\n".join([*lines, ""]).encode()


async def gives(house: House, content: bytes, kind: str, person: Person | None = None, name: str = "f.csv") -> Message:
    """Give a file in the window of /feed; its card, once it was checked."""
    who = person or house.ana
    await home_known(house)
    await who.types("/feed", "support")
    await house.until(lambda: who.modal and who.modal.callback_id == "feed.give")
    await who.fills({"file": [(name, content)], "kind": kind, "place": "Germany"})
    assert await who.submits() is None

    def checked() -> Message | None:
        cards = [card for card in house.cards("support") if "Given by" in card.words]
        return cards[-1] if cards and "being checked" not in cards[-1].words else None

    return await house.until(checked, seconds=30)  # type: ignore[return-value]


async def follows(house: House, card: Message, words: str) -> None:
    """Let time pass until the card says `words`."""
    for _ in range(60):
        if words in card.words:
            return
        await house.pass_time(timedelta(minutes=1))
        await house.kontor.looks.sweep()
        await house.quiet()
    raise AssertionError(card.words)


async def row_of(card: Message) -> feeds.FeedRow:
    (row,) = await feeds.latest(1)
    return row


async def test_commands_are_checked_published_fetched_and_done(house: House) -> None:
    card = await gives(house, commands(house, 37), "Inventory commands")
    assert "2 rows, no errors" in card.words
    assert card.labels == ["Import", "Discard"]
    assert len(house.market.journal.executed("POST", "/import-files")) == 0

    await house.ana.presses("support", card, "Import")
    row = await row_of(card)
    assert await house.ended(row.key) == ["done"]
    await follows(house, card, "is imported")

    assert {offer.amount for offer in offers_of(house)[:2]} == {37}
    assert len(house.market.journal.executed("POST", "/import-files")) == 1
    assert house.slack.complaints == []


async def test_the_published_file_is_for_whoever_knows_the_address_and_gone_afterwards(house: House) -> None:
    content = commands(house, 38)
    card = await gives(house, content, "Inventory commands")
    await house.ana.presses("support", card, "Import")
    row = await row_of(card)
    await house.ended(row.key)
    token = (await row_of(card)).token
    assert token
    assert len(token) == 32

    async with httpx.AsyncClient() as stranger:
        address = f"{house.url}/feeds/{token}.csv"
        whole = await stranger.get(address)
        assert (whole.status_code, whole.content) == (200, content)
        assert whole.headers["cache-control"] == "no-store"
        assert (await stranger.head(address)).headers["content-length"] == str(len(content))
        part = await stranger.get(address, headers={"Range": "bytes=0-5"})
        assert (part.status_code, part.content) == (206, content[:6])
        assert (await stranger.get(f"{house.url}/feeds/{'x' * 32}.csv")).status_code == 404
        assert (await stranger.get(f"{house.url}/feeds/..%2f..%2fkontor.csv")).status_code == 404
        assert (await stranger.get(f"{address}/")).status_code == 404
        await follows(house, card, "is imported")
        assert (await stranger.get(address)).status_code == 404


async def test_a_whole_feed_says_first_what_it_would_remove(house: House) -> None:
    offers = offers_of(house)
    header = "ean;condition;price;currency;id_offer;count;handling_time"
    line = f"{offers[0].product.eans[0]};100;{offers[0].listing_price};EUR;{offers[0].id_offer};5;1"

    card = await gives(house, f"{header}\r\n{line}\r\n".encode(), "Inventory feed")

    assert f"would remove {len(offers) - 1} of {len(offers)} offers" in card.words
    assert len(offers_of(house)) == len(offers)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\x1f\x8bzip", "compressed"),
        ("EAN;x\r\n".encode("utf-16"), "UTF-16"),
        (b"hello\r\nworld\r\n", ""),
    ],
)
async def test_what_is_no_feed_is_told_and_nothing_is_offered(house: House, content: bytes, said: str) -> None:
    card = await gives(house, content, "Inventory commands")

    assert said in card.words
    assert "Import" not in card.labels
    assert house.market.journal.executed("POST", "/import-files") == []


async def test_errors_are_told_with_their_lines_and_all_of_them_as_a_file(house: House) -> None:
    broken = commands(house, 3) + b"UPSERT;4,00638E+12;100;4999;EUR;;SKU-1;;7;;;;;2\r\n"

    card = await gives(house, broken, "Inventory commands")

    assert "line 3" in card.words
    thread = await house.until(lambda: house.slack.channels["support"].replies(card.ts))
    assert "problems.csv" in str(thread[-1].wire())


async def test_a_lost_answer_starts_no_second_import(house: House) -> None:
    card = await gives(house, commands(house, 39), "Inventory commands")
    house.market.faults.cut_after_execution(methods=("POST",), path="/import-files", next=1)

    await house.ana.presses("support", card, "Import")
    row = await row_of(card)

    assert await house.ended(row.key) == ["done"]
    assert (await row_of(card)).import_id
    assert len(house.market.journal.executed("POST", "/import-files")) == 1
    await house.ben.presses("support", card, "Import") if "Import" in card.labels else None
    assert len(house.market.journal.executed("POST", "/import-files")) == 1


async def test_a_restart_in_the_middle_forgets_nothing(house: House) -> None:
    card = await gives(house, commands(house, 40), "Inventory commands")
    await house.ana.presses("support", card, "Import")
    await house.ended((await row_of(card)).key)
    # The marketplace fetches the file two seconds later, and gives up on one that nobody serves at that moment.
    (file,) = house.market.world.shops["main"].imports
    await house.until(lambda: file.status not in {"NEW", "DOWNLOADING"})
    await house.restart()
    assert file.status not in {"IMPORTED", "DOWNLOADING_FAILED"}

    await follows(house, card, "is imported")

    assert {offer.amount for offer in offers_of(house)[:2]} == {40}
    assert len(house.market.journal.executed("POST", "/import-files")) == 1


async def unfetched(house: House) -> Message:
    """The card of a file the marketplace did not get: nobody answered when it came for it."""
    world = house.market.world
    fetch = world.fetch
    world.fetch = lambda url, done, failed: failed("The file could not be downloaded (ConnectError)")
    card = await gives(house, commands(house, 42), "Inventory commands")
    await house.ana.presses("support", card, "Import")
    await house.ended((await row_of(card)).key)
    await follows(house, card, "could not be fetched")
    world.fetch = fetch
    return card


async def test_a_file_nobody_fetched_is_given_again_with_one_click_and_imported_with_another(house: House) -> None:
    card = await unfetched(house)
    assert card.labels == ["Give it again"]

    for person in (house.ana, house.ben):
        await person.presses("support", card, "Give it again") if card.labels else None

    def fresh() -> Message | None:
        cards = [each for each in house.cards("support") if "Import" in each.labels]
        return cards[0] if cards else None

    again = await house.until(fresh, seconds=30)
    assert again is not None
    assert again is not card
    assert len(await feeds.latest(5)) == 2
    await house.until(lambda: card.labels == [])
    assert len(house.market.journal.executed("POST", "/import-files")) == 1
    await house.ben.presses("support", again, "Import")
    await follows(house, again, "is imported")

    assert {offer.amount for offer in offers_of(house)[:2]} == {42}
    assert len(house.market.journal.executed("POST", "/import-files")) == 2
    assert house.slack.complaints == []


async def answered(house: House, line: str) -> Message:
    known = {message.ts for message in house.ana.sees("support")}
    await house.ana.types(line, "support")
    found = await house.until(
        lambda: next((m for m in house.ana.sees("support") if m.only_for and m.ts not in known), None)
    )
    assert found is not None
    return found


async def test_a_feed_is_found_by_its_own_number_and_by_that_of_its_import(house: House) -> None:
    card = await gives(house, commands(house, 43), "Inventory commands", name="bestand.csv")
    await house.ana.presses("support", card, "Import")
    row = await row_of(card)
    await house.ended(row.key)
    await follows(house, card, "is imported")
    row = await row_of(card)

    for word in (row.key.rpartition(":")[2], str(row.import_id)):
        said = await answered(house, f"/feed {word}")
        assert "bestand.csv" in said.words
        assert "is imported" in said.words
        assert "Its card" in said.words
    assert row.key.rpartition(":")[2] in (await answered(house, "/feed list")).words
    assert "There is no feed and no import 4711" in (await answered(house, "/feed 4711")).words


async def test_an_import_that_was_begun_elsewhere_is_shown_too(house: House) -> None:
    await home_known(house)
    seller = house.kontor.desk.market("main")
    file = await seller.start_import("order-command", "https://shop.example/orders.csv", None)

    said = await answered(house, f"/feed {file.id}")

    assert f"import {file.id}" in said.words
    assert "It was begun elsewhere" in said.words


async def test_discarded_is_never_published(house: House) -> None:
    card = await gives(house, commands(house, 41), "Inventory commands")

    await house.ana.presses("support", card, "Discard")
    await house.until(lambda: "Discarded" in card.words)

    assert card.labels == []
    assert "discarded" in await listed(house)


async def listed(house: House) -> str:
    return str((await answered(house, "/feed list")).words)


async def test_examples_of_each_kind_can_be_had(house: House) -> None:
    await home_known(house)
    await house.ana.types("/feed templates", "support")

    await house.until(
        lambda: sum("example-" in str(message.wire()) for message in house.slack.channels["support"].messages) == 4
    )
    assert "nothing" not in await listed(house)


async def test_product_data_is_followed_until_the_marketplace_has_worked_on_it(house: House) -> None:
    content = template(KINDS["product-data"]).encode()

    card = await gives(house, content, "Product data", name="daten.csv")
    assert "2 product texts in 2 languages" in card.words
    await house.ana.presses("support", card, "Import")
    assert await house.ended((await row_of(card)).key) == ["done"]
    await follows(house, card, "is imported")

    progress = (await row_of(card)).progress
    assert progress
    assert progress["afterwork_done"]


async def test_a_dropped_feed_is_recognised_and_asks_for_its_storefront(house: House) -> None:
    await home_known(house)
    await house.ana.drops("support", {"bestand.csv": commands(house, 12), "liste.csv": b"a;b\r\n1;2\r\n"})

    told = await house.until(
        lambda: next((m.words for m in house.ana.sees("support") if m.only_for and "looks like" in m.words), None)
    )
    assert "inventory commands" in told
    assert "bestand.csv" in told
    assert await feeds.latest(1) == ()


async def test_dropped_order_commands_are_checked_at_once(house: House) -> None:
    await home_known(house)
    content = b"MARK_UNIT_CANCELLED;314567896580918;NoInventory\r\n"
    await house.ana.drops("support", {"storno.csv": content})

    card = await house.until(
        lambda: next((card for card in house.cards("support") if "rder commands" in card.words), None)
    )
    await house.until(lambda: "1 cancelled" in card.words)
    assert card.labels == ["Import", "Discard"]
    assert house.slack.complaints == []


async def test_a_check_that_died_with_its_process_is_told(house: House) -> None:
    row = feeds.FeedRow(
        key="feed:main:0123456789ab",
        account="main",
        kind="inventory-command",
        storefront="de",
        name="f.csv",
        size=1,
        digest=None,
        user_id=house.ana.id,
        channel="C0SUPPORT1",
        at=house.market.world.clock.now(),
    )
    await feeds.add(row)
    await house.kontor.looks.mark([row.key])
    card = await house.until(
        lambda: next((card for card in house.cards("support") if "being checked" in card.words), None)
    )

    await house.pass_time(timedelta(minutes=11))
    await house.kontor.looks.sweep()
    await house.until(lambda: "was interrupted" in card.words)

    assert card.labels == []


async def test_a_feed_that_endangers_many_offers_waits_for_a_colleague(tmp_path: Path) -> None:
    text = (ROOT / "rules" / "roles.yaml").read_text("utf-8").replace("feed.import, count: 50", "feed.import, count: 1")
    async with running(tmp_path / "data", RULES_DIR=str(rules(tmp_path / "rules", roles=text))) as house:
        offers = offers_of(house)
        header = "ean;condition;price;currency;id_offer;count;handling_time"
        line = f"{offers[0].product.eans[0]};100;{offers[0].listing_price};EUR;{offers[0].id_offer};5;1"
        card = await gives(house, f"{header}\r\n{line}\r\n".encode(), "Inventory feed")

        await house.ana.presses("support", card, "Import")
        row = await row_of(card)
        await house.until(lambda: "Import" not in card.labels)

        assert [action.proposed for action in await action_rows.for_subject(row.key)] == [True]
        assert house.market.journal.executed("POST", "/import-files") == []
        assert len(offers_of(house)) == len(offers)
        assert house.slack.complaints == []


# By its address


async def asks_by_address(house: House, address: str) -> dict[str, str] | None:
    await home_known(house)
    await house.ana.types("/feed", "support")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "feed.give")
    await house.ana.fills({"address": address, "kind": "Inventory commands", "place": "Germany"})
    errors: dict[str, str] | None = await house.ana.submits()
    return errors


async def test_a_feed_comes_from_an_address_an_admin_allowed_and_from_no_other(tmp_path: Path) -> None:
    served: list[bytes] = []

    async def feed(_: web.Request) -> web.Response:
        return web.Response(body=served[0], content_type="text/csv")

    app = web.Application()
    app.add_routes([web.get("/bestand.csv", feed)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with running(tmp_path, FEED_ORIGINS=origin) as house:
        served.append(commands(house, 44))
        errors = await asks_by_address(house, "https://evil.test/bestand.csv")
        assert "not allowed" in (errors or {})["address"]
        await house.ana.fills({"address": f"{origin}/bestand.csv"})
        assert await house.ana.submits() is None
        await house.until(lambda: any("2 rows, no errors" in card.words for card in house.cards("support")), seconds=30)
        card = house.cards("support")[-1]
        assert "bestand.csv" in card.words
        await house.ana.presses("support", card, "Import")
        await follows(house, card, "is imported")

        assert {offer.amount for offer in offers_of(house)[:2]} == {44}
        assert house.slack.complaints == []
    await runner.cleanup()


async def test_an_address_that_gives_a_byte_at_a_time_is_told_on_the_card_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.addresses.FETCH_SECONDS", 1.0)

    async def slow(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/csv"})
        await answer.prepare(request)
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.05)

    app = web.Application()
    app.add_routes([web.get("/bestand.csv", slow)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with running(tmp_path, FEED_ORIGINS=origin) as house:
        assert await asks_by_address(house, f"{origin}/bestand.csv") is None
        await house.until(lambda: any("being checked" in card.words for card in house.cards("support")))
        card = house.cards("support")[-1]
        await house.until(lambda: "being checked" not in card.words)

        assert "127.0.0.1 gives the file too slowly" in card.words
        assert card.labels == []
        assert list(house.kontor.desk.feeds.folder.iterdir()) == []
        await gives(house, commands(house, 44), "Inventory commands")
        await house.until(lambda: any("2 rows, no errors" in card.words for card in house.cards("support")))
        assert house.slack.complaints == []
    await runner.cleanup()


async def test_where_no_place_is_allowed_nobody_is_asked_for_an_address(house: House) -> None:
    await home_known(house)
    await house.ana.types("/feed", "support")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "feed.give")

    assert "Or its address" not in house.ana.modal.words


async def test_an_import_the_marketplace_forgets_is_over_and_its_file_is_taken_down(house: House) -> None:
    card = await gives(house, commands(house, 38), "Inventory commands")
    house.market.faults.error(404, methods=("GET",), path="/import-files")
    await house.ana.presses("support", card, "Import")
    row = await row_of(card)
    assert await house.ended(row.key) == ["done"]

    await follows(house, card, "is not known to the marketplace any more")

    assert card.labels == []
    await house.until(lambda: "is starting" not in card.words)
    token = (await row_of(card)).token
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(f"{house.url}/feeds/{token}.csv")).status_code == 404
    found = await subjects.find(row.key)
    assert found is not None
    assert (found.closed, found.rest_reason) == (True, None)
    assert house.slack.complaints == []
