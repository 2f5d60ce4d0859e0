"""Whose digest it is: nobody's any more where a chat outside is not theirs, or not about that brand."""

from dataclasses import dataclass, field

import pytest

from agent.digests.readers import Readers
from connectors.ports.door import Admitted, Entry
from memory.domain.bindings import Arrival, ChatKind
from memory.domain.digest_stores import DueDigest
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, ChannelId, DigestId, MemberId, TenantId
from memory.domain.places import Place
from memory.domain.workspace import Role, Scope

LINA = Scope(TenantId(1), BrandId(2), MemberId(3), Role.OPERATOR)
ROOM = Place(channel=ChannelId(7), chat="room", is_group=True, user="lina")


@dataclass
class FakeDoor:
    """Lets one scope in, nobody (None), or is off."""

    inside: Scope | None = None
    off: bool = False
    asked: list[Arrival] = field(default_factory=list)

    async def enter(self, arrival: Arrival) -> Entry:
        raise AssertionError(arrival)  # a digest says nothing at a door

    async def known(self, arrival: Arrival) -> Admitted | None:
        self.asked.append(arrival)
        if self.off:
            raise NotFound("no_such_channel")
        return Admitted(self.inside, "Asia/Shanghai", "", "") if self.inside is not None else None


def due(place: Place | None = ROOM) -> DueDigest:
    return DueDigest(DigestId(1), LINA.tenant, LINA.member, LINA.brand, place)


async def of_conversation(tenant: TenantId, member: MemberId, brand: BrandId | None) -> Scope | None:
    return LINA if (tenant, member, brand) == (LINA.tenant, LINA.member, LINA.brand) else None


@pytest.mark.parametrize(
    ("inside", "whose"),
    [
        (LINA, LINA),
        (None, None),  # the room was unbound, or she was
        (Scope(TenantId(1), BrandId(9), MemberId(3), Role.OPERATOR), None),  # the room is about another brand now
        (Scope(TenantId(1), BrandId(2), MemberId(4), Role.OPERATOR), None),  # that user is somebody else now
    ],
)
async def test_a_chat_outside_is_asked_for_as_when_somebody_writes_there(
    inside: Scope | None, whose: Scope | None
) -> None:
    door = FakeDoor(inside)
    assert await Readers(of_conversation, door).scope(due()) == whose
    assert door.asked == [Arrival(ChannelId(7), "lina", "room", ChatKind.GROUP, "")]


async def test_a_page_or_a_channel_that_is_off_asks_for_the_member_alone() -> None:
    assert await Readers(of_conversation, FakeDoor()).scope(due(None)) == LINA
    assert await Readers(of_conversation, FakeDoor(off=True)).scope(due()) == LINA
