from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.marketplace import subject_of

KNOWN = [
    ("order_new", "/orders/MB7UWLD/", ("order", "MB7UWLD")),
    ("order_new", "/orders/MB7UWLD", ("order", "MB7UWLD")),
    ("order_unit_new", "/order-units/314567896580917/", ("order_unit", "314567896580917")),
    ("order_unit_status_changed", "/order-units/314567896580917", ("order_unit", "314567896580917")),
    ("return_new", "/returns/675849321/", ("return", "675849321")),
    ("return_status_changed", "/returns/675849321", ("return", "675849321")),
    ("return_unit_status_changed", "/return-units/45456767/", ("return_unit", "45456767")),
    # How returns are named is written down nowhere: the whole family is allowed.
    ("return_unit_status_changed", "/returns/675849321/", ("return", "675849321")),
    # What nobody knew yesterday.
    ("order_something_new", "/orders/MB7UWLD/", ("order", "MB7UWLD")),
    ("refund_done", "/return-units/45456767/", ("return_unit", "45456767")),
]

FOREIGN = [
    ("order_new", "/returns/675849321/"),
    ("return_new", "/orders/MB7UWLD/"),
    ("item_unit_changed", "/units/1000/"),
    ("item_changed", "/items/7"),
    ("item_changed", "/orders/MB7UWLD/"),
    ("category_changed", "/categories/7"),
    ("buy_box_changed", "/buybox?id_product=7&condition=new"),
    ("order_new", "/tickets/00112345678/"),
    ("", ""),
]

HOSTILE = [
    "//evil.test/orders/MB7UWLD/",
    "https://evil.test/orders/MB7UWLD/",
    "/orders/../subscriptions/1",
    "/orders/MB7UWLD/../..",
    "/orders/1@evil.test",
    "/orders/%2f%2e%2e/",
    "/orders/MB7UWLD//",
    "/orders/MB7UWLD/\n",
    "/orders/MB7UWLD/\r\nX: y",
    "/orders/MB7UWLD?x=1",
    "/v2/orders/MB7UWLD/",
    " /orders/MB7UWLD/",
    "/orders/" + "A" * 10_000,
    "/order-units/0/",
    "/order-units/007/",
    "/order-units/-1/",
    "/order-units/１２/",
    "/order-units/" + "9" * 19,
    "/orders/",
    "/orders",
]


@pytest.mark.parametrize(("event", "resource", "wanted"), KNOWN)
def test_pushes_name_their_subject(event: str, resource: str, wanted: tuple[str, str]) -> None:
    assert subject_of(event, resource) == wanted


@pytest.mark.parametrize(
    ("resource", "storefront", "wanted"),
    [
        ("/units/1000/", "de", ("unit", "de-1000")),
        ("/units/1000", "CZ", ("unit", "cz-1000")),
        # A number counts within its storefront, so without one it names nothing.
        ("/units/1000/", None, None),
        ("/units/1000/", "", None),
        ("/units/1000/", "d/", None),
        ("/units/1000/", "dé", None),
        ("/units/1000/", ["de"], None),
        ("/units/0/", "de", None),
        ("/units/1000/../7", "de", None),
        ("/orders/MB7UWLD/", "de", None),
    ],
)
def test_an_offer_is_named_with_its_storefront(
    resource: str, storefront: object, wanted: tuple[str, str] | None
) -> None:
    assert subject_of("item_unit_out_of_stock", resource, storefront) == wanted


@pytest.mark.parametrize(("event", "resource"), FOREIGN)
def test_what_we_do_not_follow_is_nothing(event: str, resource: str) -> None:
    assert subject_of(event, resource) is None


@pytest.mark.parametrize("event", ["order_new", "return_unit_status_changed", "news_of_tomorrow"])
@pytest.mark.parametrize("resource", HOSTILE)
def test_nothing_but_a_whole_path_of_ours_is_taken(event: str, resource: str) -> None:
    assert subject_of(event, resource) is None


@settings(deadline=None)
@given(event=st.text(), resource=st.text() | st.from_regex(r"/(orders|returns)/.*", fullmatch=True))
def test_whatever_comes_out_is_a_plain_id(event: str, resource: str) -> None:
    found = subject_of(event, resource)

    assert found is None or (found[1].isascii() and found[1].isalnum())
