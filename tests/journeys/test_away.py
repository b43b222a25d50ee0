"""A process that was away does not go on with what it had begun: others may have taken it over."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.house import open_ticket, running


async def test_an_action_is_not_sent_while_away_and_is_executed_once_when_back(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        ticket = open_ticket(house)
        await house.polled()
        card = await house.shown(ticket.id)
        # Whoever asks first is told that we were away; everybody later that we are back.
        asked: list[int] = []

        def steady() -> bool:
            asked.append(len(asked))
            return len(asked) > 1

        house.kontor.actions.steady = steady
        await house.ana.presses("support", card, "Close")

        assert await house.ended(f"ticket:main:{ticket.id}") == ["done"]
        closes = house.market.journal.executed("PATCH", "/close")

    assert len(asked) == 2
    assert len(closes) == 1


async def test_a_card_is_not_posted_while_away_and_is_posted_once_when_back(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        here = [False]
        house.kontor.board.steady = lambda: here[0]
        ticket = open_ticket(house)
        await house.polled()
        assert house.card(ticket.id) is None

        here[0] = True
        await house.shown(ticket.id)
        await house.quiet()
        assert house.card(ticket.id) is not None
