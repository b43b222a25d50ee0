"""Why a subject goes where it goes, for people at the command line: `kontor rules explain`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from bot import fields
from bot.desk import Market
from bot.domain.facts import Facts, order_facts, read_text, return_facts, ticket_facts, unit_facts
from bot.domain.notices import Notices
from bot.domain.routing import Explanation, Verdict, explain
from bot.domain.words import one_line
from bot.fields import Several
from bot.marketplace import MarketError
from bot.rules import RuleFile
from bot.settings import Settings
from bot.yamlfile import Document, FileProblems, Mark, Problem, Section, Wrong, checked, read

HOW = "write ticket:00112345678, return:123456, order:MB7UWLD or unit:de-123456"
NUMBERS = {"ticket": r"\d{3,20}", "return": r"\d{1,18}", "order": r"[A-Za-z0-9]{4,20}", "unit": r"[a-z]{2}-\d{1,18}"}

Code = Annotated[str, Field(max_length=100), AfterValidator(str.lower)]
Moment = Annotated[datetime, BeforeValidator(lambda value: _moment(value))]


class FactsFile(Section):
    """Facts in a JSON file, named as in rules. Values are the marketplace's own; what is left out or null is absent."""

    kind: fields.Kind
    account: Code = "main"
    now: Moment | None = None
    storefront: Code | None = None
    topic: Code | None = None
    open_reason: Code | None = None
    reason: Several[Code] | None = None
    status: Several[Code] | None = None
    fulfillment: Code | None = None
    amount: fields.Amount | None = None
    age: fields.Span | None = None
    text: str | None = None

    def facts(self, now: datetime) -> Facts:
        return Facts(
            kind=self.kind,
            account=self.account,
            now=self.now or now,
            storefront=self.storefront,
            topic=self.topic,
            open_reason=self.open_reason,
            reason=tuple(self.reason or ()),
            status=tuple(self.status or ()),
            fulfillment=self.fulfillment,
            amount=self.amount,
            age=self.age,
            text=read_text([self.text] if self.text else []),
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


def explain_file(rules: Path, facts: Path, *, now: Callable[[], datetime] = utc_now) -> tuple[str, int]:
    """Where the rules send what the JSON file `facts` describes, and why: a text for people, and an exit code."""
    try:
        book = RuleFile(rules).book
        described = checked(_json(read(facts), str(facts)), FactsFile).facts(now())
    except FileProblems as error:
        return str(error), 1
    return told(f"{facts}: a {described.kind}", explain(book.rules, described)), 0


async def explain_subject(settings: Settings, rules: Path, subject: str) -> tuple[str, int]:
    """Where the rules send a ticket, return, order or unit as the marketplace has it now, and why.

    `subject` is ticket:<id>, or ticket:<account>:<id>; without an account all are asked in their order.
    """
    from bot.commandline import markets_of

    async with markets_of(settings) as markets:
        return await explain_fetched(markets, rules, subject)


async def explain_fetched(
    markets: Mapping[str, Market], rules: Path, subject: str, *, now: Callable[[], datetime] = utc_now
) -> tuple[str, int]:
    """As `explain_subject`, with the markets to ask handed in."""
    named = re.fullmatch(r"(\w+):(?:([\w-]+):)?([\w-]+)", subject, re.ASCII)
    if not named or not re.fullmatch(NUMBERS.get(named[1], "(?!)"), named[3], re.ASCII):
        return f"'{one_line(subject, 60)}' names no subject: {HOW}", 2
    kind, account, id = named.groups()
    if account and account not in markets:
        return f"There is no account '{account}'; there is {', '.join(markets)}.", 2
    try:
        book = RuleFile(rules).book
    except FileProblems as error:
        return str(error), 1
    said = [f"The marketplace knows no {kind} {id}."]
    for name in [account] if account else markets:
        try:
            facts = await _fetched(markets[name], kind, id, name, now())
        except MarketError as error:
            if not error.gone:
                said.append(f"{name}: {one_line(str(error), 300)}")
            continue
        return told(f"{kind} {id} of {name}", explain(book.rules, facts)), 0
    return "\n".join(said[1:] or said), 1


def told(what: str, explanation: Explanation) -> str:
    """An explanation as lines of plain text, the decision last."""
    route = explanation.route
    lines = [what, ""]
    lines += [_line("no ", verdict) for verdict in explanation.passed]
    lines += [_line("YES", explanation.taken), ""]
    lines.append(f"channel   {route.channel}")
    lines.append(f"mention   {route.mention or 'nobody'}")
    lines.append(f"priority  {route.priority.name.lower()}")
    if route.tags:
        lines.append(f"tags      {', '.join(route.tags)}")
    lines += _offers(route.notices)
    if not route.shown:
        wanted = "an offer gets one only where its rule has notices or low_stock"
        if explanation.kind == "order":
            wanted = "new orders get one only where a rule says order_new: on"
        lines.append(f"card      none: {wanted}")
    return "\n".join(lines)


def _offers(notices: Notices) -> list[str]:
    """What of an offer gets a card."""
    parts = [notice.replace("_", " ") for notice in notices.wanted]
    parts += [f"{notices.low_stock} pieces or fewer"] if notices.low_stock is not None else []
    return [f"notices   {', '.join(parts)}"] if parts else []


def _line(mark: str, verdict: Verdict) -> str:
    return f"{mark}  {one_line(verdict.rule.name, 80)} (line {verdict.rule.line}): {verdict.sentence}"


async def _fetched(market: Market, kind: str, id: str, account: str, now: datetime) -> Facts:
    if kind == "ticket":
        return ticket_facts(await market.fetch_ticket(id), account, now)
    if kind == "return":
        return return_facts(await market.fetch_return(int(id)), account, now)
    if kind == "unit":
        storefront, _, number = id.partition("-")
        return unit_facts(await market.fetch_unit(int(number), storefront), account, now)
    return order_facts(await market.fetch_order(id), account, now)


def _json(raw: bytes, file: str) -> Document:
    """A JSON object and where its keys stand. Raises `FileProblems` when it is none."""
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileProblems([Problem(file, error.lineno, error.colno, f"this is no JSON: {error.msg}")]) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise FileProblems([Problem(file, 1, 1, "this is no JSON in UTF-8 that can be read")]) from None
    document = Document(file, data, tuple(text.split("\n")))
    document.values[()] = Mark(1, 1)
    for key in data if isinstance(data, dict) else ():
        if found := re.search(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:", text):
            before = text[: found.start()]
            mark = Mark(before.count("\n") + 1, found.start() - (before.rfind("\n") + 1) + 1)
            document.keys[(key,)] = document.values[(key,)] = mark
    return document


def _moment(value: Any) -> Any:
    """JSON has no times: one is written as text."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Wrong(f"'{one_line(str(value), 40)}' is no time with its zone: write it like 2026-11-23T10:00:00Z")
    return moment
