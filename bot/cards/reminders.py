"""How a step of a ladder is told: in the card's thread, and in another channel with a link to the card."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.blocks import Card, moment, section
from bot.domain.countdown import Reminder
from bot.domain.ladder import OVERDUE
from bot.domain.missing import INVOICE
from bot.domain.targets import FIRST_ANSWER, OWN, RETURN
from bot.domain.words import escaped

_SHARE = {
    OWN: "*{share} of our time is used.* The buyer waits for our answer, which is due {due}.",
    FIRST_ANSWER: "*{share} of the marketplace's 48 hours are used.* The first answer is due {due}.",
    RETURN: "*{share} of the time for this decision is used.* Decide by {due}, or the marketplace accepts by itself.",
    INVOICE: "*{share} of the time for invoices is used.* Those that are missing are due {due}.",
}
_OVERDUE = {
    OWN: "*Our answer is overdue* since {due}. The buyer still waits.",
    FIRST_ANSWER: "*The first answer is overdue* since {due}. The marketplace counts it as late.",
    RETURN: "*The time for this decision is over* since {due}. The marketplace accepts the return by itself.",
    INVOICE: "*Invoices are overdue* since {due}. The list above says of which orders.",
}


def reminder_card(reminder: Reminder, mentions: Sequence[str]) -> Card:
    """The reply in the card's thread. `mentions` are mrkdwn that calls people."""
    text = " ".join([*mentions, _said(reminder), *_untaken(reminder)])
    return Card(text, [section(f":rotating_light: {text}")])


def escalation_card(reminder: Reminder, mentions: Sequence[str], *, name: str, title: str, link: str | None) -> Card:
    """The message in another channel. `name` is like "Ticket 00112345678"; `link` leads to the card."""
    shown = f"<{link}|{escaped(name, 80)}>" if link else escaped(name, 80)
    about = f" ({escaped(title, 150)})" if title else ""
    said = " ".join([_said(reminder), *_untaken(reminder)])
    call = "".join(f"{mention} " for mention in mentions)
    return Card(
        f"{call}{escaped(name, 80)}{about}: {said}", [section(f":rotating_light: {call}*{shown}*{about}\n{said}")]
    )


def _untaken(reminder: Reminder) -> tuple[str, ...]:
    """A list of missing invoices is nobody's to take."""
    return () if reminder.claimed or reminder.clock.name == INVOICE else ("Nobody has taken it yet.",)


def _said(reminder: Reminder) -> str:
    words = _OVERDUE if reminder.step.share >= OVERDUE else _SHARE
    share = "Half" if reminder.step.share == 0.5 else f"{reminder.step.share:.0%}"
    return words[reminder.clock.name].format(share=share, due=moment(reminder.clock.due))
