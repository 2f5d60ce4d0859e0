"""What the platform tells an app by itself, signed: again and again until somebody says 200."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import httpx

from evals.emulators.tiktok_shop.applications import Application
from evals.emulators.tiktok_shop.contacts import Contact, Message
from evals.emulators.tiktok_shop.faults import DELIVERIES, WAYS, Fault, FaultKind
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.sellers import Shop

NEW_MESSAGE, SAMPLE_CHANGED, ORDER_CHANGED, REVOKED = 33, 56, 1, 6
ENDPOINT: Final = "webhook/message"
SAMPLE_ENDPOINT: Final = "webhook/sample"
ORDER_ENDPOINT: Final = "webhook/order"
REVOKED_ENDPOINT: Final = "webhook/revoked"
ANSWER_SECONDS: Final = 3.0
AGAIN_SECONDS: Final = (120.0, 1_800.0, 10_800.0, 43_200.0)
UNKNOWN_TYPE: Final = 999
OK: Final = 200


@dataclass(slots=True)
class Notification:
    """One on its way. `statuses`: what each attempt was answered, None: nothing in time."""

    id: str
    body: bytes
    statuses: list[int | None] = field(default_factory=list)
    over: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether somebody said 200."""
        return OK in self.statuses


def signature(app_key: str, secret: str, raw: bytes) -> str:
    """What stands in `Authorization`: 64 lower-case hex digits over the app's key and the body as sent."""
    return hmac.new(secret.encode(), app_key.encode() + raw, hashlib.sha256).hexdigest()


def _client_without_limits() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, timeout=None)  # noqa: S113  # the limits are virtual


