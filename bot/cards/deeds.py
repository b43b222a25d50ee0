"""How actions under way, and actions nobody can be sure of, look on a card."""

from __future__ import annotations

from bot.cards.blocks import Block, button, buttons, context, section
from bot.domain.deeds import Deed, in_sight
from bot.domain.words import escaped

CONFIRM = "action.confirm"
RELEASE = "action.release"

DOING = {
    "ticket.reply": "A reply by {who} is being sent.",
    "ticket.close": "{who} is closing this ticket.",
    "return.accept": "{who} is accepting a unit.",
    "return.reject": "{who} is rejecting a unit.",
    "return.clarify": "{who} is asking the customer.",
    "return.repair": "{who} is sending a unit to repair.",
}
UNSURE = {
    "ticket.reply": "A reply by {who} may or may not have reached the customer.",
    "ticket.close": "Closing by {who} may or may not have worked.",
    "return.accept": "Accepting by {who} may or may not have worked.",
    "return.reject": "Rejecting by {who} may or may not have worked.",
    "return.clarify": "The question by {who} may or may not have reached the customer.",
    "return.repair": "The repair by {who} may or may not be noted.",
}


def deed_blocks(deeds: tuple[Deed, ...]) -> list[Block]:
    """Lines for actions under way, and a question with two answers for each that needs a person."""
    blocks: list[Block] = []
    for deed in in_sight(deeds)[:4]:
        who = f"<@{deed.user_id}>"
        if deed.under_way:
            blocks.append(
                context(":hourglass_flowing_sand: " + DOING.get(deed.kind, "An action by {who} runs.").format(who=who))
            )
            continue
        evidence = f"\n{escaped(deed.sentence, 400)}" if deed.sentence else ""
        text = UNSURE.get(deed.kind, "An action by {who} may or may not have worked.").format(who=who)
        blocks.append(section(f":warning: *Please check.* {text}{evidence}\nLook in the seller portal, then tell me."))
        blocks.extend(
            buttons(
                button("It was done", CONFIRM, deed.id, says="The marketplace shows that the action was done"),
                button("It was not done", RELEASE, deed.id, says="The marketplace shows that the action was not done"),
                block_id=f"deed:{deed.id}",
            )
        )
    return blocks


def locked(deeds: tuple[Deed, ...], kinds: frozenset[str]) -> bool:
    """True while an action of one of `kinds` is under way or unsure: its buttons are not offered."""
    return any(deed.kind in kinds for deed in in_sight(deeds))
