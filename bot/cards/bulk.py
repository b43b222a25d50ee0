"""A table of changes to offers: the window it is given in, what was and will be, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.actions import action_blocks
from bot.cards.blocks import TEXT_LIMIT, Block, Card, button, buttons, confirm, context, modal, section
from bot.cards.files import SlackFile, file_input, read_files
from bot.cards.stock import FIELDS, jump_words, value_words
from bot.cards.windows import choice, chosen, option
from bot.domain.action import Action, in_sight
from bot.domain.bulkplan import BulkPlan, Planned
from bot.domain.bulkresult import CHANGED, MOVED, REFUSED, SAME, UNSENT, UNSURE, Ended, counts
from bot.domain.feedplan import Problem
from bot.domain.offers import steepest
from bot.domain.pricesteps import together
from bot.domain.words import escaped, one_line

GIVE, APPLY, DISCARD = "bulk.give", "bulk.apply", "bulk.discard"
TITLE = "Change many offers"
FILE, PLACE = "file", "place"
MOST_PROBLEMS, MOST_REFUSED = 8, 8
SIGNS = {
    CHANGED: ":white_check_mark:",
    SAME: ":heavy_check_mark:",
    MOVED: ":twisted_rightwards_arrows:",
    REFUSED: ":x:",
    UNSENT: ":no_entry_sign:",
    UNSURE: ":grey_question:",
}
SPOKEN = {
    CHANGED: "changed",
    SAME: "as wanted already",
    MOVED: "changed by somebody else meanwhile, and not sent",
    REFUSED: "refused",
    UNSENT: "not sent",
    UNSURE: "unsure",
}


# The window


def give_modal(places: Mapping[str, Sequence[str]], metadata: str) -> Block:
    """`places` are the storefronts of each account."""
    several = len(places) > 1
    options = [
        option(f"{names.country(storefront)}{f' ({account})' if several else ''}", f"{account}|{storefront}")
        for account, storefronts in places.items()
        for storefront in storefronts
    ]
    columns = "`id_offer` or `id_unit`, and any of `price`, `minimum_price`, `amount`, `handling_time`, `note`, "
    columns += "`shipping_group`, `warehouse`, `status`, `storefront`, `currency`"
    return modal(
        GIVE,
        TITLE,
        [
            file_input(
                FILE, "CSV or Excel file", kinds=("csv", "txt", "tsv", "xlsx"), most=1, hint="Up to 5,000 rows."
            ),
            choice(
                PLACE,
                "For which storefront?",
                options,
                initial=options[:1],
                hint="Counts for rows that name none in a column storefront.",
            ),
            context(f"Columns: {columns}. An empty cell leaves a thing as it is."),
            context("It is checked first. Nothing is changed before somebody presses the button on its card."),
        ],
        submit="Check",
        metadata=metadata,
    )


def read_given(view: dict[str, Any]) -> tuple[tuple[SlackFile, str, str] | None, dict[str, str]]:
    """(file, account, storefront), or what is wrong beside which field."""
    files, (place, *_) = read_files(view, FILE), (*chosen(view, PLACE), "")
    errors = {} if files else {FILE: "Choose the file."}
    account, _, storefront = place.partition("|")
    if not storefront:
        errors[PLACE] = "Choose the storefront."
    return (None, errors) if errors else ((files[0], account, storefront), {})


# The card


@dataclass(frozen=True)
class Told:
    """What the card says of a table: its `plan` or the `problem` why there is none, then what became of its offers.

    `begun`: somebody pressed the button and was allowed to. `parts` batches go out, `sent` of them did. `why` says why
    some did not; `command` is the name of /stock.
    """

    key: str
    name: str
    user_id: str
    command: str
    plan: BulkPlan | None = None
    problem: str | None = None
    discarded: bool = False
    begun: bool = False
    over: bool = False
    sent: int = 0
    parts: int = 0
    why: str = ""
    ended: Sequence[Ended] = ()


def bulk_card(told: Told, actions: Iterable[Action]) -> Card:
    name = escaped(one_line(told.name, 80), 100)
    facts = context(f"Given by <@{told.user_id}>", f"table `{told.key.rpartition(':')[2]}`")
    state, more = _state(told, tuple(actions))
    return Card(f"{TITLE}: {state}", [section(f"*{TITLE}* · {name}"), facts, *more][:50])


def _state(told: Told, actions: tuple[Action, ...]) -> tuple[str, list[Block]]:
    trouble = told.problem or (told.plan.trouble if told.plan else None)
    if trouble:
        return "nothing can be changed", [section(f":x: {escaped(trouble, 500)} Nothing was sent.")]
    if told.plan is None:
        return "being checked", [section(":hourglass_flowing_sand: It is being checked.")]
    if told.plan.wrong:
        return "nothing can be changed", _problems(told.plan)
    if told.over:
        return _result(told, actions)
    if told.begun:
        return "being sent", [section(f":hourglass_flowing_sand: {_progress(told)}"), *action_blocks(actions)]
    blocks = [*_plan(told.plan), *action_blocks(actions)]
    if told.discarded:
        return "discarded", [*blocks, context("Discarded. Nothing was changed.")]
    if not told.plan.sendable or in_sight(actions):
        return "checked", blocks
    return "checked", [*blocks, *_buttons(told, told.plan)]


def _buttons(told: Told, plan: BulkPlan) -> list[Block]:
    label = f"Change {many(plan.units)}"
    ask = confirm(f"{label}?", "Each is read again first; one that somebody else changed is left alone.", "Change")
    return buttons(
        button(label, APPLY, told.key, style="danger" if plan.percent > 20 else "primary", ask=ask),
        button("Discard", DISCARD, told.key),
    )


def _problems(plan: BulkPlan) -> list[Block]:
    head = f":x: *{plan.wrong:,} {'problem' if plan.wrong == 1 else 'problems'}, so nothing was sent.* Mend the file"
    blocks = [section(f"{head} and give it again.")]
    blocks += _sections(_problem(each) for each in plan.problems[:MOST_PROBLEMS])
    if plan.wrong > MOST_PROBLEMS:
        blocks.append(context(f"{plan.wrong - MOST_PROBLEMS:,} more; the file in the thread has them."))
    return blocks + _notes(plan)


def _problem(problem: Problem) -> str:
    said = f"`{escaped(one_line(problem.value, 40), 60).replace('`', '')}` " if problem.value.strip() else ""
    column = f"*{escaped(problem.column, 40)}*: " if problem.column else ""
    return f"line {problem.line}: {column}{said}{escaped(problem.what, 200)}"


def _plan(plan: BulkPlan) -> list[Block]:
    """How many and what first, then the steepest price, then the first rows as they were and will be."""
    if not plan.units:
        return [section("Everything is as the file wants it already. Nothing was sent."), *_notes(plan)]
    blocks = [section(plan_words(plan))]
    if plan.steepest:
        blocks.append(section(f":chart_with_upwards_trend: Steepest: {_row(plan.steepest)}"))
    blocks += _sections(_row(row) for row in plan.shown)
    if plan.units > len(plan.shown):
        blocks.append(context(f"and {plan.units - len(plan.shown):,} more"))
    return blocks + _notes(plan)


def plan_words(plan: BulkPlan) -> str:
    """How many offers change and what about them, as our own mrkdwn."""
    where = ", ".join(f"{names.flag(place)} {count:,}" for place, count in plan.storefronts.items())
    what = ", ".join(f"{FIELDS[name].lower()} of {count:,}" for name, count in plan.fields.items())
    return f"*{many(plan.units)} would change* ({where}): {what}."


def _row(row: Planned) -> str:
    steps = (
        f"{FIELDS[step.field]} {value_words(step, step.was)} → *{value_words(step, step.will_be)}*{jump_words(step)}"
        for step in row.steps
    )
    return f"{names.flag(row.storefront)} {_offer(row)}: {'; '.join(steps)}"


def _sections(lines: Iterable[str]) -> list[Block]:
    """The lines in as few paragraphs as Slack lets them be."""
    held: list[str] = []
    for line in lines:
        if held and len(held[-1]) + len(line) < TEXT_LIMIT:
            held[-1] += f"\n{line}"
        else:
            held.append(line)
    return [section(text) for text in held]


def _offer(row: Planned) -> str:
    return escaped(one_line(row.offer, 40), 60) if row.offer else f"unit {row.unit}"


def _notes(plan: BulkPlan) -> list[Block]:
    facts = [f"{many(plan.same)} as wanted already"] if plan.same else []
    if plan.kept:
        facts.append(f"{plan.kept:,} values had nothing before, which no table brings back")
    facts += [escaped(note, 200) for note in plan.notes[:3]]
    return [context(*facts)] if facts else []


def _progress(told: Told) -> str:
    return f"Batch {min(told.sent + 1, told.parts)} of {told.parts} is being sent."


def _result(told: Told, actions: tuple[Action, ...]) -> tuple[str, list[Block]]:
    found = counts(told.ended)
    lines = [f"{SIGNS[state]} {many(count)} {SPOKEN[state]}" for state, count in found.items()]
    blocks = [section("\n".join(lines))]
    if told.why:
        blocks.append(section(f":warning: {escaped(told.why, 500)}"))
    bad = [each for each in told.ended if each.outcome.state not in (CHANGED, SAME, UNSENT)]
    if bad:
        blocks += _sections(_ended(each) for each in bad[:MOST_REFUSED])
    if len(bad) > MOST_REFUSED:
        blocks.append(context(f"{len(bad) - MOST_REFUSED:,} more; result.csv in the thread has them all."))
    if found.get(CHANGED) or found.get(UNSURE):
        hint = f"`undo.csv` in the thread holds the values before: give it to `{told.command} bulk` to go back."
        blocks.append(context(hint))
    if bad or found.get(UNSENT):
        blocks.append(context("For the others give the same file again: what is as wanted already is left alone."))
    return f"{many(found.get(CHANGED, 0))} changed", [*blocks, *action_blocks(actions)]


def _ended(each: Ended) -> str:
    words = escaped(one_line(each.outcome.words, 160), 200) or SPOKEN[each.outcome.state]
    return f"{SIGNS[each.outcome.state]} line {each.row.line}, {_offer(each.row)}: {words}"


def many(count: int) -> str:
    return f"{count:,} {'offer' if count == 1 else 'offers'}"


def summary(name: str, plan: BulkPlan, percent: int) -> str:
    """What colleagues approve by: one or two lines of our own words. `percent` counts what was changed before, too."""
    steep = f", prices by up to {steepest(plan.steepest.steps)} %" if plan.steepest else ""
    what = ", ".join(FIELDS[field].lower() for field in plan.fields)
    return f"Change {many(plan.units)} from {one_line(name, 80)}: {what}{steep}{together(percent, plan.percent)}"
