"""`python -m bot.pdfchild SECONDS`: reads the text of one PDF in a process of its own, within limits the system holds.

The PDF comes on standard input and what it says goes to standard output as JSON. The process knows no secrets, opens no
file and writes none; what a hostile PDF makes it do ends with it.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
from typing import Any

MOST_MEMORY = 256 * 1024 * 1024
MOST_PAGES = 40
MOST_ACTIONS = 50
# An invoice says some thousand characters; patterns are looked for in all of it.
LONGEST_TEXT = 50_000

# What a document must not do by itself (ISO 32000-1, table 198): run a script or a program, send something away.
DEEDS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition"})


def main() -> int:
    """SECONDS is how much of a processor's time it may take."""
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A second apart, so that the exit code tells time from other ends.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    logging.disable()
    try:
        answer = read(sys.stdin.buffer.read())
    except MemoryError:
        answer = {"trouble": "costly"}
    sys.stdout.write(json.dumps(answer))
    return 0


def read(content: bytes) -> dict[str, Any]:
    """What the PDF says: `text`, `pages`, `active`; or its `trouble`: encrypted, broken, costly."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, LimitReachedError

    try:
        document = PdfReader(io.BytesIO(content))
        if document.is_encrypted and not document.decrypt(""):
            return {"trouble": "encrypted"}
        pages = len(document.pages)
        if not pages:
            return {"trouble": "broken"}
        text = _text(document)
        return {"text": text, "pages": pages, "active": _active(document)}
    except DependencyError:
        # Encrypted in a way that takes a library more.
        return {"trouble": "encrypted"}
    except (LimitReachedError, RecursionError):
        return {"trouble": "costly"}
    except MemoryError:
        raise
    except Exception:
        # A damaged file makes the library stumble anywhere, over anything.
        return {"trouble": "broken"}


def _text(document: Any) -> str:
    parts, room = [], LONGEST_TEXT
    for page in document.pages[:MOST_PAGES]:
        said = page.extract_text()[:room]
        parts.append(said)
        room -= len(said)
        if room <= 0:
            break
    # Half a pair of surrogates cannot be written as UTF-8.
    return "\n".join(parts).encode("utf-8", "replace").decode("utf-8").strip()


def _active(document: Any) -> bool:
    """Whether it does something by itself: at its opening or at that of a page, or with scripts by name."""
    catalog = _plain(document.trailer["/Root"])
    names = _plain(catalog.get("/Names")) or {}
    # A page may act when it is shown.
    acting = any("/AA" in page for page in document.pages[:MOST_PAGES])
    return acting or "/AA" in catalog or "/JavaScript" in names or _acts(_plain(catalog.get("/OpenAction")))


def _acts(action: Any) -> bool:
    """Whether an action, or one of those that follow it, is one of DEEDS."""
    waiting = [action]
    for _ in range(MOST_ACTIONS):
        if not waiting:
            return False
        action = _plain(waiting.pop())
        if isinstance(action, list):
            waiting += action
        elif isinstance(action, dict):
            if action.get("/S") in DEEDS:
                return True
            waiting.append(action.get("/Next"))
    # Who strings up so many hides something.
    return bool(waiting)


def _plain(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


if __name__ == "__main__":
    sys.exit(main())
