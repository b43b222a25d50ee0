"""Events on their way to the app: three seconds to answer, then again at once, after a minute, after five.

https://docs.slack.dev/apis/events-api (retries). Times are the workspace's clock: `deliver_due` sends what is due.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.slack.events import Event
from sandbox.slack.outgoing import AppAnswer, Outgoing
from sandbox.slack.workspace import Workspace

# The pause before each retry, counted from the failure before it.
RETRIES = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))


@dataclass
class Delivery:
    """One event. `tries` counts deliveries that failed; `due` is when the next one is."""

    envelope: dict[str, Any]
    due: datetime
    tries: int = 0
    reason: str = ""


@dataclass
class Deliveries:
    workspace: Workspace
    outgoing: Outgoing
    waiting: list[Delivery] = field(default_factory=list)
    given_up: list[Delivery] = field(default_factory=list)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Deliver in the background. Without an app to deliver to, nothing is kept: Slack keeps nothing either."""
        if self.outgoing.connected:
            self._start(self._deliver(Delivery(self.envelope(event.body), self.workspace.now())))

    async def settled(self) -> None:
        """Wait until everything that is under way now was answered or failed; later retries are not waited for."""
        while self._running:
            await asyncio.gather(*self._running)

    async def deliver_due(self) -> None:
        """Send the retries whose time has come by the workspace's clock."""
        now = self.workspace.now()
        due = [delivery for delivery in self.waiting if delivery.due <= now]
        for delivery in due:
            self.waiting.remove(delivery)
            self._start(self._deliver(delivery))
        await self.settled()

    async def verify_url(self, challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P") -> bool:
        """Ask the app for the challenge, as Slack does when its address is entered. True when it gave it back."""
        payload = {"token": "legacy", "challenge": challenge, "type": "url_verification"}
        answer = await self.outgoing.event(payload)
        said = answer.json()
        return answer.ok and (said.get("challenge") if isinstance(said, dict) else answer.body.decode()) == challenge

    def envelope(self, event: dict[str, Any]) -> dict[str, Any]:
        app = self.workspace.app
        channel = self.workspace.channels.with_id(str(event.get("channel", "")))
        return {
            "token": "legacy",
            "team_id": app.team_id,
            "context_team_id": app.team_id,
            "context_enterprise_id": None,
            "api_app_id": app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.workspace.new_id("Ev"),
            "event_time": int(self.workspace.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": app.team_id,
                    "user_id": app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and self.workspace.shared(channel),
            "event_context": "4-" + base64.urlsafe_b64encode(json.dumps({"et": event["type"]}).encode()).decode(),
        }

    async def _deliver(self, delivery: Delivery) -> None:
        while True:
            answer = await self.outgoing.event(delivery.envelope, retry=delivery.tries, reason=delivery.reason)
            self.workspace.feed.publish(
                "event.told", event=delivery.envelope["event"]["type"], ok=answer.ok, retry=delivery.tries
            )
            if answer.ok or answer.headers.get("x-slack-no-retry") == "1":
                return
            delivery.reason = _reason(answer)
            if delivery.tries >= len(RETRIES):
                self.given_up.append(delivery)
                return
            pause = RETRIES[delivery.tries]
            delivery.tries += 1
            if pause:
                delivery.due = self.workspace.now() + pause
                self.waiting.append(delivery)
                return

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _reason(answer: AppAnswer) -> str:
    if answer.trouble == "timeout":
        return "http_timeout"
    return "connection_failed" if answer.trouble else "http_error"
