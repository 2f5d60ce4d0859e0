"""Fifty replies with contacts in them, shown and pushed: a group sees none of them, whoever may see them alone does."""

import unicodedata
from collections.abc import Sequence
from datetime import time

import pytest

from agent.settings import Settings
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.creator import CreatorFacts
from memory.domain.ids import CreatorId
from memory.domain.outreach import Gist, Intent
from memory.domain.workspace import Role, Scope, WorkspaceKind
from tests.support.contacts import REPLIES
from tests.support.database import make_workspace, opened
from tests.support.group_talk import GroupTalk, group_talk
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

BOT = "AIBOT1"
PLATFORM = "tiktok"
PAGES = 3  # of twenty
UNREAD = "还有哪些没读的回复"


async def test_no_contact_of_fifty_replies_is_shown_in_a_group(empty_settings: Settings) -> None:
    async with opened(str(empty_settings.database_url)) as database:
        ours = await make_workspace(database, kind=WorkspaceKind.REAL, name="Alder")
        theirs = await make_workspace(database, kind=WorkspaceKind.REAL, name="Birch", brands=1)
    settings = empty_settings.model_copy(update={"team_hours": _ALL_DAY})
    async with group_talk(settings) as talk:
        channel = await talk.bot(ours.owner, BOT)
        group, alone = Seat(BOT, "lina", "CH1"), Seat(BOT, "wangwei")
        await talk.seat(channel, group, ours.operator(0))
        await talk.seat(channel, alone, ours.operator(1))
        (key,) = talk.emulator.platform.corp.webhooks
        address = f"{talk.emulator.base_url}/cgi-bin/webhook/send?key={key}"
        await talk.daren.desk.submit(
            theirs.lead(),
            SaveChannel(of=ChannelKind.WECOM_WEBHOOK, name="群", brand=theirs.brands[0].id, typed={"address": address}),
        )
        for seat in (group, alone):
            await talk.ask(seat, "你好")  # a bot may push where somebody has spoken to it
        for who in (ours.operator(0), ours.operator(1), theirs.operator()):
            await fifty_answers(talk, who)
        await talk.daren.workshop.sweep()
        await talk.until(lambda: talk.rows(_PUSHES) == [("delivered", 3 * len(REPLIES))])
        for seat in (group, alone):
            for _ in range(PAGES):
                await talk.ask(seat, UNREAD)
        hook = talk.emulator.platform.corp.webhooks[key].chatid
        pushed = [one.content for one in talk.emulator.platform.chats.of(hook) if one.sender.startswith("webhook")]
        in_group = [one.content for one in talk.said(group)] + talk.frames(group)
        in_private = [one.content for one in talk.said(alone)]  # pushes are masked everywhere, lists only in groups
    assert all(_names_all(texts) for texts in (pushed, in_group, in_private))
    assert [found for found in _contacts() if _is_in(found, [*pushed, *in_group])] == []
    assert [found for found in _contacts() if not _is_in(found, in_private)] == []


_ALL_DAY = (time(0), time(23, 59, 59))
_PUSHES = "select state, count(*) from delivery where kind = 'answer' group by state"


def _handle(number: int) -> str:
    return f"maker{number:02}"


def _names_all(texts: Sequence[str]) -> bool:
    return all(any(_handle(number) in text for text in texts) for number in range(len(REPLIES)))


def _is_in(contact: str, texts: Sequence[str]) -> bool:
    """Signs that a client could read as Markdown are shown in full width: they are the same to a reader."""
    return any(unicodedata.normalize("NFKC", contact) in unicodedata.normalize("NFKC", text) for text in texts)


def _contacts() -> list[str]:
    return [contact for _, contacts in REPLIES for contact in contacts]


async def fifty_answers(talk: GroupTalk, who: Scope) -> list[CreatorId]:
    """Fifty creators of a brand write to it."""
    assert who.brand is not None
    assert who.role is Role.OPERATOR
    handles = [_handle(number) for number in range(len(REPLIES))]
    async with talk.daren.database.unit(who) as unit:
        facts = [CreatorFacts(handle=handle, name=handle, market="US") for handle in handles]
        await unit.creators.upsert(facts, source="file", as_of=unit.now)
    made: list[CreatorId] = []
    async with talk.daren.database.across_tenants("fifty answers") as work:
        for number, (text, _) in enumerate(REPLIES):
            to = await work.answers.addressee(who.tenant, platform=PLATFORM, handle=_handle(number), brand=who.brand)
            assert to is not None
            stored = await work.answers.store(
                who.tenant, to, source="playground", outside_id=f"{who.brand}-{number}", text=text,
                gist=Gist(Intent.OTHER, 90), received_at=work.now,
            )  # fmt: skip
            assert stored is not None
            made.append(to.creator)
    return made
