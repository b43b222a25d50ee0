from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.model import BuyboxOffer, Money, OrderUnit, ShippingRegion
from bot.marketplace import Unreadable, parse
from bot.marketplace.parse.values import LONG_AGO

from . import answers as a

AT = datetime(2026, 1, 31, 8, 5, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


# Tickets


def test_a_ticket_is_read_with_everything_around_it() -> None:
    ticket = parse.ticket(a.a_ticket(), id="00112345678")

    assert (ticket.id, ticket.storefront, ticket.status) == ("00112345678", "de", "opened")
    assert (ticket.created, ticket.updated) == (AT, LATER)
    assert (ticket.topic, ticket.open_reason) == ("delivery_not_received", "product_not_delivered")
    assert ticket.seller_responsible
    assert ticket.buyer_id == 21631426
    assert ticket.order_unit_ids == (314567896580917,)
    assert ticket.messages[0].text == "Wo ist mein Paket?"
    assert (ticket.messages[0].role, ticket.messages[0].author) == ("buyer", "Mara M.")
    assert ticket.attachments[0].name == "box.jpg"
    assert ticket.order_units[0].price == Money(4999, "EUR")


def test_a_ticket_is_keyed_by_the_id_that_was_asked_for() -> None:
    assert parse.ticket(a.a_ticket(id_ticket="112345678"), id="00112345678").id == "00112345678"


def test_messages_come_oldest_first() -> None:
    messages = [
        a.a_message(id_ticket_message=3, ts_created_iso="2026-02-02T00:00:00Z"),
        a.a_message(id_ticket_message=2, ts_created_iso="2026-02-01T00:00:00Z"),
        a.a_message(id_ticket_message=1, ts_created_iso="2026-02-01T00:00:00Z"),
    ]

    assert [m.id for m in parse.ticket(a.a_ticket(messages=messages), id="001").messages] == [1, 2, 3]


def test_a_message_whose_time_is_garbled_is_not_lost() -> None:
    ticket = parse.ticket(a.a_ticket(messages=[a.a_message(ts_created_iso="soon", author=None)]), id="001")

    assert ticket.messages[0].at == LATER
    assert (ticket.messages[0].role, ticket.messages[0].author) == ("unknown", "")


def test_decoration_that_cannot_be_read_is_left_out() -> None:
    raw = a.a_ticket(order_units=[a.an_order_unit(price="?"), a.an_order_unit()], product={"id_product": 1}, buyer=[])
    ticket = parse.ticket(raw, id="001")

    assert len(ticket.order_units) == 1
    assert ticket.product is None
    assert ticket.buyer_id == 21631426


def test_a_ticket_asked_for_with_less_has_less() -> None:
    ticket = parse.ticket({**a.a_ticket_row(), "messages": []}, id="001")

    assert (ticket.storefront, ticket.order_units, ticket.attachments) == (None, (), ())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("00112345678", "00112345678"), (112345678, "00112345678"), ("112345678", "00112345678"), ("0112", "00112")],
)
def test_leading_zeros_of_ticket_ids_are_restored(given: Any, wanted: str) -> None:
    assert parse.ticket_row(a.a_ticket_row(id_ticket=given)).id == wanted


@pytest.mark.parametrize("id", [None, "", "../1", "1a", {}, "1" * 41])
def test_a_ticket_row_without_a_name_is_unreadable(id: Any) -> None:
    with pytest.raises(Unreadable, match="id_ticket"):
        parse.ticket_row(a.a_ticket_row(id_ticket=id))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, LATER),
        ({"ts_updated_iso": "garbled"}, AT),
        ({"ts_updated_iso": None, "ts_created_iso": None}, LONG_AGO),
    ],
)
def test_a_row_with_a_garbled_time_still_names_its_ticket(changes: Any, wanted: datetime) -> None:
    assert parse.ticket_row(a.a_ticket_row(**changes)).updated == wanted


# Orders


