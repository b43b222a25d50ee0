"""What the marketplace's reasons about orders are called by people."""

from __future__ import annotations

CANCEL_REASONS = {
    "NoInventory": "Out of stock",
    "DelayedInventory": "Our stock comes late",
    "WrongPrice": "Wrong price",
    "WrongCatalogData": "Wrong product data",
    "MerchandiseNotReceived": "We never received the goods",
    "UndeliverableRegion": "We do not deliver to this region",
    "GeneralAdjustment": "Another reason of ours",
    "BuyerCancelled": "The buyer asked for it",
    "NoReactionBuyer": "The buyer does not answer",
    "ShippingAddressUndeliverable": "The buyer's address cannot be reached",
}

REFUND_REASONS = {
    "delivery_damage": "Damaged on the way",
    "delivery_delay": "Came late",
    "incomplete_delivery": "Something was missing",
    "incorrect_delivery": "Wrong delivery",
    "defect": "Defective",
    "refund_postage_fee": "Postage",
    "refund_return_postage_fee": "Postage of the return",
    "other_refund": "Another reason",
}
