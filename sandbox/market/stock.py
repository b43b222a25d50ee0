"""Furnishes a fresh world: products with prices of each country, offers, shipping groups, warehouses, people."""

from __future__ import annotations

from random import Random

from sandbox.market import seeds
from sandbox.market.ground import Shop, currency_of
from sandbox.market.inventory import COUNTRIES, NewOffer
from sandbox.market.model import Address, Buyer, Product, ShippingGroup
from sandbox.market.orders import SHIPPING_RATE
from sandbox.market.world import World

BUYERS_PER_STOREFRONT = 24
CATEGORY_IDS = {"household": 34401, "garden": 28011, "toys": 51207}


def furnish(world: World) -> None:
    """Fill the shelves of every shop. The same seed fills them the same way."""
    random = Random(f"stock:{world.seed}")
    for assortment in seeds.assortments():
        _put_products(world, assortment, random)
    for storefront in COUNTRIES:
        world.buyers[storefront] = [_buyer(world, storefront, random) for _ in range(BUYERS_PER_STOREFRONT)]
    for shop in world.shops.values():
        _furnish_shop(world, shop, random)
    world.events.clear()


def local_price(cents: int, storefront: str) -> int:
    """A euro price as a shop of that country would write it: whole crowns that end in 9, zloty that end in ,99."""
    currency = currency_of(storefront)
    if currency == "CZK":
        return max(cents * 25 // 1000, 1) * 1000 - 100
    if currency == "PLN":
        return max(cents * 43 // 1000, 1) * 100 + 99
    return cents


def ean_of(number: int) -> str:
    """A thirteen-digit EAN with its right check digit, from the range shops may use inside their own walls."""
    digits = f"20{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _put_products(world: World, assortment: str, random: Random) -> None:
    for row in seeds.products(assortment):
        product = Product(
            id=world.ids.number("product"),
            key=row.key,
            eans=(ean_of(random.randrange(10**10)),),
            titles=row.titles,
            price=row.price,
            category=row.shape,
            category_id=CATEGORY_IDS[assortment],
            manufacturer=row.brand,
        )
        world.products[product.id] = world.products_by_ean[product.eans[0]] = product


def _buyer(world: World, storefront: str, random: Random) -> Buyer:
    person = seeds.person(storefront, random)
    address = Address(
        first_name=person.first_name,
        last_name=person.last_name,
        street=person.street,
        house_number=person.house_number,
        postcode=person.postcode,
        city=person.city,
        country=person.country,
        phone=person.phone,
    )
    id = world.ids.number("buyer")
    return Buyer(id, f"{world.ids.token(16)}@buyer.example", address)


def _furnish_shop(world: World, shop: Shop, random: Random) -> None:
    now = world.clock.stamp()
    address = {
        "street": "Werkstraße",
        "house_number": "12",
        "postcode": "99084",
        "city": "Erfurt",
        "country": "DE",
        "phone": None,
    }
    world.create_warehouse(shop, "Main warehouse", address, default=True)
    keys = {row.key for row in seeds.products(shop.account.assortment)}
    products = [product for product in world.products.values() if product.key in keys]
    amounts = {product.key: random.randint(6, 80) for product in products}
    for storefront in shop.account.storefronts:
        currency = currency_of(storefront)
        group = ShippingGroup(
            id=world.ids.number("shipping_group"),
            storefront=storefront,
            name="Standard parcel",
            currency=currency,
            countries=(COUNTRIES.get(storefront, storefront.upper()),),
            cost=SHIPPING_RATE.get(currency, 495),
            free_from=local_price(7900, storefront),
            transport_time=(2, 4),
            created=now,
            updated=now,
        )
        shop.shipping_groups.put(group)
        for number, product in enumerate(products, start=1):
            price = local_price(product.price, storefront)
            sku = f"{product.manufacturer[:3].upper()}-{number:03d}"
            offer = NewOffer(sku, price, handling_time=random.randint(0, 2), amount=amounts[product.key])
            world.create_offer(shop, storefront, product, offer).listed_from = now
