"""Modals and Home: triggers, the stack, hashes, and what survives an update."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import Clock, ScriptedApp, button, modal, text_field, words

from sandbox.slack import Person, SlackWorkspace, cast

HOME = {"type": "home", "blocks": [{"type": "section", "text": words("Open tickets: 3")}]}


@pytest.fixture
def ana(slack: SlackWorkspace, app: ScriptedApp) -> Person:
    return slack.person("ana")


def opened(slack: SlackWorkspace, *blocks: dict[str, Any], **more: Any) -> None:
    slack.state.views.open(cast.ANA, modal(*blocks, **more))


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: SlackWorkspace, client: AsyncWebClient, clock: Clock
) -> None:
    view = modal(text_field("body"))
    first, late = slack.state.permits.trigger(cast.ANA), slack.state.permits.trigger(cast.ANA)

    await client.views_open(trigger_id=first, view=view)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=first, view=view)
    clock.passes(3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=view)


async def test_a_malformed_view_is_pointed_at(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    view = modal(text_field("body"), title=words("x" * 25))

    with pytest.raises(SlackApiError) as raised:
        await client.views_open(trigger_id=slack.state.permits.trigger(cast.ANA), view=view)

    assert raised.value.response["error"] == "invalid_arguments"
    assert raised.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]


async def test_three_views_fit_on_the_stack(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    async def push() -> dict[str, Any]:
        top = slack.state.views.top(cast.ANA)
        assert top
        trigger = slack.state.permits.trigger(cast.ANA, top.id)
        return dict((await client.views_push(trigger_id=trigger, view=modal()))["view"])

    root = slack.state.views.open(cast.ANA, modal())
    second, third = await push(), await push()
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await push()

    assert (second["previous_view_id"], second["root_view_id"]) == (root.id, root.id)
    assert (third["previous_view_id"], third["root_view_id"]) == (second["id"], root.id)


async def test_a_push_needs_a_trigger_from_an_open_modal(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.state.views.open(cast.ANA, modal())

    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_push(trigger_id=slack.state.permits.trigger(cast.ANA), view=modal())


async def test_an_update_with_an_old_hash_is_refused(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    view = slack.state.views.open(cast.ANA, modal())
    old = view.hash

    changed = await client.views_update(view_id=view.id, hash=old, view=modal(text_field("body")))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view.id, hash=old, view=modal())

    assert changed["view"]["hash"] == view.hash != old


async def test_an_update_after_the_modal_was_closed_finds_nothing(
    slack: SlackWorkspace, client: AsyncWebClient, ana: Person
) -> None:
    view = slack.state.views.open(ana.id, modal())
    await ana.closes()

    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=view.id, view=modal())


async def test_an_external_id_is_used_once_and_finds_its_view(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.state.views.open(cast.ANA, modal(external_id="ticket-4711"))

    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await client.views_open(trigger_id=slack.state.permits.trigger(cast.BEN), view=modal(external_id="ticket-4711"))
    found = await client.views_update(external_id="ticket-4711", view=modal(external_id="ticket-4711"))
    assert found["view"]["external_id"] == "ticket-4711"


async def test_a_view_of_more_than_a_quarter_megabyte_is_too_large(
    slack: SlackWorkspace, client: AsyncWebClient
) -> None:
    long = [{"type": "section", "text": words("x" * 3000)}] * 90

    with pytest.raises(SlackApiError, match="view_too_large"):
        await client.views_publish(user_id=cast.ANA, view={"type": "home", "blocks": long})


async def test_typed_words_survive_an_update_where_the_field_stayed(
    slack: SlackWorkspace, client: AsyncWebClient, ana: Person
) -> None:
    opened(slack, text_field("kept"), text_field("gone"))
    await ana.fills({"kept": "still here", "gone": "not here"})
    assert ana.modal

    await client.views_update(view_id=ana.modal.id, view=modal(text_field("kept"), text_field("other")))

    values = ana.modal.state()["values"]
    assert values["kept"]["v"]["value"] == "still here"
    assert values["other"]["v"]["value"] is None


async def test_home_is_published_for_one_person_and_told_when_they_come_back(
    slack: SlackWorkspace, client: AsyncWebClient, ana: Person, app: ScriptedApp
) -> None:
    assert await ana.opens_home() is None
    published = await client.views_publish(user_id=ana.id, view=HOME)
    await client.views_publish(user_id=ana.id, hash=published["view"]["hash"], view=HOME)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_publish(user_id=ana.id, hash=published["view"]["hash"], view=HOME)

    home = await ana.opens_home()

    assert home
    assert home.words == "Open tickets: 3"
    assert slack.person("ben").home is None
    first, second = (each["event"] for each in app.of("app_home_opened"))
    assert "view" not in first
    assert second["view"]["id"] == published["view"]["id"]


async def test_without_a_home_tab_nothing_is_published(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.installation.home = False

    with pytest.raises(SlackApiError, match="not_enabled"):
        await client.views_publish(user_id=cast.ANA, view=HOME)


async def test_a_press_in_a_modal_can_push_another(
    slack: SlackWorkspace, client: AsyncWebClient, ana: Person, app: ScriptedApp
) -> None:
    opened(slack, {"type": "actions", "elements": [button("Preview", "preview")]})
    await ana.clicks("Preview")
    trigger = app.of("block_actions")[0]["trigger_id"]

    pushed = await client.views_push(trigger_id=trigger, view=modal(title=words("Preview")))

    assert ana.modal
    assert ana.modal.id == pushed["view"]["id"]
