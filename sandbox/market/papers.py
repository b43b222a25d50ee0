"""Invoices and reports: what the marketplace keeps as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sandbox.market.ground import Ground, Shop
from sandbox.market.model import Invoice, Order, Report, StoredFile
from sandbox.market.problems import refused
from sandbox.market.report_rows import REPORTS

INVOICE_LIMIT = 10 * 1024 * 1024
PROCESSING_AFTER = timedelta(seconds=5)
DONE_AFTER = timedelta(seconds=20)


# Columns nobody knows by these names.
STRANGE = "x_{}"
HUGE = 65 * 1024 * 1024


class Papers(Ground):
    # How a report of a kind is spoiled, where somebody wants it to be.
    spoils: Callable[[str], str | None] = staticmethod(lambda kind: None)

    def upload_invoice(self, shop: Shop, order: Order, name: str, mime: str, content: bytes) -> Invoice:
        """Raises Problem when the marketplace itself invoices the order."""
        if order.deemed_supplier:
            raise refused("action-not-allowed", "The invoice of this order is issued by the marketplace")
        return self._filed(shop, order, name, mime, content, self.ids.number("invoice"))

    def marketplace_invoices(self, order: Order) -> Invoice:
        """Where the marketplace is the deemed supplier, it invoices; its numbers are another series than sellers'."""
        shop = self.home("orders", order.id)
        id = 918_273_000 + sum(invoice.deemed_supplier for invoice in shop.invoices) + 1
        return self._filed(shop, order, f"KM_{order.id}.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n", id)

    def delete_invoice(self, shop: Shop, invoice: Invoice) -> None:
        shop.invoices.remove(invoice)
        self.files.pop(invoice.file.token, None)

    def _filed(self, shop: Shop, order: Order, name: str, mime: str, content: bytes, id: int) -> Invoice:
        file = self.store(name, mime, content)
        invoice = Invoice(id, order.id, order.storefront, order.deemed_supplier, file, file.at, file.at)
        return shop.invoices.put(invoice)

    def request_report(
        self, shop: Shop, kind: str, storefront: str, parameters: tuple[tuple[str, str | int], ...] = ()
    ) -> Report:
        """NEW now, processing soon, done with a file a little later."""
        now = self.clock.stamp()
        report = Report(self.ids.number("report"), kind, storefront, "NEW", parameters, self.ids.token(), now, now)
        shop.reports.put(report)
        spoilt = self.spoils(kind)
        self.clock.after(PROCESSING_AFTER, partial(self._report_becomes, shop, report, "processing"))
        if spoilt == "failed_report":
            self.clock.after(DONE_AFTER, partial(self._report_becomes, shop, report, "failed"))
        elif spoilt != "endless_report":
            self.clock.after(DONE_AFTER, partial(self._write_report, shop, report, spoilt))
        return report

    def _report_becomes(self, shop: Shop, report: Report, status: str) -> None:
        with self.change(shop.reports, report):
            report.status = status

    def _write_report(self, shop: Shop, report: Report, spoilt: str | None) -> None:
        header, rows = REPORTS[report.kind](shop, report)
        if spoilt == "strange_columns":
            header = ["anything", *(STRANGE.format(str(name)[::-1]) for name in header)]
            rows = [["?", *row, "more than the header knows"] for row in rows]
        if spoilt == "moved_columns":
            header, rows = ["new_column", *header[::-1]], [["?", *row[::-1]] for row in rows]
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        encoding = "utf-16" if spoilt == "strange_encoding" else "utf-8"
        name, content = f"{report.kind}-{report.id}.csv", text.getvalue().encode(encoding)
        if spoilt == "huge_report":
            content += b"x;" * (HUGE // 2)
        if spoilt == "foreign_report":
            report.elsewhere = f"https://files.elsewhere.test/{name}"
        self.files[report.token] = StoredFile(name, "text/csv", report.token, self.clock.stamp(), content)
        self._report_becomes(shop, report, "done")
