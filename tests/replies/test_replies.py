from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bot.domain.reply import Shop
from bot.replies import CannotRender, ReplyTemplates, check_templates_text
from bot.replycontext import reply_context
from tests.domain.builders import NOW, facts

from .folders import LATE, SHOP, TEXT, a_folder, a_full_ticket, late, write


def told(root: Path) -> list[str]:
    """The problems of a folder, with paths as people see them from inside of it."""
    return [str(problem).removeprefix(f"{root}/") for problem in ReplyTemplates(root).problems]


def test_templates_are_offered_found_and_filled_in(tmp_path: Path) -> None:
    templates = ReplyTemplates(
        a_folder(tmp_path, late=late(), other={"yaml": "title: Other", "de_DE": "Tschüss, Müller"})
    )
    context = reply_context(
        a_full_ticket(), locale="de-DE", agent=None, shop=templates.shop("main"), now=NOW, inputs={"new_date": "bald"}
    )

    assert templates.problems == ()
    assert [offer.template.name for offer in templates.for_ticket(facts())] == ["late", "other"]
    assert [offer.template.name for offer in templates.search("muller", facts())] == ["other"]
    assert templates.find("late") is templates.for_ticket(facts())[0].template
    assert templates.find("nothing") is None
    text = "Guten Tag,\n\nIhr Paket kommt am bald.\n\nIhr Kundenservice"
    assert templates.render("late", "de-DE", context) == text
    assert templates.render("late", "de-AT", context) == text


@pytest.mark.parametrize(
    ("name", "locale", "sentence"), [("gone", "de-DE", "gone"), ("late", "fr-FR", "not written in fr-FR")]
)
def test_a_template_that_is_not_there_cannot_be_filled_in(
    tmp_path: Path, name: str, locale: str, sentence: str
) -> None:
    templates = ReplyTemplates(a_folder(tmp_path, late=late()))

    with pytest.raises(CannotRender, match=sentence):
        templates.render(name, locale, {})


def test_a_value_that_is_missing_is_named_with_its_reason(tmp_path: Path) -> None:
    templates = ReplyTemplates(a_folder(tmp_path, late=late()))

    with pytest.raises(CannotRender) as caught:
        templates.render("late", "de-DE", {"inputs": {}, "shop": {"signature": "x"}})

    assert caught.value.placeholder == "inputs.new_date"
    assert caught.value.sentence == "inputs.new_date is missing: the field 'New delivery date' is empty."


# Each fault is planted alone into a folder that is right without it.
YAML_FAULTS = [
    (LATE.replace("title", "titel"), "1:1: unknown key 'titel' (did you mean 'title'?)"),
    (
        LATE.replace("delivery_delayed", "delivery_delaid"),
        "3:10: 'delivery_delaid' is no topic I know (did you mean 'delivery_del",
    ),
    (LATE.replace("topic", "tpoic"), "3:3: unknown key 'tpoic' (did you mean 'topic'?)"),
    (LATE.replace("type: date", "type: dat"), "7:11: 'dat' is not one of text, date, number, money, choice (did"),
    (LATE.replace("    label: New delivery date\n", ""), "6:5: 'label' is missing"),
    (
        LATE.replace("new_date:", "New-Date:"),
        "5:3: 'New-Date' is no name for an input: use small letters, digits and _",
    ),
    (LATE.replace("type: date", "type: choice"), "6:5: a choice needs at least two 'choices'"),
    (LATE + "    choices: {a: A, b: B}\n", "8:14: only an input of type choice has choices"),
    (LATE + "    default: tracking.number\n", "8:14: only an input of type text has a default"),
    (
        LATE.replace("type: date", "default: tracking.nmber"),
        "'tracking.nmber' is no placeholder (did you mean 'tracking.number'?)",
    ),
    (LATE.replace("type: date", "default: order.units"), "'order.units' is no placeholder"),
    (LATE + "    optional: maybe\n", "8:15: 'maybe' is neither on nor off"),
    (
        LATE + "interim: true\ncloses: true\n",
        "9:9: a reply that closes the ticket leaves nothing to be responsible for",
    ),
    (LATE + "locales: [de_AT]\n", "8:11: 'de_AT' is no locale like de-AT (did you mean 'de-AT'?)"),
    (LATE + "locales: [de-DE, fr-FR]\n", "1:1: there is no fr-FR.j2: write it, or list the languages"),
    (LATE.replace("Parcel is late", "x" * 76), "1:8: 'title' is longer than 75 characters"),
    ("title: {x", "template.yaml:"),
    ("", "1:1: the file is empty"),
]


