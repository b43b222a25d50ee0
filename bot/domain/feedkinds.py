"""The four kinds of files the marketplace imports: their columns, commands and limits. Pure.

https://sellerapi.kaufland.com/?page=inventory-files, ?page=order-files, ?page=product-data-files
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

INVENTORY_FEED = "inventory-feed"
INVENTORY_COMMAND = "inventory-command"
ORDER_COMMAND = "order-command"
PRODUCT_DATA = "product-data"

DELIMITER = ";"
UPSERT, DELETE = "UPSERT", "DELETE"
SENT, CANCELLED = "MARK_UNIT_SENT", "MARK_UNIT_CANCELLED"

OFFER_COLUMNS = (
    *("ean", "condition", "price", "currency", "comment", "id_offer", "id_warehouse", "count", "minimum_price"),
    *("price_cs", "minimum_price_cs", "id_shipping_group", "handling_time"),
)
FEED_COLUMNS = (*OFFER_COLUMNS, "vat_indicator")
FEED_REQUIRED = ("ean", "condition", "currency", "handling_time")
# What the marketplace needs before it shows a product; every other column is an attribute with its name.
PRODUCT_REQUIRED = ("ean", "locale")
PRODUCT_USUAL = ("title", "description", "category", "picture", "manufacturer")

LONGEST_OFFER_ID = 40
LONGEST_COMMENT = 250
LONGEST_HANDLING = 100
# Minor units: https://sellerapi.kaufland.com/?page=inventory
HIGHEST_PRICES = {"EUR": 100_000_000, "CZK": 2_500_000_000, "PLN": 450_000_000}

CONDITION_NUMBERS = {"100": "NEW", "200": "USED___AS_NEW", "300": "USED___VERY_GOOD", "400": "USED___GOOD"} | {
    "500": "USED___ACCEPTABLE"
}
CONDITIONS = (
    *("NEW", "USED___AS_NEW", "USED___VERY_GOOD", "USED___GOOD", "USED___ACCEPTABLE"),
    *("REFURBISHED___AS_NEW", "REFURBISHED___VERY_GOOD", "REFURBISHED___GOOD", "REFURBISHED___ACCEPTABLE"),
)
VAT_INDICATORS = ("standard_rate", "reduced_rate_1", "reduced_rate_2", "super_reduced_rate", "zero_rate")
CANCEL_REASONS = (
    *("BuyerCancelled", "ShippingAddressUndeliverable", "WrongCatalogData", "GeneralAdjustment"),
    *("MerchandiseNotReceived", "NoInventory", "DelayedInventory", "WrongPrice", "NoReactionBuyer"),
    "UndeliverableRegion",
)
# Only these may be told without a tracking number.
UNTRACKED_CARRIERS = ("Other", "Other Hauler")


@dataclass(frozen=True)
class FeedKind:
    """One kind of file. `name` is what the marketplace's address of it ends with, `spoken` what people call it.

    `whole`: it is the entire inventory of a storefront, and what it leaves out is removed.
    """

    name: str
    spoken: str
    effect: str
    of_storefront: bool
    columns: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    whole: bool = False

    @property
    def has_header(self) -> bool:
        return not self.commands


KINDS = {
    kind.name: kind
    for kind in (
        FeedKind(
            INVENTORY_FEED,
            "inventory feed",
            "The whole inventory of one storefront: offers that are missing in it are removed.",
            of_storefront=True,
            columns=FEED_COLUMNS,
            required=FEED_REQUIRED,
            whole=True,
        ),
        FeedKind(
            INVENTORY_COMMAND,
            "inventory commands",
            "Changes to single offers of one storefront; what it does not name stays as it is.",
            of_storefront=True,
            commands=(UPSERT, DELETE),
        ),
        FeedKind(
            ORDER_COMMAND,
            "order commands",
            "Marks order units as sent or cancels them. The buyers get a mail.",
            of_storefront=False,
            commands=(SENT, CANCELLED),
        ),
        FeedKind(
            PRODUCT_DATA,
            "product data",
            "Titles, descriptions, pictures and attributes of products; the language stands in the file.",
            of_storefront=False,
            required=PRODUCT_REQUIRED,
        ),
    )
}


def condition(text: str) -> str | None:
    """The marketplace's word for a condition a file names: 100, new, "used - as new", USED___AS_NEW; None for none."""
    if number := CONDITION_NUMBERS.get(text):
        return number
    word = text.strip().upper().replace(" - ", "___").replace(" ", "_")
    return word if word in CONDITIONS else None


def heading(fields: Sequence[str]) -> tuple[str, ...]:
    """The names of columns as a header tells them, without the spaces and capitals people put there."""
    return tuple(field.strip().lower() for field in fields)


def recognised(rows: Iterable[Sequence[str]]) -> FeedKind | None:
    """Which kind a file is whose first rows are `rows`; None for none of them."""
    first = next((row for row in rows if any(field.strip() for field in row)), None)
    if first is None:
        return None
    command = first[0].strip().upper()
    if found := next((kind for kind in KINDS.values() if command in kind.commands), None):
        return found
    columns = set(heading(first))
    if columns.issuperset(PRODUCT_REQUIRED):
        return KINDS[PRODUCT_DATA]
    if "ean" in columns and len(columns.intersection(FEED_COLUMNS)) >= 4:
        return KINDS[INVENTORY_FEED]
    return None


_TEMPLATES = {
    INVENTORY_FEED: (
        ";".join(FEED_COLUMNS),
        "4006381333931;100;4999;EUR;;SKU-1;;7;4599;;;;2;standard_rate",
        '4006381333948;200;;EUR;"Box; slightly dented";SKU-2;;3;;49,99;;;1;',
    ),
    INVENTORY_COMMAND: (
        "UPSERT;4006381333931;100;4999;EUR;;SKU-1;;7;;;;;2",
        "DELETE;4006381333948;SKU-2",
    ),
    ORDER_COMMAND: (
        "MARK_UNIT_SENT;314567896580917;DHL;00340434161094021501",
        "MARK_UNIT_CANCELLED;314567896580918;NoInventory",
    ),
    PRODUCT_DATA: (
        "ean;locale;category;title;description;manufacturer;picture;picture",
        "4006381333931;de-DE;Textmarker;Textmarker gelb;Leuchtet auch auf dünnem Papier;Muster;"
        "https://img.shop.test/1.jpg;https://img.shop.test/2.jpg",
        "4006381333931;cs-CZ;Zvýrazňovače;Zvýrazňovač žlutý;Svítí i na tenkém papíře;Muster;"
        "https://img.shop.test/1.jpg;https://img.shop.test/2.jpg",
    ),
}


def template(kind: FeedKind) -> str:
    """A file of this kind with example rows, ready to be filled in."""
    return "\r\n".join([*_TEMPLATES[kind.name], ""])
