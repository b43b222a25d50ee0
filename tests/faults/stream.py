"""What goes on while the bot is hurt: buyers and parcels that change the world, and people who press buttons."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.store import actions as action_rows
from sandbox.market import Problem, World
from sandbox.slack import CannotFill, NothingThere, Person
from sandbox.slack.channels import Message
from tests.faults import checks, clicks
from tests.faults.proving import ProvingGround

# A thread shows the last twenty entries of a conversation it has not told yet; ours stay well below.
MOST_MESSAGES = 12
NEWEST = 120


class Stream:
    """Changes one thing after the other, the same for the same seed. Each change is one a card or thread must show."""

    def __init__(self, world: World, *, seed: int, orders: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.changes: Counter[str] = Counter()
        self._kinds: tuple[tuple[int, Callable[[], bool]], ...] = (
            (22, self.buyer_opens),
            (36, self.buyer_writes),
            (4, self.buyer_attaches),
            (4, self.buyer_closes),
            (4, self.answered_in_portal),
            (9, self.return_starts),
            (18, self.return_moves),
            (2, self.decided_in_portal),
            (1, self.customer_service_closes),
        )
        self._tickets: list[str] = []
        self._moving: list[int] = []
        self._arrived: list[int] = []
        self._units = [unit for _ in range(orders) for unit in self._delivered()]
        self._returnable = list(self._units)

    @property
    def count(self) -> int:
        return self.changes.total()

    def _delivered(self) -> list[Any]:
        storefront = self.random.choice(self.world.shop().account.storefronts)
        units = self.world.units_of(self.world.place_order(storefront))
        for unit in units:
            self.world.send_unit(unit, [f"{self.random.randrange(10**12):012d}"], "DHL")
            self.world.parcel_delivered(unit)
        return units

    def step(self) -> None:
        """One change; where what was drawn does not fit, another one."""
        while True:
            (change,) = self.random.choices([do for _, do in self._kinds], [weight for weight, _ in self._kinds])
            try:
                done = change()
            except Problem:
                continue
            if done:
                self.changes[change.__name__] += 1
                return

    def any_unit(self) -> Any:
        return self.random.choice(self._units)

    def buyer_opens(self) -> bool:
        ticket = self.world.open_ticket(self.any_unit(), f"Frage {self.count}")
        self._tickets.append(ticket.id)
        return True

    def buyer_writes(self) -> bool:
        id = self._ticket()
        return bool(id and self.world.buyer_writes(id, f"Nachricht {self.count}"))

    def buyer_attaches(self) -> bool:
        id = self._ticket()
        return bool(id and self.world.buyer_attaches(id, f"foto-{self.count}.png", "image/png", b"\x89PNG"))

    def buyer_closes(self) -> bool:
        id = self._ticket()
        if not id or self.world.ticket(id)[1].status != "opened":
            return False
        self.world.buyer_closes(id)
        return True

    def customer_service_closes(self) -> bool:
        id = self._ticket()
        if id:
            self.world.customer_service_closes(id)
        return bool(id)

    def answered_in_portal(self) -> bool:
        id = self._ticket()
        return bool(id and self.world.seller_message(id, f"Portal {self.count}"))

    def return_starts(self) -> bool:
        if not self._returnable:
            return False
        unit = self._returnable.pop(self.random.randrange(len(self._returnable)))
        self._moving.append(self.world.start_return(unit, label=False).id)
        return True

    def return_moves(self) -> bool:
        if not self._moving:
            return False
        id = self.random.choice(self._moving)
        item = self.world.return_(id)[1]
        if item.status == "return_requested":
            self.world.label_made(id)
        elif item.status == "label_generated":
            self.world.parcel_sent(id)
        else:
            self.world.parcel_arrives(id)
            self._moving.remove(id)
            self._arrived.append(id)
        return True

    def decided_in_portal(self) -> bool:
        if not self._arrived:
            return False
        unit = self.world.units_of_return(self._arrived.pop(0))[0]
        self.world.repair(unit)
        return True

    def _ticket(self) -> str | None:
        """One that has room for more; people come back to what is new."""
        for _ in range(20):
            if not self._tickets:
                return None
            id = self.random.choice(self._tickets[-80:])
            ticket = self.world.ticket(id)[1]
            if len(ticket.messages) + len(ticket.files) < MOST_MESSAGES:
                return id
        return None


@dataclass
class Hands:
    """People who work on the cards as long as the door is open, each one thing after the other."""

    ground: ProvingGround
    seed: int
    open: asyncio.Event = field(default_factory=asyncio.Event)
    pressed: Counter[str] = field(default_factory=Counter)
    pause: float = 0.05
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Hands:
        self._tasks = [
            asyncio.create_task(self._work(person, random.Random(f"{self.seed}{person.id}")))
            for person in self.ground.people
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        done = await asyncio.gather(*self._tasks, return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, Exception):
                raise outcome

    async def _work(self, person: Person, chance: random.Random) -> None:
        while True:
            await self.open.wait()
            try:
                await self._one_thing(person, chance)
            except (NothingThere, CannotFill, TimeoutError):
                # The card changed before they could press, or the bot was gone: so they look for something else.
                if person.modal:
                    await person.closes_all()
            await asyncio.sleep(self.pause * chance.uniform(0.5, 1.5))

    async def _one_thing(self, person: Person, chance: random.Random) -> None:
        channel = chance.choice(["support", "support", "returns"])
        shown = self.ground.slack.channels[channel].messages[-NEWEST:]
        cards = [card for card in shown if card.metadata and card.labels]
        if not cards:
            return
        card = chance.choice(cards)
        label = chance.choices(card.labels, [8 if label in {"Reply", "Accept"} else 2 for label in card.labels])[0]
        do = self._BY_LABEL.get(label)
        if do:
            await do(self, person, channel, card, label, chance)

    async def _press(
        self, person: Person, channel: str, card: Message, label: str, chance: random.Random, *, always: bool = False
    ) -> None:
        """Some press twice, and sometimes Slack delivers a press again."""
        copies = chance.choices((1, 2), (8, 2))[0]
        await asyncio.gather(*(person.presses(channel, card, label) for _ in range(copies)))
        if chance.random() < 0.1 and self.ground.slack.outgoing.sent:
            await self.ground.slack.outgoing.again(self.ground.slack.outgoing.sent[-1])
        self.pressed[label] += copies

    async def _write(self, person: Person, channel: str, card: Message, label: str, chance: random.Random) -> None:
        self.pressed[label] += 1
        text = f"{label} {self.pressed.total()} von {person.user.name}"
        await clicks.writes(person, channel, card, label, text, presses=1)

    async def _answer(self, person: Person, channel: str, card: Message, label: str, chance: random.Random) -> None:
        """Somebody looks into the seller portal and says what they see there."""
        action = await action_rows.find(clicks.button_value(card, label))
        if action is None or action.state != "needs_human":
            return
        done = checks.executions(self.ground.market, action) > 0
        await person.presses(channel, card, "It was done" if done else "It was not done", nth=0)
        self.pressed["checked"] += 1

    _BY_LABEL: dict[str, Callable[..., Awaitable[None]]] = field(
        default_factory=lambda: {
            "Reply": Hands._write,
            "Reject": Hands._write,
            "Ask the customer": Hands._write,
            "Close": Hands._press,
            "Accept": Hands._press,
            "Repair": Hands._press,
            "It was done": Hands._answer,
            "It was not done": Hands._answer,
        }
    )
