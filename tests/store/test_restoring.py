"""A notebook that was put back from a backup: it is noticed, and nothing that was forgotten is done again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.gap import Gap, hiding
from bot.store import actions, audit, beginning, entries, hanging, lives, notes, restoring, sql, subjects, witness
from bot.store.actions import NewAction
from bot.store.database import Notebook, NotebookError, migrate, open_notebook
from bot.store.hanging import Hanging
from bot.store.restoring import Restored
from bot.store.transaction import refuse, shielded
from bot.store.witness import Sign
from tests.store.conftest import NOW

TICKET = "ticket:main:1"


@pytest.fixture(autouse=True)
def no_life_is_left() -> object:
    yield
    lives.end()
    refuse(None)


async def begins(folder: Path, at: datetime = NOW, *, alone: bool = True) -> Restored | None:
    return await beginning.begin(folder, lambda: at, alone=alone)


async def tell(text: str, *values: object) -> None:
    await shielded(lambda: sql.change(text, *values))


async def put_back(steps: int = 1) -> None:
    """As it was so many steps ago, for a test that runs on both databases."""
    await tell("UPDATE lives SET steps = steps - ?", steps)


async def taken(id: str, kind: str = "ticket.reply") -> None:
    new = NewAction(id, id, kind, TICKET, "main", "U1", "T1", {}, None)
    assert (await actions.take(new, f"heard:{id}", NOW)).fresh


async def state(id: str) -> str:
    found = await actions.find(id)
    assert found is not None
    return found.state


# Noticing


async def test_a_start_like_any_other_is_no_restore(notebook: Notebook, tmp_path: Path) -> None:
    for _ in range(3):
        assert await begins(tmp_path) is None
        await subjects.posting(TICKET, "marker", "C1", NOW)
        await taken(f"a{_}")

    assert await begins(tmp_path) is None
    assert await state("a0") == "taken"
    assert (await restoring.last()) == restoring.NEVER


@pytest.mark.parametrize("what", ["a post", "an entry", "a click", "a move"])
async def test_each_thing_that_must_not_be_forgotten_is_noticed_when_it_is(
    notebook: Notebook, tmp_path: Path, what: str
) -> None:
    await taken("before")
    assert await begins(tmp_path) is None
    if what == "a post":
        await subjects.posting(TICKET, "marker", "C1", NOW)
    elif what == "an entry":
        await entries.posting(TICKET, "m1", NOW, "marker", NOW)
    elif what == "a click":
        await taken("during")
    else:
        assert await actions.withdraw("before", "U1", sentence="No.", now=NOW)
    await put_back()

    found = await begins(tmp_path, NOW + timedelta(hours=2))

    assert found is not None
    assert found.since == NOW
    assert (await restoring.last()) == found
    assert await begins(tmp_path) is None


async def test_posts_of_one_second_are_one_step_and_an_action_is_always_its_own(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps() -> int:
        kept = await notes.get(beginning.NAME)
        return max(sign.steps for sign in witness.read(tmp_path, str((kept or {})["id"])))

    monkeypatch.setattr(lives, "POSTS_SECONDS", 3600.0)
    await begins(tmp_path)
    for number in range(5):
        await subjects.posting(TICKET, f"marker {number}", "C1", NOW)
    assert await steps() == 1
    await taken("one")
    await taken("two")
    assert await steps() == 3
    monkeypatch.setattr(lives, "POSTS_SECONDS", 0.0)
    await entries.posting(TICKET, "m1", NOW, "marker", NOW)
    assert await steps() == 4


async def test_a_notebook_that_forgot_a_whole_life_is_noticed(notebook: Notebook, tmp_path: Path) -> None:
    await begins(tmp_path)
    await tell("DELETE FROM lives")

    assert await begins(tmp_path) is not None


async def test_another_notebook_in_the_same_folder_is_no_restore(tmp_path: Path) -> None:
    for name in ("one", "two", "one"):
        url = f"sqlite://{tmp_path}/{name}.db"
        await migrate(url, tmp_path)
        opened = await open_notebook(url, tmp_path)
        try:
            assert await begins(tmp_path) is None
            await lives.step()
        finally:
            await opened.close()


async def test_a_notebook_of_before_it_had_a_name_is_taken_for_restored(notebook: Notebook, tmp_path: Path) -> None:
    await begins(tmp_path)
    await subjects.mark([TICKET], NOW)
    await tell("DELETE FROM notes")
    await tell("DELETE FROM lives")

    assert await begins(tmp_path) is not None


async def test_the_first_start_of_a_version_that_counts_is_no_restore(notebook: Notebook, tmp_path: Path) -> None:
    await subjects.mark([TICKET], NOW)

    assert await begins(tmp_path) is None


async def test_processes_with_folders_of_their_own_raise_one_alarm_for_one_restore(
    notebook: Notebook, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        await begins(tmp_path / folder, alone=False)
        await lives.step()
    await put_back()

    assert await begins(tmp_path / "one", NOW + timedelta(minutes=5), alone=False) is not None
    await taken("after")
    assert await begins(tmp_path / "two", NOW + timedelta(minutes=5), alone=False) is None
    assert await state("after") == "taken"


async def test_another_process_at_work_is_no_restore(notebook: Notebook, tmp_path: Path) -> None:
    await begins(tmp_path, alone=False)
    await lives.step()
    assert await begins(tmp_path, alone=False) is None
    await lives.step()

    assert await begins(tmp_path, alone=False) is None


async def test_who_lives_while_the_notebook_is_put_back_does_nothing_more(notebook: Notebook, tmp_path: Path) -> None:
    await begins(tmp_path)
    await lives.step()
    await put_back()

    with pytest.raises(NotebookError, match="Stop every process"):
        await lives.step()
    with pytest.raises(NotebookError, match="Stop every process"):
        await subjects.find(TICKET)


async def test_witnesses_of_lives_that_are_over_are_taken_away(notebook: Notebook, tmp_path: Path) -> None:
    for _ in range(4):
        await begins(tmp_path)
        await lives.step()

    assert len(list((tmp_path / witness.FOLDER).rglob("*.json"))) == 1


def test_half_a_witness_says_nothing(tmp_path: Path) -> None:
    witness.write(tmp_path, "n", Sign("whole", 7, NOW))
    (tmp_path / witness.FOLDER / "n" / "half.json").write_text('{"steps": 9')
    (tmp_path / witness.FOLDER / "n" / "list.json").write_text("[]")

    assert witness.read(tmp_path, "n") == [Sign("whole", 7, NOW)]


async def test_a_folder_that_cannot_be_written_keeps_it_from_starting(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / witness.FOLDER).write_text("a file")

    with pytest.raises(NotebookError, match="DATA_DIR"):
        await begins(tmp_path)


# Seeing to it


async def test_what_was_under_way_is_put_before_people(
    notebook: Notebook, tmp_path: Path, later: Callable[[float], datetime]
) -> None:
    await begins(tmp_path)
    await subjects.mark([TICKET], NOW)
    await tell("UPDATE subjects SET closed = TRUE, look_at = NULL")
    for id in ("waits", "claimed", "sent", "ended"):
        await taken(id)
    for id in ("claimed", "sent", "ended"):
        assert await actions.claim(id, NOW)
    for id in ("sent", "ended"):
        assert await actions.sending(id, 1, NOW)
    assert await actions.settle("ended", "done", sentence=None, evidence=None, free_key=False, now=NOW)
    await put_back()

    found = await begins(tmp_path, later(7200))

    assert found is not None
    assert found.actions == 3
    assert [await state(id) for id in ("waits", "claimed", "sent", "ended")] == ["needs_human"] * 3 + ["done"]
    assert await actions.due(later(99999), 10) == []
    doubted = await actions.needs_human()
    assert all("knows nothing after 23 Nov 2026, 09:30 UTC" in (action.sentence or "") for action in doubted)
    assert TICKET in await subjects.due(later(7200), 10)
    log = [record async for record in audit.rows()]
    assert [record.event for record in log][-4:] == ["needs_human"] * 3 + ["restored"]
    assert (await audit.verify()).trouble == ""


async def test_who_was_asked_before_is_asked_again(notebook: Notebook, later: Callable[[float], datetime]) -> None:
    await subjects.mark([TICKET], NOW)
    await taken("unsure")
    await tell("UPDATE actions SET state = 'needs_human'")
    await tell("UPDATE subjects SET closed = TRUE, look_at = NULL")

    await restoring.found_by_hand(later(7200))

    assert await subjects.due(later(7200), 10) == [TICKET]


async def test_by_hand_it_is_the_same(notebook: Notebook, tmp_path: Path) -> None:
    await begins(tmp_path)
    await taken("waits")

    found = await restoring.found_by_hand(NOW)

    assert (found.actions, found.recalled) == (1, False)
    assert await state("waits") == "needs_human"


async def test_a_sign_from_the_future_does_not_hide_the_gap(notebook: Notebook, tmp_path: Path) -> None:
    await begins(tmp_path, NOW + timedelta(days=400))

    found = await restoring.found_by_hand(NOW)

    assert found.since == NOW - restoring.LONG_AGO


async def test_what_goes_on_by_itself_does_not(notebook: Notebook, later: Callable[[float], datetime]) -> None:
    await notes.put("schedule:main:weekly", {"done": NOW.isoformat()}, NOW)
    await insert(
        "bulks", key="bulk:main:1", account="main", storefront="de", name="a", user_id="U1", team_id="T", at=NOW
    )
    await tell("UPDATE bulks SET begun_at = ?", NOW)
    file = {"batch": "b", "source": "s", "name": "a.pdf", "size": 1, "url": "", "given_by": "U1", "added_at": NOW}
    await insert("invoice_files", **file, consented=True)
    feed = {"account": "main", "kind": "inventory", "name": "a.csv", "size": 1, "user_id": "U1", "at": NOW}
    await insert("feeds", key="feed:main:0123456789ab-2", **feed)
    await insert("feeds", key="feed:main:0123456789ab", **feed)

    await restoring.found_by_hand(later(7200))

    assert await notes.get("schedule:main:weekly") == {"done": later(7200).isoformat()}
    (bulk,) = await shielded(lambda: sql.fetch("SELECT ended_at IS NOT NULL, why FROM bulks"))
    assert bulk[0]
    assert "restored" in bulk[1]
    assert [bool(each) for (each,) in await shielded(lambda: sql.fetch("SELECT consented FROM invoice_files"))] == [
        False
    ]


async def insert(table: str, **values: object) -> None:
    text = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({sql.slots(len(values))})"
    await shielded(lambda: sql.inserted(text, *values.values()))


# What hangs in Slack


def card(ts: str, subject: str = TICKET, entry: str | None = None) -> Hanging:
    return Hanging(subject, entry, "C1", ts, NOW)


async def test_the_newest_card_counts_and_is_looked_at(notebook: Notebook) -> None:
    assert await hanging.recall([card("1700000002.000100"), card("1700000001.000100")], NOW) == 2
    assert await hanging.recall([card("1700000001.000100")], NOW) == 0

    row = await subjects.find(TICKET)
    assert row is not None
    assert (row.channel, row.ts, row.shown, row.reread) == ("C1", "1700000002.000100", "", True)
    assert await subjects.due(NOW, 5) == [TICKET]


async def test_an_announced_post_that_hangs_is_not_looked_for_any_more(notebook: Notebook) -> None:
    await subjects.mark([TICKET], NOW)
    await subjects.posting(TICKET, "marker", "C1", NOW)
    await entries.posting(TICKET, "m1", NOW, "marker", NOW)

    await hanging.recall([card("1700000001.000100")], NOW)
    await hanging.reread(TICKET, [card("1700000002.000100", entry="m1")])

    row, entry = await subjects.find(TICKET), (await entries.known(TICKET))["m1"]
    assert row is not None
    assert (row.posting, row.ts, row.reread) == (None, "1700000001.000100", False)
    assert (entry.posting, entry.ts) == (None, "1700000002.000100")


async def test_people_are_told_once(notebook: Notebook) -> None:
    await restoring.found_by_hand(NOW)

    first, second = await restoring.recalled(), await restoring.recalled()

    assert first is not None
    assert second is None
    assert (await restoring.last()).recalled


# The gaps


def test_a_gap_hides_what_was_done_about_older_orders() -> None:
    first, second = Gap(NOW, NOW + timedelta(hours=1)), Gap(NOW + timedelta(days=1), NOW + timedelta(days=2))

    assert hiding((), NOW) is None
    assert hiding((first, second), NOW - timedelta(days=9)) == second
    assert hiding((first,), NOW + timedelta(minutes=59)) == first
    assert hiding((first,), NOW + timedelta(hours=1)) is None


async def test_every_gap_is_kept(notebook: Notebook, later: Callable[[float], datetime]) -> None:
    for hour in range(3):
        await restoring.found_by_hand(later(3600 * hour))

    assert [gap.at for gap in (await restoring.last()).gaps] == [later(0), later(3600), later(7200)]
