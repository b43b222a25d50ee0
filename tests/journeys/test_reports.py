"""Reports: asked for in a window, followed, and hung where they were asked for, with a chart; or told why not."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.cards.reports import Part
from bot.domain.report import KINDS
from bot.features.reports import Progress
from bot.store import subjects
from sandbox.market import Account
from sandbox.market.imports import COMMAND, PRODUCTS
from sandbox.slack.channels import Message
from tests.journeys.house import House, running
from tests.journeys.papers import sent_order
from tests.journeys.test_approvals import home_known
from tests.journeys.test_feeds import follows, gives

BY_WINDOW = [code for code, kind in KINDS.items() if not kind.of_import]


async def asks(house: House, word: str, values: dict[str, Any] | None = None) -> dict[str, str] | None:
    """Type /report, fill in the window, press Ask for it. The errors beside the fields, or None."""
    await home_known(house)
    await house.ana.types(f"/report {word}", "support")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "report.ask")
    if values:
        await house.ana.fills(values)
    errors: dict[str, str] | None = await house.ana.submits()
    return errors


async def card_of(house: House, title: str) -> Message:
    return await house.until(  # type: ignore[return-value]
        lambda: next((card for card in house.cards("support") if title in card.words), None)
    )


async def made(house: House, card: Message, done: Any) -> None:
    """Let the marketplace make it, and the bot look."""
    for _ in range(20):
        if done():
            return
        await house.pass_time(timedelta(minutes=2))
        await house.kontor.looks.sweep()
        await house.quiet()
    raise AssertionError(card.words)


def files_below(house: House, card: Message) -> list[str]:
    return [str(message.wire()) for message in house.slack.channels["support"].replies(card.ts)]


@pytest.mark.parametrize("code", BY_WINDOW)
async def test_every_report_comes_as_a_file_below_its_card(house: House, code: str) -> None:
    for _ in range(3):
        sent_order(house)

    assert await asks(house, code, {"storefronts": "Germany"}) is None
    card = await card_of(house, KINDS[code].title)
    await made(house, card, lambda: any(".csv" in file for file in files_below(house, card)))

    assert f"<@{house.ana.id}>" in card.words
    assert len(house.market.journal.executed("POST", "/reports/")) == 1
    assert house.slack.complaints == []


async def test_sales_come_with_a_chart(house: House) -> None:
    for _ in range(5):
        sent_order(house)
    today = house.market.world.clock.now().date()
    days = {"first": (today - timedelta(days=6)).isoformat(), "last": today.isoformat()}

    assert await asks(house, "sales", {"storefronts": "Germany", **days}) is None
    card = await card_of(house, "Sales")
    await made(house, card, lambda: any(".png" in file for file in files_below(house, card)))
    await made(house, card, lambda: any(block["type"] == "image" for block in card.blocks))


async def test_asking_twice_for_the_same_is_one_report(house: House) -> None:
    assert await asks(house, "account-listing", {"storefronts": "Germany"}) is None
    await card_of(house, "Offers")

    errors = await asks(house, "account-listing", {"storefronts": "Germany"})

    assert errors
    assert len(house.market.journal.executed("POST", "/reports/")) == 1


async def test_a_lost_answer_asks_no_second_time(house: House) -> None:
    house.market.faults.cut_after_execution(methods=("POST",), path="/reports", next=1)

    assert await asks(house, "account-listing", {"storefronts": "Germany"}) is None
    card = await card_of(house, "Offers")
    await made(house, card, lambda: any(".csv" in file for file in files_below(house, card)))

    assert len(house.market.journal.executed("POST", "/reports/")) == 1


@pytest.mark.parametrize(
    "values",
    [{"first": "2026-11-20", "last": "2026-11-10"}, {"first": "2090-01-01", "last": "2090-01-02"}],
)
async def test_days_that_make_no_sense_are_said_beside_their_field(house: House, values: dict[str, str]) -> None:
    errors = await asks(house, "sales", values)

    assert errors
    assert set(errors) <= {"first", "last"}
    assert house.market.journal.executed("POST", "/reports/") == []


async def test_an_unknown_report_is_said(house: House) -> None:
    await home_known(house)
    await house.ana.types("/report xylophon", "support")

    said = await house.until(
        lambda: next((m.words for m in house.ana.sees("support") if m.only_for and "is no report" in m.words), None)
    )
    assert "/report" in said


# What a report can be instead of a table


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("foreign_report", "is not the marketplace's"),
        ("failed_report", "could not make it (failed). Ask again."),
        ("huge_report", "is too large"),
    ],
)
async def test_a_report_that_cannot_be_had_is_said_in_words(house: House, fault: str, words: str) -> None:
    house.market.faults.spoil_report(fault)

    assert await asks(house, "account-listing", {"storefronts": "Germany"}) is None
    card = await card_of(house, "Offers")
    await made(house, card, lambda: words in card.words)

    assert not any(".csv" in file for file in files_below(house, card))
    assert "Ask again" in card.words or "Ask again" in card.labels
    assert house.slack.complaints == []


async def test_a_report_that_never_finishes_is_given_up_after_a_day(house: House) -> None:
    house.market.faults.spoil_report("endless_report")
    assert await asks(house, "account-listing", {"storefronts": "Germany"}) is None
    card = await card_of(house, "Offers")

    for _ in range(8):
        await house.pass_time(timedelta(minutes=10))
        await house.kontor.looks.sweep()
        await house.quiet()
    await house.until(lambda: "It takes longer than usual; I keep looking." in card.words)
    for _ in range(30):
        await house.pass_time(timedelta(hours=1))
        await house.kontor.looks.sweep()
        await house.quiet()

    await house.until(lambda: "has not made it in 24 hours" in card.words)
    assert len(house.market.journal.executed("POST", "/reports/")) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [("strange_columns", "The report has no column I know for prices"), ("strange_encoding", "*3* units · 3 orders")],
)
async def test_other_columns_and_encodings_break_nothing(house: House, fault: str, words: str) -> None:
    for _ in range(3):
        sent_order(house)
    house.market.faults.spoil_report(fault)
    today = house.market.world.clock.now().date().isoformat()

    assert await asks(house, "sales", {"storefronts": "Germany", "first": today, "last": today}) is None
    card = await card_of(house, "Sales")
    await made(house, card, lambda: any(".csv" in file for file in files_below(house, card)))

    assert words in card.words
    assert house.slack.complaints == []


async def test_a_lost_answer_is_not_taken_for_a_report_about_other_causes(house: House) -> None:
    """Two people ask for cancellations: one for all of them, one for ours. Each gets their own."""
    assert await asks(house, "cancellations", {"storefronts": "Germany", "cause": "All cancellations"}) is None
    await card_of(house, "Cancellations")
    await house.until(lambda: len(house.market.journal.executed("POST", "/reports/")) == 1)
    house.market.faults.error(500, methods=("POST",), path="/reports", next=1)
    assert await asks(house, "cancellations", {"storefronts": "Germany", "cause": "Only those we caused"}) is None
    card = await card_of(house, "caused by us")

    # The marketplace executed nothing: that it lists the other one proves nothing.
    await made(house, card, lambda: "did not take it" in card.words)
    asked = house.market.journal.executed("POST", "/reports/")
    assert ["cancellation_type=all" in entry.query for entry in asked] == [True]


async def test_files_that_are_too_much_to_keep_are_fetched_again_when_they_are_shared(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.features.reports.MOST_KEPT", 0)

    assert await asks(house, "account-listing", {"storefronts": "All storefronts"}) is None
    card = await card_of(house, "Offers")
    await made(house, card, lambda: sum(".csv" in file for file in files_below(house, card)) == 3)

    progress = Progress(Part("de"), content=b"ab")
    assert (progress.within(2), progress.within(1)) == (progress, Progress(Part("de")))
    assert house.slack.complaints == []


async def test_what_slack_never_takes_is_given_up_after_a_day(house: House) -> None:
    sent_order(house)
    house.slack.faults.answers("file_uploads_disabled", method="files.getUploadURLExternal")
    today = house.market.world.clock.now().date().isoformat()
    assert await asks(house, "sales", {"storefronts": "Germany", "first": today, "last": today}) is None
    card = await card_of(house, "Sales")
    await made(house, card, lambda: "could not be put into Slack" in card.words)
    assert card.metadata is not None
    key = card.metadata["event_payload"]["subject"]

    for _ in range(14):
        await house.pass_time(timedelta(hours=2))
        for _ in range(3):
            await house.kontor.looks.sweep()
            await house.quiet()

    row = await subjects.find(key)
    assert row is not None
    assert row.closed
    assert files_below(house, card) == []


# What was wrong in a product file


WITHOUT_DESCRIPTION = b"""\
ean;locale;category;title;description;manufacturer;picture
4006381333931;de-DE;Textmarker;Textmarker gelb;;Muster;https://img.shop.test/1.jpg
4006381333931;cs-CZ;Zv\xc3\xbdraz\xc5\x88ova\xc4\x8de;Zv\xc3\xbdraz\xc5\x88ova\xc4\x8d;;Muster;https://img.shop.test/1.jpg
"""


async def imported(house: House, content: bytes) -> int:
    """Give product data in the window of /feed, import it to its end; the number the card names."""
    card = await gives(house, content, "Product data", name="daten.csv")
    await house.ana.presses("support", card, "Import")
    await follows(house, card, "is imported")
    found = re.search(r"import (\d+)", card.words)
    assert found, card.words
    return int(found[1])


async def errors_shown(house: House, card: Message, number: int) -> None:
    """The card of the report about this import, its file and what it comes to."""
    await made(house, card, lambda: any(".csv" in file for file in files_below(house, card)))

    asked = house.market.journal.executed("POST", "/reports/")[-1]
    assert asked.body == {"id_file_import": number}
    assert f"import {number}" in card.words
    assert "*2* rows" in card.words
    assert "2 description must be given" in card.words
    assert f"product-data-import-file-errors_{asked.told['data']['id_report']}.csv" in files_below(house, card)[-1]
    assert house.slack.complaints == []


async def test_the_errors_of_a_product_file_come_by_themselves_and_again_when_asked_for(house: House) -> None:
    number = await imported(house, WITHOUT_DESCRIPTION)
    await errors_shown(house, await card_of(house, "Errors of an import"), number)
    assert len(house.market.journal.executed("POST", "/reports/")) == 1

    assert await asks(house, "product-data-import-file-errors", {"import_id": str(number)}) is None
    cards = await house.until(
        lambda: (found := [card for card in house.cards("support") if "Errors of" in card.words])[1:] and found
    )
    await errors_shown(house, cards[-1], number)
    assert len(house.market.journal.executed("POST", "/reports/")) == 2


async def test_the_errors_of_an_import_begun_elsewhere_can_be_asked_for(house: House) -> None:
    world = house.market.world
    file = world.create_import(world.shops["main"], PRODUCTS, "", "https://shop.test/daten.csv")
    file.problems = ((2, "description must be given"), (3, "description must be given"))
    world.set_import_status(file, "DONE")

    assert await asks(house, "product-data-import-file-errors", {"import_id": f" {file.id} "}) is None
    await errors_shown(house, await card_of(house, "Errors of an import"), file.id)


async def test_errors_that_lie_on_a_foreign_host_are_told_and_nobody_there_is_asked(house: House) -> None:
    asked: list[str] = []

    async def errors(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        return web.Response(text="line;error\n2;anything\n", content_type="text/csv")

    app = web.Application()
    app.add_routes([web.get("/errors.csv", errors)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    number = await imported(house, WITHOUT_DESCRIPTION)
    card = await card_of(house, "Errors of an import")
    (report,) = await house.until(lambda: list(house.market.world.shop().reports))
    report.elsewhere = f"http://127.0.0.1:{runner.addresses[0][1]}/errors.csv"

    await made(house, card, lambda: "is not the marketplace's" in card.words)
    await runner.cleanup()

    assert f"import {number}" in card.words
    assert "MARKET_FILE_HOSTS" in card.words
    assert files_below(house, card) == []
    assert asked == []
    assert house.slack.complaints == []


async def test_errors_that_are_too_many_to_fetch_are_told(house: House) -> None:
    house.market.faults.spoil_report("huge_report")
    await imported(house, WITHOUT_DESCRIPTION)
    card = await card_of(house, "Errors of an import")

    await made(house, card, lambda: "is too large" in card.words)

    assert files_below(house, card) == []
    assert "Ask again" in card.words or "Ask again" in card.labels
    assert house.slack.complaints == []


@pytest.mark.parametrize("number", ["12x", "4,5", "-1", "0", "٣", "9223372036854775808"])
async def test_what_is_no_number_of_an_import_is_said_beside_its_field(house: House, number: str) -> None:
    errors = await asks(house, "product-data-import-file-errors", {"import_id": number})

    assert errors
    assert "number" in errors["import_id"]
    assert house.market.journal.executed("POST", "/reports/") == []


async def an_import(house: House, whose: str) -> int:
    """The number of an import this report is not to be had of."""
    if whose == "nobody's":
        return 4711
    world = house.market.world
    shop, kind = (world.shops["other"], PRODUCTS) if whose == "another seller's" else (world.shops["main"], COMMAND)
    return int(world.create_import(shop, kind, "", "https://kontor.test/f.csv").id)


@pytest.mark.parametrize("whose", ["nobody's", "another seller's", "of inventory commands"])
async def test_an_import_that_is_not_ours_to_ask_about_is_told_where_it_was_asked_for(
    tmp_path: Path, whose: str
) -> None:
    accounts = [Account.named("main", ("de",)), Account.named("other", ("de",))]
    async with running(tmp_path, accounts=accounts) as house:
        number = await an_import(house, whose)
        wanted = {"import_id": str(number), "storefronts": "main"}

        assert await asks(house, "product-data-import-file-errors", wanted) is None
        card = await card_of(house, f"import {number}")
        await made(house, card, lambda: "failed" in card.text)

        assert "There is no such import file" in card.words
        assert f"Is {number} the number of an import of product data" in card.words
        assert "Ask again" in card.labels
        assert house.market.journal.executed("POST", "/reports/") == []
        assert house.slack.complaints == []
