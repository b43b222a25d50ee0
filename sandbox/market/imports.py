"""Import files: fetched from the seller's address, then worked through in visible steps, line by line.

A feed is the whole inventory of a storefront: offers it does not name are removed. A line that cannot be done is
counted and leaves the offer it names alone. Lines about FBK are skipped without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sandbox.market.catalogue import Catalogue, missing_attributes
from sandbox.market.ground import Shop, must_find
from sandbox.market.import_rows import FEED_COLUMNS, BadRow, Line, Unreadable, offer_of, read_lines, upsert_of
from sandbox.market.inventory import NewOffer
from sandbox.market.model import KAUFLAND, ImportFile, Offer, Product
from sandbox.market.orders import CANCEL_REASONS
from sandbox.market.papers import Papers
from sandbox.market.problems import Problem
from sandbox.market.returns import Returns

FEED, COMMAND, ORDERS, PRODUCTS = "INVENTORY_FEED", "INVENTORY_COMMAND", "ORDER_COMMAND", "PRODUCT_FEED"
KINDS = (FEED, COMMAND, ORDERS, PRODUCTS)
STATUSES = (
    *("NEW", "DOWNLOADING", "DOWNLOADED", "DOWNLOADING_FAILED", "PENDING_CONVERSION", "CONVERTING"),
    *("CONVERSION_FAILED", "PREPARING", "PREPARED", "PREPARING_FAILED", "CHECKING", "CHECKED", "CHECKING_FAILED"),
    *("PREPROCESSING", "PREPROCESSED", "PREPROCESSING_FAILED", "IMPORTING", "IMPORTED", "IMPORTING_FAILED"),
    *("IMPORTING_STOPPED", "ABORTED"),
)
PRODUCT_STATUSES = (*(status for status in STATUSES if "CONVER" not in status), "ERROR", "DONE")
WALK = ("DOWNLOADED", "PREPARING", "PREPARED", "CHECKING", "CHECKED", "PREPROCESSING", "PREPROCESSED", "IMPORTING")
STEP = timedelta(seconds=2)
AFTERWORK = timedelta(seconds=30)
FEEDS_A_DAY = 30
LINES_A_STEP = 250

Fetch = Callable[[str, Callable[[bytes], None], Callable[[str], None]], None]


def fetch_nothing(url: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
    """Without somebody who speaks HTTP, a file stays in DOWNLOADING."""


class Imports(Returns, Catalogue, Papers):
    fetch: Fetch

    def create_import(self, shop: Shop, kind: str, storefront: str, url: str) -> ImportFile:
        """`kind` is one of KINDS. Raises Problem (423) after thirty product feeds of one UTC day."""
        if kind not in KINDS:
            # A file of a kind nobody asks for would lie on the shelf, and be found by nobody.
            raise ValueError(f"{kind!r} is no kind of import file; there are {', '.join(KINDS)}")
        now = self.clock.stamp()
        today = [file for file in shop.imports if file.kind == PRODUCTS and file.created.date() == now.date()]
        if kind == PRODUCTS and len(today) >= FEEDS_A_DAY:
            raise Problem(423, None, f"The limit of {FEEDS_A_DAY} feeds per day is reached")
        file = ImportFile(self.ids.number("import"), kind, storefront, url, "NEW", now, now)
        shop.imports.put(file)
        self.clock.after(STEP, partial(self._download, shop, file))
        return file

    def set_import_status(self, ref: ImportFile | int, status: str, note: str = "") -> None:
        """Whatever a test needs. The file goes no further by itself."""
        id = ref if isinstance(ref, int) else ref.id
        shop = self.home("imports", id)
        self._file_becomes(shop, must_find(shop.imports, id), status, note)

    def _download(self, shop: Shop, file: ImportFile) -> None:
        if file.status == "NEW":
            self._file_becomes(shop, file, "DOWNLOADING")
            failed = partial(self._file_fails, shop, file, "DOWNLOADING_FAILED")
            self.fetch(file.url, partial(self._walk, shop, file, 0), failed)

    def _walk(self, shop: Shop, file: ImportFile, step: int, content: bytes) -> None:
        if file.status != (WALK[step - 1] if step else "DOWNLOADING"):
            return
        self._file_becomes(shop, file, WALK[step])
        if WALK[step] == "PREPARING":
            try:
                lines = self._lines(file, content)
            except Unreadable as error:
                self._file_fails(shop, file, "PREPARING_FAILED", str(error))
                return
            file.total_lines = len(lines)
        if WALK[step] == "IMPORTING":
            self.clock.after(STEP, partial(self._import, shop, file, self._lines(file, content), 0, set()))
        else:
            self.clock.after(STEP, partial(self._walk, shop, file, step + 1, content))

    def _lines(self, file: ImportFile, content: bytes) -> list[Line]:
        header = {FEED: FEED_COLUMNS, PRODUCTS: ("ean", "locale")}.get(file.kind)
        return read_lines(content, header=header)

    def _import(self, shop: Shop, file: ImportFile, lines: list[Line], start: int, named: set[str]) -> None:
        if file.status != "IMPORTING":
            return
        problems = list(file.problems)
        for line in lines[start : start + LINES_A_STEP]:
            try:
                self._apply(shop, file, line, named)
            except (BadRow, Problem) as error:
                problems.append((line.number, str(error)))
        done = min(start + LINES_A_STEP, len(lines))
        with self.change(shop.imports, file):
            file.current_line = done
            file.problems = tuple(problems)
            file.last_row_at = self.clock.stamp()
        if done < len(lines):
            self.clock.after(STEP, partial(self._import, shop, file, lines, done, named))
            return
        if file.kind == FEED:
            self._remove_missing(shop, file.storefront, named)
        self._file_becomes(shop, file, "IMPORTED")
        if file.kind == PRODUCTS:
            self.clock.after(AFTERWORK, partial(self._products_ready, shop, file))
        else:
            file.completed = self.clock.stamp()

    def _products_ready(self, shop: Shop, file: ImportFile) -> None:
        """The lines are read long before the products can be sold: `async_import_done` says when."""
        if file.status == "IMPORTED":
            self._file_becomes(shop, file, "DONE")
            file.completed = self.clock.stamp()

    def _apply(self, shop: Shop, file: ImportFile, line: Line, named: set[str]) -> None:
        if file.kind == FEED:
            named.add(line.named.get("id_offer", "").strip())
            named.add(self._upsert(shop, file.storefront, line.named))
        elif file.kind == COMMAND:
            self._inventory_command(shop, file.storefront, line.fields)
        elif file.kind == ORDERS:
            self._order_command(shop, line.fields)
        else:
            self._product_row(shop, line.named)

    def _product_row(self, shop: Shop, row: dict[str, str]) -> None:
        """Keep what a line says of its product; what the product lacks all the same is the line's error."""
        ean, locale = row.get("ean", "").strip(), row.get("locale", "").strip()
        if not ean or not locale:
            raise BadRow("ean and locale must be given")
        attributes = {name: [value] for name, value in row.items() if name not in {"ean", "locale"} and value}
        if lacking := missing_attributes(self.tell_product(shop, ean, locale, attributes, replace=False)):
            raise BadRow(f"{', '.join(lacking)} must be given")

    def _inventory_command(self, shop: Shop, storefront: str, fields: tuple[str, ...]) -> None:
        command, *rest = (field.strip() for field in fields)
        if command == "UPSERT":
            self._upsert(shop, storefront, upsert_of(rest))
        elif command == "DELETE" and 1 <= len(rest) <= 2:
            product = self.product_of(ean=rest[0])
            offers = self._offers_of(shop, storefront, product)
            wanted = [offer for offer in offers if len(rest) == 1 or offer.id_offer == rest[1]]
            if not wanted:
                raise BadRow("there is no such offer")
            for offer in wanted:
                if offer.fulfillment != KAUFLAND:
                    self.delete_offer(shop, offer)
        else:
            raise BadRow(f"{command} is not a command")

    def _order_command(self, shop: Shop, fields: tuple[str, ...]) -> None:
        command, *rest = (field.strip() for field in fields)
        if len(rest) < 2 or not rest[0].isdigit():
            raise BadRow("the order unit is not valid")
        unit = must_find(shop.order_units, int(rest[0]), "Order unit")
        if unit.fulfillment == KAUFLAND:
            return
        if command == "MARK_UNIT_SENT":
            self.send_unit(unit, [number for number in rest[2:] if number], rest[1])
        elif command == "MARK_UNIT_CANCELLED" and rest[1] in CANCEL_REASONS:
            self.cancel_unit(unit, rest[1])
        else:
            raise BadRow(f"{command} is not a command, or its reason is not valid")

    def _upsert(self, shop: Shop, storefront: str, row: dict[str, str]) -> str:
        """Returns the id_offer of the offer that is right now."""
        ean, new = offer_of(row, storefront)
        product = self.product_of(ean=ean)
        known = [offer for offer in shop.offers if (offer.storefront, offer.id_offer) == (storefront, new.id_offer)]
        if not new.id_offer:
            offers = self._offers_of(shop, storefront, product)
            known = [offer for offer in offers if offer.condition == new.condition]
            new = replace(new, id_offer=known[0].id_offer if known else ean)
        if not known:
            self.create_offer(shop, storefront, product, new)
        elif known[0].fulfillment != KAUFLAND:
            self._update(shop, known[0], product, new)
        return new.id_offer

    def _update(self, shop: Shop, offer: Offer, product: Product, new: NewOffer) -> None:
        if offer.product != product or offer.condition != new.condition:
            raise BadRow("id_offer is used for another product or condition")
        changes: dict[str, object] = {
            "listing_price": new.listing_price,
            "minimum_price": new.minimum_price or new.listing_price,
            "amount": new.amount,
            "handling_time": new.handling_time,
            "note": new.note,
        }
        if new.shipping_group_id is not None:
            changes["shipping_group_id"] = new.shipping_group_id
        if new.warehouse_id is not None:
            changes["warehouse_id"] = new.warehouse_id
        self.change_offer(shop, offer, changes)

    def _remove_missing(self, shop: Shop, storefront: str, named: set[str]) -> None:
        for offer in shop.offers:
            if offer.storefront == storefront and offer.id_offer not in named and offer.fulfillment != KAUFLAND:
                self.delete_offer(shop, offer)

    def _offers_of(self, shop: Shop, storefront: str, product: Product) -> list[Offer]:
        return [offer for offer in shop.offers if offer.storefront == storefront and offer.product == product]

    def _file_becomes(self, shop: Shop, file: ImportFile, status: str, note: str = "") -> None:
        with self.change(shop.imports, file):
            file.status = status
            file.note = note

    def _file_fails(self, shop: Shop, file: ImportFile, status: str, why: str) -> None:
        self._file_becomes(shop, file, status, why)
        file.completed = self.clock.stamp()
