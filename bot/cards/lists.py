"""Lines of open work, the same in Home, in digests and in what a search finds; and the list people ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.cards import names
from bot.cards.blocks import Block, Card, context, moment, section
from bot.cards.due import rank_words
from bot.domain.routing import Priority
from bot.domain.words import escaped
from bot.domain.work import Work

# The address of a line's card, where we know it.
Links = Callable[[str | None, str | None], str | None]

NOUNS = {
    "ticket": ("ticket", "tickets"),
    "return": ("return", "returns"),
    "order": ("order", "orders"),
    "feed": ("feed", "feeds"),
    "chain": ("chain of feeds", "chains of feeds"),
    "report": ("report", "reports"),
    "approval": ("proposal", "proposals"),
}
# A section holds 3,000 characters.
MOST_OF_SECTION = 2900


def counted(count: int, kind: str) -> str:
    """ "1 ticket", "12 returns"."""
    one, many = NOUNS.get(kind, (kind.replace("_", " "), f"{kind.replace('_', ' ')}s"))
    return f"{count:,} {one if count == 1 else many}"


def work_name(work: Work) -> str:
    """What it is called, as mrkdwn that is safe: flag and title."""
    kind = NOUNS.get(work.kind, (work.kind.replace("_", " "), ""))[0].capitalize()
    title = escaped(work.title, 100) or f"{kind} {escaped(work.ref, 40)}"
    return " ".join(part for part in (names.flag(work.storefront), title) if part)


def work_line(work: Work, now: datetime, links: Links, *, mentions: bool = True) -> str:
    """Two rows of mrkdwn: what it is, with a link to its card, and below it all one needs to choose.

    Without `mentions` nobody is called by who took it: a digest is no escalation.
    """
    link = links(work.channel, work.ts)
    name = f"<{link}|{work_name(work)}>" if link else work_name(work)
    return f"*{name}*\n{' · '.join(_facts(work, now, mentions))}"


def short_line(work: Work, now: datetime, links: Links, *, mentions: bool = True) -> str:
    """The same in one row, for messages."""
    link = links(work.channel, work.ts)
    name = f"<{link}|{work_name(work)}>" if link else work_name(work)
    return f"• {name} · {' · '.join(_facts(work, now, mentions))}"


def line_sections(lines: Sequence[str]) -> list[Block]:
    """Lines in as few sections as hold them, none cut in two."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + len(line) < MOST_OF_SECTION:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return [section(part) for part in parts]


def search_card(kind: str, words: str, found: Sequence[Work], now: datetime, links: Links, *, most: int) -> Card:
    """What `/ticket find words` answers. `words` are the searcher's own, to be escaped."""
    said = escaped(words, 80)
    what = NOUNS[kind][1].capitalize()
    if not found:
        text = f"No {NOUNS[kind][0]} here has all of `{said}`."
        hint = f"I search numbers, orders, products, topics and tags of the {NOUNS[kind][1]} I have seen. {KEPT}"
        return Card(text, [section(text), context(hint)])
    shown = found[:most]
    more = " and more; add a word to see fewer" if len(found) > most else ""
    text = f"{what} with `{said}`: {len(shown)}{more}"
    return Card(text, [section(f"*{text}*"), *line_sections([_found(work, now, links) for work in shown])])


KEPT = "Names and words of buyers are not kept here; the seller portal can search them."


def _found(work: Work, now: datetime, links: Links) -> str:
    line = short_line(work, now, links)
    return f"{line} · closed" if work.closed else line


def _facts(work: Work, now: datetime, mentions: bool) -> Iterable[str]:
    kind = NOUNS.get(work.kind, (work.kind.replace("_", " "), ""))[0].capitalize()
    if work.title:
        yield f"{kind} {escaped(work.ref, 40)}"
    if work.due_at and not work.closed:
        yield f"{'*overdue since*' if work.overdue(now) else 'due'} {moment(work.due_at)}"
    elif work.waits_since and not work.closed:
        yield f"waiting since {moment(work.waits_since)}"
    if rank := rank_words(_priority(work), work.tags):
        yield rank
    if work.claimer:
        yield f"<@{work.claimer}>" if mentions else "taken"
    elif not mentions and not work.closed:
        yield "*free*"


def _priority(work: Work) -> Priority:
    return Priority(work.priority) if work.priority in set(Priority) else Priority.NORMAL