@dataclass(slots=True, eq=False)
class Webhooks:
    """Everything the app is told at its address; nothing where it has none. `held`: what a fault holds back."""

    platform: Platform
    client: httpx.AsyncClient = field(default_factory=_client_without_limits)
    notifications: list[Notification] = field(default_factory=list)
    held: list[Notification] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def close(self) -> None:
        """Give up what is on its way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.aclose()

    def message(self, contact: Contact, message: Message) -> None:
        """Somebody writes, now or later: both sides' messages are told, at their times."""
        if self.platform.partner.app.webhook_url:
            self._start(self._at_its_time(contact, message))

    def release(self) -> None:
        """Send what a fault holds back, the latest first."""
        waiting, self.held = self.held, []
        for one in reversed(waiting):
            self._start(self._run(one))

    async def settled(self) -> None:
        """Return once everything that was sent is over."""
        await self.platform.records.until(lambda: all(one.over for one in self.notifications))

    def notification(
        self, contact: Contact, message: Message, struck: Mapping[FaultKind, Fault] = MappingProxyType({})
    ) -> Notification:
        """What is told of a message that stands in its conversation, as faults would have it."""
        data: object = {
            "index": str(message.index),
            "message_id": message.id,
            "conversation_id": contact.conversation,
            "msg_type": message.type,
            "content": message.content,
            "create_time": str(int(message.at)),
            "sender": {"sender_im_user_id": message.sender},
        }
        return self._made(NEW_MESSAGE, contact.shop, data, struck)

    def sample(self, application: Application) -> None:
        """A sample application came to another status."""
        if self.platform.partner.app.webhook_url:
            self._start(self._sample_told(self.of_sample(application)))

    def of_sample(self, application: Application) -> Notification:
        """What is told of a sample application as it stands."""
        data = {
            "application_id": application.id,
            "new_status": application.status,
            "creator": [{"creator_open_id": application.creator.open_id}],
            "product": [{"id": application.product, "sku_id": f"{application.product}1"}],
        }
        return self._made(SAMPLE_CHANGED, application.shop, data, {})

    def order(self, shop: Shop, number: str, status: str) -> None:
        """An order of a shop came to another status."""
        if self.platform.partner.app.webhook_url:
            self._start(self._told(self.of_order(shop, number, status), ORDER_ENDPOINT))

    def of_order(self, shop: Shop, number: str, status: str) -> Notification:
        """What is told of an order."""
        data = {
            "order_id": number,
            "order_status": status,
            "is_on_hold_order": False,
            "update_time": int(self.platform.clock.now),
        }
        return self._made(ORDER_CHANGED, shop, data, {})

    def revoked(self, shop: Shop) -> None:
        """A shop's seller took the app's permission back."""
        if self.platform.partner.app.webhook_url:
            self._start(self._told(self.of_revoked(shop), REVOKED_ENDPOINT))

    def of_revoked(self, shop: Shop) -> Notification:
        """What is told of a permission that was taken back."""
        return self._made(REVOKED, shop, {"message": "The seller has cancelled the authorization"}, {})

    async def _told(self, made: Notification, endpoint: str) -> None:
        await self._sent_out(made, self.platform.faults.due(endpoint, WAYS))

    async def _sample_told(self, made: Notification) -> None:
        await self._told(made, SAMPLE_ENDPOINT)

    def _made(self, kind: int, shop: Shop, data: object, struck: Mapping[FaultKind, Fault]) -> Notification:
        number = self.platform.name()
        whole = {
            "type": UNKNOWN_TYPE if FaultKind.WEBHOOK_UNKNOWN in struck else kind,
            "tts_notification_id": number,
            "shop_id": shop.id,
            "timestamp": int(self.platform.clock.now),
            "data": json.dumps(data) if FaultKind.WEBHOOK_DATA_TEXT in struck else data,
        }
        return Notification(number, json.dumps(whole, ensure_ascii=False).encode())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _at_its_time(self, contact: Contact, message: Message) -> None:
        await self.platform.clock.wait(message.at - self.platform.clock.now)
        contact.shown(self.platform.clock.now)
        struck = self.platform.faults.due(ENDPOINT, WAYS)
        if FaultKind.WEBHOOK_LOST in struck:
            return
        if FaultKind.WEBHOOK_LATE in struck:
            await self.platform.clock.wait(struck[FaultKind.WEBHOOK_LATE].seconds)
        await self._sent_out(self.notification(contact, message, struck), struck)

    async def _sent_out(self, first: Notification, struck: Mapping[FaultKind, Fault]) -> None:
        copies = struck[FaultKind.WEBHOOK_TWICE].copies if FaultKind.WEBHOOK_TWICE in struck else 1
        made = [first]
        made += [Notification(made[0].id, made[0].body) for _ in range(copies - 1)]
        self.notifications += made
        if FaultKind.WEBHOOK_REORDERED in struck:
            self.held += made
            return
        for one in made:
            self._start(self._run(one))
        self.release()

    async def _run(self, notification: Notification) -> None:
        for rest in (*AGAIN_SECONDS, None):
            await self._attempt(notification)
            if notification.acknowledged or rest is None:
                break
            await self.platform.clock.wait(rest)
        notification.over = True
        self.platform.records.ring()

    async def _attempt(self, notification: Notification) -> None:
        app = self.platform.partner.app
        signed = signature(app.key, app.secret, notification.body)
        if FaultKind.WEBHOOK_BAD_SIGNATURE in self.platform.faults.due(ENDPOINT, DELIVERIES):
            signed = ("1" if signed[0] == "0" else "0") + signed[1:]
        headers = {"authorization": signed, "content-type": "application/json"}
        request = self.client.build_request("POST", app.webhook_url, content=notification.body, headers=headers)
        notification.statuses.append(await self._in_time(request))
        self.platform.records.ring()

    async def _in_time(self, request: httpx.Request) -> int | None:
        """The status; None when there was none in three virtual seconds, or no connection."""
        sending = asyncio.create_task(self.client.send(request))
        limit = asyncio.create_task(self.platform.clock.wait(ANSWER_SECONDS))
        try:
            await asyncio.wait({sending, limit}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                with suppress(httpx.HTTPError):
                    return sending.result().status_code
            return None
        finally:
            for task in (sending, limit):
                task.cancel()
            await asyncio.gather(sending, limit, return_exceptions=True)
