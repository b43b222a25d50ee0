"""Killed at every named point on the way of a table, the bot sends no offer twice and tells the truth about each.

A batch that certainly never arrived is no defect: it is told, and the same table is given once more for it.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.market.inventory import NewOffer
from sandbox.slack.channels import Message
from tests.faults.bot_process import BATCH
from tests.faults.process import KILLED, Died
from tests.faults.proving import ProvingGround, proving_ground

pytestmark = pytest.mark.timeout(600)

# What is passed between Change and the last batch: the table and each of its three batches are an action.
POINTS = (
    *("act.received", "act.committed", "act.claimed", "bulk.compared", "act.sending", "bulk.answered", "act.sent"),
    "act.saved",
)
# What is passed once, after the last batch.
ENDS = ("bulk.ended", "bulk.shared")
# Dying here leaves a doubt, which the next life settles by reading back. That is where it dies too.
DOUBTS = frozenset({"act.sending", "bulk.answered", "act.sent"})
READ_BACK = "act.read_back"
# Killed by us, when the marketplace has changed the offers and nobody knows it yet.
UNANSWERED = "answer lost"
CALL = "/units/bulk"
# What every offer has before.
DAYS = 95
OVER = "what is as wanted already is left alone", "`undo.csv` in the thread"


@dataclass
class Tables:
    """One table after another; the bot dies on the way as often as there are points left to die at."""

    ground: ProvingGround
    chance: random.Random
    offers: Sequence[Any]
    points: list[str]
    deaths: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    given_again: int = 0
    armed: str = ""

    async def run(self) -> None:
        await self.ground.bot.start()
        most = 3 * len(self.points)
        while self.points:
            assert self.tables < most, f"never came by {self.points}"
            await self.wanted(1 + self.tables % 90)

    async def wanted(self, days: int) -> None:
        """One value for all offers, by as many tables as it takes; the truth is judged after each."""
        days += days >= self.offers[0].handling_time
        before = {offer.id: offer.handling_time for offer in self.offers}
        assert days not in before.values()
        for _ in range(6):
            await self.one(days)
            if all(offer.handling_time == days for offer in self.offers):
                return
            self.given_again += 1
        raise AssertionError(f"never as wanted: {[offer.handling_time for offer in self.offers]}")

    async def one(self, days: int) -> None:
        """One table from the window to its end, however often the bot dies; then look for what is double or untold."""
        self.tables += 1
        before = {offer.id: offer.handling_time for offer in self.offers}
        known = len(self.sent)
        card = await self.given(days)
        self.ground.bot.kill()
        await self._live()
        for _ in range(400):
            if self.told(card):
                break
            await self.press(card)
            await self._step()
        assert self.told(card), f"forgotten: {card.words}\n{self.ground.bot.log[-3000:]}"
        await self._plain_life()
        self.judge(card, before, days, self.sent[known:])

    def judge(self, card: Message, before: dict[int, int], days: int, sent: Sequence[Any]) -> None:
        """No offer stood in two calls, and what people are told is what the offers and the calls show."""
        calls = Counter(entry["id_unit"] for call in sent for entry in call.body)
        assert set(calls.values()) <= {1}, "an offer was sent twice"
        now = {offer.id: offer.handling_time for offer in self.offers}
        changed = {id for id in before if now[id] != before[id]}
        assert changed == set(calls)
        assert {now[id] for id in changed} <= {days}
        for header, *rows in self.sheets(card, "result.csv"):
            place = header.index("result")
            ended = {int(row[header.index("id_unit")]): row[place] for row in rows}
            assert set(ended) == {id for id, value in before.items() if value != days}
            assert {id for id, state in ended.items() if state == "changed"} == changed
            assert set(ended.values()) <= {"changed", "refused", "not sent"}
        for header, *rows in self.sheets(card, "undo.csv"):
            unit, was = header.index("id_unit"), header.index("handling_time")
            assert {int(row[unit]): int(row[was]) for row in rows} == {id: before[id] for id in changed}
        assert bool(self.sheets(card, "undo.csv")) == bool(changed)
        # What did not happen to any offer is said in the notification only.
        assert f"{len(changed)} offer{'s' * (len(changed) != 1)} changed" in (card.words if changed else card.text)

    @property
    def sent(self) -> list[Any]:
        return list(self.ground.market.journal.executed("POST", CALL))

    def told(self, card: Message) -> bool:
        return any(words in card.words for words in OVER) and bool(self.sheets(card, "result.csv"))

    def sheets(self, card: Message, name: str) -> list[list[list[str]]]:
        """Every file of this name in the card's thread, as rows. Who died while telling may have told it twice."""
        slack = self.ground.slack
        contents = [
            slack.state.files[file["id"]].content
            for message in slack.channels["support"].replies(card.ts)
            for file in message.files
            if file["name"] == name
        ]
        return [list(csv.reader(io.StringIO(each.decode("utf-8-sig")), delimiter=";")) for each in contents]

    async def given(self, days: int) -> Message:
        """The table given and checked. The card, once it offers Change."""
        ana, channel = self.ground.slack.person("ana"), self.ground.slack.channels["support"]
        content = "\r\n".join(["id_unit;handling_time", *(f"{offer.id};{days}" for offer in self.offers), ""])
        await ana.types("/stock bulk", "support")
        await self.ground.until(lambda: ana.modal and ana.modal.callback_id == "bulk.give")
        await ana.fills({"file": [("werte.csv", content.encode())], "place": "Germany"})
        assert await ana.submits() is None
        try:
            found: Message = await self.ground.until(
                lambda: next((each for each in channel.messages if _change(each)), None), seconds=30
            )
        except TimeoutError:
            raise AssertionError("\n".join(each.words for each in channel.messages[-3:])) from None
        return found

    async def _live(self) -> None:
        """The next life, with the next point to die at."""
        self.armed = self.points.pop() if self.points else ""
        point = ""
        if self.armed == UNANSWERED:
            self.ground.at_market.next(rf"POST .*{CALL}", self.ground.bot.kill)
        elif self.armed:
            point = f"{self.armed}:{self.chance.randint(1, 2) if self.armed in POINTS else 1}"
        await self.ground.bot.start(fail_point=point, ready=False)
        # Who dies while it starts lives again.
        with suppress(Died):
            await self.ground.bot.ready()

    async def _plain_life(self) -> None:
        """A life that ends by nothing, for what is given next. A point nobody came by is tried again."""
        self.ground.clear()
        self.ground.bot.kill()
        if self.armed and not self.deaths[self.armed]:
            self.points.insert(0, self.armed)
        await self.ground.bot.start()

    async def press(self, card: Message) -> None:
        """Change, and yes where so many offers need a second person. The bot may be dead and nobody hear it."""
        channel = self.ground.slack.channels["support"]
        proposal = next((each for each in channel.messages if "Approve" in each.labels), None)
        name, pressed, label = ("mira", proposal, "Approve") if proposal else ("ben", card, _change(card))
        if not label:
            return
        try:
            await self.ground.slack.person(name).presses("support", pressed, label)
            await self.ground.until(lambda: label not in pressed.labels or not self.ground.bot.alive, seconds=5)
        except (TimeoutError, LookupError):
            return

    async def _step(self) -> None:
        """A moment passes. Whoever died lives again."""
        if not self.ground.bot.alive:
            assert self.ground.bot.exit_code == KILLED, self.ground.bot.log[-3000:]
            self.deaths[self.armed] += 1
            if self.armed in DOUBTS:
                self.points.append(READ_BACK)
            await self._live()
        await self.ground.pass_time(timedelta(seconds=3))
        with suppress(TimeoutError):
            await self.ground.until(lambda: not self.ground.bot.alive, seconds=0.15)


