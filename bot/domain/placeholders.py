"""What a reply template may name: every placeholder, what it means, and why it may be unknown. Pure.

The table below is what templates are checked against and what docs/reply-templates.md documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.reply import Input


@dataclass(frozen=True)
class Placeholder:
    """`path` has `[]` behind a list. `absent` says why it may be unknown; empty when it never is."""

    path: str
    meaning: str
    absent: str = ""


_NO_ORDER = "this ticket belongs to no order"
_NO_RETURN = "there is no return for this ticket"

PLACEHOLDERS = (
    Placeholder("buyer.name", "First and last name, as in the billing or delivery address", "no address came with it"),
    Placeholder("order.id", "The order's number, as the buyer knows it", _NO_ORDER),
    Placeholder("order.date", "The day of the order", _NO_ORDER),
    Placeholder(
        "order.total",
        "What all units of the order cost together, without shipping",
        "the order could not be fetched, or its prices are of different currencies",
    ),
    Placeholder("order.units[]", "All units of the order; equal ones stand together, so there is a count"),
    Placeholder("order.units[].title", "What the marketplace calls the product", "the marketplace gave no title"),
    Placeholder("order.units[].count", "How many of it"),
    Placeholder("order.units[].price", "The price of one"),
    Placeholder("ticket.id", "The ticket's number"),
    Placeholder("ticket.date", "The day the ticket was opened"),
    Placeholder("ticket.units[]", "The units the ticket is about, with title, count and price as above"),
    Placeholder("ticket.units[].title", "What the marketplace calls the product", "the marketplace gave no title"),
    Placeholder("ticket.units[].count", "How many of it"),
    Placeholder("ticket.units[].price", "The price of one"),
    Placeholder(
        "product.title",
        "The product the ticket is about, when it is about one",
        "the ticket is about no product, or about several",
    ),
    Placeholder(
        "product.price",
        "The price of one, when the ticket is about one product",
        "the ticket is about no unit of an order, or about several",
    ),
    Placeholder(
        "delivery.until",
        "The last day of the promised delivery",
        "the marketplace names no delivery date for the units of this ticket",
    ),
    Placeholder("tracking.carrier", "The carrier told when the units were marked as sent", "nobody told us a carrier"),
    Placeholder("tracking.number", "The tracking number told with it", "nobody told us a tracking number"),
    Placeholder("return.id", "The number of the return", _NO_RETURN),
    Placeholder("return.date", "The day the return was registered", _NO_RETURN),
    Placeholder("return.carrier", "Who carries the return parcel", "the return has no carrier yet"),
    Placeholder("return.code", "The tracking number of the return parcel", "the return has no tracking number yet"),
    Placeholder("agent.name", "The name of whoever presses Send", "Slack did not tell the agent's name"),
    Placeholder("shop.name", "The shop's name", "shop.yaml gives no name"),
    Placeholder("shop.hours", "When the shop answers", "shop.yaml gives no hours in this language"),
    Placeholder(
        "shop.signature",
        "The last lines: the agent's name if agent_signs is on, the signature, the shop's name",
        "shop.yaml gives no signature in this language",
    ),
    Placeholder("today", "The day the reply is written, on the storefront's calendar"),
)


@dataclass(frozen=True)
class Text:
    """One value to print. `known` is False when it may be absent."""

    known: bool = True


@dataclass(frozen=True)
class Flag:
    """A yes or no: to be asked, not printed."""


@dataclass(frozen=True)
class Code:
    """The code of a choice: to be compared, not printed."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Values with names."""

    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Many:
    """A list, to be gone through with `for`. It is never absent; it may be empty."""

    item: Group


Kind = Text | Flag | Code | Group | Many


def vocabulary(inputs: Iterable[Input] = ()) -> Group:
    """All placeholders as a tree, those of `inputs` among them."""
    root: dict[str, Any] = {}
    for placeholder in PLACEHOLDERS:
        if not placeholder.path.endswith("[]"):
            _put(root, placeholder.path.split("."), Text(known=not placeholder.absent))
    root["inputs"] = {wanted.name: _kind(wanted) for wanted in inputs}
    return _grouped(root)


def paths(kind: Kind, prefix: str = "") -> Iterator[str]:
    """Every dotted name of `kind` that leads to a value or a list."""
    if isinstance(kind, Group):
        for name, inner in kind.fields.items():
            yield from paths(inner, f"{prefix}.{name}" if prefix else name)
    else:
        yield prefix


def why_absent(path: str, inputs: Iterable[Input] = ()) -> str:
    """Why `path` is not known, as the end of a sentence."""
    for wanted in inputs:
        if path == f"inputs.{wanted.name}":
            return f"the field '{wanted.label}' is empty"
    found = next((placeholder.absent for placeholder in PLACEHOLDERS if placeholder.path == path), "")
    return found or "nothing is known about it"


def _kind(wanted: Input) -> Kind:
    if wanted.kind == "choice":
        return Code(tuple(code for code, _ in wanted.choices))
    return Text(known=not wanted.optional)


def _put(tree: dict[str, Any], parts: list[str], kind: Text) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part, {})
    tree[parts[-1]] = kind


def _grouped(tree: dict[str, Any]) -> Group:
    fields: dict[str, Kind] = {}
    for name, inner in tree.items():
        kind: Kind = _grouped(inner) if isinstance(inner, dict) else inner
        if name.endswith("[]") and isinstance(kind, Group):
            kind = Many(kind)
        fields[name.removesuffix("[]")] = kind
    return Group(fields)
