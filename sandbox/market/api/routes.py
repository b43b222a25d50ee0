"""Finds the operation for a method and a path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.market.api.calls import Handler
from sandbox.market.api.params import Param
from sandbox.market.problems import Problem, invalid

Piece = str | tuple[str, Callable[[str], Any]]


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or int(text) >= 2**63:
        raise ValueError
    return int(text)


def _ticket(text: str) -> str:
    if not re.fullmatch(r"001\d{1,17}", text, re.ASCII):
        raise ValueError
    return text


def _ean(text: str) -> str:
    if not re.fullmatch(r"\d{13,15}", text, re.ASCII):
        raise ValueError
    return text


KINDS: dict[str, Callable[[str], Any]] = {"int": _number, "ticket": _ticket, "ean": _ean, "str": str}


@dataclass(frozen=True)
class Route:
    """`path` like /returns/{id_return:int}; kinds are int, ticket, ean and str."""

    method: str
    path: str
    handler: Handler
    params: tuple[Param, ...] = ()

    def pieces(self) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for piece in self.path.strip("/").split("/"):
            name, _, kind = piece.strip("{}").partition(":")
            found.append((name, KINDS[kind or "str"]) if piece.startswith("{") else piece)
        return tuple(found)


class Routes:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[tuple[tuple[Piece, ...], Route]]] = {}
        for route in routes:
            pieces = route.pieces()
            self._by_length.setdefault(len(pieces), []).append((pieces, route))
        for found in self._by_length.values():
            # A written-out word wins over a variable: /tickets/messages is no ticket.
            found.sort(key=lambda entry: [isinstance(piece, tuple) for piece in entry[0]])

    def find(self, method: str, path: str) -> tuple[Route, dict[str, Any]]:
        """The route and the ids in the path. Raises Problem: 404, 405, or 400 for an id that cannot be one.

        A slash at the end is allowed: the resources of pushes carry one.
        """
        words = path.strip("/").split("/")
        matching = [
            (pieces, route)
            for pieces, route in self._by_length.get(len(words), [])
            if all(isinstance(piece, tuple) or piece == word for piece, word in zip(pieces, words, strict=True))
        ]
        if not matching:
            raise Problem(404, None, "Not Found", bare=True)
        for pieces, route in matching:
            if route.method == method and _alike(pieces, matching[0][0]):
                return route, _ids(pieces, words)
        raise Problem(405, None, "Method Not Allowed", bare=True)


def _alike(one: tuple[Piece, ...], other: tuple[Piece, ...]) -> bool:
    """Whether both have their variables in the same places."""
    return [isinstance(piece, tuple) for piece in one] == [isinstance(piece, tuple) for piece in other]


def _ids(pieces: tuple[Piece, ...], words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for piece, word in zip(pieces, words, strict=True):
        if isinstance(piece, tuple):
            name, read = piece
            try:
                found[name] = read(word)
            except ValueError as error:
                raise invalid((name, f"{name} is not valid")) from error
    return found
