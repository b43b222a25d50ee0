from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from bot.store.fields import FactsField, KeyField, UtcDatetimeField, WordsField


class Migration(migrations.Migration):
    dependencies = [("kontor", "0004_audit")]

    initial = False

    operations = [
        ops.CreateModel(
            name="InvoiceFile",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("batch", KeyField(max_length=255)),
                ("source", KeyField(db_index=True, max_length=255)),
                ("name", WordsField(unique=False)),
                ("size", fields.BigIntField()),
                ("url", WordsField(unique=False)),
                ("given_by", KeyField(max_length=64)),
                ("channel", WordsField(null=True, unique=False)),
                ("consented", fields.BooleanField(db_default=False)),
                ("wanted", WordsField(null=True, unique=False)),
                ("added_at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("checked_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("digest", KeyField(null=True, db_index=True, max_length=64)),
                ("order_id", WordsField(null=True, unique=False)),
                ("found", FactsField(null=True)),
                ("uploaded_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("dismissed_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "invoice_files",
                "app": "kontor",
                "unique_together": (("batch", "source"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReportPart",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("subject", KeyField(max_length=255)),
                ("part", KeyField(max_length=16)),
                ("account", KeyField(max_length=64)),
                ("slug", KeyField(max_length=255)),
                ("remote_id", fields.BigIntField(null=True)),
                ("asked_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("summary", FactsField(null=True)),
                ("problem", WordsField(null=True, unique=False)),
                ("file_name", WordsField(null=True, unique=False)),
                ("sharing_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("file_id", WordsField(null=True, unique=False)),
                ("ended_at", UtcDatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "report_parts",
                "app": "kontor",
                "unique_together": (("subject", "part"),),
                "indexes": [Index(fields=["account", "slug"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
