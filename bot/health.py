"""Whether Kontor is well: `/readyz`, `/metrics` and `/kontor status`. None of them carries a buyer's data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot.actions import ActionDesk
from bot.board import Board
from bot.domain.words import escaped
from bot.looks import Looks
from bot.polls import Polls
from bot.replies import ReplyTemplates
from bot.roles import RoleFile
from bot.rules import RuleFile
from bot.settings import Settings
from bot.store import actions as action_rows
from bot.store import notes, restoring, subjects


class PushCount(Protocol):
    accepted: int


@dataclass
class Health:
    settings: Settings
    board: Board
    looks: Looks
    actions: ActionDesk
    polls: Polls
    rules: RuleFile
    roles: RoleFile
    templates: ReplyTemplates
    now: Callable[[], datetime]
    pushes: PushCount | None = None
    # Where polls may run in another process; the front door alone takes things in whoever works behind it.
    alone: bool = True
    door_only: bool = False
    slack_error: str | None = "not asked yet"

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        """Each thing we depend on with a reason; False when one of them keeps us from working."""
        checks = {
            "database": await self._database(),
            "slack": self.slack_error or self.board.token_trouble or "ok",
            "marketplace": self._marketplace(),
            "clocks": "; ".join(f"{name}: {why}" for name, why in self._clocks()) or "ok",
            "last_poll": await self._last_poll(),
            "rules": "; ".join(str(problem) for problem in self.rules.problems) or "ok",
            "roles": "; ".join(str(problem) for problem in self.roles.problems) or "ok",
            "templates": "; ".join(str(problem) for problem in self.templates.problems) or "ok",
        }
        fatal = ["database", "slack", "marketplace", *([] if self.door_only else ["last_poll"])]
        return all(checks[name].startswith("ok") for name in fatal), {"checks": checks}

    def _marketplace(self) -> str:
        """What keeps us from each account now, else what its last poll stumbled over."""
        troubles = {name: market.trouble for name, market in self.polls.markets.items() if market.trouble}
        said = {**self.polls.last_error, **troubles}
        return "; ".join(f"{name}: {why}" for name, why in sorted(said.items())) or "ok"

    def _clocks(self) -> list[tuple[str, str]]:
        found = [(name, market.clock_trouble) for name, market in sorted(self.polls.markets.items())]
        return [(name, why) for name, why in found if why]

    async def _database(self) -> str:
        try:
            await subjects.counts(self.now())
        except Exception as error:
            return f"does not answer ({type(error).__name__})"
        return "ok"

    async def _last_poll(self) -> str:
        last = max(self.polls.last_ok.values(), default=None)
        hint = ""
        if not self.alone:
            try:
                last = await notes.latest("poll:")
            except Exception as error:
                return f"nobody knows ({type(error).__name__})"
            hint = "; is `kontor work` running?"
        if last is None:
            return f"no poll has succeeded yet{hint}"
        age = (self.now() - last).total_seconds()
        if age > 3 * self.settings.poll_seconds + 60:
            return f"{age:.0f} s ago{hint}"
        return f"ok, {age:.0f} s ago"

    async def metrics(self) -> bytes:
        registry = CollectorRegistry()

        def gauge(name: str, what: str, value: float) -> None:
            Gauge(f"kontor_{name}", what, registry=registry).set(value)

        counts = await subjects.counts(self.now())
        oldest = await subjects.oldest_due()
        gauge("subjects_due", "Subjects that wait for a look", counts.due)
        gauge("subjects_resting", "Subjects that rest after failures", counts.resting)
        gauge("subjects_open", "Subjects that are not closed", counts.open)
        age = (self.now() - oldest).total_seconds() if oldest else 0.0
        gauge("oldest_due_seconds", "How long the oldest due subject has waited", max(0.0, age))
        gauge("looks_total", "Looks since the start", self.looks.looked)
        gauge("look_failures_total", "Looks that failed since the start", self.looks.failures)
        gauge("lanes_busy", "Subjects that wait or run in lanes", self.looks.lanes.busy)
        gauge("pushes_total", "Pushes accepted since the start", self.pushes.accepted if self.pushes else 0)
        gauge("actions_needing_human", "Actions a person must check", len(await action_rows.needs_human()))
        gauge("slack_ok", "1 while Slack takes our token", float(self.board.token_trouble is None))
        gauge("channels_closed", "Channels the bot cannot post to", len(self.board.channels.troubles()))
        return generate_latest(registry)

    async def status_text(self) -> str:
        """What `/kontor status` answers: for people, worst first."""
        ok, report = await self.ready()
        counts = await subjects.counts(self.now())
        lines = ["*Kontor is well.*" if ok else ":warning: *Something needs attention.*"]
        lines += [f"• {name.replace('_', ' ')}: {escaped(text, 300)}" for name, text in report["checks"].items()]
        lines.append(f"• {counts.open} open, {counts.due} waiting for a look, {counts.resting} resting")
        for row in (await subjects.resting())[:5]:
            lines.append(f"• rests: {escaped(row.key, 80)}: {escaped(row.rest_reason or '', 200)}")
        for channel, reason in self.board.channels.troubles().items():
            lines.append(f"• closed channel {escaped(channel, 80)}: {escaped(reason, 120)}")
        if (restore := await restoring.last()).at:
            looked = "" if restore.recalled else ", and its cards are still looked for in Slack"
            lines.append(f"• restored from a backup at {restore.at:%d %b %Y, %H:%M} UTC{looked}")
        waiting = await action_rows.needs_human()
        if waiting:
            lines.append(f"• {len(waiting)} actions need a person: look for _Please check_ on the cards")
        return "\n".join(lines)
