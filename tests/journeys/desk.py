"""What agents do at the reply desk, in the words of tests."""

from __future__ import annotations

from typing import Any

from sandbox.slack import Person
from sandbox.slack.channels import Message
from sandbox.slack.views import View
from tests.journeys.house import House

WINDOW = "ticket.reply"


async def opens_reply(house: House, card: Message, person: Person | None = None) -> View:
    """Press Reply and wait until the window can be written in."""
    who = person or house.ana
    await who.presses("support", card, "Reply")
    return await window(house, who)


async def window(house: House, person: Person, words: str = "") -> View:
    """The reply window before `person`, once it says `words`."""

    def there() -> View | None:
        view = person.modal
        return view if view and view.callback_id == WINDOW and words in view.words else None

    return await house.until(there)  # type: ignore[return-value]


def reply_of(view: View) -> str:
    """What stands in the fields of the reply, joined as they are sent."""
    parts = [part for part in view.parts() if part.action_id == "reply"]
    return "\n\n".join(text for part in parts if (text := view.entry(part).get("value")))


async def settled(house: House, person: Person, text: str) -> View:
    """The window, once its field holds `text`."""

    def there() -> View | None:
        view = person.modal
        return view if view and view.callback_id == WINDOW and reply_of(view) == text else None

    return await house.until(there)  # type: ignore[return-value]


async def writes_reply(house: House, card: Message, text: str, person: Person | None = None) -> dict[str, str] | None:
    """Press Reply, write `text`, press Send. The errors shown beside the field, or None."""
    who = person or house.ana
    await opens_reply(house, card, who)
    await who.fills({"reply": text})
    errors: dict[str, str] | None = await who.submits()
    return errors


def written(house: House, ticket: Any) -> list[str]:
    """What the customer got from the seller."""
    return [message.text for message in house.market.world.ticket(ticket.id)[1].messages if message.role == "seller"]


def thread(house: House, card: Message) -> list[str]:
    return [entry.words for entry in house.slack.channels["support"].replies(card.ts)]


def whispers(person: Person, card: Message) -> list[Message]:
    """What only `person` sees in the thread of `card`."""
    return [message for message in person.sees("support", card) if message.only_for]
