"""In a group outside: a colleague decides what it was sent, and what was decided elsewhere is told there once."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import pytest

from evals.suites.selling_office import SellingOffice
from evals.suites.talking import Talk, open_talk
from memory.domain.channels import ChannelFields, ChannelKind
from memory.domain.chat import Decided, Inbound, Tap
from memory.domain.ids import ChannelId
from memory.domain.outreach import Batch, DraftStatus
from memory.domain.places import Place
from memory.domain.workspace import Scope

WAITS, APPROVED, REJECTED = DraftStatus.OPEN, DraftStatus.APPROVED, DraftStatus.REJECTED


@dataclass
class Group:
    """A bot in a group of the brand, and everybody who types there."""

    shop: SellingOffice
    channel: ChannelId
    said: int = 0

    def place(self, user: str = "u", chat: str = "CH1", *, is_group: bool = True) -> Place:
        return Place(channel=self.channel, chat=chat, is_group=is_group, user=user)

    async def sent(self, batch: Batch, to: Scope, *, numbers: Sequence[int] | None = None, chat: str = "CH1") -> int:
        """The full texts are sent to the group because this member asked."""
        talk = await open_talk(self.shop, to)
        card = await talk.desk.present(to, batch.code, numbers=numbers)
        assert card.presentation is not None
        await talk.desk.delivered(to, card.presentation, place=self.place(chat=chat))
        return card.presentation

    async def types(self, who: Scope, text: str, *, place: Place | None = None, quoted: int | None = None) -> str:
        self.said += 1
        talk = await open_talk(self.shop, who)
        inbound = Inbound.model_validate(
            {
                "connector": "wecom_bot", "outside_id": f"m{self.said}", "text": text, "chat": "CH1", "quoted": quoted,
                "place": place or self.place(),
            }
        )  # fmt: skip
        receipt = await talk.desk.receive(who, inbound)
        assert isinstance(receipt, Decided), text
        return receipt.reply.text

    async def states(self, batch: Batch) -> list[str]:
        return [str(draft.status) for draft in await self.shop.read(batch)]

    def told(self) -> list[tuple[str, str, str, str]]:
        """(chat, by, approved, rejected) of every line about a decision taken elsewhere."""
        with psycopg.connect(self.shop.database.url) as line:
            line.execute("set local role daren_service")
            rows = line.execute("select subject from delivery where kind = 'decided' order by id").fetchall()
        return [(row["chat"], row["by"], row["approved"], row["rejected"]) for (row,) in rows]

    def over(self) -> list[bool]:
        """Whether each of those lines says that nothing on the chat's cards waits any more."""
        with psycopg.connect(self.shop.database.url) as line:
            line.execute("set local role daren_service")
            rows = line.execute("select subject from delivery where kind = 'decided' order by id").fetchall()
        return [row["over"] for (row,) in rows]


@pytest.fixture
async def group(shop: SellingOffice) -> Group:
    async with shop.database.unit(shop.owner) as unit:
        channel = await unit.channels.save(None, ChannelFields(ChannelKind.WECOM_BOT, "达人助手", sealed=b"x"))
    return Group(shop, channel.id)


async def drafted(shop: SellingOffice, count: int = 4) -> Batch:
    return await shop.draft(await shop.creators(count))


async def test_a_colleague_approves_by_text_what_the_group_was_sent(shop: SellingOffice, group: Group) -> None:
    batch = await drafted(shop)
    await group.sent(batch, shop.anna)
    await group.types(shop.ben, "批准 1-3")
    assert await group.states(batch) == [APPROVED, APPROVED, APPROVED, WAITS]
    assert group.told() == []  # the group was told by the answer itself


async def test_a_text_edited_since_the_group_read_it_is_not_decided(shop: SellingOffice, group: Group) -> None:
    batch = await drafted(shop)
    await group.sent(batch, shop.anna)
    await shop.edit((await shop.read(batch))[1], "You earn nothing.")
    talk = await open_talk(shop, shop.ben)
    inbound = Inbound(connector="wecom_bot", outside_id="m", text="批准 1-3", chat="CH1", place=group.place())
    receipt = await talk.desk.receive(shop.ben, inbound)
    assert await group.states(batch) == [APPROVED, WAITS, APPROVED, WAITS]
    assert isinstance(receipt, Decided)
    shown = [[row.number for row in card.items] for card in receipt.reply.cards if card.kind == "drafts"]
    assert shown == [[2]]


