from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.marketplace import verify_push
from bot.marketplace.wire import headers, http_date, instant, query, retry_after, segment, sign, written_body

from .virtual import CLIENT, NOW, SECRET

PUSH_URL = "https://hooks.example.test/kaufland/acc1"
PUSH = (
    b'{"event_name":"order_new","resource":"/orders/MB7UWLD/","id_message":"0123456789abcdef0123456789abcdef",'
    b'"storefront":"de"}'
)
PUSH_SIGNATURE = "caf1a56cbc024d6f2cbd01c2c591a8d0526bfd3632346e067441476643346c54"


@pytest.mark.parametrize(
    ("method", "url", "body", "stamp", "wanted"),
    [
        (
            "post",
            "https://sellerapi.kaufland.com/v2/units/",
            b"",
            "1411055926",
            "da0b65f51c0716c1d3fa658b7eaf710583630a762a98c9af8e9b392bd9df2e2a",
        ),
        (
            "GET",
            "https://sellerapi.kaufland.com/v2/tickets?status=opened&limit=30",
            b"",
            "1700000000",
            "6b3ccaf3a18c074ed0b74216789ea87709b3d90fa76e738b5b097c701113f22a",
        ),
        (
            "PATCH",
            "https://sellerapi.kaufland.com/v2/order-units/314567896580917/send",
            b'{"tracking_numbers":"0034123456789","carrier_code":"DHL"}',
            "1700000000",
            "d0feef4073ace7cd2583c7c8bb724d742ebcfbb68ce260e3ec4270ddb5356d0d",
        ),
    ],
)
def test_signatures_match_the_known_vectors(method: str, url: str, body: bytes, stamp: str, wanted: str) -> None:
    assert sign(SECRET, method, url, body, stamp) == wanted


def test_a_push_signed_with_our_secret_is_accepted() -> None:
    assert verify_push(SECRET, PUSH_URL, PUSH, "1700000000", PUSH_SIGNATURE)


@pytest.mark.parametrize(
    ("secret", "url", "body", "stamp", "given"),
    [
        ("x" + SECRET[1:], PUSH_URL, PUSH, "1700000000", PUSH_SIGNATURE),
        (SECRET, PUSH_URL + "/", PUSH, "1700000000", PUSH_SIGNATURE),
        (SECRET, PUSH_URL, PUSH + b" ", "1700000000", PUSH_SIGNATURE),
        (SECRET, PUSH_URL, PUSH, "1700000001", PUSH_SIGNATURE),
        (SECRET, PUSH_URL, PUSH, "1700000000", PUSH_SIGNATURE.upper()),
        (SECRET, PUSH_URL, PUSH, "1700000000", PUSH_SIGNATURE[:-1]),
        (SECRET, PUSH_URL, PUSH, "1700000000", ""),
        (SECRET, PUSH_URL, PUSH, "", PUSH_SIGNATURE),
        (SECRET, PUSH_URL, PUSH, "１７０００００００００", PUSH_SIGNATURE),
        (SECRET, PUSH_URL, PUSH, "9" * 5000, PUSH_SIGNATURE),
        (SECRET, PUSH_URL, PUSH, "1700000000\n", PUSH_SIGNATURE),
        (SECRET, PUSH_URL, PUSH, "1700000000", "é" * 64),
        ("", PUSH_URL, PUSH, "1700000000", PUSH_SIGNATURE),
        (SECRET, "https://\ud800", PUSH, "1700000000", PUSH_SIGNATURE),
    ],
)
def test_anything_else_is_refused_without_raising(secret: str, url: str, body: bytes, stamp: str, given: str) -> None:
    assert verify_push(secret, url, body, stamp, given) is False


def by_the_book(secret: str, url: str, body: bytes, stamp: str) -> str:
    """HMAC-SHA256 as RFC 2104 writes it down, from nothing but the hash."""
    key = secret.encode()
    key = hashlib.sha256(key).digest() if len(key) > 64 else key
    key = key.ljust(64, b"\0")
    message = b"POST\n" + url.encode() + b"\n" + body + b"\n" + stamp.encode()
    inside = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inside).hexdigest()


