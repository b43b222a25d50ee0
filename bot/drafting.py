"""What a reply to a ticket can say, gathered from the marketplace, and what a template makes of it.

`kontor templates render` shows to people what the buyer of a real ticket would read; nothing is ever sent from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.desk import Market
from bot.domain.currency import currency_of
from bot.domain.locales import LOCALES, locale_named, locale_of, storefront_of
from bot.domain.model import Ticket
from bot.domain.nearest import did_you_mean
from bot.domain.reply import ReplyTemplate, prefilled, read_inputs
from bot.domain.words import one_line
from bot.marketplace import MarketError
from bot.replies import CannotRender, ReplyTemplates
from bot.replycontext import Context, filled_in, reply_context
from bot.replysamples import stand_in
from bot.settings import Settings
from bot.surroundings import surroundings

NO_INPUTS: Mapping[str, str] = {}
SOMEBODY = "‹agent›"


class NotShown(Exception):
    """Why there is no text to show, in words for the command line."""


def render_sample_text(
    templates: Path, name: str, locale: str, given: Mapping[str, str] = NO_INPUTS
) -> tuple[str, int]:
    """A template filled in for a made-up ticket of the storefront of `locale` (de, cs, de-AT), and an exit code."""
    book = ReplyTemplates(templates)
    try:
        template, tag = _template(book, name), _locale(locale)
        return _shown(book, template, tag, storefront_of(tag), book.house.sample(tag), given), 0
    except NotShown as error:
        return str(error), 1


async def render_text(
    settings: Settings, name: str, locale: str | None, ticket_id: str, given: Mapping[str, str] = NO_INPUTS
) -> tuple[str, int]:
    """A template filled in for a ticket as the marketplace has it now, and an exit code.

    Without `locale` it is that of the ticket's storefront. `given` are inputs as agents write them; where one is left
    out its label stands.
    """
    from bot.commandline import markets_of

    async with markets_of(settings) as markets:
        return await render_fetched(markets, settings.templates_dir, name, locale, ticket_id, given)


async def render_fetched(
    markets: Mapping[str, Market],
    templates: Path,
    name: str,
    locale: str | None,
    ticket_id: str,
    given: Mapping[str, str] = NO_INPUTS,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[str, int]:
    """As `render_text`, with the markets to ask handed in."""
    book = ReplyTemplates(templates)
    try:
        template = _template(book, name)
        tag = _locale(locale) if locale else None
        account, ticket = await _fetched(markets, ticket_id)
        tag = tag or locale_of(ticket.storefront)
        if tag is None:
            raise NotShown("The ticket names no storefront whose language I know: write --locale de.")
        order, item = await surroundings(markets[account], ticket)
        shop = book.shop(account)
        context = reply_context(ticket, order, locale=tag, agent=SOMEBODY, shop=shop, now=now(), inputs={}, item=item)
        return _shown(book, template, tag, ticket.storefront, context, given), 0
    except NotShown as error:
        return str(error), 1


def _template(book: ReplyTemplates, name: str) -> ReplyTemplate:
    if template := book.find(name):
        return template
    marked = [str(problem) for problem in book.problems if Path(problem.file).parent.name == name]
    known = did_you_mean(name, book.written) or f" (there is {', '.join(sorted(book.written)) or 'none'})"
    raise NotShown("\n".join(marked) or f"There is no reply template '{one_line(name, 60)}'{known}.")


def _locale(word: str) -> str:
    tag = locale_named(word)
    if tag is None:
        known = ", ".join(LOCALES.values())
        raise NotShown(f"'{one_line(word, 40)}' is no language I know: write a storefront like de, or one of {known}.")
    return tag


async def _fetched(markets: Mapping[str, Market], ticket_id: str) -> tuple[str, Ticket]:
    if not re.fullmatch(r"\d{3,20}", ticket_id, re.ASCII):
        raise NotShown(f"'{one_line(ticket_id, 40)}' is no ticket: write its number like 00112345678.")
    said = [f"The marketplace knows no ticket {ticket_id}."]
    for account, market in markets.items():
        try:
            return account, await market.fetch_ticket(ticket_id)
        except MarketError as error:
            if not error.gone:
                said.append(f"{account}: {one_line(str(error), 300)}")
    raise NotShown("\n".join(said[1:] or said))


def _shown(
    book: ReplyTemplates,
    template: ReplyTemplate,
    locale: str,
    storefront: str | None,
    context: Context,
    given: Mapping[str, str],
) -> str:
    names = [wanted.name for wanted in template.inputs]
    for name in given:
        if name not in names:
            near = did_you_mean(name, names) or f" (there is {', '.join(names) or 'none'})"
            raise NotShown(f"'{template.name}' asks for no '{one_line(name, 60)}'{near}.")
    values, errors = read_inputs(template.inputs, given, currency_of(storefront or ""))
    if wrong := [f"{name}: {sentence}" for name, sentence in errors.items() if name in given]:
        raise NotShown("\n".join(wrong))
    inputs = {wanted.name: stand_in(wanted) for wanted in template.inputs if wanted.name not in given}
    inputs |= {name: value for name, value in prefilled(template.inputs, context).items() if name not in given}
    inputs |= filled_in(values, locale)
    try:
        return book.render(template.name, locale, {**context, "inputs": inputs})
    except CannotRender as error:
        raise NotShown(error.sentence) from None
