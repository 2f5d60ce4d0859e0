"""What campaigns usually have, changed by a brand's lead: read, kept, used in plans, and ours again."""

import pytest

from agent.campaigns.making import preview
from agent.campaigns.usual import preset_sheets, read_figures, usual_of
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.campaign import Figures, SamplesPer, Scenario
from memory.domain.campaign_forms import MakeCampaign, SavePreset
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.outreach import Purpose
from prompts.render import texts
from tests.agent.team.forms_at_work import submit
from tools.campaigns.presets import presets

TYPED = SavePreset(
    scenario="promotion", creators_from="1", creators_to="9", samples_from="0", samples_to="5", samples_per="week",
    commission_from="12.5%", commission_to="20%", days="5", first_purpose="sample_offer", later_purpose="follow_up",
)  # fmt: skip
OWN = Figures((1, 9), (0, 5), SamplesPer.WEEK, (1250, 2000), 5, (Purpose.SAMPLE_OFFER, Purpose.FOLLOW_UP))


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    return await open_office(database)


def test_figures_are_read_as_typed() -> None:
    assert read_figures(TYPED) == OWN


@pytest.mark.parametrize(
    ("field", "typed", "key"),
    [
        ("creators_from", "0", "whole_number_between"),
        ("creators_to", "many", "whole_number_between"),
        ("creators_from", "10", "range_upside_down"),
        ("samples_to", "-1", "whole_number_between"),
        ("commission_from", "a lot", "share_unreadable"),
        ("commission_from", "30%", "range_upside_down"),
        ("days", "91", "whole_number_between"),
        ("samples_per", "year", "bad_request"),
        ("first_purpose", "reply", "bad_request"),
    ],
)
def test_what_does_not_read_is_refused(field: str, typed: str, key: str) -> None:
    with pytest.raises(BadRequest, match=key) as refused:
        read_figures(TYPED.model_copy(update={field: typed}))
    wanted = {"range_upside_down": field.replace("from", "to"), "bad_request": None}.get(key, field)
    assert refused.value.facts.get("field") == wanted


async def test_a_plan_and_its_warnings_use_the_brands_own_until_they_are_ours_again(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.lead) as unit:
        await unit.products.save(None, {"name": "litter box"}, brand=shop.brand)
        product = (await unit.products.all())[0].id
    await shop.creators(2)
    form = MakeCampaign(
        scenario="promotion", products=(product,), handles=("creator00000", "creator00001"), commission="25%"
    )
    await submit(shop, shop.lead, TYPED)
    async with shop.database.unit(shop.operator) as unit:
        found = await preview(unit, form, texts())
        sheets = await preset_sheets(unit, texts())
    assert found.doubts == ("佣金 25% 不在这类活动通常的 12.5%-20% 之间。",)
    assert [each.what for each in found.rounds] == ["第 1 轮：样品邀请", "第 2 轮：跟进，上一轮发出 5 天后，没回复才发"]
    assert found.usual == "大促活动通常：1-9 位达人，每周样品 0-5 个，佣金 12.5-20%。"
    assert [sheet.own for sheet in sheets] == [False, False, True, False, False]
    await submit(shop, shop.lead, TYPED.model_copy(update={"reset": True}))
    async with shop.database.unit(shop.operator) as unit:
        assert await usual_of(unit, shop.brand) == presets()
        assert await unit.campaigns.figures(shop.brand) == {}


async def test_only_a_lead_of_a_brand_changes_them(shop: SellingOffice) -> None:
    with pytest.raises(NotAllowed, match="needs_role"):
        await submit(shop, shop.anna, TYPED)
    with pytest.raises(BadRequest, match="choose_a_brand"):
        await submit(shop, shop.owner, TYPED)
    with pytest.raises(BadRequest, match="bad_request"):
        await submit(shop, shop.lead, TYPED.model_copy(update={"scenario": Scenario.DAILY.value + "x"}))
