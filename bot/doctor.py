"""`kontor doctor`: asks everything Kontor depends on whether it is well, one line each, and says what to do."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import Channels
from bot.clocks import ClockFile
from bot.commandline import markets_of
from bot.connections import slack_client
from bot.desk import Market
from bot.domain.ladder import CLAIMER
from bot.domain.targets import ClockBook
from bot.domain.words import one_line
from bot.manifest import SCOPES
from bot.marketplace import MarketError
from bot.replies import ReplyTemplates
from bot.rules import FileProblems, RuleFile, unfit_templates, unknown_accounts
from bot.scaling import open_hall
from bot.settings import Account, Settings
from bot.slackwire import CHANNEL_WORDS, SlackTrouble, trouble
from bot.store.database import NotebookError, open_notebook
from bot.subscriptions import EVENTS, steps

SKEW_SECONDS = 60.0


@dataclass(frozen=True)
class Finding:
    """One line of the doctor. `good` is None for what is worth knowing and nothing to be mended."""

    what: str
    good: bool | None
    words: str

    def __str__(self) -> str:
        sign = {True: "ok   ", False: "FAIL ", None: "note "}[self.good]
        return f"{sign}{self.what}: {one_line(self.words, 400)}"


async def examine(settings: Settings, say: Callable[[str], None]) -> int:
    """Say every finding as it comes. Exit code 1 when one of them must be mended."""
    code = 0
    async for finding in findings(settings):
        say(str(finding))
        code = 1 if finding.good is False else code
    return code


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    yield Finding("settings", True, f"{len(settings.accounts)} account(s), lanes {settings.lanes}")
    yield await _database(settings)
    if settings.lanes == "postgres":
        yield await _lanes(settings)
    rules, finding = _rules(settings)
    yield finding
    clocks, finding = _clocks(settings)
    yield finding
    yield _templates(settings)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10), trust_env=False) as session:
        slack = slack_client(settings, session)
        async for finding in _slack(slack, settings):
            yield finding
        if rules:
            async for finding in _channels(slack, rules, clocks):
                yield finding
            async for finding in _groups(slack, rules, clocks):
                yield finding
    async with markets_of(settings) as markets:
        for account in settings.accounts:
            async for finding in _marketplace(markets[account.name], account, settings, rules):
                yield finding


async def _database(settings: Settings) -> Finding:
    try:
        notebook = await open_notebook(settings.database_url, settings.data_dir, writer=False)
    except NotebookError as error:
        return Finding("database", False, str(error))
    await notebook.close()
    return Finding("database", True, "opens, and its tables are of this version")


async def _lanes(settings: Settings) -> Finding:
    try:
        hall = await open_hall(settings)
    except NotebookError as error:
        return Finding("lanes", False, str(error))
    await hall.close()
    return Finding("lanes", True, "on PostgreSQL, for any number of `kontor web` and `kontor work`")


def _rules(settings: Settings) -> tuple[RuleFile | None, Finding]:
    path = settings.rules_dir / "routing.yaml"
    try:
        rules = RuleFile(path)
    except FileProblems as error:
        return None, Finding("rules", False, str(error))
    if unfit := unfit_templates(rules.book, path, settings.templates_dir):
        return rules, Finding("rules", False, "; ".join(map(str, unfit)))
    if unknown := unknown_accounts(rules.book, path, [account.name for account in settings.accounts]):
        return rules, Finding("rules", False, "; ".join(map(str, unknown)))
    return rules, Finding("rules", True, f"{len(rules.book.rules)} rules in {path}")


def _templates(settings: Settings) -> Finding:
    templates = ReplyTemplates(settings.templates_dir)
    if problems := templates.problems:
        return Finding("reply templates", False, "; ".join(map(str, problems)))
    return Finding("reply templates", True, f"{len(templates.ranked)} in {settings.templates_dir}")


def _clocks(settings: Settings) -> tuple[ClockBook, Finding]:
    path = settings.rules_dir / "clocks.yaml"
    try:
        clocks = ClockFile(path).value
    except FileProblems as error:
        return ClockBook(), Finding("clocks", False, str(error))
    if not path.exists():
        return clocks, Finding("clocks", None, f"there is no {path}: nobody is told when time runs out")
    return clocks, Finding("clocks", True, f"{len(clocks.targets)} targets and {len(clocks.ladders)} ladders in {path}")


async def _slack(slack: AsyncWebClient, settings: Settings) -> AsyncIterator[Finding]:
    asked_at = time.time()
    try:
        answer = await slack.auth_test()
    except Exception as error:
        hint = "Check SLACK_BOT_TOKEN (OAuth & Permissions of your Slack app) and SLACK_API_URL."
        yield Finding("slack token", False, f"{trouble(error)}. {hint}")
        return
    yield Finding("slack token", True, f"{answer.get('user')} in {answer.get('team')}")
    pinned = settings.slack_team_id
    if pinned and answer.get("team_id") != pinned:
        yield Finding("slack team", False, f"the token belongs to {answer.get('team_id')}, SLACK_TEAM_ID is {pinned}")
    given = str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "")
    if given:
        missing = sorted(set(SCOPES) - set(given.split(",")))
        words = f"missing {', '.join(missing)}: paste the manifest of `kontor manifest` again" if missing else "all"
        yield Finding("slack scopes", not missing, words)
    if skew := _skew(str(answer.headers.get("Date", "")), asked_at):
        yield Finding("clock against Slack", False, skew)


async def _channels(slack: AsyncWebClient, rules: RuleFile, clocks: ClockBook) -> AsyncIterator[Finding]:
    channels = Channels(slack)
    steps = [step for ladder in clocks.ladders.values() for step in ladder]
    for name in sorted({rules.book.fallback, *rules.book.channels, *(step.channel for step in steps if step.channel)}):
        try:
            id = await channels.id(name)
            answer = await slack.conversations_info(channel=id)
        except Exception as error:
            slack_error = error if isinstance(error, SlackTrouble) else trouble(error)
            yield Finding(f"channel {name}", False, CHANNEL_WORDS.get(slack_error.code, str(slack_error)))
            continue
        found = answer.get("channel") or {}
        if found.get("is_archived"):
            yield Finding(f"channel {name}", False, "it is archived: un-archive it or change rules/routing.yaml")
        elif not found.get("is_member"):
            yield Finding(f"channel {name}", False, "I am not a member: type `/invite @kontor` there")
        elif found.get("is_ext_shared"):
            yield Finding(f"channel {name}", None, "it is shared with another organisation: its people read the cards")
        else:
            yield Finding(f"channel {name}", True, "open to me")


async def _groups(slack: AsyncWebClient, rules: RuleFile, clocks: ClockBook) -> AsyncIterator[Finding]:
    """User groups nobody has made: whoever they should call is not called."""
    channels = Channels(slack)
    named = {rule.mention for rule in rules.book.rules if rule.mention}
    named |= {whom for ladder in clocks.ladders.values() for step in ladder for whom in step.mention}
    for group in sorted(named - {CLAIMER}):
        if await channels.mention(group) is None:
            yield Finding(f"user group {group}", None, "there is none in Slack: nobody is told where rules name it")


async def _marketplace(
    seller: Market, account: Account, settings: Settings, rules: RuleFile | None
) -> AsyncIterator[Finding]:
    name = f"marketplace {account.name}"
    try:
        await seller.ping()
        there = await seller.storefronts()
    except MarketError as error:
        yield Finding(name, False, f"{error} Check MARKET_CLIENT_KEY, MARKET_SECRET_KEY and this machine's clock.")
        return
    if seller.clock_trouble:
        yield Finding(f"clock against {name}", False, seller.clock_trouble)
    unknown = sorted(set(account.storefronts) - {code.lower() for code in there})
    words = f"the seller has no {', '.join(unknown)}; it has {', '.join(there)}" if unknown else "takes our keys"
    yield Finding(name, not unknown, words)
    url, email = settings.callback_url(account.name), settings.market_fallback_email
    if not url or not email:
        yield Finding(f"pushes {account.name}", None, "PUBLIC_URL or MARKET_FALLBACK_EMAIL unset: polling only")
        return
    try:
        existing = [item async for item in seller.list_subscriptions()]
    except MarketError as error:
        yield Finding(f"pushes {account.name}", False, str(error))
        return
    # Nobody knows what wrong rules need: then what is there counts as needed.
    unit_events = rules.book.unit_events if rules else tuple({item.event for item in existing} - set(EVENTS))
    plan = steps(
        existing, storefronts=account.storefronts, callback_url=url, fallback_email=email, unit_events=unit_events
    )
    words = f"{len(plan)} to mend, first: {plan[0].what}. Run `kontor subscriptions sync`" if plan else "all active"
    yield Finding(f"pushes {account.name}", not plan, words)


def _skew(date: str, asked_at: float) -> str | None:
    """What to say when this machine's clock and the answer's `Date` header are more than a minute apart."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    apart = (datetime.fromtimestamp(asked_at, UTC) - theirs).total_seconds()
    if abs(apart) <= SKEW_SECONDS:
        return None
    return (
        f"this machine's clock is {abs(apart):.0f} s {'ahead' if apart > 0 else 'behind'}: signatures will be refused"
    )
