"""What of a conversation hangs in the thread of its card, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cards.tickets import LONGEST_THREAD, Entry, from_its_beginning, thread_entries
from bot.domain.model import Attachment, Message
from tests.domain.builders import NOW, a_ticket


def keys(count: int) -> list[Entry]:
    ticket = a_ticket(messages=tuple(Message(number, "buyer", "Eva", "?", NOW) for number in range(1, count + 1)))
    return list(thread_entries(ticket, {}))


def test_messages_of_one_second_follow_each_other_by_number_and_files_come_after_them() -> None:
    messages = tuple(Message(id, "buyer", "Eva", f"Nummer {id}", NOW) for id in (1000, 999, 10, 9))
    later = Message(8, "buyer", "Eva", "Später", NOW + timedelta(seconds=1))
    ticket = a_ticket(messages=(later, *messages), attachments=(Attachment("foto.png", NOW, "https://files.test/1"),))

    found = [entry.key for entry in thread_entries(ticket, {})]

    assert found[:4] == ["m9", "m10", "m999", "m1000"]
    assert [found[4].partition("-")[2], found[5]] == ["foto.png", "m8"]


@pytest.mark.parametrize(
    ("count", "told", "first"),
    [
        (3, [], 1),
        (LONGEST_THREAD + 8, [], 9),
        (LONGEST_THREAD + 8, [9], 9),
        (LONGEST_THREAD + 30, [3], 3),
        (LONGEST_THREAD + 30, [1, 2], 1),
    ],
    ids=["short", "long before it was seen", "told to its end", "grown meanwhile", "told from the beginning"],
)
def test_a_thread_begins_where_it_began(count: int, told: list[int], first: int) -> None:
    shown = from_its_beginning(keys(count), {f"m{number}" for number in told})

    assert [entry.key for entry in shown] == [f"m{number}" for number in range(first, count + 1)]
