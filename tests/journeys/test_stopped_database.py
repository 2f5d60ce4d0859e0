"""Your PostgreSQL is stopped in the middle of a turn and started again: told at once, and the turn is answered once."""

import asyncio
import os
import select
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from pydantic import SecretStr

from agent.bootstrap import Installation, installed, migrated
from agent.jobs.worker import working
from agent.settings import ModelSettings
from memory.domain.chat import Accepted, Inbound, TurnEvent, TurnEventKind
from memory.domain.chat_stores import Author
from memory.domain.errors import Unavailable
from memory.domain.ids import TurnId
from memory.domain.workspace import Scope
from memory.embedded import EmbeddedServer
from tests.support.database import temporary_home
from tests.support.model_endpoint import KEY, Holds, Says, listening
from tests.support.product import PATIENCE_SECONDS, settings_for

pytestmark = pytest.mark.journey

QUESTION, AGAIN = "谢谢，辛苦了，今天就先聊到这里", "那明天见"
HALF, WHOLE, NEXT = "这是只说了一半的", "这是后来完整的回答。", "明天见。"


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    """A server that nobody but the test starts again."""
    with temporary_home() as home:
        server = EmbeddedServer(home)
        server.join()
        try:
            yield server
        finally:
            server.leave()


async def test_a_turn_outlives_a_database_that_is_stopped_and_started(server: EmbeddedServer) -> None:
    held = Holds(HALF, "回答。")
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(listening())
        endpoint.script = [held, Says(WHOLE), Says(NEXT)]
        model = ModelSettings(base_url=endpoint.base_url, name="scripted", api_key=SecretStr(KEY))
        settings = settings_for(stack.enter_context(temporary_home()), server.url(), model=model)
        await migrated(settings)
        daren = await stack.enter_async_context(installed(settings))
        await daren.accounts.make_own()
        scope = await daren.accounts.local()
        given_up = asyncio.Event()

        async def watched(scope: Scope, turn: TurnId) -> None:
            try:
                await daren.workshop.run_turn(scope, turn)
            except Unavailable:
                given_up.set()
                raise

        workshop = replace(daren.workshop, run_turn=watched)
        await stack.enter_async_context(working(daren.jobs, workshop, concurrency=2))
        turn = await ask(daren, scope, QUESTION)
        await seen_until(daren, scope, turn, HALF)

        await asyncio.to_thread(stop, server)
        with pytest.raises(Unavailable) as down:
            await ask(daren, scope, AGAIN)
        assert daren.texts.say(down.value.text_key, "zh", **down.value.facts).startswith("数据库没有响应")
        held.go.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await given_up.wait()
        await asyncio.to_thread(server.revive)

        events = await followed(daren, scope, turn)
        assert [event.data["attempt"] for event in events if event.kind is TurnEventKind.STARTED] == [1, 2]
        again = await ask(daren, scope, AGAIN)
        await followed(daren, scope, again)
        (thread,) = await daren.queries.conversations(scope, connector="webhook")
        lines = await daren.queries.transcript(scope, thread.id)
        assert [(line.author, line.reply.text) for line in lines] == [
            (Author.MEMBER, QUESTION),
            (Author.DAREN, WHOLE),
            (Author.MEMBER, AGAIN),
            (Author.DAREN, NEXT),
        ]


def stop(server: EmbeddedServer) -> None:
    """Stop the server as its administrator does, and wait for its end."""
    postmaster = int((server.folder / "postmaster.pid").read_text().splitlines()[0])
    ended = os.pidfd_open(postmaster)
    try:
        os.kill(postmaster, signal.SIGINT)
        assert select.select([ended], [], [], PATIENCE_SECONDS)[0]
    finally:
        os.close(ended)


async def ask(daren: Installation, scope: Scope, text: str) -> TurnId:
    """Say something; the turn that answers."""
    receipt = await daren.desk.receive(scope, Inbound(connector="webhook", outside_id=text, text=text, chat="one"))
    assert isinstance(receipt, Accepted)
    return receipt.turn


async def seen_until(daren: Installation, scope: Scope, turn: TurnId, text: str) -> None:
    """Follow a turn until a text is shown."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for event in daren.desk.follow(scope, turn):
            if text in str(event.data.get("text")):
                return


async def followed(daren: Installation, scope: Scope, turn: TurnId) -> list[TurnEvent]:
    """Every event of a turn, to its last."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        events = [event async for event in daren.desk.follow(scope, turn)]
    assert events[-1].kind is TurnEventKind.ANSWER
    return events
