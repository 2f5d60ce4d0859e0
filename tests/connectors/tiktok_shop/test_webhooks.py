"""What comes at the app's address: checked before it is read, kept before it is acknowledged."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from connectors.ports.shops import TOLD_PATH
from connectors.tiktok_shop.settings import ShopApp
from connectors.tiktok_shop.webhooks import ShopWebhooks
from memory.domain.errors import AppError, Unavailable
from tests.connectors.tiktok_shop.test_messages import DATA, WHOLE, raw

APP = ShopApp(app_key="key", app_secret=SecretStr("hush-hush"))


@dataclass
class FakeEars:
    """Keeps in memory; `trouble`: why it cannot."""

    trouble: AppError | None = None
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    taken_back: list[tuple[str, datetime | None]] = field(default_factory=list)
    refusals: int = 0

    async def keep(self, shop: str, *, name: str, told: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.kept.append((shop, name, told))

    async def revoked(self, shop: str, *, at: datetime | None) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.taken_back.append((shop, at))

    async def refused(self) -> None:
        self.refusals += 1
        if self.trouble is not None:
            raise self.trouble


async def posted(ears: FakeEars, body: bytes, said: str | None = "") -> tuple[int, bytes]:
    """The answer to a webhook; signed as it should be unless `said` says otherwise, None: not at all."""
    app = FastAPI()
    app.include_router(ShopWebhooks(APP, ears).router())
    good = hmac.new(b"hush-hush", b"key" + body, hashlib.sha256).hexdigest()
    headers = {} if said is None else {"authorization": said or good}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://daren.test") as platform:
        answer = await platform.post(TOLD_PATH, content=body, headers=headers)
    return answer.status_code, answer.content


async def test_a_message_is_kept_as_it_came_and_acknowledged_with_nothing() -> None:
    ears = FakeEars()
    assert await posted(ears, raw()) == (200, b"")
    assert ears.kept == [("7005", "7004", raw().decode())]


@pytest.mark.parametrize("said", ["0" * 64, "Bearer x"])
async def test_what_the_secret_has_not_signed_is_refused_unread_and_told(said: str) -> None:
    ears = FakeEars()
    assert await posted(ears, b"[" * 100_000, said) == (401, b"")
    assert (ears.kept, ears.refusals) == ([], 1)


async def test_what_is_not_signed_at_all_is_refused_and_no_trouble_of_the_apps() -> None:
    ears = FakeEars()
    assert await posted(ears, raw(), None) == (401, b"")
    assert (ears.kept, ears.refusals) == ([], 0)


async def test_an_order_is_kept_and_a_permission_that_is_taken_back_is_carried_out_at_once() -> None:
    ears = FakeEars()
    assert await posted(ears, raw(type=1)) == (200, b"")
    assert await posted(ears, raw(type=6, timestamp=1_796_000_000)) == (200, b"")
    assert await posted(ears, raw(type=6, timestamp="soon")) == (200, b"")
    assert await posted(ears, raw(type=6), "0" * 64) == (401, b"")
    assert [shop for shop, *_ in ears.kept] == ["7005"]
    assert ears.taken_back == [("7005", datetime.fromtimestamp(1_796_000_000, UTC)), ("7005", None)]


async def test_what_cannot_be_kept_must_come_again() -> None:
    assert (await posted(FakeEars(Unavailable("database_unavailable")), raw(type=6)))[0] == 503
    assert await posted(FakeEars(Unavailable("database_unavailable")), raw()) == (503, b"")
    assert (await posted(FakeEars(Unavailable("database_unavailable")), raw(), "0" * 64))[0] == 503


@pytest.mark.parametrize(
    "body",
    [raw(type=4), raw(type=999), raw(shop_id=None), b"no json", json.dumps(WHOLE | {"data": DATA}).encode("utf-16")],
)
async def test_what_is_not_listened_for_is_acknowledged_and_dropped(body: bytes) -> None:
    ears = FakeEars()
    assert await posted(ears, body) == (200, b"")
    assert (ears.kept, ears.refusals) == ([], 0)
