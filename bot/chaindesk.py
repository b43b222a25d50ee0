"""A chain of two feeds as the notebook has it: read as a whole, followed, and begun step by step."""

from __future__ import annotations

from dataclasses import replace

from bot import failpoints
from bot.cards.feeds import IMPORT, effect_words
from bot.desk import Desk, Wish, account_of, ref_of
from bot.domain.action import Action
from bot.domain.chain import OFFERS, PRODUCTS, Chain, Stage, Step, StepKey, newest, read_step, stand, weight
from bot.domain.deeds import Deed
from bot.domain.feedkinds import KINDS
from bot.domain.feedplan import read_plan
from bot.feeddesk import check_now, read_progress, take_down, unchanged
from bot.feedfollowing import followed, interrupted, located, may_go, tell_errors
from bot.orderunits import Who
from bot.store import feeds
from bot.store.feeds import FeedRow
from bot.store.subjects import SubjectRow

DAMAGED = "This file is not what was checked any more. Nothing was published; give both once more."
# Marks what the chain does by itself in the log of deliveries, so that no step is ever begun twice.
HEARD = "chain"


async def read_chain(desk: Desk, key: str) -> Chain | None:
    """The chain `key` with the latest attempt of each step; None when it was forgotten."""
    rows = await feeds.of_chain(account_of(key), ref_of(key))
    actions = await desk.actions.of(key)
    steps = newest(as_step(row, actions) for row in rows)
    if PRODUCTS not in steps or OFFERS not in steps:
        return None
    return Chain(key, steps[PRODUCTS], steps[OFFERS])


def as_step(row: FeedRow, actions: tuple[Action, ...]) -> Step:
    key = read_step(row.key)
    assert key is not None
    return Step(
        key=key,
        name=row.name,
        kind=row.kind,
        user_id=row.user_id,
        plan=read_plan(row.plan) if row.plan else None,
        problem=row.problem,
        progress=read_progress(row.progress),
        import_id=row.import_id,
        discarded=row.discarded_at is not None,
        actions=tuple(action for action in actions if action.payload.get("feed") == row.key),
    )


async def follow(desk: Desk, chain: Chain, card: SubjectRow) -> None:
    """Note what became of the latest attempts, and take down what nobody needs. Raises `MarketError`."""
    now = desk.now()
    for step in chain.steps:
        feed = await feeds.find(str(step.key))
        assert feed is not None
        feed = await interrupted(feed, now)
        if feed.import_id is None and step.confirmed and await located(desk, feed):
            feed = replace(feed, import_id=(await _again(feed)).import_id)
        progress = await followed(desk, feed, now, card.tries)
        over = step.discarded or replace(step, progress=progress).succeeded
        if may_go(feed, progress, now) or (over and feed.withdrawn_at is None):
            await take_down(desk, feed, keep=not over)
        if feed.plan is not None and feed.told_at is None and card.ts and card.channel:
            await tell_errors(desk, feed, card.channel, card.ts)


async def _again(feed: FeedRow) -> FeedRow:
    found = await feeds.find(feed.key)
    assert found is not None
    return found


async def go_on(desk: Desk, chain: Chain) -> None:
    """The products are ready: look once more at what the inventory would do, and import it when that was confirmed.

    The look comes first because days may have passed; what it finds decides whether this is still what was confirmed.
    Raises `MarketError`.
    """
    feed = await feeds.find(str(chain.offers.key))
    assert feed is not None
    if not await unchanged(desk, feed):
        await feeds.failed(feed.key, DAMAGED)
        return
    await check_now(desk, feed)
    failpoints.reach("feed.rechecked")
    fresh = await read_chain(desk, chain.key)
    if fresh is None or stand(fresh).stage != Stage.DUE:
        return
    confirmed = fresh.products.confirmed
    assert confirmed is not None
    channel, thread = confirmed.payload.get("channel"), confirmed.payload.get("thread_ts")
    who = Who(
        confirmed.user_id,
        confirmed.team_id,
        f"{HEARD}:{feed.key}",
        channel if isinstance(channel, str) else None,
        thread if isinstance(thread, str) else None,
    )
    said = await desk.actions.take(wish(fresh, OFFERS, feed.digest or "", who, covered_by=confirmed.id))
    if said:
        await feeds.failed(feed.key, said)


def wish(chain: Chain, number: int, digest: str, who: Who, *, covered_by: str | None = None) -> Wish:
    """To import a step, once for each attempt. The first step asks for what both would do."""
    step = chain.step(number)
    steps = chain.steps if number == PRODUCTS else (step,)
    told = "\n".join(
        f"{KINDS[each.kind].spoken.capitalize()} {each.name[:60]}: {effect_words(each.plan).replace('*', '')}"
        for each in steps
        if each.plan
    )
    return Wish(
        kind=IMPORT,
        key=f"import:{step.key}",
        subject=chain.key,
        seen=digest,
        user_id=who.user_id,
        team_id=who.team_id,
        payload={"feed": str(step.key)},
        heard=who.heard,
        channel=who.channel,
        thread_ts=who.ts,
        deed=Deed(IMPORT, count=weight(chain, number), subject=chain.key),
        summary=f"Import a chain\n{told}"[:300] if number == PRODUCTS else f"Import {told}"[:300],
        covered_by=covered_by,
    )


def first_steps(chain: str) -> tuple[StepKey, StepKey]:
    return StepKey(chain, PRODUCTS), StepKey(chain, OFFERS)
