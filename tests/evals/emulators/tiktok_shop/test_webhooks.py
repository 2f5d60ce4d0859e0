"""What the platform tells an app: signed over what was sent, until it says 200, and with every fault there is."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evals.emulators.clock import settle
from evals.emulators.serving import serving
from evals.emulators.tiktok_shop.faults import DELIVERIES, WAYS, Fault, FaultKind
from evals.emulators.tiktok_shop.people import SAYINGS, Answer, Creator
from evals.emulators.tiktok_shop.webhooks import AGAIN_SECONDS, ENDPOINT, signature
from tests.evals.emulators.tiktok_shop.callers import Caller
from tests.support.shop_signatures import WEBHOOK

_TURNS = 100  # of the loop: enough for whatever waits for no time at all


@dataclass
class App:
    """Where the app is told: every attempt in the order it came, and what it is answered."""

    caller: Caller
    statuses: list[int] = field(default_factory=list)
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.heard.append((request.headers["authorization"], await request.body()))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    def plan(self, kind: FaultKind, **more: Any) -> None:  # noqa: ANN401  # Fault's fields
        self.caller.emulator.platform.faults.add(Fault(kind=kind, endpoint=ENDPOINT, **more))

    def creator(self, answer: Answer = Answer.SILENCE) -> Creator:
        return next(one for one in self.caller.emulator.platform.people.values() if one.answer is answer)

    async def wrote(self, *texts: str) -> None:
        """The creator writes one thing after another."""
        platform, creator = self.caller.emulator.platform, self.creator()
        await self.caller.conversation(creator.open_id)
        contact = platform.contacts.of(platform.partner.seller.shops[0], creator)
        for text in texts:
            platform.contacts.answer(contact, text)
            await self.settled()

    async def settled(self) -> None:
        """What is due is on its way, and acknowledged unless a fault holds it back."""
        webhooks = self.caller.emulator.webhooks
        await settle(_TURNS)
        await self.caller.emulator.platform.records.until(
            lambda: all(one.acknowledged or one in webhooks.held for one in webhooks.notifications)
        )

    def texts(self) -> list[str]:
        return [json.loads(json.loads(raw)["data"]["content"])["content"] for _, raw in self.heard]

    def is_signed(self, at: int) -> bool:
        said, raw = self.heard[at]
        app = self.caller.emulator.platform.partner.app
        return said == signature(app.key, app.secret, raw)


@asynccontextmanager
async def app(caller: Caller) -> AsyncIterator[App]:
    """An app that is told."""
    made = App(caller)
    async with serving(Starlette(routes=[Route("/hook", made.take, methods=["POST"])])) as address:
        caller.emulator.platform.partner.app.webhook_url = f"{address}/hook"
        yield made
        await caller.emulator.webhooks.close()


def test_the_signature_is_the_documented_one() -> None:
    assert signature(WEBHOOK.app_key, WEBHOOK.secret, WEBHOOK.body) == WEBHOOK.sign


async def test_both_sides_messages_are_told_at_their_times(shop: Caller) -> None:
    async with app(shop) as told:
        creator = told.creator(Answer.ASKS_RATE)
        talk = await shop.conversation(creator.open_id)
        await shop.say(talk, "Hi")
        await told.settled()
        await shop.emulator.platform.clock.advance(creator.answer_seconds)
        await told.settled()
        assert told.texts() == ["Hi", SAYINGS[Answer.ASKS_RATE]]
        assert told.is_signed(0)
        assert told.is_signed(1)
        whole = json.loads(told.heard[1][1])
        read = (await shop.messages(talk))["messages"][0]["message_body"]
        assert (whole["type"], whole["shop_id"]) == (33, shop.emulator.platform.partner.seller.shops[0].id)
        assert whole["data"]["message_id"] == read["id"]
        assert whole["data"]["sender"] == {"sender_im_user_id": creator.im_id}
        assert (whole["data"]["create_time"], whole["data"]["index"]) == (read["create_time"], "2")


async def test_orders_and_permissions_taken_back_are_told_signed_and_where_planned_twice(shop: Caller) -> None:
    async with app(shop) as told:
        own = shop.emulator.platform.partner.seller.shops[0]
        twice = Fault(kind=FaultKind.WEBHOOK_TWICE, endpoint="webhook/order")
        shop.emulator.platform.faults.add(twice)
        shop.emulator.webhooks.order(own, "576000000000000001", "DELIVERED")
        await told.settled()
        shop.emulator.webhooks.revoked(own)
        await told.settled()
        assert all(told.is_signed(at) for at in range(3))
        first, again, last = (json.loads(raw) for _, raw in told.heard)
        assert first == again
        assert (first["type"], first["shop_id"], last["type"], last["shop_id"]) == (1, own.id, 6, own.id)
        assert {name: first["data"][name] for name in ("order_id", "order_status", "is_on_hold_order")} == {
            "order_id": "576000000000000001", "order_status": "DELIVERED", "is_on_hold_order": False,
        }  # fmt: skip
        assert list(last["data"]) == ["message"]


async def test_what_is_not_acknowledged_comes_again_four_times_and_no_more(shop: Caller) -> None:
    async with app(shop) as told:
        told.statuses = [500, 404, 503, 302, 500, 200]
        platform, webhooks = shop.emulator.platform, shop.emulator.webhooks
        creator = told.creator()
        await shop.conversation(creator.open_id)
        platform.contacts.answer(platform.contacts.of(platform.partner.seller.shops[0], creator), "Hello")
        await platform.records.until(lambda: [one.statuses for one in webhooks.notifications] == [[500]])
        for count, rest in enumerate(AGAIN_SECONDS, start=2):
            await platform.clock.advance(rest - 1)
            assert len(told.heard) == count - 1
            await platform.clock.advance(1)
            await platform.records.until(lambda count=count: len(webhooks.notifications[0].statuses) == count)  # type: ignore[misc]  # a default keeps its value
        await webhooks.settled()
        await platform.clock.advance(10 * AGAIN_SECONDS[-1])
        assert len(told.heard) == 5
        assert len(set(told.heard)) == 1


async def twice(told: App) -> None:
    told.plan(FaultKind.WEBHOOK_TWICE, copies=3)
    await told.wrote("Hello")
    assert told.texts() == ["Hello"] * 3
    assert len({json.loads(raw)["tts_notification_id"] for _, raw in told.heard}) == 1


async def reordered(told: App) -> None:
    told.plan(FaultKind.WEBHOOK_REORDERED, calls=(1, 2))
    await told.wrote("One", "Two", "Three")
    assert told.texts() == ["Three", "Two", "One"]


async def late(told: App) -> None:
    told.plan(FaultKind.WEBHOOK_LATE, seconds=600)
    await told.wrote("Hello")
    assert told.heard == []
    await told.caller.emulator.platform.clock.advance(600)
    await told.settled()
    whole = json.loads(told.heard[0][1])
    assert whole["timestamp"] - int(whole["data"]["create_time"]) == 600


async def lost(told: App) -> None:
    told.plan(FaultKind.WEBHOOK_LOST)
    await told.wrote("One", "Two")
    assert told.texts() == ["Two"]


async def unknown(told: App) -> None:
    told.plan(FaultKind.WEBHOOK_UNKNOWN)
    await told.wrote("Hello")
    assert json.loads(told.heard[0][1])["type"] == 999


async def data_text(told: App) -> None:
    told.plan(FaultKind.WEBHOOK_DATA_TEXT)
    await told.wrote("Hello")
    assert json.loads(json.loads(told.heard[0][1])["data"])["msg_type"] == "TEXT"


async def bad_signature(told: App) -> None:
    told.plan(FaultKind.WEBHOOK_BAD_SIGNATURE)
    await told.wrote("One", "Two")
    assert [told.is_signed(at) for at in (0, 1)] == [False, True]


TRIED = {
    FaultKind.WEBHOOK_TWICE: twice,
    FaultKind.WEBHOOK_REORDERED: reordered,
    FaultKind.WEBHOOK_LATE: late,
    FaultKind.WEBHOOK_LOST: lost,
    FaultKind.WEBHOOK_UNKNOWN: unknown,
    FaultKind.WEBHOOK_DATA_TEXT: data_text,
    FaultKind.WEBHOOK_BAD_SIGNATURE: bad_signature,
}


@pytest.mark.parametrize("kind", TRIED, ids=str)
async def test_a_fault_does_what_its_name_says(shop: Caller, kind: FaultKind) -> None:
    async with app(shop) as told:
        await TRIED[kind](told)


def test_every_fault_is_tried() -> None:
    assert TRIED.keys() == WAYS | DELIVERIES
