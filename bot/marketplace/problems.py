"""What the marketplace's refusals mean, in words people understand and can act on. Pure.

A known problem type has a sentence here; an unknown one is told in the marketplace's own words; the HTTP status decides
the rest. https://sellerapi.kaufland.com/?page=errors
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from bot.domain.words import one_line

# Whether what was asked may have been executed: "no" is certain, "maybe" must be settled by reading back. What was
# certainly executed is no error, so there is no third word.
Sent = Literal["no", "maybe"]

KEYS = {
    "/problems/invalid-credentials": "The marketplace does not know our keys. Check the client key in the settings.",
    "/problems/corrupted-signature": "The marketplace refuses our signature. Check the secret key in the settings "
    "and this machine's clock.",
    "/problems/inactive-account": "The marketplace says that this seller account is not active. Ask your account "
    "manager.",
    "/problems/missing-or-invalid-request-header": "The marketplace refuses our request headers. Check the keys in "
    "the settings and this machine's clock.",
}

TICKETS = {
    "/problems/tickets/internal-action-restriction": "The marketplace does not let sellers act on this ticket now. "
    "Look at it in the seller portal.",
    "/problems/tickets/fbk-action-restriction": "This order is fulfilled by Kaufland, whose customer service answers "
    "the ticket. There is nothing to do here.",
    "/problems/tickets/non-closable-by-seller": "The marketplace does not let the seller close this ticket. Answer "
    "the buyer and wait for customer service.",
    "/problems/tickets/finally-closed": "Customer service has closed this ticket for good. Open a new one if there is "
    "more to say.",
    "/problems/tickets/attachments-upload-failure": "The marketplace did not take an attached file, so nothing was "
    "sent. Try a smaller PDF, picture or text file.",
}

RETURNS = {
    "/problems/returns/unit-wrong-status": "This return unit is in another state by now. Look at the fresh card and "
    "decide again.",
    "/problems/returns/return-address-not-set": "No return address is set for this storefront. Set one in the seller "
    "portal, then try again.",
    "/problems/returns/return-address-unsupported-country": "The return address lies in a country the return service "
    "does not serve. Change it in the seller portal.",
}

ORDERS = {
    "/problems/order-units/cancel-error": "The marketplace could not cancel this order unit. Look at it in the seller "
    "portal.",
    "/problems/order-units/cancel-not-possible": "This order unit cannot be cancelled any more. Look at its state on "
    "the card.",
    "/problems/order-units/cancel-not-allowed": "The marketplace does not let you cancel this order unit. Ask "
    "customer service.",
    "/problems/order-units/missing-payment": "This order unit is not paid yet. Wait until it is released, then try "
    "again.",
    "/problems/order-units/shipping-rate-not-defined": "No shipping rate is defined for this order unit. Check the "
    "offer's shipping group.",
    "/problems/insufficient-funds": "The seller balance does not cover this amount. Top it up or refund less.",
    "/problems/shipping-labels/warehouse-missing": "No warehouse is set for this shipment. Set one in the seller "
    "portal.",
}

INVENTORY = {
    "/problems/units/bulk-duplicate-units": "One offer stands twice in the change. Leave one of them out.",
    "/problems/units/bulk-too-many-units": "Too many offers in one change. Send at most 150 at once.",
    "/problems/units/bulk-invalid-operation": "The marketplace does not know this kind of bulk change.",
    # The first of the two is how the marketplace spelled it until its specification 2.44.
    "/problems/units/bulk-too-many-butches": "Too many bulk changes at once. Wait a minute, then try again.",
    "/problems/units/bulk-too-many-batches": "Too many bulk changes at once. Wait a minute, then try again.",
    "/problems/units/default-warehouse-forbidden": "The default warehouse cannot be used for this offer. Choose "
    "another one.",
    "/problems/units/default-warehouse-not-found": "There is no default warehouse. Choose a warehouse for this offer.",
    "/problems/shipping-groups/region-storefront-missing": "The shipping group has no region for its own storefront.",
    "/problems/shipping-groups/region-duplicate-countries": "A country stands in two regions of the shipping group.",
    "/problems/warehouses/missing-tax-information": "The tax information for this warehouse's country is missing. "
    "Add it in the seller portal.",
    "/problems/warehouses/default-warehouse-setup-forbidden": "This warehouse cannot become the default one.",
    "/problems/warehouses/warehouse-country-immutable": "A warehouse cannot move to another country. Make a new one.",
    "/problems/has-units": "Offers still use this. Move them first.",
    "/problems/last-element": "This is the last one, and one must stay.",
    "/problems/default-required": "One must stay the default. Choose another default first.",
    "/problems/import-files/file-too-large": "The file is too large for the marketplace. Split it and import the "
    "parts one after the other.",
}

ELSEWHERE = {
    "/problems/storefront-not-configured": "This storefront is not set up for the seller. Set it up in the seller "
    "portal or take it out of the settings.",
    "/problems/subscriptions/unverified-callback-url": "The marketplace did not reach our callback address. Check "
    "that PUBLIC_URL is reachable from outside and that the bot is running.",
    "/problems/already-exists": "The marketplace has this already. Look whether it is what you want.",
    "/problems/duplicate-action": "The marketplace says that this was asked for already. Look at the card before "
    "asking again.",
    "/problems/action-not-allowed": "The marketplace does not allow this now. Look at the card: the state may have "
    "changed.",
    "/problems/unauthorized": "The marketplace refuses our keys. Check them in the settings.",
    "/problems/forbidden": "The marketplace does not allow this for your account. Orders fulfilled by Kaufland, for "
    "one, are not ours to act on.",
}

WORDS: Mapping[str, str] = {**KEYS, **TICKETS, **RETURNS, **ORDERS, **INVENTORY, **ELSEWHERE}

_BY_STATUS = {
    400: "The marketplace did not accept what was sent.",
    401: "The marketplace refuses our keys. Check them in the settings.",
    403: "The marketplace does not allow this for your account.",
    404: "The marketplace does not know it (any more).",
    408: "The marketplace waited too long for our request.",
    409: "The marketplace says that this contradicts what it has. Look at the card before asking again.",
    413: "That is too large for the marketplace.",
    422: "The marketplace did not accept what was sent.",
    423: "The marketplace is still working on the file before. Try again when that one is done.",
    429: "The marketplace asks us to slow down. It is asked again by itself.",
}


class MarketError(Exception):
    """The marketplace's no, or its silence. `str()` is a sentence for people and never holds a secret.

    `status`: the HTTP status, None when no answer came. `type`: the problem type, if one was given. `sent`: whether a
    write may have been executed; a refusal (4xx) and a connection that never stood are "no", a lost answer, a 5xx and
    an unreadable 2xx are "maybe". `systemic`: it says nothing about this one subject, so asking again later makes
    sense. `retry_after`: seconds until then, when known. `fields`: (field, complaint) pairs.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        type: str | None = None,
        sent: Sent = "no",
        systemic: bool = False,
        retry_after: float | None = None,
        fields: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.type = type
        self.sent = sent
        self.systemic = systemic
        self.retry_after = retry_after
        self.fields = tuple(fields)

    @classmethod
    def not_sent(cls, sentence: str, *, retry_after: float | None = None) -> MarketError:
        """Nothing left this machine, for a reason that has nothing to do with the subject."""
        return cls(sentence, systemic=True, retry_after=retry_after)

    @property
    def gone(self) -> bool:
        """The marketplace answered that there is no such thing."""
        return self.status == HTTPStatus.NOT_FOUND and not self.systemic

    @property
    def about_keys(self) -> bool:
        """Our keys, our clock or the whole account is the trouble: every other call would fail the same way."""
        return self.status == HTTPStatus.UNAUTHORIZED or self.type in KEYS