def test_an_order_unit_is_read_whole() -> None:
    raw = a.an_order_unit(
        tickets=[a.a_ticket_row()], return_unit=a.a_return_unit(), delivery=a.an_order()["delivery"], vat=19.5
    )
    unit = parse.order_unit(raw)

    assert (unit.id, unit.order_id, unit.status, unit.storefront) == (
        314567896580917,
        "MB7UWLD",
        "need_to_be_sent",
        "de",
    )
    assert unit.price == Money(4999, "EUR")
    assert (unit.revenue_gross, unit.revenue_net) == (Money(4500, "EUR"), Money(3781, "EUR"))
    assert (unit.shipping, unit.vat_percent) == (Money(390, "EUR"), 19.5)
    assert unit.delivery_expires == datetime(2026, 2, 5, 22, 59, 59, tzinfo=UTC)
    assert unit.product is not None
    assert unit.product.picture == "https://media.example.test/a.jpg"
    assert unit.ticket_ids == ("00112345678",)
    assert (unit.return_id, unit.return_unit_id, unit.return_unit_status) == (675849321, 45456767, "return_arrived")
    assert unit.buyer is not None
    assert unit.buyer.email == "relay@example.test"
    assert unit.shipping_address is not None
    assert (unit.shipping_address.name, unit.shipping_address.street) == ("Mara Muster", "Musterstr. 1a")
    assert unit.pickup is not None
    assert unit.pickup.id == "260"


def test_prices_of_cz_and_pl_are_in_their_own_money() -> None:
    czech = a.an_order_unit(storefront="CZ", price=2_500_000_000)
    del czech["currency"]

    assert parse.order_unit(czech).price == Money(2_500_000_000, "CZK")
    assert parse.order_unit(a.an_order_unit(storefront="pl", currency="PLN")).price == Money(4999, "PLN")


def test_the_version_of_an_order_unit_tells_of_refunds() -> None:
    def version(**changes: Any) -> str:
        return parse.order_unit(a.an_order_unit(**changes)).version

    assert len({version(), version(status="sent"), version(revenue_gross=4000)}) == 3


def test_an_order_is_read_whole_and_lends_its_units_what_they_lack() -> None:
    order = parse.order(a.an_order(fulfillment_type="fulfilled_by_kaufland"))

    assert (order.id, order.storefront, order.deemed_supplier) == ("MB7UWLD", "de", True)
    assert order.units[0].fulfilled_by_kaufland
    assert (order.buyer_id, order.billing_address) == (21631426, None)
    assert order.shipping_address is not None
    assert order.pickup is not None
    assert order.invoices[0].key == "MB7UWLD:918273645:0"


def test_an_order_never_silently_loses_a_unit() -> None:
    with pytest.raises(Unreadable, match="order unit: status"):
        parse.order(a.an_order(order_units=[a.an_order_unit(), a.an_order_unit(status=None)]))


def test_an_order_row_is_read() -> None:
    row = parse.order_row(a.an_order_row(storefront="AT"))

    assert (row.id, row.storefront, row.created, row.units_updated) == ("MB7UWLD", "at", AT, LATER)


def test_carriers_are_read_and_nameless_ones_left_out() -> None:
    raw = {"carriers": [{"name": "DHL", "isHauler": False}, {"name": "Cargo", "isHauler": True}, {"isHauler": True}]}

    assert [(carrier.name, carrier.hauler) for carrier in parse.carriers(raw)] == [("DHL", False), ("Cargo", True)]


def test_secrets_and_people_stay_out_of_repr() -> None:
    order = parse.order(a.an_order())
    ticket = parse.ticket(a.a_ticket(), id="001")
    spoken = f"{order!r} {order.units!r} {ticket.attachments!r} {parse.import_file(a.an_import(), kind='x')!r}"

    for secret in ("s3cr3t", "Muster", "relay@", "files.example.test/box", "feeds/abc", "999999"):
        assert secret not in spoken


# Returns


def test_a_return_is_read_with_its_units() -> None:
    item = parse.return_(a.a_return())

    assert (item.id, item.storefront, item.status) == (675849321, "de", "package_received")
    assert (item.tracking_provider, item.tracking_code) == ("DHL", "407875042681")
    assert (item.created, item.updated, item.buyer_id) == (AT, LATER, 21631426)
    assert [(unit.id, unit.status, unit.reason) for unit in item.units] == [(45456767, "return_arrived", "wrong_size")]


def test_a_return_never_silently_loses_a_unit() -> None:
    with pytest.raises(Unreadable, match="return unit: status"):
        parse.return_(a.a_return(return_units=[a.a_return_unit(status="")]))


