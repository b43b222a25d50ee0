"""`/subscriptions`: who is told about what. An address is asked back before it is believed.

Whether one event can be subscribed twice is not documented: here it can, and each subscription is served.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.market.api.calls import Answer, Call, Json, paged
from sandbox.market.api.forms import Form
from sandbox.market.api.params import choice, storefront
from sandbox.market.api.routes import Route
from sandbox.market.ground import STOREFRONTS
from sandbox.market.model import Subscription
from sandbox.market.problems import Problem, invalid

EVENTS = (
    *("order_new", "order_unit_new", "order_unit_status_changed", "item_changed", "category_changed", "return_new"),
    *("return_status_changed", "return_unit_status_changed", "item_unit_new", "item_unit_changed"),
    *("item_unit_deleted", "item_unit_out_of_stock", "item_unit_not_available", "item_unit_available"),
)
LONGEST_URL = 255


def shape(call: Call, item: Subscription) -> Json:
    return {
        "id_subscription": item.id,
        "callback_url": item.callback_url,
        "fallback_email": item.fallback_email,
        "event_name": item.event,
        "is_active": item.active,
        "storefront": item.storefront,
    }


def list_subscriptions(call: Call) -> Answer:
    asked = call.asked
    rows = [
        item
        for item in call.shop.subscriptions
        if asked["storefront"] in (None, item.storefront) and asked["event_name"] in (None, item.event)
    ]
    return call.page_of(rows, shape)


def fetch_subscription(call: Call) -> Answer:
    return Answer(200, shape(call, call.find(call.shop.subscriptions, "id_subscription", "Subscription")))


async def create_subscription(call: Call) -> Answer:
    wanted, form = call.storefront(), call.form()
    event = form.choice("event_name", EVENTS)
    url, mail = _url(form), _mail(form)
    form.check()
    await _must_answer(call, url)
    now = call.world.clock.stamp()
    item = Subscription(call.world.ids.number("subscription"), event, wanted, url, mail, True, now, now)
    return Answer(201, shape(call, call.shop.subscriptions.put(item)))


async def change_subscription(call: Call) -> Answer:
    item = call.find(call.shop.subscriptions, "id_subscription", "Subscription")
    form = call.form()
    changes: dict[str, object] = {}
    if form.has("event_name"):
        changes["event"] = form.choice("event_name", EVENTS)
    if form.has("callback_url"):
        changes["callback_url"] = _url(form)
    if form.has("fallback_email"):
        changes["fallback_email"] = _mail(form)
    if form.has("is_active"):
        changes["active"] = form.flag("is_active")
    if form.has("storefront"):
        changes["storefront"] = form.choice("storefront", STOREFRONTS)
    form.check()
    if changes.get("storefront", item.storefront) not in call.shop.account.storefronts:
        raise invalid(("storefront", "The storefront is not configured"))
    url = str(changes.get("callback_url", item.callback_url))
    if url != item.callback_url:
        await _must_answer(call, url)
    with call.world.change(call.shop.subscriptions, item):
        for name, value in changes.items():
            setattr(item, name, value)
    return Answer(200, shape(call, item))


def delete_subscription(call: Call) -> Answer:
    call.shop.subscriptions.remove(call.find(call.shop.subscriptions, "id_subscription", "Subscription"))
    return Answer(204)


def _url(form: Form) -> str:
    url = form.text("callback_url", most=LONGEST_URL)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        form.wrong("callback_url", "callback_url is not valid")
    return url


def _mail(form: Form) -> str:
    mail = form.text("fallback_email", most=255)
    if "@" not in mail:
        form.wrong("fallback_email", "fallback_email is not valid")
    return mail


async def _must_answer(call: Call, url: str) -> None:
    if not await call.verify(url):
        raise Problem(
            400,
            "/problems/subscriptions/unverified-callback-url",
            "The callback URL did not answer the verification request with the challenge",
            ("callback_url", "callback_url could not be verified"),
        )


ROUTES = (
    Route("GET", "/subscriptions", list_subscriptions, paged(30, 30, storefront(), choice("event_name", EVENTS))),
    Route("POST", "/subscriptions", create_subscription, (storefront(required=True),)),
    Route("GET", "/subscriptions/{id_subscription:int}", fetch_subscription),
    Route("PATCH", "/subscriptions/{id_subscription:int}", change_subscription),
    Route("DELETE", "/subscriptions/{id_subscription:int}", delete_subscription),
)
