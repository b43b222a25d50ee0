"""The reply templates we ship are what most teams will send first: each must be right in each language."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.locales import LOCALES, storefront_of
from bot.domain.model import Ticket
from bot.domain.offplatform import forbidden
from bot.domain.placeholders import PLACEHOLDERS
from bot.replies import ReplyTemplates, check_templates_text
from bot.replybook import ShopFile, TemplateFile
from bot.replycontext import filled_in, reply_context
from bot.replysamples import NOW, sample_inputs, sample_order, sample_return, sample_ticket
from bot.schemas import schema_text
from tests.domain.builders import facts

ROOT = Path(__file__).parent.parent
TEMPLATES = ReplyTemplates(ROOT / "templates")
SHIPPED = ("de-DE", "de-AT", "cs-CZ", "sk-SK", "pl-PL", "fr-FR", "it-IT")
NAMES = sorted(TEMPLATES.written)
GREETINGS = {
    "de-DE": "Guten Tag",
    "de-AT": "Guten Tag",
    "cs-CZ": "Dobrý den,",
    "sk-SK": "Dobrý deň,",
    "pl-PL": "Dzień dobry,",
    "fr-FR": "Bonjour",
    "it-IT": "Buongiorno",
}
FORMAL = {
    "de": ("Ihre ", "Ihr ", "Ihnen ", "Sie "),
    "cs": ("Vaše ", "Vaši "),
    "sk": ("Vaša ", "Vaše ", "Vašu ", "Váš "),
}
FORMAL |= {"pl": ("Państwa ",), "it": ("Suo ",)}


def poor(storefront: str) -> Ticket:
    """A ticket about which the marketplace tells nothing but that it is there."""
    return replace(sample_ticket(storefront), order_unit_ids=(), order_units=(), product=None, topic=None)


def texts(name: str, locale: str) -> list[str]:
    """The template for all that an agent may fill in: for a ticket of which all is known, and of which nothing is."""
    storefront = storefront_of(locale) or ""
    full: dict[str, Any] = {"ticket": sample_ticket(storefront), "order": sample_order(storefront)}
    full |= {"item": sample_return(storefront), "agent": "Kim"}
    bare: dict[str, Any] = {"ticket": poor(storefront), "agent": None}
    choices = {wanted.name for wanted in TEMPLATES.written[name].template.inputs if wanted.choices}
    found = []
    for known in (full, bare):
        for inputs in sample_inputs(TEMPLATES.written[name].template.inputs, locale):
            context = reply_context(locale=locale, shop=TEMPLATES.shop("main"), now=NOW, inputs=inputs, **known)
            text = TEMPLATES.render(name, locale, context)
            said = [words for wanted, words in filled_in(inputs, locale).items() if wanted not in choices]
            assert all(words in text for words in said)
            found.append(text)
    return found


def source(name: str, locale: str) -> str:
    return (ROOT / "templates" / "replies" / name / f"{locale}.j2").read_text("utf-8")


def test_the_check_finds_nothing_wrong() -> None:
    text, code = check_templates_text(ROOT / "templates")

    assert (TEMPLATES.problems, code) == ((), 0)
    assert f"{len(NAMES)} reply templates, all well." in text


def test_the_daily_letters_are_there_in_every_language() -> None:
    assert {
        *("late", "not-received", "damaged", "wrong-item", "missing-parts", "invoice", "cancel-wish", "return-how-to"),
        *("return-received", "change-address", "availability", "product-question", "complaint", "closing"),
    } <= set(NAMES)
    for written in TEMPLATES.written.values():
        assert sorted(written.template.locales) == sorted(SHIPPED)


@pytest.mark.parametrize(
    ("topic", "first"),
    [
        ("delivery_delayed", "late"),
        ("delivery_not_received", "not-received"),
        ("delivery_wrong_products", "wrong-item"),
        ("delivery_change_address", "change-address"),
        ("delivery_other_question", "on-its-way"),
        ("invoice_needed", "invoice"),
        ("invoice_problem", "invoice"),
        ("order_cancel", "cancel-wish"),
        ("return_request_label", "return-how-to"),
        ("return_check_status", "return-received"),
        ("product_availability", "availability"),
        ("product_properties", "product-question"),
        ("product_other_question", "product-question"),
        ("cs_nagative_rating", "complaint"),
        ("delivery_parts_missing", "missing-parts"),
    ],
)
def test_for_each_topic_its_letter_is_offered_first(topic: str, first: str) -> None:
    for storefront in ("de", "at", "cz", "sk", "pl", "fr", "it"):
        offered = TEMPLATES.for_ticket(facts(storefront=storefront, topic=topic, open_reason="contact_other"))

        assert offered[0].template.name == first
        assert offered[0].locale == LOCALES[storefront]
        assert len(offered) == len(NAMES)


@pytest.mark.parametrize(
    ("reason", "first"),
    [("product_defect", "damaged"), ("product_not_delivered", "not-received"), ("product_return", "return-how-to")],
)
def test_a_ticket_without_a_topic_is_known_by_its_reason(reason: str, first: str) -> None:
    assert TEMPLATES.for_ticket(facts(topic=None, open_reason=reason))[0].template.name == first


def test_what_fits_a_defect_is_offered_together() -> None:
    offered = TEMPLATES.for_ticket(facts(topic="order_product_defect", open_reason="product_defect"))

    assert {offer.template.name for offer in offered if offer.fits} == {
        *("damaged", "photo-please", "partial-refund", "repair", "closing", "message-received", "we-are-on-it")
    }


def test_holding_answers_keep_us_responsible_and_the_last_word_closes() -> None:
    assert {name for name in NAMES if TEMPLATES.written[name].template.interim} == {
        *("not-received", "complaint", "message-received", "we-are-on-it")
    }
    assert [name for name in NAMES if TEMPLATES.written[name].template.closes] == ["closing"]


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize("name", NAMES)
def test_each_letter_can_be_written_whatever_is_known(name: str, locale: str) -> None:
    for text in texts(name, locale):
        assert text.startswith(GREETINGS[locale])
        assert 80 < len(text) < 1_500
        assert list(forbidden(text.replace("00340434161094015903", ""))) == []
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|xox|None|Undefined", text)
        assert not re.search(r"[ \u00a0\u202f]{2}|[ \u00a0\u202f]\n|\n\n\n|\w \.|\w ,|,,|\.\.|„“|«»|\(\)", text)


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize("name", NAMES)
def test_the_first_sentence_begins_as_the_greeting_wants_it(name: str, locale: str) -> None:
    """After the comma of a greeting all but the French go on with a small letter."""
    language = locale[:2]
    for text in texts(name, locale):
        first = text.split("\n\n")[1]
        small = first[0].islower() or first.startswith(FORMAL.get(language, ()))
        assert first[0].isupper() if language == "fr" else small, first


@pytest.mark.parametrize(
    ("locale", "foreign"),
    [
        ("de-DE", r"'|\"|[“”](?<!“)|retournier|eingelangt|lagernd"),
        ("de-AT", r"'|\""),
        ("cs-CZ", r"[ľĺŕôäĽ]|'|\"|\b(?:prosím,|žiaľ|nie je|tovar)\b"),
        ("sk-SK", r"[ěřůĚŘŮ]|'|\"|\b(?:prosím o|zboží|nebo|není|jsme)\b"),
        ("pl-PL", r"[čšžřěůťďň]|'|\"|\b(?:Pan|Pani|Pana)\b"),
        ("fr-FR", r"'|\"|[^\u202f] ?[;!?»]|\w:|[^\u202f]: |« |\b(?:tu|ton|ta|tes)\b"),
        ("it-IT", r"'|\"|\b(?:tu|tuo|tua|ti)\b|\b(?:il|del|dal) \{\{ inputs\.\w*(?:date|_by|_on|until)"),
    ],
)
def test_each_language_keeps_its_own_letters_words_and_marks(locale: str, foreign: str) -> None:
    for name in NAMES:
        words = re.sub(r"\{%.*?%\}", "", source(name, locale))
        assert not (found := re.search(foreign, words)), f"{name}: {found and found[0]!r}"


def test_polish_dates_end_with_their_abbreviation() -> None:
    for name in NAMES:
        dates = [wanted.name for wanted in TEMPLATES.written[name].template.inputs if wanted.kind == "date"]
        for date in dates:
            assert f"{{{{ inputs.{date} }}}} r." in source(name, "pl-PL")


def test_the_documented_placeholders_are_those_there_are() -> None:
    page = (ROOT / "docs" / "reply-templates.md").read_text("utf-8")

    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.*?) \|$", page, re.MULTILINE)

    assert rows[:-1] == [(item.path, item.meaning, item.absent) for item in PLACEHOLDERS]
    assert rows[-1][0] == "inputs.<name>"


def test_the_examples_of_the_documentation_are_right(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "reply-templates.md").read_text("utf-8")
    text = re.search(r"```jinja\n(.*?)```", page, re.DOTALL)
    template, shop = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert text
    folder = tmp_path / "replies" / "late"
    folder.mkdir(parents=True)
    unused = "{# {{ inputs.tracking }} #}{% if inputs.tracking is defined or inputs.solution == 'refund' %}{% endif %}"
    (tmp_path / "shop.yaml").write_text(shop, "utf-8")
    (folder / "template.yaml").write_text(template, "utf-8")
    for locale in ("de-DE", "de-AT"):
        (folder / f"{locale}.j2").write_text(text[1] + unused, "utf-8")

    templates = ReplyTemplates(tmp_path)

    assert templates.problems == ()
    assert templates.shop("acme").name == "Acme Austria"


@pytest.mark.parametrize(("file", "model"), [("template", TemplateFile), ("shop", ShopFile)])
def test_the_schemas_for_editors_are_those_of_the_models(file: str, model: Any) -> None:
    assert (ROOT / "schemas" / f"{file}.schema.json").read_text("utf-8") == schema_text(model)


def test_every_file_names_its_schema_in_the_first_line() -> None:
    for path in [ROOT / "templates" / "shop.yaml", *(ROOT / "templates" / "replies").glob("*/template.yaml")]:
        first = path.read_text("utf-8").splitlines()[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found
        assert (path.parent / found[1]).is_file()
