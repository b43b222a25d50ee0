"""Sending a reply: checked, shown with an Undo for a while, sent once, and never past a message nobody has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards import replywindow
from bot.cards.blocks import Block
from bot.cards.clicks import Click, read_click, read_press, read_submission
from bot.cards.drafts import Draft, outdated, placed, read_draft
from bot.cards.files import SlackFile
from bot.cards.longtext import last_field
from bot.cards.sending import ANYWAY, UNDO, edit_again, held_back, slip
from bot.cards.tickets import CLOSE, REPLY
from bot.composing import Session
from bot.desk import ActionKind, Desk, Wish, ref_of
from bot.domain.action import Action
from bot.domain.answering import cannot_write, moved, news, stands_in
from bot.domain.attachments import (
    LONGEST_FILE,
    Unsendable,
    refused_together,
    refused_unseen,
    sendable,
)
from bot.domain.deeds import Deed
from bot.domain.model import Message, ReplyFile
from bot.domain.offplatform import forbidden
from bot.files import FileTrouble
from bot.orderwindows import answer_with
from bot.store import drafts, subjects
from bot.writing import Who, keep, next_window, open_window, window_of, writer_of

TOO_OLD = "This window is too old. Copy your text, close it and press Reply again."
CHANGED = ":information_source: What you filled in last has changed the text below. Read it once more, then press Send."
ANSWERED = (
    ":warning: *Somebody answered meanwhile, so nothing was sent.* Read it. Your text is below: *Send* sends it too."
)


def register(app: AsyncApp, prefix: str) -> None:
    app.view(replywindow.CALLBACK)(submitted)
    app.action(UNDO)(undone)
    app.action(ANYWAY)(sent_anyway)


# Send


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    click, who = read_click(view.get("private_metadata", "")), read_submission(body)
    if click is None:
        await ack(response_action="errors", errors={last_field(view, replywindow.FIELD): TOO_OLD})
        return
    session = desk.composing.find(str(view.get("id")))
    draft = await _draft(desk, view, session, click.subject, who.user_id)
    if errors := {**replywindow.complaints(view, draft), **_file_errors(draft)}:
        await ack(response_action="errors", errors=errors)
        return
    if again := await _to_read_again(desk, view, session, draft):
        await ack(response_action="update", view=again)
        return
    if refusal := await desk.refusal_at_click(who.user_id, who.team_id, Deed(REPLY, subject=click.subject)):
        await ack(response_action="errors", errors={last_field(view, replywindow.FIELD): refusal})
        return
    await _hand_in(ack, desk, view, click, draft, who.user_id, who.team_id, who.heard)


async def _draft(desk: Desk, view: dict[str, Any], session: Session | None, subject: str, user_id: str) -> Draft:
    """What stands in the submitted window."""
    if session is not None:
        before = session.draft
    else:
        row = await drafts.find(subject, user_id)
        before = read_draft(row.text, row.placed, row.content) if row else Draft()
    template = desk.templates.find(before.template) if before.template else None
    return replywindow.read_window(view, before, template, session.touched if session else ())


def _file_errors(draft: Draft) -> dict[str, str]:
    said = [sentence for file in draft.files if (sentence := refused_unseen(file.name, file.size))]
    said += [sentence for sentence in [refused_together([file.size for file in draft.files])] if sentence]
    return {replywindow.files_id(draft): " ".join(said)} if said else {}


async def _to_read_again(desk: Desk, view: dict[str, Any], session: Session | None, draft: Draft) -> Block | None:
    """The window to show instead of sending: its text has changed unseen, or holds what the marketplace forbids."""
    known: set[str] = set()
    if session is not None:
        session.draft = draft
        writer = await writer_of(desk, session, 0.0)
        known = writer.known()
        rendering = writer.rendering(draft)
        if rendering and rendering.text and outdated(draft, rendering.text):
            session.draft = placed(draft, rendering.text)
            session.notices = (CHANGED,)
            return window_of(desk, session, writer, rendering)
    if replywindow.is_sure(view):
        return None
    typed = "\n".join([draft.text if draft.own else "", *draft.inputs.values()])
    sentences = [found.sentence + "." for found in forbidden(typed) if found.words.strip() not in known]
    return replywindow.warned(view, sentences) if sentences else None


async def _hand_in(
    ack: AsyncAck,
    desk: Desk,
    view: dict[str, Any],
    click: Click,
    draft: Draft,
    user_id: str,
    team_id: str | None,
    heard: str,
) -> None:
    """Commit the reply and close the window; or say beside the field why not."""
    session = desk.composing.find(str(view.get("id")))
    if session is not None:
        session.draft = draft
        await keep(desk, session, action=heard[:64], writing=False)
    said = await desk.actions.take(_wish(desk, click, draft, user_id, team_id, heard))
    if not said:
        await ack()
        desk.composing.close(str(view.get("id")))
        desk.later(_handed_in(desk, click, user_id, heard))
        return
    holder = next((action for action in await desk.actions.of(click.subject) if action.key == _key(click)), None)
    if holder is not None and holder.state == "done":
        # The one who was faster is through: what they wrote must be read before anything else is sent.
        who = Who(user_id, team_id, click.channel, click.ts)
        drawing = next_window(desk, str(view.get("id")), who, click.subject, _answered)
        await answer_with(ack, desk, view, replywindow.TITLE, drawing)
        return
    await ack(response_action="errors", errors={last_field(view, replywindow.FIELD): said})


async def _answered() -> tuple[Sequence[SlackFile], str]:
    return (), ANSWERED


def _key(click: Click) -> str:
    return f"reply:{click.subject}:{click.seen}"


def _wish(desk: Desk, click: Click, draft: Draft, user_id: str, team_id: str | None, heard: str) -> Wish:
    return Wish(
        kind=REPLY,
        key=_key(click),
        subject=click.subject,
        seen=click.seen,
        user_id=user_id,
        team_id=team_id or "",
        payload={
            "text": draft.text.strip(),
            "interim": draft.interim,
            "closes": draft.closes,
            "files": [asdict(file) for file in draft.files],
            "template": draft.template,
            "draft": heard[:64],
        },
        heard=heard,
        channel=click.channel,
        thread_ts=click.ts,
        summary=f"Reply to the buyer: {draft.text.strip()}"[:300],
        delay_seconds=desk.undo_seconds,
    )


async def _handed_in(desk: Desk, click: Click, user_id: str, heard: str) -> None:
    """Show the thread what is about to be sent; where there is no thread, only the one who sends it."""
    await desk.marks.mark([click.subject], urgent=True)
    row = await subjects.find(click.subject)
    if desk.undo_seconds and click.channel and not (row and row.ts):
        mine = [action for action in await desk.actions.of(click.subject) if action.payload.get("draft") == heard[:64]]
        for action in mine[-1:]:
            card = slip(action).card
            await desk.board.whisper(click.channel, user_id, card.text, click.ts, card.blocks)


# Undo, and Send anyway


async def undone(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """Stop what is about to be sent; whoever wrote it gets their draft back in a window."""
    press = read_press(body)
    click = read_click(press.value)
    if click is None or click.draft is None:
        await ack()
        return
    said = await desk.actions.withdraw(click.draft, press.user_id, press.team_id)
    action = await desk.actions.find(click.draft)
    await ack()
    if action and not said and action.user_id == press.user_id:
        desk.later(open_window(desk, press, click.subject))
    elif press.channel:
        told = said or f"Taken back. <@{action.user_id if action else ''}> has the draft."
        desk.later(desk.board.whisper(press.channel, press.user_id, told, press.thread_ts))
    await desk.marks.mark([click.subject], urgent=True)


async def sent_anyway(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """The reply that was held back, now that its author has read what is new."""
    press = read_press(body)
    click = read_click(press.value)
    old = await desk.actions.find(click.draft) if click and click.draft else None
    if click is None or old is None or old.user_id != press.user_id:
        await ack()
        return
    said = await desk.actions.take(
        Wish(
            kind=REPLY,
            key=_key(click),
            subject=click.subject,
            seen=click.seen,
            user_id=press.user_id,
            team_id=press.team_id or "",
            payload=old.payload,
            heard=press.heard,
            channel=press.channel,
            thread_ts=press.thread_ts,
            summary=old.summary or "",
            delay_seconds=desk.undo_seconds,
        )
    )
    await ack()
    await desk.marks.mark([click.subject], urgent=True)
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


# What is done


class SendReply:
    """A reply to the buyer: once, and only to the conversation the person saw."""

    def __init__(self) -> None:
        # Between the check and the send of one action, and between its refusal and telling about it.
        self._files: dict[str, list[ReplyFile]] = {}
        self._news: dict[str, tuple[str, tuple[Message, ...]]] = {}

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        ticket = await desk.market(action.account).fetch_ticket(ref_of(action.subject))
        if said := cannot_write(ticket):
            return said
        if said := moved(ticket, action.seen_version or ""):
            self._news[action.id] = (ticket.version, news(ticket, action.seen_version or ""))
            return said
        try:
            self._files[action.id] = await _fetched(desk, action)
        except (FileTrouble, Unsendable) as error:
            return str(error)
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        files = self._files.pop(action.id, None)
        if files is None:
            files = await _fetched(desk, action)
        await desk.market(action.account).send_message(
            ref_of(action.subject),
            str(action.payload["text"]),
            interim=bool(action.payload.get("interim")),
            files=files,
        )
        await _sent(desk, action)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        ticket = await desk.market(action.account).fetch_ticket(ref_of(action.subject))
        if not stands_in(ticket, str(action.payload["text"]), action.seen_version or "", action.began_at):
            return None
        await _sent(desk, action)
        return True

    def again(self, action: Action) -> Sequence[Block]:
        version, newer = self._news.pop(action.id, ("", ()))
        return held_back(action, newer, version) if newer else edit_again(action)


async def _fetched(desk: Desk, action: Action) -> list[ReplyFile]:
    """The attached files, told by what is in them. Raises `FileTrouble` and `Unsendable`."""
    listed = action.payload.get("files")
    files = [SlackFile(**each) for each in listed] if isinstance(listed, list) else []
    return [sendable(file.name, await desk.files.fetch(file, most=LONGEST_FILE)) for file in files]


async def _sent(desk: Desk, action: Action) -> None:
    """The buyer has it: the draft is not needed any more, and the ticket is closed where that was wanted.

    May run twice, after a lost answer; the close is one action all the same.
    """
    await drafts.drop(action.subject, action.user_id)
    if action.payload.get("closes"):
        await desk.actions.take(
            Wish(
                kind=CLOSE,
                key=f"close-after:{action.id}",
                subject=action.subject,
                seen=action.seen_version or "",
                user_id=action.user_id,
                team_id=action.team_id,
                payload={"after": action.payload["text"]},
                heard=f"close-after:{action.id}",
                channel=_text(action.payload.get("channel")),
                thread_ts=_text(action.payload.get("thread_ts")),
                summary="Close the ticket after the reply",
            )
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


ACTIONS: Mapping[str, ActionKind] = {REPLY: SendReply()}
