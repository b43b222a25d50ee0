"""What must change in our subscriptions, decided without asking anybody."""

from __future__ import annotations

from bot.domain.model import Subscription
from bot.subscriptions import EVENTS, steps

URL = "https://kontor.test/market/main/push"
MAIL = "ops@kontor.test"


def a_subscription(
    id: int, event: str, *, storefront: str = "de", url: str = URL, active: bool = True, mail: str = MAIL
) -> Subscription:
    return Subscription(id, event, storefront, url, mail, active)


def all_of(storefront: str = "de") -> list[Subscription]:
    return [a_subscription(number, event, storefront=storefront) for number, event in enumerate(EVENTS, 1)]


def plan(existing: list[Subscription], *storefronts: str) -> list[str]:
    found = steps(existing, storefronts=storefronts or ("de",), callback_url=URL, fallback_email=MAIL)
    return [step.what for step in found]


def test_where_nothing_is_subscribed_everything_is_created_for_every_storefront() -> None:
    assert len(plan([], "de", "cz")) == 2 * len(EVENTS)


def test_where_all_is_well_nothing_is_done() -> None:
    assert plan(all_of()) == []


def test_what_was_switched_off_is_switched_on_again() -> None:
    existing = [a_subscription(1, EVENTS[0], active=False), *all_of()[1:]]

    assert plan(existing) == [f"switch {EVENTS[0]} for de on again"]


def test_a_second_subscription_for_the_same_is_removed_and_the_active_one_stays() -> None:
    existing = [*all_of(), a_subscription(99, EVENTS[0], active=False)]

    found = steps(existing, storefronts=("de",), callback_url=URL, fallback_email=MAIL)
    assert [(step.remove, step.existing.id if step.existing else None) for step in found] == [(True, 99)]


OFFERS = ("item_unit_available", "item_unit_out_of_stock")


def test_pushes_about_offers_are_asked_for_while_a_rule_needs_them_and_ended_afterwards() -> None:
    def planned(existing: list[Subscription], unit_events: tuple[str, ...]) -> list[tuple[str, bool]]:
        found = steps(existing, storefronts=("de",), callback_url=URL, fallback_email=MAIL, unit_events=unit_events)
        return [(step.event, step.remove) for step in found]

    asked = [a_subscription(number, event) for number, event in enumerate(OFFERS, 50)]
    elsewhere = a_subscription(90, OFFERS[0], url="https://erp.test/hook")

    assert planned(all_of(), OFFERS) == [(event, False) for event in OFFERS]
    assert planned([*all_of(), *asked], OFFERS) == []
    assert planned([*all_of(), *asked, elsewhere], OFFERS[:1]) == [(OFFERS[1], True)]
    assert planned([*all_of(), *asked, elsewhere], ()) == [(event, True) for event in OFFERS]


def test_what_leads_to_somebody_else_is_left_alone() -> None:
    foreign = [a_subscription(number, event, url="https://erp.test/hook") for number, event in enumerate(EVENTS, 50)]

    assert plan([*all_of(), *foreign]) == []
    assert len(plan(foreign)) == len(EVENTS)


def test_another_address_for_the_marketplaces_mails_is_mended() -> None:
    existing = [a_subscription(1, EVENTS[0], mail="old@kontor.test"), *all_of()[1:]]

    assert plan(existing) == [f"mend the e-mail of {EVENTS[0]} for de"]


def test_storefronts_are_compared_whatever_their_case_and_a_trailing_slash_is_no_difference() -> None:
    existing = [a_subscription(number, event, storefront="DE", url=URL + "/") for number, event in enumerate(EVENTS, 1)]

    assert plan(existing) == []
