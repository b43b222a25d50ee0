"""A marketplace in a process of its own: `python -m sandbox.market --port 9000 --account main:de,at --history`.

The first line of its output is JSON with the address and the accounts' keys; it serves this machine only, until it is
told to end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from sandbox.market import Account, Marketplace
from sandbox.market.marketplace import RATE_LIMIT
from sandbox.serving import Served


def account(text: str) -> Account:
    """NAME:storefront,storefront[:assortment]"""
    name, _, rest = text.partition(":")
    storefronts, _, assortment = rest.partition(":")
    return Account.named(name, tuple((storefronts or "de").split(",")), assortment or "household")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.market", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--account", type=account, action="append", default=[], help=account.__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=0.0, help="seconds between two things that happen by themselves")
    parser.add_argument("--history", action="store_true", help="start with some busy last days")
    parser.add_argument("--no-rate-limit", action="store_true")
    return parser.parse_args()


async def serve(wanted: argparse.Namespace) -> None:
    limit = None if wanted.no_rate_limit else RATE_LIMIT
    market = Marketplace(wanted.account, seed=wanted.seed, pace=wanted.pace, rate_limit=limit)
    if wanted.history:
        market.tell_history()
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with Served(market.app, port=wanted.port) as served, market:
        accounts = [shop.account for shop in market.world.shops.values()]
        keys = {each.name: {"client_key": each.client_key, "secret_key": each.secret_key} for each in accounts}
        sys.stdout.write(json.dumps({"url": served.url, "api": f"{served.url}/v2", "accounts": keys}) + "\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(options()))
