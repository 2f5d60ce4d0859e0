"""Tracking links and promo codes over real rows: made once, told with the address others reach, put into a file."""

from dataclasses import dataclass, replace

import pytest

from agent.cards.tracking import tracking_exported, tracking_shown
from evals.suites.selling_office import open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.creator import CreatorFacts
from memory.domain.errors import AppError, BadRequest
from memory.domain.links import ALPHABET, CODE_LENGTH
from prompts.render import texts
from tests.support.asking import Asking
from tools.tracking.results import TrackedCode, TrackedLink, TrackingExported, TrackingShown
from tools.tracking.tool import TrackingArgs, tracking

TARGET, ADDRESS = "https://shop.example/lamp", "https://daren.example"


@dataclass(slots=True)
class Desk(Asking):
    """A member who makes links and codes."""

    address: str | None = None
    said: str = "给 @ana 优惠码 ana 10"

    async def track(self, **args: object) -> TrackingShown | TrackingExported:
        """One call of the tool, in a turn of its own."""
        tool = tracking(self.shop.database, self.address)
        result = await tool.run(TrackingArgs.model_validate(args), replace(await self.turn(), said=(self.said,)))
        assert isinstance(result, TrackingShown | TrackingExported)
        return result

    async def shown(self, **args: object) -> TrackingShown:
        """The same, of what shows links and codes."""
        result = await self.track(**args)
        assert isinstance(result, TrackingShown)
        return result

    async def refused(self, **args: object) -> str:
        """Why it was not done, as a person reads it."""
        with pytest.raises(AppError) as failure:
            await self.track(**args)
        return texts().say(failure.value.text_key, "zh", **failure.value.facts)


@pytest.fixture
async def desk(database: Database) -> Desk:
    shop = await open_office(database)
    async with database.unit(shop.lead) as unit:
        facts = [CreatorFacts(handle=handle, market="US") for handle in ("mia.pets", "zoe", "ana")]
        await unit.creators.upsert(facts, source="file", as_of=unit.now)
        for name, link in (("灯", TARGET), ("Shelf", None)):
            await unit.products.save(None, {"name": name, "link": link}, brand=shop.brand)
    return Desk(shop, await open_talk(shop, shop.operator))


async def test_links_are_made_once_per_creator_and_lead_nobody_to_a_laptop(desk: Desk) -> None:
    first = await desk.shown(action="links", handles=["mia.pets", "zoe"], product="灯")
    assert (first.new, first.total) == (2, 2)
    assert [(link.handle, link.target, link.clicks) for link in first.links] == [
        ("mia.pets", TARGET, 0),
        ("zoe", TARGET, 0),
    ]
    assert all(len(link.code) == CODE_LENGTH and set(link.code) <= set(ALPHABET) for link in first.links)
    again = await desk.shown(action="links", handles=["zoe", "ana"], product="灯")
    assert (again.new, again.links[0]) == (1, first.links[1])
    said = tracking_shown(first, "zh", texts())
    assert "这里只有路径" in said.text
    assert "http" not in said.text
    (card,) = said.cards
    assert isinstance(card, ReportCard)
    assert [row[1] for row in card.rows] == [f"/r/{link.code}" for link in first.links]
    desk.address = ADDRESS
    reached = tracking_shown(await desk.shown(action="list", handles=["zoe"]), "en", texts())
    (card,) = reached.cards
    assert isinstance(card, ReportCard)
    assert (reached.text, card.rows[0][1]) == (
        "1 tracking links, 0 promo codes.",
        f"{ADDRESS}/r/{first.links[1].code}",
    )


async def test_codes_begin_as_creators_are_called_or_are_chosen_for_one(desk: Desk) -> None:
    made = await desk.shown(action="codes", handles=["mia.pets", "zoe"])
    assert [code.code[:-3] for code in made.codes] == ["MIAPETS", "ZOE"]
    assert (await desk.shown(action="codes", handles=["zoe"])).new == 0
    chosen = await desk.shown(action="codes", handles=["ana"], code="ana 10")
    assert (chosen.codes, chosen.new) == ((TrackedCode("ANA10", "ana", ""),), 1)
    assert await desk.refused(action="codes", handles=["zoe"], code="ANA10") == texts().say(
        "promo_code_taken", "zh", code="ANA10"
    )
    assert "不是您写的" in await desk.refused(action="codes", handles=["zoe"], code="SAVE20")
    assert "请点名一位" in await desk.refused(action="codes", handles=["zoe", "ana"], code="X10")
    assert "3 到 20 位" in await desk.refused(action="codes", handles=["zoe"], code="=A1")
    assert "导出优惠码" in tracking_shown(made, "zh", texts()).text


async def test_a_link_needs_somewhere_safe_to_lead(desk: Desk) -> None:
    assert "没有链接" in await desk.refused(action="links", handles=["zoe"], product="Shelf")
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        await unit.products.save(None, {"name": "Desk", "link": "http://192.0.2.1/x"}, brand=desk.shop.brand)
    assert await desk.refused(action="links", handles=["zoe"], product="Desk") == texts().say(
        "link_target_unsafe", "zh"
    )
    with pytest.raises(BadRequest, match="no_shortlist"):
        await desk.track(action="links", product="灯")


async def test_the_file_holds_codes_and_links_and_nothing_to_calculate(desk: Desk) -> None:
    desk.address = ADDRESS
    (code,) = (await desk.shown(action="codes", handles=["mia.pets"])).codes
    (link,) = (await desk.shown(action="links", handles=["zoe"], product="灯")).links
    made = await desk.track(action="export", format="csv")
    assert isinstance(made, TrackingExported)
    rows = made.file.content.decode("utf-8-sig").splitlines()
    assert rows[-3:] == [
        "码,达人,活动,通向,链接",
        f"{code.code},mia.pets,,,",
        f"{link.code},zoe,,{TARGET},{ADDRESS}/r/{link.code}",
    ]
    piece = tracking_exported(made, "zh", texts())
    assert [file.name for file in piece.files] == [made.file.name]


def test_nothing_there_says_how_to_make_some() -> None:
    nothing = TrackingShown("list", (), (), None)
    assert "生成跟踪链接" in tracking_shown(nothing, "zh", texts()).text
    many = TrackingShown("list", (TrackedLink("a", "zoe", "", TARGET, 3),), (), ADDRESS, total=9)
    assert "共 9 个" in tracking_shown(many, "zh", texts()).text
