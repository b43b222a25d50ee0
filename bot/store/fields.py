"""The kinds of columns our tables are made of: Tortoise's fields with the border's checks in front."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from bot.store import border


class UtcDatetimeField(fields.DatetimeField[datetime]):
    """A time in UTC.

    SQLite compares times as text, and Tortoise binds a filter's value with the offset it came with; so everything is
    brought to UTC first. A time without a zone is refused, also by a new row, where Tortoise would take it for UTC.
    """

    def to_python_value(self, value: Any) -> datetime | None:
        return super().to_python_value(border.instant(value) if isinstance(value, datetime) else value)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        return super().to_db_value(border.instant(value) if isinstance(value, datetime) else value, instance)


class KeyField(fields.CharField[str]):
    """Text that names something. Refused, never mended."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        return super().to_db_value(value if value is None else border.key(value, self.max_length), instance)


class WordsField(fields.TextField):
    """Text for people; characters no database keeps are replaced."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        return super().to_db_value(value if value is None else border.words(value), instance)


class FactsField(fields.JSONField[dict[str, Any]]):
    """A small JSON object. Always read and written by the same code, whatever faster JSON library is installed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "encoder": border.json_text, "decoder": json.loads})

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        return None if value is None else border.json_text(value)
