"""The card of a table: within what Slack takes, whatever stands in the table, and with words for every end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.cards.bulk import Told, bulk_card, give_modal, read_given
from bot.domain.bulkplan import BulkPlan, Planned
from bot.domain.bulkresult import MOVED, ORDER, REFUSED, Ended, Outcome
from bot.domain.feedplan import Problem

HOSTILE = "<!channel> *bold* &lt; `code` \u202e" + "x" * 240
ROW = Planned(
    2,
    7,
    "de",
    HOSTILE[:100],
    {"listing_price": 4999, "note": HOSTILE},
    {"listing_price": 5999, "note": HOSTILE[::-1], "amount": 3, "status": "ONHOLD", "handling_days": 2},
)
PLAN = BulkPlan(
    units=4000,
    same=3,
    fields={"listing_price": 4000, "note": 4000},
    storefronts={"de": 4000},
    percent=21,
    steepest=ROW,
    shown=(ROW,) * 10,
    kept=2,
    notes=(HOSTILE,) * 5,
)
TOLD = Told("bulk:main:0123456789ab", HOSTILE, "U0ANA00001", "/stock", PLAN)


def texts(blocks: Any) -> list[str]:
    """Every text of the blocks, as Slack is given it."""
    if isinstance(blocks, dict):
        found = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        return found + [text for value in blocks.values() for text in texts(value)]
    return [text for each in blocks for text in texts(each)] if isinstance(blocks, list) else []


@pytest.mark.parametrize(
    "told",
    [
        TOLD,
        replace(TOLD, plan=None),
        replace(TOLD, plan=None, problem=HOSTILE),
        replace(TOLD, plan=BulkPlan(problems=(Problem(3, HOSTILE, HOSTILE, HOSTILE),) * 30, wrong=30)),
        replace(TOLD, discarded=True),
        replace(TOLD, begun=True, parts=27, sent=4),
        replace(TOLD, begun=True, over=True, why=HOSTILE, ended=(Ended(ROW, Outcome(REFUSED, HOSTILE)),) * 200),
    ],
)
def test_whatever_stands_in_a_table_stays_text_and_within_limits(told: Told) -> None:
    card = bulk_card(told, ())

    said = texts(card.blocks)
    assert len(card.blocks) <= 50
    assert all(0 < len(text) <= 3000 for text in said)
    assert not [text for text in said if "<!channel>" in text]


@pytest.mark.parametrize("state", ORDER)
def test_every_end_has_words(state: str) -> None:
    card = bulk_card(replace(TOLD, begun=True, over=True, ended=(Ended(ROW, Outcome(state)),)), ())

    words = "changed by somebody else meanwhile, and not sent" if state == MOVED else state
    assert [text for text in texts(card.blocks) if text.endswith(f" 1 offer {words}")]


@pytest.mark.parametrize(
    ("plan", "labels"),
    [
        (PLAN, ["Change 4,000 offers", "Discard"]),
        (BulkPlan(same=3), []),
        (BulkPlan(trouble="It is empty."), []),
        (BulkPlan(problems=(Problem(2, "price", "x", "is no price"),), wrong=1), []),
    ],
)
def test_only_what_can_be_sent_is_offered(plan: BulkPlan, labels: list[str]) -> None:
    card = bulk_card(replace(TOLD, plan=plan), ())

    found = [each["text"]["text"] for block in card.blocks if block["type"] == "actions" for each in block["elements"]]
    assert found == labels


def test_a_window_without_a_file_says_so_beside_the_field() -> None:
    view = give_modal({"main": ("de",), "other": ("cz",)}, "m")

    assert "Czechia (other)" in texts(view["blocks"])
    assert read_given({"state": {"values": {}}}) == (
        None,
        {"file": "Choose the file.", "place": "Choose the storefront."},
    )