def test_a_return_unit_is_read_with_where_it_came_from() -> None:
    unit = parse.return_unit(a.a_return_unit(order_unit=a.an_order_unit()))

    assert isinstance(unit.order_unit, OrderUnit)
    assert unit.order_unit.order_id == "MB7UWLD"
    assert (unit.note, unit.return_id, unit.order_unit_id) == ("zu klein", 675849321, 314567896580917)
    assert parse.return_unit(a.a_return_unit(order_unit={"id_order_unit": "?"})).order_unit is None


def test_a_return_row_is_read() -> None:
    row = parse.return_row(a.a_return_row())

    assert (row.id, row.status, row.updated) == (675849321, "package_received", LATER)


# The inventory


def test_an_offer_of_ours_is_read() -> None:
    unit = parse.unit(a.a_unit(product=a.a_product()))

    assert (unit.id, unit.storefront, unit.status, unit.amount) == (1000, "de", "AVAILABLE", 7)
    assert (unit.price, unit.listing_price) == (Money(4899, "EUR"), Money(4999, "EUR"))
    assert unit.minimum_price == Money(4599, "EUR")
    assert (unit.handling_days, unit.transport_days) == (2, (1, 3))
    assert (unit.offer_id, unit.product_id, unit.shipping_group_id, unit.warehouse_id) == ("SKU-1", 362524873, 11, 5)
    assert unit.created == datetime(2024, 10, 30, 9, 37, 53, 2000, tzinfo=UTC)
    assert unit.product is not None


def test_a_minimum_price_of_nothing_is_none() -> None:
    assert parse.unit(a.a_unit(minimum_price=0)).minimum_price is None
    assert parse.unit(a.a_unit(minimum_price=None)).minimum_price is None


def test_the_version_of_an_offer_tells_of_foreign_changes() -> None:
    versions = {
        parse.unit(a.a_unit(**changes)).version
        for changes in ({}, {"amount": 6}, {"listing_price": 1}, {"minimum_price": 1}, {"status": "ONHOLD"})
    }

    assert len(versions) == 5


def test_each_offer_of_a_bulk_change_has_its_own_outcome() -> None:
    done, refused, broken, odd = parse.bulk_outcomes(
        [
            {"id_unit": 1, "status_code": 200.0, "unit": a.a_unit(id_unit=1)},
            {
                "id_unit": 2,
                "status_code": 400,
                "message": "no",
                "errors": [{"field": "amount", "message": "too low"}],
            },
            {"id_unit": 3, "status_code": 500, "key": "internal", "message": "sorry"},
            {"id_unit": 4, "status_code": 200},
        ]
    )

    assert done.changed
    assert done.unit is not None
    assert (refused.changed, refused.reason) == (False, "no; amount: too low")
    assert (broken.changed, broken.reason) == (False, "sorry")
    assert (odd.changed, odd.unit) == (True, None)


def test_a_shipping_group_is_read_without_bounds_that_are_none() -> None:
    group = parse.shipping_group(a.a_shipping_group())

    assert (group.id, group.name, group.kind, group.default) == (11, "Pakete", "PACKAGE", True)
    assert group.regions == (
        ShippingRegion(("DE",), Money(490, "EUR"), Money(0, "EUR"), Money(990, "EUR"), None, (1, 2)),
    )


def test_a_warehouse_is_read_with_its_place_in_one_line() -> None:
    assert parse.warehouse(a.a_warehouse()).place == "Lagerweg 1, 12345 Musterstadt DE"
    assert parse.warehouse(a.a_warehouse(address=None)).place == ""


def test_the_buybox_comes_best_first_and_knows_ours() -> None:
    first, second = parse.buybox(a.a_buybox())

    assert first == BuyboxOffer(1, "Shop 1", Money(2000, "EUR"), Money(0, "EUR"), (1, 3))
    assert (second.unit_id, second.offer_id) == (1000, "SKU-1")


def test_product_data_and_its_status_are_read() -> None:
    data = parse.product_data({"ean": ["4006381333931"], "attributes": {"title": ["x"]}})
    status = parse.product_status(a.a_product_status())

    assert (data.eans, data.attributes) == (("4006381333931",), {"title": ["x"]})
    assert (status.ready, status.update, status.not_ready_reason) == (False, "SUCCESS", "MISSING_ATTRIBUTES")
    assert (status.attributes[0].name, status.missing) == ("title", ("picture",))


