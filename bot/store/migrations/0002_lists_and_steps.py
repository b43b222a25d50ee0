from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from bot.store.fields import FactsField, KeyField, UtcDatetimeField, WordsField


class Migration(migrations.Migration):
    dependencies = [("kontor", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Claim",
            fields=[
                ("subject", KeyField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ("user_id", KeyField(db_index=True, max_length=64)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "claims", "app": "kontor", "pk_attr": "subject"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Home",
            fields=[
                ("user_id", KeyField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("team_id", WordsField(unique=False)),
                ("opened_at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("welcomed", fields.BooleanField(db_default=False)),
                ("wanted", FactsField(null=True)),
                ("shown", WordsField(null=True, unique=False)),
            ],
            options={"table": "homes", "app": "kontor", "pk_attr": "user_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Step",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("subject", KeyField(max_length=255)),
                ("key", KeyField(max_length=255)),
                ("claimed_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("told_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "steps", "app": "kontor", "unique_together": (("subject", "key"),), "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Subject",
            name="tags",
            field=WordsField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Subject",
            name="waits_since",
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Subject",
            name="words",
            field=WordsField(null=True, unique=False),
        ),
        ops.AddIndex(
            model_name="Subject",
            index=Index(fields=["closed", "due_at"]),
        ),
        ops.AddIndex(
            model_name="Subject",
            index=Index(fields=["seen_at"]),
        ),
    ]
