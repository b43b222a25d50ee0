"""How actions under way, and actions nobody can be sure of, look on a card."""

from __future__ import annotations

from bot.cards.approvals import proposal_line
from bot.cards.blocks import Block, button, buttons, context, section
from bot.domain.action import Action, in_sight
from bot.domain.deeds import RULES
from bot.domain.words import escaped

CONFIRM = "action.confirm"
RELEASE = "action.release"

UNDER_WAY = {
    "ticket.acknowledge": "By a rule the buyer is told that we got their message.",
    "ticket.reply": "A reply by {who} is being sent.",
    "ticket.close": "{who} is closing this ticket.",
    "return.accept": "{who} is accepting a unit.",
    "return.reject": "{who} is rejecting a unit.",
    "return.clarify": "{who} is asking the customer.",
    "return.repair": "{who} is sending a unit to repair.",
    "return.start": "{who} is starting a return.",
    "order.send": "{who} is marking a unit as sent.",
    "order.ship": "{who} is adding a parcel.",
    "order.fulfil": "{who} is releasing a unit for sending.",
    "order.cancel": "{who} is cancelling a unit.",
    "order.refund": "A refund by {who} is being sent.",
    "invoice.upload": "{who} is uploading an invoice.",
    "invoice.delete": "{who} is deleting an invoice.",
    "report.request": "{who} is asking for a report.",
    "ticket.open": "A message by {who} is being sent.",
    "unit.price": "{who} is changing a price.",
    "unit.stock": "{who} is changing an offer.",
    "unit.hold": "{who} is taking an offer off sale, or back.",
    "unit.bulk": "{who} is starting a change of many offers.",
    "unit.part": "Offers are being changed for {who}.",
    "product.change": "{who} is changing product data.",
    "feed.import": "{who} is starting the import.",
}
# What is said besides, while it can still be taken back.
UNDO_WHERE = {"ticket.reply": " *Undo* is in the thread."}
UNSURE = {
    "ticket.acknowledge": "What {who} told the buyer by themselves may or may not have reached them.",
    "ticket.reply": "A reply by {who} may or may not have reached the customer.",
    "ticket.close": "Closing by {who} may or may not have worked.",
    "return.accept": "Accepting by {who} may or may not have worked.",
    "return.reject": "Rejecting by {who} may or may not have worked.",
    "return.clarify": "The question by {who} may or may not have reached the customer.",
    "return.repair": "The repair by {who} may or may not be noted.",
    "return.start": "A return by {who} may or may not have been started.",
    "order.send": "Marking as sent by {who} may or may not have worked.",
    "order.ship": "A parcel by {who} may or may not have been added.",
    "order.fulfil": "The release by {who} may or may not have worked.",
    "order.cancel": "Cancelling by {who} may or may not have worked.",
    "order.refund": "A refund by {who} may or may not have been executed. It is never sent again by itself.",
    "invoice.upload": "An invoice uploaded by {who} may or may not have reached the buyer.",
    "invoice.delete": "Deleting an invoice by {who} may or may not have worked.",
    "report.request": "The report {who} asked for may or may not be under way.",
    "ticket.open": "A message by {who} may or may not have reached the customer.",
    "unit.price": "A price changed by {who} may or may not count.",
    "unit.stock": "A change by {who} may or may not count.",
    "unit.hold": "A change by {who} may or may not count.",
    "unit.bulk": "A change of many offers by {who} may or may not have begun.",
    "unit.part": "A batch of offers changed for {who} may or may not count.",
    "product.change": "Product data changed by {who} may or may not count.",
    "feed.import": "The import {who} started may or may not be under way.",
}


def action_blocks(actions: tuple[Action, ...]) -> list[Block]:
    """Lines for actions under way and proposals, and a question with two answers for each that needs a person."""
    blocks: list[Block] = []
    for action in in_sight(actions)[:4]:
        blocks += _question(action) if action.needs_human else [_line(action)]
    return blocks


def _line(action: Action) -> Block:
    return proposal_line(action) if action.proposed else _under_way(action)


def _under_way(action: Action) -> Block:
    words = UNDER_WAY.get(action.kind, "An action by {who} runs.")
    undo = UNDO_WHERE.get(action.kind, "") if action.waits else ""
    return context(":hourglass_flowing_sand: " + words.format(who=asked_by(action)) + undo)


def asked_by(action: Action) -> str:
    """Who wanted it, to stand in a sentence. Mrkdwn."""
    return "the rules" if action.user_id == RULES else f"<@{action.user_id}>"


def _question(action: Action) -> list[Block]:
    evidence = f"\n{escaped(action.sentence, 600)}" if action.sentence else ""
    words = UNSURE.get(action.kind, "An action by {who} may or may not have worked.")
    text = words.format(who=asked_by(action))
    return [
        section(f":warning: *Please check.* {text}{evidence}\nLook in the seller portal, then tell me."),
        *buttons(
            button("It was done", CONFIRM, action.id, says="The marketplace shows that it was done"),
            button("It was not done", RELEASE, action.id, says="The marketplace shows that it was not done"),
            block_id=f"action:{action.id}",
        ),
    ]


def locked(actions: tuple[Action, ...], kinds: frozenset[str]) -> bool:
    """True while an action of one of `kinds` is under way, proposed or unsure: its buttons are not offered."""
    return any(action.kind in kinds for action in in_sight(actions))