def _change(card: Message) -> str:
    return next((label for label in card.labels if label.startswith("Change")), "")


def offers_of(ground: ProvingGround, count: int) -> list[Any]:
    """The first offers of Germany, alike in what the tables change; more are made where there are not so many."""
    world, shop = ground.market.world, ground.market.world.shop()
    found = [each for each in shop.offers if (each.storefront, each.fulfillment) == ("de", "fulfilled_by_merchant")]
    for number in range(len(found), count):
        new = NewOffer(f"MANY-{number}", found[0].listing_price, 50, amount=5)
        found.append(world.create_offer(shop, "de", found[0].product, new))
    for offer in found[:count]:
        world.change_offer(shop, offer, {"handling_time": DAYS})
    return found[:count]


async def dies_at(folder: Path, points: list[str], chance: random.Random, *, offers: int, **more: str) -> Tables:
    async with proving_ground(folder, seed=chance.randrange(1000)) as ground:
        ground.bot.env = {**ground.bot.env, **more}
        tables = Tables(ground, chance, offers_of(ground, offers), points)
        # What was made just now is listed a few minutes later.
        await ground.pass_time(timedelta(hours=1))
        await tables.run()
    told = ", ".join(f"{point} {count}" for point, count in sorted(tables.deaths.items()))
    print(f"\n  {tables.tables} tables, {tables.deaths.total()} deaths: {told}; given again {tables.given_again}")
    return tables


