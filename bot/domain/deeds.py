"""What people can do here, by the names that stand in rules/roles.yaml, and how big one such deed is. Pure.

A deed's kind is the noun.verb of its action. To add one: a line in `DEEDS`, and roles can speak of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.currency import Money

EVERYTHING = "everything"
VIEW = "view"

# Who asks for what stands in the files of rules, and what may be asked for there. Of these a customer sees only the
# acknowledgement, whose rule names the person who approved it.
RULES = "rules"
BY_RULES: Mapping[str, str] = {
    "report.request": "request reports",
    "ticket.acknowledge": "acknowledge a new ticket",
}

# What is written down and needs no right of its own.
FOR_THE_LOG: Mapping[str, str] = {"return.photo": "keep them with a return"}

# What is sent piece by piece after the whole was judged and, where it was too much for one, approved. Of each piece is
# only asked whether the person may still do such a thing at all.
PARTS: Mapping[str, str] = {"unit.part": "unit.bulk"}

# What `You may …` and `lets you …` go on with.
DEEDS: Mapping[str, str] = {
    VIEW: "look at cards, orders and lists",
    "ticket.reply": "answer buyers",
    "ticket.close": "close tickets",
    "ticket.open": "write to a buyer first",
    "ticket.claim": "claim tickets",
    "return.accept": "accept returns",
    "return.reject": "reject returns",
    "return.clarify": "ask customers about returns",
    "return.repair": "send returns to repair",
    "return.start": "start returns",
    "order.send": "mark orders as sent",
    "order.ship": "add parcels to sent orders",
    "order.fulfil": "release orders for sending",
    "order.cancel": "cancel orders",
    "order.refund": "refund money",
    "buyer.reveal": "see buyers' addresses",
    "unit.price": "change prices",
    "unit.stock": "change stock",
    "unit.hold": "take offers off sale and back",
    "unit.bulk": "change offers from a file",
    "product.change": "change product data",
    "feed.import": "import feeds",
    "invoice.upload": "upload invoices",
    "invoice.delete": "delete invoices",
    "report.request": "request reports",
    "report.schedule": "schedule reports",
    "action.resolve": "say what became of an uncertain action",
    "audit.view": "read the audit log",
    "kontor.manage": "change how Kontor works",
}

# What a limit by count counts, where that is not the things that are changed: a feed of a thousand offers that keeps
# them all is harmless.
AT_RISK: Mapping[str, str] = {"feed.import": "offers or order units at risk"}


@dataclass(frozen=True)
class Today:
    """What was done of a kind since the day began: by the person (`times`, `minor`), by everybody (`all_minor`).

    `minor` is in minor units of the currency of the deed that is asked about.
    """

    times: int = 0
    minor: int = 0
    all_minor: int = 0


@dataclass(frozen=True)
class Deed:
    """One thing a person wants to do, as the roles judge it.

    `amount` is the money it moves, `count` how many things it changes at once, `percent` how far a price jumps up or
    down (whole percent, rounded up). `second` is why it needs a second person however small it is. With `sized` False
    nobody knows yet how big it will be: the question is whether it may be done at all. `subject` is for the log.
    """

    kind: str
    amount: Money | None = None
    count: int | None = None
    percent: int | None = None
    second: str | None = None
    today: Today = Today()
    sized: bool = True
    subject: str | None = None


LOOK = Deed(VIEW)


def at_all(kind: str) -> Deed:
    """The question that is asked before a window opens: may they do `kind`, be it ever so small?"""
    return Deed(kind, sized=False)


def part_of(kind: str, subject: str | None) -> Deed | None:
    """The question that is asked of a piece of something larger; None for what is a whole."""
    whole = PARTS.get(kind)
    return Deed(whole, sized=False, subject=subject) if whole else None


def counted(kind: str, count: int) -> str:
    """A limit by count, as the end of a sentence."""
    return f"{count} {AT_RISK.get(kind, 'at once')}"


def words_for(kind: str) -> str:
    """What doing `kind` is called in a sentence."""
    return (
        DEEDS.get(PARTS.get(kind, kind))
        or BY_RULES.get(kind)
        or FOR_THE_LOG.get(kind)
        or "do this (" + kind.replace(".", " ").replace("_", " ") + ")"
    )
