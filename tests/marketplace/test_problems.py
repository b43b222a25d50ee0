from __future__ import annotations

from typing import Any

import pytest

from bot.marketplace import MarketError
from bot.marketplace.problems import WORDS, refusal

from .answers import a_problem

# Every problem type of specification 2.27 that says more than its HTTP status.
OF_2_27 = [
    "action-not-allowed",
    "already-exists",
    "corrupted-signature",
    "default-required",
    "duplicate-action",
    "forbidden",
    "has-units",
    "import-files/file-too-large",
    "inactive-account",
    "insufficient-funds",
    "invalid-credentials",
    "last-element",
    "missing-or-invalid-request-header",
    "order-units/cancel-error",
    "order-units/cancel-not-allowed",
    "order-units/cancel-not-possible",
    "order-units/missing-payment",
    "order-units/shipping-rate-not-defined",
    "returns/return-address-not-set",
    "returns/return-address-unsupported-country",
    "returns/unit-wrong-status",
    "shipping-groups/region-duplicate-countries",
    "shipping-groups/region-storefront-missing",
    "shipping-labels/warehouse-missing",
    "storefront-not-configured",
    "subscriptions/unverified-callback-url",
    "tickets/attachments-upload-failure",
    "tickets/fbk-action-restriction",
    "tickets/finally-closed",
    "tickets/internal-action-restriction",
    "tickets/non-closable-by-seller",
    "unauthorized",
    "units/bulk-duplicate-units",
    "units/bulk-invalid-operation",
    "units/bulk-too-many-butches",
    "units/bulk-too-many-units",
    "warehouses/default-warehouse-setup-forbidden",
    "warehouses/missing-tax-information",
]


@pytest.mark.parametrize("name", OF_2_27)
def test_every_known_problem_has_a_sentence_for_people(name: str) -> None:
    error = refusal(400, a_problem(f"/problems/{name}", "Machine words"), writing=True)

    assert str(error).endswith(".")
    assert "Machine words" not in str(error)
    assert "/problems/" not in str(error)
    assert error.type == f"/problems/{name}"


@pytest.mark.parametrize("words", sorted(WORDS.values()))
def test_sentences_are_short_enough_to_whisper(words: str) -> None:
    assert 20 < len(words) <= 160
    assert "  " not in words


@pytest.mark.parametrize(
    ("status", "payload", "wanted"),
    [
        (
            400,
            a_problem("/problems/validation-error", "Some parameters are missing", reason="reason is not valid"),
            "The marketplace did not accept what was sent. It says: Some parameters are missing. "
            "reason: reason is not valid.",
        ),
        (
            400,
            a_problem("/problems/of-tomorrow", "Too Tuesday."),
            "did not accept what was sent. It says: Too Tuesday.",
        ),
        (400, a_problem(None, "Parameter [x] is missing"), "It says: Parameter [x] is missing."),
        (403, a_problem("about:blank", "Access forbidden."), "does not allow this for your account. It says:"),
        (404, {"message": "Order not found"}, "The marketplace does not know it (any more)."),
        (409, a_problem("/problems/duplicate-action"), "asked for already. Look at the card before asking again."),
        (418, None, "The marketplace refused it (HTTP 418)."),
        (423, a_problem(None, "Locked"), "still working on the file before"),
        (429, None, "asks us to slow down"),
        (500, {"message": "SQLSTATE[42000] at db7.internal"}, "has trouble of its own (HTTP 500)"),
        (503, a_problem("/problems/service-unavailable"), "has trouble of its own (HTTP 503)"),
        (400, ["not", "an", "object"], "The marketplace did not accept what was sent."),
        (400, {"type": 7, "message": {"a": 1}, "errors": "x"}, "The marketplace did not accept what was sent."),
    ],
)
def test_refusals_are_told_in_words(status: int, payload: Any, wanted: str) -> None:
    assert wanted in str(refusal(status, payload, writing=True))


def test_trouble_inside_the_marketplace_is_not_shown_to_people() -> None:
    assert "SQLSTATE" not in str(refusal(500, {"message": "SQLSTATE[42000]"}, writing=False))


def test_field_errors_are_kept_few_short_and_harmless() -> None:
    errors = [{"field": "note\n\u202e", "message": "x" * 5000}] * 50
    error = refusal(400, {"message": "m" * 5000, "errors": errors}, writing=True)

    assert len(error.fields) == 5
    assert error.fields[0][0] == "note"
    assert len(str(error)) < 1200
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("status", "type", "sent", "systemic", "gone", "about_keys"),
    [
        (400, None, "no", False, False, False),
        (401, None, "no", True, False, True),
        (401, "/problems/unauthorized", "no", True, False, True),
        (403, "/problems/forbidden", "no", False, False, False),
        (403, "/problems/inactive-account", "no", True, False, True),
        (400, "/problems/corrupted-signature", "no", True, False, True),
        (404, "/problems/not-found", "no", False, True, False),
        (408, None, "maybe", True, False, False),
        (409, "/problems/duplicate-action", "no", False, False, False),
        (422, "/problems/action-not-allowed", "no", False, False, False),
        (423, None, "no", False, False, False),
        (429, None, "no", True, False, False),
        (500, None, "maybe", True, False, False),
        (502, None, "maybe", True, False, False),
        (504, None, "maybe", True, False, False),
    ],
)
def test_a_refusal_says_whether_it_was_executed_and_whom_it_concerns(
    status: int, type: str | None, sent: str, systemic: bool, gone: bool, about_keys: bool
) -> None:
    error = refusal(status, a_problem(type), writing=True)

    assert (error.sent, error.systemic, error.gone, error.about_keys) == (sent, systemic, gone, about_keys)


@pytest.mark.parametrize("status", [400, 401, 408, 429, 500, 503])
def test_reading_is_never_executed(status: int) -> None:
    assert refusal(status, None, writing=False).sent == "no"


def test_a_wrong_clock_is_only_named_where_it_matters() -> None:
    assert str(refusal(401, None, writing=False, clock="The clock is late.")).endswith("The clock is late.")
    assert "clock is late" not in str(refusal(400, None, writing=False, clock="The clock is late."))


def test_what_never_left_concerns_no_subject() -> None:
    error = MarketError.not_sent("Slack does not answer.", retry_after=3.0)

    assert (error.sent, error.systemic, error.status, error.gone) == ("no", True, None, False)
    assert (str(error), error.retry_after) == ("Slack does not answer.", 3.0)