# Files


def test_an_import_of_an_inventory_file_is_read() -> None:
    item = parse.import_file(a.an_import(), kind="inventory-feed")

    assert (item.id, item.kind, item.status, item.storefront) == (77, "inventory-feed", "IMPORTING", "de")
    assert (item.current_line, item.total_lines, item.errors, item.note) == (240, 300, 2, None)
    assert (item.created, item.updated, item.completed) == (AT, LATER, None)
    assert (item.done, item.failed, item.downloaded) == (False, False, True)


@pytest.mark.parametrize(
    ("status", "done", "failed", "downloaded"),
    [
        ("NEW", False, False, False),
        ("downloading", False, False, False),
        ("DOWNLOADING_FAILED", False, True, False),
        ("DOWNLOADED", False, False, True),
        ("CONVERSION_FAILED", False, True, True),
        ("IMPORTED", True, False, True),
        ("IMPORTING_STOPPED", False, True, True),
        ("ABORTED", False, True, True),
        ("SOMETHING_NEW", False, False, True),
    ],
)
def test_how_far_an_import_is_can_be_asked(status: str, done: bool, failed: bool, downloaded: bool) -> None:
    item = parse.import_file(a.an_import(status=status), kind="order-command")

    assert (item.done, item.failed, item.downloaded) == (done, failed, downloaded)


@pytest.mark.parametrize(
    ("changes", "done"),
    [({}, True), ({"async_import_done": 0.0}, False), ({"status": "IMPORTED"}, True), ({"status": "CHECKED"}, False)],
)
def test_product_data_is_done_when_its_afterwork_is(changes: Any, done: bool) -> None:
    item = parse.import_file(a.a_product_import(**changes), kind="product-data")

    assert item.done is done
    assert item.created == datetime(2021, 5, 31, 1, 6, 5, tzinfo=UTC)
    assert item.total_lines == 10


def test_a_report_is_read_before_and_after_it_is_there() -> None:
    done = parse.report(a.a_report())
    asked = parse.report({"id_report": 11011, "report_name": "x", "storefront": "DE", "parameters": []})

    assert (done.ready, done.failed, done.status) == (True, False, "done")
    assert done.parameters == (("date_from", "2026-01-01"), ("id_category", "123456"))
    assert (asked.ready, asked.status, asked.storefront) == (False, "new", "de")
    assert parse.report(a.a_report(status="PROCESSING_FAILED")).failed
    assert not parse.report(a.a_report(url=None)).ready


def test_a_subscription_is_read() -> None:
    found = parse.subscription(a.a_subscription())

    assert (found.id, found.event, found.storefront, found.active) == (11011, "order_new", "de", True)
    assert parse.subscription(a.a_subscription(storefront=None)).storefront is None


def test_storefronts_are_lower_case() -> None:
    assert parse.storefronts(["DE", "cz", 7]) == ("de", "cz")
    with pytest.raises(Unreadable):
        parse.storefronts({"de": 1})


# What is missing


@pytest.mark.parametrize(
    ("read", "raw", "field"),
    [
        (lambda raw: parse.ticket(raw, id="001"), a.a_ticket, "status"),
        (lambda raw: parse.ticket(raw, id="001"), a.a_ticket, "ts_created_iso"),
        (parse.order, a.an_order, "id_order"),
        (parse.order, a.an_order, "storefront"),
        (parse.order_unit, a.an_order_unit, "price"),
        (parse.order_unit, a.an_order_unit, "id_order_unit"),
        (parse.return_, a.a_return, "id_return"),
        (parse.return_unit, a.a_return_unit, "id_order_unit"),
        (parse.unit, a.a_unit, "listing_price"),
        (parse.unit, a.a_unit, "amount"),
        (parse.invoice, a.an_invoice, "id_invoice"),
        (parse.subscription, a.a_subscription, "id_subscription"),
        (parse.report, a.a_report, "id_report"),
        (lambda raw: parse.import_file(raw, kind="x"), a.an_import, "status"),
    ],
)
def test_what_nothing_can_be_done_without_is_complained_about_by_name(
    read: Callable[[Any], Any], raw: Callable[..., Any], field: str
) -> None:
    with pytest.raises(Unreadable, match=field):
        read(raw(**{field: None}))
