from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from bot.store.fields import KeyField, UtcDatetimeField, WordsField


class Migration(migrations.Migration):
    dependencies = [("kontor", "0003_replies")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Audit",
            fields=[
                ("seq", fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("event", WordsField(unique=False)),
                ("actor", WordsField(unique=False)),
                ("team", WordsField(unique=False)),
                ("kind", WordsField(unique=False)),
                ("subject", KeyField(max_length=255)),
                ("account", WordsField(unique=False)),
                ("action", WordsField(unique=False)),
                ("before", WordsField(unique=False)),
                ("after", WordsField(unique=False)),
                ("what", WordsField(unique=False)),
                ("result", WordsField(unique=False)),
                ("prev", WordsField(unique=False)),
                ("seal", WordsField(unique=False)),
            ],
            options={
                "table": "audit",
                "app": "kontor",
                "indexes": [Index(fields=["subject", "seq"])],
                "pk_attr": "seq",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditEnd",
            fields=[
                ("id", fields.IntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("seq", fields.BigIntField()),
                ("seal", WordsField(unique=False)),
            ],
            options={"table": "audit_ends", "app": "kontor", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Action",
            name="approved_at",
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Action",
            name="approved_by",
            field=WordsField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Action",
            name="currency",
            field=WordsField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Action",
            name="lasts_seconds",
            field=fields.IntField(db_default=900),
        ),
        ops.AddField(
            model_name="Action",
            name="leads_to",
            field=WordsField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Action",
            name="minor",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Action",
            name="percent",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Action",
            name="pieces",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Action",
            name="second",
            field=WordsField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Action",
            name="summary",
            field=WordsField(null=True, unique=False),
        ),
    ]
