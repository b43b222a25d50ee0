"""rules/roles.yaml: every slip of the fingers is told with its place, and a running bot keeps its last good roles."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.access import Person, decide
from bot.domain.deeds import BY_RULES, DEEDS, PARTS, Deed
from bot.domain.model import Money
from bot.features import ACTIONS
from bot.roles import check_text, role_file
from bot.yamlfile import FileProblems

SHIPPED = Path(__file__).parent.parent / "rules" / "roles.yaml"
GOOD = """\
roles:
  - name: Agents
    who: everybody
    may:
      - view
      - {do: order.refund, each: [50 EUR], beyond: approval}
    approves: order.refund
"""
GOOD = GOOD.replace("approves: order.refund", "approves: [order.refund]")


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "roles.yaml"
    path.write_text(text)
    with pytest.raises(FileProblems) as caught:
        role_file(path)
    return [f"{problem.line}:{problem.column}: {problem.sentence}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("who: everybody", "who: everyone", "3:10: 'everyone' is nobody I can find"),
        ("who: everybody", 'who: "@here"', "3:10: @here is nobody in particular: write 'everybody'"),
        ("who: everybody", "who: U12", "3:10: 'U12' is nobody I can find"),
        ("- view", "- views", "5:9: 'views' is nothing people can do here (did you mean 'view'?)"),
        ("do: order.refund", "do: order.refnd", "(did you mean 'order.refund'?)"),
        ("50 EUR", "50", "'50' has no currency"),
        ("50 EUR", "50 EUR, 60 EUR", "6:34: a currency stands here twice"),
        ("beyond: approval", "beyond: aproval", "(did you mean 'approval'?)"),
        ("each: [50 EUR], ", "", "there is no limit to go beyond"),
        ("approves: [order.refund]", "approves: [ticket.*]", "no role approves order.refund"),
        ("roles:", "same_person: [[U0123ABCD]]\nroles:", "must not be empty"),
        ("roles:", "same_person: [[ana, U0123ABCD]]\nroles:", "'ana' is no user id"),
        ("roles:", "approvals: {expire_after: 2 days}\nroles:", "a proposal lives from a minute to a day"),
        ("roles:", "day_begins_in: Europe/Berlim\nroles:", "did you mean 'Europe/Berlin'?"),
        ("roles:", "ceiling: []\nroles:", "unknown key 'ceiling' (did you mean 'ceilings'?)"),
        ("may:\n", "may_not:\n", "unknown key 'may_not'"),
    ],
)
def test_a_slip_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD

    assert any(told in problem for problem in problems(tmp_path, GOOD.replace(old, new)))


def test_a_role_that_gives_nothing_and_a_name_that_stands_twice_are_problems(tmp_path: Path) -> None:
    told = problems(tmp_path, GOOD + "  - name: Agents\n    who: admins\n")

    assert any("this role gives nothing" in problem for problem in told)
    assert any("a role above is called 'Agents' too" in problem for problem in told)


def test_the_last_good_roles_stay_live_until_the_file_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "roles.yaml"
    path.write_text(GOOD)
    live = role_file(path)

    assert live.reload_if_changed() is None
    path.write_text(GOOD.replace("- view", "- views"))
    assert len(live.reload_if_changed() or ()) == 1
    assert live.value.roles[0].name == "Agents"
    path.write_text(GOOD.replace("Agents", "People"))
    assert live.reload_if_changed() == ()
    assert (live.value.roles[0].name, live.problems) == ("People", ())
    path.unlink()
    assert "no such file" in str((live.reload_if_changed() or ("",))[0])
    assert live.reload_if_changed() is None
    assert live.value.roles[0].name == "People"


def test_without_a_file_the_bot_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(FileProblems, match="there is no such file"):
        role_file(tmp_path / "roles.yaml")


def test_every_action_of_ours_has_a_name_that_roles_can_speak_of() -> None:
    assert sorted(set(ACTIONS) - set(DEEDS) - set(BY_RULES) - set(PARTS)) == [], "add a line to bot/domain/deeds.py"


def test_the_check_says_what_is_there() -> None:
    text, code = check_text(SHIPPED)

    assert code == 0
    assert "2 roles, all well" in text


ANA = Person("U0ANA00001", "T0")
MIRA = Person("U0MIRA0001", "T0", belongs=frozenset({"@support-leads"}))
TOMAS = Person("U0TOMAS001", "T0", admin=True)


@pytest.mark.parametrize(
    ("person", "deed", "outcome"),
    [
        (ANA, Deed("view"), "allowed"),
        (ANA, Deed("ticket.reply"), "allowed"),
        (ANA, Deed("return.accept", Money(99_999, "EUR")), "allowed"),
        (ANA, Deed("order.refund", Money(5000, "EUR")), "allowed"),
        (ANA, Deed("order.refund", Money(5001, "EUR")), "approval"),
        (ANA, Deed("order.refund", Money(125_001, "CZK")), "approval"),
        (ANA, Deed("unit.price", percent=21, count=1), "approval"),
        (ANA, Deed("feed.import", count=501), "approval"),
        (ANA, Deed("audit.view"), "denied"),
        (MIRA, Deed("order.refund", Money(50_000, "EUR")), "allowed"),
        (MIRA, Deed("order.refund", Money(50_001, "EUR")), "approval"),
        (MIRA, Deed("audit.view"), "allowed"),
        (TOMAS, Deed("feed.import", count=100_000), "allowed"),
    ],
)
def test_the_shipped_roles_let_members_act_and_ask_leads_beyond_limits(
    person: Person, deed: Deed, outcome: str
) -> None:
    assert decide(role_file(SHIPPED).value, person, deed, "T0").outcome.value == outcome
