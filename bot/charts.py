"""Draws a chart as SVG and makes a PNG of it, to be looked at in Slack.

Slack shows a picture about 360 points wide, half of what is drawn here, on a white or a nearly black page. So no letter
is smaller than 20, and the picture brings its own light page with a border. Colours are told apart by people with any
kind of colour vision, and never carry a meaning alone: every segment has an outline, every bar a number or a legend.
A storefront has one colour, whichever others are shown with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import resvg_py

from bot.domain.chart import BarChart, Series
from bot.domain.words import one_line

FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
WIDTH = 720
ZOOM = 2.0
EDGE = 28
SMALL, MIDDLE, LARGE = 20, 22, 28
# How wide a letter is on the average, in parts of its size.
LETTER = 0.6

PAGE, INK, QUIET, LINE = "#ffffff", "#1d1c1d", "#565458", "#d9d6da"
OUTLINE = "#2b2a2c"
# Searched for: any two are 20 apart (CIE76) with any kind of colour vision, none is as light as another, and neighbours
# in this order, which is that of a stack from below, differ most in lightness.
COLOURS = {
    "de": "#0865c9",
    "at": "#88d481",
    "cz": "#960000",
    "sk": "#ff9736",
    "pl": "#823e7a",
    "fr": "#23f0c8",
    "it": "#a76a06",
    "es": "#052891",
    "nl": "#d781ca",
}
# Storefronts newer than this list.
NEWER = "#8a8a8a"
# Bars that are no storefront's have none of these colours.
INWARD, OUTWARD = "#565458", "#c9c4cf"

LINE_HEIGHT = 28
PLOT = 300
ROW = 66


def picture(chart: BarChart) -> bytes:
    """The chart as a PNG. It takes about 50 ms of a processor: not for the event loop."""
    return resvg_py.svg_to_bytes(
        svg_string=svg(chart),
        zoom=ZOOM,
        font_files=[str(FONT)],
        skip_system_fonts=True,
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )


def svg(chart: BarChart) -> str:
    """The chart as SVG, for `picture` and for tests."""
    height, parts = _across(chart) if chart.across else _upright(chart)
    frame = f'<rect x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="10" fill="{PAGE}" stroke="{LINE}"/>'
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    body = "\n".join([frame, *_heading(chart), *parts])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="DejaVu Sans">\n{body}\n</svg>'


def _heading(chart: BarChart) -> Iterator[str]:
    yield _text(EDGE, 46, chart.title, LARGE)
    for number, line in enumerate(_lines(chart)):
        yield _text(EDGE, 76 + LINE_HEIGHT * number, line, SMALL, fill=QUIET)


def _lines(chart: BarChart) -> list[str]:
    """Where, when and in what; on two lines when one is too short for all the storefronts."""
    places, *rest = chart.subtitle.split(" · ")
    said = " · ".join([places, *rest, f"in {chart.unit}"])
    if len(said) * SMALL * LETTER <= WIDTH - 2 * EDGE:
        return [said]
    return [places, " · ".join([*rest, f"in {chart.unit}"])]


def _below_heading(chart: BarChart) -> int:
    return 76 + LINE_HEIGHT * (len(_lines(chart)) - 1)


# Bars that stand: one for each day, week or month


def _upright(chart: BarChart) -> tuple[int, list[str]]:
    start = _below_heading(chart)
    legend = list(_legend(chart.series, start + 20)) if len(chart.series) > 1 else []
    top = start + 32 + (34 * (1 + max(line for line, _ in legend)) if legend else 0)
    sums = [sum(max(series.values[place], 0.0) for series in chart.series) for place in range(len(chart.labels))]
    ticks = scale(max(sums, default=0.0))
    left = EDGE + 12 + int(max(len(_short(tick, ticks[-1])) for tick in ticks) * SMALL * LETTER)
    bottom = top + PLOT
    parts = [part for _, part in legend]
    for tick in ticks:
        y = bottom - PLOT * tick / ticks[-1]
        parts.append(f'<path d="M{left} {y:.1f}H{WIDTH - EDGE}" stroke="{INK if tick == 0 else LINE}" fill="none"/>')
        parts.append(_text(left - 10, y + 7, _short(tick, ticks[-1]), SMALL, fill=QUIET, anchor="end"))
    room = (WIDTH - EDGE - left) / len(chart.labels)
    for place in range(len(chart.labels)):
        parts += _stack(chart.series, place, left + room * place, room, bottom, ticks[-1])
    parts += _days(chart.labels, left, room, bottom)
    return bottom + 60, parts


def _stack(series: Sequence[Series], place: int, x: float, room: float, bottom: float, most: float) -> Iterator[str]:
    gap = max(room * 0.14, 1.0)
    y = bottom
    for each in series:
        height = PLOT * max(each.values[place], 0.0) / most
        if height <= 0:
            continue
        y -= height
        yield _bar(x + gap, y, room - 2 * gap, height, _colour(each))


def _days(labels: Sequence[str], left: float, room: float, bottom: float) -> Iterator[str]:
    """As many of the labels as fit beside each other, the first always."""
    widest = max(len(label) for label in labels) * SMALL * LETTER + 14
    every = max(1, -int(-widest // room))
    for place in range(0, len(labels), every):
        middle = left + room * (place + 0.5)
        half = len(labels[place]) * SMALL * LETTER / 2
        middle = min(max(middle, half + 8), WIDTH - half - 8)
        yield _text(middle, bottom + 30, labels[place], SMALL, anchor="middle")


def _legend(series: Sequence[Series], top: int) -> Iterator[tuple[int, str]]:
    """Names beside their colours, in the order of the stack from below; each with the line it stands on."""
    x, line = float(EDGE), 0
    for each in series:
        name = one_line(each.name, 24)
        width = 34 + len(name) * MIDDLE * LETTER + 22
        if x + width > WIDTH - EDGE and x > EDGE:
            x, line = float(EDGE), line + 1
        y = top + 34 * line
        yield line, _bar(x, y, 20, 20, _colour(each)) + _text(x + 30, y + 18, name, MIDDLE)
        x += width


def _colour(series: Series) -> str:
    return COLOURS.get(series.name.lower(), NEWER)


# Bars that lie: one for each word, with its number


def _across(chart: BarChart) -> tuple[int, list[str]]:
    values = chart.series[0].values
    most = max((abs(value) for value in values), default=0.0) or 1.0
    numbers = [_number(value, chart.decimals) for value in values]
    reserved = max(len(number) for number in numbers) * MIDDLE * LETTER + 16
    longest = WIDTH - 2 * EDGE - reserved
    top = _below_heading(chart) + 36
    parts = []
    for row, (label, value, number) in enumerate(zip(chart.labels, values, numbers, strict=True)):
        y = top + ROW * row
        width = longest * abs(value) / most
        parts.append(_text(EDGE, y + 18, one_line(label, 52), SMALL))
        if width:
            parts.append(_bar(EDGE, y + 26, max(width, 2.0), 24, OUTWARD if value < 0 else INWARD))
        parts.append(_text(EDGE + width + 12, y + 46, number, MIDDLE))
    end = top + ROW * len(values) + 10
    if chart.rest:
        parts.append(_text(EDGE, end + 12, f"All others: {_number(chart.rest, chart.decimals)}", SMALL, fill=QUIET))
        end += 36
    return end, parts


# Small parts


def scale(most: float) -> list[float]:
    """Three to six round numbers from 0 to at least `most`: 0, 250, 500, 750."""
    if most <= 0:
        return [0.0, 1.0]
    size = 1.0
    while size * 10 <= most:
        size *= 10
    while size > most:
        size /= 10
    step = next(part * size for part in (0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0) if most / (part * size) <= 4.5)
    if most >= 3 and step < 1:
        step = 1.0
    count = -int(-most // step)
    return [step * number for number in range(count + 1)]


def _short(value: float, most: float) -> str:
    """A number of a scale that goes up to `most`: 1.5M, 20k, 250, 0.5."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if most >= size * 2:
            return f"{value / size:g}{letter}" if value else "0"
    return f"{value:g}"


def _number(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace(",", " ")


def _bar(x: float, y: float, width: float, height: float, fill: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{fill}" stroke="{OUTLINE}" stroke-width="1.2"/>'


def _text(x: float, y: float, words: str, size: int, *, fill: str = INK, anchor: str = "start") -> str:
    room = int((WIDTH - 2 * EDGE) / (size * LETTER)) if anchor == "start" else 60
    written = escape(one_line(words, room))
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}">{written}</text>'
