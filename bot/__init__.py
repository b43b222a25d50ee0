"""Kontor: the Slack ops desk for sellers on the Kaufland Global Marketplace."""

__version__ = "0.1.0"
