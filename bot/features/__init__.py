"""What people do here: the table of contents. Features never import each other."""

from __future__ import annotations

from collections.abc import Mapping

from bot import bulkdesk, feeddesk
from bot.desk import ActionKind
from bot.drops import Recogniser
from bot.features import (
    approvals,
    attaching,
    audit,
    bulk,
    cancelling,
    chains,
    claims,
    digests,
    feeds,
    feedwindows,
    home,
    invoicereplies,
    invoices,
    invoicewindows,
    kontor,
    missing,
    more,
    orders,
    photos,
    products,
    refunds,
    replies,
    reports,
    returns,
    rights,
    sending,
    shipping,
    starting,
    stock,
    tickets,
    units,
)

# `kontor` is last: it also acknowledges what nobody else listens to.
ALL = (
    *(digests, starting, home, replies, sending, attaching, claims, tickets, returns),
    *(orders, shipping, cancelling, refunds, more),
    *(products, bulk, stock, feeds, feedwindows, chains, units),
    *(invoices, missing, invoicewindows, invoicereplies, reports),
    *(approvals, audit, rights, kontor),
)

# Who looks at files people drop into channels.
DROPS: tuple[Recogniser, ...] = (invoices.dropped, feedwindows.dropped, photos.dropped)

LOOKS = {
    tickets.KIND: tickets.look,
    returns.KIND: returns.look,
    returns.UNIT_KIND: returns.look_at_unit,
    orders.KIND: orders.look,
    orders.UNIT_KIND: orders.look_at_unit,
    approvals.KIND: approvals.look,
    invoices.KIND: invoices.look,
    invoicewindows.KIND: invoicewindows.look,
    missing.KIND: missing.look,
    reports.KIND: reports.look,
    units.KIND: units.look,
    units.CROWD: units.look_at_crowd,
    products.KIND: products.look,
    bulkdesk.KIND: bulk.look,
    feeddesk.KIND: feeds.look,
    chains.KIND: chains.look,
    digests.KIND: digests.look,
}

ACTIONS: Mapping[str, ActionKind] = {
    **tickets.ACTIONS,
    **sending.ACTIONS,
    **returns.ACTIONS,
    **orders.ACTIONS,
    **shipping.ACTIONS,
    **cancelling.ACTIONS,
    **refunds.ACTIONS,
    **invoices.ACTIONS,
    **reports.ACTIONS,
    **stock.ACTIONS,
    **bulk.ACTIONS,
    **products.ACTIONS,
    **starting.ACTIONS,
    **feeds.ACTIONS,
}
