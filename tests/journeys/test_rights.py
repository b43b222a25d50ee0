"""`/kontor settings` and `/kontor audit`, and the log on the command line."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest

from bot.store import audit
from bot.store.audit import Happening
from sandbox.slack.channels import Message
from tests.journeys.house import BOT_TOKEN, ROOT, SIGNING_SECRET, House
from tests.journeys.test_approvals import counted, home_known, wish


async def asked(house: House, name: str, line: str) -> Message:
    """What `name` is answered when they type `line`."""
    person = house.slack.person(name)
    before = len(person.sees("general"))
    await person.types(line, "general")
    await house.until(lambda: len(person.sees("general")) > before)
    return person.sees("general")[-1]


async def test_everybody_is_shown_their_own_rights(house: House) -> None:
    await home_known(house)

    ana = await asked(house, "ana", "/kontor settings")
    mira = await asked(house, "mira", "/kontor settings")
    gust = await asked(house, "gust", "/kontor settings")

    assert "Agents" in ana.words
    assert "Leads" not in ana.words
    assert "refund money: up to 50.00 EUR / 1250.00 CZK / 220.00 PLN each" in ana.words
    assert "Leads" in mira.words
    assert "decide what colleagues propose: everything" in mira.words
    assert "No role covers you" in gust.words
    assert ana.only_for == house.ana.id
    assert house.slack.complaints == []


async def test_a_lead_reads_what_happened_to_an_order_and_an_agent_does_not(house: House) -> None:
    await home_known(house)
    counted(house)
    await house.kontor.actions.take(wish(house, 1250))
    await house.ended("order:main:MTEST01")

    told = await asked(house, "mira", "/kontor audit order MTEST01")
    denied = await asked(house, "ana", "/kontor audit MTEST01")

    assert "asked to refund money" in told.words
    assert "12.50 EUR, unit 7" in told.words
    assert "sent.1999 → refunded" in told.words
    assert "None of your roles lets you read the audit log" in denied.words
    assert house.slack.complaints == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/kontor audit", "Use `/kontor audit order MB7UWLD`"),
        ("/kontor audit help", "Use `/kontor audit order MB7UWLD`"),
        ("/kontor audit a b c", "names nothing I know"),
        ("/kontor audit MNOBODY1", "holds nothing about MNOBODY1"),
        ("/kontor audit ticket %", "names nothing I know"),
    ],
)
async def test_what_the_log_does_not_know_is_said(house: House, line: str, said: str) -> None:
    await home_known(house)

    assert said in (await asked(house, "tomas", line)).words


async def test_the_command_line_checks_and_exports_the_log(house: House) -> None:
    await home_known(house)
    for number in range(3):
        await audit.note(Happening(house.market.world.clock.now(), "done", f"U{number}", subject="order:main:M1"))

    assert (await kontor(house, "audit", "verify"))[1].startswith("The audit log is whole: 3 rows, the last seal is ")
    code, lines = await kontor(house, "audit", "export", "--after", "1")
    assert code == 0
    assert [json.loads(line)["actor"] for line in lines.splitlines()] == ["U1", "U2"]


async def kontor(house: House, *words: str) -> tuple[int | None, str]:
    """The exit code and the output of `kontor …` beside the running bot."""
    secrets = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    keys = {"MARKET_CLIENT_KEY": "k" * 32, "MARKET_SECRET_KEY": "s" * 64}
    env = {**os.environ, **secrets, **keys, "DATA_DIR": str(house.kontor.settings.data_dir)}
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT
    )
    told, _ = await ran.communicate()
    return ran.returncode, told.decode()
