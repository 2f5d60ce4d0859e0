"""Signatures of TikTok Shop calls as other people's clients have recorded them in their tests."""

from dataclasses import dataclass

_AS = "/affiliate_seller"
_APP = {"app_key": "test_app_key", "timestamp": "1700000000", "shop_cipher": "ROW_test_cipher"}
_SEARCH = f"{_AS}/202508/marketplace_creators/search"


@dataclass(frozen=True)
class Recorded:
    """One call and its signature."""

    name: str
    secret: str
    path: str
    query: dict[str, str]
    body: bytes
    sign: str


RECORDED = (
    Recorded(
        "A", "app_secret", "/test-api", {"foo": "bar"}, b"",
        "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f",
    ),
    Recorded(
        "B", "test_app_secret", _SEARCH, _APP | {"page_size": "20"}, b'{"keyword":"wellness"}',
        "5e3ab609d268b0381e751bf743491d7ab6eab69efa2648348a121283792cbc92",
    ),
    Recorded(
        "C", "test_app_secret", f"{_AS}/202601/marketplace_creators/search/filter", _APP, b"{}",
        "6c8ed398c6a04c62441a5fe1426b0b4ec78b7102ac6a849c85f2608fa5d28b65",
    ),
    Recorded(
        "D", "test_app_secret", f"{_AS}/202508/marketplace_creators/7501234567890123456", _APP, b"",
        "b786961112b626589ea6a8dcc7f9e53a8f4feb93b399d29aa72af890f69387c0",
    ),
    Recorded(
        "E", "test_app_secret", _SEARCH, _APP | {"page_size": "12", "page_token": "abc=def"}, b"{}",
        "f3200cab53844852313692450601328a2dd1589cd2e9e2d432bed641ba3b40fe",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class RecordedWebhook:
    """One webhook and its signature."""

    app_key: str
    secret: str
    body: bytes
    sign: str


WEBHOOK = RecordedWebhook(
    "fake_app_key", "fake_app_secret",
    b'{"type":1,"shop_id":"7494726673780148744","timestamp":1664095733,"data":{"order_id":"576684019603311365",'
    b'"order_status":"AWAITING_SHIPMENT","update_time":1664095610}}',
    "21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc46713fcdf62b27",
)  # fmt: skip
