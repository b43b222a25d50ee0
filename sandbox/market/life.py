"""A living stream of events: orders, letters, parcels and returns, one after the other, at a pace of your choice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.market.stories import Stories
from sandbox.market.world import World


class Life:
    """The same seed lives the same life, as far as nobody interferes."""

    def __init__(self, world: World, *, seed: int | None = None) -> None:
        self._world = world
        self._stories = Stories(world, seed=seed)
        self._happenings: dict[str, tuple[int, Callable[[], Any]]] = {
            "order": (5, self._stories.order),
            "sent": (5, self._stories.sent),
            "delivered": (4, self._stories.delivered),
            "ticket": (4, self._stories.ticket),
            "follow_up": (3, self._stories.follow_up),
            "return": (2, self._stories.return_),
            "return_moves": (4, self._stories.return_moves),
            "buyer_closes": (1, self._stories.buyer_closes),
        }

    def step(self) -> tuple[str, Any]:
        """Let one thing happen; (what, to what). Where nothing fits, somebody orders."""
        self._world.clock.catch_up()
        names = list(self._happenings)
        weights = [self._happenings[name][0] for name in names]
        name = self._stories.random.choices(names, weights)[0]
        thing = self._happenings[name][1]()
        return (name, thing) if thing is not None else ("order", self._stories.order())

    async def run(self, pace: Callable[[], float]) -> None:
        """For ever: one step, then `pace()` seconds of rest, give or take a half; none when it is 0 or less."""
        while True:
            seconds = pace()
            if seconds > 0:
                self.step()
            await asyncio.sleep(seconds * self._stories.random.uniform(0.5, 1.5) if seconds > 0 else 1.0)

    def storm(self, tickets: int, *, over: timedelta = timedelta(0)) -> list[Any]:
        """Many tickets, one after the other within `over` of the world's clock. Orders are placed where none is."""
        opened = []
        for number in range(tickets):
            ticket = self._stories.ticket()
            while ticket is None:
                self._stories.order()
                ticket = self._stories.ticket()
            opened.append(ticket)
            if over and number + 1 < tickets:
                self._world.clock.advance(over / tickets)
        return opened
