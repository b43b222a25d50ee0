"""`/import-files/…` and `/product-data/import-files`: files the marketplace fetches and works through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from sandbox.market.api import shapes
from sandbox.market.api.calls import Answer, Call, Json, paged, where
from sandbox.market.api.params import Param, choice, moment, storefront
from sandbox.market.api.routes import Route
from sandbox.market.imports import COMMAND, FEED, ORDERS, PRODUCT_STATUSES, PRODUCTS, STATUSES
from sandbox.market.model import ImportFile
from sandbox.market.problems import not_found, product_not_found

SORTS = ("id:asc", "id:desc", "ts_created:asc", "ts_created:desc")
PRODUCT_SORTS = ("ts_created:asc", "ts_updated:asc", "ts_created:desc", "ts_updated:desc")


def shape(call: Call, file: ImportFile) -> Json:
    """An unfinished file has no time of completion: null, though the documents promise a time."""
    told: Json = {
        "id_import_file": file.id,
        "type": file.kind,
        "status": file.status,
        "uri": file.url,
        "note": file.note,
        "total_lines": file.total_lines,
        "current_line": file.current_line,
        "error_count": len(file.problems),
        "ts_created_iso": shapes.iso(file.created),
        "ts_updated_iso": shapes.iso(file.updated),
        "ts_last_row_updated_iso": shapes.iso_or_none(file.last_row_at),
        "ts_completed_iso": shapes.iso_or_none(file.completed),
    }
    return told | ({"storefront": file.storefront} if file.storefront else {})


def product_shape(call: Call, file: ImportFile) -> Json:
    return {
        "id_import_file": file.id,
        "uri": file.url,
        "status": file.status,
        "note": file.note or None,
        "total_lines": file.total_lines,
        "current_line": file.current_line,
        "ts_created": _plain(file.created),
        "ts_updated": _plain(file.updated),
        "ts_last_row_updated": _plain(file.last_row_at),
        "ts_completed": _plain(file.completed),
        "error_count": len(file.problems),
        "async_import_done": int(file.status == "DONE"),
    }


def _plain(moment: datetime | None) -> str | None:
    """The old form of times, without a zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else None


def create(kind: str) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        wanted = call.storefront() if "storefront" in call.asked else ""
        form = call.form()
        url = form.text("url", most=2000)
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            form.wrong("url", "url is not valid")
        form.check()
        file = call.world.create_import(call.shop, kind, wanted, url)
        return Answer(200, product_shape(call, file)) if kind == PRODUCTS else Answer(201, shape(call, file))

    return handle


def fetch(kind: str) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        file = call.shop.imports.find(call.path["id_import_file"])
        wanted = call.storefront() if "storefront" in call.asked else ""
        seen = call.view(file) if file and (file.kind, file.storefront) == (kind, wanted) else None
        if seen is None:
            raise product_not_found("Import file") if kind == PRODUCTS else not_found("Import file")
        return Answer(200, product_shape(call, seen) if kind == PRODUCTS else shape(call, seen))

    return handle


def list_files(kind: str) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        asked = call.asked
        wanted = call.storefront() if "storefront" in asked else ""
        field, direction = asked["sort"].split(":")
        suffix = "" if kind == PRODUCTS else "_iso"
        return call.listed(
            call.shop.imports,
            product_shape if kind == PRODUCTS else shape,
            order="updated" if field == "ts_updated" else "created",
            descending=direction == "desc",
            since={"created": asked[f"ts_created{suffix}"], "updated": asked[f"ts_updated{suffix}"]},
            filters=where(kind=kind, storefront=wanted, status=asked["status"]),
        )

    return handle


def _routes(path: str, kind: str) -> tuple[Route, ...]:
    own: tuple[Param, ...] = (storefront(required=True),) if kind in {FEED, COMMAND} else ()
    if kind == PRODUCTS:
        sort, suffix, most, statuses = (
            choice("sort", PRODUCT_SORTS, default="ts_created:desc"),
            "",
            100,
            PRODUCT_STATUSES,
        )
    else:
        sort, suffix, most, statuses = choice("sort", SORTS, default="id:desc"), "_iso", 30, STATUSES
    times = (moment(f"ts_created{suffix}"), moment(f"ts_updated{suffix}"))
    return (
        Route("POST", path, create(kind), own),
        Route("GET", path, list_files(kind), paged(30, most, *own, choice("status", statuses), *times, sort)),
        Route("GET", f"{path}/{{id_import_file:int}}", fetch(kind), own),
    )


ROUTES = (
    *_routes("/import-files/inventory-feed", FEED),
    *_routes("/import-files/inventory-command", COMMAND),
    *_routes("/import-files/order-command", ORDERS),
    *_routes("/product-data/import-files", PRODUCTS),
)
