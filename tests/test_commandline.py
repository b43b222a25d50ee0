"""`kontor …` as people type it: the real program in a process of its own, against the local marketplace and Slack."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from bot.manifest import manifest
from sandbox.market import Account, Marketplace
from sandbox.serving import Served
from sandbox.slack import SlackWorkspace
from tests.halls import notebook_schema
from tests.journeys.house import BOT_TOKEN, ROOT, SIGNING_SECRET, environment


@dataclass
class Shell:
    market: Marketplace
    slack: SlackWorkspace
    env: dict[str, str]
    folder: Path

    async def kontor(self, *words: str, **more: str) -> tuple[int, str]:
        """Exit code and everything that was printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **self.env, **more},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode()


@pytest_asyncio.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    market = Marketplace([Account.named("main", ("de", "cz"))], rate_limit=None)
    slack = SlackWorkspace(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        manifest=yaml.safe_load(manifest("https://kontor.test", "", socket_mode=False)),
    )
    async with Served(market.app) as market_door, Served(slack.app) as slack_door, market:
        slack.connect("http://127.0.0.1:9", here=slack_door.url)
        env = environment(market_door.url, slack_door.url, "https://kontor.test", tmp_path / "data", market)
        del env["PUBLIC_URL"]
        yield Shell(market, slack, env, tmp_path)


async def test_the_doctor_of_a_healthy_house_finds_nothing_to_mend(shell: Shell) -> None:
    await shell.kontor("migrate")
    code, told = await shell.kontor("doctor")

    assert code == 0, told
    lines = told.splitlines()
    assert not [line for line in lines if line.startswith("FAIL")]
    for what in (
        "settings",
        "database",
        "rules",
        "slack token",
        "slack scopes",
        "channel #support",
        "marketplace main",
    ):
        assert any(line.split(":")[0].endswith(what) for line in lines), what


async def test_the_doctor_names_each_thing_that_is_wrong_and_what_to_do(shell: Shell) -> None:
    await shell.kontor("migrate")
    shell.slack.faults.archive("returns")
    shell.slack.faults.remove_bot("orders")
    code, told = await shell.kontor("doctor", MARKET_SECRET_KEY="0a1b2c3d4e5f6071" * 4)

    assert code == 1
    failed = [line for line in told.splitlines() if line.startswith("FAIL")]
    assert [line.partition(":")[0].split(maxsplit=1)[1] for line in failed] == [
        "channel #orders",
        "channel #returns",
        "marketplace main",
    ]
    assert "/invite" in failed[0]
    assert "archived" in failed[1]
    assert "secret key" in failed[2]
    assert "0a1b2c3d4e5f6071" not in told


async def test_the_doctor_knows_an_account_that_rules_name_wrongly(shell: Shell) -> None:
    await shell.kontor("migrate")
    folder = shell.folder / "rules"
    shutil.copytree(ROOT / "rules", folder)
    rules = (folder / "routing.yaml").read_text()
    wrong = '  - name: Wrong\n    when: {not: {account: mian}}\n    channel: "#support"\n'
    (folder / "routing.yaml").write_text(rules.replace("rules:\n", f"rules:\n{wrong}", 1))
    code, told = await shell.kontor("doctor", RULES_DIR=str(folder))

    assert code == 1
    assert "there is no account 'mian' (did you mean 'main'?)" in told


async def test_a_restore_that_cannot_be_noticed_can_be_told(shell: Shell) -> None:
    await shell.kontor("migrate")
    code, told = await shell.kontor("restored")

    assert code == 0, told
    assert "0 actions were put before people. Start Kontor now" in told


async def test_a_dead_token_is_said_with_where_a_new_one_comes_from(shell: Shell) -> None:
    shell.slack.faults.revoke_token()
    code, told = await shell.kontor("doctor")

    assert code == 1
    assert "token_revoked" in told
    assert "OAuth & Permissions" in told
    assert BOT_TOKEN not in told


async def test_serve_refuses_to_start_without_its_secrets_and_names_them(shell: Shell) -> None:
    code, told = await shell.kontor("serve", SLACK_SIGNING_SECRET="", MARKET_CLIENT_KEY="change-me")

    assert code == 2
    assert "SLACK_SIGNING_SECRET is not set" in told
    assert "MARKET_CLIENT_KEY still holds a sample value" in told
    assert "Traceback" not in told


