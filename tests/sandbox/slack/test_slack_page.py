"""The page of the workspace: what it is made of, what it may load, and what it asks the workspace for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slackhouse import SECRET, TOKEN, Clock, ScriptedApp, button, modal, text_field, words
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.serving import Served
from sandbox.slack import SlackWorkspace

WEB = Path(__file__).parents[3] / "sandbox" / "web"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
)
OPTION = {"text": words("Late parcel"), "value": "late"}
MENU = {"type": "external_select", "action_id": "pick", "placeholder": words("Template"), "min_query_length": 0}


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def post(session: aiohttp.ClientSession, slack: SlackWorkspace, path: str, **given: Any) -> dict[str, Any]:
    async with session.post(f"{slack.state.base}/play/{path}", json=given) as response:
        assert response.status == 200, await response.text()
        return dict(await response.json())


async def get(session: aiohttp.ClientSession, slack: SlackWorkspace, path: str) -> dict[str, Any]:
    async with session.get(f"{slack.state.base}/play/{path}") as response:
        return dict(await response.json())


# What it is made of


async def test_the_page_runs_only_what_comes_from_its_own_address(
    slack: SlackWorkspace, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{slack.state.base}/") as response:
        html, policy = await response.text(), response.headers["content-security-policy"]

    assert response.content_type == "text/html"
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\bstyle=|\bon\w+=", html)


@pytest.mark.parametrize("page", ["slack", "market"])
def test_a_page_names_only_files_that_exist(page: str) -> None:
    html = (WEB / f"{page}.html").read_text("utf-8")
    named = re.findall(r'(?:src|href)="/web/([^"]+)"', html)
    assert named
    assert [name for name in named if not (WEB / name).is_file()] == []


def test_modules_import_only_modules_that_exist() -> None:
    missing = []
    for module in WEB.rglob("*.js"):
        for name in re.findall(r'(?:from|import) "(\.[^"]+)"', module.read_text("utf-8")):
            if not (module.parent / name).resolve().is_file():
                missing.append(f"{module.relative_to(WEB)}: {name}")
    assert missing == []


def test_nothing_of_the_pages_stands_elsewhere_or_makes_markup_of_text() -> None:
    """Addresses in comments are for readers; those of drawings are names, nobody fetches them."""
    wrong = []
    for path in (*WEB.rglob("*.js"), *WEB.rglob("*.css"), *WEB.rglob("*.html")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        if "innerHTML" in text or "insertAdjacentHTML" in text or "document.write" in text:
            wrong.append(f"{path.name} makes markup of text")
        if re.search(r"""["'(]https?://(?!www\.w3\.org/2000/svg)\w""", text):
            wrong.append(f"{path.name} names an address elsewhere")
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("slack/main.js", 200),
        ("shared/theme.css", 200),
        ("kontor.svg", 200),
        ("pages.py", 404),
        ("slack.html", 404),
        ("nowhere.js", 404),
        ("../serving.py", 404),
        ("%2e%2e/serving.py", 404),
    ],
)
async def test_only_styles_modules_and_drawings_are_sent(
    slack: SlackWorkspace, session: aiohttp.ClientSession, path: str, status: int
) -> None:
    async with session.get(f"{slack.state.base}/web/{path}") as response:
        assert response.status == status
        if status == 200:
            assert response.headers["x-content-type-options"] == "nosniff"


# What it is told


async def test_the_state_tells_what_the_manifest_installs(clock: Clock, session: aiohttp.ClientSession) -> None:
    manifest = {
        "display_information": {"name": "Kontor", "description": "Tickets in Slack"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": False},
            "slash_commands": [{"command": "/ticket", "description": "Show one", "usage_hint": "[number]"}],
            "shortcuts": [{"name": "Attach", "type": "message", "callback_id": "attach", "description": "To a ticket"}],
        },
    }
    workspace = SlackWorkspace(signing_secret=SECRET, bot_token=TOKEN, now=clock.now, manifest=manifest)
    workspace.page.other_side = "http://127.0.0.1:3002"
    async with Served(workspace.app) as served, session.get(f"{served.url}/play/state") as response:
        told = await response.json()

    assert told["commands"] == [{"command": "/ticket", "description": "Show one", "usage_hint": "[number]"}]
    assert told["shortcuts"][0]["callback_id"] == "attach"
    assert told["tabs"] == {"home": True, "messages": False, "writable": True}
    assert (told["about"], told["other_side"]) == ("Tickets in Slack", "http://127.0.0.1:3002")
    assert told["now"] == clock.now().timestamp()


