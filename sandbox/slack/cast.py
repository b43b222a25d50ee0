"""The standard cast: who works at the seller's, and the channels and user groups they have.

Agents ana and ben, team lead mira, admin tomas, guest gust, olga of another company, dora who left. The bot sits in
every channel but #general. A test that needs olga in a channel lets her join: that makes the channel a shared one.
"""

from __future__ import annotations

from sandbox.slack.channels import Channel
from sandbox.slack.installation import Installation
from sandbox.slack.people import User, UserGroup

OTHER_TEAM = "T0OTHERCO1"

ANA = "U0ANA00001"
BEN = "U0BEN00001"
MIRA = "U0MIRA0001"
TOMAS = "U0TOMAS001"
GUST = "U0GUST0001"
OLGA = "U0OLGA0001"
DORA = "U0DORA0001"

STAFF = (ANA, BEN, MIRA, TOMAS)


def users(app: Installation) -> list[User]:
    home = app.team_id
    return [
        User(ANA, "ana", "Ana Bauer", home, "Customer care"),
        User(BEN, "ben", "Ben Novák", home, "Customer care", timezone="Europe/Prague", locale="cs-CZ"),
        User(MIRA, "mira", "Mira Lang", home, "Team lead"),
        User(TOMAS, "tomas", "Tomáš Horák", home, "Operations", admin=True, owner=True),
        User(GUST, "gust", "Gust de Wit", home, "Freelancer", guest=True),
        User(OLGA, "olga", "Olga Petrova", OTHER_TEAM, "Courier company"),
        User(DORA, "dora", "Dora Klein", home, "Left in spring", deactivated=True),
        User(app.bot_user_id, app.name.lower(), app.name, home, bot=True),
    ]


def groups() -> list[UserGroup]:
    return [
        UserGroup("S0LEADS001", "support-leads", "Support leads", [MIRA, TOMAS]),
        UserGroup("S0RETURNS1", "returns-team", "Returns team", [BEN, MIRA]),
    ]


def channels(app: Installation) -> list[Channel]:
    staff = [*STAFF, app.bot_user_id]
    return [
        Channel("C0GENERAL1", "general", "channel", [*STAFF, GUST], general=True, creator=TOMAS),
        Channel("C0SUPPORT1", "support", "channel", [*staff, GUST], creator=TOMAS, topic="Tickets"),
        Channel("C0SUPCZ001", "support-cz", "channel", list(staff), creator=TOMAS, topic="Tickets of kaufland.cz"),
        Channel("C0RETURNS1", "returns", "channel", list(staff), creator=TOMAS, topic="Returns"),
        Channel("C0ORDERS01", "orders", "channel", list(staff), creator=TOMAS, topic="Orders"),
        Channel("C0OPS00001", "kontor-ops", "group", list(staff), creator=TOMAS, topic="How Kontor is doing"),
    ]
