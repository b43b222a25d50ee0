"""Money under fire: answers that are lost, many hands at once, and whatever order things happen in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.cards.shipping import Shown
from bot.domain.currency import Money
from bot.domain.money import refunds_of
from bot.money import Asked, refund_wish
from tests.faults import checks
from tests.journeys.house import House, running
from tests.journeys.papers import rules
from tests.journeys.test_orders import Bought, opens, window
from tests.journeys.test_refunds import paid_back, refunds, sent

pytestmark = pytest.mark.timeout(600)

T = TypeVar("T")
PEOPLE = ("ana", "ben", "mira", "tomas")
# Everybody may refund what they like, so that nothing but the guards of money is in the way.
ROLES = """\
roles:
  - {name: All, who: everybody, may: [everything], approves: [everything]}
partial_refunds_only: on
"""


def attempts(house: House) -> list[Any]:
    """What the marketplace was asked to pay back, whatever it said."""
    return [entry for entry in house.market.journal.entries if entry.path.endswith("/refund")]


# Answers that are lost


async def lost(folder: Path, count: int) -> None:
    async with running(folder, polls=False, RULES_DIR=str(rules(folder / "rules", roles=ROLES))) as house:
        house.market.faults.cut_after_execution(path="/refund")
        orders = [await sent(house) for _ in range(count)]
        for it in orders:
            await refunds(house, it, "1.50")
        complaints = await checks.settled(house, seconds=60.0)
        actions = await checks.every_action()
        shown = [await house.kontor.actions.of(it.key) for it in orders]
        await house.restart()
        await house.quiet()
        paid = [paid_back(house, it) for it in orders]

    assert complaints == [], checks.told(complaints)
    assert paid == [[150]] * count
    assert len(attempts(house)) == count
    assert {action.state for action in actions} == {"needs_human"}
    assert all(action.evidence and "Revenue of the unit before" in action.evidence for (action,) in shown)
    waits = [(action.ended_at - action.sent_at).total_seconds() for action in actions if action.ended_at]
    assert len(waits) == count
    assert max(waits) < 60


async def test_refunds_whose_answers_are_lost_are_executed_once_and_put_before_people(tmp_path: Path) -> None:
    await lost(tmp_path, 10)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_of_a_thousand_lost_refund_answers_none_leads_to_a_second_refund(tmp_path: Path) -> None:
    await lost(tmp_path, 1000)


# Many hands at once


async def confirmed_by_everybody(house: House, it: Bought, button: str, values: dict[str, str], sure: str) -> None:
    """Everybody has the last window open, as the order looked before; then everybody presses."""
    people = [house.slack.person(name) for name in PEOPLE]
    for person in people:
        await opens(house, it, button, f"order.{button.lower()}", person)
        await person.fills(values)
        if sure:
            assert await person.submits() is None
            await window(house, person, sure)


async def raced(folder: Path, *, orders: int, repeats: int) -> None:
    chance = random.Random(orders)
    async with running(folder, polls=False, RULES_DIR=str(rules(folder / "rules", roles=ROLES))) as house:
        house.slack.outgoing.ack_seconds = 60.0
        refunded = [await sent(house) for _ in range(orders)]
        from tests.journeys.test_orders import bought

        cancelled = [await bought(house) for _ in range(orders)]
        clicks = 0
        for it in (*refunded, *cancelled):
            back = it in refunded
            values = {"amount": "1.50", "reason": "Defective"} if back else {"reason": "Out of stock"}
            button = "Refund" if back else "Cancel"
            await confirmed_by_everybody(house, it, button, values, "order.refund.sure" if back else "")
            before = len(house.slack.outgoing.sent)
            await asyncio.gather(*(house.slack.person(name).submits() for name in PEOPLE))
            said = house.slack.outgoing.sent[before:]
            again = [chance.choice(said) for _ in range(repeats)]
            await asyncio.gather(*(house.slack.outgoing.again(each) for each in again))
            clicks += len(said) + len(again)
            for person in map(house.slack.person, PEOPLE):
                if person.modal:
                    await person.closes_all()
        complaints = await checks.settled(house)
        cancels = house.market.journal.executed("PATCH", "/cancel")

    print(f"\n  {clicks} clicks on {2 * orders} orders, {len(attempts(house))} refunds, {len(cancels)} cancellations")
    assert complaints == [], checks.told(complaints)
    assert [paid_back(house, it) for it in refunded] == [[150]] * orders
    assert len(attempts(house)) == orders
    assert len(cancels) == orders


async def test_of_many_who_refund_or_cancel_at_once_one_is_heard(tmp_path: Path) -> None:
    await raced(tmp_path, orders=3, repeats=20)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_of_ten_thousand_clicks_each_order_hears_one(tmp_path: Path) -> None:
    await raced(tmp_path, orders=50, repeats=100)


# Whatever happens in whatever order


class Till(RuleBasedStateMachine):
    """People who ask, agree and take back; a marketplace that answers, fails and forgets to; a bot that restarts.

    The marketplace of this test would refuse to pay too much. So what counts is what it was asked.
    """

    house: House
    loop: asyncio.AbstractEventLoop

    def does(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    @initialize()
    def an_order(self) -> None:
        self.house.market.faults.switch_off()
        self.it = self.does(sent(self.house))
        self.unit = self.it.units[0]
        self.number = 0
        self.since = len(self.house.market.journal.entries)
        self.seen = self.does(self._look())

    async def _look(self) -> tuple[Shown, tuple[Any, ...]]:
        unit = await self.house.kontor.desk.market("main").fetch_order_unit(self.unit.id)
        actions = refunds_of(await self.house.kontor.actions.of(self.it.key), unit.id)
        return Shown(unit.id, unit.version, unit.price, "Wasserkocher"), tuple(actions)

    @rule()
    def somebody_looks(self) -> None:
        self.house.market.faults.switch_off()
        self.seen = self.does(self._look())

    @rule(who=st.sampled_from(PEOPLE), part=st.integers(1, 100))
    def somebody_asks(self, who: str, part: int) -> None:
        unit, before = self.seen
        amount = Money(max(1, unit.price.minor * part // 100), unit.price.currency)
        self.number += 1
        person, home = self.house.slack.person(who).id, self.house.kontor.people.home_team or ""
        asked = Asked(unit, amount, "defect", person, home, f"view:{self.it.key}:{self.number}")
        self.does(self.house.kontor.actions.take(refund_wish(self.it.key, asked, before)))

    @rule(who=st.sampled_from(PEOPLE), part=st.integers(1, 100))
    def somebody_looks_and_asks(self, who: str, part: int) -> None:
        self.somebody_looks()
        self.somebody_asks(who, part)

    @rule(who=st.sampled_from(PEOPLE), yes=st.booleans())
    def somebody_decides(self, who: str, yes: bool) -> None:
        actions = self.house.kontor.actions
        person, home = self.house.slack.person(who).id, self.house.kontor.people.home_team
        for action in self.does(actions.of(self.it.key)):
            if action.proposed:
                self.does((actions.approve if yes else actions.decline)(action.id, person, home))

    @rule()
    def a_person_looks_into_what_nobody_knows(self) -> None:
        self.does(self._settled())
        actions = self.does(self.house.kontor.actions.of(self.it.key))
        known = [action.minor for action in actions if action.state == "done"]
        for action in actions:
            if action.needs_human:
                paid = [entry.body["amount"] for entry in self._asked() if entry.executed]
                done = paid.count(action.minor) > known.count(action.minor)
                known += [action.minor] if done else []
                ana = self.house.ana.id
                home = self.house.kontor.people.home_team
                self.does(self.house.kontor.actions.resolve(action.id, done=done, user_id=ana, team_id=home))

    @rule(how=st.sampled_from(["cut", "error", "down", "well"]))
    def the_marketplace(self, how: str) -> None:
        faults = self.house.market.faults
        faults.switch_off()
        if how == "cut":
            faults.cut_after_execution(path="/refund", next=1)
        elif how == "error":
            faults.error(500, path="/refund", next=1)
        elif how == "down":
            faults.down(path="/refund", next=1)

    @rule()
    def everything_settles(self) -> None:
        self.does(self._settled())

    async def _settled(self) -> None:
        async with asyncio.timeout(60):
            while any(action.under_way for action in await self.house.kontor.actions.of(self.it.key)):
                await asyncio.sleep(0.005)

    def _asked(self) -> list[Any]:
        entries = self.house.market.journal.entries[self.since :]
        return [entry for entry in entries if entry.path.endswith(f"/{self.unit.id}/refund")]

    @invariant()
    def never_more_than_the_price(self) -> None:
        paid, price = 0, self.unit.price if hasattr(self, "unit") else 0
        for entry in self._asked() if price else []:
            assert entry.executed or paid + entry.body["amount"] <= price, "the marketplace had to refuse it"
            paid += entry.body["amount"] if entry.executed else 0
            assert paid <= price

    def teardown(self) -> None:
        self.house.market.faults.switch_off()
        self.does(self._settled())
        done = [action for action in self.does(self.house.kontor.actions.of(self.it.key)) if action.state == "done"]
        paid = sum(entry.body["amount"] for entry in self._asked() if entry.executed)
        assert sum(action.minor or 0 for action in done) <= paid
        assert len(self._asked()) <= self.number


async def machine(folder: Path, examples: int, steps: int) -> None:
    async with running(folder, polls=False, RULES_DIR=str(rules(folder / "rules", roles=ROLES))) as house:
        await house.until(lambda: house.kontor.people.home_team)
        kind = type("Machine", (Till,), {"house": house, "loop": asyncio.get_running_loop()})
        how = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            # The world goes on by itself meanwhile: the same steps need not lead to the same end.
            phases=(Phase.generate,),
        )
        await asyncio.to_thread(run_state_machine_as_test, kind, settings=how)
        print(f"\n  {len(attempts(house))} refunds were asked of the marketplace")
        assert len(attempts(house)) >= examples / 3


async def test_no_order_of_events_pays_back_too_much(tmp_path: Path) -> None:
    await machine(tmp_path, 15, 20)


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_a_hundred_thousand_steps_never_pay_back_too_much(tmp_path: Path) -> None:
    await machine(tmp_path, 2000, 50)
