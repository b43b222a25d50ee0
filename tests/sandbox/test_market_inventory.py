"""Offers, what storefronts share of them, bulk changes, warehouses, shipping groups, the buybox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from market_caller import a_market, problem, wrong_fields

from sandbox.market import KAUFLAND, Account
from sandbox.market.inventory import NewOffer

TWO = Account.named("main", ("de", "at"))


def offers_of(market, storefront="de"):
    return [offer for offer in market.world.shop().offers if offer.storefront == storefront]


def new_offer(market, **wanted):
    """The body of a request for something the shop does not offer yet."""
    keys = {offer.product.key for offer in market.world.shop().offers}
    product = next(product for product in market.world.products.values() if product.key not in keys)
    return {"ean": product.eans[0], "id_offer": "NEW-1", "listing_price": 4999, "handling_time": 2} | wanted


async def test_a_new_offer_exists_at_once_and_is_listed_minutes_later():
    async with a_market() as (market, seller):
        answer = await seller.post("/units?storefront=de", new_offer(market, amount=7))
        told = answer.json()["data"]

        assert answer.status_code == 200
        assert (told["amount"], told["condition"], told["status"]) == (7, "NEW", "AVAILABLE")
        assert (await seller.data(f"/units/{told['id_unit']}?storefront=de"))["id_offer"] == "NEW-1"
        assert await seller.data("/units?storefront=de&id_offer=NEW-1") == []
        market.world.clock.advance(timedelta(minutes=2))
        assert len(await seller.data("/units?storefront=de&id_offer=NEW-1")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"listing_price": 0}, "listing_price"),
        ({"listing_price": 100_000_001}, "listing_price"),
        ({"listing_price": "4999"}, "listing_price"),
        ({"minimum_price": 5000}, "minimum_price"),
        ({"handling_time": 101}, "handling_time"),
        ({"amount": -1}, "amount"),
        ({"ean": "123"}, "ean"),
        ({"ean": "9999999999999"}, "ean"),
        ({"condition": "MINT"}, "condition"),
        ({"condition": 101}, "condition"),
        ({"note": "x" * 251}, "note"),
        ({"id_warehouse": 1}, "id_warehouse"),
        ({"id_shipping_group": 1}, "id_shipping_group"),
        ({"vat_indicator": "unspecified"}, "vat_indicator"),
        ({"price": 1}, "price"),
    ],
)
async def test_a_wrong_field_of_a_new_offer_is_named(change, field):
    async with a_market() as (market, seller):
        answer = await seller.post("/units?storefront=de", new_offer(market, **change))

        assert wrong_fields(answer) == {field}


async def test_an_offer_needs_a_product_a_price_a_number_and_a_handling_time():
    async with a_market() as (_, seller):
        assert wrong_fields(await seller.post("/units?storefront=de", {})) == {
            *("ean", "id_offer", "listing_price", "handling_time"),
        }


@pytest.mark.parametrize(("given", "condition"), [(100, "NEW"), (300, "USED___VERY_GOOD"), ("USED___GOOD",) * 2])
async def test_conditions_are_taken_as_words_and_numbers(given, condition):
    async with a_market() as (market, seller):
        answer = await seller.post("/units?storefront=de", new_offer(market, condition=given))

        assert answer.json()["data"]["condition"] == condition


async def test_one_number_means_one_offer_on_every_storefront():
    async with a_market([TWO]) as (market, seller):
        german = offers_of(market)[0]
        austrian = next(offer for offer in offers_of(market, "at") if offer.id_offer == german.id_offer)

        answer = await seller.patch(f"/units/{german.id}?storefront=de", {"amount": 3, "listing_price": 1111})

        assert answer.json()["data"]["listing_price"] == 1111
        assert (german.amount, austrian.amount) == (3, 3)
        assert austrian.listing_price != 1111
        other = new_offer(market, id_offer=german.id_offer)
        assert problem(await seller.post("/units?storefront=de", other)) == (400, "already-exists")
        del other["ean"]
        market.world.delete_offer(market.world.shop(), german)
        other["id_product"] = offers_of(market)[3].product.id
        assert wrong_fields(await seller.post("/units?storefront=de", other)) == {"id_offer"}


@pytest.mark.parametrize("field", ["condition", "ean", "id_offer"])
async def test_what_an_offer_is_cannot_be_changed(field):
    async with a_market() as (market, seller):
        offer = offers_of(market)[0]

        assert wrong_fields(await seller.patch(f"/units/{offer.id}?storefront=de", {field: "NEW"})) == {field}


async def test_stock_that_runs_out_and_comes_back_is_told():
    async with a_market() as (market, seller):
        offer = offers_of(market)[0]
        await seller.patch(f"/units/{offer.id}?storefront=de", {"amount": 0})
        await seller.patch(f"/units/{offer.id}?storefront=de", {"amount": 5})
        await seller.patch(f"/units/{offer.id}?storefront=de", {"status": "ONHOLD"})
        await seller.patch(f"/units/{offer.id}?storefront=de", {"status": "ONHOLD"})

        told = [event.name.removeprefix("item_unit_") for event in market.world.events]

        assert told == [
            *("changed", "out_of_stock", "not_available"),
            *("changed", "available"),
            *("changed", "not_available"),
        ]
        assert market.world.events[0].payload["amount"] == 0


async def test_an_offer_is_found_by_number_product_and_ean():
    async with a_market() as (market, seller):
        offer = offers_of(market)[3]

        for query in (
            f"id_offer={offer.id_offer}",
            f"id_product={offer.product.id}",
            f"ean={offer.product.eans[0]}",
            f"ean=0{offer.product.eans[0]}",
        ):
            rows = await seller.data(f"/units?storefront=de&embedded=products&{query}")
            assert [row["id_unit"] for row in rows] == [offer.id]
            assert rows[0]["product"]["title"] == offer.product.title("de-DE")


async def test_a_storefront_that_is_not_set_up_is_named_as_such():
    async with a_market() as (market, seller):
        offer = offers_of(market)[0]

        assert problem(await seller.get("/units?storefront=pl")) == (400, "storefront-not-configured")
        assert problem(await seller.get(f"/units/{offer.id}?storefront=pl")) == (400, "storefront-not-configured")
        assert wrong_fields(await seller.get("/units?storefront=xx")) == {"storefront"}
        assert wrong_fields(await seller.get("/units")) == {"storefront"}


async def test_an_offer_of_another_storefront_is_not_found():
    async with a_market([TWO]) as (market, seller):
        offer = offers_of(market, "at")[0]

        assert problem(await seller.get(f"/units/{offer.id}?storefront=de")) == (404, "not-found")


async def test_kauflands_own_offers_are_hidden_and_refused():
    async with a_market() as (market, seller):
        keys = {offer.product.key for offer in offers_of(market)}
        product = next(product for product in market.world.products.values() if product.key not in keys)
        offer = market.world.create_offer(
            market.world.shop(), "de", product, NewOffer("FBK-1", 100, 1), fulfillment=KAUFLAND
        )
        market.world.clock.advance(timedelta(minutes=2))

        assert await seller.data("/units?storefront=de&id_offer=FBK-1") == []
        listed = await seller.data("/units?storefront=de&id_offer=FBK-1&fulfillment_type=fulfilled_by_kaufland")
        assert len(listed) == 1
        changed = await seller.patch(f"/units/{offer.id}?storefront=de", {"amount": 1})
        assert wrong_fields(changed) == {"fulfillment_type"}
        deleted = await seller.call("DELETE", f"/units/{offer.id}?storefront=de")
        assert wrong_fields(deleted) == {"fulfillment_type"}


async def test_a_deleted_offer_is_gone():
    async with a_market() as (market, seller):
        offer = offers_of(market)[0]

        assert (await seller.call("DELETE", f"/units/{offer.id}?storefront=de")).status_code == 204
        assert problem(await seller.get(f"/units/{offer.id}?storefront=de")) == (404, "not-found")
        assert market.world.events[-1].name == "item_unit_deleted"


async def test_in_bulk_each_unit_succeeds_or_fails_by_itself():
    async with a_market() as (market, seller):
        one, two = offers_of(market)[:2]

        answer = await seller.post(
            "/units/bulk?storefront=de",
            [
                {"id_unit": one.id, "unit_data": {"amount": 3}},
                {"id_unit": two.id, "unit_data": {"listing_price": 0}},
                {"id_unit": 1, "unit_data": {"amount": 3}},
            ],
        )

        assert answer.status_code == 207
        told = answer.json()["data"]
        assert [entry["status_code"] for entry in told] == [200, 400, 404]
        assert told[0]["unit"]["amount"] == one.amount == 3
        assert told[1]["errors"][0]["field"] == "unit_data.listing_price"


async def test_too_many_or_the_same_twice_fails_the_whole_bulk():
    async with a_market() as (market, seller):
        offer = offers_of(market)[0]
        change = {"id_unit": offer.id, "unit_data": {"amount": 3}}

        twice = await seller.post("/units/bulk?storefront=de", [change, change])
        many = await seller.post("/units/bulk?storefront=de", [change | {"id_unit": n} for n in range(1, 152)])

        assert problem(twice) == (400, "units/bulk-duplicate-units")
        assert problem(many) == (400, "units/bulk-too-many-units")
        assert offer.amount != 3


async def test_warehouses_can_be_kept():
    async with a_market() as (market, seller):
        address = {"street": "Am Kai", "house_number": "1", "postcode": "20457", "city": "Hamburg", "country": "DE"}
        body = {"name": "North", "address": address, "is_default": True}
        main = next(iter(market.world.shop().warehouses))

        created = await seller.post("/warehouses", body)
        id = created.json()["data"]["id_warehouse"]
        again = await seller.post("/warehouses", body)
        renamed = await seller.call("PUT", f"/warehouses/{id}", body | {"name": "Hamburg"})
        not_default = await seller.call("PUT", f"/warehouses/{id}", body | {"is_default": False})

        assert (created.status_code, renamed.status_code) == (201, 200)
        assert main.default is False
        assert problem(again) == (400, "already-exists")
        assert problem(not_default) == (400, "default-required")
        assert [house["name"] for house in await seller.data("/warehouses")] == ["Main warehouse", "Hamburg"]
        assert problem(await seller.call("DELETE", f"/warehouses/{main.id}")) == (400, "has-units")
        assert problem(await seller.call("DELETE", f"/warehouses/{id}")) == (400, "default-required")
        assert wrong_fields(await seller.post("/warehouses", {"name": "x", "address": {}})) == {
            *("address.street", "address.house_number", "address.postcode", "address.city", "address.country"),
            "is_default",
        }


async def test_shipping_groups_are_the_storefronts_own():
    async with a_market([TWO]) as (_, seller):
        group = (await seller.data("/shipping-groups?storefront=at"))[0]

        assert group["regions"][0]["countries"] == ["AT"]
        found = await seller.data(f"/shipping-groups/{group['id_shipping_group']}?storefront=at")
        assert found == group
        elsewhere = await seller.get(f"/shipping-groups/{group['id_shipping_group']}?storefront=de")
        assert problem(elsewhere) == (404, "not-found")


async def test_the_buybox_ranks_by_what_the_buyer_pays():
    async with a_market() as (market, seller):
        offer = offers_of(market)[0]
        query = f"/buybox?id_product={offer.product.id}&storefront=de&condition=new"

        told = await seller.data(query)
        top = await seller.data(f"{query}&limit=1")

        totals = [unit["price"] + unit["shipping_rate"] for unit in told["units"]]
        assert totals == sorted(totals)
        assert [unit["buybox_rank"] for unit in told["units"]] == [1, 2, 3, 4]
        assert [unit["id_unit"] for unit in told["units"] if "id_unit" in unit] == [offer.id]
        assert top["units"] == told["units"][:1]
        assert (await seller.get("/buybox?id_product=1&storefront=de&condition=new")).status_code == 404
