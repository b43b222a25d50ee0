"""The card of a proposal: what somebody wants to do, why it needs a second person, and what colleagues said."""

from __future__ import annotations

from bot.cards.blocks import Block, Card, button, buttons, confirm, context, moment, section
from bot.domain.action import Action
from bot.domain.deeds import words_for
from bot.domain.words import escaped, plain

APPROVE = "approval.approve"
DECLINE = "approval.decline"

_STATES = {
    "done": "done",
    "refused": "not done",
    "expired": "lapsed",
    "released": "not done",
    "withdrawn": "taken back",
    "declined": "declined",
    "needs_human": "perhaps sent, and nobody knows yet whether it was done",
}


def approval_card(action: Action) -> Card:
    """The proposal as it is: to be decided, being done, or over."""
    if action.proposed:
        return _open(action)
    ended = _STATES.get(action.state)
    yes = f"Approved by <@{action.approved_by}>" if action.approved_by else ""
    if ended is None:
        said = f":hourglass_flowing_sand: {yes}. It is read again and sent." if yes else "It is being sent."
        return Card(f"{_headline(action)} {said}", [section(f"*{_headline(action)}*\n{_what(action)}"), context(said)])
    parts = [part for part in (yes, escaped(action.sentence or "", 300)) if part]
    line = f"{_headline(action)} · {ended}"
    blocks = [section(f"~{line}~\n{_what(action)}")]
    return Card(line, [*blocks, context(*parts)] if parts else blocks)


def _open(action: Action) -> Card:
    until = f"Lapses {moment(action.next_at)}" if action.next_at else ""
    reason = escaped(action.sentence or "It needs a second person.", 300)
    what = plain(action.summary or words_for(action.kind), 250)
    return Card(
        f"{_headline(action)} {what}",
        [
            section(f":raised_hand: *{_headline(action)}*\n{_what(action)}"),
            context(f"Why a colleague decides: {_of_them(reason)}", until),
            *buttons(
                button(
                    "Approve",
                    APPROVE,
                    action.id,
                    style="primary",
                    says="Approve the proposal",
                    ask=confirm("Approve this?", f"{what}\nIt is read again and then done in one go.", "Approve"),
                ),
                button("Decline", DECLINE, action.id, says="Decline the proposal"),
                block_id=f"approval:{action.id}",
            ),
        ],
    )


def _headline(action: Action) -> str:
    return f"<@{action.user_id}> asks to {escaped(words_for(action.kind), 80)}"


def _what(action: Action) -> str:
    """What is proposed, line by line. The summary is ours, and still shown inert."""
    lines = (action.summary or "").splitlines()[:12] or [words_for(action.kind)]
    return "\n".join(escaped(line, 250) for line in lines)


def _of_them(reason: str) -> str:
    """A sentence said to who asked, turned to who reads about them."""
    return reason.replace("You may ", "they may ").replace(" by yourself.", " alone.")


def proposal_line(action: Action) -> Block:
    """On the card of what it is about: somebody waits for a colleague's yes."""
    until = f" until {moment(action.next_at, '{time}')}" if action.next_at else ""
    first = (action.summary or "").splitlines()[:1]
    what = f" ({escaped(first[0], 200)})" if first else ""
    return context(f":raised_hand: {_headline(action)}{what}, and waits for a colleague's yes{until}.")
