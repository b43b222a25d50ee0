"""Pictures and files for the page: those cards point to, fetched here as Slack's own proxy does, and those in Slack.

The page itself loads from nowhere else, and pictures come from this machine only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.slack.filedoor import content_of
from sandbox.slack.workspace import Workspace
from sandbox.web.pages import UNTRUSTED

HERE = {"127.0.0.1", "localhost"}
LONGEST = 10 * 1024 * 1024
SECONDS = 5.0
# What a browser may show in place; everything else is only ever saved.
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/csv"}


@dataclass
class Pictures:
    workspace: Workspace
    _client: httpx.AsyncClient | None = field(default=None, repr=False)

    async def picture(self, request: Request) -> Response:
        """The picture at `url`, when it is on this machine and is one."""
        url = request.query_params.get("url", "")
        if not _is_here(url):
            return PlainTextResponse("only pictures on this machine are shown", 404)
        try:
            answer = await self._http().get(url)
        except (httpx.HTTPError, httpx.InvalidURL):
            return PlainTextResponse("the picture did not come", 404)
        kind = answer.headers.get("content-type", "").split(";")[0]
        if answer.status_code != 200 or not kind.startswith("image/") or len(answer.content) > LONGEST:
            return PlainTextResponse("that is no picture", 404)
        return Response(answer.content, media_type=kind, headers={**UNTRUSTED, "Cache-Control": "max-age=3600"})

    async def file(self, request: Request) -> Response:
        """A file of the workspace, as a person opens it."""
        file = self.workspace.files.get(request.path_params["id"])
        if file is None or file.deleted:
            return PlainTextResponse("not found", 404)
        way = "inline" if file.mimetype in SHOWN else "attachment"
        headers = {**UNTRUSTED, "Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name, safe='')}"}
        kind = "text/plain" if file.mimetype.startswith("text/") else file.mimetype
        return content_of(file, kind, headers)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Nothing is kept open, so nothing has to be closed when the workspace goes.
            self._client = httpx.AsyncClient(
                timeout=SECONDS,
                trust_env=False,
                verify=False,  # noqa: S501 - only http is fetched
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._client


def _is_here(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in HERE
