"""Which cards go after drafted texts: asked for, or as the brand's settings say; what there is none of is said."""

from dataclasses import dataclass, replace

from agent.shops.sampled import keep_applications
from evals.emulators.tiktok_shop.invitations import Collaboration, Guest, Line
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.applications import Application, ApplicationStatus
from memory.domain.creator import Creator
from memory.domain.outreach import Channel, Draft, Flag, Purpose
from memory.domain.shop_cards import CardKind, ShopCard
from memory.domain.workspace import BrandPolicy
from tests.support.heard_shop import heard_shop
from tests.support.inviting import Inviting
from tools.drafting.carding import kinds_wanted
from tools.drafting.revise_tool import DraftsRevised, ReviseDraftsArgs, revise_drafts
from tools.drafting.tool import Drafted, DraftMessagesArgs, draft_messages

EVERYTHING = BrandPolicy(product_cards=True, sample_cards=True)


@dataclass(frozen=True, slots=True)
class OverTheShop:
    """Every creator is reached over the shop."""

    def accepts(self, creator: Creator, channel: Channel) -> Flag | None:
        return None if channel is Channel.TIKTOK else Flag("no_channel", {"handle": creator.handle})


def test_the_settings_are_about_first_messages_and_follow_ups_and_a_word_is_about_any() -> None:
    both = (CardKind.PRODUCT, CardKind.SAMPLE)
    for purpose in Purpose:
        usual = kinds_wanted(purpose, chosen=None, policy=EVERYTHING)
        assert usual == (both if purpose in (Purpose.INVITE, Purpose.SAMPLE_OFFER, Purpose.FOLLOW_UP) else ())
        assert kinds_wanted(purpose, chosen=(CardKind.SAMPLE, CardKind.PRODUCT), policy=BrandPolicy()) == both
        assert kinds_wanted(purpose, chosen=(), policy=EVERYTHING) == ()
        assert kinds_wanted(purpose, chosen=None, policy=BrandPolicy()) == ()


async def drafted(at: Inviting, **arguments: object) -> list[Draft]:
    """Invitations to the first two, in a turn of its own."""
    tool = draft_messages(at.office.database, OverTheShop(), None)
    turn = await at.asking.turn()
    given = {"purpose": "invite", "handles": at.handles[:2], "commission_rate": 0.12}
    made = await tool.run(DraftMessagesArgs.model_validate(given | arguments), turn)
    assert isinstance(made, Drafted)
    await at.asking.end(turn)
    return await at.office.read(made.batch)


async def revised(at: Inviting, one: Draft, wish: str, *numbers: int) -> list[Draft]:
    """A change of some numbers of its batch, in a turn of its own; the whole batch after it."""
    turn = await at.asking.turn()
    asked = ReviseDraftsArgs(batch=one.batch_code, numbers=numbers, instruction=wish)
    done = await revise_drafts(at.office.database, None).run(asked, turn)
    assert isinstance(done, DraftsRevised)
    await at.asking.end(turn)
    return await at.office.read(done.batch)


async def test_cards_are_those_of_each_creator_and_stay_when_the_text_changes(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = await Inviting.at(shop)
        await at.office.save_policy(BrandPolicy(product_cards=True))
        product = ShopCard(CardKind.PRODUCT, at.number, "Cat tree")
        assert [draft.version.content.cards for draft in await drafted(at)] == [(product,), (product,)]
        assert [draft.version.content.cards for draft in await drafted(at, cards=[])] == [(), ()]

        platform = shop.emulator.platform
        own, now = platform.partner.seller.shops[0], platform.clock.now
        one = Collaboration(platform.name(), own, "Summer", "", now + 9e5, now, now, {}, True, False)
        one.lines = {at.number: Line(at.number, 1_200, now, 1_200)}
        guest = next(each for each in platform.people.values() if each.username == at.handles[0])
        one.guests = {guest.open_id: Guest(guest)}
        platform.invitations.add(one)
        await at.read()
        async with at.office.database.unit(at.office.operator) as unit:
            link = await unit.shops.by_id(shop.link)
            assert link is not None
            asked = Application("7001", ApplicationStatus.PENDING, at.handles[0], at.number, "Cat tree, grey")
            over = replace(asked, id="7002", status=ApplicationStatus.REJECTED, handle=at.handles[1])
            await keep_applications(unit, link, [asked, over], name="tiktok_shop")
        first, second = await drafted(at, cards=["sample", "collaboration"], free_sample=True)
        assert first.version.content.cards == (
            ShopCard(CardKind.COLLABORATION, one.id, "Summer", 1_200, gives_sample=True),
            ShopCard(CardKind.SAMPLE, "7001", "Cat tree, grey"),
        )
        lacking = [flag.key for flag in second.version.flags if flag.key.startswith("card_")]
        assert (second.version.content.cards, lacking) == ((), ["card_lacks_collaboration", "card_lacks_sample"])
        after = await revised(at, first, "短一点", 1, 2)
        assert after[0].version.content.cards == first.version.content.cards
        assert after[0].version.content.text != first.version.content.text
        assert [flag.key for flag in after[1].version.flags if flag.key.startswith("card_")] == lacking
        [_, with_one] = await revised(at, first, "带上商品卡", 2)
        assert with_one.version.content == replace(after[1].version.content, cards=(product,))
        assert [flag.key for flag in with_one.version.flags if flag.key.startswith("card_")] == []
        [without, _] = await revised(at, first, "不要卡片", 1)
        assert without.version.content == replace(after[0].version.content, cards=())


async def test_where_no_shop_carries_the_message_the_draft_says_that_no_card_goes(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = await Inviting.at(shop)
        [draft, _] = await drafted(at, cards=["product"], channel="by_hand")
        assert draft.version.content.cards == ()
        assert "card_lacks_shop" in [flag.key for flag in draft.version.flags]
