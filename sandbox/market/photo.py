"""Makes the photo a buyer attaches: the product on a table, with a crack through it or a hole in it."""

from __future__ import annotations

import re
from functools import lru_cache
from math import cos, sin, tau
from random import Random

import resvg_py

from sandbox.market.pictures import draw

# The picture is drawn on this field and rendered smaller: a photo must not cost more than the letter beside it.
WIDTH, HEIGHT = 400, 300
RENDERED = 320, 240
# What does not crack, but tears.
SOFT = frozenset({"textile", "glove", "bear", "parasol", "kite", "chair", "hose", "case", "cable"})
Point = tuple[float, float]
TABLES = (("#b98d62", "#a87b50"), ("#8d8f92", "#7d7f83"), ("#cdb492", "#bda27c"), ("#7a5a44", "#6b4d39"))


@lru_cache(maxsize=256)
def damaged(seed: int, key: str = "parcel", shape: str = "box") -> bytes:
    """A PNG of the product that `draw` draws for `key` and `shape`. The same seed makes the same picture."""
    random = Random(f"photo:{seed}:{key}")
    light, dark = random.choice(TABLES)
    turn, shift = random.uniform(-14, 14), random.uniform(-18, 18)
    damage = _tear(random) if shape in SOFT else _broken(random)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{_table(light, dark)}'
        f'<g transform="translate({82 + shift:.1f} 20) rotate({turn:.1f} 120 120) scale(1.05)">'
        f'<ellipse cx="124" cy="206" rx="82" ry="13" opacity=".3"/>{_product(key, shape)}{damage}</g></svg>'
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=RENDERED[0], height=RENDERED[1], skip_system_fonts=True))


def _table(light: str, dark: str) -> str:
    """Boards, seen from above."""
    return "".join(
        f'<rect y="{top}" width="{WIDTH}" height="60" fill="{light if top % 120 else dark}"/>'
        f'<path d="M0 {top}h{WIDTH}" stroke="#000" stroke-opacity=".22" stroke-width="2"/>'
        for top in range(0, HEIGHT, 60)
    )


def _product(key: str, shape: str) -> str:
    """The drawing without its ground."""
    drawing = draw(key, shape)
    return re.sub(
        r"^<svg[^>]*>|<defs>.*?</defs>|<rect[^>]*url\(#g\)[^>]*/>|<ellipse[^>]*opacity=\"\.08\"/>|</svg>$", "", drawing
    )


def _tear(random: Random) -> str:
    """A hole with a frayed edge, and threads that hang from it."""
    x, y, edge = 120 + random.uniform(-10, 10), 122 + random.uniform(-8, 8), []
    for step in range(22):
        angle, reach = step / 22 * tau, random.uniform(0.72, 1.15)
        edge.append(f"{x + 27 * reach * cos(angle):.1f},{y + 15 * reach * sin(angle):.1f}")
    threads = "".join(
        f'<path d="M{x + side:.1f} {y + 8:.1f}q{random.uniform(-8, 8):.1f} 12 {random.uniform(-5, 5):.1f} 22"/>'
        for side in (-16, -4, 9, 19)
    )
    return (
        f'<polygon points="{" ".join(edge)}" fill="#241d1a" stroke="#fff" stroke-opacity=".7" stroke-width="2.5"/>'
        f'<g fill="none" stroke="#fff" stroke-opacity=".75" stroke-width="2">{threads}</g>'
    )


def _broken(random: Random) -> str:
    """A crack from the top down, with branches, and splinters beside it."""
    crack = _crack(random)
    lines = [_path(crack)]
    for start in random.sample(crack[2:-2], 3):
        side = random.choice((-1, 1))
        lines.append(_path([start, (start[0] + side * 12, start[1] + 7), (start[0] + side * 22, start[1] + 4)]))
    splinters = "".join(_splinter(random, random.choice(crack)) for _ in range(5))
    path = f'<path d="{" ".join(lines)}" fill="none" stroke-linejoin="round"'
    return (
        f'{path} stroke="#fff" stroke-opacity=".5" stroke-width="5"/>'
        f'{path} stroke="#1b1613" stroke-width="2.6"/>{splinters}'
    )


def _crack(random: Random) -> list[Point]:
    x = random.uniform(100, 140)
    points: list[Point] = []
    for y in range(58, 196, 12):
        x += random.uniform(-11, 11)
        points.append((x, float(y)))
    return points


def _path(points: list[Point]) -> str:
    first, *rest = points
    return f"M{first[0]:.1f} {first[1]:.1f}" + "".join(f"L{x:.1f} {y:.1f}" for x, y in rest)


def _splinter(random: Random, at: Point) -> str:
    x, y = at[0] + random.uniform(-16, 16), at[1] + random.uniform(-8, 8)
    corners = " ".join(f"{x + random.uniform(-8, 8):.1f},{y + random.uniform(-8, 8):.1f}" for _ in range(3))
    return f'<polygon points="{corners}" fill="#1b1613"/>'