async def test_what_is_unread_is_counted_until_it_is_read(
    slack: SlackWorkspace, session: aiohttp.ClientSession
) -> None:
    support, ana, ben = slack.channels["support"], slack.users["ana"], slack.users["ben"]
    first = slack.state.post(support, ben.id, "hello")
    slack.state.post(support, ben.id, f"<@{ana.id}> look")
    slack.state.post(support, ben.id, "in a thread", thread_ts=first.ts)
    last = slack.state.post(support, slack.installation.bot_user_id, f"<!subteam^{slack.groups['support-leads'].id}>")
    slack.state.post(support, ana.id, "her own words are never unread")

    before = (await get(session, slack, "people/ana"))["unread"][support.id]
    leader = (await get(session, slack, "people/mira"))["unread"][support.id]
    read = (await post(session, slack, "people/ana/read", channel="support", ts=first.ts))["unread"][support.id]
    await post(session, slack, "people/ana/read", channel="support", ts=last.ts)
    again = (await post(session, slack, "people/ana/read", channel="support", ts=first.ts))["unread"][support.id]

    assert (before["count"], before["mentions"]) == (3, 1)
    assert leader["mentions"] == 1
    assert (read["count"], read["mentions"], read["mark"]) == (2, 1, first.ts)
    assert (again["count"], again["mark"]) == (0, last.ts)


async def test_a_message_of_the_app_to_one_person_counts_as_addressed_to_them(slack: SlackWorkspace) -> None:
    dm = slack.state.dm(slack.users["ana"].id)
    slack.state.post(dm, slack.installation.bot_user_id, "for you")
    assert slack.reading.unread(slack.users["ana"])[dm.id] == {"count": 1, "mentions": 1, "mark": ""}


async def test_a_long_channel_comes_from_its_end(slack: SlackWorkspace, session: aiohttp.ClientSession) -> None:
    for number in range(5):
        slack.state.post(slack.channels["support"], slack.users["ben"].id, str(number))

    some = await get(session, slack, "channels/support/messages?as=ana&last=2")
    everything = await get(session, slack, "channels/support/messages?as=ana&last=9")

    assert ([message["text"] for message in some["messages"]], some["more"]) == (["3", "4"], True)
    assert (len(everything["messages"]), everything["more"]) == (5, False)


# Pictures and files


async def test_pictures_come_from_this_machine_and_are_pictures(
    slack: SlackWorkspace, session: aiohttp.ClientSession
) -> None:
    async def answer(request: Request) -> Response:
        kind = "image/svg+xml" if request.path_params["name"] == "cup.svg" else "text/html"
        return Response(b"<svg xmlns='http://www.w3.org/2000/svg'/>", media_type=kind)

    pictures = Starlette(routes=[Route("/{name}", answer)])
    async with Served(pictures) as market, Served(pictures, host="127.0.0.2") as elsewhere:
        wanted = {
            f"{elsewhere.url}/cup.svg": 404,
            f"{market.url}/cup.svg": 200,
            f"{market.url}/page.html": 404,
            "http://192.0.2.1/cup.svg": 404,
            "http://127.0.0.1.example.com/cup.svg": 404,
            f"http://user@{market.url.removeprefix('http://')}/cup.svg": 200,
            "file:///etc/passwd": 404,
            "http://[": 404,
            "": 404,
        }
        got = {}
        for url in wanted:
            async with session.get(f"{slack.state.base}/play/picture", params={"url": url}) as response:
                got[url] = response.status
                if response.status == 200:
                    assert "sandbox" in response.headers["content-security-policy"]

    assert got == wanted


@pytest.mark.parametrize(
    ("name", "kind", "way"),
    [
        ("crack.png", "image/png", "inline"),
        ("prices.csv", "text/plain", "inline"),
        ("evil.html", "text/plain", "attachment"),
        ("evil.svg", "image/svg+xml", "attachment"),
    ],
)
async def test_files_are_shown_or_kept_but_never_run(
    slack: SlackWorkspace, session: aiohttp.ClientSession, name: str, kind: str, way: str
) -> None:
    content = base64.b64encode(PNG).decode()
    await post(session, slack, "people/ana/upload", channel="support", name=name, base64=content)
    (file,) = slack.state.files.values()

    async with session.get(f"{slack.state.base}/play/files/{file.id}") as response:
        assert await response.read() == PNG
        assert response.content_type == kind
        assert response.headers["content-disposition"].startswith(way)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in response.headers["content-security-policy"]


# What is done on it


