"""What a person may do here, shown to them alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.cards.blocks import Block, Card, context, divider, section
from bot.domain.access import Grant, Limits, Role
from bot.domain.deeds import DEEDS, EVERYTHING, counted
from bot.domain.model import Money
from bot.domain.words import escaped

NOUNS = {
    "ticket": "tickets",
    "return": "returns",
    "order": "orders",
    "unit": "offers",
    "feed": "feeds",
    "invoice": "invoices",
    "report": "reports",
    "buyer": "buyers",
    "action": "uncertain actions",
    "audit": "the audit log",
    "kontor": "Kontor itself",
}
MOST_ROLES = 12


def rights_card(roles: Sequence[Role], refusal: str | None) -> Card:
    """`roles` are those the person has; `refusal` says why they have none."""
    if refusal or not roles:
        said = refusal or "No role covers you, so you may not do anything here. Ask who keeps rules/roles.yaml."
        return Card(said, [section(f":no_entry: {escaped(said, 600)}")])
    blocks: list[Block] = [section("*What you may do here*")]
    for role in roles[:MOST_ROLES]:
        blocks += [divider(), section(f"*{escaped(role.name, 60)}* · {_because(role)}\n{_lines(role)}")]
    if any(grant.limits != Limits() and grant.asks for role in roles for grant in role.may):
        blocks.append(context("Beyond a limit your wish is put before a colleague who may approve it."))
    names = ", ".join(escaped(role.name, 60) for role in roles)
    return Card(f"Your roles: {names}", blocks)


def limits_words(limits: Limits, kinds: Sequence[str]) -> str:
    """The limits of a right to do `kinds` in one line; empty when there are none."""
    parts = [
        f"{_amounts(limits.each)} each" if limits.each else "",
        f"{_amounts(limits.per_day)} a day" if limits.per_day else "",
        f"{limits.times_per_day} times a day" if limits.times_per_day is not None else "",
        counted(kinds[0] if len(kinds) == 1 else "", limits.count) if limits.count is not None else "",
        f"{limits.percent} % up or down" if limits.percent is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _lines(role: Role) -> str:
    lines = [f"• {_right(grant)}" for grant in role.may]
    if role.approves:
        lines.append("• decide what colleagues propose: " + "; ".join(_right(grant) for grant in role.approves))
    return "\n".join(lines)[:2800]


def _right(grant: Grant) -> str:
    what = ", ".join(map(_kind_words, grant.kinds))
    if grant.limits == Limits():
        return what
    beyond = "then with approval" if grant.asks else "not beyond"
    return f"{what}: up to {limits_words(grant.limits, grant.kinds)}, {beyond}"


def _kind_words(kind: str) -> str:
    if kind == EVERYTHING:
        return "everything"
    noun, _, verb = kind.partition(".")
    if verb == "*":
        return f"everything about {NOUNS.get(noun, noun)}"
    return DEEDS.get(kind, kind)


def _amounts(amounts: Iterable[Money]) -> str:
    return " / ".join(map(str, amounts))


def _because(role: Role) -> str:
    """By what they have the role, as far as it can be said without naming everybody in it."""
    shown = [f"<@{who}>" if who[0] in "UW" else escaped(who, 80) for who in role.who]
    return "for " + ", ".join(shown[:6])
