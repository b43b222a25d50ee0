"""A product's data as the marketplace has it, in words, and the windows in which one attribute of it is set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, Card, button, buttons, context, divider, modal, section, text_input
from bot.cards.windows import one_line_input, typed
from bot.domain.inventory import ProductStatus
from bot.domain.words import escaped, one_line

SET, FORM, CONFIRM = "product.set", "product.change", "product.sure"
TITLE = "Product data"
NAME, VALUES = "name", "values"
MOST_DECLINED = 8
MOST_VALUES = 20
UPDATES = {
    "PENDING": "what was told waits to be worked on",
    "IN_PROGRESS": "what was told is being worked on",
    "SUCCESS": "what was told is taken over",
    "FAIL": "what was told was not taken over",
    "ABORTED": "the work on it was stopped",
}


@dataclass(frozen=True)
class Told:
    """What the marketplace says of a product in one language; `status` None: nobody told it anything there."""

    key: str
    storefront: str
    locale: str
    status: ProductStatus | None


def product_card(ean: str, told: Sequence[Told], *, several: bool) -> Card:
    """`several` accounts: each line names its own."""
    known = [each for each in told if each.status is not None]
    blocks: list[Block] = [section(f"*Product {escaped(ean, 20)}*")]
    if not known:
        blocks.append(context("Nobody of us has told the marketplace anything about it."))
    for each in told:
        account = f" · {escaped(each.key.split(':')[1], 40)}" if several else ""
        head = f"{names.flag(each.storefront)} {each.locale}{account}"
        blocks += [divider(), section("\n".join([f"*{head}*: {_state(each.status)}", *_reasons(each.status)])[:2900])]
        label = f"Set an attribute for product {ean} in {each.locale}"
        blocks += buttons(button("Set an attribute", SET, each.key, says=label), block_id=f"set:{each.key}"[:255])
    ready = ", ".join(each.locale for each in known if each.status and each.status.ready) or "nowhere"
    return Card(f"Product {ean}: ready in {ready}", blocks[:50])


def _state(status: ProductStatus | None) -> str:
    if status is None:
        return "nothing was told"
    update = UPDATES.get(status.update, names.spelled(status.update).lower())
    return f"{'ready to be sold' if status.ready else '*not ready*'}, {escaped(update, 100)}"


def _reasons(status: ProductStatus | None) -> list[str]:
    if status is None:
        return []
    lines = []
    for reason in (status.not_ready_reason, status.fail_reason):
        if reason:
            lines.append(f"Because: {escaped(names.spelled(reason).lower(), 200)}")
    if status.missing:
        lines.append(f"Missing: {escaped(', '.join(status.missing), 600)}")
    if status.one_of_missing:
        lines.append(f"One of these is needed: {escaped(', '.join(status.one_of_missing), 600)}")
    declined = [each for each in status.attributes if each.state.upper() == "DECLINED"]
    for each in declined[:MOST_DECLINED]:
        value = f" ({escaped(one_line(each.value, 60), 80)})" if each.value else ""
        lines.append(f"Declined: *{escaped(each.name, 60)}*{value}: {escaped(one_line(each.message, 200), 250)}")
    if len(declined) > MOST_DECLINED:
        lines.append(f"and {len(declined) - MOST_DECLINED} more declined")
    return lines


def set_window(ean: str, locale: str, status: ProductStatus | None, metadata: str) -> Block:
    missing = [*status.missing, *status.one_of_missing] if status else []
    wanted = context(f"Missing: {escaped(', '.join(missing), 600)}") if missing else None
    first = missing[0] if missing else ""
    return modal(
        FORM,
        TITLE,
        [
            section(f"Product {escaped(ean, 20)}, {escaped(locale, 10)}"),
            *([wanted] if wanted else []),
            one_line_input(
                NAME, "Attribute", hint="As the marketplace calls it, like title or manufacturer.", initial=first
            ),
            text_input(VALUES, "Value", hint="Several values: one in each line. It replaces what is there."),
        ],
        submit="Go on",
        metadata=metadata,
    )


def read_set(view: dict[str, Any]) -> tuple[tuple[str, list[str]] | None, dict[str, str]]:
    """The attribute and its values, or what is wrong beside the fields."""
    name = typed(view, NAME).strip().lower()
    values = [line.strip() for line in typed(view, VALUES).splitlines() if line.strip()]
    errors = {}
    if not re.fullmatch(r"[a-z0-9_]{1,100}", name, re.ASCII):
        errors[NAME] = "An attribute's name has small letters, digits and _ only, like energy_label."
    if not values:
        errors[VALUES] = "Write the value."
    elif len(values) > MOST_VALUES:
        errors[VALUES] = f"At most {MOST_VALUES} values."
    return (None, errors) if errors else ((name, values), {})


def sure_window(name: str, was: Sequence[str], will_be: Sequence[str], metadata: str, approval: str) -> Block:
    blocks: list[Block] = [
        section(f"*{escaped(name, 100)}*"),
        context("Was"),
        section(_values(was)),
        context("Will be"),
        section(_values(will_be)),
    ]
    if approval:
        blocks.append(section(f":raised_hand: {escaped(approval, 300)} A colleague is asked first."))
    submit = "Ask a colleague" if approval else "Change"
    return modal(CONFIRM, TITLE, blocks, submit=submit, metadata=metadata)


def _values(values: Sequence[str]) -> str:
    return "\n".join(f"• {escaped(one_line(value, 300), 400)}" for value in values)[:2900] or "_nothing_"


def changed_text(ean: str, locale: str, name: str, command: str) -> str:
    """Our own mrkdwn for who asked. `command` is the name of /stock."""
    said = f"*{escaped(name, 100)}* of product {escaped(ean, 20)} ({escaped(locale, 10)}) is told to the marketplace."
    return f"{said} It works on it for some minutes; `{command} product {escaped(ean, 20)}` says what became of it."
