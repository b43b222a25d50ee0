"""rules/clocks.yaml: what may stand in it, what is said of what may not, and that the last good clocks stay live."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.clocks import ClockFile, check_text
from bot.domain.ladder import Step
from bot.domain.office import Opening
from bot.domain.targets import ClockBook
from bot.yamlfile import FileProblems

from .domain.builders import facts

OFFICE = """\
office:
  zone: Europe/Berlin
  hours:
    - {days: mon-fri, from: "08:00", to: "17:00"}
"""
GOOD = f"""\
{OFFICE}  holidays: de
  closed: ["2026-12-24"]
quiet: {{from: "20:00", to: "07:00"}}
digest: every working day 08:00
targets:
  - name: Threats
    when: {{topic: fraud}}
    answer_within: 1 hour
  - name: All
    answer_within: 4 hours
ladders:
  own:
    - {{at: 80%, mention: claimer}}
    - {{at: overdue, mention: [claimer, "@leads"], channel: "#ops"}}
  return:
    - {{at: 50%, mention: "@leads"}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clocks.yaml"


def read(path: Path, text: str) -> ClockBook:
    path.write_text(text, "utf-8")
    return ClockFile(path).value


def problems(path: Path, text: str) -> list[str]:
    with pytest.raises(FileProblems) as caught:
        read(path, text)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_a_file_says_when_we_work_how_soon_we_answer_and_who_is_told(path: Path) -> None:
    book = read(path, GOOD)

    assert book.office is not None
    assert book.office.zone.key == "Europe/Berlin"
    assert book.office.openings == tuple(Opening(day, 480, 1020) for day in range(5))
    assert (book.office.country, book.office.closed) == ("DE", {date(2026, 12, 24)})
    assert book.quiet is not None
    assert (book.quiet.start, book.quiet.end) == (1200, 420)
    assert [target.seconds for target in book.targets] == [3600, 14_400]
    assert [book.target(facts(topic=topic)).name for topic in ("fraud", None)] == ["Threats", "All"]  # type: ignore[union-attr]
    assert book.ladder("own") == (Step(0.8, ("claimer",)), Step(1.0, ("claimer", "@leads"), "#ops"))
    assert book.ladder("return") == (Step(0.5, ("@leads",)),)
    assert book.ladder("first_answer") == ()


def test_the_digest_comes_on_the_offices_own_working_days(path: Path) -> None:
    digest = read(path, GOOD).digest

    assert digest is not None
    wednesday = datetime(2026, 12, 23, 12, tzinfo=UTC)
    assert digest.after(wednesday) == datetime(2026, 12, 28, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ofice: {}", "1:1: unknown key 'ofice' (did you mean 'office'?)"),
        ("digest: every working day 08:00", "1:1: 'digest' needs to know the office's zone and hours: write 'office'"),
        ("targets:\n  - {name: a, answer_within: 4 hours}", "1:1: 'targets' needs to know the office's zone"),
        (OFFICE.replace("Berlin", "Berlinn"), "2:9: 'Europe/Berlinn' is no time zone (did you mean 'Europe/Berlin'?)"),
        (OFFICE.replace('"17:00"', '"07:00"'), "4:42: 'to' must be later than 'from'"),
        (OFFICE + '    - {days: fri, from: "16:00", to: "20:00"}', "4:5: two of these overlap"),
        (OFFICE + "  closed: [soon]", "5:12: 'soon' is no day: write it like \"2026-12-24\""),
        (OFFICE + '  closed: ["2026-13-24"]', "5:12: '2026-13-24' is no day"),
        (OFFICE + "  holidays: xx", "5:13: 'xx' is no country whose holidays I know"),
        (OFFICE + 'quiet: {from: "20:00", to: "20:00"}', "5:28: this leaves no time in which people may be told"),
        (OFFICE + "digest: every workin day 08:00", "5:9: 'workin day' is no day"),
        (OFFICE + "digest: every monday", "5:9: 'every monday' has no time of day"),
        (
            OFFICE + "targets:\n  - {name: a, answer_within: 4}",
            "6:30: '4' has no unit of time: write it like '4 hours'",
        ),
        (OFFICE + "targets:\n  - {name: a, answer_within: 0 hours}", "6:30: nobody answers in no time at all"),
        (
            OFFICE + "targets:\n  - {name: a, answer_within: 1 hour}\n  - {name: b, answer_within: 2 hours}",
            "7:5: nothing gets here: 'a' above has no 'when' and fits all",
        ),
        (
            OFFICE + "targets:\n  - {name: a, when: {topic: fraudd}, answer_within: 1 hour}",
            "6:29: 'fraudd' is no topic I know (did you mean 'fraud'?)",
        ),
        ("ladders:\n  own:\n    - {at: 120%, mention: claimer}", "3:12: '120%' is no step: write how much of the time"),
        ("ladders:\n  own:\n    - {at: 50%}", "3:7: this step tells nobody: write mention or channel"),
        ("ladders:\n  own:\n    - {at: 50%, mention: claimr}", "3:26: 'claimr' is no user group"),
        ('ladders:\n  own:\n    - {at: 50%, mention: "@here"}', "3:26: @here would wake a whole channel"),
        (
            "ladders:\n  own:\n    - {at: 80%, mention: claimer}\n    - {at: 50%, mention: claimer}",
            "4:12: a step must come later than the one above it",
        ),
        ("ladders:\n  first_anser:\n    - {at: 50%, mention: claimer}", "2:3: unknown key 'first_anser' (did you mean"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path: Path, text: str, told: str) -> None:
    found = problems(path, text)

    assert len(found) == 1
    assert found[0].startswith(told)


def test_without_a_file_nobody_is_told_and_one_that_appears_is_taken(path: Path) -> None:
    clocks = ClockFile(path)

    assert clocks.value == ClockBook()
    assert clocks.reload_if_changed() is None
    path.write_text(GOOD, "utf-8")
    assert clocks.reload_if_changed() == ()
    assert len(clocks.value.targets) == 2


def test_a_wrong_change_is_told_once_and_the_last_good_clocks_stay(path: Path) -> None:
    path.write_text(GOOD, "utf-8")
    clocks = ClockFile(path)
    good = clocks.value

    path.write_text(GOOD.replace("4 hours", "4 ours"), "utf-8")

    (problem,) = clocks.reload_if_changed() or ()
    assert "'ours' is no unit of time (did you mean 'hours'?)" in str(problem)
    assert clocks.reload_if_changed() is None
    assert clocks.value is good
    path.write_text(GOOD.replace("4 hours", "3 hours"), "utf-8")
    assert clocks.reload_if_changed() == ()
    assert clocks.value.targets[1].seconds == 10_800


def test_a_bot_does_not_start_with_wrong_clocks(path: Path) -> None:
    path.write_text("ladders: 7", "utf-8")

    with pytest.raises(FileProblems):
        ClockFile(path)


def test_a_check_says_what_is_promised_and_who_is_told(path: Path) -> None:
    assert "there is none" in check_text(path)[0]
    path.write_text(GOOD, "utf-8")

    text, code = check_text(path)

    assert code == 0
    assert "target  4 hours of office time: All" in text
    assert "ladder  own          overdue  claimer, @leads, #ops" in text
    assert "digest  every working day at 08:00" in text
    path.write_text(GOOD.replace("80%", "80"), "utf-8")
    text, code = check_text(path)
    assert code == 1
    assert text.endswith("1 problem; a running bot keeps its last good clocks.")
