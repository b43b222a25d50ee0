"""`python -m bench.duck PATH`: the same feed counted through by duckdb, the fastest reader of CSV files we know.

It counts what is wrong and says neither which line nor why, so it is no floor but the far end of the scale. It is no
dependency of ours: without it `make bench` says so and goes on.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib import import_module

NAME = "duckdb"
# The digits of an EAN weigh 1 and 3 in turn, and their sum ends with 0.
_SUM = " + ".join(f"{1 if place % 2 else 3} * CAST(substr(ean, {place}, 1) AS INTEGER)" for place in range(1, 14))
_COUNTED = f"""
SELECT
    count(*) FILTER (NOT regexp_full_match(ean, '[0-9]{{13}}') OR ({_SUM.replace("CAST", "TRY_CAST")}) % 10 <> 0),
    count(*) FILTER (NOT regexp_full_match(price, '[0-9]+')),
    count(*) FILTER (condition NOT IN ('100', '200', '300') OR currency <> 'EUR'),
    count(*) FILTER (NOT regexp_full_match(count, '[0-9]+')),
    count(*) FILTER (TRY_CAST(minimum_price AS BIGINT) > TRY_CAST(price AS BIGINT)),
    count(*) FILTER (NOT regexp_full_match(handling_time, '[0-9]{{1,2}}')),
    count(*) - count(DISTINCT id_offer)
FROM read_csv(?, delim = ';', header = true, all_varchar = true)
"""


def here() -> bool:
    return importlib.util.find_spec(NAME) is not None


def counted(path: str) -> list[int]:
    """How many lines have which of seven things wrong."""
    return list(import_module(NAME).connect().execute(_COUNTED, [path]).fetchone())


if __name__ == "__main__":
    print(counted(sys.argv[1]))
