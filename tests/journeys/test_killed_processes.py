"""`daren serve --no-worker` and `daren worker`, both killed in mid-turn: the turn ends once, the stream goes on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from agent.bootstrap import installed
from agent.settings import ModelSettings, Settings
from memory.domain.chat_stores import Author
from memory.domain.ids import ConversationId, TurnId
from tests.support.model_endpoint import KEY, Holds, ModelEndpoint, listening
from tests.support.processes import PATIENCE_SECONDS, Running, browser, daren, environment_of
from tests.support.product import person

pytestmark = pytest.mark.journey

QUESTION = "谢谢，辛苦了，今天就先聊到这里"
FIRST, SECOND, REST = "第一次只说了一半，", "第二次也只说了一半，", "现在说完了。"


@pytest.fixture
async def endpoint() -> AsyncIterator[ModelEndpoint]:
    """A scripted endpoint on loopback."""
    async with listening() as listens:
        yield listens


@pytest.fixture
def environment(demo_settings: Settings, endpoint: ModelEndpoint) -> dict[str, str]:
    """A demo with a scripted model, at any free port; the same for every process."""
    # Patient with the model and the turn: what is measured is who takes over, not how fast a busy machine starts.
    model = ModelSettings(
        base_url=endpoint.base_url, name="scripted", api_key=SecretStr(KEY), timeout_seconds=PATIENCE_SECONDS
    )
    given = {"model": model, "port": 0, "worker_lost_seconds": 4.0, "turn_seconds": 2 * PATIENCE_SECONDS}
    settings = demo_settings.model_copy(update=given)
    return environment_of(settings)


async def test_a_turn_outlives_the_worker_and_the_web_process_it_began_with(
    demo_settings: Settings, endpoint: ModelEndpoint, environment: dict[str, str]
) -> None:
    held = Holds(SECOND, REST)
    endpoint.script = [Holds(FIRST, REST), held]
    async with AsyncExitStack() as stack:

        async def begin(*command: str, port: str = "0") -> Running:
            return await stack.enter_async_context(daren(*command, environment=environment | {"DAREN_PORT": port}))

        web, worker = await begin("serve", "--no-worker"), await begin("worker")
        address = await web.address()
        member = await stack.enter_async_context(browser(address, login="approver"))
        conversation, turn = await member.ask(QUESTION)
        await member.follow(turn, until=FIRST)

        await worker.kill()
        await begin("worker")
        await member.follow(turn, until=SECOND)

        await web.kill()
        restarted = await begin("serve", "--no-worker", port=address.rsplit(":", 1)[1])
        assert await restarted.address() == address
        held.go.set()
        await member.follow(turn)

        assert member.is_done
        assert SECOND + REST in member.shown[-1].html
        assert [SECOND + REST in shown.html for shown in member.shown].count(True) == 1
        books = await stack.enter_async_context(installed(demo_settings))
        who = await person(books, login="approver")
        events = [event async for event in books.desk.follow(who.scope, TurnId(turn))]
        assert [event.data["attempt"] for event in events if "attempt" in event.data] == [1, 2]
        # Over three streams, by two processes: everything once and in order.
        assert (
            [shown.id for shown in member.shown] == [event.seq for event in events] == list(range(1, len(events) + 1))
        )
        lines = await books.queries.transcript(who.scope, ConversationId(conversation))
        assert [(line.author, line.reply.text) for line in lines] == [
            (Author.MEMBER, QUESTION),
            (Author.DAREN, SECOND + REST),
        ]
