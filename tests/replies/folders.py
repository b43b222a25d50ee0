"""Folders of reply templates as people write them, and tickets to fill them in for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.model import Address, Order, OrderUnit, Product, Ticket
from tests.domain.builders import NOW, a_ticket, an_order, an_order_unit

SHOP = """\
locales: [de-DE]
signature:
  de-DE: Ihr Kundenservice
"""
LATE = """\
title: Parcel is late
when:
  topic: delivery_delayed
inputs:
  new_date:
    label: New delivery date
    type: date
"""
TEXT = "Guten Tag,\n\nIhr Paket kommt am {{ inputs.new_date }}.\n\n{{ shop.signature }}\n"
EVA = Address(name="Eva Adler", street="Ring 1", postcode="1010", city="Wien", country="AT", phone="+43 1 234")


def a_folder(root: Path, *, shop: str | None = SHOP, **templates: dict[str, str]) -> Path:
    """TEMPLATES_DIR with a shop.yaml and for each template its files; `_` in their names stands for `-`."""
    (root / "replies").mkdir(parents=True, exist_ok=True)
    if shop is not None:
        (root / "shop.yaml").write_text(shop, "utf-8")
    for name, files in templates.items():
        write(root, name.replace("_", "-"), **files)
    return root


def write(root: Path, name: str, **files: str) -> None:
    """`yaml` is the template.yaml of a template, every other name a locale like de_DE."""
    folder = root / "replies" / name
    folder.mkdir(exist_ok=True)
    for key, text in files.items():
        file = "template.yaml" if key == "yaml" else f"{key.replace('_', '-')}.j2"
        (folder / file).write_text(text, "utf-8")


def late(**changes: str) -> dict[str, str]:
    return {"yaml": LATE, "de_DE": TEXT, **changes}


def a_unit(**changes: Any) -> OrderUnit:
    given: dict[str, Any] = {
        "product": Product(7, "Tasse, blau"),
        "billing_address": EVA,
        "delivery_expires": NOW + timedelta(days=2),
        **changes,
    }
    return an_order_unit(**given)


def a_full_ticket(**changes: Any) -> Ticket:
    units = (a_unit(id=1), a_unit(id=2))
    return a_ticket(**{"order_units": units, "order_unit_ids": (1, 2), **changes})


def a_full_order(**changes: Any) -> Order:
    units = (a_unit(id=1), a_unit(id=2), a_unit(id=3, product=Product(8, "Kanne")))
    return an_order(**{"units": units, "billing_address": EVA, **changes})
