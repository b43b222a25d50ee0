"""The Web API's door: `/api/<method>`. Faults, token, scopes, limits, then the method; every call ends in the journal.

Answers as https://docs.slack.dev/apis/web-api describes: HTTP 200 with `ok`, 429 with Retry-After, scopes in headers.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from sandbox.slack.arguments import Arguments, read_arguments
from sandbox.slack.connections import Dropped
from sandbox.slack.faults import Fault, Faults
from sandbox.slack.limits import Limits
from sandbox.slack.methods import METHODS, Method
from sandbox.slack.methods.registry import need_scope
from sandbox.slack.refusals import LimitReached, Refused
from sandbox.slack.workspace import Workspace

WEB_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>We'll be right back.</body></html>"


class JsonAnswer(Response):
    media_type = "application/json; charset=utf-8"

    def __init__(self, data: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(json.dumps(data, ensure_ascii=False, separators=(",", ":")), status, headers)


@dataclass(frozen=True)
class WebApi:
    workspace: Workspace
    faults: Faults
    limits: Limits

    async def __call__(self, request: Request) -> Response:
        """Answer one call. Nothing a caller sends makes it fail with anything but a refusal."""
        name = request.path_params["method"]
        if self.workspace.url is None:
            self.workspace.url = str(request.base_url).rstrip("/")
        try:
            args = await read_arguments(request)
        except Refused as refused:
            return self._answer(name, {}, refused.answer)
        faults = self.faults.struck(name, self._channel(args))
        for fault in faults:
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
        if broken := next((fault for fault in faults if fault.kind in _BEFORE), None):
            return self._break(name, args, broken)
        token = _token(request, args)
        if any(fault.kind == "unshared" for fault in faults):
            args = Arguments({key: value for key, value in args.raw.items() if key not in ("channel_id", "channels")})
        try:
            method = METHODS.get(name)
            answer = self._run(name, method, token, args)
        except LimitReached as limit:
            return self._limited(name, args, str(limit.seconds), fault=None)
        except Refused as refused:
            return self._answer(name, args.raw, refused.answer)
        if cut := next((fault for fault in faults if fault.kind == "cut"), None):
            return self._cut(name, args, cut)
        return self._answer(name, args.raw, answer, method)

    def _run(self, name: str, method: Method | None, token: str, args: Arguments) -> dict[str, Any]:
        if method is None:
            raise Refused("unknown_method", req_method=name)
        self._check_token(method, token)
        need_scope(self.workspace, *method.scopes)
        self.limits.spend(name, method.tier, self._channel(args))
        return method.run(self.workspace, args)

    def _channel(self, args: Arguments) -> str | None:
        """The id of the channel a call is about, also where it was named."""
        given = args.raw.get("channel") or args.raw.get("channel_id")
        if not isinstance(given, str):
            return None
        return self.workspace.channels[given].id if given in self.workspace.channels else given

    def _check_token(self, method: Method, token: str) -> None:
        app = self.workspace.app
        if not token:
            raise Refused("not_authed")
        if token not in (app.bot_token, app.app_token):
            raise Refused("invalid_auth")
        if app.token_trouble:
            raise Refused(app.token_trouble)
        if token != (app.bot_token if method.token == "bot" else app.app_token):
            raise Refused("not_allowed_token_type")

    def _answer(
        self, name: str, arguments: dict[str, Any], answer: dict[str, Any], method: Method | None = None
    ) -> Response:
        error = None if answer["ok"] else str(answer["error"])
        self._note(name, arguments, error=error, executed=error is None)
        if error in ("not_authed", "invalid_auth", "unknown_method"):
            return JsonAnswer(answer)
        headers = {"x-oauth-scopes": self.workspace.app.granted}
        if method and method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        return JsonAnswer(answer, headers=headers)

    def _break(self, name: str, args: Arguments, fault: Fault) -> Response:
        """The answer of a call that a fault struck before anything happened."""
        if fault.kind == "error":
            self._note(name, args.raw, error=fault.code, executed=False, fault=fault.kind)
            return JsonAnswer({"ok": False, "error": fault.code})
        if fault.kind == "limited":
            return self._limited(name, args, fault.retry_after, fault=fault.kind)
        status = {"down": 0, "html": 200}.get(fault.kind, fault.status)
        self._note(name, args.raw, status=status, error=fault.kind, executed=False, fault=fault.kind)
        if fault.kind == "down":
            return Dropped()
        if fault.kind == "html":
            return HTMLResponse(WEB_PAGE)
        if fault.code == "json":
            return JsonAnswer({"ok": False, "error": "internal_error"}, status=fault.status)
        if fault.code == "plain":
            return PlainTextResponse("upstream connect error or disconnect/reset before headers", fault.status)
        return HTMLResponse(WEB_PAGE, fault.status)

    def _limited(self, name: str, args: Arguments, retry_after: str | None, fault: str | None) -> Response:
        self._note(name, args.raw, status=429, error="ratelimited", executed=False, fault=fault)
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return JsonAnswer({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

    def _cut(self, name: str, args: Arguments, fault: Fault) -> Response:
        """The call took effect; the caller does not learn it."""
        dropped = fault.code == "drop"
        error = "dropped" if dropped else fault.code
        self._note(name, args.raw, status=0 if dropped else 200, error=error, executed=True, fault="cut")
        return Dropped() if dropped else JsonAnswer({"ok": False, "error": fault.code})

    def _note(self, name: str, arguments: dict[str, Any], **how: Any) -> None:
        said = {key: value for key, value in arguments.items() if key != "token"}
        call = self.workspace.journal.add(name, said, self.workspace.now(), **how)
        self.workspace.feed.publish("call.made", call=call.number, method=name, ok=call.ok)


_BEFORE = ("down", "status", "html", "limited", "error")


def _token(request: Request, args: Arguments) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    given = args.raw.get("token")
    return given if isinstance(given, str) else ""
