"""The lists of the morning, one per channel, and the same on demand: `/ticket list`, `/ticket find`, `/return list`.

A digest is a subject like any other, named by its channel and day: so it is posted once, whatever dies meanwhile. What
wakes them is a subject too, whose next look is the next morning.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards.digests import MOST_LINES, Sheet, digest_card
from bot.commands import says
from bot.desk import Desk, subject_key
from bot.domain.schedule import Schedule
from bot.domain.work import DESK_KINDS, Asked, end_of_day
from bot.invoicedesk import missing_hangs
from bot.lists import answer_find, answer_list
from bot.looks import Seen
from bot.store import worklist
from bot.store.subjects import SubjectRow

KIND = "digest"
EVERYBODY = "all"
MORNING = subject_key(KIND, EVERYBODY, "morning")
# A morning that was missed by more than this is not made up for: the day is well known by then.
LATE = timedelta(hours=4)


async def look(desk: Desk, row: SubjectRow) -> Seen:
    return await _morning(desk, row) if row.key == MORNING else await _digest(desk, row)


async def _morning(desk: Desk, row: SubjectRow) -> Seen:
    """Wake the digests of all channels in which something waits, when it is time, and sleep until the next time."""
    schedule, now = desk.clocks().digest, desk.now()
    if schedule is None:
        return Seen(state="off", closed=True)
    noted = row.facts.get("done")
    done = datetime.fromisoformat(noted) if isinstance(noted, str) else now
    missed = schedule.missed(done, now)
    if missed and now - missed <= LATE:
        day = missed.astimezone(schedule.calendar.zone).date()
        channels = {*await worklist.channels(DESK_KINDS), *await missing_hangs(desk)}
        # Before it is noted that this morning is done: who dies in between finds it not done.
        await desk.marks.mark([subject_key(KIND, EVERYBODY, f"{channel}-{day}") for channel in channels])
    return Seen(
        state="waiting",
        closed=True,
        next_look=schedule.after(now),
        facts={"done": (missed or done).isoformat()},
    )


async def _digest(desk: Desk, row: SubjectRow) -> Seen:
    if row.ts:
        return Seen(state="posted", closed=True)
    channel, now = row.ref.partition("-")[0], desk.now()
    clocks = desk.clocks()
    kinds = {kind: (await worklist.listed(Asked((kind,), channel=channel), now, limit=0)).total for kind in DESK_KINDS}
    papers = (await missing_hangs(desk)).get(channel)
    if not (any(kinds.values()) or papers) or clocks.digest is None:
        return Seen(state="nothing waits", closed=True)
    asked = Asked(DESK_KINDS, channel=channel)
    day = await worklist.day_list(asked, now, end_of_day(now, clocks.office), each=MOST_LINES)
    sheet = Sheet(now, desk.link, await desk.homes.address())
    card = digest_card(day, kinds, sheet, when=_spoken(clocks.digest), papers=papers)
    # Closed with the next look, at once: what is closed before it hangs gets no message.
    return Seen(wanted=Wanted(card, channel), state="posted", next_look=now)


def _spoken(schedule: Schedule) -> str:
    return f"{schedule.when} ({schedule.calendar.zone.key})"


# On demand


def register(app: AsyncApp, prefix: str) -> None:
    for kind in DESK_KINDS:
        app.command(f"/{prefix}{kind}", matchers=[says("list")])(_listener(kind, answer_list))
        app.command(f"/{prefix}{kind}", matchers=[says("find")])(_listener(kind, answer_find))


def _listener(
    kind: str, answer: Callable[[Desk, dict[str, Any], AsyncRespond, str], Coroutine[None, None, None]]
) -> Callable[..., Coroutine[None, None, None]]:
    async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
        await ack()
        desk.later(answer(desk, command, respond, kind))

    return asked
