"""rules/invoices.yaml and rules/schedules.yaml: what may stand in them, and what is said of what may not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.domain.invoice import CHECKS, InvoiceBook, usual_severities
from bot.domain.ladder import Step
from bot.domain.missing import MissingRules
from bot.domain.period import Period
from bot.domain.report import ReportWish
from bot.invoicebook import ChecksSection
from bot.paperrules import check_invoices, check_schedules, invoice_file, schedule_file
from bot.yamlfile import FileProblems

ROOT = Path(__file__).parent.parent
INVOICES = """\
channel: "#finance"
megabytes: 5
checks: {buyer: error, amount: off, not_sent: on, scan: on}
sites: [www.Muster.de]
bdo: "000123456"
missing:
  look_back_days: 60
  within_days: 3
  reminders:
    - {at: 50%, mention: "@finance"}
    - {at: overdue, mention: "@leads", channel: "#ops"}
folder: {owner: U0ANA00001}
"""
SCHEDULES = """\
schedules:
  - name: Sales
    report: sales-new
    when: every monday 08:00
    days: last week
    storefronts: [at, de]
    channel: "#finance"
    day_off: next
  - name: Cancellations
    report: cancellations
    when: every 1st of the month 06:00
    channel: "#finance"
    account: acme
    calendar: pl
    seller_related: on
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_invoices_are_checked_as_the_file_says(tmp_path: Path) -> None:
    written(tmp_path, "invoices.yaml", INVOICES)

    book = invoice_file(tmp_path).value

    assert (book.channel, book.most_bytes, book.folder_owner) == ("#finance", 5 * 1024 * 1024, "U0ANA00001")
    assert (book.rules.hosts, book.rules.bdo) == (("muster.de",), "000123456")
    changed = {"buyer": "error", "not_sent": "warning"}
    usual = {name: severity for name, severity in usual_severities().items() if name != "amount"}
    assert book.rules.severities == usual | changed
    ladder = (Step(0.5, ("@finance",)), Step(1.0, ("@leads",), "#ops"))
    assert book.missing == MissingRules(60, 3 * 86_400, ladder)


def test_without_a_file_everything_is_as_usual_and_one_that_appears_is_taken(tmp_path: Path) -> None:
    invoices, schedules = invoice_file(tmp_path), schedule_file(tmp_path)

    assert (invoices.value, schedules.value) == (InvoiceBook(), ())
    assert (invoices.reload_if_changed(), schedules.reload_if_changed()) == (None, None)
    written(tmp_path, "invoices.yaml", INVOICES)
    written(tmp_path, "schedules.yaml", SCHEDULES)
    assert (invoices.reload_if_changed(), schedules.reload_if_changed()) == ((), ())
    assert invoices.value.channel == "#finance"
    assert [schedule.name for schedule in schedules.value] == ["Sales", "Cancellations"]