@pytest.mark.parametrize(("yaml", "fault"), YAML_FAULTS)
def test_a_fault_in_template_yaml_is_told_with_line_column_and_nearest_word(
    tmp_path: Path, yaml: str, fault: str
) -> None:
    problems = told(a_folder(tmp_path, late=late(yaml=yaml)))

    assert any(fault in problem for problem in problems), problems
    assert all(problem.startswith("replies/late/template.yaml:") for problem in problems)


TEXT_FAULTS = [
    (TEXT + "{{ order.totla }}", "6:4: there is no order.totla (did you mean 'order.total'?)"),
    (TEXT.replace("new_date", "new_dat"), "3:23: there is no inputs.new_dat (did you mean 'inputs.new_date'?)"),
    ("Guten Tag", "1:1: inputs.new_date is asked from the agent and does not stand in this text"),
    (TEXT + "www.acme.test.com", "6:1: 'www.acme.test.com' leads away from the marketplace"),
    (TEXT + "{% if order.id is defined %}", "the text ends too early"),
    ("", "1:1: the file is empty"),
    (TEXT + "{{ shop.hours }}", "6:4: shop.hours is missing: shop.yaml gives no hours in this language"),
    (
        "{% for unit in order.units %}{{ inputs.new_date }}" + "x" * 60_000 + "{% endfor %}",
        "longer than the 65,535 characters",
    ),
    ("{% if inputs.new_date == 'x' %}x{% endif %}", "1:1: The text is empty"),
]


@pytest.mark.parametrize(("text", "fault"), TEXT_FAULTS)
def test_a_fault_in_a_text_is_told_with_line_column_and_nearest_word(tmp_path: Path, text: str, fault: str) -> None:
    problems = told(a_folder(tmp_path, late=late(de_DE=text)))

    assert any(fault in problem for problem in problems), problems
    assert all(problem.startswith("replies/late/de-DE.j2:") for problem in problems)


def test_an_optional_input_must_be_asked_for_before_it_is_written(tmp_path: Path) -> None:
    yaml = LATE + "  note:\n    label: Note\n    optional: true\n"

    assert told(a_folder(tmp_path, late=late(yaml=yaml, de_DE=TEXT + "{{ inputs.note }}"))) == [
        "replies/late/de-DE.j2:6:4: inputs.note is missing: the field 'Note' is empty; it may stay empty, so ask "
        "'if inputs.note is defined'"
    ]


def test_each_choice_is_tried(tmp_path: Path) -> None:
    yaml = LATE + "  way:\n    label: Way\n    type: choice\n    choices: {a: A, b: B, c: C}\n"
    text = TEXT + "{% if inputs.way == 'c' %}{{ shop.hours }}{% endif %}"

    assert told(a_folder(tmp_path, late=late(yaml=yaml, de_DE=text))) == [
        "replies/late/de-DE.j2:6:30: shop.hours is missing: shop.yaml gives no hours in this language"
    ]


SHOP_FAULTS = [
    (SHOP.replace("locales", "locale"), "1:1: unknown key 'locale' (did you mean 'locales'?)"),
    (SHOP.replace("[de-DE]", "[de_DE]"), "1:11: 'de_DE' is no locale like de-AT (did you mean 'de-DE'?)"),
    (SHOP.replace("[de-DE]", "[xx-XX]"), "1:11: 'xx-XX' is no locale like de-AT"),
    (SHOP.replace("[de-DE]", "[]"), "1:10: 'locales' must not be empty"),
    (
        SHOP.replace("Ihr Kundenservice", "Ihr Team von www.acme.com"),
        "3:3: 'www.acme.com' leads away from the marketplace",
    ),
    (SHOP + "accounts:\n  acme:\n    name: info@acme.de\n", "6:5: 'info@acme.de' is an e-mail address"),
    (SHOP.replace("de-DE: Ihr", "de: Ihr"), "'de' is no locale like de-AT (did you mean 'de-DE'?)"),
]


