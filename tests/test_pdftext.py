"""PDFs of other people: clean ones are read in every language, hostile ones are refused within time and memory."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random
from signal import SIGXCPU
from threading import Event, Thread

import psutil
import pytest
import structlog
from pypdf import PdfReader, PdfWriter
from structlog.testing import capture_logs

from bot.pdfchild import LONGEST_TEXT, MOST_MEMORY, read
from bot.pdftext import PaperReader, PdfTrouble, looks_wrong, too_large
from tests.hostile import BOMBS, FAKES, encrypted, endless_text, flate_bomb, many_streams
from tests.papers import LOCALES, an_invoice, an_order_of, pdf

MEGABYTE = 1024 * 1024


@contextmanager
def watched() -> Iterator[dict[str, int]]:
    """The most memory (bytes) our own process grew by, and a child of it had, meanwhile."""
    here = psutil.Process()
    before = here.memory_info().rss
    peak = {"ours": 0, "child": 0}
    done = Event()

    def look() -> None:
        while not done.wait(0.005):
            peak["ours"] = max(peak["ours"], here.memory_info().rss - before)
            for child in here.children():
                with suppress(psutil.Error):
                    peak["child"] = max(peak["child"], child.memory_info().rss)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def readers() -> list[psutil.Process]:
    """The processes that read a PDF for us right now."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "bot.pdfchild" in child.cmdline():
                found.append(child)
    return found


async def a_reader() -> psutil.Process:
    async with asyncio.timeout(20):
        while True:
            if found := readers():
                return found[0]
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("storefront", LOCALES)
async def test_the_letters_of_every_storefront_come_out_of_a_pdf(storefront: str) -> None:
    lines = an_invoice(an_order_of(storefront))

    paper = await PaperReader().read(pdf([lines, ["Seite 2"]]), "r.pdf")

    assert paper.text.split("\n") == [*lines, "", "Seite 2"]
    assert (paper.name, paper.pages, paper.active) == ("r.pdf", 2, False)


@pytest.mark.parametrize("fake", FAKES)
async def test_what_is_no_pdf_is_told_as_what_it_is(fake: str) -> None:
    content, words = FAKES[fake]

    with pytest.raises(PdfTrouble) as told:
        await PaperReader().read(content, "rechnung.pdf")
    assert words in str(told.value)


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_hostile_pdf_costs_little_memory_and_time_and_harms_nobody(bomb: str) -> None:
    content = BOMBS[bomb]()

    with watched() as peak:
        try:
            said = (await PaperReader(cpu_seconds=1).read(content, "r.pdf")).text
        except PdfTrouble as trouble:
            said = str(trouble)

    assert len(said) <= LONGEST_TEXT
    assert peak["child"] <= MOST_MEMORY
    assert peak["ours"] <= 3 * len(content) + 32 * MEGABYTE
    assert not readers()


async def test_a_pdf_that_keeps_a_processor_busy_is_stopped_by_the_system() -> None:
    before = structlog.get_config()
    # Other tests of this process may have asked for silence.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        with capture_logs() as logged, pytest.raises(PdfTrouble, match="more time or memory"):
            await PaperReader(seconds=60, cpu_seconds=1).read(endless_text(), "r.pdf")
    finally:
        structlog.configure(**before)

    assert [entry["code"] for entry in logged] == [-SIGXCPU]


async def test_a_pdf_that_wants_all_memory_gets_no_more_than_its_share() -> None:
    with watched() as peak, pytest.raises(PdfTrouble, match="more time or memory"):
        await PaperReader(seconds=60, cpu_seconds=30).read(many_streams(), "r.pdf")

    assert MOST_MEMORY // 2 < peak["child"] <= MOST_MEMORY


async def test_a_pdf_that_takes_too_long_by_the_clock_is_stopped_and_its_process_is_gone() -> None:
    started = time.monotonic()

    with pytest.raises(PdfTrouble, match="more time or memory"):
        await PaperReader(seconds=0.5, cpu_seconds=60).read(endless_text(), "r.pdf")

    assert time.monotonic() - started < 10
    assert not readers()


async def test_a_reading_nobody_waits_for_any_more_ends() -> None:
    reading = asyncio.create_task(PaperReader(cpu_seconds=60).read(endless_text(), "r.pdf"))
    await a_reader()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert not readers()


