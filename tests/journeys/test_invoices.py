"""Invoices on their way to the buyer: from a window, a drop or a folder, each once and none with a fault in it."""

from __future__ import annotations

import asyncio
import copy
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.channels import Message
from tests.hostile import encrypted, nested_bomb
from tests.journeys.desk import window, written
from tests.journeys.house import House, running
from tests.journeys.papers import invoice_of, rules, sent_order, uploaded
from tests.papers import pdf


async def card_saying(house: House, *words: str, channel: str = "orders", seconds: float = 60.0) -> Message:
    """The newest card in the channel that says all of these words."""

    def found() -> Message | None:
        cards = [card for card in house.cards(channel) if all(word in card.words for word in words)]
        return cards[-1] if cards else None

    try:
        return await house.until(found, seconds=seconds)  # type: ignore[return-value]
    except TimeoutError:
        raise AssertionError([card.words[:1500] for card in house.cards(channel) if "nvoice" in card.words]) from None


async def gives(house: House, files: list[tuple[str, bytes]], order: str | None = None) -> dict[str, str] | None:
    """Use the shortcut, choose files, press Upload. The errors beside the fields, or None."""
    await house.ana.uses_shortcut("invoice.upload")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "invoice.give")
    await house.ana.fills({"files": files, **({"order": order} if order else {})})
    return await house.ana.submits()


async def test_a_clean_invoice_given_in_the_window_reaches_the_buyer_at_once(house: House) -> None:
    order = sent_order(house)
    content = await invoice_of(house, order)

    assert await gives(house, [("Rechnung 0815.pdf", content)]) is None
    assert house.ana.modal is not None
    assert "being checked" in str(house.ana.modal.blocks)
    card = await card_saying(house, f"order {order.id}", "1 uploaded")

    (name,) = uploaded(house, order)
    assert name.startswith("rechnung-0815_")
    shop = house.market.world.home("orders", order.id)
    assert [invoice.file.content for invoice in shop.invoices] == [content]
    assert card.labels == []
    assert house.slack.complaints == []


async def test_an_invoice_with_an_error_stays_here_and_the_card_says_why(house: House) -> None:
    order = sent_order(house)
    content = await invoice_of(house, order, "an IBAN")

    await gives(house, [("r.pdf", content)])
    card = await card_saying(house, "bank account", f"order {order.id}")

    assert card.labels == ["Check again", "Dismiss"]
    assert uploaded(house, order) == []
    assert house.market.journal.executed("POST", "/order-invoices") == []


async def test_a_warning_is_for_a_person_to_decide(house: House) -> None:
    order = sent_order(house)
    await gives(house, [("r.pdf", await invoice_of(house, order, "an e-mail address"))])
    card = await card_saying(house, "e-mail address")
    assert uploaded(house, order) == []

    await house.ana.presses("orders", card, "Upload anyway")
    await card_saying(house, f"order {order.id}", "1 uploaded")

    assert len(uploaded(house, order)) == 1
    assert "Upload in spite of warnings?" in house.ana.confirms[-1].title


async def test_ten_files_are_one_card_and_each_finds_its_order(house: House) -> None:
    orders = [sent_order(house, ("de", "at", "cz")[number % 3]) for number in range(9)]
    files = [(f"{number}.pdf", await invoice_of(house, order)) for number, order in enumerate(orders)]

    await gives(house, [*files, ("datenblatt.pdf", pdf([["Wasserkocher, 2000 Watt"]]))])
    card = await card_saying(house, "9 uploaded", "1 cannot be taken")

    assert [len(uploaded(house, order)) for order in orders] == [1] * 9
    assert "no number of an order" in card.words
    assert len([card for card in house.cards("orders") if "uploaded" in card.words]) == 1
    assert house.slack.complaints == []


BAD = {
    "encrypted": (encrypted(), "protected by a password"),
    "a bomb": (nested_bomb(), "more time or memory"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 80, "it is a PNG picture"),
    "broken": (pdf([["x"] * 50])[:700], "damaged or cut off"),
    "empty page": (pdf([[]]), "no number of an order"),
}


