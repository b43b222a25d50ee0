from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from bot.desk import Market
from bot.domain.model import Order, OrderUnit, Return, Ticket
from bot.drafting import render_fetched, render_sample_text, render_text, surroundings
from bot.marketplace import MarketError
from bot.settings import read_settings
from tests.domain.builders import NOW, a_return, a_ticket

from .folders import a_folder, a_full_order, a_full_ticket, a_unit, late, write

YAML = """\
title: Full
inputs:
  day:
    label: New day
    type: date
  code:
    label: Tracking number
    default: return.code
  way:
    label: Way
    type: choice
    choices: {refund: Refund, keep: Keep}
"""
TEXT = (
    "{{ buyer.name }}, {{ order.total }}, {{ inputs.day }}, {{ inputs.code }}, "
    "{% if inputs.way == 'keep' %}behalten{% else %}zurück{% endif %}, {{ agent.name }}"
)


@dataclass
class Shelf:
    """A market with a few things to fetch; what is not there is refused as gone."""

    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    units: Mapping[int, OrderUnit] = field(default_factory=dict)
    returns: Mapping[int, Return] = field(default_factory=dict)
    down: bool = False

    async def fetch_ticket(self, id: str) -> Ticket:
        return self._take(self.tickets, id)

    async def fetch_order(self, id: str) -> Order:
        return self._take(self.orders, id)

    async def fetch_order_unit(self, id: int) -> OrderUnit:
        return self._take(self.units, id)

    async def fetch_return(self, id: int) -> Return:
        return self._take(self.returns, id)

    def _take(self, shelf: Mapping[Any, Any], id: Any) -> Any:
        if self.down or id not in shelf:
            raise MarketError("It is out." if self.down else "It is not there.", status=None if self.down else 404)
        return shelf[id]


def a_full_shelf(**changes: Any) -> Shelf:
    ticket = a_full_ticket()
    given: dict[str, Any] = {
        "tickets": {ticket.id: ticket},
        "orders": {"MB7UWLD": a_full_order()},
        "units": {1: a_unit(id=1, return_id=7)},
        "returns": {7: a_return(tracking_code="JD01")},
        **changes,
    }
    return Shelf(**given)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_folder(tmp_path, full={"yaml": YAML, "de_DE": TEXT}, late=late())


async def shown(
    folder: Path,
    name: str = "full",
    locale: str | None = "de",
    ticket: str = "00112345678",
    given: Any = (),
    **shelves: Shelf,
) -> tuple[str, int]:
    markets = {account: cast(Market, shelf) for account, shelf in shelves.items()}
    return await render_fetched(markets, folder, name, locale, ticket, dict(given), now=lambda: NOW)


async def test_a_real_ticket_is_answered_with_all_that_surrounds_it(folder: Path) -> None:
    text = "Eva Adler, 149,70\u00a0€, ‹New day›, JD01, zurück, ‹agent›"

    assert await shown(folder, main=a_full_shelf()) == (text, 0)
    assert await shown(folder, locale=None, main=Shelf(), other=a_full_shelf()) == (text, 0)


async def test_inputs_are_given_as_agents_write_them(folder: Path) -> None:
    given = {"day": "2026-12-04", "code": "0034", "way": "keep"}

    assert await shown(folder, given=given, main=a_full_shelf()) == (
        "Eva Adler, 149,70\u00a0€, 4. Dezember 2026, 0034, behalten, ‹agent›",
        0,
    )


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, (True, True)),
        ({"returns": {}}, (True, False)),
        ({"orders": {}}, (False, True)),
        ({"units": {}}, (True, False)),
        ({"down": True}, (False, False)),
    ],
)
async def test_what_the_marketplace_does_not_tell_is_left_out(
    changes: dict[str, Any], known: tuple[bool, bool]
) -> None:
    order, item = await surroundings(cast(Market, a_full_shelf(**changes)), a_full_ticket())

    assert (order is not None, item is not None) == known


async def test_a_ticket_without_order_units_has_no_surroundings() -> None:
    assert await surroundings(cast(Market, a_full_shelf()), a_ticket()) == (None, None)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"name": "ful"}, "There is no reply template 'ful' (did you mean 'full'?)."),
        ({"name": "xyz"}, "There is no reply template 'xyz' (there is full, late)."),
        ({"locale": "en"}, "'en' is no language I know: write a storefront like de"),
        ({"locale": "fr"}, "'Full' is not written in fr-FR."),
        ({"ticket": "../1"}, "'../1' is no ticket: write its number like 00112345678."),
        ({"ticket": "00199999999"}, "The marketplace knows no ticket 00199999999."),
        ({"given": {"dya": "x"}}, "'full' asks for no 'dya' (did you mean 'day'?)."),
        (
            {"given": {"day": "x", "way": "y"}},
            "day: This is no date: write it like 2026-12-04.\nway: Choose one of the list.",
        ),
    ],
)
async def test_what_cannot_be_shown_is_said(folder: Path, asked: dict[str, Any], told: str) -> None:
    text, code = await shown(folder, main=a_full_shelf(), **asked)

    assert code == 1
    assert text.startswith(told)


async def test_a_marketplace_that_is_out_is_not_one_that_knows_no_ticket(folder: Path) -> None:
    assert await shown(folder, main=Shelf(), other=Shelf(down=True)) == ("other: It is out.", 1)


async def test_a_placeholder_that_is_missing_is_said_with_its_reason(folder: Path) -> None:
    text, code = await shown(folder, main=a_full_shelf(orders={}))

    assert (text, code) == (
        "order.total is missing: the order could not be fetched, or its prices are of different currencies.",
        1,
    )


async def test_a_storefront_without_a_language_asks_for_one(folder: Path) -> None:
    ticket = a_full_ticket(storefront=None)

    text, code = await shown(folder, locale=None, main=Shelf({ticket.id: ticket}))

    assert code == 1
    assert "write --locale de" in text


async def test_a_template_that_is_wrong_tells_its_problems(folder: Path) -> None:
    write(folder, "late", de_DE="{{ order.totla }}")

    text, code = await shown(folder, "late", main=a_full_shelf())

    assert code == 1
    assert text.startswith(f"{folder}/replies/late/de-DE.j2:1:4: there is no order.totla")


def test_without_a_ticket_a_made_up_one_is_answered(folder: Path) -> None:
    text, code = render_sample_text(folder, "full", "at", {"day": "2027-01-04"})

    assert code == 0
    assert text.startswith("Eva Maria Muster, €\u00a02.648,90, 4. Jänner 2027, 00340434161094015903, zurück")
    assert render_sample_text(folder, "full", "english") == (
        "'english' is no language I know: write a storefront like de, or one of de-DE, de-AT, cs-CZ, sk-SK, pl-PL, "
        "fr-FR, it-IT, es-ES, nl-NL.",
        1,
    )


async def test_the_command_line_asks_the_marketplace_of_the_settings(folder: Path) -> None:
    settings = read_settings(
        {
            "SLACK_BOT_TOKEN": "xoxb-1234567890-abcdef",
            "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
            "MARKET_CLIENT_KEY": "0123456789abcdef",
            "MARKET_SECRET_KEY": "0123456789abcdef0123456789abcdef",
            "MARKET_API_URL": "http://127.0.0.1:9/v2",
            "TEMPLATES_DIR": str(folder),
        }
    )

    text, code = await render_text(settings, "full", "de", "00112345678")

    assert code == 1
    assert text.startswith("main: ")
