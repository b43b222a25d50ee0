"""`/order-invoices` and `/reports`."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date

from sandbox.market.api import shapes
from sandbox.market.api.calls import Answer, Call, Json, paged, where
from sandbox.market.api.forms import Form
from sandbox.market.api.params import Param, choice, moment, storefront
from sandbox.market.api.routes import Route
from sandbox.market.imports import PRODUCTS
from sandbox.market.model import Invoice, Report
from sandbox.market.papers import INVOICE_LIMIT
from sandbox.market.problems import invalid, not_found

REPORT_SORTS = ("id_report:asc", "id_report:desc", "date_requested:asc", "date_requested:desc")
Parameters = tuple[tuple[str, str | int], ...]


def list_invoices(call: Call) -> Answer:
    return call.listed(
        call.shop.invoices,
        shapes.invoice,
        since={"created": call.asked["ts_created_from_iso"]},
        filters=where(storefront=call.asked["storefront"]),
    )


def fetch_invoice(call: Call) -> Answer:
    return Answer(200, shapes.invoice(call, _invoice(call)))


def upload_invoice(call: Call) -> Answer:
    """The data is plain base64 here, without the prefix of a data URI."""
    order = call.find(call.shop.orders, "id_order", "Order")
    form = call.form()
    name, mime = form.text("original_name", most=255), form.text("mime_type", most=100)
    content = _decoded(form)
    if mime != "application/pdf":
        form.wrong("mime_type", "mime_type is not valid")
    form.check()
    return Answer(201, shapes.invoice(call, call.world.upload_invoice(call.shop, order, name, mime, content)))


def delete_invoice(call: Call) -> Answer:
    """Only the seller's own; the marketplace's stay."""
    invoice = _invoice(call)
    if invoice.deemed_supplier:
        raise not_found("Invoice")
    call.world.delete_invoice(call.shop, invoice)
    return Answer(204)


def _invoice(call: Call) -> Invoice:
    key = call.path["id_order"], call.path["id_invoice"]
    found = call.shop.invoices.find((*key, False)) or call.shop.invoices.find((*key, True))
    if found is None:
        raise not_found("Invoice")
    return found


def _decoded(form: Form) -> bytes:
    data = form.text("data", most=2 * INVOICE_LIMIT)
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content or len(content) > INVOICE_LIMIT:
        form.wrong("data", "data is not base64, empty or too large")
    return content


# Reports


def report_shape(call: Call, report: Report) -> Json:
    told = requested_shape(report)
    return told | {
        "status": report.status,
        "date_requested": report.created.strftime("%Y-%m-%d %H:%M:%S"),
        "url": report.elsewhere or f"{call.base}/files/reports/{report.id}.csv?access_token={report.token}",
    }


def requested_shape(report: Report) -> Json:
    parameters = [{"name": name, "value": value} for name, value in report.parameters]
    return {
        "id_report": report.id,
        "report_name": report.kind,
        "storefront": report.storefront,
        "parameters": parameters,
    }


def list_reports(call: Call) -> Answer:
    return call.listed(
        call.shop.reports,
        report_shape,
        descending=call.asked["sort"].endswith(":desc"),
        filters=where(storefront=call.asked["storefront"]),
    )


def fetch_report(call: Call) -> Answer:
    return Answer(200, report_shape(call, call.seen(call.shop.reports, "id_report", "Report")))


def request(kind: str, parameters: Callable[[Call], Parameters] = lambda call: ()) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        wanted = call.storefront() if "storefront" in call.asked else call.shop.account.storefronts[0]
        report = call.world.request_report(call.shop, kind, wanted, parameters(call))
        return Answer(202, requested_shape(report))

    return handle


def _dates(call: Call) -> Parameters:
    form = call.form()
    first, last = _date(form, "date_from"), _date(form, "date_to")
    form.check()
    if first > last:
        raise invalid(("date_to", "date_to is before date_from"))
    return ("date_from", first), ("date_to", last)


def _date(form: Form, name: str) -> str:
    value = form.text(name, most=10)
    try:
        found = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else None
    except ValueError:
        found = None
    if found is None:
        form.wrong(name, f"{name} is not a date")
    return value


def _file(call: Call) -> Parameters:
    form = call.form()
    id = form.whole("id_file_import", least=1, most=2**63 - 1)
    form.check()
    file = call.shop.imports.find(id)
    if file is None or file.kind != PRODUCTS:
        raise invalid(("id_file_import", "There is no such import file"))
    return (("id_file_import", id),)


def _cancellation_type(call: Call) -> Parameters:
    return (("cancellation_type", call.asked["cancellation_type"]),)


def _report(kind: str, *params: Param, parameters: Callable[[Call], Parameters] = lambda call: ()) -> Route:
    return Route("POST", f"/reports/{kind}", request(kind, parameters), (storefront(required=True), *params))


ROUTES = (
    Route(
        "GET", "/order-invoices", list_invoices, paged(30, 100, storefront(), moment("ts_created_from_iso"), least=1)
    ),
    Route("GET", "/order-invoices/{id_order}/{id_invoice:int}", fetch_invoice),
    Route("POST", "/order-invoices/{id_order}", upload_invoice),
    Route("DELETE", "/order-invoices/{id_order}/{id_invoice:int}", delete_invoice),
    Route(
        "GET",
        "/reports",
        list_reports,
        paged(30, 30, storefront(), choice("sort", REPORT_SORTS, default="id_report:desc")),
    ),
    Route("GET", "/reports/{id_report:int}", fetch_report),
    _report("account-listing"),
    _report("bookings-new", choice("version", ("v2",)), parameters=_dates),
    _report("sales-new", parameters=_dates),
    _report("eans-not-found"),
    _report("product-data-changes"),
    _report(
        "cancellations",
        choice("cancellation_type", ("all", "seller_related"), default="all"),
        parameters=_cancellation_type,
    ),
    _report("competitors-comparer"),
    _report("price-competitiveness"),
    Route("POST", "/reports/product-data-import-file-errors", request("product-data-import-file-errors", _file)),
)
