"""Files that came together: taken into the notebook, checked one after the other, and uploaded where they may be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.desk import Desk, Wish, account_of, ref_of, subject_key
from bot.domain.action import Action
from bot.domain.deeds import Deed
from bot.domain.invoice import Paper
from bot.domain.invoicebatch import UPLOAD, Found, Item, State, item, last_actions, read_found
from bot.invoicecheck import checked
from bot.invoicefolder import FOLDER, file_away
from bot.store import invoicefiles
from bot.store.invoicefiles import FileRow, NewFile

log = structlog.get_logger(__name__)

KIND = "invoices"
# Who drops more files so soon after each other gets one card for all of them.
TOGETHER = timedelta(minutes=2)
# So many are checked in one look; then the card shows them, and the next look goes on.
CHECKS_PER_LOOK = 5
# When to check again what could not be checked because the marketplace did not answer.
WAITS = timedelta(seconds=20)


async def give(desk: Desk, ref: str, files: Sequence[NewFile]) -> str:
    """Take files into the batch `ref`, and have it looked at; its key. Committed when this returns.

    A batch begins with the first account; what turns out to be another account's moves to a batch of that account.
    """
    key = subject_key(KIND, next(iter(desk.markets)), ref)
    await invoicefiles.add(key, files, desk.now())
    await desk.marks.mark([key], urgent=True)
    return key


async def give_dropped(desk: Desk, ref: str, files: Sequence[NewFile]) -> str:
    """Take dropped files into the batch of what the same person dropped there just now, else as `give` does."""
    now = desk.now()
    key = await invoicefiles.join(subject_key(KIND, next(iter(desk.markets)), ref), files, now, since=now - TOGETHER)
    await desk.marks.mark([key], urgent=True)
    return key


async def check_some(desk: Desk, key: str, files: Sequence[FileRow]) -> tuple[str, ...]:
    """Check a few files that were not; keys of other batches that got one of them."""
    moved: list[str] = []
    for file in [file for file in files if file.open and _unchecked(file, desk.now())][:CHECKS_PER_LOOK]:
        outcome = await checked(desk, file)
        batch = subject_key(KIND, outcome.account, ref_of(key)) if outcome.account else key
        await invoicefiles.checked(
            file.id,
            batch,
            digest=outcome.digest,
            order_id=outcome.order.id if outcome.order else None,
            found=outcome.found.facts(),
            now=desk.now(),
        )
        if batch != key:
            moved.append(batch)
    return tuple(dict.fromkeys(moved))


def _unchecked(file: FileRow, now: datetime) -> bool:
    found = read_found(file.found)
    if found is None or file.checked_at is None:
        return True
    return found.waits and now - file.checked_at >= WAITS


async def items_of(desk: Desk, key: str, files: Sequence[FileRow]) -> tuple[Item, ...]:
    """Where each file of the batch stands."""
    actions = last_actions(await desk.actions.of(key))
    return tuple(_item(file, actions.get(file.id)) for file in files)


def _item(file: FileRow, action: Action | None) -> Item:
    if action and file.checked_at and action.ended_at and action.ended_at < file.checked_at and action.state != "done":
        # It was checked anew since: what was refused before is another story.
        action = None
    return item(
        file.id,
        file.name,
        order_id=file.order_id,
        found=read_found(file.found),
        action=action,
        uploaded=file.uploaded_at is not None,
        dismissed=file.dismissed_at is not None,
        in_folder=file.source.startswith(FOLDER),
    )


async def upload(
    desk: Desk, key: str, file: FileRow, *, user_id: str, team_id: str | None, heard: str, channel: str | None
) -> str:
    """Ask for one file to be uploaded, in spite of the warnings it has now. A sentence for who asked, or nothing."""
    found = read_found(file.found)
    if found is None or file.digest is None or file.order_id is None:
        return "It is not checked yet."
    name = Paper(file.name, file.size, file.digest).upload_name
    account = account_of(key)
    # A file that was uploaded and deleted may be uploaded again; two who press at once make one action.
    earlier = sum(
        action.state == "done" for action in await desk.actions.of(key) if action.payload.get("file") == file.id
    )
    return await desk.actions.take(
        Wish(
            kind=UPLOAD,
            key=f"invoice:{account}:{file.order_id}:{file.digest}:{file.id}:{earlier}",
            subject=key,
            seen=file.digest,
            user_id=user_id,
            team_id=team_id or "",
            payload={
                "file": file.id,
                "account": account,
                "order": file.order_id,
                "name": name,
                "digest": file.digest,
                "warnings": list(found.warnings),
            },
            heard=heard,
            channel=channel,
            deed=Deed(UPLOAD, count=1),
            summary=f"Upload {name} to order {file.order_id}",
            leads_to="uploaded",
        )
    )


async def upload_what_may_be(desk: Desk, key: str, files: Sequence[FileRow], items: Sequence[Item]) -> bool:
    """Upload clean files whose giver has agreed to that beforehand. True when anything was asked for."""
    asked = False
    ready = {item.id for item in items if item.state is State.READY}
    for file in files:
        if not file.consented or file.id not in ready:
            continue
        said = await upload(
            desk, key, file, user_id=file.given_by, team_id=None, heard=f"invoice:{file.id}:{file.digest}", channel=None
        )
        asked = True
        if said:
            found = Found(trouble=said)
            await invoicefiles.checked(
                file.id, key, digest=file.digest, order_id=file.order_id, found=found.facts(), now=desk.now()
            )
    return asked


async def settle(desk: Desk, files: Sequence[FileRow], items: Sequence[Item]) -> bool:
    """Note what the buyers have, and put the folder's files where they end. True when a buyer got one just now."""
    done = {item.id for item in items if item.state is State.UPLOADED}
    news = [file.id for file in files if file.id in done and file.uploaded_at is None]
    await invoicefiles.uploaded(news, desk.now())
    if desk.papers.folder is not None:
        await _file_away(desk.papers.folder, files, items)
    return bool(news)


async def _file_away(folder: Path, files: Sequence[FileRow], items: Sequence[Item]) -> None:
    over = (State.UPLOADED, State.DISMISSED, State.TROUBLE, State.ERROR, State.REFUSED)
    by_id = {file.id: file for file in files}
    for each in items:
        if each.in_folder and each.state in over:
            why = "" if each.state is State.UPLOADED else "\n".join(each.sentences) or "It was put aside."
            try:
                await asyncio.to_thread(
                    file_away, folder, by_id[each.id].source, done=each.state is State.UPLOADED, why=why
                )
            except OSError as error:
                log.error("a file of the folder could not be moved", reason=error.strerror)
