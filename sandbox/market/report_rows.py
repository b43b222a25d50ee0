"""What stands in each kind of report: a header and rows, as far as the marketplace's columns are known."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.market.ground import LOCALES, Shop, currency_of, must_find
from sandbox.market.model import Offer, OrderUnit, Report

Row = list[str | int]
Table = tuple[Row, list[Row]]


def _offers(shop: Shop, report: Report) -> list[Offer]:
    return [offer for offer in shop.offers if offer.storefront == report.storefront]


def _units(shop: Shop, report: Report) -> list[OrderUnit]:
    asked = dict(report.parameters)
    first, last = str(asked.get("date_from", "")), str(asked.get("date_to", "9999"))
    units = [unit for unit in shop.order_units if unit.storefront == report.storefront]
    return [unit for unit in units if first <= unit.created.date().isoformat() <= last]


def _account_listing(shop: Shop, report: Report) -> Table:
    header: Row = ["ean", "condition", "price", "currency", "comment", "id_offer", "id_warehouse", "count"]
    header += ["minimum_price", "price_cs", "minimum_price_cs", "id_shipping_group", "handling_time"]
    currency = currency_of(report.storefront)
    rows: list[Row] = [
        [
            *(offer.product.eans[0], offer.condition, offer.listing_price, currency, offer.note or "", offer.id_offer),
            *(offer.warehouse_id, offer.amount, offer.minimum_price, "", "", offer.shipping_group_id),
            offer.handling_time,
        ]
        for offer in _offers(shop, report)
    ]
    return header, rows


def _bookings(shop: Shop, report: Report) -> Table:
    """Refunds are told here and nowhere else."""
    header: Row = ["booking_date", "booking_text", "order_date", "order_number", "id_order_unit", "amount", "ean"]
    rows: list[Row] = []
    for unit in _units(shop, report):
        common: Row = [unit.created.date().isoformat(), unit.order_id, unit.id]
        ean = unit.product.eans[0]
        if unit.status == "sent_and_autopaid":
            rows.append([unit.updated.date().isoformat(), "Freigabe", *common, _comma(unit.price), ean])
        for refund in unit.refunds:
            rows.append([refund.at.date().isoformat(), "Erstattung", *common, _comma(-refund.amount), ean])
        if unit.status == "cancelled":
            rows.append([unit.updated.date().isoformat(), "Storno", *common, _comma(-unit.price), ean])
    return header, rows


def _sales(shop: Shop, report: Report) -> Table:
    rows: list[Row] = [
        [unit.created.date().isoformat(), unit.order_id, unit.id, unit.product.eans[0], _comma(unit.price)]
        for unit in _units(shop, report)
    ]
    return ["order_date", "order_number", "id_order_unit", "ean", "price_gross"], rows


def _eans_not_found(shop: Shop, report: Report) -> Table:
    rows: list[Row] = [[ean, data.status] for (ean, _), data in shop.product_data.items() if data.product_id is None]
    return ["ean", "reason"], rows


def _product_data_changes(shop: Shop, report: Report) -> Table:
    header: Row = ["ean", "title", "changed_attributes", "date_changed", "id_item"]
    rows: list[Row] = [
        [
            ean,
            str(data.attributes.get("title", "")),
            ",".join(data.attributes),
            data.updated.date().isoformat(),
            data.product_id or "",
        ]
        for (ean, locale), data in shop.product_data.items()
        if locale == LOCALES.get(report.storefront)
    ]
    return header, rows


def _cancellations(shop: Shop, report: Report) -> Table:
    header: Row = ["Datum der Stornierung", "Datum der Order", "Grund der Stornierung", "EAN des Artikels"]
    header += ["Hersteller des Artikels", "Titel des Artikels"]
    sellers_fault = dict(report.parameters).get("cancellation_type") == "seller_related"
    rows: list[Row] = [
        [
            *(unit.updated.date().isoformat(), unit.created.date().isoformat(), unit.cancel_reason or ""),
            *(unit.product.eans[0], unit.product.manufacturer, unit.product.title("de-DE")),
        ]
        for unit in _units(shop, report)
        if unit.status == "cancelled" and not (sellers_fault and unit.cancel_reason == "BuyerCancelled")
    ]
    return header, rows


def _competitors(shop: Shop, report: Report) -> Table:
    header: Row = ["EAN", "Offer_id", "Titel", "Günstigster Preis neu", "Günstigster Preis gebraucht", "Ihr Preis"]
    header += ["Differenz zu neu absolut", "Differenz zu neu %"]
    rows: list[Row] = []
    for offer in _offers(shop, report):
        cheapest = offer.listing_price * (90 + offer.id % 20) // 100
        gap = offer.listing_price - cheapest
        title = offer.product.title(LOCALES.get(report.storefront, "de-DE"))
        percent = f"{100 * gap / offer.listing_price:.1f}".replace(".", ",")
        rows.append([offer.product.eans[0], offer.id_offer, title, cheapest, "", offer.listing_price, gap, percent])
    return header, rows


def _price_competitiveness(shop: Shop, report: Report) -> Table:
    header: Row = ["Storefront", "EAN", "Item title", "Sales price", "Gross price", "Minimum price"]
    header += ["Competitive external price", "Buybox price"]
    rows: list[Row] = []
    for offer in _offers(shop, report):
        title = offer.product.title(LOCALES.get(offer.storefront, "de-DE"))
        prices = [_comma(offer.listing_price), _comma(offer.listing_price), _comma(offer.minimum_price)]
        near = _comma(offer.listing_price * (92 + offer.id % 13) // 100)
        rows.append([offer.storefront, offer.product.eans[0], title, *prices, near, near])
    return header, rows


def _import_errors(shop: Shop, report: Report) -> Table:
    file = must_find(shop.imports, dict(report.parameters)["id_file_import"])
    rows: list[Row] = [[f"line {line}", "", "ERROR", why, "IMPORT"] for line, why in file.problems]
    return ["ean", "id_attribute", "status", "log_message", "type_hook"], rows


def _comma(minor: int) -> str:
    """Cents as the reports write them: 12,50."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100},{abs(minor) % 100:02d}"


REPORTS: dict[str, Callable[[Shop, Report], Table]] = {
    "account-listing": _account_listing,
    "bookings-new": _bookings,
    "sales-new": _sales,
    "eans-not-found": _eans_not_found,
    "product-data-changes": _product_data_changes,
    "cancellations": _cancellations,
    "competitors-comparer": _competitors,
    "product-data-import-file-errors": _import_errors,
    "price-competitiveness": _price_competitiveness,
}
