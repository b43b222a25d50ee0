"""Whether a notebook opens, and what is said when it does not."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.store import subjects
from bot.store.database import NotebookError, open_notebook


async def refusal(url: str, folder: Path, *, writer: bool = True) -> str:
    try:
        notebook = await open_notebook(url, folder, writer=writer)
    except NotebookError as error:
        return str(error)
    await notebook.close()
    pytest.fail("the notebook was opened")


async def usable(url: str, folder: Path, now: datetime) -> bool:
    notebook = await open_notebook(url, folder)
    try:
        await subjects.mark(["ticket:main:1"], now)
        return await subjects.find("ticket:main:1") is not None
    finally:
        await notebook.close()
