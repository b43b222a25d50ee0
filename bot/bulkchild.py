"""`python -m bot.bulkchild STOREFRONT`: reads one table in a process of its own, within limits the system holds.

Reads the file from standard input and writes its rows as JSON to standard output, or why there are none. It knows no
secrets and talks to nobody.
"""

from __future__ import annotations

import json
import resource
import sys

from bot.bulkfile import MOST_BYTES, read_file
from bot.domain.feedrows import Unreadable

MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = 30


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    content = sys.stdin.buffer.read(MOST_BYTES)
    try:
        table = read_file(content, sys.argv[1])
    except Unreadable as reason:
        json.dump({"trouble": str(reason)}, sys.stdout)
    else:
        json.dump({"rows": table.rows, "at": table.at, "notes": table.notes}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
