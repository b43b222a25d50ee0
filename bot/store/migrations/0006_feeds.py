from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from bot.store.fields import FactsField, KeyField, UtcDatetimeField, WordsField


class Migration(migrations.Migration):
    dependencies = [("kontor", "0005_papers")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Feed",
            fields=[
                ("key", KeyField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ("account", KeyField(max_length=64)),
                ("kind", WordsField(unique=False)),
                ("storefront", WordsField(null=True, unique=False)),
                ("name", WordsField(unique=False)),
                ("size", fields.BigIntField()),
                ("digest", KeyField(null=True, max_length=64)),
                ("user_id", KeyField(max_length=64)),
                ("channel", WordsField(null=True, unique=False)),
                ("at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("plan", FactsField(null=True)),
                ("problem", WordsField(null=True, unique=False)),
                ("token", KeyField(null=True, db_index=True, max_length=64)),
                ("published_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("import_id", fields.BigIntField(null=True)),
                ("progress", FactsField(null=True)),
                ("withdrawn_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("discarded_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("told_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "feeds", "app": "kontor", "pk_attr": "key"},
            bases=["Model"],
        ),
    ]