def test_a_wrong_change_is_told_and_the_last_good_rules_stay_live(tmp_path: Path) -> None:
    path = written(tmp_path, "invoices.yaml", INVOICES)
    file = invoice_file(tmp_path)
    path.write_text(INVOICES.replace("buyer: error", "buyer: eror"), "utf-8")

    problems = file.reload_if_changed()

    assert problems
    assert "did you mean 'error'?" in str(problems[0])
    assert file.value.rules.severities["buyer"] == "error"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("buyer: error", "byer: error", "3:10: unknown key 'byer' (did you mean 'buyer'?)"),
        ("amount: off", "amount: maybe", "'maybe' is not one of on, off, warning, error"),
        ("www.Muster.de", "https://muster.de/shop", "is no site: write its name alone, like muster.de"),
        ('bdo: "000123456"', 'bdo: "123"', "is no BDO number"),
        ('bdo: "000123456"', "bdo: 123456789", "must be text"),
        ("megabytes: 5", "megabytes: 500", "must be at most 50"),
        ("within_days: 3", "within_days: 0", "must be at least 1"),
        ("at: 50%", "at: overdue", "a step must come later"),
        ("missing:", "chase_missing: off\nmissing:", "chase_missing is off, so nothing here counts"),
        ("owner: U0ANA00001", "owner: ana", "is no user id"),
        ('channel: "#finance"', 'channel: "finance"', "is no channel"),
    ],
)
def test_what_is_wrong_with_the_rules_of_invoices_is_told_in_its_place(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in INVOICES
    path = written(tmp_path, "invoices.yaml", INVOICES.replace(old, new))

    text, code = check_invoices(path)

    assert words in text
    assert code == 1
    with pytest.raises(FileProblems):
        invoice_file(tmp_path)


def test_a_chase_that_is_off_is_none(tmp_path: Path) -> None:
    written(tmp_path, "invoices.yaml", "chase_missing: off\n")

    assert invoice_file(tmp_path).value.missing is None


def test_schedules_ask_for_what_is_meant_on_their_day_however_late_it_is(tmp_path: Path) -> None:
    written(tmp_path, "schedules.yaml", SCHEDULES)
    sales, cancellations = schedule_file(tmp_path).value
    monday = datetime(2026, 11, 23, 7, tzinfo=UTC)

    assert sales.when.latest(datetime(2026, 11, 29, tzinfo=UTC)) == monday
    week = Period(date(2026, 11, 16), date(2026, 11, 22))
    assert sales.wish(monday, ("de", "at", "cz")) == ReportWish("sales-new", ("at", "de"), week)
    assert sales.wish(monday, ("cz",)).storefronts == ("cz",)
    assert cancellations.wish(monday, ("de",)) == ReportWish("cancellations", ("de",), seller_related=True)
    assert cancellations.when.calendar.zone.key == "Europe/Warsaw"
    assert (sales.when.calendar.zone.key, sales.when.day_off) == ("Europe/Vienna", "next")


def test_a_day_begins_on_the_schedules_own_wall(tmp_path: Path) -> None:
    written(tmp_path, "schedules.yaml", SCHEDULES.replace("every monday 08:00", "every day 00:30"))
    sales = schedule_file(tmp_path).value[0]
    half_past_midnight = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert sales.when.latest(half_past_midnight) == half_past_midnight
    assert sales.wish(half_past_midnight, ("de",)).days == Period(date(2026, 11, 16), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sales-new", "sales-now", "did you mean 'sales-new'?"),
        ("sales-new", "product-data-import-file-errors", "no report that can be scheduled"),
        ("every monday 08:00", "every mondy 08:00", "did you mean 'monday'?"),
        ("days: last week", "days: last weak", "did you mean 'last week'?"),
        ("    days: last week\n", "", "sales-new is about some days: write days"),
        ("account: acme", "days: last week", "cancellations is about now, not about some days"),
        ("day_off: next", "seller_related: on", "only cancellations have a cause"),
        ("name: Cancellations", "name: Sales", "a schedule above is called 'Sales' too"),
        ("[at, de]", "[at, ed]", "did you mean 'de'?"),
        ("day_off: next", "day_of: next", "did you mean 'day_off'?"),
        ("calendar: pl", "calendar: XX", "is no storefront I know"),
    ],
)
def test_what_is_wrong_with_schedules_is_told_in_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in SCHEDULES
    path = written(tmp_path, "schedules.yaml", SCHEDULES.replace(old, new))

    text, code = check_schedules(path)

    assert words in text
    assert code == 1


def test_a_schedule_that_never_happens_is_told(tmp_path: Path) -> None:
    text = SCHEDULES.replace("every monday", "every sunday").replace("day_off: next", "day_off: skip")

    told, code = check_schedules(written(tmp_path, "schedules.yaml", text))

    assert "this never happens" in told
    assert code == 1


def test_good_files_are_told_line_by_line_and_missing_ones_in_a_word(tmp_path: Path) -> None:
    assert "there is none" in check_invoices(tmp_path / "invoices.yaml")[0]
    assert "there is none" in check_schedules(tmp_path / "schedules.yaml")[0]

    invoices = check_invoices(written(tmp_path, "invoices.yaml", INVOICES))
    schedules = check_schedules(written(tmp_path, "schedules.yaml", SCHEDULES))

    assert invoices[1] == schedules[1] == 0
    assert "buyer              error" in invoices[0]
    assert "every Monday at 08:00, to #finance" in schedules[0]


def test_every_check_can_be_written_and_the_shipped_files_are_as_usual() -> None:
    assert set(ChecksSection.model_fields) == set(CHECKS)

    book = invoice_file(ROOT / "rules").value
    assert book.rules.severities == usual_severities()
    assert schedule_file(ROOT / "rules").value == ()


def test_the_shipped_examples_are_good_ones(tmp_path: Path) -> None:
    shipped = (ROOT / "rules" / "schedules.yaml").read_text("utf-8")
    examples = shipped.partition("# Examples to copy:\n#\n")[2]
    text = "schedules:\n" + "".join(line[2:] or "\n" for line in examples.splitlines(keepends=True))

    told, code = check_schedules(written(tmp_path, "schedules.yaml", text))

    assert code == 0, told
    assert "3 schedules" in told
