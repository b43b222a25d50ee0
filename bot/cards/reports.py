"""The card of a report: asked for, followed, and what it comes to; and the window in which one is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, Card, button, buttons, context, modal, plain_text, section
from bot.cards.clicks import Click, read_click
from bot.domain.chart import BarChart
from bot.domain.currency import Money
from bot.domain.period import Period
from bot.domain.report import KINDS, ReportKind, ReportWish
from bot.domain.reportsummary import BookingMonth, Summary, booking_months
from bot.domain.words import escaped, one_line

AGAIN = "report.again"
CALLBACK = "report.ask"
CHOOSE = "report.choose"
TITLE = "Ask for a report"
EVERYWHERE = "all"
KIND, STOREFRONT, FIRST, LAST, IMPORT, CAUSE = "kind", "storefronts", "first", "last", "import_id", "cause"
MOST_WORDS = 6
MOST_MONTHS = 12


@dataclass(frozen=True)
class Part:
    """One file of a report: its storefront, and how far it is. `progress` is told until there is a summary."""

    storefront: str
    progress: str = ""
    problem: str | None = None
    summary: Summary | None = None


def report_card(
    wish: ReportWish,
    parts: Sequence[Part],
    *,
    asked_by: str,
    subject: str,
    chart: BarChart | None = None,
    chart_file: str | None = None,
    over: bool = False,
    note: str | None = None,
) -> Card:
    """`asked_by` says who or what asked, in our own mrkdwn. `chart_file` is the picture's id, once Slack shows it."""
    heading = _heading(wish)
    blocks: list[Block] = [section(f":bar_chart: *{heading}*"), context(asked_by)]
    summaries = {part.storefront: part.summary for part in parts if part.summary}
    blocks += [_progress(part) for part in parts if part.summary is None]
    blocks += _result(wish, summaries)
    if chart and chart_file:
        blocks.append(
            {
                "type": "image",
                "slack_file": {"id": chart_file},
                "alt_text": one_line(chart.words, 1900),
                "title": plain_text(chart.title, 200),
            }
        )
    if note:
        blocks.append(context(f":warning: {escaped(note, 400)}"))
    if over and any(part.problem for part in parts):
        value = Click(subject, "").value()
        blocks += buttons(button("Ask again", AGAIN, value, says=f"Ask for the report {wish.title} again"))
    return Card(f"{heading}: {_status(parts)}", blocks)


def _heading(wish: ReportWish) -> str:
    places = " ".join(names.flag(storefront) for storefront in wish.storefronts)
    about = f"import {wish.import_id}" if wish.import_id else str(wish.days or "")
    cause = "caused by us" if wish.seller_related else ""
    return " · ".join(part for part in (escaped(wish.title, 60), places, about, cause) if part)


def _status(parts: Sequence[Part]) -> str:
    rows = sum(part.summary.rows for part in parts if part.summary)
    failed = sum(part.problem is not None for part in parts)
    waiting = sum(part.summary is None and part.problem is None for part in parts)
    said = [f"{rows} rows"] if rows or not (failed or waiting) else []
    said += [f"{waiting} being made"] if waiting else []
    said += [f"{failed} failed"] if failed else []
    return ", ".join(said)


def _progress(part: Part) -> Block:
    where = f"{names.flag(part.storefront)} " if part.storefront else ""
    if part.problem:
        return section(f":no_entry: {where}{escaped(part.problem, 500)}")
    return context(f":hourglass_flowing_sand: {where}{escaped(part.progress, 200)}")


# What it comes to


def _result(wish: ReportWish, summaries: Mapping[str, Summary]) -> list[Block]:
    if not summaries:
        return []
    lines = [_line(wish.kind, storefront, summary) for storefront, summary in summaries.items()]
    blocks: list[Block] = [section("\n".join(lines))]
    if wish.kind == "bookings-new":
        blocks += _months(summaries)
    elif wish.kind not in {"sales-new", "account-listing"}:
        blocks += _words(summaries)
    notes = dict.fromkeys(note for summary in summaries.values() for note in summary.notes)
    blocks += [context(*(f":information_source: {escaped(note, 300)}" for note in list(notes)[:5]))] if notes else []
    return blocks


