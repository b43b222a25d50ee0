"""The command line, `kontor …` or `python -m bot …`: thin, each command a sentence about what it does."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from bot import __version__
from bot.settings import Settings, SettingsError, read_env_file, read_settings

T = TypeVar("T")


def settings() -> Settings:
    """The settings of `.env` and the environment (which wins); exits with every problem named when they are wrong."""
    try:
        return read_settings({**read_env_file(Path(".env")), **os.environ})
    except SettingsError as error:
        click.echo("Kontor cannot start:", err=True)
        for problem in error.problems:
            click.echo(f"  {problem}", err=True)
        click.echo("See .env.example for every variable. `make demo` needs none of them.", err=True)
        sys.exit(2)


def raw(name: str, default: str) -> str:
    """One variable, for commands that need no secrets."""
    return os.environ.get(name) or read_env_file(Path(".env")).get(name) or default


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kontor")
def main() -> None:
    """Kontor: marketplace tickets, returns and orders in Slack."""


@main.command()
def serve() -> None:
    """Front door, looks, polls: everything in one process."""
    from bot.serving import serve_until_told

    sys.exit(asyncio.run(serve_until_told(settings())))


@main.command()
def web() -> None:
    """The front door alone, one of several processes (KONTOR_LANES=postgres)."""
    from bot.scaling import Part
    from bot.serving import serve_until_told

    sys.exit(asyncio.run(serve_until_told(settings(), part=Part.WEB)))


@main.command()
def work() -> None:
    """Looks, actions, polls and timers without a front door; any number of them (KONTOR_LANES=postgres)."""
    from bot.scaling import Part
    from bot.serving import serve_until_told

    sys.exit(asyncio.run(serve_until_told(settings(), part=Part.WORK)))


@main.command()
@click.option("--fast", is_flag=True, help="Let the local world move quickly.")
def demo(fast: bool) -> None:
    """A local marketplace, a local Slack and the bot; prints where to look."""
    if not Path("sandbox").is_dir():
        click.echo("The demo lives in the checkout: run it from there (git clone, then make demo).", err=True)
        sys.exit(2)
    sys.exit(subprocess.call([sys.executable, "-m", "sandbox", *(["--fast"] if fast else [])]))  # noqa: S603


@main.command()
def migrate() -> None:
    """Bring the notebook's tables up to this version."""
    from bot.scaling import prepare_lanes
    from bot.store.database import NotebookError
    from bot.store.database import migrate as bring_up

    wanted = settings()
    try:
        told = asyncio.run(bring_up(wanted.database_url, wanted.data_dir))
        if wanted.lanes == "postgres":
            told = f"{told}\n{asyncio.run(prepare_lanes(wanted))}"
    except NotebookError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(told)


@main.command()
def restored() -> None:
    """Say that the notebook is from a backup, where DATA_DIR was lost or put back with it. Stop Kontor first."""
    from bot.app import utc_now
    from bot.store import restoring

    found = notebook(lambda: restoring.found_by_hand(utc_now()), alone=True)
    click.echo(
        f"The notebook knows nothing after {found.since:%d %b %Y, %H:%M} UTC. {found.actions} actions were put before "
        "people. Start Kontor now: it finds its cards in Slack again and tells everybody."
    )


@main.command()
def doctor() -> None:
    """Check settings, database, Slack, channels, marketplace, subscriptions and rules; one line each."""
    from bot.doctor import examine

    sys.exit(asyncio.run(examine(settings(), click.echo)))


@main.command()
@click.option("--socket-mode", is_flag=True, help="For an app that connects out instead of being called.")
def manifest(socket_mode: bool) -> None:
    """The Slack app manifest for PUBLIC_URL and SLACK_COMMAND_PREFIX."""
    from bot.manifest import manifest as written

    public = raw("PUBLIC_URL", "").rstrip("/") or None
    click.echo(written(public, raw("SLACK_COMMAND_PREFIX", ""), socket_mode=socket_mode), nl=False)


@main.group()
def rules() -> None:
    """Check and explain rules/routing.yaml."""


@rules.command("check")
def rules_check() -> None:
    """Every problem with file, line, column and the nearest right word."""
    from bot.rules import check_text

    text, code = check_text(Path(raw("RULES_DIR", "rules")) / "routing.yaml", Path(raw("TEMPLATES_DIR", "templates")))
    click.echo(text)
    sys.exit(code)


@rules.command("explain")
@click.argument("what")
def rules_explain(what: str) -> None:
    """Which rule takes WHAT and why, and why not the earlier ones.

    WHAT is a JSON file of facts, or ticket:<id>, return:<id>, order:<id> (fetched from the marketplace).
    """
    from bot.explaining import explain_file, explain_subject

    path = Path(raw("RULES_DIR", "rules")) / "routing.yaml"
    if what.partition(":")[0] in {"ticket", "return", "order"}:
        text, code = asyncio.run(explain_subject(settings(), path, what))
    else:
        text, code = explain_file(path, Path(what))
    click.echo(text, err=code != 0)
    sys.exit(code)


@main.group()
def roles() -> None:
    """Check rules/roles.yaml: who may do what."""


@roles.command("check")
def roles_check() -> None:
    """Every problem with file, line, column and the nearest right word."""
    from bot.roles import check_text

    text, code = check_text(Path(raw("RULES_DIR", "rules")) / "roles.yaml")
    click.echo(text)
    sys.exit(code)


@main.group()
def clocks() -> None:
    """Check rules/clocks.yaml: how soon we answer, and who is told."""


@clocks.command("check")
def clocks_check() -> None:
    """Every problem with file, line, column and the nearest right word."""
    from bot.clocks import check_text

    text, code = check_text(Path(raw("RULES_DIR", "rules")) / "clocks.yaml")
    click.echo(text)
    sys.exit(code)


