"""The notice about an offer: what is the matter with it and what can be done; one line once all is well again."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cards import names
from bot.cards.blocks import Block, Card, context, section
from bot.cards.stock import Offer, offer_blocks, offer_numbers, offer_title
from bot.domain.inventory import Unit
from bot.domain.notices import LOW_STOCK, NOT_AVAILABLE, OUT_OF_STOCK
from bot.domain.words import escaped

SIGNS = {OUT_OF_STOCK: ":no_entry:", NOT_AVAILABLE: ":double_vertical_bar:", LOW_STOCK: ":small_red_triangle_down:"}

MANY = {OUT_OF_STOCK: "sold out", NOT_AVAILABLE: "cannot be bought", LOW_STOCK: "with few pieces left"}


def notice_card(offer: Offer, notice: str, *, rank: str = "") -> Card:
    """`rank` is what the rule says about it, as mrkdwn."""
    unit = offer.unit
    said = notice_words(notice, unit)
    head = f"{SIGNS[notice]} *{said}:* {escaped(offer_title(unit), 200)}"
    picture = unit.product.picture if unit.product else None
    shown = (picture, offer_title(unit)) if picture and picture.startswith("https://") else None
    blocks: list[Block] = [section(f"{head}\n{offer_numbers([offer])}", picture=shown), *offer_blocks(offer)]
    if rank:
        blocks.append(context(rank))
    return Card(f"{names.flag(unit.storefront)} {said}: {offer_title(unit)}", blocks)


def notice_words(notice: str, unit: Unit) -> str:
    """What is the matter, in a few words."""
    if notice == LOW_STOCK:
        return "Only one piece left" if unit.amount == 1 else f"Only {unit.amount} pieces left"
    return "Sold out" if notice == OUT_OF_STOCK else "Cannot be bought"


def crowd_card(counts: Mapping[str, int], carded: int, command: str) -> Card:
    """The note about offers in trouble that are too many for cards; `carded` others have one."""
    total = sum(counts.values())
    if not total:
        return Card(
            "Many offers in trouble", [section(":white_check_mark: All of them are well again, or have cards.")]
        )
    said = f"{total:,} more {'offer has' if total == 1 else 'offers have'} something the matter"
    what = ", ".join(f"{count:,} {MANY[notice]}" for notice, count in counts.items() if notice in MANY)
    hint = (
        f"{carded:,} have cards; more at once would be read by nobody. `{command}` and an EAN shows one of the others."
    )
    return Card(said, [section(f":rotating_light: *{said}*: {what}."), context(hint)])


def well_card(unit: Unit) -> Card:
    """Nothing is the matter any more."""
    title = offer_title(unit)
    pieces = "one piece" if unit.amount == 1 else f"{unit.amount:,} pieces"
    said = f"{names.flag(unit.storefront)} *{escaped(title, 200)}* is all right again: {pieces}."
    return Card(f"All right again: {title}", [section(f":white_check_mark: {said}")])


def gone_card(title: str) -> Card:
    """The offer was removed. `title` is what it was called."""
    return Card(f"Removed: {title}", [section(f":wastebasket: *{escaped(title, 200)}* was removed from our offers.")])


def again_card(notice: str, unit: Unit) -> Card:
    """In the thread of a card that told of this offer before: an old card that changes is seen by nobody."""
    said = f"{SIGNS[notice]} {notice_words(notice, unit)}, once more."
    return Card(said, [section(said)])
