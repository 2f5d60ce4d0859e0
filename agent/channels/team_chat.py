"""Which chat of a channel a brand's team is told in: its group, or the first who talks about it alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.ports.channels import Chat, OpenChannel
from memory.domain.bindings import Binding, ChatKind, DoorServices
from memory.domain.channels import PUSHING
from memory.domain.ids import BrandId, ChannelId
from memory.domain.workspace import Role


@dataclass(frozen=True, slots=True)
class TeamChats:
    """Over bindings alone: nobody is told anything in a chat that no lead has bound."""

    services: DoorServices

    async def of(self, channel: OpenChannel, brand: BrandId | None) -> Chat | None:
        """The chat, or None where none is bound. Raises Unavailable (retryable)."""
        setting = channel.setting
        async with self.services.across_tenants("where a team is told") as work:
            bound = await work.bindings(setting.tenant).bindings(brand=brand)
        return chosen(bound, channel=setting.id, brand=brand)

    async def deciders(self, channel: OpenChannel, brand: BrandId | None) -> Sequence[str]:
        """Chats of their own of those who may approve for a brand, oldest first. Raises Unavailable."""
        setting = channel.setting
        found: list[str] = []
        async with self.services.across_tenants("who of a team decides") as work:
            bindings = work.bindings(setting.tenant)
            people = {one.id: one.member for one in await bindings.identities() if one.channel == setting.id}
            for one in await bindings.bindings(brand=brand):
                if one.chat_kind is not ChatKind.DIRECT or one.identity not in people:
                    continue
                account = await work.accounts.by_id(people[one.identity])
                if account is not None and account.member.active and account.member.role.covers(Role.APPROVER):
                    found.append(one.chat)
        return found

    async def people(self, channel: OpenChannel, brand: BrandId | None) -> Sequence[str]:
        """Everybody of a brand's team who is bound in a chat of their own, oldest first. Raises Unavailable."""
        setting = channel.setting
        async with self.services.across_tenants("who of a team is told") as work:
            bound = await work.bindings(setting.tenant).bindings(brand=brand)
        return [one.chat for one in bound if one.channel == setting.id and one.chat_kind is ChatKind.DIRECT]

    async def push_places(self, channel: OpenChannel, brand: BrandId | None) -> Sequence[str]:
        """Names of the tenant's channels that push about a brand, the preferred first. Raises Unavailable.

        For people in channels that cannot speak first.
        """
        async with self.services.across_tenants("where pushes come") as work:
            every = await work.channels.every()
        able = [one for one in every if one.tenant == channel.setting.tenant and one.kind in PUSHING]
        serving = [one for one in able if brand is None or one.serves in (None, brand)]
        return [one.name for one in sorted(serving, key=lambda one: (PUSHING.index(one.kind), one.id))]


def chosen(bound: Sequence[Binding], *, channel: ChannelId, brand: BrandId | None) -> Chat | None:
    """The oldest group about the brand, else the oldest chat of one person about it or about all. Pure."""
    here = [one for one in bound if one.channel == channel and one.brand in (None, brand)]
    groups = [one for one in here if one.chat_kind is ChatKind.GROUP and one.brand == brand]
    first = next(iter([*groups, *(one for one in here if one.chat_kind is ChatKind.DIRECT)]), None)
    return Chat(first.chat, is_group=first.chat_kind is ChatKind.GROUP) if first is not None else None
