"""Creators' answers as they come in, before anybody knows whose they are: for the service that collects them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.deliveries import PushKind
from memory.domain.dispatch import Addressee, Untold
from memory.domain.erasing import REASON
from memory.domain.ids import BrandId, ConversationId, CreatorId, CreatorMessageId, MemberId, TenantId
from memory.domain.outreach import Gist, Intent
from memory.models.creators import CreatorRow, RelationRow, SuppressionRow
from memory.models.outreach import BatchRow, CreatorMessageRow, DraftRow, StepRow
from memory.models.workspace import BrandRecord
from memory.repositories.creator_messages import store_message
from memory.repositories.making_deliveries import make_delivery

_QUOTED = 400  # characters of a creator's message that a push may quote


@dataclass(slots=True)
class AnswerRepository:
    """Satisfies `AnswerStore` in a service unit; never commits."""

    session: AsyncSession
    now: datetime

    async def addressee(
        self, tenant: TenantId, *, platform: str, handle: str, brand: BrandId | None = None
    ) -> Addressee | None:
        """See `AnswerStore.addressee`."""
        creator = await self.session.scalar(
            select(CreatorRow.id)
            .where(
                or_(CreatorRow.tenant_id == tenant, CreatorRow.tenant_id.is_(None)),
                CreatorRow.platform == platform,
                CreatorRow.handle_key == handle.lstrip("@").lower(),
            )
            .order_by(CreatorRow.tenant_id.is_(None))
            .limit(1)
        )
        if creator is None or await self._is_erased(tenant, platform, handle):
            return None
        named = select(BrandRecord.id).where(BrandRecord.tenant_id == tenant, BrandRecord.id == brand)
        wrote = (
            select(StepRow.brand_id)
            .where(StepRow.tenant_id == tenant, StepRow.creator_id == creator, StepRow.sent_at.is_not(None))
            .order_by(StepRow.sent_at.desc())
        )
        knows = (
            select(RelationRow.brand_id)
            .where(RelationRow.tenant_id == tenant, RelationRow.creator_id == creator)
            .order_by(RelationRow.changed_at.desc())
        )
        exists = select(BrandRecord.id).where(BrandRecord.tenant_id == tenant).order_by(BrandRecord.id)
        for query in (named, wrote, knows, exists):
            found = await self.session.scalar(query.limit(1))
            if found is not None:
                return Addressee(CreatorId(creator), BrandId(found))
        return None

    async def _is_erased(self, tenant: TenantId, platform: str, handle: str) -> bool:
        """A public row of the same handle does not bring back whom the tenant erased."""
        found = await self.session.scalar(
            select(SuppressionRow.id).where(
                SuppressionRow.tenant_id == tenant,
                SuppressionRow.platform == platform,
                SuppressionRow.handle_key == handle.lstrip("@").lower(),
                SuppressionRow.reason == REASON,
            )
        )
        return found is not None

    async def store(
        self,
        tenant: TenantId,
        to: Addressee,
        *,
        source: str,
        outside_id: str,
        text: str,
        gist: Gist,
        received_at: datetime,
    ) -> CreatorMessageId | None:
        """See `AnswerStore.store`."""
        stored = await store_message(
            self.session,
            tenant=tenant,
            creator=to.creator,
            brand=to.brand,
            source=source,
            outside_id=outside_id,
            text=text,
            gist=gist,
            received_at=received_at,
            now=self.now,
        )
        if stored is not None:
            await self._push(tenant, to, stored, text=text, intent=gist.intent)
        return stored

    async def _push(
        self, tenant: TenantId, to: Addressee, message: CreatorMessageId, *, text: str, intent: Intent
    ) -> None:
        handle = await self.session.scalar(select(CreatorRow.handle).where(CreatorRow.id == to.creator))
        await make_delivery(
            self.session,
            PushKind.ANSWER,
            tenant=tenant,
            brand=to.brand,
            occasion=f"answer:{message}",
            subject={"message": message, "handle": handle or "", "intent": intent.value, "text": text[:_QUOTED]},
            now=self.now,
        )

    async def untold(self, tenant: TenantId) -> list[Untold]:
        """See `AnswerStore.untold`."""
        rows = await self.session.execute(
            select(CreatorMessageRow.id, CreatorMessageRow.brand_id, BatchRow.conversation_id, BatchRow.made_by)
            .join(StepRow, StepRow.id == CreatorMessageRow.step_id)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .where(
                CreatorMessageRow.tenant_id == tenant,
                CreatorMessageRow.noticed_at.is_(None),
                BatchRow.conversation_id.is_not(None),
            )
            .order_by(CreatorMessageRow.received_at, CreatorMessageRow.id)
        )
        found: dict[tuple[int, int, int], list[CreatorMessageId]] = {}
        for message, brand, conversation, member in rows:
            if conversation is None:
                continue
            found.setdefault((conversation, member, brand), []).append(CreatorMessageId(message))
        return [
            Untold(ConversationId(conversation), MemberId(member), BrandId(brand), tuple(messages))
            for (conversation, member, brand), messages in found.items()
        ]
