"""Judges what happened, when all is quiet: the marketplace's and Slack's journals against what the bot says it did.

The bot is asked nothing but what its notebook holds of actions. What was executed, posted and shown is read from the
two that did it. Each complaint is of a kind that the promises name; an empty list is what every test wants.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.cards import names
from bot.domain.action import UNDER_WAY, Action
from bot.store import actions as action_rows
from bot.store import sql, subjects
from bot.store.transaction import unit
from sandbox.market import KAUFLAND, Entry, Marketplace
from sandbox.market.model import Return, Ticket
from sandbox.slack import SlackWorkspace
from sandbox.slack.channels import Message
from sandbox.slack.outgoing import Sent

CLOSED = ("buyer_closed", "seller_closed", "both_closed", "customer_service_closed_final")
VERBS = {
    "ticket.reply": "/messages",
    "ticket.close": "/close",
    "return.accept": "/accept",
    "return.reject": "/reject",
    "return.clarify": "/clarify",
    "return.repair": "/repair",
    "order.cancel": "/cancel",
    "order.refund": "/refund",
}
# How long the last complaint may stand while nobody has anything to do before it is believed.
STAYS_SECONDS = 8.0


@dataclass(frozen=True)
class Complaint:
    """`kind` is lost, double card, double entry, double write, false success, untrue, or under way."""

    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


class Outside(Protocol):
    """A house or a proving ground."""

    market: Marketplace
    slack: SlackWorkspace


# The end of it


async def settled(outside: Outside, *, seconds: float = 120.0) -> list[Complaint]:
    """Wait until nobody has anything left to do, then judge. What is still wrong, or not yet done, after `seconds`."""
    until = time.monotonic() + seconds
    wrong_since: float | None = None
    while True:
        busy = await _busy(outside)
        complaints = await judge(outside) if not busy else [Complaint("under way", busy)]
        now = time.monotonic()
        if not complaints or now > until:
            return complaints
        wrong_since = None if busy else wrong_since or now
        if wrong_since and now - wrong_since > STAYS_SECONDS:
            return complaints
        await asyncio.sleep(0.1)


async def _busy(outside: Outside) -> str:
    """Who still has something to do; empty when nobody has."""
    await outside.market.errands.settled()
    due = (await subjects.counts(outside.market.world.clock.now())).due
    if due:
        return f"{due} subjects wait for a look"
    waiting = [action for action in await action_rows.unfinished() if action.under_way]
    if waiting:
        return f"{len(waiting)} actions: " + ", ".join(f"{action.kind} {action.state}" for action in waiting[:5])
    return ""


async def judge(outside: Outside) -> list[Complaint]:
    """Everything that is wrong now."""
    actions = await every_action()
    return [
        *cards(outside, actions),
        *threads(outside),
        *strays(outside),
        *writes(outside.market, actions),
        *_taken(outside.slack, await heard()),
    ]


def told(complaints: Sequence[Complaint]) -> str:
    """For an assertion's message: the first of each kind, and how many there are."""
    kinds = Counter(complaint.kind for complaint in complaints)
    firsts = [str(next(each for each in complaints if each.kind == kind)) for kind in kinds]
    return f"{dict(kinds)}\n" + "\n".join(firsts) + "\n" + "\n".join(map(str, complaints[:20]))


# Cards


def hanging(slack: SlackWorkspace) -> dict[str, list[Message]]:
    """The cards that hang, by their subject; thread entries that hang in a channel come under their own names."""
    found: dict[str, list[Message]] = defaultdict(list)
    for channel in slack.channels.values():
        for message in channel.messages:
            if message.metadata and not message.in_thread:
                found[str(message.metadata["event_payload"].get("subject"))].append(message)
    return found


def cards(outside: Outside, actions: Sequence[Action]) -> Iterator[Complaint]:
    """One card for each open subject, and what it says is so."""
    shown = hanging(outside.slack)
    for subject, hung in shown.items():
        if len(hung) > 1 and "/" not in subject:
            yield Complaint("double card", f"{subject} hangs {len(hung)} times")
    in_sight = defaultdict(list)
    for action in actions:
        if action.under_way or action.needs_human:
            in_sight[action.subject].append(action)
    for name, shop in outside.market.world.shops.items():
        for ticket in shop.tickets:
            key = f"ticket:{name}:{ticket.id}"
            yield from _ticket_card(key, ticket, shown.get(key, []), in_sight[key])
        for item in shop.returns:
            key = f"return:{name}:{item.id}"
            states = [unit.status for unit in outside.market.world.units_of_return(item)]
            yield from _return_card(key, item, states, shown.get(key, []), in_sight[key])


