"""The notebook's tables. Nothing outside `bot.store` sees these classes.

To change a table: change it here, then `tortoise -c bot.store.schema.TORTOISE_ORM makemigrations -n <name>`, and read
the file it writes. Only add: columns that are new are nullable or have a `db_default`, because SQLite rebuilds a table
for any other change and loses its indexes on the way.

What a table is for stands in a comment above it: a docstring would become part of the schema.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from bot.store.fields import FactsField, KeyField, UtcDatetimeField, WordsField


# One row per thing the team cares about: what we last saw, what Slack shows, when to look again.
class Subject(Model):
    key = KeyField(max_length=255, primary_key=True)
    kind = WordsField()
    account = WordsField()
    ref = WordsField()
    storefront = WordsField(null=True)
    state = WordsField(null=True)
    version = WordsField(null=True)
    closed = fields.BooleanField(db_default=False)
    look_at = UtcDatetimeField(null=True)
    marks = fields.BigIntField(db_default=0)
    priority = fields.SmallIntField(db_default=1)
    tries = fields.IntField(db_default=0)
    resting = fields.BooleanField(db_default=False)
    rest_reason = WordsField(null=True)
    seen_at = UtcDatetimeField(null=True)
    due_at = UtcDatetimeField(null=True)
    facts = FactsField(null=True)
    channel = WordsField(null=True)
    ts = WordsField(null=True)
    shown = WordsField(null=True)
    posting = WordsField(null=True)
    posting_channel = WordsField(null=True)
    posting_at = UtcDatetimeField(null=True)
    waits_since = UtcDatetimeField(null=True)
    tags = WordsField(null=True)
    words = WordsField(null=True)
    # The notebook was restored: what hangs in the thread is read from Slack before anything is told there.
    reread = fields.BooleanField(db_default=False)

    class Meta:
        table = "subjects"
        # The first finds what is due, the next two count what is open and what rests, whatever the size of the table.
        # The fourth lists what is open by its due time, the last finds what was looked at of late.
        indexes = [("priority", "look_at"), ("closed",), ("resting",), ("closed", "due_at"), ("seen_at",)]


# One message in a card's thread, and whether it hangs there.
class Entry(Model):
    id = fields.BigIntField(primary_key=True)
    subject = KeyField(max_length=255)
    key = KeyField(max_length=255)
    at = UtcDatetimeField()
    posting = WordsField(null=True)
    posting_at = UtcDatetimeField(null=True)
    ts = WordsField(null=True)
    # A slip is redrawn while it hangs, and taken down when nobody wants it any more.
    slip = fields.BooleanField(db_default=False)
    shown = WordsField(null=True)

    class Meta:
        table = "entries"
        unique_together = (("subject", "key"),)


# What a person asked for, and how it ended. Kept for ever.
class Action(Model):
    id = KeyField(max_length=64, primary_key=True)
    # Longer than a key that is taken, because a key that is freed gets the action's id behind it.
    key = KeyField(max_length=600, unique=True)
    heard = KeyField(max_length=255)
    kind = WordsField()
    subject = KeyField(max_length=255)
    account = WordsField()
    user_id = WordsField()
    team_id = WordsField()
    payload = FactsField()
    seen_version = WordsField(null=True)
    state = KeyField(max_length=32)
    taken_at = UtcDatetimeField(db_index=True)
    next_at = UtcDatetimeField(null=True)
    claimed_at = UtcDatetimeField(null=True)
    sent_at = UtcDatetimeField(null=True)
    ended_at = UtcDatetimeField(null=True)
    attempts = fields.IntField(db_default=0)
    sentence = WordsField(null=True)
    evidence = WordsField(null=True)
    summary = WordsField(null=True)
    leads_to = WordsField(null=True)
    minor = fields.BigIntField(null=True)
    currency = WordsField(null=True)
    pieces = fields.IntField(null=True)
    percent = fields.IntField(null=True)
    second = WordsField(null=True)
    approved_by = WordsField(null=True)
    approved_at = UtcDatetimeField(null=True)
    lasts_seconds = fields.IntField(db_default=900)

    class Meta:
        table = "actions"
        indexes = [("state", "next_at"), ("subject", "taken_at")]


# The audit log. Rows are only added; `seal` is a hash over the row and the `prev` seal.
class Audit(Model):
    seq = fields.BigIntField(primary_key=True, generated=False)
    at = UtcDatetimeField()
    event = WordsField()
    actor = WordsField()
    team = WordsField()
    kind = WordsField()
    subject = KeyField(max_length=255)
    account = WordsField()
    action = WordsField()
    before = WordsField()
    after = WordsField()
    what = WordsField()
    result = WordsField()
    prev = WordsField()
    seal = WordsField()

    class Meta:
        table = "audit"
        indexes = [("subject", "seq")]


# Where the audit log ends: the last row's number and seal. One row.
class AuditEnd(Model):
    id = fields.IntField(primary_key=True, generated=False)
    seq = fields.BigIntField()
    seal = WordsField()

    class Meta:
        table = "audit_ends"


# A message of the marketplace we have answered; kept to know it again.
class Push(Model):
    id = fields.BigIntField(primary_key=True)
    account = KeyField(max_length=64)
    message = KeyField(max_length=128)
    event = WordsField()
    subject = KeyField(max_length=255, null=True)
    at = UtcDatetimeField(db_index=True)

    class Meta:
        table = "pushes"
        unique_together = (("account", "message"),)


# A delivery of Slack's we have taken in; `action` names the action it made, or ran into.
class Heard(Model):
    key = KeyField(max_length=255, primary_key=True)
    at = UtcDatetimeField(db_index=True)
    action = KeyField(max_length=64, null=True)

    class Meta:
        table = "heard"


# How far a poll has read.
class HighWater(Model):
    name = KeyField(max_length=128, primary_key=True)
    at = UtcDatetimeField()

    class Meta:
        table = "highwater"


# A small thing worth remembering under a name.
class Note(Model):
    name = KeyField(max_length=128, primary_key=True)
    value = FactsField()
    at = UtcDatetimeField()

    class Meta:
        table = "notes"


# One run of a process on this notebook, and how often it did something that cannot be taken back, by our own count.
# A life is `lost` when the notebook was restored to before its end; then it must not go on.
class Life(Model):
    id = KeyField(max_length=64, primary_key=True)
    steps = fields.BigIntField(db_default=0)
    at = UtcDatetimeField()
    lost = fields.BooleanField(db_default=False)

    class Meta:
        table = "lives"


# Until when the marketplace may ask whether an account's callback address is ours.
class Challenge(Model):
    account = KeyField(max_length=64, primary_key=True)
    until = UtcDatetimeField()

    class Meta:
        table = "challenges"


# Who took a subject. A row is the claim; releasing it deletes it.
class Claim(Model):
    subject = KeyField(max_length=255, primary_key=True)
    user_id = KeyField(max_length=64, db_index=True)
    at = UtcDatetimeField()

    class Meta:
        table = "claims"


# A step of a ladder that was claimed to be told, and when it was.
class Step(Model):
    id = fields.BigIntField(primary_key=True)
    subject = KeyField(max_length=255)
    key = KeyField(max_length=255)
    claimed_at = UtcDatetimeField()
    told_at = UtcDatetimeField(null=True)

    class Meta:
        table = "steps"
        unique_together = (("subject", "key"),)


# Somebody's Home: what they want to see of it, when they looked last, and the digest of what it shows.
class Home(Model):
    user_id = KeyField(max_length=64, primary_key=True)
    team_id = WordsField()
    opened_at = UtcDatetimeField(db_index=True)
    welcomed = fields.BooleanField(db_default=False)
    wanted = FactsField(null=True)
    shown = WordsField(null=True)

    class Meta:
        table = "homes"


# What somebody has written for a buyer and not sent; `action` is the reply it went into. Kept through every failure.
class Draft(Model):
    id = fields.BigIntField(primary_key=True)
    subject = KeyField(max_length=255)
    user_id = KeyField(max_length=64)
    text = WordsField()
    placed = WordsField()
    content = FactsField()
    at = UtcDatetimeField(db_index=True)
    writing_until = UtcDatetimeField(null=True)
    action = KeyField(max_length=64, null=True)

    class Meta:
        table = "drafts"
        unique_together = (("subject", "user_id"),)


# A message of Slack's that somebody filed in a card's thread. It never leaves the house.
class Remark(Model):
    id = KeyField(max_length=64, primary_key=True)
    subject = KeyField(max_length=255, db_index=True)
    user_id = WordsField()
    author_id = WordsField(null=True)
    text = WordsField()
    link = WordsField(null=True)
    at = UtcDatetimeField()

    class Meta:
        table = "remarks"


# A PDF somebody gave us as an invoice, until the buyer has it or nobody wants it any more. The PDF is elsewhere.
class InvoiceFile(Model):
    id = fields.BigIntField(primary_key=True)
    batch = KeyField(max_length=255)
    source = KeyField(max_length=255, db_index=True)
    name = WordsField()
    size = fields.BigIntField()
    url = WordsField()
    given_by = KeyField(max_length=64)
    channel = WordsField(null=True)
    consented = fields.BooleanField(db_default=False)
    wanted = WordsField(null=True)
    added_at = UtcDatetimeField(db_index=True)
    checked_at = UtcDatetimeField(null=True)
    digest = KeyField(max_length=64, null=True, db_index=True)
    order_id = WordsField(null=True)
    found = FactsField(null=True)
    uploaded_at = UtcDatetimeField(null=True)
    dismissed_at = UtcDatetimeField(null=True)

    class Meta:
        table = "invoice_files"
        unique_together = (("batch", "source"),)


# One file of a report we asked the marketplace for, and whether it hangs in Slack.
class ReportPart(Model):
    id = fields.BigIntField(primary_key=True)
    subject = KeyField(max_length=255)
    part = KeyField(max_length=16)
    account = KeyField(max_length=64)
    slug = KeyField(max_length=255)
    remote_id = fields.BigIntField(null=True)
    asked_at = UtcDatetimeField(null=True)
    summary = FactsField(null=True)
    problem = WordsField(null=True)
    file_name = WordsField(null=True)
    sharing_at = UtcDatetimeField(null=True)
    file_id = WordsField(null=True)
    ended_at = UtcDatetimeField(null=True, db_index=True)

    class Meta:
        table = "report_parts"
        unique_together = (("subject", "part"),)
        indexes = [("account", "slug")]


# A CSV somebody gave us: what the check found, whether it is published, and how far the marketplace is with it.
class Feed(Model):
    key = KeyField(max_length=255, primary_key=True)
    account = KeyField(max_length=64)
    kind = WordsField()
    storefront = WordsField(null=True)
    name = WordsField()
    size = fields.BigIntField()
    digest = KeyField(max_length=64, null=True)
    user_id = KeyField(max_length=64)
    channel = WordsField(null=True)
    at = UtcDatetimeField(db_index=True)
    plan = FactsField(null=True)
    problem = WordsField(null=True)
    token = KeyField(max_length=64, null=True, db_index=True)
    published_at = UtcDatetimeField(null=True)
    import_id = fields.BigIntField(null=True)
    progress = FactsField(null=True)
    withdrawn_at = UtcDatetimeField(null=True)
    discarded_at = UtcDatetimeField(null=True)
    told_at = UtcDatetimeField(null=True)

    class Meta:
        table = "feeds"


# A table of changes somebody gave us: what the check found, who pressed the button, and whether it is over.
class Bulk(Model):
    key = KeyField(max_length=255, primary_key=True)
    account = KeyField(max_length=64)
    storefront = WordsField()
    name = WordsField()
    user_id = KeyField(max_length=64)
    team_id = WordsField()
    channel = WordsField(null=True)
    at = UtcDatetimeField(db_index=True)
    plan = FactsField(null=True)
    problem = WordsField(null=True)
    parts = fields.IntField(db_default=0)
    asked_by = WordsField(null=True)
    asked_team = WordsField(null=True)
    begun_at = UtcDatetimeField(null=True)
    ended_at = UtcDatetimeField(null=True)
    why = WordsField(null=True)
    discarded_at = UtcDatetimeField(null=True)
    told_at = UtcDatetimeField(null=True)

    class Meta:
        table = "bulks"


# What of it goes out in one call: the offers as they were seen and will be, and what became of them.
class BulkPart(Model):
    key = KeyField(max_length=255, primary_key=True)
    bulk = KeyField(max_length=255, db_index=True)
    number = fields.IntField()
    at = UtcDatetimeField(db_index=True)
    offers = FactsField()
    outcomes = FactsField(null=True)
    reading = FactsField(null=True)

    class Meta:
        table = "bulk_parts"
