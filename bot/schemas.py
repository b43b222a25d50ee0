"""The JSON Schemas of the files people edit, so that editors complete keys and underline slips. `python -m bot.schemas`
writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bot.clockbook import ClocksFile
from bot.invoicebook import InvoicesFile
from bot.replybook import ShopFile, TemplateFile
from bot.rolebook import RolesFile
from bot.rulebook import RulesFile
from bot.schedulebook import SchedulesFile
from bot.yamlfile import Section

FOLDER = Path(__file__).parent.parent / "schemas"
MODELS: dict[str, type[Section]] = {
    "rules.schema.json": RulesFile,
    "roles.schema.json": RolesFile,
    "clocks.schema.json": ClocksFile,
    "invoices.schema.json": InvoicesFile,
    "schedules.schema.json": SchedulesFile,
    "template.schema.json": TemplateFile,
    "shop.schema.json": ShopFile,
}


class _AsWritten(GenerateJsonSchema):
    """What stands in a file: a key that may be left out is not one that may be empty."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        return {key: value for key, value in written.items() if (key, value) != ("default", None)}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_text(model: type[Section]) -> str:
    """The JSON Schema of a file of this model, as it is kept in the repository."""
    schema = model.model_json_schema(schema_generator=_AsWritten)
    return json.dumps({"$schema": _AsWritten.schema_dialect, **schema}, indent=2) + "\n"


def write(folder: Path = FOLDER) -> None:
    for name, model in MODELS.items():
        (folder / name).write_text(schema_text(model), "utf-8")


if __name__ == "__main__":
    write()
