"""`/status`, `/info`: is it alive, where does it sell, which languages does it speak."""

from __future__ import annotations

from sandbox.market.api.calls import Answer, Call
from sandbox.market.api.params import storefront
from sandbox.market.api.routes import Route
from sandbox.market.api.shapes import VAT
from sandbox.market.ground import LOCALES


def ping(call: Call) -> Answer:
    return Answer(200, {"message": "Never tell me the odds"})


def storefronts(call: Call) -> Answer:
    return Answer(200, list(call.shop.account.storefronts))


def locales(call: Call) -> Answer:
    return Answer(200, list(LOCALES.values()))


def vat_rates(call: Call) -> Answer:
    wanted = (call.asked["storefront"],) if call.asked["storefront"] else tuple(VAT)
    rates = [
        {"storefront": name, "vat_rates": [{"vat_indicator": "standard_rate", "value": VAT[name]}]} for name in wanted
    ]
    return Answer(200, rates)


ROUTES = (
    Route("GET", "/status/ping", ping),
    Route("GET", "/info/storefront", storefronts),
    Route("GET", "/info/locale", locales),
    Route("GET", "/info/vat-indicators", vat_rates, (storefront(),)),
)