@pytest.mark.parametrize("bad", BAD)
async def test_what_is_no_invoice_is_told_in_words_and_nothing_is_sent(house: House, bad: str) -> None:
    content, words = BAD[bad]

    await gives(house, [("rechnung.pdf", content)])
    await card_saying(house, words)
    await house.quiet()

    assert house.market.journal.executed("POST", "/order-invoices") == []


@pytest.mark.parametrize(
    ("files", "order", "field", "words"),
    [
        ([], None, "files", ""),
        ([("r.exe", b"MZ")], None, "files", "is no PDF"),
        ([("r.pdf", b"%PDF")], "MB7-WLD", "order", "no order number"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_its_field_and_nothing_typed_is_lost(
    house: House, files: Any, order: str | None, field: str, words: str
) -> None:
    errors = await gives(house, files, order)

    assert errors is not None
    assert words in errors[field]
    assert house.ana.modal is not None


async def test_a_file_that_is_larger_than_the_rules_allow_is_told_before_it_is_fetched(tmp_path: Path) -> None:
    folder = rules(tmp_path / "rules", invoices='channel: "#orders"\nmegabytes: 1\n')
    async with running(tmp_path / "data", RULES_DIR=str(folder)) as house:
        errors = await gives(house, [("r.pdf", b"%PDF" + b"x" * (2 * 1024 * 1024))])
        assert errors == {"files": "r.pdf is too large: 1 MB at most."}

        order = sent_order(house)
        content = (await invoice_of(house, order)).replace(b"%%EOF", b"x" * (2 * 1024 * 1024) + b"%%EOF")
        await house.ana.drops("orders", {f"{order.id}.pdf": content})
        await card_saying(house, f"order {order.id}", "has 2 MB; an invoice may have 1 MB")
        assert uploaded(house, order) == []


async def test_an_order_that_is_named_is_believed_and_checked(house: House) -> None:
    right, other = sent_order(house), sent_order(house)
    content = await invoice_of(house, right)

    await gives(house, [("r.pdf", content)], other.id.lower())
    await card_saying(house, f"does not name order {other.id}")
    await gives(house, [("r.pdf", content)], "MXXXXX9")
    await card_saying(house, "knows no order MXXXXX9")

    assert uploaded(house, right) == uploaded(house, other) == []


async def test_an_order_the_marketplace_invoices_takes_none_of_ours(house: House) -> None:
    order = sent_order(house, deemed_supplier=True)

    await gives(house, [("r.pdf", await invoice_of(house, order))])

    await card_saying(house, "marketplace itself invoices this order")
    assert uploaded(house, order) == []


# Twice


async def test_the_same_file_reaches_the_buyer_once_however_often_it_is_given(house: House) -> None:
    order, other = sent_order(house), sent_order(house)
    content = await invoice_of(house, order)
    await gives(house, [("r.pdf", content)])
    await card_saying(house, f"order {order.id}", "1 uploaded")

    await gives(house, [("anders.pdf", content)])
    await card_saying(house, "This very file is uploaded to this order already")
    await gives(house, [("noch-mal.pdf", content)], other.id)
    await card_saying(house, f"uploaded to order {order.id}")

    assert len(uploaded(house, order)) == 1
    assert uploaded(house, other) == []


@pytest.mark.parametrize("how", ["cut_after_execution", "error"])
async def test_an_upload_whose_answer_is_lost_is_found_by_its_name_and_not_repeated(house: House, how: str) -> None:
    order = sent_order(house)
    if how == "error":
        house.market.faults.error(502, path="/order-invoices", executes=True, next=1)
    else:
        house.market.faults.cut_after_execution(path="/order-invoices", next=1)

    await gives(house, [("r.pdf", await invoice_of(house, order))])
    await card_saying(house, f"order {order.id}", "1 uploaded")

    assert len(uploaded(house, order)) == 1
    assert len(house.market.journal.executed("POST", "/order-invoices")) == 1


async def test_an_upload_that_never_happened_is_offered_again_and_happens_once(house: House) -> None:
    order = sent_order(house)
    house.market.faults.error(502, path="/order-invoices", methods=("POST",), next=1)
    await gives(house, [("r.pdf", await invoice_of(house, order))])
    card = await card_saying(house, "The marketplace did not take it")
    assert uploaded(house, order) == []

    await house.ana.presses("orders", card, "Upload")
    await card_saying(house, f"order {order.id}", "1 uploaded")

    assert len(uploaded(house, order)) == 1


async def test_fifty_presses_on_one_card_are_one_upload(house: House) -> None:
    order = sent_order(house)
    await house.ana.drops("orders", {"r.pdf": await invoice_of(house, order)})
    card = await card_saying(house, "1 ready")
    seen = copy.deepcopy(card)

    await asyncio.gather(*(who.presses("orders", seen, "Upload") for who in [house.ana, house.ben] * 25))
    await card_saying(house, f"order {order.id}", "1 uploaded")
    await house.quiet()

    asked = [
        entry for entry in house.market.journal.entries if "/order-invoices" in entry.path and entry.method == "POST"
    ]
    assert len(asked) == 1
    assert len(uploaded(house, order)) == 1


async def test_an_order_that_was_invoiced_meanwhile_is_found_before_anything_is_sent(house: House) -> None:
    order = sent_order(house)
    await house.ana.drops("orders", {"r.pdf": await invoice_of(house, order)})
    card = await card_saying(house, "1 ready")
    world = house.market.world
    world.upload_invoice(world.home("orders", order.id), order, "portal.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")

    await house.ana.presses("orders", card, "Upload")
    card = await card_saying(house, "has an invoice already")

    assert uploaded(house, order) == ["portal.pdf"]
    assert "portal.pdf" in card.words


# Drops


async def test_a_pdf_dropped_where_cards_hang_is_offered_with_one_click(house: House) -> None:
    order = sent_order(house)

    await house.ana.drops("support", {"scan-0815.pdf": await invoice_of(house, order)})
    card = await card_saying(house, f"Invoice for order {order.id}", "1 ready", channel="support")
    assert uploaded(house, order) == []
    assert card.labels == ["Upload", "Dismiss"]
    await house.ben.presses("support", card, "Upload")
    await card_saying(house, f"order {order.id}", "1 uploaded", channel="support")

    assert len(uploaded(house, order)) == 1
    assert house.slack.complaints == []


async def test_an_order_number_in_the_name_is_enough_to_tell_what_is_wrong(house: House) -> None:
    order = sent_order(house)

    await house.ana.drops("orders", {f"{order.id.lower()}.pdf": encrypted()})

    card = await card_saying(house, f"order {order.id}", "protected by a password")
    assert card.labels == ["Check again", "Dismiss"]


async def test_files_that_are_no_invoices_are_none_of_our_business(house: House) -> None:
    await house.ana.drops("orders", {"datenblatt.pdf": pdf([["MONTAGE MB7UWL9 und mehr"]]), "foto.png": b"\x89PNG"})
    await house.quiet()
    await asyncio.sleep(0.3)
    await house.quiet()

    assert house.cards("orders") == [card for card in house.cards("orders") if card.user_id == house.ana.id]


async def test_a_pdf_in_a_channel_of_others_is_not_looked_at(house: House) -> None:
    order = sent_order(house)
    house.slack.joins("kontor", "general")
    content = await invoice_of(house, order)

    await house.ana.drops("general", {"r.pdf": content})
    await house.quiet()
    await asyncio.sleep(0.2)

    assert [card.user_id for card in house.cards("general")] == [house.ana.id]


async def test_a_guests_file_is_not_looked_at(house: House) -> None:
    order = sent_order(house)
    content = await invoice_of(house, order)

    await house.slack.person("gust").drops("support", {"r.pdf": content})
    await house.quiet()
    await asyncio.sleep(0.2)

    assert len(house.cards("support")) == 1


async def test_fifteen_files_in_three_drops_are_one_card(house: House) -> None:
    orders = [sent_order(house) for _ in range(15)]
    files = {f"{number}.pdf": await invoice_of(house, order) for number, order in enumerate(orders)}
    names = list(files)
    for start in (0, 5, 10):
        await house.ana.drops("orders", {name: files[name] for name in names[start : start + 5]})

    card = await card_saying(house, "15 invoices", "15 ready")
    await house.ana.presses("orders", card, "Upload (15)")
    await card_saying(house, "15 uploaded")

    assert all(len(uploaded(house, order)) == 1 for order in orders)
    assert len([card for card in house.cards("orders") if "uploaded" in card.words]) == 1
    assert house.slack.complaints == []


async def test_a_dismissed_offer_uploads_nothing(house: House) -> None:
    order = sent_order(house)
    await house.ana.drops("orders", {"r.pdf": await invoice_of(house, order)})
    card = await card_saying(house, "1 ready")

    await house.ana.presses("orders", card, "Dismiss")
    card = await card_saying(house, "1 put aside")

    assert card.labels == []
    assert uploaded(house, order) == []


async def test_whoever_may_not_upload_is_told_and_nothing_is_sent(house: House) -> None:
    order = sent_order(house)
    await house.ana.drops("support", {"r.pdf": await invoice_of(house, order)})
    card = await card_saying(house, "1 ready", channel="support")
    gust = house.slack.person("gust")

    await gust.presses("support", card, "Upload")
    told = await house.until(lambda: [message for message in gust.sees("support", card) if message.only_for])

    assert "Guests" in told[-1].words
    assert uploaded(house, order) == []


# One order


async def test_the_invoices_of_an_order_are_listed_added_and_deleted(house: House) -> None:
    order = sent_order(house)
    world = house.market.world
    world.upload_invoice(world.home("orders", order.id), order, "alt.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")
    mira = house.slack.person("mira")

    await mira.types(f"/invoice {order.id.lower()}", "orders")
    await house.until(lambda: mira.modal and "alt.pdf" in str(mira.modal.blocks))
    await mira.clicks("Delete")
    await house.until(lambda: mira.modal and "is deleted" in str(mira.modal.blocks))
    assert uploaded(house, order) == []
    await mira.fills({"files": [("neu.pdf", await invoice_of(house, order))]})
    assert await mira.submits() is None
    await card_saying(house, f"order {order.id}", "1 uploaded")

    assert [name.partition("_")[0] for name in uploaded(house, order)] == ["neu"]
    assert "cannot be undone" in mira.confirms[-1].text
    assert house.slack.complaints == []


async def test_an_agent_without_the_right_deletes_nothing(house: House) -> None:
    order = sent_order(house)
    world = house.market.world
    world.upload_invoice(world.home("orders", order.id), order, "alt.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")

    await house.ana.types(f"/invoice {order.id}", "orders")
    await house.until(lambda: house.ana.modal and "alt.pdf" in str(house.ana.modal.blocks))
    await house.ana.clicks("Delete")
    await house.until(lambda: house.ana.modal and "None of your roles" in str(house.ana.modal.blocks))

    assert uploaded(house, order) == ["alt.pdf"]


async def test_the_marketplaces_own_invoice_cannot_be_deleted_nor_doubled(house: House) -> None:
    order = sent_order(house, deemed_supplier=True)
    house.market.world.marketplace_invoices(order)

    await house.ana.types(f"/invoice {order.id}", "orders")
    modal = await house.until(
        lambda: (
            house.ana.modal if "issued by the marketplace" in str(house.ana.modal and house.ana.modal.blocks) else None
        )
    )

    assert "takes none of yours" in str(modal.blocks)
    assert "Delete" not in str(modal.blocks)
    assert "file_input" not in str(modal.blocks)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/invoice help", "sent orders without an invoice"),
        ("/invoice no-such-thing!", "is no order number"),
    ],
)
async def test_every_word_behind_invoice_is_answered(house: House, line: str, words: str) -> None:
    await house.ana.types(line, "orders")

    told = await house.until(lambda: [message for message in house.ana.sees("orders") if message.only_for])
    assert words in told[-1].words


async def test_an_order_nobody_knows_is_told_in_the_window(house: House) -> None:
    await house.ana.types("/invoice MXXXXX9", "orders")

    await house.until(lambda: house.ana.modal and "knows no order MXXXXX9" in str(house.ana.modal.blocks))


# Accounts


async def test_files_of_two_accounts_find_their_own(tmp_path: Path) -> None:
    from sandbox.market import Account

    accounts = [Account.named("acme", ("de",)), Account.named("globex", ("at",))]
    async with running(tmp_path / "data", accounts=accounts) as house:
        mine = sent_order(house, "de", account="acme")
        theirs = sent_order(house, "at", account="globex")
        files = [
            ("a.pdf", await invoice_of(house, mine, account="acme")),
            ("b.pdf", await invoice_of(house, theirs, account="globex")),
        ]

        await gives(house, files)
        await card_saying(house, f"order {mine.id}", "1 uploaded")
        await card_saying(house, f"order {theirs.id}", "1 uploaded")

        assert (len(uploaded(house, mine)), len(uploaded(house, theirs))) == (1, 1)


# The folder

OWNED = 'channel: "#orders"\nfolder: {owner: U0ANA00001}\n'


async def in_folder(tmp_path: Path, invoices: str) -> Any:
    return running(
        tmp_path / "data",
        RULES_DIR=str(rules(tmp_path / "rules", invoices=invoices)),
        INVOICE_DIR=str(tmp_path / "inbox"),
    )


def told_uploads(house: House) -> int:
    """How many uploads the cards of the folder speak of."""
    cards = [card.words for card in house.cards("orders") if "from the folder of" in card.words]
    return sum(int(count) for words in cards for count in re.findall(r"(\d+) uploaded", words))


async def test_a_folder_is_emptied_into_done_and_failed_and_every_file_ends_in_one_place(tmp_path: Path) -> None:
    async with await in_folder(tmp_path, OWNED) as house:
        inbox = tmp_path / "inbox"
        orders = [sent_order(house) for _ in range(5)]
        for number, order in enumerate(orders):
            (inbox / f"{number}.pdf").write_bytes(await invoice_of(house, order))
        (inbox / "schlecht.pdf").write_bytes(await invoice_of(house, sent_order(house), "an IBAN"))
        (inbox / "bild.pdf").write_bytes(b"\x89PNG\r\n\x1a\n")
        (inbox / "notiz.txt").write_text("kein PDF")
        (inbox / "halb.pdf").write_bytes(b"")
        (inbox / "link.pdf").symlink_to("/etc/hostname")

        await house.until(lambda: len(list((inbox / "done").iterdir())) == 5)
        await house.until(lambda: len(list((inbox / "failed").glob("*.pdf"))) == 2)
        # A folder that is filled file by file may be emptied in several rounds, each with a card of its own.
        await house.until(lambda: told_uploads(house) == 5)

        assert all(len(uploaded(house, order)) == 1 for order in orders)
        assert sorted(path.name for path in inbox.glob("*.*")) == ["halb.pdf", "link.pdf", "notiz.txt"]
        assert list((inbox / "working").iterdir()) == []
        reasons = "".join(path.read_text("utf-8") for path in (inbox / "failed").glob("*.txt"))
        assert "bank account" in reasons
        assert "PNG picture" in reasons


async def test_what_a_dead_process_had_taken_is_uploaded_once_after_a_restart(tmp_path: Path) -> None:
    async with await in_folder(tmp_path, OWNED) as house:
        order = sent_order(house)
        working = tmp_path / "inbox" / "working"
        await house.until(working.is_dir)
        # Taken, and then killed before the notebook knew.
        (working / "20261123-080000-r.pdf").write_bytes(await invoice_of(house, order))

        await house.until(lambda: list((tmp_path / "inbox" / "done").iterdir()))

        assert len(uploaded(house, order)) == 1


async def test_a_folder_nobody_answers_for_is_left_alone_and_told_once(tmp_path: Path) -> None:
    async with await in_folder(tmp_path, 'channel: "#orders"\n') as house:
        order = sent_order(house)
        await house.until((tmp_path / "inbox" / "working").is_dir)
        (tmp_path / "inbox" / "r.pdf").write_bytes(await invoice_of(house, order))

        await card_saying(house, "names no owner", channel="kontor-ops")
        await asyncio.sleep(0.3)

        assert (tmp_path / "inbox" / "r.pdf").exists()
        assert uploaded(house, order) == []
        told = [card for card in house.cards("kontor-ops") if "no owner" in card.words]
        assert len(told) == 1


async def test_an_owner_who_may_not_upload_lets_the_folder_stand_still(tmp_path: Path) -> None:
    async with await in_folder(tmp_path, OWNED.replace("U0ANA00001", "U0DORA0001")) as house:
        order = sent_order(house)
        await house.until((tmp_path / "inbox" / "working").is_dir)
        (tmp_path / "inbox" / "r.pdf").write_bytes(await invoice_of(house, order))

        await card_saying(house, "deactivated", channel="kontor-ops")

        assert uploaded(house, order) == []


# Rules


async def test_rules_turn_an_error_into_a_warning_while_the_bot_runs(tmp_path: Path) -> None:
    folder = rules(tmp_path / "rules")
    async with running(tmp_path / "data", RULES_DIR=str(folder)) as house:
        order = sent_order(house)
        await gives(house, [("r.pdf", await invoice_of(house, order, "a shop"))])
        card = await card_saying(house, "a web site", "1 with errors")
        rules(folder, invoices='channel: "#orders"\nchecks: {shop_address: off}\n')
        house.kontor.files.invoices.reload_if_changed()

        await house.ana.presses("orders", card, "Check again")
        card = await card_saying(house, f"order {order.id}", "1 uploaded")

        assert len(uploaded(house, order)) == 1


# For the ticket desk


async def test_a_ticket_that_wants_an_invoice_is_answered_with_it_in_one_click(house: House) -> None:
    order = sent_order(house)
    content = await invoice_of(house, order)
    await gives(house, [("r.pdf", content)])
    await card_saying(house, f"order {order.id}", "1 uploaded")
    world = house.market.world
    ticket = world.open_ticket(world.units_of(order), "Ich brauche eine Rechnung.", topic="invoice_needed")
    await house.polled()
    card = await house.shown(ticket.id)

    await house.ana.presses("support", card, "Reply with invoice")
    await window(house, house.ana, uploaded(house, order)[0])
    await house.ana.closes()
    # Who puts the window down and presses again has it attached once.
    await house.ana.presses("support", card, "Reply with invoice")
    view = await window(house, house.ana, uploaded(house, order)[0])
    assert view.words.count(uploaded(house, order)[0]) == 1
    await house.ana.fills({"reply": "Guten Tag, anbei die Rechnung."})
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))

    (file,) = world.ticket(ticket.id)[1].files
    assert (file.name, file.content, file.mime) == (uploaded(house, order)[0], content, "application/pdf")


