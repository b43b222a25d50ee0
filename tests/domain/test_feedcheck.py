"""The check of a feed: what it finds, where it says it stands, and what it says the file would do."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import feedshapes, gtin
from bot.domain.feedcheck import Question
from bot.domain.feedkinds import KINDS, recognised, template
from bot.domain.feedplan import Problem, read_plan

from .feeds import EAN, checked, commands, ean, feed, live, offer, upsert, written


def test_a_good_feed_has_no_problems_and_may_be_published() -> None:
    plan, told = checked(feed(*(offer(number) for number in range(1, 400))))

    assert (plan.rows, plan.bad_rows, plan.fatal, told) == (399, 0, (), [])
    assert plan.publishable


@pytest.mark.parametrize("kind", KINDS)
def test_each_template_passes_its_own_check(kind: str) -> None:
    plan, told = checked(template(KINDS[kind]), kind, "de" if KINDS[kind].of_storefront else None)

    assert (plan.fatal, told) == ((), [])
    assert plan.publishable
    assert recognised(csv.reader(io.StringIO(template(KINDS[kind])), delimiter=";")) == KINDS[kind]


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"ean": "4,00638E+12"}, "ean", "rounded number by the spreadsheet"),
        ({"ean": "4006381333932"}, "ean", "check digit"),
        ({"condition": "brand new"}, "condition", "is no condition"),
        ({"price": "49,99"}, "price", "cents belong here"),
        ({"price": ""}, "price", "is empty"),
        ({"price_cs": "49,99"}, "price_cs", "only one of them"),
        ({"price": "", "price_cs": "49.99"}, "price_cs", "takes a comma"),
        ({"minimum_price": "5000"}, "minimum_price", "above the price"),
        ({"currency": "CZK"}, "currency", "currency of DE, which is EUR"),
        ({"id_offer": "x" * 41}, "id_offer", "40 are the most"),
        ({"comment": "x" * 251}, "comment", "250 are the most"),
        ({"count": "-1"}, "count", "is negative"),
        ({"handling_time": ""}, "handling_time", "is empty"),
        ({"handling_time": "101"}, "handling_time", "from 0 to 100"),
        ({"id_shipping_group": "12"}, "id_shipping_group", "is no shipping group of this storefront"),
        ({"id_warehouse": "9"}, "id_warehouse", "is no warehouse of yours"),
    ],
)
@pytest.mark.parametrize("quoted", [False, True])
def test_a_slip_in_one_line_is_told_with_its_line_and_spoils_no_other(
    changed: dict[str, str], column: str, words: str, quoted: bool
) -> None:
    rows = [offer(number) for number in range(1, 200)]
    rows[99] |= changed
    known = {"shipping_groups": frozenset({"11"}), "warehouses": frozenset({"5"})}

    plan, told = checked(feed(*rows, quoted=quoted), **known)

    assert [(problem.line, problem.column) for problem in told] == [(101, column)]
    assert words in told[0].what
    assert (plan.rows, plan.bad_rows) == (199, 1)
    assert plan.publishable


def test_lines_are_counted_as_an_editor_shows_them_also_after_fields_with_line_breaks() -> None:
    text = feed(
        offer(1, comment="two\nlines"), offer(2), offer(3, comment='a "quoted" word; and more'), offer(4, count="x")
    )

    _, told = checked(f"\n\n{text}")

    assert [(problem.line, problem.value) for problem in told] == [(8, "x")]


def test_blank_lines_are_passed_over_and_lines_of_another_length_are_told() -> None:
    lines = feed(offer(1), offer(2), offer(3)).splitlines()
    text = "\n".join([lines[0], lines[1], "", ";" * 12, f"{lines[2]};extra", lines[3], ";;"])

    plan, told = checked(text)

    assert [(problem.line, problem.what) for problem in told] == [
        (5, "stands in a line of the wrong length: it needs 13 fields")
    ]
    assert (plan.rows, plan.bad_rows) == (3, 1)


def test_an_offer_that_stands_there_twice_is_told_where_it_comes_again() -> None:
    rows = [offer(number) for number in range(1, 300)]
    plan, told = checked(feed(*rows, offer(300, id_offer="SKU-7"), offer(301, ean=ean(8), id_offer="")))

    assert [(problem.line, problem.value, problem.what) for problem in told] == [
        (301, "SKU-7", "stands in the file twice")
    ]
    assert plan.bad_rows == 1


def test_equal_problems_are_folded_with_the_first_and_last_line_and_how_many() -> None:
    rows = [offer(number, count="-1" if number % 10 == 0 else "5") for number in range(1, 101)]

    plan, told = checked(feed(*rows))

    (fold,) = plan.folds
    assert (fold.column, fold.count, fold.first, fold.last) == ("count", 10, 11, 101)
    assert fold.examples[0] == (11, "-1")
    assert len(told) == 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("ean\n4006381333931\n", "only one column"),
        ("ean,condition,price\n1,2,3\n", "separated by commas"),
        ("ean\tcondition\n1\t2\n", "separated by tabs"),
        ("sep=;\nean;condition\n", "order to Excel"),
        ("ean;condition;price;currency\n1;2;3;4\n", "The column handling_time is missing"),
        (
            "ean;condition;price;currency;handling_tme\n1;2;3;4;5\n",
            "handling_time is missing; is it the one called handling_tme?",
        ),
        ("ean;condition;currency;handling_time\n1;2;3;4\n", "The column price is missing"),
        ("ean;ean;condition;price;currency;handling_time\n1;2;3;4;5;6\n", "ean stands in the header twice"),
        ("ean;locale;title\n4006381333931;de-DE;x\n", "looks like product data"),
        ("MARK_UNIT_SENT;1;DHL;2\n", "looks like order commands"),
        ("ean;condition;price;currency;handling_time\n", "no row below the header"),
        ('ean;condition;price;currency;handling_time\n1;2;"3;4;5\n6;7;8;9;0\n', "never closed"),
        ('ean;condition;price;currency;handling_time\n1;"2"x;3;4;5\n', "Line 2: a quotation mark"),
    ],
)
def test_a_file_that_is_none_of_the_kind_is_refused_with_what_to_do(text: str, words: str) -> None:
    plan, _ = checked(text)

    assert len(plan.fatal) == 1
    assert words in plan.fatal[0]
    assert not plan.publishable


def test_an_open_quotation_mark_in_a_large_file_ends_the_check_with_its_place() -> None:
    rows = feed(*(offer(number) for number in range(1, 9000))).replace(";7;", ';"7;', 1)

    plan, _ = checked(rows, size=32_000)

    assert "never closed" in plan.fatal[0]


def test_an_unknown_column_is_a_warning_with_the_nearest_right_word() -> None:
    rows = [
        {name.replace("id_warehouse", "id_warehous"): value for name, value in offer(1).items()} | {"colour": "red"}
    ]

    plan, told = checked(feed(*rows))

    assert [(problem.column, problem.severity) for problem in told] == [
        ("id_warehous", "warning"),
        ("colour", "warning"),
    ]
    assert "did you mean 'id_warehouse'?" in told[0].what
    assert plan.bad_rows == 0
    assert plan.publishable


def test_a_comment_a_spreadsheet_would_execute_is_a_warning() -> None:
    plan, told = checked(feed(offer(1, comment="=HYPERLINK(1)"), offer(2, comment="a=b")))

    assert [(problem.line, problem.severity) for problem in told] == [(2, "warning")]
    assert plan.bad_rows == 0


# Commands


def test_commands_of_offers_are_checked_by_the_columns_their_places_stand_for() -> None:
    text = commands(
        upsert(offer(1)),
        ["DELETE", ean(2), "SKU-2"],
        ["DELETE", ean(3)],
        upsert(offer(4, price="12.50")),
        ["UPSERT", ean(5), "100"],
        ["UPSET", ean(6)],
        ["DELETE", ean(2), "SKU-2"],
    )

    plan, told = checked(text, "inventory-command")

    assert [
        (problem.line, problem.column, problem.severity) for problem in sorted(told, key=lambda each: each.line)
    ] == [
        (4, "price", "error"),
        (5, "line", "error"),
        (6, "command", "error"),
        (7, "id_offer", "warning"),
    ]
    assert "did you mean" in next(problem.what for problem in told if problem.line == 6)
    assert (plan.rows, plan.bad_rows, plan.effect.deletes) == (7, 3, 3)


def test_commands_of_orders_know_carriers_reasons_and_who_needs_no_tracking() -> None:
    text = commands(
        ["MARK_UNIT_SENT", "314567896580917", "DHL", "0034123456789"],
        ["MARK_UNIT_SENT", "314567896580918", "Other"],
        ["MARK_UNIT_SENT", "314567896580919", "DHL"],
        ["MARK_UNIT_SENT", "314567896580920", "DHLL", "1"],
        ["MARK_UNIT_CANCELLED", "314567896580921", "NoInventory"],
        ["MARK_UNIT_CANCELLED", "314567896580922", "no idea"],
        ["MARK_UNIT_SENT", "12a", "DHL", "1"],
        ["MARK_UNIT_SENT", "314567896580917", "DHL", "0034123456789"],
    )

    plan, told = checked(text, "order-command", None, carriers=frozenset({"DHL", "Other"}))

    assert sorted((problem.line, problem.column) for problem in told) == [
        *((3, "tracking_number"), (4, "carrier_code"), (6, "reason"), (7, "id_order_unit"), (8, "id_order_unit")),
    ]
    assert "did you mean DHL?" in next(problem.what for problem in told if problem.line == 4)
    assert (plan.effect.sent, plan.effect.cancelled, plan.bad_rows) == (2, 1, 5)


def test_the_first_command_says_at_once_when_the_file_is_another_kind() -> None:
    assert "did you mean MARK_UNIT_SENT?" in checked("MARK_UNIT_SEND;1;DHL;2\n", "order-command", None)[0].fatal[0]
    assert "looks like inventory commands" in checked("DELETE;4006381333931\n", "order-command", None)[0].fatal[0]


# Product data


def test_product_data_may_repeat_columns_and_has_any_attribute() -> None:
    header = ["ean", "locale", "title", "category", "picture", "picture", "colour"]
    rows = [
        [EAN, "de-DE", "Stift", "Stifte", "https://img.test/1.jpg", "https://img.test/2.jpg", "rot"],
        [EAN, "cs-CZ", "Pero", "Pera", "https://img.test/1.jpg", "img.test/2.jpg", ""],
        [EAN, "de-DE", "Stift", "Stifte", "", "", ""],
        [ean(5), "xx-XX", " ", "Stifte", "", "", ""],
    ]

    plan, told = checked(written([header, *rows]), "product-data", None)

    assert sorted((problem.line, problem.column, problem.value) for problem in told) == [
        *((3, "picture", "img.test/2.jpg"), (4, "ean", f"{EAN}, de-DE"), (5, "locale", "xx-XX"), (5, "title", " ")),
    ]
    assert plan.effect.products == 1


# What it would do


def test_a_feed_says_how_many_offers_of_the_live_inventory_it_leaves_out() -> None:
    inventory = live(*((f"SKU-{number}", 4999, 7) for number in range(1, 1001)))
    rows = [offer(number) for number in range(1, 601)]
    rows[0] |= {"price": "5000"}
    rows[1] |= {"price": "9999"}
    rows[2] |= {"count": "0"}
    rows[3] |= {"count": "bad"}
    rows += [offer(number) for number in range(2001, 2011)]

    effect = checked(feed(*rows), live=inventory)[0].effect

    assert (effect.live, effect.removed, effect.doubtful, effect.gone) == (1000, 400, 1, 401)
    assert (effect.new, effect.changed, effect.same) == (10, 3, 596)
    assert (effect.jumps, effect.jump_names, effect.steepest, effect.emptied) == (1, ("SKU-2: +101 %",), 101, 1)
    assert effect.removed_names[0] == "SKU-601"


def test_of_an_offer_that_stands_there_twice_the_dangerous_line_is_told() -> None:
    """The last one counts at the marketplace, so a harmless line before it hides nothing."""
    inventory = live(("SKU-1", 4999, 7), ("SKU-2", 4999, 7))
    rows = [upsert(each) for each in (offer(1), offer(2), offer(1, price="1"), offer(2, count="0"))]

    effect = checked(commands(*rows), "inventory-command", live=inventory)[0].effect

    assert (effect.jumps, effect.jump_names, effect.emptied, effect.weight) == (1, ("SKU-1: -100 %",), 1, 2)
    assert (effect.same, effect.changed, effect.new) == (2, 0, 0)


@pytest.mark.parametrize(
    ("row", "lowest", "jumps"),
    [
        ({"minimum_price": "1"}, {}, ("SKU-1: minimum price -100 %",)),
        ({"minimum_price": "4500"}, {}, ()),
        ({"minimum_price": "3000"}, {"SKU-1": 3000}, ()),
        ({"minimum_price": "3000"}, {"SKU-1": 2000}, ()),
        ({"minimum_price": "3000"}, {"SKU-1": 4000}, ("SKU-1: minimum price -25 %",)),
        ({"price": "", "price_cs": "49,99", "minimum_price_cs": "0,01"}, {}, ("SKU-1: minimum price -100 %",)),
    ],
)
def test_a_minimum_price_is_how_far_the_price_may_fall(
    row: dict[str, str], lowest: dict[str, int], jumps: tuple[str, ...]
) -> None:
    inventory = replace(live(("SKU-1", 4999, 7)), lowest=lowest)

    effect = checked(feed(offer(1, **row)), live=inventory)[0].effect

    assert (effect.jump_names, effect.jumps) == (jumps, len(jumps))


def test_an_offer_without_a_number_of_its_own_is_known_by_ean_and_condition() -> None:
    inventory = live(
        ("SKU-1", 4999, 7), ("SKU-2", 4999, 7), ean_of={f"{ean(1)}|NEW": "SKU-1", f"{ean(2)}|NEW": "SKU-2"}
    )

    effect = checked(feed(offer(1, id_offer="", condition="new")), live=inventory)[0].effect

    assert (effect.removed_names, effect.new, effect.same) == (("SKU-2",), 0, 1)


def test_commands_remove_only_what_they_delete() -> None:
    names = {f"{ean(number)}|NEW": f"SKU-{number}" for number in range(1, 5)}
    inventory = live(*((f"SKU-{number}", 4999, 7) for number in range(1, 5)), ean_of=names)
    text = commands(["DELETE", ean(1), "SKU-1"], ["DELETE", ean(2)], upsert(offer(3, price="2000")))

    effect = checked(text, "inventory-command", live=inventory)[0].effect

    assert (effect.removed, effect.removed_names, effect.jumps) == (2, ("SKU-1", "SKU-2"), 1)


def test_without_the_inventory_nothing_is_said_about_it() -> None:
    effect = checked(feed(offer(1)))[0].effect

    assert (effect.live, effect.removed, effect.new) == (None, 0, 0)


def test_a_plan_travels_as_json() -> None:
    rows = [offer(1, count="x"), offer(2)]
    plan, _ = checked(feed(*rows), live=live(("SKU-9", 1, 1)))

    assert read_plan(json.loads(json.dumps(plan.facts()))) == plan


# Against a judge who takes his time


def slowly(text: str) -> set[tuple[int, str, str]]:
    """What Python's own CSV reader and one question per value find: the columns' own slips and wrong prices."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    header = next(reader)
    checks = feedshapes.offer_checks(Question("inventory-feed", "de"))
    found: set[tuple[int, str, str]] = set()
    before = reader.line_num
    for row in reader:
        line, before = before + 1, reader.line_num
        if not any(map(str.strip, row)):
            continue
        if len(row) != len(header):
            found.add((line, "line", row[0]))
            continue
        cells = dict(zip(header, row, strict=True))
        found |= {(line, name, cell) for name, cell in cells.items() if checks[name].complaint(cell)}
        if not cells["price"] and not cells["price_cs"]:
            found.add((line, "price", ""))
        for name in ("price", "minimum_price"):
            if cells[name] and cells[f"{name}_cs"]:
                found.add((line, f"{name}_cs", cells[f"{name}_cs"]))
        price, lowest = cells["price"], cells["minimum_price"]
        if price.isdigit() and lowest.isdigit() and int(lowest) > int(price):
            found.add((line, "minimum_price", lowest))
    return found


