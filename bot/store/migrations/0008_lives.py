from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from bot.store.fields import KeyField, UtcDatetimeField


class Migration(migrations.Migration):
    dependencies = [("kontor", "0007_bulks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Life",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("steps", fields.BigIntField(db_default=0)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("lost", fields.BooleanField(db_default=False)),
            ],
            options={"table": "lives", "app": "kontor", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Subject",
            name="reread",
            field=fields.BooleanField(db_default=False),
        ),
    ]
