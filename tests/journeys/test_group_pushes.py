"""A lead sets a group's webhook up, tries it, and the whole product pushes into the group, secrets out of sight."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from agent.bootstrap import Installation
from agent.settings import Settings
from evals.emulators.wecom.server import Emulator, running
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.deliveries import DeliveryState
from memory.domain.errors import Refused
from memory.domain.workspace import Scope
from tests.journeys.test_real_workspace import SETUP
from tests.support.product import PATIENCE_SECONDS, at_work

pytestmark = pytest.mark.journey


def key_of(emulator: Emulator) -> str:
    (key,) = emulator.platform.corp.webhooks
    return key


def group(emulator: Emulator) -> list[str]:
    hook = emulator.platform.corp.webhooks[key_of(emulator)]
    return [message.content for message in emulator.platform.chats.of(hook.chatid)]


async def until(daren: Installation, scope: Scope, happened: Callable[[], bool]) -> None:
    """The worker is at it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not happened():
            await daren.queries.channels(scope)


async def test_a_group_is_set_up_tried_and_told_and_a_dead_key_is_named(empty_settings: Settings) -> None:
    async with running() as emulator:
        settings = empty_settings.model_copy(update={"wecom_url": emulator.base_url})
        async with at_work(settings) as daren:
            token = await daren.accounts.set_up(SETUP)
            scope = await daren.accounts.scope(token.token)
            assert scope is not None
            address = f"{emulator.base_url}/cgi-bin/webhook/send?key={key_of(emulator)}"
            await daren.desk.submit(scope, SaveChannel(name="运营群", brand=scope.brand, typed={"address": address}))
            (state,) = (await daren.queries.channels(scope)).channels
            assert [found.failure for found in await daren.channel_doctor.look()] == [None]

            await daren.desk.submit(scope, TestChannel(channel=state.channel.id))
            await until(daren, scope, lambda: bool(group(emulator)))
            assert group(emulator) == ["**Acme：测试消息**\n店主 在 Daren 里点了「发测试」。能看到这条，推送就通了。"]

            emulator.platform.corp.webhooks[key_of(emulator)].revoked = True
            await daren.desk.submit(scope, TestChannel(channel=state.channel.id))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (lost := (await daren.queries.channels(scope)).undelivered):
                    pass  # the worker is at it
            (found,) = await daren.channel_doctor.look()
        assert (lost[0].state, lost[0].channel) == (DeliveryState.REFUSED, "运营群")
        assert lost[0].reason is not None
        assert lost[0].reason.key == "webhook_key_dead"
        assert isinstance(found.failure, Refused)
        with psycopg.connect(str(settings.database_url)) as line:
            line.execute("set local role daren_service")
            for table in ("channel_setting", "audit_event", "delivery", "delivery_try"):
                (rows,) = line.execute(f"select string_agg(t::text, ' ') from {table} t".encode()).fetchall()
                assert key_of(emulator) not in str(rows)
        assert (settings.home / "secret.key").stat().st_mode & 0o077 == 0
