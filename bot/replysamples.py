"""A made-up ticket with everything that may be known about one: what templates are tried with before they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.domain.currency import currency_of
from bot.domain.locales import LOCALES, storefront_of
from bot.domain.model import Address, Money, Order, OrderUnit, Product, Return, Ticket
from bot.domain.reply import Input, Shop, Tracking, Value
from bot.replycontext import Context, reply_context

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

SAMPLE_SHOP = Shop(
    name="Muster",
    signature=dict.fromkeys(LOCALES.values(), "Muster"),
    hours=dict.fromkeys(LOCALES.values(), "9-17"),
)
_BUYER = Address(name="Eva Maria Muster", street="Musterweg 1", postcode="12345", city="Musterstadt", country="DE")
_TRACKING = Tracking("DHL", "00340434161094015902")


def sample_ticket(storefront: str) -> Ticket:
    units = sample_order(storefront).units
    return Ticket(
        id="00112345678",
        storefront=storefront,
        status="opened",
        open_reason="contact_other",
        topic="other_question",
        seller_responsible=True,
        fulfillment="fulfilled_by_merchant",
        created=NOW - timedelta(hours=3),
        updated=NOW - timedelta(hours=1),
        order_unit_ids=(1, 2),
        order_units=units[:2],
        product=units[0].product,
    )


def sample_order(storefront: str) -> Order:
    cup = OrderUnit(
        id=1,
        order_id="MB7UWLD",
        status="sent",
        price=Money(129_950, currency_of(storefront) or "EUR"),
        storefront=storefront,
        created=NOW - timedelta(days=9),
        product=Product(7, "Krups Espresso 15 bar"),
        delivery_expires=NOW - timedelta(days=2),
        return_id=4711,
        billing_address=_BUYER,
    )
    grinder = replace(cup, id=3, price=Money(4_990, cup.price.currency), product=Product(8, "Graef CM 800"))
    return Order(
        id="MB7UWLD",
        storefront=storefront,
        fulfillment="fulfilled_by_merchant",
        created=cup.created,
        units=(cup, replace(cup, id=2), grinder),
        billing_address=_BUYER,
    )


def sample_return(storefront: str) -> Return:
    return Return(
        id=4711,
        storefront=storefront,
        status="package_sent",
        fulfillment="fulfilled_by_merchant",
        created=NOW - timedelta(days=4),
        updated=NOW - timedelta(days=1),
        tracking_provider="DHL",
        tracking_code="00340434161094015903",
    )


def sample_context(locale: str, shop: Shop) -> Context:
    """The context of a reply in which nothing is unknown but what `shop` leaves out. It has no inputs."""
    storefront = storefront_of(locale) or "de"
    return reply_context(
        sample_ticket(storefront),
        sample_order(storefront),
        locale=locale,
        agent="Kim Adler",
        shop=shop,
        now=NOW,
        inputs={},
        item=sample_return(storefront),
        tracking=_TRACKING,
    )


def sample_inputs(asked: Iterable[Input], locale: str) -> Iterator[dict[str, Value]]:
    """What agents may fill in: each choice, with everything else filled in and with what is optional empty."""
    asked = tuple(asked)
    currency = currency_of(storefront_of(locale) or "") or "EUR"
    full: dict[str, Value] = {wanted.name: _value(wanted, currency) for wanted in asked}
    bare = {wanted.name: full[wanted.name] for wanted in asked if not wanted.optional}
    for values in (full, bare) if bare != full else (full,):
        yield values
        for wanted in asked:
            if wanted.name in values:
                for code, _ in wanted.choices[1:]:
                    yield {**values, wanted.name: code}


def stand_in(wanted: Input) -> str:
    """What shows where the agent's words will stand."""
    return wanted.choices[0][0] if wanted.choices else f"‹{wanted.label}›"


def _value(wanted: Input, currency: str) -> Value:
    match wanted.kind:
        case "date":
            return date(2026, 12, 4)
        case "number":
            return Decimal(3)
        case "money":
            return Money(1_000, currency)
        case _:
            return stand_in(wanted)