@main.group()
def invoices() -> None:
    """Check rules/invoices.yaml: what is asked of an invoice."""


@invoices.command("check")
def invoices_check() -> None:
    """Every problem with file, line, column and the nearest right word."""
    from bot.paperrules import check_invoices

    text, code = check_invoices(Path(raw("RULES_DIR", "rules")) / "invoices.yaml")
    click.echo(text)
    sys.exit(code)


@main.group()
def schedules() -> None:
    """Check rules/schedules.yaml: reports that come by themselves."""


@schedules.command("check")
def schedules_check() -> None:
    """Every problem with file, line, column and the nearest right word."""
    from bot.paperrules import check_schedules

    text, code = check_schedules(Path(raw("RULES_DIR", "rules")) / "schedules.yaml")
    click.echo(text)
    sys.exit(code)


@main.group()
def templates() -> None:
    """Check and try reply templates."""


@templates.command("check")
def templates_check() -> None:
    """Every problem with file, line, column and the nearest right word."""
    from bot.replies import check_templates_text

    text, code = check_templates_text(Path(raw("TEMPLATES_DIR", "templates")))
    click.echo(text)
    sys.exit(code)


@templates.command("render")
@click.argument("name")
@click.option("--locale", help="A storefront (de), a language (cs) or a tag (de-AT).")
@click.option("--ticket", help="Without it, a made-up one.")
@click.option("--input", "given", multiple=True, metavar="NAME=VALUE", help="What the agent would be asked for.")
def templates_render(name: str, locale: str | None, ticket: str | None, given: tuple[str, ...]) -> None:
    """What the buyer of a ticket would read. Nothing is sent."""
    from bot.drafting import render_sample_text, render_text

    inputs = {key: value for key, _, value in (pair.partition("=") for pair in given)}
    if ticket:
        text, code = asyncio.run(render_text(settings(), name, locale, ticket, inputs))
    else:
        text, code = render_sample_text(Path(raw("TEMPLATES_DIR", "templates")), name, locale or "de", inputs)
    click.echo(text, err=code != 0)
    sys.exit(code)


@main.group()
def subscriptions() -> None:
    """What the marketplace pushes to us."""


@subscriptions.command("list")
def subscriptions_list() -> None:
    """Our subscriptions at the marketplace."""
    from bot.commandline import list_subscriptions

    sys.exit(asyncio.run(list_subscriptions(settings(), click.echo)))


@subscriptions.command("sync")
def subscriptions_sync() -> None:
    """Create, repair and re-enable them. The bot must be running and reachable: the marketplace asks it back."""
    from bot.commandline import sync_subscriptions

    sys.exit(asyncio.run(sync_subscriptions(settings(), click.echo)))


@main.group()
def rest() -> None:
    """Subjects that rest after failures."""


@rest.command("list")
def rest_list() -> None:
    """Each with its reason."""
    from bot.store import subjects

    for row in notebook(lambda: subjects.resting()):
        click.echo(f"{row.key}\t{row.rest_reason}")


@rest.command("retry")
@click.argument("keys", nargs=-1)
def rest_retry(keys: tuple[str, ...]) -> None:
    """Look at them again: the given KEYS, or all."""
    from bot.app import utc_now
    from bot.store import subjects

    woken = notebook(lambda: subjects.wake_resting(list(keys) or None, utc_now()))
    click.echo(f"{woken} will be looked at again.")


@main.group()
def actions() -> None:
    """What people asked for."""


@actions.command("list")
@click.option("--needs-human", is_flag=True, help="Only those nobody can be sure of.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def actions_list(needs_human: bool, as_json: bool) -> None:
    """Actions, newest first, with how they ended."""
    from bot.store import actions as rows

    found = notebook(lambda: rows.needs_human() if needs_human else rows.latest(100))
    for row in found:
        fields = {"id": row.id, "kind": row.kind, "subject": row.subject, "user": row.user_id, "state": row.state}
        fields |= {"taken_at": row.taken_at.isoformat(), "sentence": row.sentence or ""}
        click.echo(json.dumps(fields, ensure_ascii=False) if as_json else "\t".join(map(str, fields.values())))


@main.group()
def audit() -> None:
    """Who did what: the sealed log of everything people asked for."""


@audit.command("verify")
def audit_verify() -> None:
    """Check that no row was changed, taken out or moved. Exit code 1 when one was."""
    from bot.store import audit as log

    verdict = notebook(log.verify)
    if verdict.trouble:
        click.echo(f"The audit log is NOT whole: {verdict.trouble}.", err=True)
        sys.exit(1)
    click.echo(f"The audit log is whole: {verdict.rows} rows, the last seal is {verdict.seal or 'none'}.")


@audit.command("export")
@click.option("--after", default=0, help="Only rows with a higher number.")
def audit_export(after: int) -> None:
    """Every row as one JSON object a line, oldest first. Keep the last seal elsewhere: it vouches for all before it."""
    from bot.store import audit as log

    async def told() -> None:
        async for record in log.rows(after=after):
            click.echo(json.dumps(record.facts(), ensure_ascii=False))

    notebook(told)


def notebook(ask: Callable[[], Awaitable[T]], *, alone: bool = False) -> T:
    """Open the notebook beside a running bot, or `alone` when none may run; ask one thing, close it."""
    from bot.store.database import NotebookError, open_notebook

    wanted = settings()

    async def asked() -> T:
        opened = await open_notebook(wanted.database_url, wanted.data_dir, writer=alone)
        try:
            return await ask()
        finally:
            await opened.close()

    try:
        return asyncio.run(asked())
    except NotebookError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
