"""What buyers, marketplaces and Slack may send must neither wedge the notebook nor come back as something else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import actions, border, challenges, entries, heard, highwater, notes, pushes, subjects
from bot.store.actions import NewAction
from bot.store.border import LONGEST_WORDS
from bot.store.errors import Unstorable
from bot.store.pushes import NewPush
from bot.store.together import GroupCommit

KEY = "ticket:main:1"
BAD_TEXTS = {"a lone surrogate": "a\ud800b", "the other half": "\udfff", "a NUL": "a\x00b"}
BAD_KEYS = {**BAD_TEXTS, "nothing": "", "ten megabytes": "k" * 10_000_000, "256 characters": "k" * 256}


# Tables


@pytest.mark.parametrize("text", list(BAD_KEYS.values()), ids=list(BAD_KEYS))
def test_a_bad_key_is_refused(text: str) -> None:
    with pytest.raises(Unstorable) as refused:
        border.key(text)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("text", ["k", "k" * 255, "ticket:main:ž€😀"])
def test_a_good_key_stays_as_it_is(text: str) -> None:
    assert border.key(text) == text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Guten Tag", "Guten Tag"),
        ("Žádost 😀\n\t‮", "Žádost 😀\n\t‮"),
        ("a\ud800b", "a\ufffdb"),
        ("\x00\x00", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_words_are_mended(text: str, mended: str) -> None:
    assert border.words(text) == mended


def test_too_many_words_are_refused() -> None:
    assert border.words("x" * LONGEST_WORDS)
    with pytest.raises(Unstorable):
        border.words("x" * (LONGEST_WORDS + 1))


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
def test_a_number_of_more_than_64_bits_is_refused(number: int) -> None:
    with pytest.raises(Unstorable):
        border.bound(number)


@pytest.mark.parametrize("number", [0, 2**63 - 1, -(2**63)])
def test_a_number_of_64_bits_stays_as_it_is(number: int) -> None:
    assert border.bound(number) == number


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [{"n": float("nan")}, {"n": float("inf")}, {"when": datetime.now(UTC)}, {"a": nested(100_000)}, {"a": "x" * 10**7}],
    ids=["not a number", "infinity", "a time", "a hundred thousand brackets", "ten megabytes"],
)
def test_what_json_cannot_say_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(Unstorable):
        border.json_text(value)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Unstorable):
        border.bound(datetime(2026, 11, 23, 9, 30))


def test_a_time_of_another_zone_is_brought_to_utc() -> None:
    moment = border.instant(datetime(2026, 11, 23, 10, 30, tzinfo=timezone(timedelta(hours=1))))

    assert moment.isoformat() == "2026-11-23T09:30:00+00:00"


@pytest.mark.parametrize("value", [b"bytes", object(), ["list"], {1, 2}])
def test_what_is_no_plain_value_is_refused(value: object) -> None:
    with pytest.raises(Unstorable):
        border.bound(value)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(codec=None), max_size=8), anything, max_size=4))
def test_json_of_anything_is_something_both_databases_take(value: dict[str, Any]) -> None:
    text = border.json_text(value)

    assert text.isascii()
    assert "\\u0000" not in text.replace("\\\\", "")
    text.encode().decode("unicode_escape", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")


# On both databases


async def still_works(now: datetime) -> None:
    async with asyncio.timeout(2):
        await subjects.mark(["ticket:main:alive"], now)
        assert "ticket:main:alive" in await subjects.due(now, 100)
        await notes.put("alive", {}, now)


def an_action(**fields: Any) -> NewAction:
    wanted = {"id": "a1", "key": "k1", "kind": "x", "subject": KEY, "account": "main", "user_id": "U1", "team_id": "T1"}
    return NewAction(**({**wanted, "payload": {}, "seen_version": None} | fields))


@pytest.mark.usefixtures("notebook")
@pytest.mark.parametrize("bad", list(BAD_KEYS.values()), ids=list(BAD_KEYS))
async def test_a_bad_key_is_refused_everywhere(bad: str, now: datetime) -> None:
    calls = [
        subjects.mark([f"ticket:main:{bad}" if bad else ""], now),
        subjects.find(bad),
        subjects.find_many([KEY, bad]),
        entries.posting(bad, "message:1", now, "marker", now),
        entries.posting(KEY, bad, now, "marker", now),
        entries.known(bad),
        heard.first_time(bad, now),
        highwater.raise_to(bad, now),
        notes.put(bad, {}, now),
        challenges.expect(bad, now),
        pushes.accept([NewPush(bad, "m1", "e", KEY)], now),
        pushes.accept([NewPush("main", bad, "e", KEY)], now),
        pushes.accept([NewPush("main", "m1", "e", f"ticket:main:{bad}" if bad else "x")], now),
        actions.take(an_action(id=bad), "press:1", now),
        actions.take(an_action(subject=bad), "press:2", now),
        actions.take(an_action(), bad, now),
    ]

    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [Unstorable] * len(calls)
    await still_works(now)
    assert await actions.latest(10) == []


@pytest.mark.usefixtures("notebook")
@pytest.mark.parametrize("bad", list(BAD_TEXTS.values()), ids=list(BAD_TEXTS))
async def test_bad_words_are_mended_everywhere(bad: str, now: datetime) -> None:
    mended = border.words(bad)
    await subjects.mark([KEY], now)
    await subjects.seen(
        KEY,
        1,
        look_at=None,
        storefront=bad,
        state=bad,
        version=bad,
        closed=False,
        due_at=None,
        seen_at=now,
        facts={bad: [bad, {"deep": bad}], "escaped": "\\ud800 \\u0000"},
        place=(bad, bad, bad),
    )
    await subjects.failed("ticket:main:2", 0, tries=1, look_at=None, rest_reason=bad)
    await subjects.posting(KEY, bad, bad, now)
    await entries.posting(KEY, "message:1", now, bad, now)
    await notes.put("note", {bad: bad}, now)
    await actions.take(an_action(payload={"text": bad}, user_id=bad, seen_version=bad), "press:1", now)
    await actions.claim("a1", now)
    await actions.settle("a1", "refused", sentence=bad, evidence=bad, free_key=True, now=now)

    row, action = await subjects.find(KEY), await actions.find("a1")
    assert row is not None
    assert (row.storefront, row.state, row.version, row.channel) == (mended, mended, mended, mended)
    assert (row.ts, row.shown, row.posting, row.posting_channel) == (mended, mended, mended, mended)
    assert row.facts == {mended: [mended, {"deep": mended}], "escaped": "\\ud800 \\u0000"}
    assert (await entries.known(KEY))["message:1"].posting == mended
    assert await notes.get("note") == {mended: mended}
    assert action is not None
    assert (action.payload, action.user_id, action.seen_version) == ({"text": mended}, mended, mended)
    assert (action.sentence, action.evidence) == (mended, mended)
    await still_works(now)


@pytest.mark.usefixtures("notebook")
async def test_what_is_too_large_is_refused_everywhere(now: datetime) -> None:
    huge = "x" * 10_000_000
    await subjects.mark([KEY], now)
    calls = [
        subjects.posted(KEY, "C1", huge, "digest"),
        subjects.posting(KEY, huge, "C1", now),
        entries.posting(KEY, "message:1", now, huge, now),
        notes.put("note", {"text": huge}, now),
        pushes.accept([NewPush("main", "m1", huge, KEY)], now),
        actions.take(an_action(payload={"text": huge}), "press:1", now),
        actions.take(an_action(user_id=huge), "press:2", now),
        subjects.failed(KEY, 2**64, tries=1, look_at=None, rest_reason=None),
        subjects.failed(KEY, 1, tries=2**63, look_at=None, rest_reason=None),
        subjects.told(KEY, 1, now.replace(tzinfo=None)),
        subjects.due(now.replace(tzinfo=None), 1),
        highwater.raise_to("tickets", now.replace(tzinfo=None)),
        challenges.expect("main", now.replace(tzinfo=None)),
    ]

    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [Unstorable] * len(calls)
    await still_works(now)


@pytest.mark.usefixtures("notebook")
async def test_a_reason_of_any_length_is_kept_short(now: datetime) -> None:
    await subjects.mark([KEY], now)
    await subjects.failed(KEY, 1, tries=5, look_at=None, rest_reason="x" * 10_000_000)

    (row,) = await subjects.resting()
    assert len(row.rest_reason or "") == subjects.LONGEST_REASON


@pytest.mark.usefixtures("notebook")
async def test_poison_among_pushes_hurts_only_itself(now: datetime) -> None:
    door = GroupCommit(lambda waiting: pushes.accept(waiting, now))
    poison = [
        NewPush("main", "p1", "e", "return:main:\ud800"),
        NewPush("main", "p2", "x" * 10_000_000, "return:main:1"),
        NewPush("main", "p\x00", "e", "return:main:1"),
        NewPush("main", "p4", "e", "no subject"),
    ]
    good = [NewPush("main", f"m{number}", "e", f"return:main:{number}") for number in range(20)]
    mixed = [*good[:7], poison[0], *good[7:11], poison[1], poison[2], *good[11:], poison[3]]

    outcomes = await asyncio.gather(*(door.add(push) for push in mixed), return_exceptions=True)

    for push, outcome in zip(mixed, outcomes, strict=True):
        assert isinstance(outcome, Unstorable) if push in poison else outcome == (push.subject,)
    await still_works(now)


@pytest.mark.usefixtures("notebook")
async def test_poison_among_writes_hurts_only_itself(now: datetime) -> None:
    marks = [subjects.mark([f"ticket:main:{number}"], now) for number in range(10)]
    outcomes = await asyncio.gather(*marks, subjects.mark(["ticket:main:\x00"], now), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [type(None)] * 10 + [Unstorable]
    assert len(await subjects.due(now, 100)) == 10
