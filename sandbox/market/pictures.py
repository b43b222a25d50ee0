"""Draws product pictures: a shape in the product's own colours. Nothing is fetched from anywhere."""

from __future__ import annotations

import hashlib
import re

from sandbox.market import seeds

# Colour, darker, lighter, and two for the ground.
PALETTES = (
    ("#2f6f8f", "#1f4e66", "#9ccbe0", "#eaf4f8", "#d3e6ee"),
    ("#c8553d", "#973b28", "#f2b5a7", "#fbeeea", "#f3d9d1"),
    ("#4c8a5b", "#33613f", "#b3d8bb", "#edf6ef", "#d7e9db"),
    ("#d99a2b", "#a8731a", "#f6d79b", "#fdf6e7", "#f6e6c4"),
    ("#6a5a9e", "#493d74", "#c6bce3", "#f1eef9", "#dfd8f0"),
    ("#b0517c", "#813657", "#e6b3ca", "#faeef4", "#f0d6e3"),
    ("#3b8d8a", "#276360", "#a9d9d6", "#eaf6f5", "#d0eae8"),
)
UNKNOWN = "box"


def draw(key: str, shape: str) -> str:
    """An SVG of 240 by 240. The same key always has the same colours; unknown shapes are boxes."""
    main, dark, light, ground, shade = PALETTES[hashlib.sha256(key.encode()).digest()[0] % len(PALETTES)]
    colours = {"A": main, "B": dark, "C": light, "W": "#ffffff", "D": "#2b2d33"}
    drawings = seeds.drawings()
    drawing = drawings.get(shape, drawings[UNKNOWN])
    coloured = re.sub(r'"([ABCWD])"', lambda match: f'"{colours[match[1]]}"', drawing)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" width="480" height="480" role="img">'
        f'<defs><radialGradient id="g" cx=".35" cy=".3" r="1"><stop offset="0" stop-color="{ground}"/>'
        f'<stop offset="1" stop-color="{shade}"/></radialGradient></defs>'
        '<rect width="240" height="240" rx="28" fill="url(#g)"/>'
        '<ellipse cx="120" cy="206" rx="76" ry="9" fill="#000000" opacity=".08"/>'
        f"{coloured}</svg>"
    )
