"""The windows in which invoices are given to us: for one order, or for any; drawn and read here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, button, confirm, context, divider, modal, moment, plain_text, section
from bot.cards.clicks import Click, read_click
from bot.cards.files import MOST_FILES, SlackFile, file_input, read_files
from bot.domain.model import Invoice, Order
from bot.domain.words import escaped, one_line

CALLBACK = "invoice.give"
DELETE = "invoice.delete"
FILES = "files"
ORDER = "order"
TITLE = "Upload invoices"
MOST_LISTED = 12
ORDER_FORM = r"[A-Za-z0-9]{4,20}"


@dataclass(frozen=True)
class Given:
    """What somebody gave: files, and the order they named for all of them."""

    files: tuple[SlackFile, ...]
    order_id: str | None


def give_modal(*, channel: str, said: str = "") -> Block:
    """For any order: the number may be given, or is found in each PDF. `channel` is where the result hangs."""
    number: Block = {
        "type": "input",
        "block_id": ORDER,
        "optional": True,
        "label": plain_text("Order", 100),
        "hint": plain_text("Leave it empty and I look for the number in each file's name and text.", 200),
        "element": {
            "type": "plain_text_input",
            "action_id": "text",
            "max_length": 20,
            "placeholder": plain_text("MB7UWLD", 20),
        },
    }
    blocks = [
        *([section(said)] if said else []),
        _files(),
        number,
        context(f"Each is checked first. What has no fault is uploaded; the result hangs in {channel}."),
    ]
    return modal(CALLBACK, TITLE, blocks, submit="Upload")


def order_modal(order: Order, click: Click, *, channel: str, said: str = "") -> Block:
    """For one order: what it has, and more files for it. `said` is how the last press ended."""
    blocks: list[Block] = [section(f"*{names.flag(order.storefront)} Order {escaped(order.id, 40)}*\n{_state(order)}")]
    if said:
        blocks.append(section(said))
    blocks += _listed(order.invoices, click)
    submit = None
    if not _marketplace_invoices(order):
        blocks += [divider(), _files()]
        blocks.append(context(f"Each is checked first. What has no fault is uploaded; the result hangs in {channel}."))
        submit = "Upload"
    return modal(CALLBACK, "Invoices of an order", blocks, submit=submit, metadata=click.value())


def taken_modal(files: int, channel: str) -> Block:
    """Shown once the files are ours."""
    what = "Your file is" if files == 1 else f"Your {files} files are"
    return modal("invoice.taken", TITLE, [section(f"{what} being checked. The result hangs in {channel}.")])


def _files() -> Block:
    block = file_input(FILES, "PDFs", kinds=("pdf",), hint=f"Up to {MOST_FILES} files at once.")
    return {**block, "optional": False}


def _state(order: Order) -> str:
    if _marketplace_invoices(order):
        return "The marketplace itself invoices this order, so it takes none of yours."
    own = [invoice for invoice in order.invoices if not invoice.by_marketplace]
    if not own:
        return "It has no invoice yet."
    return "It has an invoice already." if len(own) == 1 else f"It has {len(own)} invoices."


def _marketplace_invoices(order: Order) -> bool:
    return order.deemed_supplier or any(unit.deemed_supplier for unit in order.units)


def _listed(invoices: Sequence[Invoice], click: Click) -> list[Block]:
    blocks: list[Block] = []
    for invoice in invoices[:MOST_LISTED]:
        who = "issued by the marketplace" if invoice.by_marketplace else "ours"
        line = section(f"*{escaped(invoice.name, 80)}*\n{who}, {moment(invoice.created)}")
        if not invoice.by_marketplace:
            value = Click(click.subject, invoice.key, unit=invoice.id, channel=click.channel, ts=click.ts).value()
            ask = confirm(
                "Delete this invoice?",
                "The buyer does not see it any more. This cannot be undone.",
                "Delete",
                danger=True,
            )
            line["accessory"] = button(
                "Delete",
                DELETE,
                value,
                style="danger",
                ask=ask,
                says=f"Delete the invoice {one_line(invoice.name, 40)}",
            )
        blocks.append(line)
    if len(invoices) > MOST_LISTED:
        blocks.append(context(f"{len(invoices) - MOST_LISTED} more are in the seller portal."))
    return blocks


def read_given(view: dict[str, Any], *, most_bytes: int) -> tuple[Given | None, dict[str, str]]:
    """What was given in a submitted window, or the errors to show beside its fields."""
    files = read_files(view, FILES)
    if not files:
        return None, {FILES: "Choose at least one PDF."}
    if wrong := next((file for file in files if file.size > most_bytes), None):
        return None, {FILES: f"{one_line(wrong.name, 60)} is too large: {most_bytes // 1024 // 1024} MB at most."}
    if wrong := next((file for file in files if not _may_be_pdf(file)), None):
        return None, {FILES: f"{one_line(wrong.name, 60)} is no PDF. Save it as one and choose that."}
    click = read_click(view.get("private_metadata", ""))
    if click is not None:
        return Given(files, click.subject.split(":", 2)[2]), {}
    value = view.get("state", {}).get("values", {}).get(ORDER, {}).get("text", {}).get("value")
    number = (value or "").strip()
    if number and not re.fullmatch(ORDER_FORM, number, re.ASCII):
        return None, {ORDER: f"{one_line(number, 30)} is no order number: they look like MB7UWLD."}
    return Given(files, number.upper() or None), {}


def _may_be_pdf(file: SlackFile) -> bool:
    return file.mime == "application/pdf" or file.name.lower().endswith(".pdf")
