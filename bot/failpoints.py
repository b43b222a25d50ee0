"""Named places where the fault tests let the process die, to prove that dying there loses and doubles nothing.

Armed only by the variable `KONTOR_FAILPOINT=name:n` (die when `name` is reached for the n-th time); otherwise a look at
an empty name.
"""

from __future__ import annotations

import os

_armed = ""
_left = 0


def arm(text: str) -> None:
    global _armed, _left
    _armed, _, count = text.partition(":")
    _left = int(count or 1)


def reach(name: str) -> None:
    """Die like a killed process, at once and without clean-up, when `name` is armed and its count is used up."""
    global _left
    if name != _armed:
        return
    _left -= 1
    if _left <= 0:
        os._exit(137)
