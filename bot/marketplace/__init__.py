"""The only place that speaks the marketplace's dialect. What others need of it is named here."""

from __future__ import annotations

from bot.marketplace.budget import for_people
from bot.marketplace.calls.downloads import Download
from bot.marketplace.client import KauflandMarket
from bot.marketplace.jsontext import Unreadable, loads
from bot.marketplace.problems import MarketError
from bot.marketplace.pushes import subject_of
from bot.marketplace.wire import verify_push

__all__ = [
    "Download",
    "KauflandMarket",
    "MarketError",
    "Unreadable",
    "for_people",
    "loads",
    "subject_of",
    "verify_push",
]
