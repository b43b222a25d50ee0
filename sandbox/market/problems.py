"""How the marketplace says no: a status, a problem type and words, sometimes a list of wrong fields.

The documents name the types but not which status goes with which. Where they are silent we use the only fitting status
the operation declares, which is 400; for headers of the authentication it is 401.
"""

from __future__ import annotations

from typing import Any

FBK_ORDER = "Access forbidden. The method cannot be executed for entity fulfilled by Kaufland."
FBK_UNIT = "Parameter [fulfillment_type] is missing or has wrong value"


class Problem(Exception):
    """`type` is None where the marketplace sends a message and nothing else."""

    def __init__(
        self, status: int, type: str | None, message: str, *errors: tuple[str, str], bare: bool = False
    ) -> None:
        self.status = status
        self.type = type
        self.message = message
        self.errors = errors
        self.bare = bare
        super().__init__(f"{status} {type or ''} {message} {errors or ''}")

    def body(self) -> dict[str, Any]:
        if self.bare:
            return {"message": self.message}
        told: dict[str, Any] = {"type": self.type} if self.type else {}
        told["message"] = self.message
        told["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        return told


def invalid(*errors: tuple[str, str]) -> Problem:
    return Problem(400, "/problems/validation-error", "Some parameters are missing or invalid", *errors)


def bad_request(message: str) -> Problem:
    return Problem(400, "/problems/bad-request", message)


def not_found(what: str = "Resource") -> Problem:
    return Problem(404, "/problems/not-found", f"{what} not found")


def product_not_found(what: str = "Product") -> Problem:
    """Products, their data and unknown addresses get a message without type and errors."""
    return Problem(404, None, f"{what} not found", bare=True)


def forbidden(message: str = "Request execution forbidden") -> Problem:
    return Problem(403, "/problems/forbidden", message)


def refused(type: str, message: str) -> Problem:
    return Problem(400, f"/problems/{type}", message)


def wrong_state(what: str, status: str) -> Problem:
    return refused("action-not-allowed", f"{what} is {status}, which does not allow this action")
