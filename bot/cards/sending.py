"""What is shown between Send and sent: the slip with its Undo, and what to do about a reply that was held back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.blocks import Block, Card, button, buttons, context, moment, quote
from bot.cards.clicks import Click
from bot.cards.longtext import split
from bot.cards.replywindow import message_blocks
from bot.cards.tickets import Entry
from bot.domain.action import Action
from bot.domain.model import Message
from bot.domain.words import escaped

UNDO = "reply.undo"
ANYWAY = "reply.anyway"
EDIT = "ticket.edit"

# Slack refuses messages with much more than 13,000 characters in their blocks.
MOST_SHOWN = 9000
QUOTE = 2800


def slip(action: Action) -> Entry:
    """What the thread says until `action`, a text to a buyer, goes out."""
    assert action.next_at is not None
    who, text = f"<@{action.user_id}>", str(action.payload.get("text", ""))
    if action.attempts:
        head = f":hourglass_flowing_sand: {who} sends this to the buyer as soon as the marketplace answers."
    else:
        seconds = round((action.next_at - action.taken_at).total_seconds())
        at = moment(action.next_at, "{time_secs}")
        head = f":hourglass_flowing_sand: {who} sends this to the buyer in {seconds} s, at {at}."
    blocks = [context(head), *_quoted(text), *_besides(action), *undo_button(action)]
    return Entry(
        f"slip:{action.id}", action.taken_at, Card(f"{who} is about to send: {escaped(text, 300)}", blocks), slip=True
    )


def undo_button(action: Action) -> list[Block]:
    value = Click(action.subject, action.seen_version or "", draft=action.id).value()
    return buttons(button("Undo", UNDO, value, says="Do not send it, and give me my draft back"), block_id="undo")


def _quoted(text: str) -> list[Block]:
    """The text as it will be sent, as far as Slack's messages reach."""
    blocks = [quote(part.text, QUOTE) for part in split(text[:MOST_SHOWN], QUOTE)]
    if len(text) > MOST_SHOWN:
        blocks.append(context(f"… and {len(text) - MOST_SHOWN:,} characters more."))
    return blocks


def _besides(action: Action) -> list[Block]:
    said = []
    files = action.payload.get("files")
    if isinstance(files, list) and files:
        said.append(":paperclip: " + escaped(", ".join(str(file.get("name")) for file in files), 300))
    if action.payload.get("interim"):
        said.append("It stays our turn.")
    if action.payload.get("closes"):
        said.append("Then the ticket is closed.")
    return [context(*said)] if said else []


# Held back


def held_back(action: Action, news: Sequence[Message], version: str) -> list[Block]:
    """The messages the person did not know of, their own text, and what they can do now."""
    blocks: list[Block] = []
    for message in news[-3:]:
        blocks += message_blocks(message, 1200)
    text = str(action.payload.get("text", ""))
    blocks += [context("*Your reply*, not sent"), quote(text, 600)]
    value = Click(action.subject, version, draft=action.id).value()
    return [
        *blocks,
        *buttons(
            button("Send anyway", ANYWAY, value, says="Send your reply although there is a new message"),
            button("Edit", EDIT, value, style="primary", says="Open your reply in a window again"),
            block_id="held",
        ),
    ]


def edit_again(action: Action) -> list[Block]:
    click = Click(action.subject, action.seen_version or "", draft=action.id)
    return buttons(button("Edit and send", EDIT, click.value(), style="primary"), block_id="again")
