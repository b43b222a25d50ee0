"""Money as integers, and which currency a storefront sells in."""

from __future__ import annotations

from dataclasses import dataclass

# Storefronts of countries with the euro. A storefront nobody knows has no currency here: money is never guessed.
_CURRENCIES = {
    **dict.fromkeys(("de", "at", "sk", "fr", "it", "es", "nl"), "EUR"),
    "cz": "CZK",
    "pl": "PLN",
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, haléře, grosze) of `currency` (ISO 4217, upper case)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02d} {self.currency}"


def currency_of(storefront: str) -> str | None:
    """What `storefront` (any case) sells in, or None when nobody told us."""
    return _CURRENCIES.get(storefront.strip().lower())