def refusal(
    status: int, payload: object, *, writing: bool, retry_after: float | None = None, clock: str = ""
) -> MarketError:
    """The error an answer of `status` (400 and above) tells. `payload` is its JSON, or None when it had none.

    Whether a 5xx was executed nobody knows, so a write that met one is "maybe"; every 4xx was turned away before
    anything happened, except 408, which no front of the marketplace promises. `clock` is what there is to say about
    this machine's clock, and is said when our signature is refused.
    """
    told = payload if isinstance(payload, Mapping) else {}
    type = told["type"] if isinstance(told.get("type"), str) else None
    fields = _fields(told)
    lost = status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT
    keys = status == HTTPStatus.UNAUTHORIZED or type in KEYS
    sentence = _sentence(status, type, told, fields)
    return MarketError(
        f"{sentence} {clock}" if keys and clock else sentence,
        status=status,
        type=type,
        sent="maybe" if writing and lost else "no",
        systemic=lost or keys or status == HTTPStatus.TOO_MANY_REQUESTS,
        retry_after=retry_after,
        fields=fields,
    )


def _sentence(status: int, type: str | None, told: Mapping[str, Any], fields: Sequence[tuple[str, str]]) -> str:
    if status >= 500:
        return f"The marketplace has trouble of its own (HTTP {status}). It is asked again by itself."
    known = WORDS.get(type or "")
    said = one_line(str(told.get("message") or ""), 200)
    opening = known or _BY_STATUS.get(status) or f"The marketplace refused it (HTTP {status})."
    parts = [opening]
    if not known and status not in {401, 404, 429} and said:
        parts.append(f"It says: {said.rstrip('.')}.")
    if fields:
        parts.append("; ".join(f"{field}: {complaint.rstrip('.')}" for field, complaint in fields) + ".")
    return " ".join(parts)


def _fields(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """At most five field errors, each short: a refusal is read in a whisper, not in a report."""
    listed = told.get("errors")
    found = []
    for item in listed[:5] if isinstance(listed, list) else []:
        if isinstance(item, Mapping):
            field = one_line(str(item.get("field") or "a field"), 60)
            found.append((field, one_line(str(item.get("message") or "is not right"), 120)))
    return tuple(found)