async def test_the_text_sent_last_is_the_one_that_counts(shop: SellingOffice, group: Group) -> None:
    batch = await drafted(shop)
    await group.sent(batch, shop.anna)
    await shop.edit((await shop.read(batch))[1], "You earn 18 %.")
    await group.sent(batch, shop.lead, numbers=[2])
    await group.types(shop.ben, "批准 1-3")
    assert await group.states(batch) == [APPROVED, APPROVED, APPROVED, WAITS]


@pytest.mark.parametrize("place", ["another group", "a direct chat"])
async def test_what_another_chat_was_sent_counts_nowhere_else(shop: SellingOffice, group: Group, place: str) -> None:
    batch = await drafted(shop)
    await group.sent(batch, shop.anna)
    elsewhere = group.place(chat="CH2") if place == "another group" else group.place("ben", "ben", is_group=False)
    await group.types(shop.ben, f"批准 {batch.code} 1-3", place=elsewhere)
    assert await group.states(batch) == [WAITS] * 4


async def test_who_may_not_decide_is_told_so_in_the_group_too(shop: SellingOffice, group: Group) -> None:
    batch = await drafted(shop)
    await group.sent(batch, shop.anna)
    assert "审批" in await group.types(shop.viewer, "批准 1")
    assert await group.states(batch) == [WAITS] * 4


async def test_a_colleague_may_quote_what_the_group_was_sent(shop: SellingOffice, group: Group) -> None:
    first, second = await drafted(shop), await drafted(shop)
    presentation = await group.sent(first, shop.anna)
    await group.sent(second, shop.anna)
    await group.types(shop.ben, "批准 1", quoted=presentation)
    assert (await group.states(first), await group.states(second)) == ([APPROVED, WAITS, WAITS, WAITS], [WAITS] * 4)


async def test_two_batches_in_a_group_are_asked_about(shop: SellingOffice, group: Group) -> None:
    first, second = await drafted(shop), await drafted(shop)
    await group.sent(first, shop.anna)
    await group.sent(second, shop.anna)
    said = await group.types(shop.ben, "批准 1")
    assert first.code in said
    assert second.code in said


async def test_what_is_decided_on_a_page_is_told_once_in_every_chat_whose_card_is_open(
    shop: SellingOffice, group: Group
) -> None:
    batch = await drafted(shop)
    await group.sent(batch, shop.anna)
    await group.sent(batch, shop.anna, numbers=[1, 2])
    await group.sent(batch, shop.lead, chat="CH2")
    desk = (await open_talk(shop, shop.ben)).desk
    card = await desk.present(shop.ben, batch.code)
    assert card.presentation is not None
    await desk.delivered(shop.ben, card.presentation)
    await desk.decide(shop.ben, Tap(presentation=card.presentation, approve=(1, 2, 3), reject=(4,)))
    await desk.decide(shop.ben, Tap(presentation=card.presentation, approve=(1, 2, 3), reject=(4,)))
    assert group.told() == [("CH1", "ben", "1-3", "4"), ("CH2", "ben", "1-3", "4")]
    assert group.over() == [True, True]
    async with shop.database.unit(shop.ben) as unit:
        assert await unit.card_places.open(batch.id) == []


async def test_what_is_decided_in_a_chat_is_told_in_the_others_alone_and_open_cards_stay_open(
    shop: SellingOffice, group: Group
) -> None:
    batch = await drafted(shop)
    await group.sent(batch, shop.anna)
    await group.sent(batch, shop.lead, chat="CH2")
    await group.types(shop.ben, f"批准 {batch.code} 1")
    async with shop.database.unit(shop.ben) as unit:
        still = [(card.place.chat, sorted(card.numbers)) for card in await unit.card_places.open(batch.id)]
    assert (group.told(), still) == ([("CH2", "ben", "1", "")], [("CH1", [1, 2, 3, 4]), ("CH2", [1, 2, 3, 4])])
    assert group.over() == [False]


async def test_a_press_that_comes_twice_is_carried_out_once_and_its_reply_is_owed_once(
    shop: SellingOffice, group: Group
) -> None:
    batch = await drafted(shop)
    talk: Talk = await open_talk(shop, shop.anna)
    presentation = await group.sent(batch, shop.anna)
    tap = Tap.model_validate(
        {"presentation": presentation, "approve": (1,), "place": group.place("anna"), "outside_id": "B:click"}
    )
    first = await talk.desk.decide(shop.anna, tap)
    assert await talk.desk.decide(shop.anna, tap) == first
    async with shop.database.across_tenants("test") as work:
        (owed,) = await work.owed.waiting(group.channel)
    assert (owed.place.user, owed.outside_id, owed.turn, owed.reply) == ("anna", "B:click", None, first)
