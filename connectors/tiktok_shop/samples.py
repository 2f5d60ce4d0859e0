"""Sample applications of shops over the app: satisfies `connectors.ports.samples.SamplePlatform`.

Source: TikTok Shop Partner Center, Affiliate Seller API "sample_applications" 202508 (search), 202507 (review), webhook
56, read 2026-11-29. Two filters are misspelt there and are sent so.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.ports.samples import ApplicationPage, Refusal
from connectors.ports.shops import LinkedShop
from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.client import ShopPlace
from connectors.tiktok_shop.conversations import Conversations
from connectors.tiktok_shop.messages import SAMPLE_CHANGED, to_notification
from connectors.tiktok_shop.operations import APPLICATIONS, REVIEW
from connectors.tiktok_shop.translate import LONGEST_HANDLE, clean_text, moment
from memory.domain.applications import Application, ApplicationStatus
from memory.domain.errors import Unavailable

PAGE: Final = "50"
_MOST_PAGES: Final = 20
_LONGEST_TITLE, _LONGEST_NUMBER = 200, 60
_STATUSES: Final = {
    "PENDING": ApplicationStatus.PENDING,
    "AWAITING_SHIPMENT": ApplicationStatus.APPROVED,
    "SHIPPED": ApplicationStatus.SHIPPED,
    "CONTENT_PENDING": ApplicationStatus.RECEIVED,
    "COMPLETED": ApplicationStatus.POSTED,
    "OPS_COMPLETED": ApplicationStatus.POSTED,
    "REJECT_CANCELLED": ApplicationStatus.REJECTED,
    "OVERDUE_CANCELLED": ApplicationStatus.LAPSED,
    "SELLER_NOT_SHIP_CANCELLED": ApplicationStatus.NOT_SHIPPED,
    "UNFULFILL_CANCELLED": ApplicationStatus.MISSED,
    "UNFULFILLABLE_CANCELLED": ApplicationStatus.EXCUSED,
    "WITHDRAW_CANCELLED": ApplicationStatus.WITHDRAWN,
    "DEL_OPEN_COLLAB": ApplicationStatus.CANCELLED,
    "OPS_CANCELLED": ApplicationStatus.CANCELLED,
    "OPS_FAILED": ApplicationStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class ShopSamples:
    """Every method raises as `ShopClient.ask`. `place_of`: where a shop is asked."""

    conversations: Conversations
    place_of: Callable[[LinkedShop], Awaitable[ShopPlace]]

    async def applications(self, at: LinkedShop, *, after: str) -> AsyncIterator[ApplicationPage]:
        """See `SamplePlatform.applications`."""
        place, token, is_first = await self.place_of(at), after, True
        while token or is_first:
            is_first = False
            page = await self._search(place, {}, token)
            token = str(page.get("next_page_token") or "")
            yield ApplicationPage(_read(page), token)

    async def application(self, at: LinkedShop, id_: str, *, handle: str, product: str) -> Application | None:
        """See `SamplePlatform.application`."""
        place = await self.place_of(at)
        creator = await self.conversations.open_id(place, handle)
        return next((one for one in await self._of(place, creator, product) if one.id == id_), None)

    async def told(self, at: LinkedShop, raw: str) -> Sequence[Application]:
        """See `SamplePlatform.told`: an order of events is not relied on, so what is told is looked at."""
        found = to_notification(raw.encode())
        if found is None or found.type != SAMPLE_CHANGED:
            return ()
        number, creators = found.data.get("application_id"), found.data.get("creator")
        first = creators[0] if isinstance(creators, list) and creators else None
        creator = first.get("creator_open_id") if isinstance(first, Mapping) else None
        if not number or not isinstance(creator, str) or not creator:
            return ()
        rows = await self._of(await self.place_of(at), creator, "")
        return [one for one in rows if one.id == str(number)]

    async def review(self, at: LinkedShop, id_: str, *, refusal: Refusal | None) -> None:
        """See `SamplePlatform.review`."""
        body: Body = {"review_result": "APPROVE"}
        if refusal is not None:
            body = {"review_result": "REJECT", "reject_reason": refusal.value.upper()}
        await self.conversations.client.ask(await self.place_of(at), REVIEW, body=body, names={"application": id_})

    async def _of(self, place: ShopPlace, creator: str, product: str) -> list[Application]:
        body: Body = {"creator_user_oepn_id": creator}
        if product:
            body["product_id"] = product
        found: list[Application] = []
        token = ""
        for _ in range(_MOST_PAGES):
            page = await self._search(place, body, token)
            found += _read(page)
            token = str(page.get("next_page_token") or "")
            if not token:
                return found
        raise Unavailable("shop_internal")

    async def _search(self, place: ShopPlace, body: Body, token: str) -> Body:
        query = {"page_size": PAGE} | ({"page_token": token} if token else {})
        return await self.conversations.client.ask(place, APPLICATIONS, query=query, body=body)


def _read(page: Body) -> list[Application]:
    rows = page.get("sample_applications")
    found = [to_application(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [one for one in found if one is not None]


def to_application(row: Mapping[str, Any]) -> Application | None:
    """One; None where it does not read, or stands where nobody knows."""
    creator, product = row.get("creator"), row.get("product")
    creator = creator if isinstance(creator, Mapping) else {}
    product = product if isinstance(product, Mapping) else {}
    handle = clean_text(creator.get("username"), limit=LONGEST_HANDLE)
    status, number = _STATUSES.get(str(row.get("status"))), row.get("id")
    if status is None or not isinstance(number, str) or not number or not handle:
        return None
    return Application(
        id=number,
        status=status,
        handle=handle,
        product=str(product.get("id") or ""),
        title=" ".join(clean_text(product.get("title"), limit=_LONGEST_TITLE).split()),
        tracking=clean_text(row.get("tracking_number"), limit=_LONGEST_NUMBER),
        review_by=moment(row.get("approve_expiration_time")),
    )
