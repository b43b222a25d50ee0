"""The marketplace's world: everything in it, and every way it can change."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.market.clock import Clock
from sandbox.market.imports import Imports, fetch_nothing
from sandbox.market.model import Account


class World(Imports):
    """What buyers, sellers, parcels and the marketplace itself can do, each a method.

    Methods raise `problems.Problem` where the marketplace would refuse. References may be the thing or its id.
    """

    def __init__(self, accounts: Sequence[Account], *, seed: int = 1, clock: Clock | None = None) -> None:
        super().__init__(accounts, seed=seed, clock=clock or Clock())
        self.fetch = fetch_nothing
