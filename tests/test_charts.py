"""Charts: what they show, that they can be read at half their size, and by people of any colour vision."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations, pairwise
from random import Random
from xml.etree import ElementTree

import pytest
import resvg_py

from bot.charts import COLOURS, FONT, INK, INWARD, LETTER, NEWER, OUTWARD, PAGE, QUIET, WIDTH, ZOOM, picture, scale, svg
from bot.domain.chart import BarChart, Series, chart_of
from bot.domain.codes import STOREFRONTS
from bot.domain.period import Period
from bot.domain.reportsummary import ALONE, OTHERS, Summary

WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))
NAMES = "{http://www.w3.org/2000/svg}"


def sold(currency: str, days: Period, minor: int = 1_000) -> Summary:
    """Two units a day for `minor` together."""
    span = [days.first + timedelta(days=number) for number in range(days.days)]
    return Summary(rows=2 * len(span), currency=currency, days={day.isoformat(): (2, minor) for day in span})


def charts() -> Mapping[str, BarChart]:
    chance = Random(5)
    year = Period(date(2025, 11, 23), date(2026, 11, 22))
    places = ("de", "at", "cz", "sk", "pl", "fr", "it", "es", "nl")
    month = Period(date(2026, 10, 23), date(2026, 11, 22))
    busy = {place: sold("EUR" if place not in "czpl" else place, month, chance.randint(1, 10**6)) for place in places}
    newer = {place: sold("EUR", WEEK) for place in ("nl", "ro", "de", "hu")}
    reasons = Summary(
        counts={f"Grund Nummer {number} mit vielen weiteren Wörtern <b>&amp;": 50 - number for number in range(20)}
    )
    booked = {"2026-10/releases": 123_456_789_01, "2026-10/payouts": -100_000, "2026-10/Zinsen": 1}
    found = {
        "a week of one storefront": chart_of("sales-new", {"de": sold("EUR", WEEK)}, WEEK),
        "a month of nine": chart_of("sales-new", busy, month),
        "storefronts nobody knows": chart_of("sales-new", newer, WEEK),
        "half a year": chart_of("sales-new", {"de": sold("EUR", Period(date(2026, 6, 3), WEEK.last))}),
        "a year": chart_of("sales-new", {"de": sold("EUR", year, 10**9)}, year),
        "one day": chart_of("sales-new", {"de": sold("EUR", Period(WEEK.last, WEEK.last), 3)}),
        "reasons": chart_of("cancellations", {"de": reasons, "at": reasons}, WEEK),
        "reasons of nine": chart_of("cancellations", dict.fromkeys(places, reasons), asked=WEEK.last),
        "one reason": chart_of("cancellations", {"de": Summary(counts={"NoInventory": 1})}),
        "prices": chart_of("competitors-comparer", {"de": Summary(counts={"cheapest": 3, ALONE: 12_345_678})}),
        "bookings": chart_of("bookings-new", {"de": Summary(currency="EUR", sums=booked)}, WEEK),
    }
    return {name: chart for name, chart in found.items() if chart is not None}


CHARTS = charts()


def drawn(chart: BarChart) -> ElementTree.Element:
    return ElementTree.fromstring(svg(chart))


# What is shown


def test_every_kind_of_picture_is_drawn() -> None:
    assert len(CHARTS) == 11


def test_sales_of_one_currency_are_money_and_of_several_are_units() -> None:
    one = chart_of("sales-new", {"de": sold("EUR", WEEK), "at": sold("EUR", WEEK, 400)}, WEEK)
    several = chart_of("sales-new", {"de": sold("EUR", WEEK), "cz": sold("CZK", WEEK)}, WEEK)

    assert one is not None
    assert several is not None
    assert (one.title, one.unit, one.series[0]) == ("Sales per day", "EUR", Series("DE", (10.0,) * 7))
    assert one.series[1] == Series("AT", (4.0,) * 7)
    assert (several.title, several.unit, several.series[0].values) == ("Units sold per day", "units", (2,) * 7)


def test_days_without_a_sale_have_an_empty_bar() -> None:
    chart = chart_of("sales-new", {"de": Summary(currency="EUR", days={"2026-11-18": (1, 500)})}, WEEK)

    assert chart is not None
    assert chart.series[0].values == (0, 0, 5.0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("days", "bars", "title", "first"),
    [
        (31, 31, "Sales per day", "1 Jan"),
        (32, 5, "Sales per week", "1 Jan"),
        (182, 27, "Sales per week", "1 Jan"),
        (183, 7, "Sales per month", "Jan 26"),
        (365, 12, "Sales per month", "Jan 26"),
    ],
)
def test_long_spans_are_shown_by_week_and_by_month_and_nothing_is_lost(
    days: int, bars: int, title: str, first: str
) -> None:
    span = Period(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1))
    chart = chart_of("sales-new", {"de": sold("EUR", span)}, span)

    assert chart is not None
    assert (len(chart.labels), chart.title, chart.labels[0]) == (bars, title, first)
    assert chart.series[0].total == pytest.approx(10.0 * days)


def test_storefronts_stand_in_one_order_and_those_nobody_knows_are_one_together() -> None:
    assert [series.name for series in CHARTS["a month of nine"].series] == [place.upper() for place in STOREFRONTS]
    assert sum(series.total for series in CHARTS["a month of nine"].series) == 9 * 31 * 2
    newer = CHARTS["storefronts nobody knows"].series
    assert [series.name for series in newer] == ["DE", "NL", "others"]
    assert newer[-1].total == 2 * newer[0].total


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_names_its_storefronts_when_and_in_what(name: str) -> None:
    chart = CHARTS[name]
    said = " ".join(text.text or "" for text in drawn(chart).iter(f"{NAMES}text"))
    places, *rest = chart.subtitle.split(" · ")

    assert all(place in STOREFRONTS or name == "storefronts nobody knows" for place in places.lower().split(", "))
    for words in (chart.title, places, *rest, f"in {chart.unit}"):
        assert words in said


def test_a_report_about_no_days_names_the_day_it_was_asked_for() -> None:
    assert CHARTS["reasons of nine"].subtitle.endswith(" · as of 22 Nov 2026")


def test_the_rarest_reasons_are_told_below_the_bars_and_codes_are_words() -> None:
    chart = CHARTS["reasons"]
    named, all_others = (2 * sum(50 - number for number in numbers) for numbers in (range(10), range(10, 20)))

    assert (len(chart.labels), "others" in chart.labels) == (10, False)
    assert (chart.series[0].total, chart.rest) == (named, all_others)
    assert f"All others: {all_others}" in [text.text for text in drawn(chart).iter(f"{NAMES}text")]
    assert chart.words.endswith(
        f"All others: {all_others} units. In all {named + all_others:,} units.".replace(",", "\u202f")
    )
    assert CHARTS["one reason"].labels == ("No inventory",)


def test_however_many_reasons_have_no_bar_the_named_ones_are_as_long_as_without() -> None:
    """A long tail, of which the summary has folded a part already."""
    tail = {f"Reason {number}": 1 for number in range(500)}
    named = {"Broken": 90, "Late": 60}
    chart = chart_of("cancellations", {"de": Summary(counts={**named, **tail, OTHERS: 700})})
    few = chart_of("cancellations", {"de": Summary(counts=named)})

    assert chart is not None
    assert few is not None
    assert chart.labels[:2] == few.labels == ("Broken", "Late")
    assert (chart.rest, few.rest) == (700 + 500 - 8, 0)
    lengths = [[bar.attrib["width"] for bar in drawn(each).iter(f"{NAMES}rect")][1:3] for each in (chart, few)]
    assert lengths[0] == lengths[1]
    assert chart_of("cancellations", {"de": Summary(counts={OTHERS: 5})}) is None


def test_bookings_of_another_currency_are_not_added_up() -> None:
    euros, crowns = {"2026-10/payouts": -100}, {"2026-10/payouts": -900}
    chart = chart_of(
        "bookings-new",
        {
            "de": Summary(currency="EUR", sums=euros),
            "at": Summary(currency="EUR", sums=euros),
            "cz": Summary(currency="CZK", sums=crowns),
        },
    )

    assert chart is not None
    assert (chart.unit, chart.labels, chart.series[0].values, chart.subtitle) == (
        "EUR",
        ("Payouts",),
        (-2.0,),
        "DE, AT",
    )


@pytest.mark.parametrize(
    "kind", ["sales-new", "cancellations", "price-competitiveness", "bookings-new", "account-listing"]
)
def test_where_there_is_nothing_to_see_there_is_no_picture(kind: str) -> None:
    assert chart_of(kind, {"de": Summary(currency="EUR")}, WEEK) is None


def test_a_chart_says_in_words_what_it_shows() -> None:
    assert CHARTS["a week of one storefront"].words == (
        "Bar chart: Sales per day, DE · 16 - 22 Nov 2026. Largest: 16 Nov 10 EUR, 17 Nov 10 EUR, 18 Nov 10 EUR. "
        "In all 70 EUR."
    )
    assert "In all" not in CHARTS["bookings"].words
    assert all(len(chart.words) <= 1000 for chart in CHARTS.values())


# How it looks


@pytest.mark.parametrize("name", CHARTS)
def test_no_letter_is_too_small_and_none_leaves_the_page(name: str) -> None:
    page = drawn(CHARTS[name])
    height = float(page.attrib["height"])

    for text in page.iter(f"{NAMES}text"):
        size, x = float(text.attrib["font-size"]), float(text.attrib["x"])
        width = len(text.text or "") * size * LETTER
        start = {"start": x, "middle": x - width / 2, "end": x - width}[text.attrib["text-anchor"]]
        assert size >= 20
        assert start >= 4, text.text
        assert start + width <= WIDTH - 4, text.text
        assert size <= float(text.attrib["y"]) <= height - 8


@pytest.mark.parametrize("name", CHARTS)
def test_labels_beside_each_other_do_not_touch(name: str) -> None:
    lines: dict[str, list[tuple[float, float]]] = {}
    for text in drawn(CHARTS[name]).iter(f"{NAMES}text"):
        width = len(text.text or "") * float(text.attrib["font-size"]) * LETTER
        x = float(text.attrib["x"])
        start = {"start": x, "middle": x - width / 2, "end": x - width}[text.attrib["text-anchor"]]
        lines.setdefault(text.attrib["y"], []).append((start, start + width))

    for spans in lines.values():
        spans.sort()
        assert all(left[1] <= right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize("name", CHARTS)
def test_bars_are_as_long_as_their_numbers_say_and_stay_within_the_page(name: str) -> None:
    chart = CHARTS[name]
    page = drawn(chart)
    bars = [bar for bar in page.iter(f"{NAMES}rect") if bar.attrib["fill"] != PAGE]

    for bar in bars:
        x, y, width, height = (float(bar.attrib[side]) for side in ("x", "y", "width", "height"))
        assert min(x, y) > 0
        assert width > 0.5
        assert x + width <= WIDTH
        assert y + height <= float(page.attrib["height"])
    if chart.across:
        widths = [float(bar.attrib["width"]) for bar in bars]
        values = [abs(value) for value in chart.series[0].values if value]
        for width, value in zip(widths, values, strict=True):
            assert width == pytest.approx(max(widths) * value / max(values), abs=2)


def test_what_people_wrote_cannot_become_a_part_of_the_picture() -> None:
    evil = Summary(counts={'</text><image href="file:///etc/passwd"/>': 1, "\u202eevil & <script>": 1})
    chart = chart_of("cancellations", {"de": evil})

    assert chart is not None
    page = drawn(chart)
    assert {element.tag.removeprefix(NAMES) for element in page.iter()} == {"svg", "rect", "text"}
    assert "\u202e" not in svg(chart)


def test_what_comes_in_and_what_goes_out_have_different_colours_and_a_sign() -> None:
    page = drawn(CHARTS["bookings"])
    fills = [bar.attrib["fill"] for bar in page.iter(f"{NAMES}rect")][1:]

    assert fills == [INWARD, OUTWARD, INWARD]
    assert "-1 000.00" in [text.text for text in page.iter(f"{NAMES}text")]


@pytest.mark.parametrize(
    ("most", "numbers"),
    [
        (0, [0, 1]),
        (1, [0, 0.25, 0.5, 0.75, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (410, [0, 100, 200, 300, 400, 500]),
        (1_716_532, [0, 500_000, 1_000_000, 1_500_000, 2_000_000]),
    ],
)
def test_a_scale_has_few_and_round_numbers(most: float, numbers: list[float]) -> None:
    assert scale(most) == numbers


@pytest.mark.parametrize("most", [0.02, 0.4, 1.5, 9.99, 10, 99, 101, 12_345, 10**9])
def test_a_scale_reaches_over_the_largest_bar(most: float) -> None:
    numbers = scale(most)

    assert numbers[-1] >= most > numbers[-2]
    assert 3 <= len(numbers) <= 6


# As a picture


@pytest.mark.parametrize("name", CHARTS)
def test_the_picture_is_a_png_of_twice_the_size(name: str) -> None:
    content = picture(CHARTS[name])
    width, height = struct.unpack(">II", content[16:24])

    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert (width, height) == (WIDTH * ZOOM, float(drawn(CHARTS[name]).attrib["height"]) * ZOOM)
    assert len(content) < 400_000


@pytest.mark.parametrize("letter", "äöüßÄÖÜčďěňřšťůžľĺŕôąćęłńóśźżàâæçéèêëîïœùûÿìòáíñ€’–·…")
def test_the_font_has_every_letter_of_our_storefronts(letter: str) -> None:
    def pixels(words: str) -> bytes:
        text = f'<text x="5" y="40" font-size="30" font-family="DejaVu Sans">{words}</text>'
        page = f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">{text}</svg>'
        return resvg_py.svg_to_bytes(svg_string=page, font_files=[str(FONT)], skip_system_fonts=True)

    assert pixels(letter) not in (pixels("\U0010fffd"), pixels(" "))


def test_the_font_comes_with_its_licence() -> None:
    assert "free of charge" in (FONT.parent / "LICENSE.txt").read_text("utf-8")


# Colours

# Machado, Oliveira, Fernandes (2009): what is left of linear RGB to those who lack one kind of cone.
BLINDNESS = {
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "no colours": ((0.2126, 0.7152, 0.0722),) * 3,
}


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def seen(colour: str, sight: str) -> tuple[float, ...]:
    """The colour in CIE Lab, as somebody of this `sight` sees it."""
    rgb = [min(max(sum(a * b for a, b in zip(row, linear(colour), strict=True)), 0), 1) for row in BLINDNESS[sight]]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [
        sum(a * b for a, b in zip(row, rgb, strict=True)) / white
        for row, white in zip(rows, (0.9505, 1, 1.089), strict=True)
    ]
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, sight: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5


@pytest.mark.parametrize("sight", ["everybody", "protanopia", "deuteranopia", "tritanopia"])
def test_any_two_storefronts_can_be_told_apart_with_any_colour_vision(sight: str) -> None:
    nearest = min((apart(one, other, sight), one, other) for one, other in combinations([*COLOURS.values(), NEWER], 2))

    assert nearest[0] >= 20, nearest
    assert apart(INWARD, OUTWARD, sight) >= 30


def test_neighbours_in_a_stack_differ_in_grey_too_and_no_two_are_the_same_there() -> None:
    for one, other in pairwise(COLOURS.values()):
        assert apart(one, other, "no colours") >= 24, (one, other)
    for one, other in combinations([*COLOURS.values(), NEWER], 2):
        assert apart(one, other, "no colours") >= 6, (one, other)


def test_a_storefront_has_one_colour_whoever_is_shown_with_it() -> None:
    assert tuple(COLOURS) == STOREFRONTS
    for place in STOREFRONTS:
        for others in ((), STOREFRONTS[:2], STOREFRONTS[5:]):
            shown = {each: sold("EUR", WEEK) for each in (place, *others)}
            chart = chart_of("sales-new", shown, WEEK)
            assert chart is not None
            fills = {bar.attrib["fill"] for bar in drawn(chart).iter(f"{NAMES}rect")} - {PAGE}
            assert fills == {COLOURS[each] for each in shown}


@pytest.mark.parametrize("ink", [INK, QUIET])
def test_letters_stand_out_from_the_page(ink: str) -> None:
    light, dark = (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05 for r, g, b in (linear(PAGE), linear(ink)))

    assert light / dark >= 7


def test_a_page_of_its_own_makes_it_readable_in_the_dark() -> None:
    first = next(iter(drawn(CHARTS["reasons"])))

    assert re.fullmatch(r"#f[0-9a-f]f[0-9a-f]f[0-9a-f]", first.attrib["fill"])
    assert float(first.attrib["width"]) == WIDTH - 2
