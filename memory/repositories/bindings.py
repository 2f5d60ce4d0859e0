"""Identities, bindings and codes of one tenant, for a member's scope and for the service that opens the door."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.bindings import BindCode, Binding, ChatKind, CodeFor, Identity, NewBindCode
from memory.domain.channels import ChannelKind
from memory.domain.errors import NotFound
from memory.domain.ids import BindCodeId, BindingId, BrandId, ChannelId, IdentityId, MemberId, TenantId
from memory.models.channels import BindCodeRow, ChannelSettingRow, ChatBindingRow
from memory.models.workspace import IdentityRow
from memory.repositories.people import brand_or_none
from memory.standing import columns_of, standing
from memory.tenancy import ScopedSession

KIND = "channel"
_QUIET = {"synchronize_session": False}
_IDENTITY = standing(
    select(*columns_of(IdentityRow), ChannelSettingRow.name.label("channel_name"))
    .join(ChannelSettingRow, ChannelSettingRow.id == IdentityRow.channel_id)
    .where(
        IdentityRow.tenant_id == bindparam("tenant"),
        IdentityRow.kind == KIND,
        IdentityRow.channel_id == bindparam("channel"),
        IdentityRow.outside_id == bindparam("user"),
    )
)
_BINDING = standing(
    select(*columns_of(ChatBindingRow), ChannelSettingRow.name.label("channel_name"))
    .join(ChannelSettingRow, ChannelSettingRow.id == ChatBindingRow.channel_id)
    .where(
        ChatBindingRow.tenant_id == bindparam("tenant"),
        ChatBindingRow.ended_at.is_(None),
        ChatBindingRow.channel_id == bindparam("channel"),
        ChatBindingRow.chat == bindparam("chat"),
    )
)


class BindingRepository:
    """Satisfies `memory.domain.bindings.BindingStore`; never commits."""

    def __init__(self, session: ScopedSession, tenant: TenantId, now: datetime) -> None:
        self._session = session
        self._tenant = tenant
        self._now = now

    async def identities(self) -> Sequence[Identity]:
        """See `BindingStore.identities`."""
        rows = await self._session.execute(self._identities().order_by(ChannelSettingRow.name, IdentityRow.id))
        return [_to_identity(row, name) for row, name in rows]

    async def identity(self, channel: ChannelId, user: str) -> Identity | None:
        """See `BindingStore.identity`."""
        asked = {"tenant": self._tenant, "channel": channel, "user": user}
        found = (await self._session.execute(_IDENTITY, asked)).one_or_none()
        return _to_identity(found, found.channel_name) if found else None

    async def bindings(self, *, brand: BrandId | None) -> Sequence[Binding]:
        """See `BindingStore.bindings`."""
        wanted = self._bindings().where(_about(brand)).order_by(ChatBindingRow.id)
        return [to_binding(row, name) for row, name in await self._session.execute(wanted)]

    async def binding(self, channel: ChannelId, chat: str) -> Binding | None:
        """See `BindingStore.binding`."""
        asked = {"tenant": self._tenant, "channel": channel, "chat": chat}
        found = (await self._session.execute(_BINDING, asked)).one_or_none()
        return to_binding(found, found.channel_name) if found else None

    async def keep_code(self, code: NewBindCode) -> None:
        """See `BindingStore.keep_code`."""
        if code.purpose is CodeFor.CLAIM:
            await self._session.execute(
                update(BindCodeRow)
                .where(
                    BindCodeRow.tenant_id == self._tenant,
                    BindCodeRow.purpose == CodeFor.CLAIM.value,
                    BindCodeRow.channel_id == code.channel,
                    BindCodeRow.outside_id == code.user,
                    BindCodeRow.used_at.is_(None),
                    BindCodeRow.voided_at.is_(None),
                )
                .values(voided_at=self._now),
                execution_options=_QUIET,
            )
        self._session.add(
            BindCodeRow(
                tenant_id=self._tenant,
                purpose=code.purpose,
                digest=code.digest,
                channel_id=code.channel,
                for_member_id=code.member,
                serves_id=code.brand,
                outside_id=code.user,
                outside_name=code.user_name,
                chat=code.chat,
                made_by=code.made_by,
                made_at=self._now,
                expires_at=code.expires_at,
            )
        )
        await self._session.flush()

    async def open_code(self, digest: str) -> BindCode | None:
        """See `BindingStore.open_code`."""
        row = await self._session.scalar(
            select(BindCodeRow)
            .where(
                BindCodeRow.tenant_id == self._tenant,
                BindCodeRow.digest == digest,
                BindCodeRow.used_at.is_(None),
                BindCodeRow.voided_at.is_(None),
                BindCodeRow.expires_at > self._now,
            )
            .with_for_update()
        )
        return _to_code(row) if row else None

    async def used_code(self, digest: str) -> BindCode | None:
        """See `BindingStore.used_code`."""
        row = await self._session.scalar(
            select(BindCodeRow).where(
                BindCodeRow.tenant_id == self._tenant,
                BindCodeRow.digest == digest,
                BindCodeRow.used_at.is_not(None),
            )
        )
        return _to_code(row) if row else None

    async def use_code(self, code: BindCodeId, *, void: bool = False) -> None:
        """See `BindingStore.use_code`."""
        ended = {"voided_at": self._now} if void else {"used_at": self._now}
        await self._session.execute(
            update(BindCodeRow).where(BindCodeRow.tenant_id == self._tenant, BindCodeRow.id == code).values(**ended),
            execution_options=_QUIET,
        )

    async def bind_person(self, channel: ChannelId, *, user: str, user_name: str, member: MemberId) -> IdentityId:
        """See `BindingStore.bind_person`."""
        said = {"member_id": member, "outside_name": user_name, "made_at": self._now}
        made = await self._session.scalar(
            insert(IdentityRow)
            .on_conflict_do_update(index_elements=["kind", "channel_id", "outside_id"], set_=said)
            .returning(IdentityRow.id),
            [{"tenant_id": self._tenant, "kind": KIND, "channel_id": channel, "outside_id": user, **said}],
        )
        identity = IdentityId(int(made or 0))
        await self._end(ChatBindingRow.identity_id == identity)
        return identity

    async def bind_chat(
        self,
        channel: ChannelId,
        *,
        chat: str,
        kind: ChatKind,
        brand: BrandId | None,
        by: MemberId,
        identity: IdentityId | None = None,
    ) -> BindingId:
        """See `BindingStore.bind_chat`."""
        await self._session.execute(
            select(ChannelSettingRow.id)
            .where(ChannelSettingRow.tenant_id == self._tenant, ChannelSettingRow.id == channel)
            .with_for_update(key_share=True)
        )
        await self._end((ChatBindingRow.channel_id == channel) & (ChatBindingRow.chat == chat))
        row = ChatBindingRow(
            tenant_id=self._tenant,
            channel_id=channel,
            chat=chat,
            chat_kind=kind,
            serves_id=brand,
            identity_id=identity,
            bound_by=by,
            bound_at=self._now,
        )
        self._session.add(row)
        await self._session.flush()
        return BindingId(row.id)

    async def revoke(self, identity: IdentityId) -> Identity:
        """See `BindingStore.revoke`."""
        found = (await self._session.execute(self._identities().where(IdentityRow.id == identity))).one_or_none()
        if found is None:
            raise NotFound("no_such_identity")
        revoked = _to_identity(found[0], found[1])
        await self._end(ChatBindingRow.identity_id == identity)
        await self._session.execute(
            delete(IdentityRow).where(IdentityRow.tenant_id == self._tenant, IdentityRow.id == identity),
            execution_options=_QUIET,
        )
        return revoked

    async def end(self, binding: BindingId, *, brand: BrandId | None) -> Binding:
        """See `BindingStore.end`."""
        wanted = self._bindings().where(ChatBindingRow.id == binding, _about(brand))
        found = (await self._session.execute(wanted.with_for_update(of=ChatBindingRow))).one_or_none()
        if found is None:
            raise NotFound("no_such_binding")
        ended = to_binding(found[0], found[1])
        await self._end(ChatBindingRow.id == binding)
        return ended

    async def receives(self) -> bool:
        """See `BindingStore.receives`."""
        found = await self._session.scalar(
            select(ChannelSettingRow.id)
            .where(
                ChannelSettingRow.tenant_id == self._tenant,
                ChannelSettingRow.active,
                ChannelSettingRow.kind != ChannelKind.WECOM_WEBHOOK.value,
            )
            .limit(1)
        )
        return found is not None

    async def _end(self, which: ColumnElement[bool]) -> None:
        await self._session.execute(
            update(ChatBindingRow)
            .where(ChatBindingRow.tenant_id == self._tenant, ChatBindingRow.ended_at.is_(None), which)
            .values(ended_at=self._now),
            execution_options=_QUIET,
        )

    def _identities(self) -> Select[IdentityRow, str]:
        return (
            select(IdentityRow, ChannelSettingRow.name)
            .join(ChannelSettingRow, ChannelSettingRow.id == IdentityRow.channel_id)
            .where(IdentityRow.tenant_id == self._tenant, IdentityRow.kind == KIND)
            .execution_options(populate_existing=True)
        )

    def _bindings(self) -> Select[ChatBindingRow, str]:
        return (
            select(ChatBindingRow, ChannelSettingRow.name)
            .join(ChannelSettingRow, ChannelSettingRow.id == ChatBindingRow.channel_id)
            .where(ChatBindingRow.tenant_id == self._tenant, ChatBindingRow.ended_at.is_(None))
            .execution_options(populate_existing=True)
        )


def _about(brand: BrandId | None) -> ColumnElement[bool]:
    serves = ChatBindingRow.serves_id
    return ChatBindingRow.id.is_not(None) if brand is None else or_(serves.is_(None), serves == brand)


def _to_identity(row: IdentityRow | Row[*tuple[Any, ...]], channel_name: str) -> Identity:
    return Identity(
        id=IdentityId(row.id),
        channel=ChannelId(row.channel_id or 0),
        channel_name=channel_name,
        outside_id=row.outside_id,
        outside_name=row.outside_name,
        member=MemberId(row.member_id),
        made_at=row.made_at,
    )


def to_binding(row: ChatBindingRow | Row[*tuple[Any, ...]], channel_name: str) -> Binding:
    """A row as a noun."""
    return Binding(
        id=BindingId(row.id),
        channel=ChannelId(row.channel_id),
        channel_name=channel_name,
        chat=row.chat,
        chat_kind=ChatKind(row.chat_kind),
        brand=brand_or_none(row.serves_id),
        identity=IdentityId(row.identity_id) if row.identity_id is not None else None,
        bound_at=row.bound_at,
    )


def _to_code(row: BindCodeRow) -> BindCode:
    return BindCode(
        id=BindCodeId(row.id),
        purpose=CodeFor(row.purpose),
        expires_at=row.expires_at,
        channel=ChannelId(row.channel_id) if row.channel_id is not None else None,
        member=MemberId(row.for_member_id) if row.for_member_id is not None else None,
        brand=brand_or_none(row.serves_id),
        user=row.outside_id,
        user_name=row.outside_name,
        chat=row.chat,
        made_by=MemberId(row.made_by) if row.made_by is not None else None,
    )
