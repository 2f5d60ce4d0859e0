"""A messenger at work on an emulated TikTok Shop, and what its creators were told."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

from connectors.tiktok_shop.client import ShopPlace
from connectors.tiktok_shop.conversations import Conversations
from connectors.tiktok_shop.messenger import TikTokShopMessenger
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.people import Answer, Creator
from evals.emulators.tiktok_shop.platform import Rules
from evals.emulators.tiktok_shop.sellers import Shop
from memory.domain.ids import BrandId
from tests.support.shops import ShopBench, shop_bench

FAST = Rules(per_second=1_000.0, burst=1_000)


@dataclass
class ShopTalk:
    """One shop, its messenger, and its platform."""

    TROUBLES: ClassVar[dict[str, FaultKind]] = {
        "busy": FaultKind.THROTTLED,
        "closed": FaultKind.CODE,
        "lost_request": FaultKind.DROP_BEFORE,
        "lost_answer": FaultKind.DROP_AFTER,
    }

    bench: ShopBench
    messenger: TikTokShopMessenger
    place: ShopPlace

    @property
    def shop(self) -> Shop:
        return self.bench.platform.partner.seller.shops[0]

    def somebody(self, answer: Answer = Answer.SILENCE, *, nth: int = 0) -> Creator:
        """One of the creators who answer so."""
        return [one for one in self.bench.platform.people.values() if one.answer is answer][nth]

    def heard(self, creator: Creator) -> list[str]:
        """What a creator was told, oldest first."""
        platform = self.bench.platform
        shown = platform.contacts.of(self.shop, creator).shown(platform.clock.now)
        return [json.loads(one.content)["content"] for one in shown if one.sender == self.shop.im_id]


@asynccontextmanager
async def shop_talk(*, rules: Rules = FAST) -> AsyncIterator[ShopTalk]:
    """A messenger at work; its shop may write to anybody, as often as it likes."""
    async with shop_bench(rules=rules, per_second=50.0, burst=50) as bench:
        place = await bench.place()
        bench.platform.partner.seller.shops[0].unlimited = True

        async def place_of(brand: BrandId) -> ShopPlace | None:
            return place if brand == BrandId(1) else None

        yield ShopTalk(bench, TikTokShopMessenger(Conversations(bench.client, bench.safe), place_of), place)