async def test_dying_at_every_point_of_a_table_sends_no_offer_twice_and_tells_the_truth_of_each(
    tmp_path: Path,
) -> None:
    chance, points = random.Random(2), [*POINTS, UNANSWERED]
    chance.shuffle(points)
    # The last are armed first, and a table has one end.
    tables = await dies_at(tmp_path, [*reversed(ENDS), *points], chance, offers=8, **{BATCH: "3"})

    assert set(tables.deaths) == {*POINTS, *ENDS, UNANSWERED, READ_BACK}
    assert tables.given_again > 0


async def test_of_a_table_that_was_interrupted_for_too_long_the_rest_is_not_sent_and_that_is_told(
    tmp_path: Path,
) -> None:
    async with proving_ground(tmp_path) as ground:
        ground.bot.env = {**ground.bot.env, BATCH: "3"}
        tables = Tables(ground, random.Random(1), offers_of(ground, 8), [])
        await ground.bot.start()
        card = await tables.given(7)
        ground.at_market.next(f"POST .*{CALL}", ground.bot.kill)
        await tables.press(card)
        await ground.until(lambda: not ground.bot.alive)

        await ground.pass_time(timedelta(minutes=20))
        await ground.bot.start()
        await ground.until(lambda: tables.told(card))

        assert "5 offers not sent" in card.words
        assert "interrupted for too long" in card.words
        tables.judge(card, dict.fromkeys((offer.id for offer in tables.offers), DAYS), 7, tables.sent)
        assert [offer.handling_time for offer in tables.offers] == [*[7] * 3, *[DAYS] * 5]


async def test_who_dies_right_after_a_proposal_leaves_it_before_a_colleague(tmp_path: Path) -> None:
    """So many offers need a second person, whose card hangs only after the proposal is committed."""
    async with proving_ground(tmp_path) as ground:
        tables = Tables(ground, random.Random(1), offers_of(ground, 320), [])
        # What was made just now is listed a few minutes later.
        await ground.pass_time(timedelta(hours=1))
        await ground.bot.start(fail_point="act.committed:1")
        card = await tables.given(7)
        await tables.press(card)
        await ground.until(lambda: not ground.bot.alive)

        await ground.bot.start()
        channels = ground.slack.channels
        await ground.until(
            lambda: any("Approve" in each.labels for name in channels for each in channels[name].messages)
        )


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_of_hundreds_of_points_armed_none_leads_to_an_offer_sent_twice_or_told_wrongly(tmp_path: Path) -> None:
    """Three batches as large as the marketplace takes them."""
    chance, points = random.Random(23), [*POINTS, *ENDS, UNANSWERED] * 30
    chance.shuffle(points)
    tables = await dies_at(tmp_path, points, chance, offers=320)

    assert set(tables.deaths) == {*POINTS, *ENDS, UNANSWERED, READ_BACK}
