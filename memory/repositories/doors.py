"""Who stands at a channel's door, in one look: everything anybody says begins with it."""

from sqlalchemy import and_, bindparam, select

from memory.domain.bindings import Arrival, AtDoor
from memory.domain.workspace import WorkspaceKind
from memory.models.channels import ChannelSettingRow, ChatBindingRow
from memory.models.workspace import IdentityRow, MemberRow, WorkspaceRow
from memory.repositories.accounts import to_account
from memory.repositories.bindings import KIND, to_binding
from memory.repositories.channels import to_channel
from memory.standing import as_part, part_of, standing
from memory.tenancy import ScopedSession

_AT = standing(
    select(
        *part_of(ChannelSettingRow, "channel"),
        *part_of(MemberRow, "member"),
        *part_of(ChatBindingRow, "binding"),
        select(WorkspaceRow.kind).limit(1).scalar_subquery().label("workspace"),
    )
    .select_from(ChannelSettingRow)
    .outerjoin(
        IdentityRow,
        and_(
            IdentityRow.tenant_id == ChannelSettingRow.tenant_id,
            IdentityRow.kind == KIND,
            IdentityRow.channel_id == ChannelSettingRow.id,
            IdentityRow.outside_id == bindparam("user"),
        ),
    )
    .outerjoin(
        MemberRow, and_(MemberRow.id == IdentityRow.member_id, MemberRow.tenant_id == ChannelSettingRow.tenant_id)
    )
    .outerjoin(
        ChatBindingRow,
        and_(
            ChatBindingRow.tenant_id == ChannelSettingRow.tenant_id,
            ChatBindingRow.channel_id == ChannelSettingRow.id,
            ChatBindingRow.chat == bindparam("chat"),
            ChatBindingRow.ended_at.is_(None),
        ),
    )
    .where(ChannelSettingRow.id == bindparam("channel"), ChannelSettingRow.active)
)


class DoorRepository:
    """Satisfies `memory.domain.bindings.DoorStore` in a service unit."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def at(self, arrival: Arrival) -> AtDoor | None:
        """See `DoorStore.at`."""
        asked = {"channel": arrival.channel, "user": arrival.user, "chat": arrival.chat}
        row = (await self._session.execute(_AT, asked)).one_or_none()
        channel = as_part(ChannelSettingRow, row, "channel") if row is not None else None
        if row is None or channel is None:
            return None
        member = as_part(MemberRow, row, "member")
        binding = as_part(ChatBindingRow, row, "binding")
        return AtDoor(
            to_channel(channel),
            to_account(member) if member is not None else None,
            to_binding(binding, channel.name) if binding is not None else None,
            row.workspace == WorkspaceKind.DEMO,
        )
