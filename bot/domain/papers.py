"""Files that go between us and the marketplace: invoices, import files and reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of an order, uploaded by us or, as the deemed supplier, issued by the marketplace.

    `id` is unique only together with `order_id` and `by_marketplace`. `url` carries an access token: a secret.
    """

    id: int
    order_id: str
    storefront: str
    name: str
    mime: str
    created: datetime
    url: str = field(repr=False)
    by_marketplace: bool = False

    @property
    def key(self) -> str:
        return f"{self.order_id}:{self.id}:{int(self.by_marketplace)}"


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file of ours the marketplace works through. `kind` is inventory-feed, inventory-command, order-command or
    product-data. `url` is where we publish it; knowing it is enough to read it, so it is kept out of `repr`.
    """

    id: int
    kind: str
    status: str
    created: datetime
    url: str = field(repr=False, default="")
    storefront: str | None = None
    updated: datetime | None = None
    completed: datetime | None = None
    total_lines: int = 0
    current_line: int = 0
    errors: int = 0
    note: str | None = None
    afterwork_done: bool = True

    @property
    def failed(self) -> bool:
        return self.status.endswith("_FAILED") or self.status in {"ABORTED", "ERROR", "IMPORTING_STOPPED"}

    @property
    def done(self) -> bool:
        """Product data is worked on after its import; only then it is done."""
        return self.status in {"IMPORTED", "DONE"} and self.afterwork_done

    @property
    def downloaded(self) -> bool:
        """True once the marketplace has its copy, so that ours need not be published any longer."""
        return self.status not in {"NEW", "DOWNLOADING", "DOWNLOADING_FAILED"}


@dataclass(frozen=True, slots=True)
class Report:
    """A report we asked for. `status` is lower case; `url` is where it can be fetched once it is done: a secret."""

    id: int
    name: str
    status: str
    storefront: str | None = None
    requested: datetime | None = None
    url: str | None = field(default=None, repr=False)
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def ready(self) -> bool:
        return self.status == "done" and bool(self.url)

    @property
    def failed(self) -> bool:
        return "fail" in self.status
