from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from bot.store.fields import FactsField, KeyField, UtcDatetimeField, WordsField


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Action",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("key", KeyField(unique=True, max_length=600)),
                ("heard", KeyField(max_length=255)),
                ("kind", WordsField(unique=False)),
                ("subject", KeyField(max_length=255)),
                ("account", WordsField(unique=False)),
                ("user_id", WordsField(unique=False)),
                ("team_id", WordsField(unique=False)),
                ("payload", FactsField()),
                ("seen_version", WordsField(null=True, unique=False)),
                ("state", KeyField(max_length=32)),
                ("taken_at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("next_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("claimed_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(db_default=0)),
                ("sentence", WordsField(null=True, unique=False)),
                ("evidence", WordsField(null=True, unique=False)),
            ],
            options={
                "table": "actions",
                "app": "kontor",
                "indexes": [Index(fields=["state", "next_at"]), Index(fields=["subject", "taken_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Challenge",
            fields=[
                ("account", KeyField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("until", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "challenges", "app": "kontor", "pk_attr": "account"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Entry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("subject", KeyField(max_length=255)),
                ("key", KeyField(max_length=255)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("posting", WordsField(null=True, unique=False)),
                ("posting_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ts", WordsField(null=True, unique=False)),
            ],
            options={"table": "entries", "app": "kontor", "unique_together": (("subject", "key"),), "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Heard",
            fields=[
                ("key", KeyField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ("at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("action", KeyField(null=True, max_length=64)),
            ],
            options={"table": "heard", "app": "kontor", "pk_attr": "key"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HighWater",
            fields=[
                ("name", KeyField(primary_key=True, unique=True, db_index=True, max_length=128)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "highwater", "app": "kontor", "pk_attr": "name"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Note",
            fields=[
                ("name", KeyField(primary_key=True, unique=True, db_index=True, max_length=128)),
                ("value", FactsField()),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "notes", "app": "kontor", "pk_attr": "name"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Push",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", KeyField(max_length=64)),
                ("message", KeyField(max_length=128)),
                ("event", WordsField(unique=False)),
                ("subject", KeyField(null=True, max_length=255)),
                ("at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "pushes", "app": "kontor", "unique_together": (("account", "message"),), "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Subject",
            fields=[
                ("key", KeyField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ("kind", WordsField(unique=False)),
                ("account", WordsField(unique=False)),
                ("ref", WordsField(unique=False)),
                ("storefront", WordsField(null=True, unique=False)),
                ("state", WordsField(null=True, unique=False)),
                ("version", WordsField(null=True, unique=False)),
                ("closed", fields.BooleanField(db_default=False)),
                ("look_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("marks", fields.BigIntField(db_default=0)),
                ("priority", fields.SmallIntField(db_default=1)),
                ("tries", fields.IntField(db_default=0)),
                ("resting", fields.BooleanField(db_default=False)),
                ("rest_reason", WordsField(null=True, unique=False)),
                ("seen_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("due_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("facts", FactsField(null=True)),
                ("channel", WordsField(null=True, unique=False)),
                ("ts", WordsField(null=True, unique=False)),
                ("shown", WordsField(null=True, unique=False)),
                ("posting", WordsField(null=True, unique=False)),
                ("posting_channel", WordsField(null=True, unique=False)),
                ("posting_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "subjects",
                "app": "kontor",
                "indexes": [Index(fields=["priority", "look_at"]), Index(fields=["closed"]), Index(fields=["resting"])],
                "pk_attr": "key",
            },
            bases=["Model"],
        ),
    ]
