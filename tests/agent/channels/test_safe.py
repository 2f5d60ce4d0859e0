"""What channels keep between calls: sealed, for a time, renewed by one process at a time, used once."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from agent.channels.safe import SealedSafe
from connectors.ports.custody import Fresh, Kept
from memory.domain.errors import Unavailable
from tests.agent.deliveries.conftest import APP, BOX, PushShop, shop

__all__ = ["shop"]
HOUR = timedelta(hours=1)


@dataclass
class MovedClock:
    """The machine's clock in a test's hand."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment


def safe_of(shop: PushShop, clock: MovedClock) -> SealedSafe:
    return SealedSafe(shop.database, BOX, clock.now)


async def test_what_is_kept_can_be_read_until_its_time_is_over_and_is_not_in_the_clear(shop: PushShop) -> None:
    clock = MovedClock()
    safe, channel = safe_of(shop, clock), await shop.channel(APP)
    await safe.keep(channel, "token", Fresh("abc-secret", HOUR))
    kept = await safe.read(channel, "token")
    assert kept == Kept("token", "abc-secret", clock.moment, clock.moment + HOUR)
    assert "abc-secret" not in repr(kept)
    with psycopg.connect(shop.database.url) as line:
        line.execute("set local role daren_service")
        rows = line.execute("select sealed from channel_kept").fetchall()
    assert len(rows) == 1
    assert b"abc-secret" not in rows[0][0]
    clock.moment += HOUR
    assert await safe.read(channel, "token") is None


async def test_what_begins_alike_is_taken_once_and_what_is_over_is_not_given(shop: PushShop) -> None:
    clock = MovedClock()
    safe, channel, other = safe_of(shop, clock), await shop.channel(APP), await shop.channel(APP, name="other")
    await safe.keep(channel, "card:lina:K7-1", Fresh("one", HOUR))
    clock.moment += timedelta(minutes=1)
    await safe.keep(channel, "card:lina:K7-2", Fresh("two", 2 * HOUR))
    await safe.keep(channel, "card:lina:K8-1", Fresh("eight", 2 * HOUR))
    await safe.keep(other, "card:lina:K7-3", Fresh("foreign", 2 * HOUR))
    assert [kept.value for kept in await safe.find(channel, "card:lina:K7-")] == ["one", "two"]
    both = await asyncio.gather(*(safe.take(channel, "card:lina:K7-") for _ in range(3)))
    assert sorted([kept.value for kept in found] for found in both) == [[], [], ["one", "two"]]
    clock.moment += 3 * HOUR
    assert await safe.find(channel, "card:lina:K8") == []
    assert await safe.take(channel, "card:lina:K8") == []


async def test_many_at_once_renew_once(shop: PushShop) -> None:
    safe, channel = safe_of(shop, MovedClock()), await shop.channel(APP)
    asked: list[Kept | None] = []

    async def renew(kept: Kept | None) -> Fresh | None:
        asked.append(kept)
        await asyncio.sleep(0)
        return Fresh(f"token {len(asked)}", HOUR) if kept is None else None

    found = await asyncio.gather(*(safe.renewed(channel, "token", renew) for _ in range(5)))
    assert {kept.value for kept in found if kept is not None} == {"token 1"}
    assert [kept is None for kept in asked] == [True, False, False, False, False]


async def test_what_cannot_be_renewed_stays_as_it_was(shop: PushShop) -> None:
    safe, channel = safe_of(shop, MovedClock()), await shop.channel(APP)
    await safe.keep(channel, "token", Fresh("first", HOUR))

    async def fails(kept: Kept | None) -> Fresh | None:
        raise Unavailable("channel_busy")

    with pytest.raises(Unavailable):
        await safe.renewed(channel, "token", fails)
    kept = await safe.read(channel, "token")
    assert kept is not None
    assert kept.value == "first"
