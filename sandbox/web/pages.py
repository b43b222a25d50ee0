"""Sends the pages and what they are made of, under rules that let nothing run that people wrote.

A page may load from its own address only: no foreign script, style, font or picture, and nothing inline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Asked for again each time, and answered with 304: a page never mixes old and new modules.
    "Cache-Control": "no-cache",
}
# For bytes that people brought along: shown as a picture or kept as a file, never read as a page.
UNTRUSTED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ASSETS = (".css", ".js", ".svg")


class Assets(StaticFiles):
    """Styles, modules and drawings below this folder; nothing else that lies there."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith(ASSETS):
            return Response(status_code=404)
        response = await super().get_response(path, scope)
        response.headers.update(SECURITY)
        return response


def page(name: str) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that sends the page `name`.html."""

    async def show(request: Request) -> Response:
        return FileResponse(FOLDER / f"{name}.html", headers=SECURITY)

    return show


def page_routes(name: str) -> list[BaseRoute]:
    """The page `name` at /, and what it is made of at /web."""
    return [Route("/", page(name), methods=["GET"]), Mount("/web", Assets())]
