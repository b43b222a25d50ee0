from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from bot.store.fields import FactsField, KeyField, UtcDatetimeField, WordsField


class Migration(migrations.Migration):
    dependencies = [("kontor", "0006_feeds")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Bulk",
            fields=[
                ("key", KeyField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ("account", KeyField(max_length=64)),
                ("storefront", WordsField(unique=False)),
                ("name", WordsField(unique=False)),
                ("user_id", KeyField(max_length=64)),
                ("team_id", WordsField(unique=False)),
                ("channel", WordsField(null=True, unique=False)),
                ("at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("plan", FactsField(null=True)),
                ("problem", WordsField(null=True, unique=False)),
                ("parts", fields.IntField(db_default=0)),
                ("asked_by", WordsField(null=True, unique=False)),
                ("asked_team", WordsField(null=True, unique=False)),
                ("begun_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("why", WordsField(null=True, unique=False)),
                ("discarded_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("told_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "bulks", "app": "kontor", "pk_attr": "key"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BulkPart",
            fields=[
                ("key", KeyField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ("bulk", KeyField(db_index=True, max_length=255)),
                ("number", fields.IntField()),
                ("at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("offers", FactsField()),
                ("outcomes", FactsField(null=True)),
                ("reading", FactsField(null=True)),
            ],
            options={"table": "bulk_parts", "app": "kontor", "pk_attr": "key"},
            bases=["Model"],
        ),
    ]
