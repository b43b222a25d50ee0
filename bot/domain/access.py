"""Who may do what. Default deny: guests, outsiders, bots and deactivated people may look, never act. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody in Slack, by user id and team id. `known` is false when Slack does not know them."""

    id: str
    team_id: str | None
    known: bool = True
    guest: bool = False
    bot: bool = False
    deactivated: bool = False


def refusal(person: Person, home_team: str) -> str | None:
    """Why `person` may not act, as a sentence for them, or None when they may."""
    if not person.known:
        return "I could not find you in this workspace, so nothing was done."
    if person.team_id != home_team:
        return "People of other organisations can read these cards but not act on them. Nothing was done."
    if person.deactivated:
        return "This Slack account is deactivated. Nothing was done."
    if person.bot:
        return "Bots may not act on cards. Nothing was done."
    if person.guest:
        return "Guests can read these cards but not act on them. Ask a colleague. Nothing was done."
    return None
