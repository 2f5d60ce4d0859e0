"""Where the platform tells by itself: checked over the bytes as they came, stored, then acknowledged with nothing.

It waits three seconds and comes again four times within a day. Source: Partner Center, "Webhooks", read 2026-11-29.
"""

from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request, Response

from connectors.ports.shops import TOLD_PATH, ShopEars
from connectors.tiktok_shop.messages import NEW_MESSAGE, ORDER_CHANGED, REVOKED, SAMPLE_CHANGED, to_notification
from connectors.tiktok_shop.settings import ShopApp
from connectors.tiktok_shop.signing import is_signed
from memory.domain.errors import AppError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ShopWebhooks:
    """Answers 401 to what the app's secret has not signed, 503 to what must come again, else 200.

    New messages of creators, changes of sample applications and of orders are kept, the end of an authorisation is
    carried out; whatever else comes is acknowledged and dropped.
    """

    app: ShopApp
    ears: ShopEars

    def router(self) -> APIRouter:
        """One address for every shop of the app."""
        router = APIRouter()
        router.add_api_route(TOLD_PATH, self.take, methods=["POST"], include_in_schema=False)
        return router

    async def take(self, request: Request) -> Response:
        """One webhook."""
        raw, said = await request.body(), request.headers.get("authorization", "")
        try:
            if not is_signed(self.app, raw, said):
                log.warning("shop.webhook_not_signed")
                if said:
                    await self.ears.refused()
                return Response(status_code=401)
            told = to_notification(raw)
            if told is None:
                log.warning("shop.webhook_unreadable", size=len(raw))
            elif told.type == REVOKED and told.shop:
                await self.ears.revoked(told.shop, at=told.at)
            elif told.type in (NEW_MESSAGE, SAMPLE_CHANGED, ORDER_CHANGED) and told.shop:
                await self.ears.keep(told.shop, name=told.name, told=raw.decode())
            else:
                log.info("shop.webhook_not_heard", type=told.type)
        except AppError as failure:
            log.warning("shop.webhook_not_kept", error=failure.text_key)
            return Response(status_code=503)
        return Response(status_code=200)
