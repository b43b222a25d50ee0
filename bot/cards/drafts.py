"""What somebody has written so far in a reply window, and what becomes of it when they do something there.

The rule of it all: what a person typed is never taken away without asking them. A template may fill the field while it
is empty or still holds what a template put there; otherwise the person is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.cards.files import SlackFile
from bot.cards.longtext import Part, joined, split
from bot.domain.answering import reply_mark
from bot.domain.reply import ReplyTemplate

NO_INPUTS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Draft:
    """A reply that is being written.

    `parts` is what stands in the fields, `placed` what a template last put there. `template` is the chosen one,
    `inputs` are given as people write them. `kept` is the template whose text the person did not want in place of
    their own. `turn` counts how often the fields were filled anew, `start` how often everything was. `files` are those
    attached so far; `offered` those of them that came with the draft, because Slack's own field cannot be filled in.
    """

    parts: tuple[Part, ...] = (Part(""),)
    placed: str = ""
    template: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    interim: bool = False
    closes: bool = False
    kept: str | None = None
    files: tuple[SlackFile, ...] = ()
    offered: tuple[SlackFile, ...] = ()
    turn: int = 0
    start: int = 0

    @property
    def text(self) -> str:
        return joined(self.parts)

    @property
    def own(self) -> bool:
        """True when the field holds words of the person that no template put there."""
        return bool(self.text.strip()) and reply_mark(self.text) != reply_mark(self.placed)

    @property
    def worth_keeping(self) -> bool:
        return bool(self.text.strip() or self.template or self.files)


def chosen(draft: Draft, template: ReplyTemplate | None, prefilled: Mapping[str, str] = NO_INPUTS) -> Draft:
    """Another template was picked, or none any more: its fields start anew, what the person typed stays."""
    if (template.name if template else None) == draft.template:
        return draft
    return replace(
        draft,
        template=template.name if template else None,
        inputs=dict(prefilled),
        interim=template.interim if template else False,
        closes=template.closes if template else False,
        kept=None,
    )


def placed(draft: Draft, rendering: str | None) -> Draft:
    """The chosen template's text, where the person has no words of their own in the field.

    `rendering` is None while the template cannot be filled in: then the text of an earlier one does not stay either.
    """
    if draft.own or (draft.template is None and rendering is None):
        return draft
    return filled(draft, rendering or "")


def filled(draft: Draft, text: str) -> Draft:
    """`text` in the field, whatever stood there."""
    if reply_mark(text) == reply_mark(draft.text):
        return replace(draft, placed=text)
    return replace(draft, parts=split(text), placed=text, turn=draft.turn + 1)


def started_afresh(draft: Draft) -> Draft:
    """Nothing written yet; what stands in the window is drawn anew."""
    return Draft(turn=draft.turn + 1, start=draft.start + 1)


def asks(draft: Draft, rendering: str | None) -> bool:
    """Whether the person must say whose text they want: theirs, or that of the template they have just chosen."""
    return may_replace(draft, rendering) and draft.kept != draft.template


def may_replace(draft: Draft, rendering: str | None) -> bool:
    """Whether the template's text could take the place of what stands in the field."""
    return rendering is not None and bool(draft.text.strip()) and reply_mark(draft.text) != reply_mark(rendering)


def outdated(draft: Draft, rendering: str | None) -> bool:
    """True when the field holds a template's text that its inputs have gone beyond: nobody has read the newest yet."""
    return bool(draft.placed) and not draft.own and may_replace(draft, rendering)


def restored(draft: Draft) -> Draft:
    """A draft as a window starts with it: Slack's field for files is empty, so its files are offered beside it."""
    return replace(draft, parts=split(draft.text), offered=draft.files, turn=0, start=0)


# For the notebook


def noted(draft: Draft) -> dict[str, Any]:
    """All but the two texts, as plain JSON."""
    content = asdict(draft)
    del content["parts"], content["placed"]
    return content


def read_draft(text: str, placed: str, content: Mapping[str, Any]) -> Draft:
    """The draft `noted` made; whatever an older version did not note is as in an empty one."""
    known = {name: content[name] for name in Draft.__dataclass_fields__ if name in content}
    for name in ("files", "offered"):
        known[name] = tuple(SlackFile(**each) for each in content.get(name) or ())
    return Draft(**{**known, "parts": split(text), "placed": placed})
