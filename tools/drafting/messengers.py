"""Who could carry a message: asked while drafting, so that a person learns early what cannot be sent."""

from collections.abc import Sequence
from typing import Protocol

from memory.domain.creator import Creator
from memory.domain.ids import CreatorId
from memory.domain.outreach import Channel, Flag
from memory.domain.stores import Unit
from memory.domain.workspace import Workspace

PLAYGROUND_SOURCE = "playground"
SHOP_SOURCE = "tiktok_shop"


class Messengers(Protocol):
    """Every messenger of this installation."""

    def accepts(self, creator: Creator, channel: Channel) -> Flag | None:
        """None when some messenger of the channel accepts the creator, else why not ("no_channel")."""
        ...


async def has_shop(unit: Unit) -> bool:
    """Whether the brand's own shop on a platform is connected."""
    link = await unit.shops.of_brand(unit.scope.brand) if unit.scope.brand is not None else None
    return link is not None and link.connected


async def channels_of(
    unit: Unit, creators: Sequence[Creator], messengers: Messengers, *, wanted: Channel | None = None
) -> dict[CreatorId, Channel]:
    """Where messages to these creators go; `wanted`: what somebody said."""
    workspace, shop = await unit.people.workspace(), await has_shop(unit)
    return {
        creator.id: wanted or channel_for(creator, workspace=workspace, messengers=messengers, has_shop=shop)
        for creator in creators
    }


def channel_for(creator: Creator, *, workspace: Workspace, messengers: Messengers, has_shop: bool) -> Channel:
    """Where a message to this creator goes when nobody says: by hand where no other messenger accepts them.

    Over the brand's shop goes what is for creators the shop's platform told us of.
    """
    simulated = workspace.is_demo and creator.source.name == PLAYGROUND_SOURCE
    called = simulated and messengers.accepts(creator, Channel.PLAYGROUND) is None
    if called:
        return Channel.PLAYGROUND
    known = has_shop and creator.source.name == SHOP_SOURCE
    return Channel.TIKTOK if known and messengers.accepts(creator, Channel.TIKTOK) is None else Channel.BY_HAND