async def test_where_there_is_no_invoice_the_window_says_how_to_upload_one(house: House) -> None:
    order = sent_order(house)
    world = house.market.world
    ticket = world.open_ticket(world.units_of(order), "Ich brauche eine Rechnung.", topic="invoice_needed")
    other = world.open_ticket(world.units_of(order), "Wo ist es?")
    await house.polled()
    card = await house.shown(ticket.id)

    await house.ana.presses("support", card, "Reply with invoice")
    view = await window(house, house.ana, "There is no invoice yet")

    assert f"/invoice {order.id}" in view.words
    assert "Reply with invoice" not in (await house.shown(other.id)).labels


async def test_an_invoice_slack_does_not_take_is_said_and_the_reply_goes_on(house: House) -> None:
    order = sent_order(house)
    await gives(house, [("r.pdf", await invoice_of(house, order))])
    await card_saying(house, f"order {order.id}", "1 uploaded")
    world = house.market.world
    ticket = world.open_ticket(world.units_of(order), "Ich brauche eine Rechnung.", topic="invoice_needed")
    await house.polled()
    card = await house.shown(ticket.id)
    house.slack.faults.answers("internal_error", method="files.completeUploadExternal")

    await house.ana.presses("support", card, "Reply with invoice")

    assert "The invoice is not attached" in (await window(house, house.ana, "not attached")).words
