"""Whose scope a digest is made in: as it is now, by the same rows that let people in on a channel."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from connectors.ports.door import Door
from memory.domain.bindings import Arrival, ChatKind
from memory.domain.digest_stores import DueDigest
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.places import Place
from memory.domain.workspace import Scope

OfConversation = Callable[[TenantId, MemberId, BrandId | None], Awaitable[Scope | None]]


@dataclass(frozen=True, slots=True)
class Readers:
    """`of_conversation`: a member's scope in a conversation about one brand, or (None) about all of theirs."""

    of_conversation: OfConversation
    door: Door

    async def scope(self, due: DueDigest) -> Scope | None:
        """None: its member is gone, or the chat outside is bound to them and this brand no more."""
        if due.place is None:
            return await self.of_conversation(due.tenant, due.member, due.brand)
        try:
            admitted = await self.door.known(_there(due.place))
        except NotFound:  # the channel is off: meanwhile it stands in its conversation
            return await self.of_conversation(due.tenant, due.member, due.brand)
        if admitted is None or (admitted.scope.member, admitted.scope.brand) != (due.member, due.brand):
            return None
        return admitted.scope


def _there(place: Place) -> Arrival:
    kind = ChatKind.GROUP if place.is_group else ChatKind.DIRECT
    return Arrival(place.channel, place.user, place.chat, kind, "")