def _ticket_card(key: str, ticket: Ticket, hung: list[Message], waiting: list[Action]) -> Iterator[Complaint]:
    if not hung:
        if ticket.status not in CLOSED:
            yield Complaint("lost", f"{key} is open and has no card")
        return
    words, labels = hung[0].words, hung[0].labels
    if ticket.status in CLOSED:
        if names.TICKET_STATES[ticket.status] not in words or "Reply" in labels:
            yield Complaint("lost", f"{key} is {ticket.status}, its card says {words!r} {labels}")
        yield from _asks(key, hung[0], waiting)
        return
    turn = "Your turn" if ticket.seller_responsible else "The buyer's turn"
    said = next((message.text for message in reversed(ticket.messages) if message.role == "buyer"), "")
    if turn not in words or said not in words:
        yield Complaint("lost", f"{key}: {turn}, {said!r}, but its card says {words!r}")
    offered = "Reply" in labels
    if offered == bool(waiting) and ticket.fulfillment != KAUFLAND:
        yield Complaint("untrue", f"{key} has {len(waiting)} actions in sight and offers {labels}")
    yield from _asks(key, hung[0], waiting)


def _return_card(
    key: str, item: Return, states: list[str], hung: list[Message], waiting: list[Action]
) -> Iterator[Complaint]:
    if not hung:
        if not set(states) <= {"return_closed", "return_accepted", "return_rejected"}:
            yield Complaint("lost", f"{key} is open ({states}) and has no card")
        return
    words = hung[0].words
    for state in states:
        if names.RETURN_UNIT_STATES[state] not in words:
            yield Complaint("lost", f"{key} is {state}, its card says {words!r}")
    yield from _asks(key, hung[0], waiting)


def _asks(key: str, card: Message, waiting: list[Action]) -> Iterator[Complaint]:
    """Who cannot be sure must ask, with the evidence; who can must not."""
    asked = card.words.count("Please check")
    unsure = [action for action in waiting if action.needs_human]
    if asked != len(unsure):
        yield Complaint("untrue", f"{key} asks {asked} questions for {len(unsure)} actions that need a person")
    for action in unsure:
        if (action.sentence or "")[:60] not in card.words:
            yield Complaint("untrue", f"{key} does not show the evidence {action.sentence!r}")


# Threads


def threads(outside: Outside) -> Iterator[Complaint]:
    """Every message stands once in the thread of its ticket's card, in the order in which they were written."""
    shown = hanging(outside.slack)
    for name, shop in outside.market.world.shops.items():
        for ticket in shop.tickets:
            hung = shown.get(f"ticket:{name}:{ticket.id}", [])
            if len(hung) != 1:
                continue
            wanted = [f"m{message.id}" for message in sorted(ticket.messages, key=lambda each: (each.created, each.id))]
            found = [key for key in _entries(outside.slack, hung[0]) if key.startswith("m")]
            yield from _compared(ticket.id, wanted, found)
            files = [key for key in _entries(outside.slack, hung[0]) if key.startswith("f")]
            if sorted(key.partition("-")[2] for key in files) != sorted(file.name for file in ticket.files):
                kind = "double entry" if len(files) > len(ticket.files) else "lost"
                yield Complaint(kind, f"files of {ticket.id}: {[file.name for file in ticket.files]}, shown {files}")


def _entries(slack: SlackWorkspace, card: Message) -> list[str]:
    replies = slack.channels[card.channel_id].replies(card.ts)
    return [
        str(reply.metadata["event_payload"]["subject"]).partition("/")[2]
        for reply in replies
        if reply.metadata and "event_payload" in reply.metadata
    ]


def told_so_far(slack: SlackWorkspace, subject: str) -> list[str]:
    """The keys of what stands in the thread of the subject's card."""
    return [key for card in hanging(slack).get(subject, []) for key in _entries(slack, card)]


def _compared(id: str, wanted: list[str], found: list[str]) -> Iterator[Complaint]:
    if wanted == found:
        return
    if missing := [key for key in wanted if key not in found]:
        yield Complaint("lost", f"{id}: {len(missing)} of {len(wanted)} messages are not in its thread")
    if twice := [key for key, count in Counter(found).items() if count > 1]:
        yield Complaint("double entry", f"{id}: {twice} stand twice in its thread")
    if not missing and not twice:
        yield Complaint("untrue", f"{id}: the thread's order is {found}, written were {wanted}")


