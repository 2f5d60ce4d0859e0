"""TikTok Shop put together: authorisations, shops, creators and messages over one app. Satisfies `ShopPlatform`."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from pydantic import ValidationError

from connectors.ports.custody import Safe
from connectors.ports.platforms import Answer
from connectors.ports.shops import AnswerPage, CreatorPage, LinkedShop, ShopEars, ShopOf
from connectors.tiktok_shop.authorizations import Authorizations, link_of
from connectors.tiktok_shop.calls import Calls
from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.collaborations import ShopCollaborations
from connectors.tiktok_shop.conversations import Conversations
from connectors.tiktok_shop.eligibility import Eligibilities
from connectors.tiktok_shop.listening import Listening
from connectors.tiktok_shop.messenger import TikTokShopMessenger
from connectors.tiktok_shop.operations import QUOTA
from connectors.tiktok_shop.orders import BACK, ShopOrders
from connectors.tiktok_shop.samples import ShopSamples
from connectors.tiktok_shop.settings import ShopApp
from connectors.tiktok_shop.shops import place_of, shops
from connectors.tiktok_shop.source import NAME, TikTokShopSource, Wanted
from connectors.tiktok_shop.translate import to_quota
from connectors.tiktok_shop.webhooks import ShopWebhooks
from memory.domain.errors import Misconfigured, Refused, Unavailable
from memory.domain.ids import BrandId, MemberId, ShopLinkId
from memory.domain.shops import Eligibility, PlatformQuota, SellerShop

SCOPES: Final = (
    "seller.authorization.info",
    "seller.creator_marketplace.read",
    "seller.affiliate_messages.write",
)


@dataclass(frozen=True, slots=True, eq=False)
class TikTokShop:
    """See `connectors.ports.shops.ShopPlatform`. `wanted`: which creators a sync fetches; `back`: how far back
    the first reading of orders goes.
    """

    client: ShopClient
    safe: Safe[ShopLinkId]
    wanted: Wanted = field(default_factory=Wanted)
    back: timedelta = BACK
    _places: dict[LinkedShop, ShopPlace] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """See `ShopPlatform.name`."""
        return NAME

    def messenger(self, shop_of: ShopOf) -> TikTokShopMessenger:
        """Messages to creators over the brands' shops."""

        async def place(brand: BrandId) -> ShopPlace | None:
            at = await shop_of(brand)
            return await self._place(at) if at is not None else None

        return TikTokShopMessenger(Conversations(self.client, self.safe), place)

    def collaborations(self) -> ShopCollaborations:
        """Target collaborations of every shop."""
        return ShopCollaborations(Conversations(self.client, self.safe), self._place)

    def samples(self) -> ShopSamples:
        """Sample applications of every shop."""
        return ShopSamples(Conversations(self.client, self.safe), self._place)

    def orders(self) -> ShopOrders:
        """Affiliate orders of every shop."""
        return ShopOrders(self.client, self._place, self.back)

    async def begin(self, link: ShopLinkId, *, member: MemberId) -> str:
        """See `ShopPlatform.begin`."""
        return await self.client.authorizations.begin(link, member=member)

    def link_of(self, state: str) -> ShopLinkId | None:
        """See `ShopPlatform.link_of`."""
        return link_of(state)

    async def decline(self, link: ShopLinkId, *, member: MemberId, state: str) -> None:
        """See `ShopPlatform.decline`."""
        await self.client.authorizations.returned(link, member=member, state=state)

    async def finish(self, link: ShopLinkId, *, member: MemberId, state: str, code: str) -> Sequence[SellerShop]:
        """See `ShopPlatform.finish`."""
        await self.client.authorizations.finish(link, member=member, state=state, code=code)
        self._leave(link)
        return [SellerShop(one.id, one.name, one.region) for one in await shops(self.client, link)]

    async def forget(self, link: ShopLinkId) -> None:
        """See `ShopPlatform.forget`."""
        self._leave(link)
        await self.client.authorizations.forget(link)

    async def until(self, link: ShopLinkId) -> datetime | None:
        """See `ShopPlatform.until`."""
        return await self.client.authorizations.until(link)

    async def look(self, at: LinkedShop) -> None:
        """See `ShopPlatform.look`: the tokens, what was granted, the signature, the clock and the shop."""
        granted = await self.client.authorizations.granted(at.link)
        missing = [scope for scope in SCOPES if scope not in granted]
        if granted and missing:
            raise Refused("shop_scope_missing", operation=", ".join(missing))
        await place_of(self.client, at.link, at.shop)

    async def quota(self, at: LinkedShop) -> PlatformQuota:
        """See `ShopPlatform.quota`."""
        found = (await self.client.ask(await self._place(at), QUOTA)).get("data")
        quota = to_quota(found, read_at=self.client.now()) if isinstance(found, dict) else None
        if quota is None:
            raise Unavailable("shop_internal")
        return quota

    async def eligible(self, at: LinkedShop, handles: Sequence[str]) -> Mapping[str, Eligibility]:
        """See `ShopPlatform.eligible`."""
        conversations = Conversations(self.client, self.safe)
        return await Eligibilities(conversations).of(await self._place(at), handles)

    async def creators(self, at: LinkedShop, *, after: str) -> AsyncIterator[CreatorPage]:
        """See `ShopPlatform.creators`."""
        source = TikTokShopSource(self.client, await self._place(at), self.wanted)
        async for page in source.pages(after):
            yield page

    async def answers(self, at: LinkedShop, *, after: str, since: datetime) -> AnswerPage:
        """See `ShopPlatform.answers`."""
        return await self._listening().look(await self._place(at), after, since)

    async def answer(self, at: LinkedShop, told: str) -> Answer | None:
        """See `ShopPlatform.answer`."""
        return await self._listening().told(await self._place(at), told)

    def webhooks(self, ears: ShopEars) -> ShopWebhooks:
        """Where the app is told by the platform itself."""
        return ShopWebhooks(self.client.app, ears)

    def _listening(self) -> Listening:
        return Listening(Conversations(self.client, self.safe))

    async def _place(self, at: LinkedShop) -> ShopPlace:
        """A cipher stays a shop's own: it is asked for once a process."""
        if at not in self._places:
            self._places[at] = await place_of(self.client, at.link, at.shop)
        return self._places[at]

    def _leave(self, link: ShopLinkId) -> None:
        for at in [at for at in self._places if at.link == link]:
            del self._places[at]


def open_tiktok_shop(
    settings: Mapping[str, object],
    calls: Calls,
    safe: Safe[ShopLinkId],
    *,
    now: Callable[[], datetime],
    rng: Random,
    wanted: Wanted,
    back: timedelta,
) -> TikTokShop:
    """The app of `settings`. `wanted`, `back`: see `TikTokShop`. Raises Misconfigured (not retryable)."""
    try:
        app = ShopApp.model_validate(settings)
    except ValidationError as unfit:
        raise Misconfigured(unfit.errors()[0]["type"]) from None  # what does not fit would be shown
    client = ShopClient(app, calls, Authorizations(app, calls, safe, now), now, rng)
    return TikTokShop(client, safe, wanted, back)
