from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.desk import Market
from bot.domain.model import Money, Order, Return, Ticket
from bot.explaining import explain_fetched, explain_file, explain_subject
from bot.marketplace import MarketError
from bot.settings import read_settings
from tests.domain.builders import NOW, a_message, a_return, a_return_unit, a_ticket, an_order, an_order_unit

RULES = """\
fallback: "#ops"
rules:
  - name: Dear returns
    when: {kind: return, amount: {at_least: 200 EUR}}
    channel: "#returns"
    mention: "@returns-leads"
    priority: urgent
  - name: Orders
    when: {kind: order}
    channel: "#orders"
  - name: Rest
    channel: "#support"
"""


@dataclass
class Shelf:
    """The part of a marketplace that explaining asks: things by number, or a refusal of everything."""

    things: Mapping[str, Any] = field(default_factory=dict)
    refuses: MarketError | None = None

    async def fetch_ticket(self, id: str) -> Ticket:
        return cast(Ticket, self._find(f"ticket:{id}"))

    async def fetch_return(self, id: int) -> Return:
        return cast(Return, self._find(f"return:{id}"))

    async def fetch_order(self, id: str) -> Order:
        return cast(Order, self._find(f"order:{id}"))

    def _find(self, key: str) -> Any:
        if self.refuses:
            raise self.refuses
        if key not in self.things:
            raise MarketError("The marketplace does not know it.", status=404)
        return self.things[key]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "routing.yaml"
    path.write_text(RULES)
    return path


def described(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(text, "utf-8")
    return path


async def asked(rules: Path, subject: str, **shelves: Shelf) -> tuple[str, int]:
    markets = {name: cast(Market, shelf) for name, shelf in shelves.items()}
    return await explain_fetched(markets, rules, subject, now=lambda: NOW)


def test_facts_in_a_file_are_explained_rule_by_rule(tmp_path: Path, rules: Path) -> None:
    facts = described(tmp_path, '{"kind": "return", "storefront": "DE", "amount": "249.00 EUR", "topic": null}')

    text, code = explain_file(rules, facts, now=lambda: NOW)

    assert code == 0
    assert text.splitlines() == [
        f"{facts}: a return",
        "",
        "YES  Dear returns (line 3): kind is return; amount is 249.00 EUR, at least 200.00 EUR",
        "",
        "channel   #returns",
        "mention   @returns-leads",
        "priority  urgent",
    ]


def test_each_earlier_rule_says_why_not(tmp_path: Path, rules: Path) -> None:
    facts = described(tmp_path, '{"kind": "return", "amount": "4990 CZK"}')

    text, _ = explain_file(rules, facts)

    assert text.splitlines()[2:5] == [
        "no   Dear returns (line 3): amount is 4990.00 CZK, which is not compared with EUR",
        "no   Orders (line 8): kind is return, not order",
        "YES  Rest (line 11): it matches everything",
    ]


def test_an_order_no_rule_shows_is_said_to_get_no_card(tmp_path: Path, rules: Path) -> None:
    text, _ = explain_file(rules, described(tmp_path, '{"kind": "order"}'))

    assert text.endswith("card      none: new orders get one only where a rule says order_new: on")


def test_facts_may_be_those_of_another_time(tmp_path: Path) -> None:
    rules = tmp_path / "routing.yaml"
    hours = "{zone: Europe/Berlin, from: 08:00, to: 17:00}"
    rules.write_text(RULES.replace("{kind: return, amount: {at_least: 200 EUR}}", f"{{business_hours: {hours}}}"))

    for now, channel in [("2026-11-23T09:00:00Z", "#returns"), ("2026-11-22T10:00:00+01:00", "#support")]:
        text, _ = explain_file(rules, described(tmp_path, json.dumps({"kind": "ticket", "now": now})))
        assert f"channel   {channel}" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"kind": "retrun"}', "1:2: 'retrun' is not one of ticket, return, order, unit (did you mean 'return'?)"),
        ('{"kind": "return",\n "amount": "250"}', "2:2: '250' has no currency"),
        ('{"kind": "return",\n "storefrnt": "de"}', "2:2: unknown key 'storefrnt' (did you mean 'storefront'?)"),
        ('{"kind": "return", "now": "tomorrow"}', "1:20: 'tomorrow' is no time with its zone"),
        ('{"kind": "return", "now": "2026-11-23T10:00:00"}', "is no time with its zone"),
        ('{"storefront": "de"}', "1:1: 'kind' is missing"),
        ("[]", "1:1: the file must be a mapping"),
        ('{"kind": }', "1:10: this is no JSON"),
        ("[" * 100_000, "1:1: this is no JSON"),
        ('{"kind": "ticket", "text": ' + "9" * 5000 + "}", "1:1: this is no JSON"),
    ],
)
def test_a_file_of_facts_that_is_wrong_is_told(tmp_path: Path, rules: Path, text: str, told: str) -> None:
    facts = described(tmp_path, text)

    said, code = explain_file(rules, facts)

    assert code == 1
    assert f"{facts}:{told}" in said or told in said


