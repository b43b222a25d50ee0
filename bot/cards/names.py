"""What the marketplace's codes are called by people. Unknown codes are shown as words, never hidden."""

from __future__ import annotations

from bot.domain.model import Money

COUNTRIES = {
    "de": "Germany",
    "at": "Austria",
    "cz": "Czechia",
    "sk": "Slovakia",
    "pl": "Poland",
    "fr": "France",
    "it": "Italy",
    "es": "Spain",
    "nl": "the Netherlands",
}

LANGUAGES = {
    "de": "German",
    "cs": "Czech",
    "sk": "Slovak",
    "pl": "Polish",
    "fr": "French",
    "it": "Italian",
    "es": "Spanish",
    "nl": "Dutch",
    "en": "English",
}

TOPICS = {
    "order_cancel": "Wants to cancel",
    "order_product_defect": "Product is defective",
    "order_other_question": "Question about an order",
    "delivery_not_received": "Parcel not received",
    "delivery_delayed": "Parcel is late",
    "delivery_wrong_products": "Wrong product delivered",
    "delivery_parts_missing": "Parts are missing",
    "delivery_change_address": "Wants another address",
    "delivery_to_store": "Delivery to a store",
    "delivery_other_question": "Question about a delivery",
    "return_check_status": "Where is my return?",
    "return_request_label": "Wants a return label",
    "invoice_needed": "Wants an invoice",
    "invoice_problem": "Problem with an invoice",
    "product_properties": "Question about a product",
    "product_availability": "When is it available?",
    "product_other_question": "Question about a product",
    "admonition": "Complaint",
    "old_device_take_back": "Take-back of an old device",
    "other_question": "Question",
    "fraud": "Suspects fraud",
    "account_age_verification": "Age verification",
    "cs_nagative_rating": "Negative rating",
}

OPEN_REASONS = {
    "product_not_as_described": "Not as described",
    "product_defect": "Product is defective",
    "product_not_delivered": "Not delivered",
    "product_return": "About a return",
    "contact_other": "Question",
}

RETURN_REASONS = {
    "accidentally_ordered": "ordered by accident",
    "bad_quality": "bad quality",
    "better_price": "found a better price",
    "defect": "defective",
    "delivered_damaged": "arrived damaged",
    "dislike": "does not like it",
    "misleading_description": "not as described",
    "missing_parts": "parts are missing",
    "no_reason": "no reason given",
    "too_late": "came too late",
    "wrong_article": "wrong article",
    "wrong_size": "wrong size",
}

TICKET_STATES = {
    "opened": "open",
    "buyer_closed": "closed by the buyer",
    "seller_closed": "closed by us",
    "both_closed": "closed by both sides",
    "customer_service_closed_final": "closed for good by customer service",
}

RETURN_STATES = {
    "return_requested": "requested",
    "label_generated": "label made",
    "package_sent": "parcel on its way",
    "package_received": "parcel arrived",
    "label_deleted": "label cancelled",
}

RETURN_UNIT_STATES = {
    "need_to_be_returned": "on its way back",
    "return_arrived": "arrived, waits for a decision",
    "return_accepted": "accepted, refunded",
    "return_rejected": "rejected",
    "return_closed": "closed",
    "return_in_repair": "in repair",
    "return_in_clarification": "asked the customer",
}

ORDER_UNIT_STATES = {
    "open": "not released yet",
    "need_to_be_sent": "to be sent",
    "sent": "sent",
    "received": "received",
    "sent_and_autopaid": "sent and paid out",
    "returned": "returned",
    "returned_paid": "returned and refunded",
    "cancelled": "cancelled",
}

_SYMBOLS = {"EUR": "€", "CZK": "Kč", "PLN": "zł"}


def spelled(code: str) -> str:
    """A code nobody has named yet, as words: `issue_paypal` is shown as "Issue paypal"."""
    return code.replace("_", " ").strip().capitalize()[:60] or "unknown"


def flag(storefront: str | None) -> str:
    """The storefront's flag and code; only the code where there is no such flag."""
    if not storefront:
        return ""
    if storefront not in COUNTRIES:
        return storefront.upper()[:4]
    return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in storefront) + f" {storefront.upper()}"


def country(storefront: str | None) -> str:
    return COUNTRIES.get(storefront or "", (storefront or "the storefront").upper())


def language(locale: str | None) -> str:
    """The language of a locale like `cs-CZ`."""
    code = (locale or "").partition("-")[0]
    return LANGUAGES.get(code, code.upper() or "the buyer's language")


def topic(topic: str | None, open_reason: str) -> str:
    if topic:
        return TOPICS.get(topic, spelled(topic))
    return OPEN_REASONS.get(open_reason, spelled(open_reason))


def money(amount: Money) -> str:
    """12.50 € with a thin space between thousands, so that 1 250.00 is not read as 12.50."""
    whole, cents = divmod(abs(amount.minor), 100)
    sign = "-" if amount.minor < 0 else ""
    return f"{sign}{whole:,}".replace(",", "\u202f") + f".{cents:02d} {_SYMBOLS.get(amount.currency, amount.currency)}"
