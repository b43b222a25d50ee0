"""Reports we asked the marketplace for: one row for each file there will be, from asking to hanging in Slack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import border, lives, sql
from bot.store.transaction import unit
from bot.store.writes import write


@dataclass(frozen=True)
class PartRow:
    """One file of a report. Times are in UTC.

    `part` is its storefront, empty for a report about an import, `*` for the picture of the whole. `remote_id` is the
    marketplace's. `summary` is what it comes to, `problem` why there is none. `sharing_at` is when putting the file
    `file_name` into Slack began, `file_id` what Slack calls it since.
    """

    subject: str
    part: str
    remote_id: int | None = None
    asked_at: datetime | None = None
    summary: Mapping[str, Any] | None = None
    problem: str | None = None
    file_name: str | None = None
    sharing_at: datetime | None = None
    file_id: str | None = None

    @property
    def known(self) -> bool:
        """Whether it is over: it was read, or never will be."""
        return self.summary is not None or self.problem is not None


PICTURE = "*"
_COLUMNS = ", ".join(PartRow.__dataclass_fields__)


def _row(stored: sql.Row) -> PartRow:
    subject, part, remote_id, asked_at, summary, problem, file_name, sharing_at, file_id = stored
    return PartRow(
        subject,
        part,
        remote_id,
        border.read_instant(asked_at),
        json.loads(summary) if isinstance(summary, str) else summary,
        problem,
        file_name,
        border.read_instant(sharing_at),
        file_id,
    )


@unit
async def of(subject: str) -> dict[str, PartRow]:
    """The files of a report, by their part."""
    found = await sql.fetch(f"SELECT {_COLUMNS} FROM report_parts WHERE subject = ?", border.key(subject))  # noqa: S608
    return {row.part: row for row in map(_row, found)}


@unit
async def ended(account: str, slug: str) -> int:
    """How many reports of this account and slug (see `ReportWish.slug`) are over."""
    found = await sql.fetch(
        "SELECT COUNT(DISTINCT subject) FROM report_parts WHERE account = ? AND slug = ? AND ended_at IS NOT NULL",
        border.key(account, 64),
        border.key(slug),
    )
    return int(found[0][0])


async def asked(subject: str, part: str, *, account: str, slug: str, remote_id: int, now: datetime) -> None:
    """The marketplace makes the file `part`, as its report `remote_id`."""
    await write(
        "INSERT INTO report_parts (subject, part, account, slug, remote_id, asked_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (subject, part) DO UPDATE SET remote_id = excluded.remote_id, asked_at = excluded.asked_at",
        (border.key(subject), part, border.key(account, 64), border.key(slug), remote_id, now),
    )


async def not_made(subject: str, part: str, *, account: str, slug: str, problem: str) -> None:
    """There will be no such file, and this is why."""
    await write(
        "INSERT INTO report_parts (subject, part, account, slug, problem) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (subject, part) DO UPDATE SET problem = excluded.problem",
        (border.key(subject), part, border.key(account, 64), border.key(slug), problem),
    )


async def read(subject: str, part: str, summary: Mapping[str, Any]) -> None:
    """The file was read, and comes to this."""
    await write("UPDATE report_parts SET summary = ? WHERE subject = ? AND part = ?", (summary, subject, part))


async def sharing(subject: str, part: str, *, account: str, slug: str, file_name: str, now: datetime) -> None:
    """The file is about to be put into Slack under this name: whoever finds this later looks whether it is there."""
    await write(
        "INSERT INTO report_parts (subject, part, account, slug, file_name, sharing_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (subject, part) DO UPDATE SET file_name = excluded.file_name, sharing_at = excluded.sharing_at",
        (border.key(subject), part, border.key(account, 64), border.key(slug), file_name, now),
    )
    await lives.post()


async def shared(subject: str, part: str, file_id: str) -> None:
    await write("UPDATE report_parts SET file_id = ? WHERE subject = ? AND part = ?", (file_id, subject, part))


async def over(subject: str, now: datetime) -> None:
    """Nothing more will become of it; asking for the same again is a new report."""
    await write("UPDATE report_parts SET ended_at = ? WHERE subject = ? AND ended_at IS NULL", (now, subject))


async def forget_before(moment: datetime) -> int:
    """Forget reports that were over before `moment` (UTC)."""
    return await sql.forget(
        "DELETE FROM report_parts WHERE id IN (SELECT id FROM report_parts WHERE ended_at < ? LIMIT ?)", moment
    )