def test_wrong_rules_and_missing_files_are_told_instead(tmp_path: Path, rules: Path) -> None:
    assert explain_file(rules, tmp_path / "none.json") == (f"{tmp_path}/none.json:1:1: there is no such file", 1)
    rules.write_text("rules: []")
    assert "'fallback' is missing" in explain_file(rules, described(tmp_path, '{"kind": "order"}'))[0]


def test_a_buyers_words_with_odd_characters_are_facts_too(tmp_path: Path) -> None:
    rules = tmp_path / "routing.yaml"
    rules.write_text(RULES.replace("{kind: return, amount: {at_least: 200 EUR}}", "{text: {contains_any: [anwalt]}}"))

    text, code = explain_file(
        rules, described(tmp_path, json.dumps({"kind": "ticket", "text": "\ud83d\ude00 An\u200bwält!"}))
    )

    assert code == 0
    assert "YES  Dear returns (line 3): text contains 'anwalt'" in text
    assert "😀" not in text


async def test_subjects_are_explained_as_the_marketplace_has_them(rules: Path) -> None:
    units = (a_return_unit(order_unit=an_order_unit(price=Money(25_000, "EUR"))),)
    shelf = Shelf(
        {
            "ticket:00112345678": a_ticket(messages=(a_message("Hello"),)),
            "return:7": a_return(units=units),
            "order:MB7UWLD": an_order(units=(an_order_unit(),)),
        }
    )

    for subject, channel in [
        ("ticket:00112345678", "#support"),
        ("return:7", "#returns"),
        ("return:main:7", "#returns"),
        ("order:MB7UWLD", "#orders"),
    ]:
        text, code = await asked(rules, subject, main=shelf)
        assert code == 0
        assert f"channel   {channel}" in text


async def test_accounts_are_asked_in_their_order_until_one_knows_it(rules: Path) -> None:
    text, code = await asked(rules, "return:7", acme=Shelf(), globex=Shelf({"return:7": a_return()}))

    assert code == 0
    assert text.startswith("return 7 of globex\n")


async def test_an_account_that_is_named_is_the_only_one_asked(rules: Path) -> None:
    both = Shelf({"return:7": a_return()})

    text, _ = await asked(rules, "return:globex:7", acme=both, globex=both)
    assert text.startswith("return 7 of globex\n")

    text, code = await asked(rules, "return:globex:7", acme=both, globex=Shelf())
    assert (text, code) == ("The marketplace knows no return 7.", 1)


async def test_what_nobody_knows_is_said_and_so_is_an_account_that_does_not_answer(rules: Path) -> None:
    silent = Shelf(refuses=MarketError("The marketplace did not answer.", systemic=True))

    assert await asked(rules, "return:7", acme=Shelf()) == ("The marketplace knows no return 7.", 1)
    assert await asked(rules, "return:7", acme=Shelf(), globex=silent) == ("globex: The marketplace did not answer.", 1)


@pytest.mark.parametrize(
    "subject", ["ticket:", "ticket:abc", "return:1x", "order:a/b", "parcel:7", "ticket:main:x:1", "return:٣", ":", "x"]
)
async def test_what_is_no_subject_is_told_how_to_write_one(rules: Path, subject: str) -> None:
    text, code = await asked(rules, subject, main=Shelf())

    assert code == 2
    assert "write ticket:00112345678" in text


async def test_an_account_that_does_not_exist_is_told_with_those_that_do(rules: Path) -> None:
    assert await asked(rules, "return:acm:7", acme=Shelf()) == ("There is no account 'acm'; there is acme.", 2)


async def test_the_command_asks_the_marketplace_of_the_settings(rules: Path) -> None:
    keys = {"MARKET_CLIENT_KEY": "k" * 32, "MARKET_SECRET_KEY": "s" * 64, "MARKET_API_URL": "http://127.0.0.1:9/v2"}
    slack = {"SLACK_BOT_TOKEN": "xoxb-1234567890", "SLACK_SIGNING_SECRET": "f" * 32}

    text, code = await explain_subject(read_settings({**keys, **slack}), rules, "ticket:00112345678")

    assert code == 1
    assert text.startswith("main: ")


def test_without_a_time_facts_are_those_of_now(tmp_path: Path) -> None:
    rules = tmp_path / "routing.yaml"
    days = "{zone: UTC, days: mon-sun, from: 0:00, to: 24:00}"
    rules.write_text(RULES.replace("{kind: return, amount: {at_least: 200 EUR}}", f"{{business_hours: {days}}}"))

    text, _ = explain_file(rules, described(tmp_path, '{"kind": "ticket"}'))

    assert f"{datetime.now(UTC):%Y-%m-%d}" in text
