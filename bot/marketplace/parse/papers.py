"""Import files, reports, subscriptions and the small lists of the account. Pure."""

from __future__ import annotations

from bot.domain.model import ImportFile, Report, Subscription
from bot.marketplace.jsontext import Unreadable, written
from bot.marketplace.parse.values import LONG_AGO, Fields


def import_file(raw: object, *, kind: str) -> ImportFile:
    """An import of `kind`. Files of product data write their times and their end differently from the other three."""
    item = Fields(raw, "import file")
    return ImportFile(
        id=item.id("id_import_file"),
        kind=kind,
        status=item.word("status").upper(),
        created=item.at_or_none("ts_created_iso") or item.at_or_none("ts_created") or LONG_AGO,
        url=item.text("uri") or "",
        storefront=(item.text("storefront") or "").lower() or None,
        updated=item.at_or_none("ts_updated_iso") or item.at_or_none("ts_updated"),
        completed=item.at_or_none("ts_completed_iso") or item.at_or_none("ts_completed"),
        total_lines=item.whole_or_none("total_lines") or 0,
        current_line=item.whole_or_none("current_line") or 0,
        errors=item.whole_or_none("error_count") or 0,
        note=item.text("note") or None,
        afterwork_done=item.flag("async_import_done") if kind == "product-data" else True,
    )


def report(raw: object) -> Report:
    """A report, also right after it was asked for, when it has neither status nor address."""
    item = Fields(raw, "report")
    return Report(
        id=item.id("id_report"),
        name=item.text("report_name") or "",
        status=(item.text("status") or "new").lower(),
        storefront=(item.text("storefront") or "").lower() or None,
        requested=item.at_or_none("date_requested"),
        url=item.address("url"),
        parameters=tuple(
            (row.text("name") or "", row.text("value") or "") for row in item.each("parameters", "parameter")
        ),
    )


def subscription(raw: object) -> Subscription:
    item = Fields(raw, "subscription")
    return Subscription(
        id=item.id("id_subscription"),
        event=item.word("event_name"),
        storefront=(item.text("storefront") or "").lower() or None,
        callback_url=item.text("callback_url") or "",
        fallback_email=item.text("fallback_email") or "",
        active=item.flag("is_active"),
    )


def storefronts(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise Unreadable("storefronts: not a list")
    return tuple(written(item).lower() for item in raw if isinstance(item, str))
