"""Offers in all storefronts side by side, and the windows that change them: drawn and read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, Card, button, buttons, context, modal, plain_text, section, text_input
from bot.cards.windows import choice, chosen, one_line_input, option, typed
from bot.domain import gtin
from bot.domain.currency import Money
from bot.domain.inventory import BuyboxOffer, ShippingGroup, Unit, UnitChange, Warehouse
from bot.domain.offers import AVAILABLE, ON_HOLD, Step, price, signed, spoken_price
from bot.domain.words import escaped, one_line, plain

EDIT, BUYBOX = "unit.edit", "unit.buybox"
FORM, CONFIRM = "unit.form", "unit.confirm"
TITLE = "Change an offer"
LEAVE = "leave"
MOST_OFFERS = 12
STATES = {AVAILABLE: "available", ON_HOLD: "on hold"}
FIELDS = {
    "listing_price": "Price",
    "minimum_price": "Minimum price",
    "amount": "Pieces",
    "handling_days": "Handling time (working days)",
    "status": "State",
    "note": "Note to buyers",
    "shipping_group_id": "Shipping group",
    "warehouse_id": "Warehouse",
}


@dataclass(frozen=True)
class Offer:
    """A unit of `account`, and the subject key it is known by."""

    key: str
    unit: Unit


# The answer to /stock


def offers_card(offers: Sequence[Offer], *, left_out: int = 0, trouble: str = "") -> Card:
    """`offers` are shown product by product; `left_out` more were found. `trouble` is why there may be others."""
    blocks: list[Block] = []
    for same in _by_product(offers):
        title, product = offer_title(same[0].unit), same[0].unit.product
        heading: Block = section(f"*{escaped(title, 200)}*\n{offer_numbers(same)}")
        if product and product.picture and product.picture.startswith("https://"):
            heading["accessory"] = {
                "type": "image",
                "image_url": product.picture[:3000],
                "alt_text": plain(title, 200) or "the product",
            }
        blocks.append(heading)
        for offer in same:
            blocks += offer_blocks(offer)
        ours = [offer.key for offer in same if not offer.unit.fulfilled_by_kaufland]
        if len(ours) > 1:
            keys = " ".join(ours)
            if len(keys) <= 1900:
                blocks += buttons(button("Edit all", EDIT, keys, says="Change the offer in all storefronts"))
    if left_out:
        blocks.append(context(f"{left_out} more were found. Name an EAN, or our own offer number."))
    if trouble:
        blocks = [*blocks[:49], context(f":warning: Not all could be asked: {escaped(trouble, 300)}")]
    first = offers[0].unit
    return Card(f"{offer_title(first)}, {len(offers)} offers", blocks[:50])


def _by_product(offers: Sequence[Offer]) -> list[list[Offer]]:
    """Storefronts name a product in their own language; its number is the same."""
    found: dict[object, list[Offer]] = {}
    for offer in offers:
        found.setdefault(offer.unit.product_id or offer.key, []).append(offer)
    return list(found.values())


def offer_title(unit: Unit) -> str:
    if unit.product and unit.product.title:
        return one_line(unit.product.title, 200)
    return f"Offer {unit.offer_id or unit.id}"


def offer_numbers(same: Sequence[Offer]) -> str:
    unit = same[0].unit
    eans = [ean for ean in (unit.product.eans if unit.product else ()) if gtin.complaint(ean) is None]
    parts = [f"EAN {eans[0]}" if eans else "", f"our number {escaped(unit.offer_id, 60)}" if unit.offer_id else ""]
    return " · ".join(part for part in parts if part)


def offer_blocks(offer: Offer) -> list[Block]:
    unit = offer.unit
    goes_lower = unit.minimum_price and unit.minimum_price.minor < unit.listing_price.minor
    lowest = f" (not below {names.money(unit.minimum_price)})" if unit.minimum_price and goes_lower else ""
    state = STATES.get(unit.status.upper(), names.spelled(unit.status).lower())
    stock = "*sold out*" if unit.amount == 0 else f"{unit.amount:,} pieces"
    line = f"{names.flag(unit.storefront)} *{names.money(unit.listing_price)}*{lowest} · {stock} · {escaped(state, 40)}"
    more = [f"handling {unit.handling_days} d", f"unit {unit.id}"]
    if unit.price != unit.listing_price:
        more.insert(0, f"buyers see {names.money(unit.price)}")
    if unit.note:
        more.append(f"“{escaped(unit.note, 80)}”")
    pressed = []
    if not unit.fulfilled_by_kaufland:
        pressed.append(button("Edit", EDIT, offer.key, says=f"Change the offer in {names.country(unit.storefront)}"))
    if unit.product_id:
        pressed.append(button("Buybox", BUYBOX, offer.key, says="Who else sells it, and for how much"))
    if unit.fulfilled_by_kaufland:
        more.append("fulfilled by Kaufland")
    return [section(line), context(*more), *(buttons(*pressed) if pressed else [])]


def buybox_text(unit: Unit, offers: Sequence[BuyboxOffer]) -> str:
    """mrkdwn: the offers for a product as buyers meet them, ours marked."""
    if not offers:
        return "The marketplace shows no offer for this product."
    lines = []
    for offer in offers[:10]:
        ours = offer.unit_id is not None
        who = "*our offer*" if ours else escaped(offer.seller, 60)
        shipping = f" + {names.money(offer.shipping)}" if offer.shipping and offer.shipping.minor else ""
        lines.append(f"{offer.rank}. {who}: {names.money(offer.price)}{shipping}")
    mine = next((offer.rank for offer in offers if offer.unit_id == unit.id), None)
    head = f"Our offer is number {mine}." if mine else "Our offer is not among the first ten."
    return f"{names.flag(unit.storefront)} {head}\n" + "\n".join(lines)


# What to change


def edit_window(
    offers: Sequence[Offer], groups: Sequence[ShippingGroup], warehouses: Sequence[Warehouse], metadata: str
) -> Block:
    """One offer with its values filled in, or several with empty fields: what is left empty stays as it is."""
    one = offers[0].unit if len(offers) == 1 else None
    currencies = {offer.unit.listing_price.currency for offer in offers}
    blocks: list[Block] = [section(f"*{escaped(offer_title(offers[0].unit), 150)}*"), context(_where(offers))]
    blocks += _numbers_fields(one, currencies)
    states = [option("Leave as it is", LEAVE), *(option(words.capitalize(), code) for code, words in STATES.items())]
    blocks.append(choice("status", FIELDS["status"], states, initial=states[:1]))
    note = text_input("note", FIELDS["note"], initial=(one.note or "") if one else "", most=250, least=0)
    blocks.append({**note, "optional": True})
    for field, things in (("shipping_group_id", groups), ("warehouse_id", warehouses)):
        if one and len(things) > 1:
            options = [
                option("Leave as it is", LEAVE),
                *(option(plain(each.name, 70), str(each.id)) for each in things),
            ]
            blocks.append(choice(field, FIELDS[field], options[:100], initial=options[:1]))
    return modal(FORM, TITLE, blocks, submit="Go on", metadata=metadata)


def _where(offers: Sequence[Offer]) -> str:
    if len(offers) == 1:
        return names.flag(offers[0].unit.storefront)
    flags = " ".join(names.flag(offer.unit.storefront) for offer in offers)
    return f"{flags} · What you leave empty stays as it is. Pieces count for all storefronts together."


def _numbers_fields(one: Unit | None, currencies: set[str]) -> list[Block]:
    blocks = []
    if len(currencies) == 1:
        (currency,) = currencies
        listing = spoken_price(one.listing_price.minor) if one else ""
        lowest = spoken_price(one.minimum_price.minor) if one and one.minimum_price else ""
        hint = f"In {currency}, like 49.99."
        blocks.append(one_line_input("listing_price", FIELDS["listing_price"], hint=hint, initial=listing, most=20))
        hint = "The marketplace may go down to it to win the buybox. Once set it cannot be taken away, only changed."
        blocks.append(one_line_input("minimum_price", FIELDS["minimum_price"], hint=hint, initial=lowest, most=20))
    blocks.append(one_line_input("amount", FIELDS["amount"], initial=str(one.amount) if one else "", most=9))
    days = str(one.handling_days) if one else ""
    blocks.append(one_line_input("handling_days", FIELDS["handling_days"], initial=days, most=3))
    return [{**block, "optional": True} for block in blocks]


def read_change(view: dict[str, Any], *, noted: bool, currency: str | None) -> tuple[UnitChange, dict[str, str]]:
    """What was filled in, and what is wrong beside which field. `noted`: a note stood there, so an empty one counts.

    `currency` is what the offers are sold in.
    """
    errors: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name in ("listing_price", "minimum_price"):
        if said := typed(view, name):
            amount, sign = signed(said)
            found[name] = price(amount)
            if sign not in (None, currency):
                errors[name] = f"The offer is sold in {currency}, not in {sign}."
            elif found[name] is None:
                errors[name] = f"“{plain(said, 20)}” is no price I am sure of. Type it like 49.99."
    for name in ("amount", "handling_days"):
        if said := typed(view, name):
            if said.isascii() and said.isdigit():
                found[name] = int(said)
            else:
                errors[name] = "Type a whole number."
    for name in ("status", "shipping_group_id", "warehouse_id"):
        picked = (*chosen(view, name), LEAVE)[0]
        if picked != LEAVE:
            found[name] = picked if name == "status" else int(picked)
    note = typed(view, "note")
    if note or noted:
        found["note"] = note
    return UnitChange(**{name: value for name, value in found.items() if name not in errors}), errors


# Was and will be


def confirm_window(
    changes: Sequence[tuple[Offer, Sequence[Step]]], labels: Mapping[str, Mapping[int, str]], metadata: str, told: str
) -> Block:
    """`labels` names shipping groups and warehouses by field; `told` is what the roles say, empty when nothing."""
    blocks: list[Block] = []
    for offer, taken in changes:
        lines = [f"{FIELDS[step.field]}: {_spoken(step, labels)}" for step in taken]
        head = f"*{names.flag(offer.unit.storefront)}*"
        blocks.append(section(f"{head}\n" + "\n".join(lines)))
    if told:
        blocks.append(section(f":raised_hand: {escaped(told, 300)} A colleague is asked first."))
    blocks.append(context("Each offer is read again before it is changed; if somebody was faster, nothing is sent."))
    return modal(CONFIRM, TITLE, blocks[:60], submit="Ask a colleague" if told else "Change", metadata=metadata)


def _spoken(step: Step, labels: Mapping[str, Mapping[int, str]]) -> str:
    return f"{value_words(step, step.was, labels)} → *{value_words(step, step.will_be, labels)}*" + jump_words(step)


def jump_words(step: Step) -> str:
    """By how much a price changes, in brackets; empty for everything else."""
    if not step.percent:
        return ""
    return f" ({step.percent:+d} % from the price)" if step.first_minimum else f" ({step.percent:+d} %)"


def value_words(step: Step, value: int | str | None, labels: Mapping[str, Mapping[int, str]] | None = None) -> str:
    """A value of `step` as people say it, as mrkdwn."""
    if value is None or value == "":
        return "none"
    if step.money and isinstance(value, int):
        return names.money(Money(value, step.money))
    if isinstance(value, int):
        return escaped((labels or {}).get(step.field, {}).get(value, f"{value:,}"), 80)
    return escaped(STATES.get(value, value), 120)


def changed_text(unit: Unit, taken: Sequence[Step]) -> str:
    """mrkdwn: what was changed, for the one who asked."""
    lines = "; ".join(f"{FIELDS[step.field].lower()} {_spoken(step, {})}" for step in taken)
    return f":white_check_mark: {names.flag(unit.storefront)} {escaped(offer_title(unit), 80)}: {lines}"


def nothing_found(words: str, command: str) -> Card:
    said = f"None of our offers is *{escaped(words, 80)}*." if words else "Which offer?"
    hint = f"`{command} 4006381333931` by EAN, or our own offer number, a unit's number, or words of its title. "
    hint += f"`{command} product 4006381333931` says whether a product can be sold. "
    hint += f"`{command} bulk` changes many offers from a CSV or Excel file."
    return Card(plain_text(said)["text"], [section(said), context(hint)])
