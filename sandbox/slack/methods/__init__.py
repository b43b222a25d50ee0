"""The Web API's methods by family. A method is a function of the workspace and the arguments that returns the answer.

https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

from sandbox.slack.methods import chat, conversations, files, people, reactions, views
from sandbox.slack.methods.registry import Method, by_name

FAMILIES = (chat, conversations, files, people, reactions, views)

METHODS: dict[str, Method] = by_name(method for family in FAMILIES for method in family.METHODS)

__all__ = ["METHODS", "Method"]
