"""Killed at every named point on the way of a chain, the bot imports nothing twice and forgets nothing.

The address of a published file is made once for each import that is wanted, so two imports with one address are one too
many. A file the marketplace came for while the bot was dead is no defect: a person gives it again, and that is counted.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.feedkinds import KINDS, template
from sandbox.market import imports as market_imports
from sandbox.slack.channels import Message
from tests.faults.process import KILLED, Died
from tests.faults.proving import ProvingGround, proving_ground

pytestmark = pytest.mark.timeout(600)

# What is passed between Start and the end of both imports, and how often, at most: once for each step.
POINTS = (
    *("act.received", "act.committed", "act.claimed", "act.sending", "feed.published", "feed.accepted", "act.sent"),
    *("act.saved", "feed.seen", "feed.rechecked"),
)
TWICE = frozenset({"act.committed", "act.claimed", "feed.published", "feed.accepted", "act.saved", "feed.seen"})
PRODUCTS = template(KINDS["product-data"]).encode()
LABELS = ("Start", "Go on", "Try this step again")
DONE = ":white_check_mark: *3."


@dataclass
class Chains:
    """One chain after another; the bot dies on the way as often as there are points left to die at."""

    ground: ProvingGround
    chance: random.Random
    points: list[str]
    deaths: Counter[str] = field(default_factory=Counter)
    given_again: int = 0
    chains: int = 0
    armed: str = ""

    async def run(self) -> None:
        await self.ground.bot.start()
        while self.points:
            await self.one()
            self.ground.bot.kill()
            # The marketplace takes thirty product feeds a day.
            await self.ground.pass_time(timedelta(hours=2))
            await self.ground.bot.start()

    async def one(self) -> None:
        """One chain from the window to its end, however often the bot dies; then look for what is double or missing."""
        self.chains += 1
        amount = 20 + self.chains % 50
        known = {file.id for file in self.imports}
        card = await self._given(amount)
        self.ground.bot.kill()
        await self._live()
        for _ in range(400):
            if DONE in card.words:
                break
            await self._press(card)
            await self._step()
        assert DONE in card.words, f"forgotten: {card.words}\n{self.ground.bot.log[-3000:]}"
        fresh = [file for file in self.imports if file.id not in known]
        assert len({file.url for file in fresh}) == len(fresh), "one file was imported twice"
        done = [file.kind for file in fresh if file.status != "DOWNLOADING_FAILED"]
        assert done == [market_imports.PRODUCTS, market_imports.COMMAND]
        assert {offer.amount for offer in self.offers} == {amount}

    @property
    def imports(self) -> list[Any]:
        return sorted(self.ground.market.world.shop().imports, key=lambda file: file.id)

    @property
    def offers(self) -> list[Any]:
        return [each for each in self.ground.market.world.shop().offers if each.storefront == "de"][:2]

    async def _given(self, amount: int) -> Message:
        """Both files given and checked. The card, once it offers Start."""
        ana, lines = self.ground.slack.person("ana"), []
        for offer in self.offers:
            named = f"{offer.product.eans[0]};100;{offer.listing_price};EUR;;{offer.id_offer}"
            lines.append(f"UPSERT;{named};;{amount};;;;;2")
        await ana.types("/feed chain", "support")
        await self.ground.until(lambda: ana.modal and ana.modal.callback_id == "chain.give")
        second = "\r\n".join([*lines, ""]).encode()
        files = {"data": [("daten.csv", PRODUCTS)], "stock": [("bestand.csv", second)]}
        await ana.fills({**files, "kind": "Inventory commands", "place": "Germany"})
        assert await ana.submits() is None
        channel = self.ground.slack.channels["support"]
        try:
            found: Message = await self.ground.until(
                lambda: next((each for each in channel.messages if "Start" in each.labels), None), seconds=15
            )
        except TimeoutError:
            raise AssertionError("\n".join(each.words for each in channel.messages[-3:])) from None
        return found

    async def _live(self) -> None:
        """The next life, with the next point to die at."""
        armed = ""
        if self.points:
            armed = self.points.pop()
            armed = f"{armed}:{self.chance.randint(1, 2) if armed in TWICE else 1}"
        self.armed = armed
        await self.ground.bot.start(fail_point=armed, ready=False)
        # Starting takes long on a busy machine, and no step of a chain is taken meanwhile. Who dies in it lives again.
        with suppress(Died):
            await self.ground.bot.ready()

    async def _press(self, card: Message) -> None:
        """Whatever the card offers, by somebody; the bot may be dead and nobody hear it."""
        label = next((label for label in LABELS if label in card.labels), None)
        if label is None:
            return
        self.given_again += label == LABELS[-1]
        try:
            await self.ground.slack.person("ben").presses("support", card, label)
            await self.ground.until(lambda: label not in card.labels or not self.ground.bot.alive, seconds=5)
        except (TimeoutError, LookupError):
            return

    async def _step(self) -> None:
        """A moment passes. Whoever died lives again."""
        if not self.ground.bot.alive:
            assert self.ground.bot.exit_code == KILLED, self.ground.bot.log[-3000:]
            self.deaths[self.armed.partition(":")[0]] += 1
            await self._live()
        await self.ground.pass_time(timedelta(seconds=3))
        try:
            await self.ground.until(lambda: not self.ground.bot.alive, seconds=0.15)
        except TimeoutError:
            return


async def dies_at(folder: Path, points: list[str], seed: int) -> Chains:
    chance = random.Random(seed)
    chance.shuffle(points)
    async with proving_ground(folder, seed=seed) as ground:
        chains = Chains(ground, chance, points)
        await chains.run()
    told = ", ".join(f"{point} {count}" for point, count in sorted(chains.deaths.items()))
    print(f"\n  {chains.chains} chains, {chains.deaths.total()} deaths: {told}; given again {chains.given_again}")
    return chains


async def test_dying_at_every_point_of_a_chain_imports_nothing_twice_and_forgets_nothing(tmp_path: Path) -> None:
    chains = await dies_at(tmp_path, list(POINTS), seed=5)

    assert chains.deaths.total() >= len(POINTS) // 2


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_of_a_thousand_points_armed_none_leads_to_a_second_import_or_to_a_forgotten_one(tmp_path: Path) -> None:
    chains = await dies_at(tmp_path, list(POINTS) * 100, seed=23)

    assert set(chains.deaths) == set(POINTS)
