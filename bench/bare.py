"""Runs a floor as its libraries install: without sniffio, which none of them brings along.

httpcore asks for it several times in each request, and each time Python looks through the whole path in vain. Here it
is installed beside them, so it is hidden before anybody imports it.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

HIDDEN = "sniffio"


class Without(PathFinder):
    """Finds everything but `HIDDEN`, at the price of a search for what is not there."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(f"no_{fullname}" if fullname == HIDDEN else fullname, path, target)


if __name__ == "__main__":
    sys.meta_path[sys.meta_path.index(PathFinder)] = Without
    runpy.run_module("bench.floor", run_name="__main__")
