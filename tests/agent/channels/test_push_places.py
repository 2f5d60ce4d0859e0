"""People in channels that cannot speak first are told which of the others will."""

from agent.channels.team_chat import TeamChats
from connectors.ports.channels import OpenChannel
from memory.domain.channels import ChannelKind
from tests.agent.deliveries.conftest import BOT, HOOK, PushShop, shop

__all__ = ["shop"]


async def test_only_channels_that_push_are_named_the_preferred_first(shop: PushShop) -> None:
    await shop.channel(HOOK, name="群推送")
    kf = await shop.channel(ChannelKind.WECOM_KF, name="客服")
    await shop.channel(BOT, name="机器人")
    async with shop.database.across_tenants("test") as work:
        setting = await work.channels.active(kf)
    assert setting is not None
    places = TeamChats(shop.database)
    brand = shop.office.anna.brand
    assert list(await places.push_places(OpenChannel(setting, {}), brand)) == ["机器人", "群推送"]
