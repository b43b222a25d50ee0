"""Chains: where two files stand together, for every way the first and the second may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.action import Action
from bot.domain.chain import OFFERS, PRODUCTS, Chain, Stage, Step, StepKey, covered, newest, read_step, stand, weight
from bot.domain.feedplan import Effect, Plan
from bot.domain.imports import Progress

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = "chain:main:0123456789ab"
GOOD = Plan("product-data", None, rows=3)
HARMFUL = Plan("inventory-feed", "de", rows=3, effect=Effect(live=9, removed=4))


def an_action(state: str, number: int = PRODUCTS, *, pieces: int = 4, sentence: str | None = None) -> Action:
    key = str(StepKey(KEY, number))
    return Action(
        *("id", f"import:{key}", "feed.import", KEY, "main", "UANA", "T1"),
        *({"feed": key}, None, state, NOW),
        pieces=pieces,
        sentence=sentence,
    )


def a_step(number: int, **more: object) -> Step:
    plan = GOOD if number == PRODUCTS else HARMFUL
    step = Step(StepKey(KEY, number), "f.csv", plan.kind, "UANA", plan)
    return replace(step, **more)  # type: ignore[arg-type]


def imported(number: int, status: str = "DONE", *, errors: int = 0, ready: bool = True, pieces: int = 4) -> Step:
    progress = Progress(status, 3, 3, errors, afterwork_done=ready)
    return a_step(number, progress=progress, import_id=7, actions=(an_action("done", number, pieces=pieces),))


@pytest.mark.parametrize(
    ("first", "second", "number", "stage"),
    [
        (a_step(1, plan=None), a_step(2), 1, Stage.CHECKING),
        (a_step(1), a_step(2, plan=None), 1, Stage.CHECKING),
        (a_step(1), a_step(2, plan=None, problem="gone"), 1, Stage.BROKEN),
        (a_step(1), a_step(2, plan=replace(HARMFUL, fatal=("no",))), 1, Stage.BROKEN),
        (a_step(1, plan=replace(GOOD, bad_rows=3)), a_step(2), 1, Stage.BROKEN),
        (a_step(1), a_step(2), 1, Stage.READY),
        (a_step(1, actions=(an_action("refused"),)), a_step(2), 1, Stage.READY),
        (a_step(1, actions=(an_action("proposed"),)), a_step(2), 1, Stage.ASKED),
        (a_step(1, actions=(an_action("sending"),)), a_step(2), 1, Stage.ASKED),
        (a_step(1, actions=(an_action("needs_human"),)), a_step(2), 1, Stage.ASKED),
        (a_step(1, actions=(an_action("done"),)), a_step(2), 1, Stage.RUNNING),
        (imported(1, "IMPORTING"), a_step(2), 1, Stage.RUNNING),
        (imported(1, "IMPORTED", ready=False), a_step(2), 1, Stage.READYING),
        (imported(1, "DONE", ready=False), a_step(2), 1, Stage.READYING),
        (imported(1, "IMPORTING_FAILED"), a_step(2), 1, Stage.STOPPED),
        (imported(1, errors=3), a_step(2), 1, Stage.STOPPED),
        (imported(1), a_step(2), 2, Stage.DUE),
        (imported(1, errors=2), a_step(2), 2, Stage.DUE),
        (imported(1, pieces=3), a_step(2), 2, Stage.GROWN),
        (imported(1), a_step(2, problem="gone"), 2, Stage.STOPPED),
        (imported(1), a_step(2, plan=None), 2, Stage.CHECKING),
        (imported(1), a_step(2, plan=replace(HARMFUL, fatal=("no",))), 2, Stage.STOPPED),
        (imported(1), a_step(2, actions=(an_action("expired", 2),)), 2, Stage.GROWN),
        (imported(1), a_step(2, key=StepKey(KEY, 2, 2)), 2, Stage.GROWN),
        (imported(1), a_step(2, actions=(an_action("taken", 2),)), 2, Stage.ASKED),
        (imported(1), imported(2, "IMPORTING"), 2, Stage.RUNNING),
        (imported(1), imported(2, "DOWNLOADING_FAILED"), 2, Stage.STOPPED),
        (imported(1), imported(2, "IMPORTED"), 2, Stage.DONE),
        (a_step(1, discarded=True), a_step(2), 1, Stage.DISCARDED),
        (imported(1), a_step(2, discarded=True), 1, Stage.DISCARDED),
    ],
)
def test_where_a_chain_stands(first: Step, second: Step, number: int, stage: Stage) -> None:
    found = stand(Chain(KEY, first, second))

    assert (found.number, found.stage) == (number, stage)


@pytest.mark.parametrize("second", [a_step(2), imported(2, "IMPORTED"), a_step(2, actions=(an_action("taken", 2),))])
@pytest.mark.parametrize("ready", [False, True])
def test_the_inventory_counts_only_once_the_products_are_ready(second: Step, ready: bool) -> None:
    found = stand(Chain(KEY, imported(1, ready=ready), second))

    assert (found.number == OFFERS) is ready


def test_one_click_covers_what_it_said_and_no_more() -> None:
    chain = Chain(KEY, imported(1, pieces=4), a_step(2))

    assert (weight(chain, PRODUCTS), weight(chain, OFFERS), covered(chain)) == (4, 4, True)
    grown = replace(chain, offers=a_step(2, plan=replace(HARMFUL, effect=Effect(live=9, removed=5))))
    assert not covered(grown)
    assert not covered(replace(chain, products=a_step(1)))


@pytest.mark.parametrize("key", [StepKey(KEY, 1), StepKey(KEY, 2), StepKey(KEY, 2).next, StepKey(KEY, 1, 12)])
def test_a_step_is_known_by_its_key(key: StepKey) -> None:
    assert read_step(str(key)) == key


@pytest.mark.parametrize("key", ["feed:main:0123456789ab", "feed:main:0123456789ab-3", "chain:main:0123456789ab", ""])
def test_what_is_no_step_is_none(key: str) -> None:
    assert read_step(key) is None


def test_the_latest_attempt_counts() -> None:
    old, new, ancient = (a_step(2, key=StepKey(KEY, 2, attempt)) for attempt in (2, 10, 1))

    assert newest([new, old, ancient]) == {2: new}
