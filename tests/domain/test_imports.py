"""Imports: every status has words and a phase, looks grow rarer, and what does not move is noticed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import imports
from bot.domain.imports import Progress
from bot.domain.model import ImportFile

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOCUMENTED = (
    *("NEW", "DOWNLOADING", "DOWNLOADED", "DOWNLOADING_FAILED", "PENDING_CONVERSION", "CONVERTING"),
    *("CONVERSION_FAILED", "PREPARING", "PREPARED", "PREPARING_FAILED", "CHECKING", "CHECKED", "CHECKING_FAILED"),
    *("PREPROCESSING", "PREPROCESSED", "PREPROCESSING_FAILED", "IMPORTING", "IMPORTED", "IMPORTING_FAILED"),
    *("IMPORTING_STOPPED", "ABORTED", "ERROR", "DONE"),
)


def a_file(status: str, **more: object) -> ImportFile:
    return ImportFile(7, "inventory-feed", status, NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", DOCUMENTED)
def test_every_documented_status_has_words_and_ends_exactly_where_the_marketplace_ends(status: str) -> None:
    progress = imports.seen(None, a_file(status), NOW)

    ends = status in {"IMPORTED", "DONE", "ABORTED", "ERROR", "IMPORTING_STOPPED"} or status.endswith("_FAILED")
    assert "do not know" not in progress.words
    assert progress.ended == ends
    assert (imports.next_look(progress, NOW) is None) == ends


def test_a_status_nobody_knew_yesterday_goes_on() -> None:
    progress = imports.seen(None, a_file("SHINY_NEW_PHASE"), NOW)

    assert not progress.ended
    assert "shiny new phase" in progress.words
    assert imports.next_look(progress, NOW) is not None


@pytest.mark.parametrize("status", ["NEW", "DOWNLOADING", "DOWNLOADING_FAILED"])
def test_the_file_must_stay_published_until_the_marketplace_has_it(status: str) -> None:
    assert not imports.seen(None, a_file(status), NOW).downloaded
    assert imports.seen(None, a_file("DOWNLOADED"), NOW).downloaded
    assert imports.seen(None, a_file("PREPARING_FAILED"), NOW).downloaded


def test_product_data_is_done_only_after_its_afterwork() -> None:
    before = imports.seen(None, a_file("DONE", afterwork_done=False), NOW)
    after = imports.seen(before, a_file("DONE", afterwork_done=True), NOW + timedelta(minutes=9))

    assert (before.phase, before.ended, after.phase, after.ended) == ("afterwork", False, "done", True)
    assert after.moved_at == NOW + timedelta(minutes=9)


def test_looks_grow_rarer_while_nothing_moves_and_come_quickly_again_once_something_does() -> None:
    progress = imports.seen(None, a_file("IMPORTING", current_line=10, total_lines=100), NOW)
    waits = []
    for minutes in (0, 1, 10, 100):
        now = NOW + timedelta(minutes=minutes)
        look = imports.next_look(
            imports.seen(progress, a_file("IMPORTING", current_line=10, total_lines=100), now), now
        )
        assert look is not None
        waits.append((look - now).total_seconds())
    moved = imports.seen(progress, a_file("IMPORTING", current_line=11, total_lines=100), now)

    assert waits == [3, 6, 60, 300]
    assert imports.next_look(moved, now) == now + timedelta(seconds=3)


def test_speed_and_time_left_follow_from_the_lines_seen() -> None:
    first = imports.seen(None, a_file("IMPORTING", current_line=100, total_lines=1100), NOW)
    later = NOW + timedelta(seconds=50)
    second = imports.seen(first, a_file("IMPORTING", current_line=600, total_lines=1100), later)

    assert (second.speed(later), second.left(later)) == (10.0, timedelta(seconds=50))
    assert (second.percent, second.bar()) == (54, "██████░░░░░░")
    assert first.speed(NOW) is None
    assert first.left(NOW) is None


@pytest.mark.parametrize(
    ("status", "minutes"), [("NEW", 30), ("DOWNLOADING", 30), ("CHECKING", 60), ("IMPORTING", 60), ("CONVERTING", 60)]
)
def test_what_does_not_move_for_too_long_is_stuck_and_one_that_moves_is_not(status: str, minutes: int) -> None:
    progress = imports.seen(None, a_file(status), NOW)
    late = NOW + timedelta(minutes=minutes)

    assert not imports.stuck(progress, late - timedelta(seconds=1))
    assert imports.stuck(imports.seen(progress, a_file(status), late), late)
    assert not imports.stuck(imports.seen(progress, a_file(status, current_line=1), late), late)


def test_what_has_ended_is_never_stuck() -> None:
    progress = imports.seen(None, a_file("IMPORTED"), NOW)

    assert not imports.stuck(progress, NOW + timedelta(days=9))


def test_a_line_beyond_the_total_is_no_more_than_all() -> None:
    assert Progress("IMPORTING", line=12, total=10).percent == 100