@settings(deadline=None)
@given(
    secret=st.text(min_size=1, max_size=100).filter(lambda text: text.isprintable()),
    url=st.text(max_size=60).filter(lambda text: text.isprintable()),
    body=st.binary(max_size=200),
    stamp=st.integers(0, 10**12 - 1).map(str),
    bend=st.sampled_from(["nothing", "body", "stamp", "signature", "url"]),
)
def test_exactly_what_the_book_signs_is_accepted(secret: str, url: str, body: bytes, stamp: str, bend: str) -> None:
    signature = by_the_book(secret, url, body, stamp)
    if bend == "body":
        body += b"\0"
    elif bend == "stamp":
        stamp = str((int(stamp) + 1) % 10**12)
    elif bend == "signature":
        signature = ("1" if signature[0] == "0" else "0") + signature[1:]
    elif bend == "url":
        url += "/"

    assert verify_push(secret, url, body, stamp, signature) is (bend == "nothing")


@settings(deadline=None)
@given(stamp=st.text(), given=st.text(), body=st.binary(), url=st.text())
@example(stamp="1", given="0" * 64, body=b"\xff", url="\ud800")
def test_no_header_of_a_stranger_makes_it_raise(stamp: str, given: str, body: bytes, url: str) -> None:
    assert verify_push(SECRET, url, body, stamp, given) is False


def test_a_list_is_one_percent_encoded_value() -> None:
    values = {"embedded": ("messages", "order_units"), "status": (), "q": None, "limit": 30, "storefront": "de"}

    assert query(values) == "?embedded=messages%2Corder_units&limit=30&storefront=de"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a b&c=d/e?f#g%+", "?x=a%20b%26c%3Dd%2Fe%3Ff%23g%25%2B"),
        ("Štítek", "?x=%C5%A0t%C3%ADtek"),
        (datetime(2026, 1, 31, 8, 5, 0, 999, tzinfo=UTC), "?x=2026-01-31T08%3A05%3A00Z"),
        (0, "?x=0"),
        ("", ""),
        ("\ud800", "?x=%EF%BF%BD"),
    ],
)
def test_values_are_written_so_that_nobody_rewrites_them(value: object, wanted: str) -> None:
    assert query({"x": value}) == wanted  # type: ignore[dict-item]


def test_times_are_written_in_utc() -> None:
    berlin = timezone(timedelta(hours=2))

    assert instant(datetime(2026, 7, 1, 2, 0, tzinfo=berlin)) == "2026-07-01T00:00:00Z"


@pytest.mark.parametrize("climber", ["..", ".", "", "a/b", "1%2f2", "a b", "1\n", "é", "x" * 81])
def test_no_id_climbs_out_of_its_segment(climber: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        segment(climber)


def test_ids_pass_as_they_are() -> None:
    assert [segment("00112345678"), segment(7), segment("MB7UWLD")] == ["00112345678", "7", "MB7UWLD"]


def test_only_a_body_has_a_content_type() -> None:
    given = {
        "client_key": CLIENT,
        "secret_key": SECRET,
        "user_agent": "Kontor",
        "url": "https://a.test/v2/x",
        "now": NOW,
    }
    without = headers(method="PATCH", body=b"", **given)  # type: ignore[arg-type]
    with_body = headers(method="PATCH", body=b"{}", **given)  # type: ignore[arg-type]

    assert "Content-Type" not in without
    assert with_body["Content-Type"] == "application/json"
    assert without["Shop-Timestamp"] == str(int(NOW.timestamp()))
    assert without["Shop-Signature"] != with_body["Shop-Signature"]


def test_bodies_are_compact_and_always_utf_8() -> None:
    assert written_body({"text": "Grüße", "n": 1}) == '{"text":"Grüße","n":1}'.encode()
    assert written_body({"text": "\ud800"}) == b'{"text":"?"}'


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("86400", 300.0),
        ("Sun, 01 Feb 2026 09:00:20 GMT", 20.0),
        ("Sun, 01 Feb 2026 08:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(given: str | None, seconds: float | None) -> None:
    assert retry_after(given, NOW) == seconds


def test_a_date_without_a_zone_is_utc() -> None:
    assert http_date("Sun, 01 Feb 2026 09:00:00 -0000") == NOW
    assert http_date("Sun, 99 Feb 2026 09:00:00 GMT") is None
    assert http_date(None) is None
