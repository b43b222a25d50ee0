"""A chain's card: product data, the wait for the products, the inventory; and the window in which both are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cards import names
from bot.cards.actions import action_blocks
from bot.cards.blocks import Block, Card, button, buttons, confirm, context, modal, section
from bot.cards.feeds import effect_words, many, place_choice, plan_blocks, progress_blocks, read_place
from bot.cards.files import SlackFile, file_input, read_files
from bot.cards.windows import choice, chosen, option
from bot.domain.chain import OFFERS, PRODUCTS, Chain, Stage, Stand, Step
from bot.domain.feedkinds import INVENTORY_COMMAND, INVENTORY_FEED, KINDS
from bot.domain.words import escaped, one_line

CALLBACK, START, AGAIN, DISCARD = "chain.give", "chain.start", "chain.again", "chain.discard"
TITLE = "A chain of feeds"
DATA, STOCK, KIND = "data", "stock", "kind"
SECOND_KINDS = (INVENTORY_FEED, INVENTORY_COMMAND)


@dataclass(frozen=True)
class Given:
    """Both files, and what kind the second one is."""

    products: SlackFile
    offers: SlackFile
    kind: str
    account: str
    storefront: str


# The window


def give_modal(places: Mapping[str, Sequence[str]], metadata: str) -> Block:
    """`places` are the storefronts of each account."""
    kinds = [option(KINDS[kind].spoken.capitalize(), kind) for kind in SECOND_KINDS]
    return modal(
        CALLBACK,
        TITLE,
        [
            file_input(DATA, "First: product data", kinds=("csv", "txt"), most=1, hint="UTF-8, up to 200 MB."),
            file_input(STOCK, "Then: the inventory", kinds=("csv", "txt"), most=1, hint="UTF-8, up to 200 MB."),
            choice(KIND, "What is the second file?", kinds, initial=kinds[:1]),
            place_choice(places),
            context(
                "Both are checked first. Nothing is published before you press *Start* on the card; "
                "the inventory waits until the marketplace says that the products are ready."
            ),
        ],
        submit="Check both",
        metadata=metadata,
    )


def read_given(view: dict[str, Any]) -> tuple[Given | None, dict[str, str]]:
    data, stock, (kind, *_) = read_files(view, DATA), read_files(view, STOCK), (*chosen(view, KIND), "")
    account, storefront = read_place(view)
    errors = {} if data else {DATA: "Choose the file with the product data."}
    if not stock:
        errors[STOCK] = "Choose the file with the inventory."
    if kind not in SECOND_KINDS:
        errors[KIND] = "Choose what the second file is."
    if errors or not storefront:
        return None, errors or {KIND: "Choose the storefront."}
    return Given(data[0], stock[0], kind, account, storefront), {}


# The card


def chain_card(chain: Chain, stand: Stand, storefront: str | None, *, public: bool, now: datetime) -> Card:
    """`public`: whether the marketplace can fetch files from us at all."""
    second = KINDS[chain.offers.kind].spoken
    flag = names.flag(storefront)
    headline = f"{flag} Product data, then {second}".strip()
    facts = context(f"Given by <@{chain.products.user_id}>", f"chain `{chain.key.rpartition(':')[2]}`")
    blocks = [section(f"*{headline}*"), facts, *_products(chain.products, stand, now), *_waiting(chain, stand)]
    blocks += _offers(chain.offers, stand, now)
    if stand.why and not stand.over:
        blocks.append(section(f":warning: {escaped(stand.why, 500)}"))
    blocks += action_blocks(tuple(action for step in chain.steps for action in step.actions))
    blocks += _end(chain, stand, public=public)
    return Card(f"{headline}: {state_words(stand)}", blocks[:50])


def state_words(stand: Stand) -> str:
    """Where it stands, in a few words."""
    step = "product data" if stand.number == PRODUCTS else "inventory"
    alone = {Stage.READYING, Stage.DUE, Stage.DONE, Stage.DISCARDED, Stage.BROKEN, Stage.READY}
    return str(stand.stage) if stand.stage in alone else f"{step} {stand.stage}"


def _products(step: Step, stand: Stand, now: datetime) -> list[Block]:
    if stand.number == OFFERS or step.succeeded:
        return [section(_line(":white_check_mark:", 1, step, _outcome(step)))]
    return _active(step, stand, now)


def _waiting(chain: Chain, stand: Stand) -> list[Block]:
    if chain.products.succeeded:
        return [section(":white_check_mark: *2. The products are ready*")]
    if stand.stage == Stage.READYING:
        return [section(":hourglass_flowing_sand: *2. Waiting for the products to be ready*")]
    return [section(":white_circle: *2. The products are ready*")]


def _offers(step: Step, stand: Stand, now: datetime) -> list[Block]:
    if step.succeeded:
        return [section(_line(":white_check_mark:", 3, step, _outcome(step)))]
    if stand.number == OFFERS or not step.ready or stand.stage in {Stage.READY, Stage.BROKEN}:
        return _active(step, stand, now)
    assert step.plan is not None
    return [section(_line(":white_circle:", 3, step, effect_words(step.plan)))]


def _active(step: Step, stand: Stand, now: datetime) -> list[Block]:
    """A step with all there is to say of it."""
    number = 1 if step.key.number == PRODUCTS else 3
    if step.progress is not None:
        sign = ":x:" if step.progress.ended else ":hourglass_flowing_sand:"
        sign = ":white_check_mark:" if stand.stage == Stage.READYING else sign
        return [section(_line(sign, number, step)), *progress_blocks(step.progress, now)]
    if step.problem:
        return [section(_line(":x:", number, step, escaped(step.problem, 500)))]
    if step.plan is None:
        return [section(_line(":hourglass_flowing_sand:", number, step, "It is being checked."))]
    return [section(_line(":white_circle:" if step.ready else ":x:", number, step)), *plan_blocks(step.plan)]


def _line(sign: str, number: int, step: Step, more: str = "") -> str:
    head = f"{sign} *{number}. {KINDS[step.kind].spoken.capitalize()}* · {escaped(one_line(step.name, 80), 100)}"
    return f"{head}\n{more}" if more else head


def _outcome(step: Step) -> str:
    progress = step.progress
    assert progress is not None
    errors = f"*{many(progress.errors, 'error')}*" if progress.errors else "no errors"
    return f"{many(progress.total, 'line')}, {errors} · import {step.import_id}"


def _end(chain: Chain, stand: Stand, *, public: bool) -> list[Block]:
    """What can be pressed, or why nothing can."""
    if stand.stage == Stage.DISCARDED:
        return [context("Discarded. Nothing more is published.")]
    if stand.over or chain.busy or stand.stage in {Stage.CHECKING, Stage.RUNNING, Stage.READYING, Stage.DUE}:
        return []
    discard = button("Discard", DISCARD, chain.key)
    if not public:
        return [context(":warning: Set PUBLIC_URL so that the marketplace can fetch the files."), *buttons(discard)]
    value = f"{chain.key} {stand.number} {chain.step(stand.number).key.attempt}"
    if stand.may_start:
        return buttons(_start(chain, stand, value), discard)
    says = "Check this file once more, to import it anew"
    again = button("Try this step again", AGAIN, value, says=says) if stand.stage == Stage.STOPPED else None
    return buttons(again, discard)


def _start(chain: Chain, stand: Stand, value: str) -> Block:
    steps = chain.steps if stand.number == PRODUCTS else (chain.offers,)
    said = " Then: ".join(effect_words(step.plan) for step in steps if step.plan)
    title = "Start with the product data?" if stand.number == PRODUCTS else "Import the inventory?"
    label = "Start" if stand.number == PRODUCTS else "Go on"
    danger = any(step.plan and step.plan.effect.weight for step in steps)
    ask = confirm(title, said.replace("*", ""), label)
    return button(label, START, value, style="danger" if danger else "primary", ask=ask)


def given_value(value: str) -> tuple[str, int, int] | None:
    """The chain, step and attempt a button speaks of; None when it is none of ours."""
    key, _, rest = value.partition(" ")
    number, _, attempt = rest.partition(" ")
    return (key, int(number), int(attempt)) if number in {"1", "2"} and attempt.isdigit() else None
