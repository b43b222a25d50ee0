"""The modal in which a reply is written: drawn and read here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, context, modal, quote, section, text_input
from bot.cards.clicks import Click, read_click
from bot.domain.model import Ticket
from bot.domain.words import escaped

CALLBACK = "ticket.reply"
FIELD = "reply"
# Slack's longest text field; the marketplace takes 65,535 characters.
LONGEST = 3000


@dataclass(frozen=True)
class Reply:
    click: Click
    text: str


def loading_modal(title: str) -> Block:
    return modal("loading", title, [section("Asking the marketplace …")])


def trouble_modal(title: str, sentence: str) -> Block:
    """Shown instead of a modal that cannot be filled; says what to do next."""
    return modal("trouble", title, [section(f":warning: {escaped(sentence, 600)}")])


def reply_modal(ticket: Ticket, click: Click, *, draft: str = "") -> Block:
    """`click.seen` must be the version of `ticket`: what the person sees here is what they answer."""
    subject = names.topic(ticket.topic, ticket.open_reason)
    blocks: list[Block] = [context(f"{names.flag(ticket.storefront)} *{escaped(subject, 80)}* · ticket {ticket.id}")]
    said = ticket.messages[-3:]
    for message in said:
        who = {"buyer": "Buyer", "seller": "You"}.get(message.role, names.spelled(message.role))
        blocks += [context(f"*{escaped(who, 40)}*"), quote(message.text, 800 if message is said[-1] else 200)]
    blocks.append(
        text_input(FIELD, "Your reply", hint="The buyer gets exactly this text.", initial=draft, most=LONGEST)
    )
    return modal(CALLBACK, "Reply to the buyer", blocks, submit="Send", metadata=click.value())


def read_reply(view: dict[str, Any]) -> tuple[Reply | None, dict[str, str]]:
    """The reply in a submitted modal, or the errors to show beside its field."""
    click = read_click(view.get("private_metadata", ""))
    value = view.get("state", {}).get("values", {}).get(FIELD, {}).get("text", {}).get("value")
    text = (value or "").strip()
    if not text:
        return None, {FIELD: "Write something first: the buyer would get an empty message."}
    if click is None:
        return None, {FIELD: "This window is too old. Copy your text, close it and press Reply again."}
    return Reply(click, text), {}
