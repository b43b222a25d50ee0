"""What people do on a card, step by step: a press, the window that opens, the words, Send."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.slack import Person
from sandbox.slack.channels import Message

# Slack lets a window open within three seconds of the press; on a machine with much to do people press again.
WINDOW_SECONDS = 4.0
PRESSES = 5
FIELDS = {"Reply": "reply", "Reject": "message", "Ask the customer": "message"}


async def writes(
    person: Person, channel: str, card: Message, label: str, text: str, *, presses: int = PRESSES
) -> dict[str, str] | None:
    """Press `label`, wait for its window, write `text`, press Send. The errors beside the fields, None when it went.

    Raises `TimeoutError` when no window opens.
    """
    for press in range(presses):
        try:
            await opens(person, channel, card, label)
            break
        except TimeoutError:
            if press == presses - 1:
                raise
    await person.fills({FIELDS[label]: text})
    errors: dict[str, str] | None = await person.submits()
    if errors is not None:
        await person.closes_all()
    return errors


async def opens(person: Person, channel: str, card: Message, label: str) -> None:
    """Press `label` and wait until its window can be filled in."""
    answer = await person.presses(channel, card, label)
    if answer is None or not answer.ok:
        raise TimeoutError("nobody answered the press")
    async with asyncio.timeout(WINDOW_SECONDS):
        while person.modal is None or person.modal.callback_id in {"loading", None}:
            await asyncio.sleep(0.01)


def button_value(card: Message, label: str) -> str:
    """What the button carries back."""
    found: list[dict[str, Any]] = [element for block in card.blocks for element in block.get("elements", [])]
    for element in found:
        if element.get("type") == "button" and element["text"]["text"] == label:
            return str(element["value"])
    raise LookupError(label)
