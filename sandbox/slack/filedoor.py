"""Bytes of files in and out: step two of an upload, and downloads that need the token.

Without a good token Slack answers a download with its sign-in page and status 200, not with an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse

from sandbox.slack.files import OnDisk, StoredFile
from sandbox.slack.workspace import Workspace

SIGN_IN = (
    "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body></html>"
)


def content_of(file: StoredFile, kind: str, headers: dict[str, str] | None = None) -> Response:
    """The bytes of a file, piece by piece where they lie on disk."""
    if isinstance(file.content, OnDisk):
        return StreamingResponse(file.content.pieces(), media_type=kind, headers=headers)
    return Response(file.content, media_type=kind, headers=headers)


@dataclass(frozen=True)
class FileDoor:
    workspace: Workspace

    async def upload(self, request: Request) -> Response:
        """Take the bytes, whatever type they are labelled with; their number must be the one announced."""
        token = request.path_params["token"]
        upload = next((each for each in self.workspace.uploads.values() if each.token == token), None)
        if upload is None or upload.done:
            return PlainTextResponse("no such upload", 404)
        content = await request.body()
        if len(content) != upload.length:
            return PlainTextResponse(f"expected {upload.length} bytes, got {len(content)}", 400)
        upload.content = content
        return PlainTextResponse(f"OK - {len(content)}")

    async def download(self, request: Request) -> Response:
        app = self.workspace.app
        file = self.workspace.files.get(request.path_params["file_id"])
        _, _, token = request.headers.get("authorization", "").partition(" ")
        scoped = app.scopes is None or "files:read" in app.scopes
        if file is None or file.deleted:
            return PlainTextResponse("not found", 404)
        if token != app.bot_token or app.token_trouble or not scoped or not self.workspace.app_sees(file):
            return HTMLResponse(SIGN_IN)
        return content_of(file, file.mimetype)
