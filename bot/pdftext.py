"""Reads the text of PDFs other people made. The reading itself is done by `bot.pdfchild`, within limits."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import structlog

from bot.domain.invoice import Paper
from bot.domain.words import one_line

log = structlog.get_logger(__name__)

HOME = Path(__file__).parent.parent
WALL_SECONDS = 20.0
CPU_SECONDS = 8
AT_ONCE = 2
MOST_ANSWER = 1024 * 1024
HEAD = 1024
TAIL = 4096

_COSTLY = "Reading it takes more time or memory than any invoice should. Export it anew, as plain as possible."
_BROKEN = "It cannot be read as a PDF: it is damaged or cut off. Export it anew."
_TROUBLES = {
    "encrypted": "It is protected by a password, so nobody could read it. Save it without protection.",
    "broken": _BROKEN,
    "costly": _COSTLY,
}
_KINDS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"<?xml", "an XML file"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
)


class PdfTrouble(Exception):
    """Why a file is no PDF that can be taken. `str()` is a sentence for people about "it"."""


class PaperReader:
    """Reads a few PDFs at a time, each in a process of its own.

    `seconds` is how long one may take by the clock, `cpu_seconds` how much of a processor's time.
    """

    def __init__(
        self, *, seconds: float = WALL_SECONDS, cpu_seconds: int = CPU_SECONDS, at_once: int = AT_ONCE
    ) -> None:
        self._seconds = seconds
        self._cpu_seconds = cpu_seconds
        self._turns = asyncio.Semaphore(at_once)

    async def read(self, content: bytes, name: str) -> Paper:
        """What the PDF `content` is and says. Raises `PdfTrouble`."""
        if trouble := looks_wrong(content):
            raise PdfTrouble(trouble)
        async with self._turns:
            answer = await self._asked(content)
        if trouble := answer.get("trouble"):
            raise PdfTrouble(_TROUBLES.get(str(trouble), _BROKEN))
        return Paper(
            name=name,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            pages=int(answer.get("pages") or 1),
            text=str(answer.get("text") or ""),
            active=bool(answer.get("active")),
        )

    async def _asked(self, content: bytes) -> dict[str, Any]:
        # Without the environment: the child must not know what we know.
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-E", "-s", "-m", "bot.pdfchild", str(self._cpu_seconds)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=HOME,
            env={},
        )
        try:
            async with asyncio.timeout(self._seconds):
                said = await _talk(child, content)
        except TimeoutError:
            log.warning("a PDF took too long", size=len(content))
            raise PdfTrouble(_COSTLY) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0:
            # Killed by the system's limits: of time (SIGXCPU), or of memory in a place that cannot tell.
            log.warning("the reader of a PDF ended badly", code=child.returncode, size=len(content))
            raise PdfTrouble(_COSTLY)
        try:
            answer = json.loads(said)
        except ValueError:
            raise PdfTrouble(_BROKEN) from None
        return answer if isinstance(answer, dict) else {"trouble": "broken"}


async def _talk(child: asyncio.subprocess.Process, content: bytes) -> bytes:
    """Give the child the PDF, and take its answer, of which there is never much."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(content)
        await child.stdin.drain()
    except ConnectionError:
        pass  # It ended before it had read everything; its exit code tells.
    child.stdin.close()
    said = await child.stdout.read(MOST_ANSWER)
    while (more := await child.stdout.read(MOST_ANSWER)) and len(said) < MOST_ANSWER:
        said += more
    await child.wait()
    return said


def looks_wrong(content: bytes) -> str | None:
    """Why these bytes are no whole PDF, told by their first and last ones; None when they may be one."""
    head = content[:HEAD]
    if not content:
        return "It is empty."
    if b"%PDF-" not in head:
        found = head.lstrip().lower()
        kind = next((kind for mark, kind in _KINDS if found.startswith(mark.lower())), None)
        return (
            f"It is no PDF, whatever its name says: it is {kind}." if kind else "It is no PDF, whatever its name says."
        )
    if b"%%EOF" not in content[-TAIL:]:
        return _BROKEN
    return None


def too_large(name: str, size: int, most: int) -> str | None:
    """Why a file of `size` bytes is not even looked at; None when it is small enough."""
    if size <= most:
        return None
    return f"{one_line(name, 80)} has {size / 1024 / 1024:.0f} MB; an invoice may have {most // 1024 // 1024} MB."
