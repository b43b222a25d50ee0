"""Product data, then the inventory: where such a chain of two files stands, and what comes next. Pure.

https://sellerapi.kaufland.com/?page=product-data-files: an offer can only be made of a product that is ready, so the
inventory waits until the marketplace has ended its own work on the product data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.action import Action
from bot.domain.feedplan import Plan
from bot.domain.imports import AFTERWORK, DONE, Progress

KIND = "chain"
PRODUCTS, OFFERS = 1, 2
_STEP = re.compile(
    r"feed:(?P<account>[^:]+):(?P<ref>[0-9a-f]{12})-(?P<number>[12])(?:-(?P<attempt>\d{1,4}))?", re.ASCII
)


@dataclass(frozen=True)
class StepKey:
    """Which file of which chain a feed's key speaks of. `attempt` counts from 1."""

    chain: str
    number: int
    attempt: int = 1

    def __str__(self) -> str:
        _, account, ref = self.chain.split(":", 2)
        again = f"-{self.attempt}" if self.attempt > 1 else ""
        return f"feed:{account}:{ref}-{self.number}{again}"

    @property
    def next(self) -> StepKey:
        """The same file, given once more."""
        return StepKey(self.chain, self.number, self.attempt + 1)


def read_step(key: str) -> StepKey | None:
    """The step a feed's key names; None for a feed that stands alone."""
    found = _STEP.fullmatch(key)
    if found is None:
        return None
    chain = f"{KIND}:{found['account']}:{found['ref']}"
    return StepKey(chain, int(found["number"]), int(found["attempt"] or 1))


@dataclass(frozen=True)
class Step:
    """One of the two files as it is now, with the actions that meant to import it, the oldest first.

    `plan` is what its check found, `problem` why there is none, `import_id` the marketplace's import of it.
    """

    key: StepKey
    name: str
    kind: str
    user_id: str
    plan: Plan | None = None
    problem: str | None = None
    progress: Progress | None = None
    import_id: int | None = None
    discarded: bool = False
    actions: tuple[Action, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether somebody's wish to import it is under way, waits for a colleague, or is unsure."""
        return any(action.under_way or action.proposed or action.needs_human for action in self.actions)

    @property
    def confirmed(self) -> Action | None:
        """The wish by which its import began."""
        return next((action for action in reversed(self.actions) if action.state == "done"), None)

    @property
    def succeeded(self) -> bool:
        """Worked through, the afterwork too, and not every line in vain."""
        progress = self.progress
        if progress is None or progress.phase != DONE:
            return False
        return not 0 < progress.total <= progress.errors

    @property
    def ready(self) -> bool:
        return self.plan is not None and self.problem is None and self.plan.publishable


class Stage(StrEnum):
    """What a chain waits for."""

    CHECKING = "being checked"
    BROKEN = "cannot be started"
    READY = "checked"
    ASKED = "about to be imported"
    RUNNING = "being imported"
    READYING = "waits for the products"
    DUE = "the inventory is next"
    GROWN = "waits for a confirmation"
    STOPPED = "stopped"
    DONE = "done"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Stand:
    """The `stage` of the step `number`, and why, as a sentence, where that is not plain to see."""

    number: int
    stage: Stage
    why: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.stage in {Stage.DONE, Stage.DISCARDED}

    @property
    def may_start(self) -> bool:
        """Whether the step can be imported when a person says so."""
        return self.stage in {Stage.READY, Stage.GROWN}


@dataclass(frozen=True)
class Chain:
    key: str
    products: Step
    offers: Step

    @property
    def steps(self) -> tuple[Step, Step]:
        return self.products, self.offers

    def step(self, number: int) -> Step:
        return self.products if number == PRODUCTS else self.offers

    @property
    def busy(self) -> bool:
        return any(step.busy for step in self.steps)


def stand(chain: Chain) -> Stand:
    """Where the chain stands. The first step is over before the second one counts."""
    if any(step.discarded for step in chain.steps):
        return Stand(PRODUCTS, Stage.DISCARDED)
    step = chain.offers if chain.products.succeeded else chain.products
    number = step.key.number
    if step.succeeded:
        return Stand(number, Stage.DONE)
    if step.busy:
        return Stand(number, Stage.ASKED)
    if step.import_id is not None or step.confirmed:
        return _imported(step)
    return _before_products(chain) if number == PRODUCTS else _before_offers(chain)


def weight(chain: Chain, number: int) -> int:
    """How much a click on the step's button endangers: what it starts, and for the first step all that follows."""
    steps = chain.steps if number == PRODUCTS else (chain.offers,)
    return max(step.plan.effect.weight if step.plan else 0 for step in steps)


def covered(chain: Chain) -> bool:
    """Whether who confirmed the first step confirmed as much as the inventory would do now."""
    confirmed = chain.products.confirmed
    return confirmed is not None and weight(chain, OFFERS) <= (confirmed.pieces or 0)


def newest(steps: Iterable[Step]) -> dict[int, Step]:
    """The latest attempt of each step, by its number."""
    return {step.key.number: step for step in sorted(steps, key=lambda step: step.key.attempt)}


def _imported(step: Step) -> Stand:
    number, progress = step.key.number, step.progress
    if progress is None or not progress.ended:
        readying = progress is not None and progress.phase == AFTERWORK
        return Stand(number, Stage.READYING if readying else Stage.RUNNING)
    if progress.phase == DONE:
        return Stand(number, Stage.STOPPED, "Every line of the file had an error.")
    return Stand(number, Stage.STOPPED, f"The file {progress.words}.")


def _before_products(chain: Chain) -> Stand:
    """Both files are checked before the first is touched."""
    if any(step.problem for step in chain.steps):
        return Stand(PRODUCTS, Stage.BROKEN)
    if any(step.plan is None for step in chain.steps):
        return Stand(PRODUCTS, Stage.CHECKING)
    return Stand(PRODUCTS, Stage.READY if all(step.ready for step in chain.steps) else Stage.BROKEN)


def _before_offers(chain: Chain) -> Stand:
    """The products are ready. What was confirmed goes on by itself, once; anything else waits for a person."""
    step = chain.offers
    if step.problem:
        return Stand(OFFERS, Stage.STOPPED, step.problem)
    if step.plan is None:
        return Stand(OFFERS, Stage.CHECKING)
    if not step.plan.publishable:
        return Stand(OFFERS, Stage.STOPPED, "The inventory cannot be imported as it is.")
    if step.actions:
        return Stand(OFFERS, Stage.GROWN, step.actions[-1].sentence or "The inventory was not imported.")
    if step.key.attempt > 1:
        return Stand(OFFERS, Stage.GROWN, "The file was checked once more.")
    if not covered(chain):
        return Stand(OFFERS, Stage.GROWN, "It would do more now than was confirmed: the offers changed meanwhile.")
    return Stand(OFFERS, Stage.DUE)