@pytest.mark.parametrize(("shop", "fault"), SHOP_FAULTS)
def test_a_fault_in_shop_yaml_is_told_and_blames_no_template(tmp_path: Path, shop: str, fault: str) -> None:
    templates = ReplyTemplates(a_folder(tmp_path, shop=shop, late=late()))
    problems = [str(problem).removeprefix(f"{tmp_path}/") for problem in templates.problems]

    assert any(fault in problem for problem in problems), problems
    assert all(problem.startswith("shop.yaml:") for problem in problems)
    assert templates.find("late") is not None


def test_files_with_names_nobody_reads_are_told(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late(de_AT=TEXT))
    (root / "replies" / "late" / "de_CH.j2").write_text(TEXT)
    (root / "replies" / "late" / "cz.j2").write_text(TEXT)
    (root / "replies" / "late" / "notes.txt").write_text("mine")
    (root / "replies" / "Late One").mkdir()
    (root / "replies" / "empty").mkdir()
    (root / "replies" / "_draft").mkdir()
    (root / "replies" / "stray.txt").write_text("mine")

    assert told(root) == [
        "replies/Late One:1:1: a template's name has small letters, digits and - alone",
        "replies/empty/template.yaml:1:1: there is no such file",
        "replies/late/cz.j2:1:1: 'cz' is no locale like de-AT (did you mean 'cs-CZ.j2'?)",
        "replies/late/de_CH.j2:1:1: 'de_CH' is no locale like de-AT",
    ]


def test_every_language_of_the_shop_must_be_there_unless_the_template_says_less(tmp_path: Path) -> None:
    shop = "locales: [de-DE, fr-FR]\nsignature: {de-DE: Ihr Team, fr-FR: Votre équipe}\n"
    root = a_folder(tmp_path, shop=shop, late=late())

    assert told(root) == [
        "replies/late/template.yaml:1:1: there is no fr-FR.j2: write it, or list the languages it has under 'locales'"
    ]

    write(root, "late", yaml=LATE + "locales: [de-DE]\n")
    assert told(root) == []


def test_a_folder_without_shop_yaml_is_taken_as_it_is(tmp_path: Path) -> None:
    templates = ReplyTemplates(a_folder(tmp_path, shop=None, late=late(de_DE="Am {{ inputs.new_date }}.")))

    assert templates.problems == ()
    assert templates.shop("main") == Shop()


def test_a_text_that_is_no_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    (root / "replies" / "late" / "de-DE.j2").write_bytes("Guten Tag\nGrüße".encode("latin-1"))

    assert told(root) == ["replies/late/de-DE.j2:2:1: byte 0xFC is not UTF-8: save the file as UTF-8"]


