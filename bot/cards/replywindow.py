"""The window in which a reply is written: drawn and read here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, button, buttons, context, modal, moment, plain_text, quote, section
from bot.cards.clicks import Click
from bot.cards.drafts import Draft, asks, may_replace
from bot.cards.files import SlackFile, file_input, read_files
from bot.cards.longtext import last_field, read_parts, text_fields, turn_of, with_room
from bot.cards.replyinputs import input_fields, picker, read_given
from bot.domain.attachments import ENDINGS, LONGEST_FILE, MOST_FILES
from bot.domain.model import Message, Ticket
from bot.domain.reply import LONGEST_REPLY, ReplyTemplate
from bot.domain.words import escaped, one_line

CALLBACK = "ticket.reply"
FIELD = "reply"
REPLACE = "template.replace"
KEEP = "template.keep"
AFRESH = "reply.afresh"
FILES = "files"
CONFIRM = "reply.confirm"
INTERIM, CLOSES = "interim", "closes"

TITLE = "Reply to the buyer"
LATEST_MESSAGES = 3
# From here on the length of the text is told.
LONG = 2500


@dataclass(frozen=True)
class Rendering:
    """What the chosen template says in the buyer's language. `text` is None while it cannot be filled in: `missing`
    are labels of fields that are still needed, `trouble` is a sentence about everything else.

    `aid` is the same text in the agent's own language, with that language's name: to be read, not to be sent.
    """

    text: str | None = None
    missing: tuple[str, ...] = ()
    trouble: str | None = None
    aid: tuple[str, str] | None = None


@dataclass(frozen=True)
class Window:
    """Everything a reply window shows. `click.seen` must be the version of `ticket` that is shown in it.

    `currency` is the storefront's, `locale` the buyer's, `notices` our own mrkdwn, `buyer` a name. `restored` says (as
    mrkdwn) when the draft that was found was left.
    """

    ticket: Ticket
    click: Click
    draft: Draft
    template: ReplyTemplate | None = None
    rendering: Rendering | None = None
    locale: str | None = None
    currency: str | None = None
    buyer: str | None = None
    notices: tuple[str, ...] = ()
    restored: str | None = None


def reply_modal(window: Window) -> Block:
    draft = window.draft
    hint = length_hint(draft.text)
    view = modal(
        CALLBACK,
        TITLE,
        [
            *_about(window),
            *_said(window.ticket.messages),
            *(context(notice) for notice in window.notices),
            *_restored(window.restored),
            *_template_blocks(window),
            *text_fields(FIELD, "Your reply", with_room(draft.parts), turn=draft.turn, hint=hint, live=True),
            *_file_blocks(draft),
            _options(draft),
        ],
        submit="Send",
        metadata=window.click.value(),
    )
    return {**view, "notify_on_close": True}


def _about(window: Window) -> list[Block]:
    ticket = window.ticket
    subject = names.topic(ticket.topic, ticket.open_reason)
    orders = ", ".join(sorted({escaped(unit.order_id, 40) for unit in ticket.order_units})[:3])
    parts = [
        f"{names.flag(ticket.storefront)} *{escaped(subject, 80)}*",
        f"ticket {escaped(ticket.id, 40)}",
        *([f"order {orders}"] if orders else []),
    ]
    buyer = [plain_text(one_line(window.buyer, 100))] if window.buyer else []
    return [context(" · ".join(parts), *buyer)]


def _said(messages: Sequence[Message]) -> list[Block]:
    """The end of the conversation, the last message in full length."""
    shown = messages[-LATEST_MESSAGES:]
    blocks: list[Block] = []
    if len(messages) > len(shown):
        blocks.append(context(f"{len(messages) - len(shown)} earlier messages are in the card's thread."))
    for message in shown:
        blocks += message_blocks(message, 1500 if message is shown[-1] else 300)
    return blocks


def message_blocks(message: Message, limit: int) -> list[Block]:
    """One message of a ticket, visibly quoted."""
    who = {"buyer": "Buyer", "seller": "We"}.get(message.role, names.spelled(message.role))
    return [context(f"*{escaped(who, 40)}*, {moment(message.at)}"), quote(message.text, limit)]


def _restored(at: str | None) -> list[Block]:
    if at is None:
        return []
    return [
        context(f":floppy_disk: Your draft of {at} is back."),
        *buttons(
            button("Start afresh", AFRESH, "afresh", says="Throw the draft away and begin with an empty reply"),
            block_id="afresh",
        ),
    ]


def _template_blocks(window: Window) -> list[Block]:
    draft, template, rendering = window.draft, window.template, window.rendering
    blocks = [picker(draft, template)]
    if template:
        blocks += input_fields(template, draft, window.currency)
    if rendering is None:
        return blocks
    if rendering.trouble:
        blocks.append(section(f":warning: {escaped(rendering.trouble, 600)}"))
    if rendering.missing:
        blocks.append(context(f"Still needed: {escaped(', '.join(rendering.missing), 300)}."))
    if rendering.text:
        blocks += [context(f"*Preview* · {names.language(window.locale)}"), quote(rendering.text)]
    if rendering.aid:
        language, text = rendering.aid
        blocks += [context(f"The same in {language}, for you to read. It is not sent."), quote(text, 1500)]
    return blocks + _question(draft, rendering.text)


def _question(draft: Draft, rendering: str | None) -> list[Block]:
    if not may_replace(draft, rendering):
        return []
    replace_it = button("Replace my text", REPLACE, "replace", says="Put the template's text in place of yours")
    if not asks(draft, rendering):
        return buttons(replace_it, block_id="replace")
    keep_it = button("Keep my text", KEEP, "keep", says="Leave what you wrote as it is")
    return [
        section("*You have written something yourself.* It stands below, untouched. Whose text shall it be?"),
        *buttons(replace_it, keep_it, block_id="replace"),
    ]


def _file_blocks(draft: Draft) -> list[Block]:
    blocks: list[Block] = []
    if draft.offered:
        options = [_file_option(file) for file in draft.offered[:MOST_FILES]]
        chosen = {file.id for file in draft.files}
        element: Block = {"type": "checkboxes", "action_id": FILES, "options": options}
        if ticked := [option for option in options if option["value"] in chosen]:
            element["initial_options"] = ticked
        blocks.append(_optional(_kept_id(draft), "Attached already", element))
    hint = f"At most {MOST_FILES}, {LONGEST_FILE // 1024 // 1024} MB each: PDF, pictures, Word, xlsx or text."
    return [*blocks, file_input(files_id(draft), "Attach files", kinds=ENDINGS, most=MOST_FILES, hint=hint)]


def files_id(draft: Draft) -> str:
    return f"{FILES}.{draft.start}" if draft.start else FILES


def _kept_id(draft: Draft) -> str:
    return f"{FILES}.kept.{draft.start}"


def _file_option(file: SlackFile) -> Block:
    size = f"{file.size / 1024 / 1024:.1f} MB" if file.size >= 1024 * 1024 else f"{max(1, file.size // 1024)} KB"
    return {"text": plain_text(f"{one_line(file.name, 60)}, {size}", 75), "value": file.id[:150]}


OPTIONS: tuple[tuple[str, str, str], ...] = (
    (INTERIM, "Keep me responsible", "An interim notice: the ticket stays our turn."),
    (CLOSES, "Close after sending", "Only when the matter is solved. The buyer sees it."),
)


def _options(draft: Draft) -> Block:
    options = [
        {"text": plain_text(label, 75), "description": plain_text(says, 75), "value": value}
        for value, label, says in OPTIONS
    ]
    element: Block = {"type": "checkboxes", "action_id": "options", "options": options}
    wanted = {INTERIM: draft.interim, CLOSES: draft.closes}
    if ticked := [option for option in options if wanted[str(option["value"])]]:
        element["initial_options"] = ticked
    return _optional(options_id(draft), "And then", element)


def options_id(draft: Draft) -> str:
    """New with each template, because each has its own defaults."""
    return f"options.{draft.start}.{draft.template or ''}"


def _optional(block_id: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, 200),
        "element": element,
        "optional": True,
    }


def length_hint(text: str) -> str:
    """How long a text is, once that matters; told in steps, so that a window is not redrawn with every letter."""
    if len(text) < LONG:
        return "The buyer gets exactly this text."
    about = len(text) // 100 * 100
    return f"{about:,} of {LONGEST_REPLY:,} characters. The buyer gets exactly this text."


# Sending what was warned about


def warned(view: dict[str, Any], sentences: Sequence[str]) -> Block:
    """The submitted window again, with what speaks against sending it above the text, and a box to send it anyway."""
    said = "\n".join(f"• {escaped(sentence, 200)}" for sentence in sentences[:5])
    warning = section(f":warning: *Not sent yet.* The marketplace forbids this:\n{said}")
    box = _optional(
        CONFIRM,
        "If you are sure",
        {
            "type": "checkboxes",
            "action_id": CONFIRM,
            "options": [{"text": plain_text("Send it all the same"), "value": "yes"}],
        },
    )
    old = [block for block in view.get("blocks") or [] if block.get("block_id") not in {"warning", CONFIRM}]
    at = next((n for n, block in enumerate(old) if str(block.get("block_id", "")).split(".")[0] == FIELD), len(old))
    return _redrawn(view, [*old[:at], {**warning, "block_id": "warning"}, *old[at:], box])


def _redrawn(view: dict[str, Any], blocks: list[Block]) -> Block:
    """`view` as we drew it, with other blocks: an update takes nothing else of what Slack tells about a view."""
    kept = ("type", "callback_id", "title", "close", "submit", "private_metadata", "notify_on_close")
    return {**{name: view[name] for name in kept if view.get(name) is not None}, "blocks": blocks}


# Reading


def read_window(
    view: dict[str, Any], before: Draft, template: ReplyTemplate | None, touched: Collection[str] = ()
) -> Draft:
    """`before`, with what stands in the window now. `template` is the one whose fields the window shows, `touched` are
    the block_ids of fields somebody typed in.

    What was pressed before Slack had shown our last update speaks of fields that are filled anew by now: those count.
    """
    parts = read_parts(view, FIELD, touched) if turn_of(view, FIELD) == before.turn else ()
    return replace(
        before,
        parts=parts or before.parts,
        inputs=read_given(view, template, before, touched) if template else before.inputs,
        files=_read_files(view, before),
        **_read_options(view, before),
    )


def _read_files(view: dict[str, Any], before: Draft) -> tuple[SlackFile, ...]:
    entry = _values(view).get(_kept_id(before), {}).get(FILES)
    ticked = before.offered
    if entry is not None:
        wanted = {option.get("value") for option in entry.get("selected_options") or []}
        ticked = tuple(file for file in before.offered if file.id in wanted)
    return (*ticked, *read_files(view, files_id(before)))


def _read_options(view: dict[str, Any], before: Draft) -> dict[str, Any]:
    entry = _values(view).get(options_id(before), {}).get("options")
    if entry is None:
        return {}
    ticked = {option.get("value") for option in entry.get("selected_options") or []}
    return {"interim": INTERIM in ticked, "closes": CLOSES in ticked}


def is_sure(view: dict[str, Any]) -> bool:
    return bool(_values(view).get(CONFIRM, {}).get(CONFIRM, {}).get("selected_options"))


def complaints(view: dict[str, Any], draft: Draft) -> dict[str, str]:
    """What keeps this reply from being sent, by the block_id of the field it stands beside. Files are not among it."""
    field = last_field(view, FIELD)
    over = len(draft.text) - LONGEST_REPLY
    if not draft.text.strip():
        return {field: "Write something first: the buyer would get an empty message."}
    if over > 0:
        return {
            field: f"The marketplace takes {LONGEST_REPLY:,} characters and this is {len(draft.text):,}. "
            f"Shorten it by {over:,}, or attach it as a file."
        }
    if draft.interim and draft.closes:
        return {options_id(draft): "A closed ticket leaves nothing to be responsible for. Tick one of the two."}
    return {}


def _values(view: dict[str, Any]) -> dict[str, Any]:
    values = view.get("state", {}).get("values", {})
    return values if isinstance(values, dict) else {}
