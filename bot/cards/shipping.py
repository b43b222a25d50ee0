"""The windows "Mark as sent" and "Add a parcel": drawn and read here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.cards.blocks import Block, context, modal, plain_text, text_input
from bot.cards.orders import SEND, SHIP, unit_title
from bot.cards.windows import choice, chosen, one_line_input, option, picked_options, typed
from bot.domain.model import Carrier, Money, OrderUnit
from bot.domain.parcels import LONGEST_NUMBER, WITHOUT_NUMBER, hints, numbers_typed, odd_number
from bot.domain.words import one_line

TITLES = {SEND: "Mark as sent", SHIP: "Add a parcel"}
UNITS, CARRIER, NUMBERS = "units", "carrier", "numbers"
MOST_UNITS = 100
MOST_OPTIONS = 100


@dataclass(frozen=True)
class Shown:
    """An order unit as a window showed it: what a person decided by."""

    id: int
    version: str
    price: Money
    title: str = field(default="", compare=False)

    @property
    def state(self) -> str:
        return self.version.partition(".")[0]


@dataclass(frozen=True)
class Parcel:
    """What was filled in: the order units as they were shown, the carrier, the tracking numbers."""

    units: tuple[Shown, ...]
    carrier: str
    numbers: tuple[str, ...]


def parcel_window(kind: str, units: Sequence[OrderUnit], carriers: Sequence[Carrier], metadata: str) -> Block:
    """`kind` is order.send or order.ship."""
    effect = {
        SEND: "The marketplace tells the buyer, and the money is on its way to you once the parcel arrived.",
        SHIP: "One more parcel for something that was sent already. The buyer sees its number.",
    }[kind]
    blocks: list[Block] = [context(effect), *units_field(units, several=kind == SEND)]
    blocks.append(choice(CARRIER, "Carrier", [], groups=_carrier_groups(carriers)))
    if kind == SEND:
        field = text_input(NUMBERS, "Tracking numbers", hint=hints(), most=1000)
        blocks.append({**field, "optional": True})
    else:
        blocks.append(one_line_input(NUMBERS, "Tracking number", hint=hints(), most=LONGEST_NUMBER))
    return modal(kind, TITLES[kind], blocks, submit=TITLES[kind], metadata=metadata)


def read_parcel(view: dict[str, Any], *, sure: bool) -> tuple[Parcel | None, dict[str, str], str]:
    """The parcel, or the errors beside the fields, or a warning a person who is `sure` has seen already."""
    units, (carrier, *_) = read_units(view), (*chosen(view, CARRIER), "")
    errors = {} if units else {UNITS: "Choose what was sent."}
    if not carrier:
        errors[CARRIER] = "Choose the carrier; take Other for one that is not here."
    try:
        numbers = numbers_typed(typed(view, NUMBERS))
    except ValueError as error:
        return None, {**errors, NUMBERS: str(error)}, ""
    if view.get("callback_id") == SHIP and len(numbers) > 1:
        errors[NUMBERS] = "One number at a time; press the button again for the next parcel."
    if not numbers and carrier not in WITHOUT_NUMBER:
        errors[NUMBERS] = "This carrier needs a tracking number. Only Other and Other Hauler go without."
    if errors:
        return None, errors, ""
    if not sure and (odd := odd_number(carrier, numbers)):
        return None, {}, odd
    return Parcel(units, carrier, numbers), {}, ""


# Which units: the same field in every window about an order


def units_field(units: Sequence[OrderUnit], *, several: bool = True) -> list[Block]:
    """Which of `units` is meant. One alone is chosen already."""
    options = [option(_unit_words(unit, number), unit_value(unit)) for number, unit in enumerate(units[:MOST_UNITS], 1)]
    initial = options if several or len(options) == 1 else options[:1]
    return [choice(UNITS, "Which units?" if several else "Which unit?", options, several=several, initial=initial)]


def read_units(view: dict[str, Any]) -> tuple[Shown, ...]:
    """The chosen units as they were shown; none when one of them is unreadable."""
    found = [_shown(picked.get("value"), picked.get("text")) for picked in picked_options(view, UNITS)]
    return tuple(dict.fromkeys(each for each in found if each)) if all(found) else ()


def _shown(value: object, text: object) -> Shown | None:
    read = re.fullmatch(r"(\d{1,18})\|([a-z_]{1,40}\.-?\d{1,12})\|(\d{1,12})([A-Z]{3})", str(value), re.ASCII)
    if read is None:
        return None
    id, version, minor, currency = read.groups()
    title = str(text.get("text") or "") if isinstance(text, dict) else ""
    return Shown(int(id), version, Money(int(minor), currency), title)


def unit_value(unit: OrderUnit) -> str:
    return f"{unit.id}|{unit.version}|{unit.price.minor}{unit.price.currency}"


def _unit_words(unit: OrderUnit, number: int) -> str:
    return one_line(f"{number}. {unit_title(unit)}", 60) + f" · …{unit.id % 10_000:04d}"


def _carrier_groups(carriers: Sequence[Carrier]) -> list[Block]:
    """Parcel services first, Other on top of each list; an empty group is none."""
    groups = []
    for hauler, label in ((False, "Parcel services"), (True, "Haulers")):
        named = sorted({carrier.name for carrier in carriers if carrier.hauler is hauler})
        named.sort(key=lambda name: name not in WITHOUT_NUMBER)
        options = [option(name, name) for name in named if len(name) <= 75][:MOST_OPTIONS]
        if options:
            groups.append({"label": plain_text(label, 75), "options": options})
    return groups or [{"label": plain_text("Carriers", 75), "options": [option("Other", "Other")]}]
