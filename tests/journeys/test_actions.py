"""What becomes of actions when processes die, and what people are told when nobody can be sure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.store import actions as action_rows
from bot.store.actions import NewAction
from tests.journeys.house import House, open_ticket
from tests.journeys.test_approvals import SUBJECT, counted, home_known


async def left_behind(house: House, *, sent: bool = False) -> str:
    """An action another process claimed, and perhaps began to send, before it died."""
    now = house.market.world.clock.now()
    new = NewAction(
        id="a1",
        key="refund:7:0",
        kind="order.refund",
        subject=SUBJECT,
        account="main",
        user_id=house.ana.id,
        team_id=house.kontor.people.home_team,
        payload={"unit": 7},
        seen_version="v1",
    )
    await action_rows.take(new, "view:1", now)
    assert await action_rows.claim("a1", now)
    if sent:
        assert await action_rows.sending("a1", 1, now)
    return "a1"


async def state(id: str) -> str:
    row = await action_rows.find(id)
    assert row is not None
    return row.state


def later(house: House, seconds: float) -> None:
    now = house.kontor.actions.now
    house.kontor.actions.now = lambda: now() + timedelta(seconds=seconds)


async def test_the_only_process_takes_up_at_its_start_what_a_dead_one_had_claimed(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    kind.for_everybody(house)
    await left_behind(house)

    await house.kontor.actions.recover()

    assert await house.ended(SUBJECT) == ["done"]
    assert kind.sent == 1


@pytest.mark.parametrize("sent", [False, True])
async def test_beside_other_processes_nothing_of_theirs_is_touched_until_it_is_old(house: House, sent: bool) -> None:
    await home_known(house)
    kind = counted(house)
    kind.for_everybody(house)
    await left_behind(house, sent=sent)
    house.kontor.actions.alone = False

    await house.kontor.actions.recover()
    later(house, 39)
    await house.quiet()
    assert await state("a1") == ("sending" if sent else "claimed")
    later(house, 22)

    assert await house.ended(SUBJECT) == (["needs_human"] if sent else ["done"])
    assert kind.sent == (0 if sent else 1)


async def test_when_nobody_knows_whether_a_click_was_taken_that_is_what_people_are_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)

    async def broken(*_: Any) -> None:
        raise ConnectionResetError("the answer to COMMIT was lost")

    monkeypatch.setattr(action_rows, "take", broken)
    await house.ana.presses("support", card, "Close")
    told = await house.until(lambda: [m.words for m in house.ana.sees("support") if m.only_for])

    assert "cannot tell whether your click was taken" in told[-1]
    assert [banner.where for banner in house.ana.banners] == ["button"]


async def test_while_the_notebook_is_in_trouble_nothing_is_given_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home_known(house)
    kind = counted(house)
    kind.for_everybody(house)
    await left_behind(house)
    broken = True

    async def sending(*args: Any, **named: Any) -> bool:
        if broken:
            raise ConnectionRefusedError("the database restarts")
        return await original(*args, **named)

    original = action_rows.sending
    monkeypatch.setattr(action_rows, "sending", sending)
    await house.kontor.actions.recover()
    await house.kontor.actions.lanes.quiet()
    assert await state("a1") == "claimed"
    broken = False
    later(house, 61)

    assert await house.ended(SUBJECT) == ["done"]
    assert kind.sent == 1
