"""Files the marketplace fetches from us (imports) and makes for us (reports).

https://sellerapi.kaufland.com/?page=inventory-files, ?page=order-files, ?page=product-data-files
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from functools import partial

from bot.domain.model import ImportFile, Report
from bot.marketplace import parse
from bot.marketplace.calls.calling import Calls, path
from bot.marketplace.problems import MarketError

MOST_FILES = 30

# Where each kind of import lives, and whether it must name a storefront.
IMPORTS = {
    "inventory-feed": ("/import-files/inventory-feed", True),
    "inventory-command": ("/import-files/inventory-command", True),
    "order-command": ("/import-files/order-command", False),
    "product-data": ("/product-data/import-files", False),
}

OF_A_STOREFRONT = frozenset(
    {
        "account-listing",
        "eans-not-found",
        "product-data-changes",
        "cancellations",
        "competitors-comparer",
        "price-competitiveness",
    }
)
OF_A_TIME = frozenset({"bookings-new", "sales-new"})


class ImportCalls(Calls):
    async def start_import(self, kind: str, url: str, storefront: str | None = None) -> ImportFile:
        """Have the marketplace fetch `url` and work through it. `kind` is a key of `IMPORTS`.

        Refused with status 423 while another file of product data is worked on; of those, 30 a day are taken. An
        inventory feed is the whole inventory of a storefront: offers that are missing in it are removed.
        """
        where, query = _where(kind, storefront)
        return await self._line.write_for("POST", where, partial(parse.import_file, kind=kind), {"url": url}, query)

    async def fetch_import(self, kind: str, id: int, storefront: str | None = None) -> ImportFile:
        where, query = _where(kind, storefront)
        return await self._line.get(path(where + "/{}", id), partial(parse.import_file, kind=kind), query)

    def list_imports(self, kind: str, storefront: str | None = None) -> AsyncIterator[ImportFile]:
        """Imports of `kind`, newest first. Stop reading when you have seen enough."""
        where, query = _where(kind, storefront)
        newest_first = {**query, "sort": "ts_created:desc"}
        return self._rows(where, partial(parse.import_file, kind=kind), newest_first, limit=MOST_FILES)


class ReportCalls(Calls):
    async def request_report(
        self,
        kind: str,
        *,
        storefront: str | None = None,
        first: date | None = None,
        last: date | None = None,
        import_id: int | None = None,
        seller_related: bool = False,
    ) -> Report:
        """Ask for a report; it is ready minutes later.

        Bookings and sales want the days `first` to `last`, product-data-import-file-errors an `import_id` and no
        storefront; cancellations may be limited to those the seller caused.
        """
        if kind == "product-data-import-file-errors" and import_id is not None:
            # The body's name for it is turned around, and only here.
            return await self._requested(kind, {"id_file_import": import_id}, {})
        if kind in OF_A_TIME and storefront and first and last:
            version = {"version": "v2"} if kind == "bookings-new" else {}
            days = {"date_from": first.isoformat(), "date_to": last.isoformat()}
            return await self._requested(kind, days, {"storefront": storefront, **version})
        if kind in OF_A_STOREFRONT and storefront:
            limited = {"cancellation_type": "seller_related" if seller_related else "all"}
            query = {"storefront": storefront, **(limited if kind == "cancellations" else {})}
            return await self._requested(kind, None, query)
        raise MarketError(f"A report of the kind {kind} needs something that was not given. Nothing was sent.")

    async def _requested(self, kind: str, body: object, query: dict[str, str]) -> Report:
        return await self._line.write_for("POST", f"/reports/{kind}", parse.report, body, query)

    async def fetch_report(self, id: int) -> Report:
        return await self._line.get(path("/reports/{}", id), parse.report)

    def list_reports(self, storefront: str | None = None) -> AsyncIterator[Report]:
        """Reports, newest first."""
        query = {"storefront": storefront, "sort": "id_report:desc"}
        return self._rows("/reports", parse.report, query, limit=MOST_FILES)


def _where(kind: str, storefront: str | None) -> tuple[str, dict[str, str]]:
    where, needs_storefront = IMPORTS[kind]
    if not needs_storefront:
        return where, {}
    if not storefront:
        raise MarketError(f"An {kind} belongs to one storefront. Name it and try again. Nothing was sent.")
    return where, {"storefront": storefront}