async def test_the_process_that_reads_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    reading = asyncio.create_task(PaperReader(seconds=5).read(endless_text(), "r.pdf"))
    known = (await a_reader()).environ()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    assert "SLACK_BOT_TOKEN" not in known


async def test_only_so_many_are_read_at_once() -> None:
    reader = PaperReader(seconds=1, at_once=1)
    readings = [asyncio.create_task(reader.read(endless_text(), f"{number}.pdf")) for number in range(3)]
    seen: set[int] = set()
    most = 0
    while not all(reading.done() for reading in readings):
        await asyncio.sleep(0.01)
        now = {child.pid for child in readers()}
        seen |= now
        most = max(most, len(now))
    await asyncio.gather(*readings, return_exceptions=True)

    assert (most, len(seen)) == (1, 3)


async def test_a_password_is_told_and_one_that_opens_to_everybody_is_none() -> None:
    with pytest.raises(PdfTrouble, match="protected by a password"):
        await PaperReader().read(encrypted(), "r.pdf")

    opened = await PaperReader().read(encrypted(""), "r.pdf")
    assert "MB7UWLD" in opened.text


@pytest.mark.parametrize(
    ("catalog", "active"),
    [
        ("", False),
        ("/OpenAction[3 0 R/Fit]", False),
        ("/OpenAction<</S/GoTo/D[3 0 R/Fit]>>", False),
        ("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", True),
        ("/OpenAction<</S/Launch/F(calc.exe)>>", True),
        ("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/JavaScript/JS(1)>>>>", True),
        ("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[<</S/Named/N/NextPage>><</S/URI/Next<</S/Launch>>>>]>>", True),
        ("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[" + 60 * "<</S/Named/N/NextPage>>" + "]>>", True),
        ("/AA<</WC<</S/JavaScript/JS(1)>>>>", True),
        ("/Names<</JavaScript<</Names[]>>>>", True),
        ("/Names<</EmbeddedFiles<</Names[]>>>>", False),
    ],
)
def test_a_pdf_that_does_something_by_itself_is_known(catalog: str, active: bool) -> None:
    assert read(pdf([["Rechnung"]], catalog=catalog))["active"] is active


def test_a_page_that_does_something_when_it_is_shown_is_known() -> None:
    assert read(pdf([["Rechnung"]], page="/AA<</O<</S/JavaScript/JS(1)>>>>"))["active"] is True


def test_a_page_without_text_is_no_trouble() -> None:
    assert read(pdf([[]])) == {"text": "", "pages": 1, "active": False}


def test_damage_anywhere_in_a_pdf_ends_in_a_word_and_never_in_an_accident() -> None:
    whole = pdf([an_invoice(an_order_of("pl"))])
    chance = Random(11)
    answers = set()
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if chance.random() < 0.2:
            del content[chance.randrange(len(content)) :]
        answers.add(read(bytes(content)).get("trouble", "read"))

    assert answers <= {"read", "broken", "costly", "encrypted"}
    assert {"read", "broken"} <= answers


def test_a_pdf_of_many_megabytes_that_is_clean_is_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([["Bestellung MB7UWLD"]]))))
    writer.add_attachment("photo.bin", Random(1).randbytes(9 * MEGABYTE))
    out = io.BytesIO()
    writer.write(out)

    assert "MB7UWLD" in read(out.getvalue())["text"]


@pytest.mark.parametrize(
    ("size", "words"), [(10 * MEGABYTE, None), (10 * MEGABYTE + 1, "has 10 MB"), (200 * MEGABYTE, "has 200 MB")]
)
def test_a_file_of_two_hundred_megabytes_is_not_even_looked_at(size: int, words: str | None) -> None:
    told = too_large("r.pdf", size, 10 * MEGABYTE)

    assert (told is None) == (words is None)
    assert words is None or words in str(told)


def test_a_few_bytes_before_the_header_and_behind_the_end_are_forgiven() -> None:
    whole = pdf([["Rechnung"]])

    assert looks_wrong(b"\xef\xbb\xbf\r\n" + whole + b"\r\n\x00") is None
    assert looks_wrong(flate_bomb()) is None
