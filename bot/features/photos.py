"""Pictures from the warehouse: dropped into the thread of a return's card, they are kept with its decision."""

from __future__ import annotations

import structlog

from bot.desk import Desk
from bot.domain.handling import Remark
from bot.domain.happening import Happening
from bot.domain.words import plain
from bot.drops import Drop
from bot.store import audit, remarks, subjects

log = structlog.get_logger(__name__)

KIND = "return"
PHOTO = "return.photo"
MOST_NAMED = 10


async def dropped(desk: Desk, drop: Drop) -> None:
    """A picture in a thread of a return belongs to it, whoever of us dropped it, before the decision and after it."""
    pictures = [file for file in drop.files if file.mime.startswith("image/")]
    if not pictures or not drop.thread_ts:
        return
    row = await subjects.hanging(drop.channel, drop.thread_ts)
    if row is None or row.kind != KIND or await desk.refusal_at_click(drop.user_id, drop.team_id):
        return
    names = "\n".join(plain(file.name, 80) for file in pictures[:MOST_NAMED])
    link, now = await _link(desk, drop), desk.now()
    remark = Remark(f"{drop.channel}.{drop.ts}"[:64], row.key, drop.user_id, None, names, link, now)
    if not await remarks.add(remark):
        return
    await audit.note(
        Happening(
            at=now,
            event="photographed",
            actor=drop.user_id,
            team=drop.team_id or "",
            kind=PHOTO,
            subject=row.key,
            account=row.account,
            what={"files": [file.id for file in pictures]},
            result=f"{len(pictures)} photo{'s' if len(pictures) > 1 else ''}: {', '.join(names.splitlines())}"[:300],
        )
    )
    await desk.marks.mark([row.key], urgent=True)


async def _link(desk: Desk, drop: Drop) -> str | None:
    try:
        answer = await desk.slack.chat_getPermalink(channel=drop.channel, message_ts=drop.ts)
    except Exception as error:
        log.info("no link to a photo", reason=type(error).__name__)
        return None
    return str(answer["permalink"])
