"""Whoever quotes a list works on that one: a colleague's, an older one of their own, never another brand's."""

import json
import re
from collections.abc import Sequence

import pytest

from agent.settings import Settings
from evals.emulators.wecom.core.chats import Message
from memory.domain.creator import CreatorFacts
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.workspace import Scope, WorkspaceKind
from tests.support.database import make_workspace, opened
from tests.support.group_talk import GroupTalk, group_talk
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

BOT = "AIBOT1"
WRITE = "给前5个写邀约，佣金12%"
DRAFTED = re.compile(r"@(\w+)")


async def test_a_quoted_list_is_the_one_that_is_worked_on(empty_settings: Settings) -> None:
    async with opened(str(empty_settings.database_url)) as database:
        office = await make_workspace(database, kind=WorkspaceKind.REAL, name="Alder")
    async with group_talk(empty_settings) as talk:
        channel = await talk.bot(office.owner, BOT)
        lina, wang = Seat(BOT, "lina", "CH1"), Seat(BOT, "wangwei", "CH1")
        alone, sister = Seat(BOT, "wangwei"), Seat(BOT, "zhaomin", "CH9")
        await talk.seat(channel, lina, office.approver(0))
        for seat in (wang, alone):
            await talk.seat(channel, seat, office.operator(0))
        await talk.seat(channel, sister, office.operator(1))
        for who, first in ((office.operator(0), "a"), (office.operator(0), "b"), (office.operator(1), "z")):
            await keep_list(talk, who, first)

        (hers,) = await talk.ask(lina, "打开名单 好物a")
        (newer,) = await talk.ask(lina, "打开名单 好物b")
        await talk.ask(wang, "打开名单 好物b")
        assert (names(hers), names(newer)) == (six("a"), six("b"))

        assert drafted(await quotes(talk, wang, hers, WRITE)) == six("a")[:5]
        assert drafted(await talk.ask(wang, "给第6个写邀约，佣金12%")) == ["a6"]
        assert drafted(await quotes(talk, lina, hers, "给第6个写邀约，佣金15%")) == ["a6"]
        assert drafted(await quotes(talk, alone, newer, WRITE)) == six("b")[:5]

        await talk.ask(sister, "打开名单 好物z")
        (told,) = await quotes(talk, sister, hers, WRITE)
        assert told.content.startswith("引用的名单 #")
        assert "什么都没做" in told.content
        assert drafted(await talk.ask(sister, WRITE)) == six("z")[:5]


async def quotes(talk: GroupTalk, seat: Seat, message: Message, text: str) -> list[Message]:
    """Type under a quotation of a message."""
    before, phone = len(talk.said(seat)), talk.emulator.phone
    if seat.group:
        phone.says_in_group(seat.user, text, chatid=seat.group, mention=BOT, quote=message.message_id)
    else:
        phone.says_to_bot(seat.user, text, bot_id=BOT, quote=message.message_id)
    await talk.until(lambda: talk.is_answered(seat, before))
    return talk.said(seat)[before:]


def six(first: str) -> list[str]:
    """The handles of a list."""
    return [f"{first}{number}" for number in range(1, 7)]


def names(message: Message) -> list[str]:
    """Whom a list names, in its order."""
    return re.findall(r"^\d+\. \*\*@(\w+)\*\*", message.content, re.MULTILINE)


def drafted(messages: Sequence[Message]) -> list[str]:
    """To whom the drafts are that were shown."""
    cards = [json.dumps(one.card, ensure_ascii=False) for one in messages if one.card]
    assert len(cards) == 1, [one.content for one in messages]
    return sorted({name for one in messages if not one.card for name in DRAFTED.findall(one.content)})


async def keep_list(talk: GroupTalk, who: Scope, first: str) -> None:
    """A product and a saved list, in a brand."""
    assert who.brand is not None
    handles = six(first)
    async with talk.daren.database.unit(who) as unit:
        facts = [CreatorFacts(handle=one, name=one, market="US", email=f"{one}@example.com") for one in handles]
        await unit.creators.upsert(facts, source="file", as_of=unit.now)
        found = await unit.creators.by_handles(handles)
        if not await unit.products.all():
            await unit.products.save(None, {"name": f"Leash {first}"}, brand=who.brand)
        thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
        items = [NewShortlistItem(found[one].id, ()) for one in handles]
        await unit.shortlists.add(thread.id, items, total=6, criteria={}, name=f"好物{first}")