async def test_of_two_buttons_with_one_label_the_one_pointed_at_is_pressed(
    slack: SlackWorkspace, session: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    blocks = [
        {"type": "actions", "block_id": unit, "elements": [button("Accept", "return.accept", unit)]} for unit in "ab"
    ]
    card = slack.state.post(slack.channels["support"], slack.installation.bot_user_id, "x", blocks=blocks)

    await post(
        session, slack, "people/ana/press", channel="support", ts=card.ts, block_id="b", action_id="return.accept"
    )

    (pressed,) = app.of("block_actions")
    assert pressed["actions"][0]["value"] == "b"


async def test_an_item_of_an_overflow_menu_is_named_by_its_value(
    slack: SlackWorkspace, session: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    options = [{"text": words(value.upper()), "value": value} for value in ("one", "two")]
    menu = {"type": "overflow", "action_id": "more", "options": options}
    blocks = [{"type": "actions", "block_id": "a", "elements": [menu]}]
    card = slack.state.post(slack.channels["support"], slack.installation.bot_user_id, "x", blocks=blocks)

    spot = {"block_id": "a", "action_id": "more", "option": "two"}
    await post(session, slack, "people/ana/press", channel="support", ts=card.ts, **spot)

    assert app.of("block_actions")[0]["actions"][0]["selected_option"]["value"] == "two"


async def test_an_option_that_was_offered_is_taken_without_asking_again(
    slack: SlackWorkspace, session: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    app.answers["block_suggestion"] = {"options": [OPTION]}
    card = slack.state.post(
        slack.channels["support"],
        slack.installation.bot_user_id,
        "x",
        blocks=[{"type": "actions", "block_id": "a", "elements": [MENU]}],
    )
    place = {"channel": "support", "ts": card.ts, "block_id": "a", "action_id": "pick"}

    found = (await post(session, slack, "people/ana/search", **place, typed="la"))["result"]
    await post(session, slack, "people/ana/press", **place, value=found[0])

    assert [each["value"] for each in app.of("block_suggestion")] == ["la"]
    assert app.of("block_actions")[0]["actions"][0]["selected_option"] == found[0]


async def test_what_was_typed_goes_along_with_a_click_and_with_the_submission(
    slack: SlackWorkspace, session: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    picks = {"type": "actions", "block_id": "tools", "elements": [button("Preview", "preview")]}
    view = modal(text_field("body"), {"type": "input", "block_id": "t", "label": words("Template"), "element": MENU})
    slack.state.views.open(slack.users["ana"].id, {**view, "blocks": [*view["blocks"], picks]})
    text = {"block_id": "body", "action_id": view["blocks"][0]["element"]["action_id"], "value": "Hello"}
    option = {"block_id": "t", "action_id": "pick", "value": OPTION}

    await post(session, slack, "people/ana/click", block_id="tools", action_id="preview", fields=[text])
    await post(session, slack, "people/ana/submit", fields=[{**text, "value": "Hello again"}, option])

    clicked, submitted = app.of("block_actions")[0], app.of("view_submission")[0]
    assert "Hello" in json.dumps(clicked["view"]["state"]["values"])
    assert "Hello again" in json.dumps(submitted["view"]["state"]["values"])
    assert submitted["view"]["state"]["values"]["t"]["pick"]["selected_option"]["value"] == "late"
    assert app.of("block_suggestion") == []


async def test_a_form_closes_though_the_app_took_away_the_field_that_was_typed_into(
    slack: SlackWorkspace, session: aiohttp.ClientSession
) -> None:
    ana = slack.users["ana"].id
    view = slack.state.views.open(ana, modal(text_field("body")))
    slack.state.views.update(view, modal(text_field("other")))

    await post(session, slack, "people/ana/close", fields=[{"block_id": "body", "action_id": "text", "value": "Hi"}])

    assert slack.state.views.stacks.get(ana, []) == []


async def test_a_form_closes_whatever_stands_in_it_and_also_when_it_is_gone_already(
    slack: SlackWorkspace, session: aiohttp.ClientSession
) -> None:
    ana = slack.users["ana"].id
    slack.state.views.open(ana, modal(text_field("body")))
    endless = [{"block_id": "body", "action_id": "text", "value": "x" * 100_000}]

    for _ in range(2):
        await post(session, slack, "people/ana/close", fields=endless)

    assert slack.state.views.stacks.get(ana, []) == []


async def test_a_file_chosen_in_a_form_is_sent_once_and_then_named(
    slack: SlackWorkspace, session: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    upload = {"type": "input", "block_id": "f", "label": words("File"), "element": {"type": "file_input"}}
    slack.state.views.open(slack.users["ana"].id, modal({**upload, "element": {**upload["element"], "action_id": "f"}}))
    chosen = {"block_id": "f", "action_id": "f", "value": [{"name": "a.csv", "base64": "YTti"}]}

    await post(session, slack, "people/ana/fill", fields=[chosen])
    (file,) = slack.state.files.values()
    await post(session, slack, "people/ana/submit", fields=[{**chosen, "value": [{"file": file.id}]}])

    assert list(slack.state.files.values()) == [file]
    sent = app.of("view_submission")[0]["view"]["state"]["values"]["f"]["f"]["files"]
    assert [each["id"] for each in sent] == [file.id]


async def test_nobody_takes_a_file_that_is_not_theirs_into_a_form(slack: SlackWorkspace, app: ScriptedApp) -> None:
    theirs = slack.state.keep("secret.pdf", b"x", slack.users["ben"].id)
    slack.state.views.open(slack.users["ana"].id, modal(text_field("body")))
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{slack.state.base}/play/people/ana/submit",
            json={"fields": [{"block_id": "body", "action_id": "text", "value": {"file": theirs.id}}]},
        ) as response,
    ):
        assert response.status == 409
