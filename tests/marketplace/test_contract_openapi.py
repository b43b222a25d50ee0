"""Our requests and readers against the marketplace's own specification, where a copy of it lies at hand.

The file is not ours to ship: KONTOR_OPENAPI names it, else it is looked for beside the checkout.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.marketplace import subject_of
from bot.marketplace.problems import WORDS

from .conversations import Conversation, carried_out
from .conversations_stock import ALL
from .virtual import a_market, answers, in_no_time

BESIDE = Path(__file__).parents[3] / "shared/reference/kaufland-openapi-2.27.0.json"
PLACE = Path(os.environ.get("KONTOR_OPENAPI") or BESIDE)

pytestmark = pytest.mark.skipif(
    not PLACE.is_file(), reason=f"no specification at {PLACE}: set KONTOR_OPENAPI to a copy of it"
)


@cache
def book() -> Any:
    return json.loads(PLACE.read_text("utf-8"))


def operation(conversation: Conversation) -> Any:
    return book()["paths"].get(conversation.template, {}).get(conversation.method.lower())


def resolved(schema: Any) -> Any:
    """`schema` with references and single-item combinations replaced by what they mean."""
    while "$ref" in schema or len(schema.get("allOf", ())) == 1:
        inner = schema.get("allOf", [schema])[0]
        schema = book()["components"]["schemas"][inner["$ref"].rsplit("/", 1)[1]] if "$ref" in inner else inner
    return schema


def answer_schema(conversation: Conversation) -> tuple[int, Any]:
    status, answer = next((code, told) for code, told in operation(conversation)["responses"].items() if code[0] == "2")
    content = answer.get("content", {}).get("application/json")
    return int(status), content and content["schema"]


def misfits(value: Any, schema: Any, place: str = "body") -> list[str]:
    """Where `value` is not what `schema` allows: unknown and missing fields, types, enumerations and bounds."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return min((misfits(value, one, place) for one in schema["anyOf"]), key=len)
    found: list[str] = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is not in the enumeration")
    kind = schema.get("type")
    types = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
    if kind in types and not isinstance(value, types[kind]):
        return [*found, f"{place}: {type(value).__name__} is not {kind}"]
    if kind == "object":
        known = schema.get("properties", {})
        free = schema.get("additionalProperties", True)
        found += [f"{place}.{name}: missing" for name in schema.get("required", ()) if name not in value]
        found += [f"{place}.{name}: unknown" for name in value if name not in known and free is False]
        found += [
            bad for name in value if name in known for bad in misfits(value[name], known[name], f"{place}.{name}")
        ]
    if kind == "array":
        found += [
            bad for index, item in enumerate(value) for bad in misfits(item, schema["items"], f"{place}[{index}]")
        ]
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{place}: out of bounds")
    return found


def sample(schema: Any, depth: int = 0) -> Any:
    """A value as the specification describes it, from its examples where it has some."""
    schema = resolved(schema)
    if "example" in schema and not isinstance(schema["example"], dict):
        return schema["example"]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], depth)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: sample(inner, depth + 1) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema["items"], depth + 1)] if depth < 12 else []
        case "string":
            return "2021-07-24T19:26:05Z" if schema.get("format", "").startswith("date") else "text"
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", 1)
    return None


@pytest.mark.parametrize("conversation", ALL, ids=lambda c: c.name)
def test_every_operation_we_call_exists(conversation: Conversation) -> None:
    assert operation(conversation) is not None
    pattern = re.sub(r"\{\w+\}", "[^/]+", conversation.template)
    assert re.fullmatch(pattern, conversation.path)


@pytest.mark.parametrize("conversation", ALL, ids=lambda c: c.name)
def test_every_query_parameter_is_known_and_none_is_missing(conversation: Conversation) -> None:
    known = {item["name"]: item for item in operation(conversation).get("parameters", []) if item["in"] == "query"}

    assert set(conversation.query) <= set(known)
    assert {name for name, item in known.items() if item.get("required")} <= set(conversation.query)
    for name, text in conversation.query.items():
        schema = resolved(known[name]["schema"])
        values = text.split(",") if schema.get("type") == "array" else [text]
        inner = schema["items"] if schema.get("type") == "array" else schema
        whole = resolved(inner).get("type") in {"integer", "number"}
        assert [bad for value in values for bad in misfits(int(value) if whole else value, inner, name)] == []


@pytest.mark.parametrize("conversation", ALL, ids=lambda c: c.name)
def test_every_body_fits_its_schema(conversation: Conversation) -> None:
    content = operation(conversation).get("requestBody", {}).get("content", {}).get("application/json")

    assert (content is None) == (conversation.body is None)
    if content:
        assert misfits(conversation.body, content["schema"]) == []


@pytest.mark.parametrize("conversation", ALL, ids=lambda c: c.name)
def test_every_answer_the_specification_promises_is_understood(conversation: Conversation) -> None:
    status, schema = answer_schema(conversation)
    told = httpx.Response(status, json=sample(schema)) if schema else httpx.Response(status)
    handler, _ = answers(told)

    found = in_no_time(carried_out(conversation, a_market(handler)))

    if schema and conversation.method == "GET" and conversation.template != "/status/ping":
        assert found not in (None, [], ())


@pytest.mark.parametrize("conversation", [c for c in ALL if c.method != "GET"], ids=lambda c: c.name)
def test_our_own_samples_answer_with_the_status_the_specification_names(conversation: Conversation) -> None:
    status, _ = answer_schema(conversation)

    assert conversation.answer.status_code == status


def test_every_problem_the_specification_names_has_words() -> None:
    told_by_their_status = {"bad-request", "not-found", "server-error", "service-unavailable", "validation-error"}
    names = {name.removeprefix("/problems/") for name in book()["components"]["schemas"]["ProblemType"]["enum"]}

    assert names - {"about:blank"} - told_by_their_status <= {name.removeprefix("/problems/") for name in WORDS}


def test_events_of_orders_and_returns_are_followed_and_no_others() -> None:
    events = book()["components"]["schemas"]["SubscriptionEventName"]["enum"]
    resources = ("/orders/MB7UWLD/", "/order-units/7/", "/returns/7/", "/return-units/7/", "/units/7/", "/items/7/")
    followed = {event for event in events if any(subject_of(event, resource) for resource in resources)}

    assert followed == {event for event in events if event.startswith(("order_", "return_"))}


def test_the_checker_itself_finds_what_is_wrong() -> None:
    schema = {"$ref": "#/components/schemas/OrderUnitRefundRequest"}

    assert misfits({"amount": 1, "reason": "other_refund"}, schema) == []
    assert len(misfits({"amount": "1", "reason": "because", "currency": "EUR"}, schema)) == 3
    assert misfits({"amount": 1}, schema) == ["body.reason: missing"]
