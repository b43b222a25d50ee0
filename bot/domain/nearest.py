"""Did you mean: the known word a person most likely meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` is a slip of the fingers away from, or None.

    Two-letter words count as near only with their letters swapped or in the wrong case: every storefront is one letter
    away from another one.
    """
    wanted = word.strip().casefold()
    letters = set(wanted)
    limit = (0, 0, 0, 1, 1, 2, 2, 2, 2)[len(wanted)] if len(wanted) < 9 else 3
    best: tuple[int, str] | None = None
    for candidate in known:
        other = candidate.casefold()
        if len(letters ^ set(other)) > 2 * max(limit, 1):
            continue  # A slip changes two letters at most; this spares counting for most of some 600 time zones.
        swapped = len(wanted) == 2 and wanted[::-1] == other
        distance = 1 if swapped else _distance(wanted, other, limit)
        if (swapped or distance <= limit) and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best else None


def suggested(word: str, known: Iterable[str]) -> str | None:
    """Like `nearest`, and also the only known word that contains `word` or is contained in it (`topics` in `topic`)."""
    words = tuple(known)
    if near := nearest(word, words):
        return near
    wanted = word.strip().casefold()
    around = [other for other in words if min(len(wanted), len(other)) > 3 and (wanted in other or other in wanted)]
    return around[0] if len(around) == 1 else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " (did you mean 'x'?)" to end a sentence with, or an empty string when no known word is near."""
    near = suggested(word, known)
    return f" (did you mean '{near}'?)" if near else ""


def _distance(a: str, b: str, limit: int) -> int:
    """Letters added, dropped, changed or swapped with their neighbour to make `b` of `a`; above `limit` it is vague."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        last, before, row = before, row, [i] + [0] * len(b)
        for j, right in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                row[j] = min(row[j], last[j - 2] + 1)
        if min(row) > limit and min(before) > limit:
            return limit + 1
    return row[-1]
