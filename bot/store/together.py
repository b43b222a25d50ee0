"""Pushes that arrive at the same time share a commit; each is answered after the commit that holds it."""

from __future__ import annotations

from bot.store.batches import Batches
from bot.store.pushes import NewPush


class GroupCommit(Batches[NewPush, tuple[str, ...]]):
    """`await add(push)` gives the keys to wake. Raises what the commit raised: then nothing may be acknowledged."""
