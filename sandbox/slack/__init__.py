"""A Slack workspace on this machine: the Web API, what Slack sends to an app, and the people who use it."""

from __future__ import annotations

from sandbox.slack.app import SlackWorkspace
from sandbox.slack.forms import CannotFill
from sandbox.slack.person import Person
from sandbox.slack.pressing import NothingThere

__all__ = ["CannotFill", "NothingThere", "Person", "SlackWorkspace"]