def _line(kind: str, storefront: str, summary: Summary) -> str:
    where = f"{names.flag(storefront)} " if storefront else ""
    said = [f"*{_number(summary.rows)}* {'row' if summary.rows == 1 else 'rows'}"]
    if kind == "sales-new":
        said = [f"*{_number(summary.rows)}* units", f"{_number(summary.orders)} orders"]
        said += [f"*{_money(summary.sums.get('revenue', 0), summary.currency)}*"]
    elif kind == "account-listing":
        said = [f"*{_number(summary.rows)}* offers", f"{_number(summary.sums.get('pieces', 0))} pieces"]
        said += [f"{_number(summary.sums.get('sold out', 0))} sold out"]
    return f"{where}{' · '.join(said)}"


def _months(summaries: Mapping[str, Summary]) -> list[Block]:
    """Payouts, fees and refunds for each month and storefront."""
    blocks: list[Block] = []
    for storefront, summary in summaries.items():
        for month in booking_months(summary)[:MOST_MONTHS]:
            blocks.append(_month(storefront, month, summary.currency))
    return blocks[:30]


def _month(storefront: str, month: BookingMonth, currency: str | None) -> Block:
    amounts = (
        ("Payouts", month.payouts),
        ("Releases", month.releases),
        ("Refunds", month.refunds),
        ("Cancellations", month.cancellations),
        ("Fees", month.fees),
        ("Fees taken off", month.fees_within),
        ("Other", month.other),
    )
    fields = [
        {"type": "mrkdwn", "text": f"{name}\n*{_money(minor, currency)}*", "verbatim": True}
        for name, minor in amounts
        if minor or name in {"Payouts", "Fees", "Refunds"}
    ]
    title = f"*{names.flag(storefront)} {_month_name(month.month)}*".replace("* ", "*")
    return {"type": "section", "text": {"type": "mrkdwn", "text": title, "verbatim": True}, "fields": fields[:10]}


def _month_name(month: str) -> str:
    try:
        return f"{date.fromisoformat(month + '-01'):%B %Y}"
    except ValueError:
        return "Without a date"


def _words(summaries: Mapping[str, Summary]) -> list[Block]:
    """The most frequent reasons or positions, over all storefronts."""
    counts: dict[str, int] = {}
    for summary in summaries.values():
        for word, count in summary.counts.items():
            counts[word] = counts.get(word, 0) + count
    if not counts:
        return []
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    shown = [f"{_number(count)} {escaped(word, 80)}" for word, count in ranked[:MOST_WORDS]]
    more = f" · {len(ranked) - MOST_WORDS} other reasons" if len(ranked) > MOST_WORDS else ""
    return [context(" · ".join(shown) + more)]


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _money(minor: int, currency: str | None) -> str:
    return names.money(Money(minor, currency)) if currency else f"{minor / 100:,.2f}".replace(",", "\u202f")


# The window


def ask_modal(
    kind: str | None, storefronts: Mapping[str, Sequence[str]], *, channel: str, days: Period | None
) -> Block:
    """What must be told depends on the report, so the window is drawn anew when one is chosen.

    `storefronts` are by account. `channel` is the id of where the report is shown; it travels with the window.
    """
    chosen = KINDS.get(kind or "")
    blocks: list[Block] = [_kind_input(chosen)]
    if chosen is None:
        return modal(CALLBACK, TITLE, blocks, metadata=Click("report", "", channel=channel).value())
    blocks.append(context(f"Lists {chosen.what}."))
    if chosen.of_import:
        blocks.append(_number_input())
    if not chosen.of_import or len(storefronts) > 1:
        blocks.append(_place_input(storefronts, by_account=chosen.of_import))
    if chosen.of_days and days:
        blocks += [_day_input(FIRST, "First day", days.first), _day_input(LAST, "Last day", days.last)]
    if chosen.by_cause:
        blocks.append(_cause_input())
    metadata = Click("report", chosen.code, channel=channel).value()
    return modal(CALLBACK, TITLE, blocks, submit="Ask for it", metadata=metadata)


