"""Properties are checked on machines that are busy: how long one example takes says nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
