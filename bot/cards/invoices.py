"""The card of invoices somebody gave us: what was found in each, what may be uploaded with one click, how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.cards import names
from bot.cards.actions import action_blocks
from bot.cards.blocks import Block, Card, button, buttons, confirm, context, modal, plain_text, section
from bot.cards.clicks import Click
from bot.domain.action import Action
from bot.domain.invoicebatch import Item, State, counted, offered
from bot.domain.words import escaped

UPLOAD = "invoice.upload"
UPLOAD_WARNED = "invoice.upload_warned"
CHECK_AGAIN = "invoice.check"
DISMISS = "invoice.dismiss"
DETAILS = "invoice.details"

MOST_SHOWN = 10
MOST_DETAILS = 60
MOST_NAMED = 12

SIGNS = {
    State.UNSURE: ":grey_question:",
    State.TROUBLE: ":no_entry:",
    State.ERROR: ":no_entry:",
    State.REFUSED: ":no_entry:",
    State.WARNING: ":warning:",
    State.READY: ":white_check_mark:",
    State.WAITING: ":hourglass_flowing_sand:",
    State.CHECKING: ":hourglass_flowing_sand:",
    State.UNDER_WAY: ":hourglass_flowing_sand:",
    State.UPLOADED: ":inbox_tray:",
    State.DISMISSED: ":wastebasket:",
}
_COUNTED = {
    State.CHECKING: "being checked",
    State.WAITING: "waiting for the marketplace",
    State.UNSURE: "uncertain",
    State.TROUBLE: "cannot be taken",
    State.ERROR: "with errors",
    State.REFUSED: "not taken",
    State.WARNING: "with warnings",
    State.READY: "ready",
    State.UNDER_WAY: "being uploaded",
    State.UPLOADED: "uploaded",
    State.DISMISSED: "put aside",
}
# Files of these states are told one by one, the others only counted and named.
_TOLD = (State.UNSURE, State.TROUBLE, State.ERROR, State.REFUSED, State.WARNING, State.WAITING)


def batch_card(
    items: Sequence[Item], *, subject: str, given_by: str, from_folder: bool, actions: tuple[Action, ...] = ()
) -> Card:
    """`given_by` is the user who gave the files, or answers for the folder they came from."""
    counts = counted(items)
    summary = " · ".join(f"{number} {_COUNTED[state]}" for state in State if (number := counts[state]))
    heading = _heading(items)
    source = f"from the folder of <@{given_by}>" if from_folder else f"from <@{given_by}>"
    if all(item.state.over for item in items):
        line = f"{heading} · {summary}"
        return Card(line, [section(f"~{line}~"), context(source, *_orders(items, State.UPLOADED))])
    blocks: list[Block] = [section(f":page_facing_up: *{heading}*\n{summary}"), context(source)]
    blocks += _told(items)
    blocks += [context(*said) for state in (State.READY, State.UPLOADED) if (said := list(_orders(items, state)))]
    blocks += action_blocks(tuple(action for action in actions if action.needs_human))
    blocks += _buttons(items, subject)
    return Card(f"{heading}: {summary}", blocks)


def _heading(items: Sequence[Item]) -> str:
    if len(items) == 1 and items[0].order_id:
        return f"{names.flag(items[0].storefront)} Invoice for order {escaped(items[0].order_id, 40)}".strip()
    return f"{len(items)} invoices" if len(items) > 1 else "An invoice"


def _told(items: Sequence[Item]) -> list[Block]:
    shown = [item for state in _TOLD for item in items if item.state is state]
    blocks = [_line(item) for item in shown[:MOST_SHOWN]]
    if len(shown) > MOST_SHOWN:
        blocks.append(context(f"and {len(shown) - MOST_SHOWN} more: press *Details*."))
    return blocks


def _line(item: Item) -> Block:
    order = f" → {names.flag(item.storefront)} order {escaped(item.order_id, 40)}" if item.order_id else ""
    said = "".join(f"\n• {escaped(sentence, 300)}" for sentence in item.sentences[:6])
    return section(f"{SIGNS[item.state]} *{escaped(item.name, 80)}*{order}{said}")


def _orders(items: Sequence[Item], state: State) -> Iterable[str]:
    """The orders of files in this state, in one line; nothing when there is none."""
    found = [item for item in items if item.state is state]
    if not found:
        return
    named = ", ".join(escaped(item.order_id or item.name, 40) for item in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    yield f"{SIGNS[state]} {_COUNTED[state].capitalize()}: {named}{more}"


def _buttons(items: Sequence[Item], subject: str) -> list[Block]:
    last = max((item.id for item in items), default=0)
    value = Click(subject, str(last)).value()
    clean = offered(items, with_warnings=False, until=last)
    warned = offered(items, with_warnings=True, until=last)
    again = [item for item in items if item.state in (State.TROUBLE, State.ERROR) and not item.in_folder]
    return buttons(
        button(_upload_label(clean, "Upload"), UPLOAD, value, style="primary", says=f"Upload {len(clean)} invoices")
        if clean
        else None,
        button(
            _upload_label(warned, "Upload anyway" if len(warned) == 1 else "Upload with warnings"),
            UPLOAD_WARNED,
            value,
            ask=confirm(
                "Upload in spite of warnings?",
                f"{len(warned)} invoice{'s' if len(warned) > 1 else ''} will be shown to the buyers as they are.",
                "Upload",
            ),
            says=f"Upload {len(warned)} invoices in spite of their warnings",
        )
        if warned
        else None,
        button("Check again", CHECK_AGAIN, value, says="Check the invoices with errors again") if again else None,
        button("Details", DETAILS, value, says="Show every file and what was found in it") if len(items) > 1 else None,
        button("Dismiss", DISMISS, value, says="Put these files aside without uploading them"),
        block_id="invoices",
    )


def _upload_label(items: Sequence[Item], words: str) -> str:
    return words if len(items) == 1 else f"{words} ({len(items)})"


def details_modal(items: Sequence[Item]) -> Block:
    """Every file with what was found in it."""
    ordered = sorted(items, key=lambda item: (list(State).index(item.state), item.id))
    blocks = [_line(item) if item.sentences else _short(item) for item in ordered[:MOST_DETAILS]]
    if len(ordered) > MOST_DETAILS:
        blocks.append(context(f"{len(ordered) - MOST_DETAILS} more files are not shown here."))
    return modal("invoice.details", "Invoices", blocks or [section("There are no files any more.")])


def _short(item: Item) -> Block:
    order = f" → order {item.order_id}" if item.order_id else ""
    return context(f"{SIGNS[item.state]}", plain_text(f"{item.name}{order} · {_COUNTED[item.state]}", 300))
