"""What a run says at its end: which databases it met, and what was left out for which reason."""

from __future__ import annotations

from collections import Counter

import pytest

OUTCOMES = ("passed", "failed", "error")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests spoke with PostgreSQL, and why others did not run."""
    stats = terminalreporter.stats
    met = sum("postgres" in getattr(report, "keywords", ()) for each in OUTCOMES for report in stats.get(each, []))
    if met:
        terminalreporter.write_line(f"PostgreSQL: {met} tests ran against it.")
    missed = Counter(_reason(report) for report in stats.get("skipped", []))
    for reason, count in missed.most_common():
        terminalreporter.write_line(f"Did NOT run: {count} tests. {reason}")


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.removeprefix("Skipped: ").splitlines()[0][:200]
