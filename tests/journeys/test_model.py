"""A language model at the planner's door: the same tools, and the built-in planner when it fails."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue, SecretStr

from agent.settings import ModelSettings, Settings
from connectors.ports.queries import ReplyFilter
from memory.domain.cards import RepliesCard, ReplyRow, ShortlistCard
from memory.domain.chat import TurnEvent, TurnEventKind
from memory.domain.ids import CreatorId
from tests.support.model_endpoint import KEY, Calls, ModelEndpoint, Says, listening
from tests.support.product import Person, at_work, card, person
from tools.replies.reading import read_reply

pytestmark = pytest.mark.journey

AT_ONCE = 10  # replies of one answer
REQUEST = "帮我找5个美国做宠物用品的达人，粉丝1万到10万"
SEARCH = Calls(
    "search_creators",
    {
        "topic": "pet products",
        "categories": ["pets"],
        "markets": ["US"],
        "followers": {"min": 10_000, "max": 100_000},
        "gmv_30d": {"min": 1_000_000},  # nobody said so
        "limit": 5,
    },
)


@asynccontextmanager
async def with_model(
    settings: Settings, endpoint: ModelEndpoint, *, key: str = KEY, timeout_seconds: float = 20
) -> AsyncIterator[Person]:
    """The approver of a demo that has a model."""
    model = ModelSettings(
        base_url=endpoint.base_url, name="scripted", api_key=SecretStr(key), timeout_seconds=timeout_seconds
    )
    async with at_work(settings.model_copy(update={"model": model})) as daren:
        yield await person(daren, login="approver")


@pytest.fixture
async def endpoint() -> AsyncIterator[ModelEndpoint]:
    """A scripted endpoint on loopback."""
    async with listening() as listens:
        yield listens


async def test_a_model_drives_the_same_tools(demo_settings: Settings, endpoint: ModelEndpoint) -> None:
    endpoint.script = [SEARCH, Says("找到了，按相关度排好，第一位最值得先聊。")]
    async with with_model(demo_settings, endpoint) as who:
        reply = await who.ask(REQUEST)
    assert reply.planner == "model"
    assert reply.text.startswith("找到了，按相关度排好")
    assert [(call.name, call.ok) for call in reply.tool_calls] == [("search_creators", True)]
    shortlist = card(reply, ShortlistCard)
    assert len(shortlist.items) == 5
    assert "gmv_30d" not in reply.tool_calls[0].arguments
    assert "gmv" in reply.text.lower()  # the filter nobody wrote was dropped, and the answer says so
    asked = endpoint.asked[1]["messages"]
    assert asked[-1]["role"] == "tool"
    assert shortlist.items[0].handle in asked[-1]["content"]


async def test_contacts_are_masked_in_everything_a_model_reads(
    demo_settings: Settings, endpoint: ModelEndpoint
) -> None:
    endpoint.script = [Says("记下了。"), Says("好的。")]
    async with with_model(demo_settings, endpoint) as who:
        await who.ask("达人回信说：write me at mia@petlife.example.com or call +1 (202) 555-0147, thanks")
        await who.ask("她刚才说什么来着？")
    told = str(endpoint.asked)
    assert "mia@petlife" not in told
    assert "555-0147" not in told
    assert "write me at [e-mail] or call [phone]" in str(endpoint.asked[1]["messages"])


def reads(request: dict[str, Any]) -> str:
    """What a model makes of a creator's message, or of what a tool found."""
    if "response_format" in request:
        return '{"intent": "address", "confidence": 90}'
    return "译文" if str(request["messages"][-1]["content"]).startswith("<data>") else "都在下面。"


async def test_fifty_replies_with_contacts_are_masked_for_the_model_and_whole_for_the_team(
    demo_settings: Settings, endpoint: ModelEndpoint
) -> None:
    replies = [
        json.loads(line)
        for line in (Path(__file__).parents[2] / "evals/cases/contacts.jsonl").read_text("utf-8").splitlines()
    ]
    endpoint.otherwise = reads
    async with with_model(demo_settings, endpoint) as who:
        async with who.daren.database.unit(who.scope) as unit:
            brand = (await unit.people.brands())[0].id
            walk = await unit.creators.to_index(after=CreatorId(0), limit=len(replies))
            for creator, reply in zip(walk, replies, strict=True):
                await unit.creator_messages.store(
                    creator.id,
                    brand=brand,
                    source="test",
                    outside_id=reply["id"],
                    text=reply["text"],
                    gist=read_reply(reply["text"], now=unit.now.date()),
                    received_at=unit.now,
                )
        shown: list[ReplyRow] = []
        for start in range(0, len(replies), AT_ONCE):
            handles: list[JsonValue] = [creator.handle for creator in walk[start : start + AT_ONCE]]
            endpoint.script = [Calls("list_replies", {"status": "all", "handles": handles})]
            shown += card(await who.ask("这些人回了什么"), RepliesCard).items
        pages = [await who.daren.queries.replies(who.scope, ReplyFilter("all"))]
        while pages[-1].after is not None:
            pages.append(await who.daren.queries.replies(who.scope, ReplyFilter("all", after=pages[-1].after)))
    contacts = [contact for reply in replies for contact in reply["contacts"]]
    asked = json.dumps(endpoint.asked, ensure_ascii=False)
    assert [contact for contact in contacts if contact in asked] == []
    for told in (shown, [row for page in pages for row in page.card.items]):
        assert sorted(item.text for item in told) == sorted(reply["text"] for reply in replies)
    assert asked.count("[phone]") + asked.count("[address]") >= AT_ONCE


async def test_a_wrong_key_falls_back_in_mid_conversation_and_says_so(
    demo_settings: Settings, endpoint: ModelEndpoint
) -> None:
    async with with_model(demo_settings, endpoint, key="another-key") as who:
        answered = await who.say(REQUEST)
        assert who.daren.texts.say("fell_back_model_key_wrong", "zh") in answered.reply.text
        assert answered.reply.planner == "offline"
        assert len(card(answered.reply, ShortlistCard).items) == 5
        again = await who.say("只要前3个", conversation=answered.conversation)
        assert again.reply.planner == "offline"
    assert endpoint.refused == 2


async def test_an_endpoint_that_goes_silent_in_mid_conversation_falls_back_within_its_timeout(
    demo_settings: Settings, endpoint: ModelEndpoint
) -> None:
    endpoint.script = [SEARCH, Says("找到了。")]
    async with with_model(demo_settings, endpoint, timeout_seconds=0.5) as who:
        first = await who.ask(REQUEST)
        assert first.planner == "model"
        events: list[TurnEvent] = []
        second = (await who.say("给前2个写邀约，佣金18%", on_event=events.append)).reply
        assert second.planner == "offline"
        assert [call.name for call in second.tool_calls] == ["draft_messages"]
        assert "模型没有应答" in second.text
        notices = [str(event.data["text"]) for event in events if event.kind is TurnEventKind.NOTICE]
        assert any("模型没有应答" in notice for notice in notices)
    assert len(endpoint.asked) == 3  # a silence is not waited for twice, by the planner or by the drafts