def strays(outside: Outside) -> Iterator[Complaint]:
    """Entries that hang in a channel instead of their thread, and what Slack could not use of the bot's answers."""
    for subject, hung in hanging(outside.slack).items():
        # The step of a ladder that calls in another channel (`@` ends its key) hangs there on purpose.
        if "/" in subject and not subject.endswith("@"):
            yield Complaint("double entry", f"{subject} hangs {len(hung)} times outside its thread")
    for words in outside.slack.complaints:
        yield Complaint("untrue", f"Slack complains: {words}")


# Actions


@unit
async def every_action() -> list[Action]:
    return await action_rows.latest(1_000_000)


@unit
async def heard() -> dict[str, str | None]:
    return dict(await sql.fetch("SELECT key, action FROM heard"))


class Requests:
    """What the marketplace was asked to do by what people asked of the bot, by its place."""

    def __init__(self, market: Marketplace) -> None:
        self._by_path: dict[str, list[Entry]] = defaultdict(list)
        verbs = tuple(VERBS.values())
        for entry in market.journal.entries:
            # After a 401 or 429 sending again is right.
            if entry.path.rstrip("/").endswith(verbs) and entry.status not in {401, 429}:
                self._by_path[entry.path.rstrip("/")].append(entry)

    @property
    def count(self) -> int:
        return sum(len(entries) for entries in self._by_path.values())

    def of(self, action: Action) -> list[Entry]:
        """Those that `action` may have made, executed or refused: for the same thing in the same words."""
        ref = action.subject.split(":", 2)[2]
        things = {"order": "order-units", "return": "return-units"}
        noun = things.get(action.kind.partition(".")[0])
        place = f"/{noun}/{action.payload['unit']}" if noun else f"/tickets/{ref}"
        entries = self._by_path.get(place + VERBS[action.kind], [])
        return [entry for entry in entries if words_of(action) in json.dumps(entry.body, ensure_ascii=False)]


def words_of(action: Action) -> str:
    return str(action.payload.get("text") or action.payload.get("message") or "")


def executions(market: Marketplace, action: Action) -> int:
    """How often what `action` asks for was executed."""
    return sum(entry.executed for entry in Requests(market).of(action))


def writes(market: Marketplace, actions: Iterable[Action]) -> Iterator[Complaint]:
    """Each action at most once; what is said to be done was done, and what is said not to be done was not."""
    requests = Requests(market)
    alike: dict[tuple[str, ...], list[Action]] = defaultdict(list)
    for each in actions:
        alike[each.kind, each.subject, str(each.payload.get("unit")), words_of(each)].append(each)
    accounted = 0
    for same in alike.values():
        asked = requests.of(same[0])
        accounted += len(asked)
        executed = sum(entry.executed for entry in asked)
        states = Counter(each.state for each in same)
        name = f"{same[0].kind} on {same[0].subject} {dict(states)}: asked {len(asked)} times, executed {executed}"
        if UNDER_WAY & set(states):
            yield Complaint("under way", name)
        elif len(asked) > sum(each.sent_at is not None for each in same):
            yield Complaint("double write", name)
        elif not states["done"] <= executed <= states["done"] + states["needs_human"]:
            yield Complaint("false success", name)
    if requests.count > accounted:
        yield Complaint("double write", f"{requests.count - accounted} requests belong to no action")


WORDS = {"ticket.reply", "return.reject", "return.clarify"}
PRESSES = {"ticket.close", "return.accept", "return.repair"}


def _taken(slack: SlackWorkspace, known: dict[str, str | None]) -> Iterator[Complaint]:
    """Every click that was acknowledged is in the notebook."""
    for sent in slack.outgoing.sent:
        key = _heard_as(sent)
        if key and key not in known:
            yield Complaint("lost", f"an acknowledged {sent.kind} is not in the notebook: {key}")


def _heard_as(sent: Sent) -> str | None:
    """Under which name the notebook must know a click that asked for something; None for all others."""
    payload = sent.payload
    if not sent.answer.ok or sent.kind != "interaction":
        return None
    if payload["type"] == "view_submission" and payload["view"]["callback_id"] in WORDS:
        errors = isinstance(said := sent.answer.json(), dict) and said.get("response_action") == "errors"
        return None if errors else f"view:{payload['view']['id']}:{payload['view']['hash']}"
    if payload["type"] == "block_actions" and payload["actions"][0]["action_id"] in PRESSES:
        return f"press:{payload['trigger_id']}"
    return None
