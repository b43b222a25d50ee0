"""What the tests of the local Slack share: a clock they move, an app whose answers they script, small blocks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-test"


@dataclass
class Clock:
    at: datetime = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def tick(self) -> float:
        return self.at.timestamp()

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Received:
    """One request as it reached the app."""

    headers: dict[str, str]
    raw: bytes
    payload: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.payload.get("command") or (self.payload.get("event") or self.payload).get("type"))


@dataclass
class ScriptedApp:
    """Answers 200 with an empty body, or what `answers` holds for the kind of request."""

    received: list[Received] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each.payload for each in self.received if each.kind == kind]

    async def handle(self, request: Request) -> Response:
        raw = await request.body()
        if request.headers["content-type"] == "application/json":
            payload = json.loads(raw)
        else:
            form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
            payload = json.loads(form["payload"]) if "payload" in form else form
        received = Received(dict(request.headers), raw, payload)
        self.received.append(received)
        answer = self.answers.get(received.kind)
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, int):
            return Response(status_code=answer)
        if isinstance(answer, dict):
            return JSONResponse(answer)
        return PlainTextResponse(answer or "")


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str, value: str = "1", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": words(label), "value": value, **more}


def text_field(block_id: str, label: str = "Answer", **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "v", **more.pop("element", {})}
    return {"type": "input", "block_id": block_id, "label": words(label), "element": element, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "ticket.reply",
        "title": words("Reply"),
        "submit": words("Send"),
        "blocks": list(blocks),
        **more,
    }
