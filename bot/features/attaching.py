"""The message shortcut "Attach to ticket": a message of Slack's becomes an internal note, or goes into a reply."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards import replywindow
from bot.cards.blocks import Block
from bot.cards.clicks import Press, Submission, read_submission
from bot.cards.files import SlackFile, file_of
from bot.cards.remarks import ATTACH, TICKET, attach_modal, read_filing
from bot.cards.tickets import REPLY
from bot.desk import Desk, subject_key
from bot.domain.deeds import Deed, at_all
from bot.domain.handling import Remark
from bot.domain.words import plain
from bot.orderwindows import answer_with
from bot.store import remarks, subjects
from bot.store.subjects import SubjectRow
from bot.writing import Who, next_window

log = structlog.get_logger(__name__)

KIND = "ticket"
LONGEST_TEXT = 1800
UNKNOWN = "No card of mine shows this ticket. Type /{p}ticket {number} first, then try again."


@dataclass(frozen=True)
class Said:
    """A message of Slack's, as the window carries it; `text` may be cut."""

    channel: str
    ts: str
    thread: str | None
    author: str | None
    text: str

    def metadata(self) -> str:
        return json.dumps([self.channel, self.ts, self.thread, self.author, self.text], separators=(",", ":"))


def _read(metadata: str) -> Said | None:
    try:
        channel, ts, thread, author, text = json.loads(metadata)
    except (ValueError, TypeError):
        return None
    return Said(str(channel), str(ts), thread, author, str(text))


def register(app: AsyncApp, prefix: str) -> None:
    app.shortcut({"type": "message_action", "callback_id": ATTACH})(used)
    app.view(ATTACH)(submitted)


async def used(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    await ack()
    desk.later(_open(desk, body))


async def _open(desk: Desk, body: dict[str, Any]) -> None:
    user, message = body.get("user") or {}, body.get("message") or {}
    trigger, channel = str(body.get("trigger_id") or ""), str((body.get("channel") or {}).get("id") or "")
    thread = message.get("thread_ts")
    press = Press(str(user.get("id", "")), user.get("team_id"), trigger, "", channel, thread, f"press:{trigger}")
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, at_all(REPLY)):
        await desk.board.whisper(channel, press.user_id, refusal, thread)
        return
    text = plain(str(message.get("text") or ""), LONGEST_TEXT)
    said = Said(channel, str(message.get("ts") or ""), thread, message.get("user"), text)
    card = await subjects.hanging(channel, str(thread or said.ts))
    number = card.ref if card and card.kind == KIND else ""
    files = [file_of(each).name for each in message.get("files") or []]
    await desk.modals.open(press, attach_modal(text, files, ticket=number, metadata=said.metadata()))


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    who, said = read_submission(body), _read(str(view.get("private_metadata") or ""))
    filing, errors = read_filing(view)
    if filing is None or said is None:
        await ack(response_action="errors", errors=errors or {TICKET: replywindow.TITLE})
        return
    row = await _ticket(desk, filing.ticket)
    if row is None:
        told = UNKNOWN.format(p=desk.command_prefix, number=filing.ticket)
        await ack(response_action="errors", errors={TICKET: told})
        return
    if refusal := await desk.refusal_at_click(who.user_id, who.team_id, Deed(REPLY, subject=row.key)):
        await ack(response_action="errors", errors={TICKET: refusal})
        return
    if filing.to_buyer:
        drawing = _into_reply(desk, str(view.get("id")), who, row, said)
        await answer_with(ack, desk, view, replywindow.TITLE, drawing)
        return
    await _file(desk, row, who.user_id, said)
    await ack()
    await desk.marks.mark([row.key], urgent=True)


async def _ticket(desk: Desk, number: str) -> SubjectRow | None:
    """The ticket with this number, of whichever account."""
    found = await subjects.find_many([subject_key(KIND, account, number) for account in desk.markets])
    return next(iter(found.values()), None)


async def _file(desk: Desk, row: SubjectRow, user_id: str, said: Said) -> None:
    """Keep the message as a note in the ticket's thread; the same message is one note, whoever files it again."""
    names = [file.name for file in await _files(desk, said)]
    text = "\n".join([said.text, *(f"📎 {plain(name, 100)}" for name in names)]).strip()
    link = await _link(desk, said)
    await remarks.add(
        Remark(f"{said.channel}.{said.ts}.{row.ref}"[:64], row.key, user_id, said.author, text, link, desk.now())
    )


async def _into_reply(desk: Desk, view_id: str, who: Submission, row: SubjectRow, said: Said) -> Block:
    async def gather() -> tuple[Sequence[SlackFile], str | None]:
        files = await _files(desk, said)
        return files, None if files else ":information_source: The message has no file that I can see."

    person = Who(who.user_id, who.team_id, row.channel, row.ts)
    return await next_window(desk, view_id, person, row.key, gather)


async def _files(desk: Desk, said: Said) -> tuple[SlackFile, ...]:
    """The files of the message as it is now; none where I cannot read it."""
    try:
        if said.thread:
            answer = await desk.slack.conversations_replies(
                channel=said.channel, ts=said.thread, oldest=said.ts, latest=said.ts, inclusive=True, limit=10
            )
        else:
            answer = await desk.slack.conversations_history(
                channel=said.channel, oldest=said.ts, latest=said.ts, inclusive=True, limit=1
            )
    except Exception as error:
        log.info("a message could not be read again", reason=type(error).__name__)
        return ()
    found = [each for each in answer.get("messages") or [] if each.get("ts") == said.ts]
    return tuple(file_of(each) for message in found for each in message.get("files") or [])


async def _link(desk: Desk, said: Said) -> str | None:
    try:
        answer = await desk.slack.chat_getPermalink(channel=said.channel, message_ts=said.ts)
    except Exception as error:
        log.info("no link to a message", reason=type(error).__name__)
        return None
    return str(answer["permalink"])
