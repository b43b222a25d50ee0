"""Who people are and what they may do, asked of a real (local) Slack: answers are shared, and a minute old at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.access import Grant, Limits, Role, RoleBook
from bot.domain.deeds import Deed, Today
from bot.domain.model import Money
from bot.people import FRESH_SECONDS, People
from bot.rights import Rights
from bot.slackwire import SlackTrouble
from sandbox.serving import Served
from sandbox.slack import SlackWorkspace
from sandbox.slack.cast import ANA, BEN, DORA, GUST, MIRA, OLGA, TOMAS

REFUND = Deed("order.refund", Money(9000, "EUR"))
ROLES = (
    Role("Agents", ("everybody",), (Grant(("order.refund",), Limits(each=(Money(5000, "EUR"),))),)),
    Role("Leads", ("@support-leads",), (Grant(("everything",)),), (Grant(("everything",)),)),
    Role("Returns", ("#returns",), (Grant(("return.accept",)),)),
)


@dataclass
class Office:
    slack: SlackWorkspace
    people: People
    rights: Rights
    seconds: float = 0.0
    denied: list[tuple[str, str]] = field(default_factory=list)


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    slack = SlackWorkspace()
    async with Served(slack.app) as door:
        client = AsyncWebClient("xoxb-sandbox", base_url=f"{door.url}/api/", retry_handlers=[])
        people = People(client, tick=lambda: opened.seconds)
        people.home_team = slack.installation.team_id
        rights = Rights(people, lambda: RoleBook(ROLES), lambda: datetime(2026, 11, 25, 12, tzinfo=UTC))
        opened = Office(slack, people, rights)

        async def note(_: datetime, user: str, __: str | None, deed: Deed | None, ___: str) -> None:
            opened.denied.append((user, deed.kind if deed else "anything"))

        rights.note = note
        yield opened


def asked(office: Office, method: str) -> int:
    return len(office.slack.state.journal.of(method))


@pytest.mark.parametrize(
    ("user", "outcome"),
    [(ANA, "approval"), (MIRA, "allowed"), (TOMAS, "allowed"), (GUST, "denied"), (OLGA, "denied"), (DORA, "denied")],
)
async def test_the_cast_has_the_rights_their_groups_give(office: Office, user: str, outcome: str) -> None:
    assert (await office.rights.decide(user, office.people.home_team, REFUND)).outcome.value == outcome


async def test_somebody_slack_does_not_know_may_nothing(office: Office) -> None:
    assert (await office.rights.decide("U0NOBODY99", office.people.home_team, REFUND)).denied


async def test_members_of_a_channel_have_its_role(office: Office) -> None:
    office.slack.channels["returns"].members.remove(BEN)
    accept = Deed("return.accept")

    assert not (await office.rights.decide(ANA, None, accept)).denied
    assert (await office.rights.decide(BEN, None, accept)).denied


async def test_who_claims_another_team_than_slack_says_is_nobody(office: Office) -> None:
    assert (await office.rights.decide(ANA, "T0OTHERCO1", Deed("view"))).denied
    assert (await office.rights.decide(OLGA, office.people.home_team, Deed("view"))).denied


async def test_five_hundred_questions_at_once_are_one_question_to_slack(office: Office) -> None:
    decisions = await asyncio.gather(*(office.rights.decide(ANA, None, REFUND) for _ in range(500)))

    assert {decision.outcome.value for decision in decisions} == {"approval"}
    counts = [asked(office, name) for name in ("users.info", "usergroups.list", "conversations.members")]
    assert counts == [1, 1, 1]


async def test_a_right_that_was_taken_away_is_gone_after_a_minute(office: Office) -> None:
    assert (await office.rights.decide(MIRA, None, REFUND)).outcome.value == "allowed"
    office.slack.groups["support-leads"].members.remove(MIRA)

    office.seconds = FRESH_SECONDS - 0.1
    assert (await office.rights.decide(MIRA, None, REFUND)).outcome.value == "allowed"
    office.seconds = FRESH_SECONDS
    assert (await office.rights.decide(MIRA, None, REFUND)).outcome.value == "approval"


async def test_an_answer_counts_from_the_moment_it_was_asked_for(office: Office) -> None:
    office.slack.faults.slow(0.1, method="users.info", next=1)
    asking = asyncio.create_task(office.people.who(ANA, None))
    await asyncio.sleep(0.02)
    office.seconds = 59.0
    await asking
    office.slack.users["ana"].deactivated = True

    assert not (await office.people.who(ANA, None)).deactivated
    office.seconds = 60.0
    assert (await office.people.who(ANA, None)).deactivated


async def test_when_slack_is_down_a_click_is_let_through_and_an_execution_is_not(office: Office) -> None:
    office.slack.faults.down()

    assert await office.rights.refusal_at_click(GUST, None, REFUND) is None
    with pytest.raises(SlackTrouble):
        await office.rights.refusal(GUST, None, REFUND)


async def test_a_slow_slack_keeps_no_click_waiting_and_its_answer_is_not_lost(office: Office) -> None:
    office.slack.faults.slow(1.3, method="users.info", next=1)

    assert await office.rights.refusal_at_click(GUST, None, REFUND) is None
    assert "Guests" in (await office.rights.refusal(GUST, None, REFUND) or "")
    assert asked(office, "users.info") == 1


@pytest.mark.parametrize("code", ["missing_scope", "paid_teams_only"])
async def test_without_user_groups_nobody_has_a_role_by_one_and_the_rest_works(office: Office, code: str) -> None:
    office.slack.faults.answers(code, method="usergroups.list")

    assert (await office.rights.decide(MIRA, None, REFUND)).outcome.value == "approval"


async def test_a_channel_that_is_gone_gives_nobody_a_role(office: Office) -> None:
    office.slack.faults.answers("channel_not_found", method="conversations.members")

    assert (await office.rights.decide(ANA, None, Deed("return.accept"))).denied


async def test_places_that_slack_does_not_have_are_named(office: Office) -> None:
    assert await office.people.missing({"@support-leads", "@nobody", "#returns", "#nowhere"}) == ("#nowhere", "@nobody")


async def test_a_denial_is_told_once_and_noted(office: Office) -> None:
    said = await office.rights.refusal_at_click(GUST, None, Deed("ticket.reply"))

    assert said is not None
    assert office.denied == [(GUST, "ticket.reply")]
    assert await office.rights.refusal_at_click(ANA, None, REFUND) is None
    assert len(office.denied) == 1


async def test_what_was_done_today_counts_from_midnight_where_the_office_is(office: Office) -> None:
    asked_for: list[tuple[frozenset[str], datetime]] = []

    async def spent(
        deed: Deed, users: Collection[str], since: datetime, *, but: str = "", coming: bool = False
    ) -> Today:
        asked_for.append((frozenset(users), since))
        return Today(times=1, minor=100)

    limits = Limits(per_day=(Money(9099, "EUR"),))
    role = Role("Agents", ("everybody",), (Grant(("order.refund",), limits), Grant(("ticket.*",))))
    office.rights.book = lambda: RoleBook((role,), same=(frozenset({ANA, "U0ANA00002"}),))
    office.rights.spent = spent
    office.rights.now = lambda: datetime(2026, 3, 29, 22, 30, tzinfo=UTC)  # 00:30 in Berlin, on the day after a change

    assert (await office.rights.decide(ANA, None, REFUND)).needs_approval
    assert await office.rights.decide(ANA, None, Deed("ticket.reply")) is not None
    assert asked_for == [(frozenset({ANA, "U0ANA00002"}), datetime(2026, 3, 29, 22, 0, tzinfo=UTC))]


async def test_a_person_is_shown_the_roles_they_have(office: Office) -> None:
    mira = await office.rights.standing(MIRA, None)
    office.slack.joins("olga", "support")
    olga = await office.rights.standing(OLGA, None)

    assert [role.name for role in mira.roles] == ["Agents", "Leads", "Returns"]
    assert olga.roles == ()
    assert "other organisations" in (olga.refusal or "")
