"""Choosing a reply template and filling in what it asks: the fields of a reply window, drawn and read here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from bot.cards.blocks import Block, plain_text
from bot.cards.drafts import Draft
from bot.domain.reply import LONGEST_INPUT, Input, Offer, ReplyTemplate

PICK = "template.pick"
INPUT = "template.input"
FITTING, OTHERS = "Fits this ticket", "Other"
# Slack shows at most 100 options in a group.
MOST_OPTIONS = 100


def picker_id(draft: Draft) -> str:
    return f"template.{draft.start}" if draft.start else "template"


def input_id(draft: Draft, name: str) -> str:
    return f"input.{draft.start}.{draft.template}.{name}"


# The picker


def picker(draft: Draft, template: ReplyTemplate | None) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": PICK,
        "min_query_length": 0,
        "placeholder": plain_text("Search in titles and texts", 150),
    }
    if template:
        element["initial_option"] = _option(template)
    return {
        "type": "input",
        "block_id": picker_id(draft),
        "label": plain_text("Template"),
        "element": element,
        "optional": True,
        "dispatch_action": True,
    }


def option_groups(offered: Sequence[Offer]) -> list[Block]:
    """What the picker shows for `offered`: those that fit above the others. Empty when there is nothing to show."""
    groups = []
    for label, fits in ((FITTING, True), (OTHERS, False)):
        options = [_option(offer.template) for offer in offered if offer.fits is fits][:MOST_OPTIONS]
        if options:
            groups.append({"label": plain_text(label, 75), "options": options})
    return groups


def _option(template: ReplyTemplate) -> Block:
    option: Block = {"text": plain_text(template.title, 75), "value": template.name}
    if template.inputs:
        option["description"] = plain_text("asks: " + ", ".join(wanted.label for wanted in template.inputs), 75)
    return option


def read_pick(view: dict[str, Any], draft: Draft) -> str | None:
    """The name of the template that is chosen in a reply window."""
    values = view.get("state", {}).get("values", {})
    option = values.get(picker_id(draft), {}).get(PICK, {}).get("selected_option")
    return str(option["value"]) if isinstance(option, dict) and option.get("value") else None


# What a template asks


def input_fields(template: ReplyTemplate, draft: Draft, currency: str | None) -> list[Block]:
    """A field for each input, filled with what the draft has; each change of it is told at once."""
    return [_field(wanted, draft, currency) for wanted in template.inputs]


def _field(wanted: Input, draft: Draft, currency: str | None) -> Block:
    label = f"{wanted.label} ({currency})" if wanted.kind == "money" and currency else wanted.label
    block: Block = {
        "type": "input",
        "block_id": input_id(draft, wanted.name),
        "label": plain_text(label, 200),
        "element": {"action_id": INPUT, **_element(wanted, draft.inputs.get(wanted.name, ""))},
        "dispatch_action": True,
        "optional": wanted.optional,
    }
    if wanted.hint:
        block["hint"] = plain_text(wanted.hint, 500)
    return block


def _element(wanted: Input, given: str) -> Block:
    each_key: Block = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    match wanted.kind:
        case "date":
            return {"type": "datepicker", **({"initial_date": given} if given else {})}
        case "choice":
            options = [{"text": plain_text(label, 75), "value": code} for code, label in wanted.choices]
            first = next((option for option in options if option["value"] == given), None)
            return {"type": "static_select", "options": options, **({"initial_option": first} if first else {})}
        case "number" | "money":
            initial: Block = {"initial_value": given.replace(",", ".")} if given else {}
            return {"type": "number_input", "is_decimal_allowed": True, **each_key, **initial}
        case _:
            initial = {"initial_value": given[:LONGEST_INPUT]} if given else {}
            return {"type": "plain_text_input", "multiline": wanted.long, **each_key, **initial}


def read_given(
    view: dict[str, Any], template: ReplyTemplate, draft: Draft, touched: Collection[str] = ()
) -> dict[str, str]:
    """What stands in the fields of `template` now; a field the window does not have yet keeps what the draft has.

    So does one without a value that nobody touched (`touched` are block_ids): Slack does not always tell what such a
    field was filled with.
    """
    blocks = {block.get("block_id"): block for block in view.get("blocks") or []}
    values = view.get("state", {}).get("values", {})
    given: dict[str, str] = {}
    for wanted in template.inputs:
        id = input_id(draft, wanted.name)
        if id not in blocks:
            text = draft.inputs.get(wanted.name)
        else:
            text = _value(values.get(id, {}).get(INPUT) or {})
            if text is None and id not in touched:
                text = draft.inputs.get(wanted.name)
        if text:
            given[wanted.name] = text
    return given


def _value(entry: dict[str, Any]) -> str | None:
    option = entry.get("selected_option")
    found = option.get("value") if isinstance(option, dict) else entry.get("selected_date") or entry.get("value")
    return str(found) if found else None
