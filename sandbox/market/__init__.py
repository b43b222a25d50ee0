"""A marketplace of our own: the Seller API v2 of the Kaufland Global Marketplace over real HTTP, strict and believable.

    market = Marketplace([Account.named("main", ("de", "at"))], seed=1)
    async with Served(market.app) as served, market:
        ticket = market.world.open_ticket(market.world.units_of(market.world.place_order("de")), "Where is it?")
        ...  # the bot works against f"{served.url}/v2"
        assert market.journal.executed("POST", "/messages")

`market.world` is everything that can happen, `market.faults` everything that can go wrong, `market.journal` the writes
that were really executed. It knows nothing of the bot: it is an independent judge.
"""

from sandbox.market.clock import Clock
from sandbox.market.faults import Fault, Faults
from sandbox.market.marketplace import Marketplace
from sandbox.market.model import KAUFLAND, MERCHANT, Account
from sandbox.market.problems import Problem
from sandbox.market.signing import sign
from sandbox.market.traffic import Entry, Journal
from sandbox.market.world import World

__all__ = [
    "KAUFLAND",
    "MERCHANT",
    "Account",
    "Clock",
    "Entry",
    "Fault",
    "Faults",
    "Journal",
    "Marketplace",
    "Problem",
    "World",
    "sign",
]
