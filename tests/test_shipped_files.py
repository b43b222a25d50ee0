"""The files we ship are checked like those of the people who will edit them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cards import names
from bot.clocks import ClockFile
from bot.domain import codes
from bot.domain.clocks import calendar_of
from bot.domain.facts import Facts
from bot.domain.model import Money
from bot.domain.routing import Priority, route
from bot.rules import RuleFile
from bot.schemas import MODELS, schema_text

ROOT = Path(__file__).parent.parent
ROUTING = ROOT / "rules" / "routing.yaml"
CLOCKS = ROOT / "rules" / "clocks.yaml"
TICKET = Facts(
    kind="ticket",
    account="main",
    now=datetime(2026, 11, 23, 10, tzinfo=UTC),
    storefront="de",
    topic="delivery_delayed",
    status=("opened",),
    fulfillment="fulfilled_by_merchant",
)
RETURN = replace(TICKET, kind="return", topic=None, status=("return_arrived",))


@pytest.mark.parametrize(
    ("facts", "channel", "priority"),
    [
        (TICKET, "#support", Priority.NORMAL),
        (replace(TICKET, topic="fraud"), "#support", Priority.URGENT),
        (replace(TICKET, storefront="cz", text="Obrátím se na pravníka"), "#support", Priority.URGENT),
        (replace(TICKET, storefront="sk"), "#support", Priority.NORMAL),
        (replace(TICKET, fulfillment="fulfilled_by_kaufland", topic="fraud"), "#support", Priority.LOW),
        (RETURN, "#returns", Priority.NORMAL),
        (replace(RETURN, amount=Money(20_000, "EUR")), "#returns", Priority.URGENT),
        (replace(RETURN, amount=Money(20_000, "CZK")), "#returns", Priority.NORMAL),
        (replace(TICKET, kind="something newer", topic=None), "#support", Priority.NORMAL),
    ],
)
def test_the_shipped_rules_send_things_where_a_new_team_expects_them(
    facts: Facts, channel: str, priority: Priority
) -> None:
    taken = route(RuleFile(ROUTING).book.rules, facts)

    assert (taken.channel, taken.priority, taken.mention, taken.shown) == (channel, priority, None, True)


def test_the_shipped_rules_show_no_new_orders_and_tell_trouble_in_a_channel_of_its_own() -> None:
    book = RuleFile(ROUTING).book

    assert not book.shows("order")
    assert not route(book.rules, replace(TICKET, kind="order")).shown
    assert book.fallback == "#kontor-ops"
    assert set(book.channels) == {"#support", "#returns", "#orders"}


def test_the_shipped_clocks_are_stricter_than_the_marketplace_and_climb_to_the_end() -> None:
    book = ClockFile(CLOCKS).value

    assert book.office is not None
    assert book.quiet is not None
    assert book.digest is not None
    assert [book.target(facts).seconds // 3600 for facts in (TICKET, replace(TICKET, topic="fraud"))] == [4, 1]  # type: ignore[union-attr]
    assert set(book.ladders) == {"own", "first_answer", "return"}
    assert all(ladder[-1].name == "overdue" for ladder in book.ladders.values())


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_schemas_for_editors_are_those_of_the_models(name: str) -> None:
    assert (ROOT / "schemas" / name).read_text("utf-8") == schema_text(MODELS[name]), "run `make schema` and commit it"


@pytest.mark.parametrize("path", [ROUTING, CLOCKS], ids=lambda path: path.name)
def test_the_rules_name_their_schema_in_the_first_line(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]

    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    assert (ROUTING.parent / found[1]).is_file()


def test_the_schema_allows_every_key_the_loader_does_and_no_others() -> None:
    schema: dict[str, Any] = json.loads((ROOT / "schemas" / "rules.schema.json").read_text("utf-8"))

    assert set(schema["properties"]) == {"fallback", "rules"}
    assert schema["additionalProperties"] is False
    assert set(schema["$defs"]["When"]["properties"]) == {
        *("kind", "storefront", "account", "topic", "open_reason", "reason", "status", "fulfillment"),
        *("amount", "age", "text", "business_hours", "all", "any", "not"),
    }
    assert set(schema["$defs"]["RuleSection"]["required"]) == {"name", "channel"}
    assert '"null"' not in json.dumps(schema)


def test_each_known_storefront_has_a_working_calendar() -> None:
    assert [code for code in codes.STOREFRONTS if not calendar_of(code).known] == []


@pytest.mark.parametrize(
    ("named", "known"),
    [
        (names.COUNTRIES, codes.STOREFRONTS),
        (names.TOPICS, codes.TOPICS),
        (names.OPEN_REASONS, codes.OPEN_REASONS),
        (names.RETURN_REASONS, codes.RETURN_REASONS),
        (names.TICKET_STATES, codes.STATUSES["ticket"]),
        (names.RETURN_STATES, codes.STATUSES["return"]),
        (names.RETURN_UNIT_STATES, codes.STATUSES["return"]),
        (names.ORDER_UNIT_STATES, codes.STATUSES["order"]),
    ],
)
def test_what_cards_have_a_name_for_rules_know(named: dict[str, str], known: tuple[str, ...]) -> None:
    assert set(named) <= set(known)
