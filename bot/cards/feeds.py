"""A feed's card, from the check to the end of the import; and the window in which a file is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.cards import names
from bot.cards.actions import action_blocks
from bot.cards.blocks import Block, Card, button, buttons, confirm, context, modal, moment, section
from bot.cards.files import SlackFile, file_input, read_files
from bot.cards.windows import choice, chosen, one_line_input, option, typed
from bot.domain.action import Action
from bot.domain.feedkinds import KINDS
from bot.domain.feedplan import Effect, Fold, Plan
from bot.domain.imports import DONE, Progress, stuck
from bot.domain.words import escaped, one_line

CALLBACK, IMPORT, DISCARD = "feed.give", "feed.import", "feed.discard"
ADDRESS = "address"
AGAIN = "feed.again"
TITLE = "Import a feed"
FILE, KIND, PLACE = "file", "kind", "place"
MOST_FOLDS = 6


@dataclass(frozen=True)
class Given:
    """What somebody gave: a file or its address, what it is, and whose storefront it is for."""

    file: SlackFile | str
    kind: str
    account: str
    storefront: str


# The window


def give_modal(places: Mapping[str, Sequence[str]], metadata: str, origins: Sequence[str] = ()) -> Block:
    """`places` are the storefronts of each account, `origins` where files may be fetched by their address."""
    kinds = [option(f"{kind.spoken.capitalize()}", kind.name) for kind in KINDS.values()]
    file = file_input(FILE, "CSV file", kinds=("csv", "txt"), most=1, hint="UTF-8, up to 200 MB.")
    return modal(
        CALLBACK,
        TITLE,
        [
            choice(KIND, "What is it?", kinds),
            place_choice(places),
            {**file, "optional": bool(origins)},
            *([_address_field(origins)] if origins else []),
            context("It is checked first. Nothing is published before you press *Import* on its card."),
        ],
        submit="Check",
        metadata=metadata,
    )


def place_choice(places: Mapping[str, Sequence[str]]) -> Block:
    """The field for the storefront, read by `read_place`."""
    several = len(places) > 1
    options = [
        option(f"{names.country(storefront)}{f' ({account})' if several else ''}", f"{account}|{storefront}")
        for account, storefronts in places.items()
        for storefront in storefronts
    ]
    return choice(PLACE, "For which storefront?", options, initial=options[:1])


def read_place(view: dict[str, Any]) -> tuple[str, str]:
    """The account and the storefront that were chosen; empty when none was."""
    account, _, storefront = (*chosen(view, PLACE), "")[0].partition("|")
    return account, storefront


def _address_field(origins: Sequence[str]) -> Block:
    hint = f"Instead of a file. Allowed: {', '.join(origins)}"
    return {**one_line_input(ADDRESS, "Or its address", hint=hint[:500], most=2000), "optional": True}


def read_given(view: dict[str, Any]) -> tuple[Given | None, dict[str, str]]:
    files, (kind, *_), (account, storefront) = read_files(view, FILE), (*chosen(view, KIND), ""), read_place(view)
    address = typed(view, ADDRESS)
    errors = {} if files or address else {FILE: "Choose the file."}
    if files and address:
        errors[ADDRESS] = "A file or an address: leave one of them out."
    if kind not in KINDS:
        errors[KIND] = "Choose what it is."
    if not storefront:
        errors[PLACE] = "Choose the storefront."
    return (None, errors) if errors else (Given(files[0] if files else address, kind, account, storefront), {})


# The card


@dataclass(frozen=True)
class Told:
    """What the card says of a feed: its `plan`, or the `problem` why there is none; then how far the import is."""

    key: str
    name: str
    kind: str
    storefront: str | None
    user_id: str
    plan: Plan | None = None
    problem: str | None = None
    progress: Progress | None = None
    discarded: bool = False
    public: bool = True
    import_id: int | None = None
    # Whether the file is still here although nobody fetched it, so that it can be given once more.
    kept: bool = False


def feed_card(told: Told, actions: Iterable[Action], now: datetime) -> Card:
    kind = KINDS[told.kind]
    where = f"{names.flag(told.storefront)} " if told.storefront and kind.of_storefront else ""
    headline = f"{where}{kind.spoken.capitalize()}"
    name = escaped(one_line(told.name, 80), 100)
    facts = [f"Given by <@{told.user_id}>", f"feed `{told.key.rpartition(':')[2]}`"]
    facts += [f"import {told.import_id}"] if told.import_id else []
    blocks: list[Block] = [section(f"*{headline}* · {name}"), context(*facts)]
    state, more = _state(told, tuple(actions), now)
    return Card(f"{headline}: {state}", [*blocks, *more][:50])


def _state(told: Told, actions: tuple[Action, ...], now: datetime) -> tuple[str, list[Block]]:
    if told.progress is not None:
        again = [button("Give it again", AGAIN, told.key, says="Check this file once more, to import it anew")]
        more = buttons(*again, block_id="again") if told.kept else []
        return told.progress.words, [*progress_blocks(told.progress, now), *more]
    if told.problem is not None:
        return "not checked", [section(f":x: {escaped(told.problem, 500)}")]
    if told.plan is None:
        return "being checked", [section(":hourglass_flowing_sand: It is being checked.")]
    blocks = [*plan_blocks(told.plan)]
    if told.discarded:
        return "discarded", [*blocks, context("Discarded. Nothing was published.")]
    busy = [action for action in actions if action.under_way or action.proposed or action.state == "needs_human"]
    blocks += action_blocks(actions)
    if busy:
        return "about to be imported", blocks
    if not told.plan.publishable:
        return "cannot be imported", blocks
    if not told.public:
        return "checked", [*blocks, context(":warning: Set PUBLIC_URL so that the marketplace can fetch the file.")]
    return "checked", [*blocks, *_buttons(told)]


def _buttons(told: Told) -> list[Block]:
    assert told.plan is not None
    ask = confirm("Import this file?", f"{effect_words(told.plan)} The marketplace fetches it and begins.", "Import")
    danger = told.plan.effect.dangerous or told.plan.effect.sent or told.plan.effect.cancelled
    return buttons(
        button("Import", IMPORT, told.key, style="danger" if danger else "primary", ask=ask),
        button("Discard", DISCARD, told.key),
    )


def plan_blocks(plan: Plan) -> list[Block]:
    """The dangerous truth first, then the count of rows, then what is wrong with which."""
    blocks = [section(f":no_entry: {escaped(reason, 500)}") for reason in plan.fatal]
    if plan.publishable:
        blocks.append(section(effect_words(plan)))
    good = plan.rows - plan.bad_rows
    counted = (
        f"{many(plan.rows, 'row')}, {good:,} without errors"
        if plan.bad_rows
        else f"{many(plan.rows, 'row')}, no errors"
    )
    facts = [counted] if plan.rows else []
    facts += [escaped(note, 200) for note in plan.notes[:3]]
    if facts:
        blocks.append(context(*facts))
    shown = [*plan.errors, *plan.warnings][:MOST_FOLDS]
    if shown:
        blocks.append(section("\n".join(_fold(fold) for fold in shown)))
    if left := len(plan.errors) + len(plan.warnings) - len(shown):
        blocks.append(context(f"{left} more sorts of problems; all of them are in the file in the thread."))
    return blocks


def _fold(fold: Fold) -> str:
    sign = ":x:" if fold.severity == "error" else ":warning:"
    line, value = fold.examples[0] if fold.examples else (fold.first, "")
    said = f"`{escaped(one_line(value, 40), 60).replace('`', '')}` " if value.strip() else ""
    column = f"*{escaped(fold.column, 60)}*: " if fold.column else ""
    count = f" ({fold.count:,} times, last in line {fold.last})" if fold.count > 1 else ""
    return f"{sign} line {line}: {column}{said}{escaped(fold.what, 200)}{count}"


def effect_words(plan: Plan) -> str:
    """What the marketplace would do with it, the worst first, as our own mrkdwn."""
    effect, parts = plan.effect, []
    if KINDS[plan.kind].whole and effect.live is not None:
        parts.append(_removals(effect))
    if effect.deletes:
        parts.append(f"*{many(effect.deletes, 'offer')} would be deleted.*")
    if effect.jumps:
        parts.append(f"*{many(effect.jumps, 'price')} would jump*, by up to {effect.steepest} %.")
    if effect.emptied:
        parts.append(f"*{many(effect.emptied, 'offer')} would be sold out.*")
    if effect.sent or effect.cancelled:
        parts.append(f"*{effect.sent:,} order units are marked as sent, {effect.cancelled:,} cancelled.*")
    if effect.products:
        parts.append(f"{many(effect.products, 'product text')} in {many(len(effect.locales), 'language')}.")
    counted = [f"{count:,} {word}" for count, word in _counts(effect) if count]
    if counted:
        parts.append(f"{', '.join(counted)}.")
    return " ".join(parts) or "It changes nothing that I can see."


def many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _removals(effect: Effect) -> str:
    gone = f"*This feed would remove {effect.gone:,} of {effect.live:,} offers.*" if effect.gone else ""
    return gone or f"It keeps all {effect.live:,} offers."


def _counts(effect: Effect) -> tuple[tuple[int, str], ...]:
    return (effect.new, "new"), (effect.changed, "changed"), (effect.same, "as they are")


def progress_blocks(progress: Progress, now: datetime) -> list[Block]:
    bar = f"`{progress.bar()}` {progress.percent} %" if progress.percent is not None else f"`{progress.bar()}`"
    lines = [f"The file {escaped(progress.words, 120)}."]
    if not progress.ended or progress.phase == DONE:
        lines.append(bar)
    facts = [f"{progress.line:,} of {progress.total:,} lines" if progress.total else "", _left(progress, now)]
    facts.append(f"*{progress.errors:,} errors*" if progress.errors else _no_errors(progress))
    if progress.note:
        facts.append(escaped(progress.note, 200))
    told = [fact for fact in facts if fact]
    blocks = [section("\n".join(lines)), *([context(*told)] if told else [])]
    if stuck(progress, now):
        since = moment(progress.moved_at) if progress.moved_at else "long"
        blocks.append(section(f":warning: Nothing has moved since {since}. Look at it in the seller portal."))
    return blocks


def _no_errors(progress: Progress) -> str:
    """Nothing is "so far" once the last line is worked through, and nobody counts errors of what was never read."""
    if progress.percent == 100:
        return "no errors"
    return "" if progress.ended else "no errors so far"


def _left(progress: Progress, now: datetime) -> str:
    left = progress.left(now)
    return f"about {_spoken(left)} left" if left else ""


def _spoken(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    return f"{minutes} min" if minutes else "a minute"


# What people ask for


def import_card(kind: str, id: int, storefront: str | None, progress: Progress, now: datetime) -> Card:
    """An import of the marketplace's that nobody began from here."""
    of = KINDS[kind]
    where = f"{names.flag(storefront)} " if storefront and of.of_storefront else ""
    headline = f"{where}{of.spoken.capitalize()}, import {id}"
    begun = context("It was begun elsewhere.")
    return Card(f"{headline}: {progress.words}", [section(f"*{headline}*"), begun, *progress_blocks(progress, now)])


def feeds_card(rows: Sequence[tuple[str, str, str, str]], command: str) -> Card:
    """`rows` are (flag and kind, file, state, who and which) of the newest feeds."""
    if not rows:
        return Card("No feeds", [section("No feed was given yet."), context(f"`{command}` opens the window for one.")])
    lines = [f"{what} · {escaped(one_line(name, 60), 80)} · {state}{link}" for what, name, state, link in rows]
    hint = context(f"`{command} ID` shows one of them: its feed or import number.")
    return Card("The newest feeds", [section("*The newest feeds*"), section("\n".join(lines)[:2900]), hint])


def given_text(name: str, channel: str) -> str:
    """mrkdwn: said to who gave a file."""
    return f"{escaped(one_line(name, 80), 100)} is being checked. Its card hangs in {channel}."
