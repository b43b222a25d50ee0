from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from bot.store.fields import FactsField, KeyField, UtcDatetimeField, WordsField


class Migration(migrations.Migration):
    dependencies = [("kontor", "0002_lists_and_steps")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Draft",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("subject", KeyField(max_length=255)),
                ("user_id", KeyField(max_length=64)),
                ("text", WordsField(unique=False)),
                ("placed", WordsField(unique=False)),
                ("content", FactsField()),
                ("at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("writing_until", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("action", KeyField(null=True, max_length=64)),
            ],
            options={"table": "drafts", "app": "kontor", "unique_together": (("subject", "user_id"),), "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Remark",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("subject", KeyField(db_index=True, max_length=255)),
                ("user_id", WordsField(unique=False)),
                ("author_id", WordsField(null=True, unique=False)),
                ("text", WordsField(unique=False)),
                ("link", WordsField(null=True, unique=False)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "remarks", "app": "kontor", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Entry",
            name="shown",
            field=WordsField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Entry",
            name="slip",
            field=fields.BooleanField(db_default=False),
        ),
    ]
