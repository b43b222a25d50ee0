"""The furnished world: seeds in seven languages, pictures, a believable past, a life that repeats itself."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import timedelta
from random import Random
from xml.etree import ElementTree

import pytest
from market_caller import NOON

from sandbox.market import Account, Marketplace, seeds
from sandbox.market.ground import LOCALES, STOREFRONTS
from sandbox.market.life import Life
from sandbox.market.photo import damaged
from sandbox.market.pictures import draw
from sandbox.market.stock import ean_of, local_price
from sandbox.market.stories import Stories
from sandbox.market.tickets import TOPICS

EVERYWHERE = Account.named("main", STOREFRONTS)


def a_market(accounts=(EVERYWHERE,), **options):
    return Marketplace(list(accounts), now=lambda: NOON, **options)


@pytest.mark.parametrize("locale", LOCALES.values())
def test_every_language_has_enough_to_say(locale):
    letters = seeds.letters(locale)

    assert len(letters.openers) >= 6
    assert len({opener.topic for opener in letters.openers}) == len(letters.openers)
    assert len(letters.follow_ups) + sum(len(opener.then) for opener in letters.openers) >= 12
    assert {opener.topic for opener in letters.openers} <= set(TOPICS)
    for note in letters.return_notes.values():
        assert 5 <= len(note) <= 100


@pytest.mark.parametrize("locale", LOCALES.values())
def test_letters_leave_no_gap_open_when_they_are_filled(locale):
    market = a_market()
    stories = Stories(market.world)
    storefront = next(name for name, spoken in LOCALES.items() if spoken == locale)
    unit = market.world.units_of(market.world.place_order(storefront))[0]
    letters = seeds.letters(locale)

    for opener in letters.openers:
        for text in (opener.text, *opener.then, *letters.follow_ups, *letters.answers):
            assert "{" not in stories.fill(text, unit, opener.topic)
        assert set(re.findall(r"\{\w+\}", opener.text)) <= {"{product}", "{order}", "{name}", "{date}"}
        assert "{name}" in opener.text


def test_no_letter_is_lent_from_another_language():
    texts = Counter(opener.text for locale in LOCALES.values() for opener in seeds.letters(locale).openers)

    assert set(texts.values()) == {1}


@pytest.mark.parametrize("assortment", seeds.assortments())
def test_every_product_has_a_name_in_each_language_and_a_picture(assortment):
    products = seeds.products(assortment)

    assert len(products) == 25
    for product in products:
        assert product.titles.keys() == {"de", "cs", "sk", "pl", "fr", "it"}
        assert product.shape in seeds.drawings()
        root = ElementTree.fromstring(draw(product.key, product.shape))
        assert root.get("viewBox") == "0 0 240 240"


def test_every_drawing_is_used():
    used = {product.shape for assortment in seeds.assortments() for product in seeds.products(assortment)}

    assert used == set(seeds.drawings())


def test_pictures_fetch_nothing_and_stay_the_same():
    picture = draw("kettle", "kettle")

    assert picture == draw("kettle", "kettle")
    assert picture != draw("mug-set", "kettle")
    assert "href" not in picture
    assert picture.count("http") == 1
    assert ElementTree.fromstring(draw("unheard-of", "unheard-of")) is not None


def test_a_photo_is_a_picture_and_the_same_for_the_same_seed():
    assert damaged(1).startswith(b"\x89PNG\r\n\x1a\n")
    assert damaged(1) == damaged(1)
    assert damaged(1) != damaged(2)


@pytest.mark.parametrize(
    ("storefront", "price"), [("de", 2499), ("at", 2499), ("cz", 61900), ("pl", 10799), ("sk", 2499)]
)
def test_prices_look_like_the_countrys(storefront, price):
    assert local_price(2499, storefront) == price


def test_eans_have_their_check_digit():
    for number in (0, 1, 9_999_999_999, 1234567890):
        digits = [int(digit) for digit in ean_of(number)]
        assert len(digits) == 13
        assert sum(digits[::2]) % 10 + 3 * sum(digits[1::2]) % 10 in {0, 10, 20}


@pytest.mark.parametrize("storefront", STOREFRONTS)
def test_people_live_in_their_country(storefront):
    person = seeds.person(storefront, Random(1))

    assert person.country == storefront.upper()
    assert person == seeds.person(storefront, Random(1))


def test_a_past_is_in_order():
    market = a_market()
    market.tell_history()
    shop = market.world.shop()
    units = {unit.id: unit for unit in shop.order_units}

    assert len(shop.orders) == 30
    assert len(shop.tickets) == 12
    assert len(shop.returns) == 6
    assert {"need_to_be_sent", "sent", "received"} <= {unit.status for unit in shop.order_units}
    for ticket in shop.tickets:
        assert all(units[id].created <= ticket.created <= NOON for id in ticket.order_unit_ids)
        moments = [message.created for message in ticket.messages]
        assert moments == sorted(moments)
        assert ticket.updated <= NOON
    for item in shop.returns:
        assert item.created <= item.updated <= NOON
    assert market.world.events == []


def test_a_past_is_the_same_for_the_same_seed():
    def told(seed):
        market = a_market(seed=seed)
        market.tell_history()
        return [(ticket.id, ticket.messages[0].text) for ticket in market.world.shop().tickets]

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_a_life_repeats_itself_and_brings_everything_in_time():
    def lived(seed):
        market = a_market(seed=seed)
        market.tell_history(orders=10, tickets=2, returns=1)
        life, names = Life(market.world), []
        for _ in range(300):
            names.append(life.step()[0])
            market.world.clock.advance(timedelta(minutes=20))
        return names, [ticket.id for ticket in market.world.shop().tickets]

    names, tickets = lived(2)

    assert set(names) == {
        *("order", "sent", "delivered", "ticket", "follow_up", "return", "return_moves", "buyer_closes"),
    }
    assert (names, tickets) == lived(2)
    assert len(tickets) > 20


async def test_a_running_life_keeps_its_pace_and_rests_when_told():
    market = a_market()
    paces = iter([0.001] * 50)
    rests = asyncio.Event()

    def pace():
        found = next(paces, 0.0)
        if not found:
            rests.set()
        return found

    life = asyncio.create_task(market.life.run(pace))
    async with asyncio.timeout(10):
        await rests.wait()
    happened = len(market.world.events)
    await asyncio.sleep(0.05)
    life.cancel()

    assert happened >= 50
    assert len(market.world.events) == happened


def test_a_storm_may_take_its_time():
    market = a_market()

    opened = market.life.storm(60, over=timedelta(hours=1))

    assert len({ticket.id for ticket in opened}) == 60
    assert timedelta(minutes=55) < opened[-1].created - opened[0].created <= timedelta(hours=1)


def test_three_shops_sell_different_things_under_their_own_keys():
    accounts = [
        Account.named(name, ("de",), assortment) for name, assortment in zip("abc", seeds.assortments(), strict=True)
    ]
    market = a_market(accounts)

    sold = [{offer.product.key for offer in shop.offers} for shop in market.world.shops.values()]
    assert [len(keys) for keys in sold] == [25, 25, 25]
    assert not sold[0] & sold[1] | sold[1] & sold[2] | sold[0] & sold[2]
    assert len({account.client_key for account in accounts}) == 3
