"""Which tables there must be, and the way there from what there is."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from typing import Any

from tortoise.connection import get_connections
from tortoise.migrations.executor import MigrationExecutor

from bot import failpoints
from bot.store import migrations, sql
from bot.store.transaction import Database

APP = "kontor"


def configuration(connection: Any) -> dict[str, Any]:
    return {
        "connections": {"default": connection},
        "apps": {
            APP: {
                "models": ["bot.store.tables"],
                "default_connection": "default",
                "migrations": migrations.__name__,
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


# For `tortoise -c bot.store.schema.TORTOISE_ORM makemigrations -n <name>`.
TORTOISE_ORM = configuration("sqlite://:memory:")


def known() -> list[str]:
    """The migrations of this version of Kontor, oldest first."""
    return sorted(module.name for module in pkgutil.iter_modules(migrations.__path__))


def missing(applied: Sequence[str]) -> list[str]:
    return [name for name in known() if name not in applied]


def strange(applied: Sequence[str]) -> list[str]:
    """Migrations this version does not know: a newer one made them."""
    return [name for name in applied if name not in known()]


async def applied(database: Database) -> list[str] | None:
    """Names of the migrations in an open database, oldest first; None when there is no notebook yet."""
    dialect = database.capabilities.dialect
    where = (
        "sqlite_master WHERE name"
        if dialect == "sqlite"
        else "pg_tables WHERE schemaname = current_schema() AND tablename"
    )
    if not await sql.fetch(f"SELECT 1 FROM {where} = 'tortoise_migrations'", database=database):  # noqa: S608
        return None
    found = await sql.fetch("SELECT name FROM tortoise_migrations WHERE app = ? ORDER BY name", APP, database=database)
    return [name for (name,) in found] or None


async def apply(database: Database) -> None:
    """Apply what is missing within the transaction of `database`, and note it in the same: all of it or nothing."""
    # The executor opens transactions of its own; with ours in its context they become parts of it.
    get_connections().set("default", database)
    executor = MigrationExecutor(database, TORTOISE_ORM["apps"])
    # It would look for its table before making it, and on PostgreSQL one failed look ends the transaction.
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    await executor.migrate(direction="forward")
    failpoints.reach("mig.applied")