cells = st.sampled_from(
    ["", "x", "1", "49,99", "-3", "EUR", "=1", "two\nlines", 'q"q', "a;b", "4006381333931", " ", "\r"]
)
slips = st.tuples(st.integers(0, 59), st.sampled_from(list(offer())), cells)


@settings(deadline=None)
@given(st.lists(slips, max_size=6), st.integers(50, 3000), st.booleans(), st.sampled_from(["\n", "\r\n"]), st.data())
def test_the_quick_check_finds_exactly_what_a_slow_one_finds(
    wrong: list[tuple[int, str, str]], size: int, quoted: bool, end: str, data: st.DataObject
) -> None:
    rows = [offer(number, minimum_price="100" if number % 2 else "") for number in range(1, 61)]
    for place, column, cell in wrong:
        rows[place][column] = cell
    text = feed(*rows, quoted=quoted).replace("\r\n", end)
    if data.draw(st.booleans()):
        at = text.index("\n", len(text) // 2) + 1
        text = f"{text[:at]}{data.draw(st.sampled_from([';;', 'x;y', '']))}\n{text[at:]}"

    _, told = checked(text, size=size)

    ours = {
        (each.line, each.column, each.value) for each in told if each.severity == "error" and "twice" not in each.what
    }
    assert ours == slowly(text)


@given(st.binary(max_size=400))
def test_no_file_breaks_the_check(content: bytes) -> None:
    for kind in KINDS:
        plan, told = checked(content.decode("latin-1"), kind, "de", size=64)
        assert plan.fatal or plan.rows
        assert all(isinstance(problem, Problem) for problem in told)


def test_the_check_digit_is_the_one_of_the_examples() -> None:
    assert gtin.complaint(EAN) is None
