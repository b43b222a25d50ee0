"""What a push speaks of. Only an id is ever taken out of it; it is never joined into a URL. Pure."""

from __future__ import annotations

import re

_ORDERS = {
    "order": re.compile(r"/orders/([0-9A-Za-z]{1,40})/?"),
    "order_unit": re.compile(r"/order-units/([1-9][0-9]{0,17})/?"),
}
_RETURNS = {
    "return": re.compile(r"/returns/([1-9][0-9]{0,17})/?"),
    "return_unit": re.compile(r"/return-units/([1-9][0-9]{0,17})/?"),
}
# How the resources of returns look is written down nowhere, so an event may speak of its whole family, and no further.
_ALLOWED = {
    "order_new": _ORDERS,
    "order_unit_new": _ORDERS,
    "order_unit_status_changed": _ORDERS,
    "return_new": _RETURNS,
    "return_status_changed": _RETURNS,
    "return_unit_status_changed": _RETURNS,
}
_UNIT = re.compile(r"/units/([1-9][0-9]{0,17})/?")
# Events of products, which we do not follow: whatever they name is not ours to look at.
_ELSEWHERE = re.compile(r"item_|category_|buy_box_")


def subject_of(event: str, resource: str, storefront: object = None) -> tuple[str, str] | None:
    """(kind, id) of what `resource` names, or None when we do not follow it.

    Kinds: order, order_unit, return, return_unit; and unit, whose number counts within the push's `storefront`. An
    event nobody knew yesterday still maps when its resource is one of ours.
    https://sellerapi.kaufland.com/?page=push-notifications
    """
    if event.startswith("item_unit_"):
        unit = _UNIT.fullmatch(resource)
        place = re.fullmatch(r"[A-Za-z]{2}", storefront) if isinstance(storefront, str) else None
        return ("unit", f"{place[0].lower()}-{unit[1]}") if unit and place else None
    if _ELSEWHERE.match(event):
        return None
    for kind, pattern in _ALLOWED.get(event, _ORDERS | _RETURNS).items():
        if found := pattern.fullmatch(resource):
            return kind, found.group(1)
    return None
