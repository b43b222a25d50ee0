"""Early, on time or late, on the storefront's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.delivery import Punctuality, punctuality, send_by, window_of
from tests.domain.builders import an_order_unit

ORDERED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 27, 22, 59, tzinfo=UTC)


def unit(**fields: Any) -> Any:
    given = {"created": ORDERED, "delivery_days": (2, 4), "delivery_expires": LAST, "status": "sent"}
    return an_order_unit(**{**given, **fields})


@pytest.mark.parametrize(
    ("received", "found"),
    [
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), Punctuality.EARLY),
        # Midnight in Berlin is 23:00 UTC in winter: the first day that is not early has begun.
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), Punctuality.ON_TIME),
        (LAST, Punctuality.ON_TIME),
        (LAST + timedelta(seconds=1), Punctuality.LATE),
    ],
)
def test_what_was_delivered_is_judged_by_the_storefronts_days(received: datetime, found: Punctuality) -> None:
    assert punctuality(unit(status="received", received=received), received) is found


@pytest.mark.parametrize(
    ("status", "after", "found"),
    [
        ("sent", timedelta(seconds=1), Punctuality.LATE),
        ("sent_and_autopaid", timedelta(seconds=1), Punctuality.LATE),
        ("need_to_be_sent", timedelta(seconds=1), Punctuality.LATE),
        ("sent", timedelta(), None),
        ("cancelled", timedelta(days=9), None),
        ("returned", timedelta(days=9), None),
        ("a_state_newer_than_us", timedelta(days=9), None),
    ],
)
def test_what_is_on_its_way_is_late_once_its_time_is_over(
    status: str, after: timedelta, found: Punctuality | None
) -> None:
    assert punctuality(unit(status=status), LAST + after) is found


def test_without_an_end_the_last_day_ends_at_the_storefronts_midnight() -> None:
    assert window_of(unit(delivery_expires=None)).last == datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
    # Over the change to winter time on 25 October.
    over = unit(created=datetime(2026, 10, 23, 10, 0, tzinfo=UTC), delivery_expires=None)
    assert window_of(over).last == datetime(2026, 10, 27, 23, 0, tzinfo=UTC)
    assert window_of(over).first == date(2026, 10, 25)


def test_nothing_is_judged_when_nothing_was_told() -> None:
    blank = unit(delivery_days=None, delivery_expires=None)
    assert (window_of(blank).first, window_of(blank).last) == (None, None)
    assert punctuality(blank, LAST + timedelta(days=99)) is None
    assert punctuality(unit(delivery_days=None, delivery_expires=None, received=LAST), LAST) is None


def test_the_first_unit_that_is_still_here_says_when_to_tell() -> None:
    later = unit(status="open", delivery_expires=LAST + timedelta(days=1))
    gone = unit(status="sent", delivery_expires=LAST - timedelta(days=1))
    here = unit(status="need_to_be_sent")

    assert send_by([later, gone, here], timedelta(hours=24)) == LAST - timedelta(hours=24)
    assert send_by([gone], timedelta()) is None
    assert send_by([], timedelta()) is None
