"""An empty list of a shop says why, and what to do: there is no shop, it was let go of, was not read, or is empty."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.cards.collaborations import listed, open_listed, requests_listed
from memory.domain.ids import BrandId, ShopLinkId, TenantId
from memory.domain.shops import SellerShop, ShopLink, Sync
from memory.domain.workspace import Lang
from prompts.render import texts
from tools.collaborations.reading import Gap, gap_of
from tools.collaborations.results import CollaborationList, OpenPlanList, RequestList

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
ZONE = "America/Los_Angeles"
SHOP = SellerShop("7", "Pawlery US", "US")
LINK = ShopLink(ShopLinkId(1), TenantId(1), BrandId(1), True, SHOP.id, (SHOP,), NOW, Sync())


@pytest.mark.parametrize(
    ("link", "sync", "gap"),
    [
        (None, None, Gap.NOT_CONNECTED),
        (replace(LINK, active=False), Sync(ended_at=NOW), Gap.NOT_CONNECTED),
        (replace(LINK, shop=""), None, Gap.NOT_CONNECTED),
        (replace(LINK, active=False, revoked_at=NOW), Sync(ended_at=NOW), Gap.REVOKED),
        (LINK, None, Gap.UNREAD),
        (LINK, Sync(), Gap.UNREAD),
        (LINK, Sync(ended_at=NOW), None),
    ],
)
def test_why_nothing_is_read_of_a_shop(link: ShopLink | None, sync: Sync | None, gap: Gap | None) -> None:
    assert gap_of(link, sync, is_demo=False) is gap


def test_a_demo_has_no_shop_to_connect() -> None:
    assert gap_of(None, None, is_demo=True) is Gap.DEMO


@pytest.mark.parametrize(
    ("lang", "where", "press"),
    [("zh", "侧栏的「TikTok Shop」", "「连接店铺」"), ("en", "“TikTok Shop”", "“Connect a shop”")],
)
def test_without_a_shop_every_list_says_where_to_connect_one(lang: Lang, where: str, press: str) -> None:
    none = Gap.NOT_CONNECTED
    for piece in (
        open_listed(OpenPlanList((), None, ZONE, NOW, none), lang, texts()),
        listed(CollaborationList((), (), None, ZONE, NOW, none), lang, texts()),
        requests_listed(RequestList((), None, ZONE, none), lang, texts()),
    ):
        assert where in piece.text
        assert press in piece.text
        assert piece.for_planner is not None
        assert piece.for_planner["not_read"] == "shop_gap_not_connected"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_button_it_names_is_the_one_of_the_page(lang: Lang) -> None:
    assert texts().say("web_shop_connect", lang) in texts().say("shop_gap_not_connected", lang)


def test_what_was_read_and_holds_nothing_is_empty_and_not_unread() -> None:
    piece = open_listed(OpenPlanList((), Sync(ended_at=NOW), ZONE, NOW), "zh", texts())
    assert piece.text.startswith("公开合作里一个产品也没有")
    assert "2026-11-20 07:00" in piece.text
    assert piece.for_planner == {"open_plans": {}}
