"""The marketplace's codes as known today, for catching slips of the fingers. Nothing breaks on a code that is not here.

Source: Seller API 2.27.0, the enumerations of tickets, returns, return units and order units.
"""

from __future__ import annotations

KINDS = ("ticket", "return", "order", "unit")

STOREFRONTS = ("de", "at", "cz", "sk", "pl", "fr", "it", "es", "nl")

FULFILLMENTS = ("fulfilled_by_merchant", "fulfilled_by_kaufland")

TOPICS = (
    "order_cancel",
    "order_product_defect",
    "order_other_question",
    "delivery_not_received",
    "delivery_delayed",
    "delivery_wrong_products",
    "delivery_parts_missing",
    "delivery_change_address",
    "delivery_to_store",
    "delivery_other_question",
    "return_check_status",
    "return_request_label",
    "issue_paypal",
    "issue_klarna",
    "issue_creditcard",
    "issue_sofort",
    "issue_consorsfinanz",
    "issue_cashinadvance",
    "issue_payback",
    "issue_barzahlen",
    "issue_coupon",
    "issue_googlepay",
    "issue_applepay",
    "issue_click_to_pay",
    "issue_blik",
    "invoice_needed",
    "invoice_problem",
    "admonition",
    "account_newsletter",
    "account_login",
    "account_cancel",
    "account_other",
    "account_age_verification",
    "account_cash_out_balance",
    "product_properties",
    "product_availability",
    "product_other_question",
    "old_device_take_back",
    "other_question",
    "fraud",
    "kaufland_card",
    "cs_nagative_rating",  # The marketplace spells it so.
)

OPEN_REASONS = (
    "product_not_as_described",
    "product_defect",
    "product_not_delivered",
    "product_return",
    "contact_other",
)

RETURN_REASONS = (
    "accidentally_ordered",
    "bad_quality",
    "better_price",
    "defect",
    "delivered_damaged",
    "dislike",
    "misleading_description",
    "missing_parts",
    "no_reason",
    "too_late",
    "wrong_article",
    "wrong_size",
)

# A return has the statuses of its parcel and of its units.
STATUSES = {
    "ticket": ("opened", "buyer_closed", "seller_closed", "both_closed", "customer_service_closed_final"),
    "return": (
        "return_requested",
        "label_generated",
        "package_sent",
        "package_received",
        "label_deleted",
        "need_to_be_returned",
        "return_arrived",
        "return_accepted",
        "return_rejected",
        "return_closed",
        "return_in_repair",
        "return_in_clarification",
    ),
    "order": (
        "open",
        "need_to_be_sent",
        "sent",
        "received",
        "sent_and_autopaid",
        "returned",
        "returned_paid",
        "cancelled",
    ),
    "unit": ("available", "onhold", "incomplete"),
}
ALL_STATUSES = tuple(status for statuses in STATUSES.values() for status in statuses)