def test_a_mark_and_line_ends_of_windows_are_no_matter(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    (root / "replies" / "late" / "de-DE.j2").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    context = {"inputs": {"new_date": "morgen"}, "shop": {"signature": "Wir"}}

    assert told(root) == []
    assert ReplyTemplates(root).render("late", "de-DE", context) == "Guten Tag,\n\nIhr Paket kommt am morgen.\n\nWir"


def test_two_templates_with_one_title_are_told(tmp_path: Path) -> None:
    templates = ReplyTemplates(a_folder(tmp_path, late=late(), later=late(yaml=LATE.replace("Parcel", "PARCEL"))))

    assert [str(problem).removeprefix(f"{tmp_path}/") for problem in templates.problems] == [
        "replies/later/template.yaml:1:1: the template 'late' has the same title"
    ]
    assert set(templates.written) == {"late", "later"}


def test_nothing_is_read_again_while_nothing_changes(tmp_path: Path) -> None:
    templates = ReplyTemplates(a_folder(tmp_path, late=late()))
    before = templates.written["late"]

    assert templates.reload_if_changed() is None
    assert templates.written["late"] is before


def test_a_change_is_taken_and_the_others_are_not_read_again(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late(), other=late(yaml=LATE.replace("late", "other")))
    templates = ReplyTemplates(root)
    other = templates.written["other"]

    write(root, "late", yaml=LATE.replace("Parcel is late", "Late parcel"))

    assert templates.reload_if_changed() == ()
    assert templates.find("late").title == "Late parcel"  # type: ignore[union-attr]
    assert [offer.template.title for offer in templates.for_ticket(facts())] == ["Late parcel", "Parcel is other"]
    assert templates.written["other"] is other


def test_a_change_of_the_same_size_and_time_is_taken(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    templates = ReplyTemplates(root)
    path = root / "replies" / "late" / "de-DE.j2"
    before = path.stat()

    path.write_text(TEXT.replace("Paket", "Karte"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert templates.reload_if_changed() == ()
    assert "Karte" in templates.render("late", "de-DE", {"inputs": {"new_date": "x"}, "shop": {"signature": "y"}})


def test_a_wrong_change_leaves_the_last_good_version_live_until_it_is_mended(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    templates = ReplyTemplates(root)
    context = {"inputs": {"new_date": "x"}, "shop": {"signature": "y"}}
    before = templates.render("late", "de-DE", context)

    write(root, "late", de_DE=TEXT + "{{ order.totla }}")
    problems = templates.reload_if_changed()

    assert problems
    assert problems == templates.problems
    assert "order.totla" in str(problems[0])
    assert templates.render("late", "de-DE", context) == before

    write(root, "late", de_DE=TEXT + "Ende")
    assert templates.reload_if_changed() == ()
    assert templates.render("late", "de-DE", context) == before + "\nEnde"


def test_a_template_that_is_deleted_is_gone_and_one_that_is_new_is_there(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    templates = ReplyTemplates(root)

    shutil.rmtree(root / "replies" / "late")
    a_folder(root, new=late())

    assert templates.reload_if_changed() == ()
    assert list(templates.written) == ["new"]


def test_all_stay_live_when_their_folder_is_away(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    templates = ReplyTemplates(root)

    (root / "replies").rename(root / "away")

    assert [str(problem) for problem in templates.reload_if_changed() or ()] == [
        f"{root}/replies:1:1: there is no such folder"
    ]
    assert templates.find("late")
    (root / "away").rename(root / "replies")
    assert templates.reload_if_changed() == ()


def test_a_changed_shop_signs_from_now_on(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    templates = ReplyTemplates(root)

    (root / "shop.yaml").write_text(SHOP + "accounts:\n  acme:\n    name: Acme\n    agent_signs: on\n", "utf-8")

    assert templates.reload_if_changed() == ()
    assert templates.shop("main") == Shop(signature={"de-DE": "Ihr Kundenservice"})
    assert templates.shop("acme") == Shop("Acme", {"de-DE": "Ihr Kundenservice"}, {}, agent_signs=True)


def test_a_language_the_shop_takes_on_is_asked_from_every_template(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    templates = ReplyTemplates(root)

    (root / "shop.yaml").write_text(SHOP.replace("[de-DE]", "[de-DE, fr-FR]"), "utf-8")

    assert "there is no fr-FR.j2" in str((templates.reload_if_changed() or ("",))[0])
    assert templates.find("late")


def test_a_broken_shop_leaves_the_last_good_one_signing(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    templates = ReplyTemplates(root)

    (root / "shop.yaml").write_text("locales: nothing", "utf-8")

    assert templates.reload_if_changed()
    assert templates.shop("main").signature == {"de-DE": "Ihr Kundenservice"}
    assert templates.find("late")


def test_the_check_lists_the_templates_or_counts_the_problems(tmp_path: Path) -> None:
    root = a_folder(tmp_path, late=late())
    text, code = check_templates_text(root)

    assert code == 0
    assert text.splitlines() == [
        f"{root}: 1 reply templates, all well.",
        "  late                 de-DE  Parcel is late",
    ]

    write(root, "late", de_DE=TEXT + "{{ order.totla }}\n{{ order.nothing }}")
    text, code = check_templates_text(root)

    assert code == 1
    assert text.splitlines()[0].startswith(f"{root}/replies/late/de-DE.j2:6:4: ")
    assert text.endswith("2 problems; a running bot keeps the last good version of these templates.")
