"""The other side as JSON over HTTP: buyers, parcels, colleagues in the portal, time and faults, under /play/….

For tests in other processes and for people who try the bot. It asks for no key: serve it to this machine only. Writes
must say that they are JSON, so that no foreign web page can send one.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.market import overview
from sandbox.market.model import OrderUnit
from sandbox.market.problems import Problem
from sandbox.market.stories import Stories

if TYPE_CHECKING:
    from sandbox.market.marketplace import Marketplace

Json = dict[str, Any]
Deed = Callable[["Play", Request, Json], Any | Awaitable[Any]]
LONGEST_STORM = 5_000


class Play:
    def __init__(self, market: Marketplace) -> None:
        self.market = market
        self.world = market.world
        self.stories = Stories(market.world, seed=market.world.seed + 1)

    def unit(self, wanted: Json) -> OrderUnit:
        """The order unit that is named by "order_unit" or "order"; without either a new order's."""
        if "order_unit" in wanted:
            return self.world.order_unit(int(wanted["order_unit"]))[1]
        if "order" in wanted:
            shop = self.world.home("orders", wanted["order"])
            order = shop.orders.find(wanted["order"])
            assert order is not None
        else:
            order = self.world.place_order(wanted.get("storefront"), account=wanted.get("account"))
        return self.world.units_of(order)[0]


# What happens


def state(play: Play, request: Request, _: Json) -> Json:
    return overview.state(play.market)


def journal(play: Play, request: Request, _: Json) -> list[Json]:
    """Writes, oldest first; `?after=N` leaves out the first N."""
    after = int(request.query_params.get("after", "0"))
    return [overview.entry(entry) for entry in play.market.journal.entries[after:]]


def pushes(play: Play, request: Request, _: Json) -> list[Json]:
    return [overview.attempt(attempt) for attempt in play.market.pushes.attempts]


def mails(play: Play, request: Request, _: Json) -> list[Json]:
    return [overview.mail(mail) for mail in play.world.mails]


def tickets(play: Play, request: Request, _: Json) -> list[Json]:
    """The tickets that moved last, as rows."""
    return overview.tickets(play.world, limit=int(request.query_params.get("limit", "50")))


def ticket(play: Play, request: Request, _: Json) -> Json:
    """What the customer sees of a ticket."""
    return overview.ticket(play.world, request.path_params["id"])


def open_ticket(play: Play, request: Request, wanted: Json) -> Json:
    """{order_unit | order | storefront, account, text?, topic?}: without a text a letter that fits the topic."""
    if not wanted.keys() & {"order_unit", "order", "text"}:
        shop = play.world.shop(wanted.get("account"))
        found = play.stories.ticket(shop, topic=wanted.get("topic"), storefront=wanted.get("storefront"))
        opened = found or play.stories.ticket_about(play.unit(wanted))
    elif "text" in wanted:
        topic = wanted.get("topic", "other_question")
        opened = play.world.open_ticket(play.unit(wanted), str(wanted["text"]), topic=topic)
    else:
        opened = play.stories.ticket_about(play.unit(wanted))
    return overview.ticket(play.world, opened.id)


def write(play: Play, request: Request, wanted: Json) -> Json:
    """{text?, as?}: as buyer (default), seller (a colleague in the portal), customer_service or system."""
    id = request.path_params["id"]
    _, found = play.world.ticket(id)
    text = str(wanted.get("text") or play.stories.next_words(found))
    writers: dict[str, Callable[[str, str], Any]] = {
        "buyer": play.world.buyer_writes,
        "seller": play.world.seller_message,
        "customer_service": play.world.customer_service_writes,
        "system": play.world.system_writes,
    }
    writers[wanted.get("as", "buyer")](id, text)
    return overview.ticket(play.world, id)


def attach(play: Play, request: Request, _: Json) -> Json:
    found = play.world.ticket(request.path_params["id"])[1]
    play.stories.photo(found)
    return overview.ticket(play.world, found.id)


def close(play: Play, request: Request, wanted: Json) -> Json:
    """{by?}: buyer (default), seller (in the portal) or customer_service (for good)."""
    id = request.path_params["id"]
    closers: dict[str, Callable[[str], Any]] = {
        "buyer": play.world.buyer_closes,
        "seller": play.world.seller_closes,
        "customer_service": play.world.customer_service_closes,
    }
    closers[wanted.get("by", "buyer")](id)
    return overview.ticket(play.world, id)


def storm(play: Play, request: Request, wanted: Json) -> Json:
    """{tickets?}: that many tickets at once, 300 if not said otherwise."""
    opened = play.market.life.storm(min(int(wanted.get("tickets", 300)), LONGEST_STORM))
    return {"opened": len(opened)}


def place_order(play: Play, request: Request, wanted: Json) -> Json:
    """{storefront?, account?, pieces?, released?}"""
    order = play.world.place_order(
        wanted.get("storefront"),
        account=wanted.get("account"),
        pieces=int(wanted.get("pieces", 1)),
        released=bool(wanted.get("released", True)),
    )
    return overview.order(play.world, order.id)


def orders(play: Play, request: Request, _: Json) -> list[Json]:
    """The orders that moved last."""
    return overview.orders(play.world, limit=int(request.query_params.get("limit", "50")))


def order(play: Play, request: Request, _: Json) -> Json:
    return overview.order(play.world, request.path_params["id"])