async def test_serve_refuses_wrong_rules_with_file_line_and_column(shell: Shell) -> None:
    rules = shell.folder / "rules"
    rules.mkdir()
    (rules / "routing.yaml").write_text(
        'fallback: "#kontor-ops"\nrules:\n  - name: A\n    chanel: "#support"\n', "utf-8"
    )
    code, told = await shell.kontor("serve", RULES_DIR=str(rules))

    assert code == 2
    assert "routing.yaml:4:5" in told
    assert "did you mean 'channel'?" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("part", ["web", "work"])
async def test_a_part_that_cannot_share_its_work_refuses_and_says_what_to_do(shell: Shell, part: str) -> None:
    code, said = await shell.kontor(part)

    assert code == 2
    assert f"`kontor {part}`" in said
    assert "KONTOR_LANES=postgres" in said
    assert "kontor serve" in said

    code, said = await shell.kontor(part, KONTOR_LANES="postgres")

    assert code == 2
    assert "KONTOR_LANES=postgres needs DATABASE_URL=postgres://" in said


@pytest.mark.postgres
async def test_parts_want_their_lanes_made_and_migrate_makes_them(shell: Shell) -> None:
    async with notebook_schema() as url:
        more = {"KONTOR_LANES": "postgres", "DATABASE_URL": url}
        await shell.kontor("migrate", DATABASE_URL=url)
        code, said = await shell.kontor("work", **more)
        made = await shell.kontor("migrate", **more)
        _, examined = await shell.kontor("doctor", **more)

    assert code == 2
    assert "Run `kontor migrate`" in said
    assert made[0] == 0
    assert "Made the lanes" in made[1]
    assert "ok   lanes" in examined


async def test_migrate_says_what_it_did_and_may_be_repeated(shell: Shell) -> None:
    first = await shell.kontor("migrate")
    second = await shell.kontor("migrate")

    assert (first[0], second[0]) == (0, 0)
    assert first[1] != second[1]


async def test_rules_explain_fetches_a_ticket_and_says_why_it_goes_where_it_goes(shell: Shell) -> None:
    world = shell.market.world
    ticket = world.open_ticket(world.units_of(world.place_order("cz")), "Kde je můj balík?")
    code, told = await shell.kontor("rules", "explain", f"ticket:{ticket.id}")

    assert code == 0, told
    assert "Czech, Slovak and Polish tickets" in told
    assert "#support" in told


async def test_rules_explain_of_a_ticket_nobody_knows_is_a_sentence(shell: Shell) -> None:
    code, told = await shell.kontor("rules", "explain", "ticket:00199999999")

    assert code == 1
    assert "Traceback" not in told


async def test_templates_render_shows_what_the_buyer_of_a_ticket_would_read(shell: Shell) -> None:
    world = shell.market.world
    order = world.place_order("cz")
    ticket = world.open_ticket(world.units_of(order), "Kde je můj balík?")
    code, told = await shell.kontor(
        "templates", "render", "not-received", "--ticket", ticket.id, "--input", "carrier=DHL"
    )

    assert "Traceback" not in told
    assert code in {0, 1}
    assert order.id in told or code == 1


async def test_nothing_rests_and_nothing_needs_a_human_in_a_new_notebook(shell: Shell) -> None:
    await shell.kontor("migrate")

    assert await shell.kontor("rest", "list") == (0, "")
    assert await shell.kontor("rest", "retry") == (0, "0 will be looked at again.\n")
    assert await shell.kontor("actions", "list", "--needs-human") == (0, "")


async def test_subscriptions_need_an_address_and_a_mail(shell: Shell) -> None:
    await shell.kontor("migrate")
    code, told = await shell.kontor("subscriptions", "sync")

    assert code == 2
    assert "PUBLIC_URL" in told
    assert await shell.kontor("subscriptions", "list") == (0, "")


async def test_a_manifest_needs_no_secrets(shell: Shell) -> None:
    shell.env.clear()
    code, told = await shell.kontor("manifest", PUBLIC_URL="https://shop.test", SLACK_COMMAND_PREFIX="x-")

    assert code == 0
    assert yaml.safe_load(told)["features"]["slash_commands"][0]["command"].startswith("/x-")


@pytest.mark.parametrize("words", [["--help"], ["rules", "--help"], ["actions", "list", "--help"], ["--version"]])
async def test_help_is_always_there(shell: Shell, words: list[str]) -> None:
    shell.env.clear()

    assert (await shell.kontor(*words))[0] == 0


async def test_actions_can_be_listed_as_json(shell: Shell) -> None:
    await shell.kontor("migrate")
    code, told = await shell.kontor("actions", "list", "--json")

    assert code == 0
    assert [json.loads(line) for line in told.splitlines()] == []