def _option(words: str, value: str) -> Block:
    return {"text": plain_text(words, 75), "value": value}


def _kind_input(chosen: ReportKind | None) -> Block:
    element: Block = {
        "type": "static_select",
        "action_id": CHOOSE,
        "placeholder": plain_text("Choose a report", 150),
        "options": [_option(kind.title, kind.code) for kind in KINDS.values()],
    }
    if chosen:
        element["initial_option"] = _option(chosen.title, chosen.code)
    return {
        "type": "input",
        "block_id": KIND,
        "dispatch_action": True,
        "label": plain_text("Report", 100),
        "element": element,
    }


def _place_input(storefronts: Mapping[str, Sequence[str]], *, by_account: bool) -> Block:
    """Where: a value is account/storefront, or account/all."""
    options = []
    for account, codes in storefronts.items():
        named = f"{account} · " if len(storefronts) > 1 else ""
        if by_account or len(codes) > 1:
            options.append(_option(account if by_account else f"{named}All storefronts", f"{account}/{EVERYWHERE}"))
        if not by_account:
            options += [_option(f"{named}{names.country(code)}", f"{account}/{code}") for code in codes]
    element = {
        "type": "static_select",
        "action_id": "choice",
        "options": options[:100],
        "initial_option": options[0],
    }
    label = plain_text("Account" if by_account else "Storefront", 100)
    return {"type": "input", "block_id": STOREFRONT, "label": label, "element": element}


def _day_input(block_id: str, label: str, day: date) -> Block:
    element = {"type": "datepicker", "action_id": "day", "initial_date": day.isoformat()}
    return {"type": "input", "block_id": block_id, "label": plain_text(label, 100), "element": element}


def _number_input() -> Block:
    element = {"type": "plain_text_input", "action_id": "text", "max_length": 19}
    hint = plain_text("The number of the product file's import, as its card or the seller portal shows it.", 200)
    return {"type": "input", "block_id": IMPORT, "label": plain_text("Import", 100), "hint": hint, "element": element}


def _cause_input() -> Block:
    options = [_option("All cancellations", "all"), _option("Only those we caused", "own")]
    element = {"type": "radio_buttons", "action_id": "choice", "options": options, "initial_option": options[0]}
    return {"type": "input", "block_id": CAUSE, "label": plain_text("Which", 100), "element": element}


@dataclass(frozen=True)
class Asked:
    """What somebody asks for in a window: of which account, and where it is shown (a channel's id)."""

    account: str
    wish: ReportWish
    channel: str | None


def read_ask(view: dict[str, Any], storefronts: Mapping[str, Sequence[str]]) -> tuple[Asked | None, dict[str, str]]:
    """What was asked for in a submitted window, or the errors beside its fields. `storefronts` are by account."""
    click = read_click(view.get("private_metadata", ""))
    if click is None:
        return None, {KIND: "This window is too old. Close it and use /report again."}
    values = view.get("state", {}).get("values", {})
    account, _, place = _chosen(values, STOREFRONT, "choice").partition("/")
    account = account if account in storefronts else next(iter(storefronts))
    of_import = click.seen in KINDS and KINDS[click.seen].of_import
    everywhere = tuple(storefronts[account]) if place == EVERYWHERE else (place,) if place else ()
    first, last = _day(values, FIRST), _day(values, LAST)
    number = (values.get(IMPORT, {}).get("text", {}).get("value") or "").strip()
    wish = ReportWish(
        click.seen,
        () if of_import else everywhere,
        Period(first, last) if first and last else None,
        int(number) if number.isascii() and number.isdigit() else None,
        seller_related=_chosen(values, CAUSE, "choice") == "own",
    )
    return Asked(account, wish, click.channel), {}


def _chosen(values: Mapping[str, Any], block_id: str, action_id: str) -> str:
    option = values.get(block_id, {}).get(action_id, {}).get("selected_option") or {}
    return str(option.get("value") or "")


def _day(values: Mapping[str, Any], block_id: str) -> date | None:
    said = values.get(block_id, {}).get("day", {}).get("selected_date")
    try:
        return date.fromisoformat(said) if said else None
    except (TypeError, ValueError):
        return None