def unit_becomes(play: Play, request: Request, wanted: Json) -> Json:
    """{status}: whatever happened to an order unit in the portal or on the road."""
    _, unit = play.world.order_unit(int(request.path_params["id"]))
    if wanted["status"] == "received":
        play.world.parcel_delivered(unit)
    else:
        play.world.set_unit_status(unit, str(wanted["status"]))
    return overview.order(play.world, unit.order_id)


def start_return(play: Play, request: Request, wanted: Json) -> Json:
    """{order_unit | order | storefront, reason?, note?}"""
    unit = play.unit(wanted)
    item = play.world.start_return(unit, reason=wanted.get("reason", "dislike"), note=wanted.get("note"))
    return overview.return_(play.world, item.id)


def returns(play: Play, request: Request, _: Json) -> list[Json]:
    """The returns that moved last."""
    return overview.returns(play.world, limit=int(request.query_params.get("limit", "50")))


def return_(play: Play, request: Request, _: Json) -> Json:
    return overview.return_(play.world, int(request.path_params["id"]))


def return_moves(play: Play, request: Request, _: Json) -> Json:
    id = int(request.path_params["id"])
    steps: dict[str, Callable[[int], None]] = {
        "label": play.world.label_made,
        "send": play.world.parcel_sent,
        "arrive": play.world.parcel_arrives,
        "cancel": play.world.label_cancelled,
    }
    steps[request.path_params["step"]](id)
    return overview.return_(play.world, id)


def decide(play: Play, request: Request, wanted: Json) -> Json:
    """A colleague decides in the portal: {message?} for reject and clarify."""
    _, unit = play.world.return_unit(int(request.path_params["id"]))
    text = str(wanted.get("message", "—"))
    decisions: dict[str, Callable[[], Any]] = {
        "accept": lambda: play.world.accept(unit),
        "repair": lambda: play.world.repair(unit),
        "reject": lambda: play.world.reject(unit, text),
        "clarify": lambda: play.world.clarify(unit, text),
    }
    decisions[request.path_params["decision"]]()
    return overview.return_(play.world, unit.return_id)


async def let_time_pass(play: Play, request: Request, wanted: Json) -> Json:
    """{days?, hours?, minutes?, seconds?}"""
    await play.market.let_time_pass(timedelta(**{name: float(value) for name, value in wanted.items()}))
    return {"now": play.world.clock.now().isoformat()}


def set_pace(play: Play, request: Request, wanted: Json) -> Json:
    """{seconds}: of real time between two things that happen by themselves, 0 for none."""
    play.market.pace = max(float(wanted["seconds"]), 0.0)
    return {"seconds": play.market.pace}


def faults(play: Play, request: Request, _: Json) -> list[Json]:
    return [fault.told() for fault in play.market.faults.active]


def switch_on(play: Play, request: Request, wanted: Json) -> Json:
    """{kind, …}: the fields of `faults.Fault`."""
    return play.market.faults.switch_on(**wanted).told()


def switch_off(play: Play, request: Request, _: Json) -> list[Json]:
    id = request.path_params.get("id")
    play.market.faults.switch_off(int(id) if id else None)
    return faults(play, request, {})


DEEDS: tuple[tuple[str, str, Deed], ...] = (
    ("GET", "/state", state),
    ("GET", "/journal", journal),
    ("GET", "/pushes", pushes),
    ("GET", "/mails", mails),
    ("GET", "/tickets", tickets),
    ("POST", "/tickets", open_ticket),
    ("GET", "/tickets/{id}", ticket),
    ("POST", "/tickets/{id}/messages", write),
    ("POST", "/tickets/{id}/photo", attach),
    ("POST", "/tickets/{id}/close", close),
    ("POST", "/storm", storm),
    ("POST", "/orders", place_order),
    ("GET", "/orders", orders),
    ("GET", "/orders/{id}", order),
    ("POST", "/order-units/{id}/status", unit_becomes),
    ("POST", "/returns", start_return),
    ("GET", "/returns", returns),
    ("GET", "/returns/{id}", return_),
    ("POST", "/returns/{id}/{step}", return_moves),
    ("POST", "/return-units/{id}/{decision}", decide),
    ("POST", "/time", let_time_pass),
    ("POST", "/pace", set_pace),
    ("GET", "/faults", faults),
    ("POST", "/faults", switch_on),
    ("DELETE", "/faults", switch_off),
    ("DELETE", "/faults/{id}", switch_off),
)


def play_routes(market: Marketplace) -> list[Route]:
    play = Play(market)
    return [Route(path, _endpoint(play, deed), methods=[method]) for method, path, deed in DEEDS]


def _endpoint(play: Play, deed: Deed) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def handle(request: Request) -> JSONResponse:
        try:
            play.world.clock.catch_up()
            told = deed(play, request, await _wanted(request))
            if isinstance(told, Awaitable):
                told = await told
        except Problem as problem:
            return JSONResponse(problem.body(), problem.status)
        except (KeyError, ValueError, TypeError) as error:
            return JSONResponse({"message": f"{type(error).__name__}: {error}"}, 400)
        return JSONResponse(told)

    return handle


async def _wanted(request: Request) -> Json:
    """Raises ValueError for a write that does not say it is JSON, or is none."""
    if request.method == "GET":
        return {}
    body = await request.body()
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise ValueError("send Content-Type: application/json")
    wanted = json.loads(body) if body else {}
    if not isinstance(wanted, dict):
        raise ValueError("send an object")
    return wanted
