"""A batch as the fake queries know it: the rows of its card as drafts."""

from datetime import datetime, timedelta

from memory.domain.ids import BatchId, BrandId, ConversationId, CreatorId, MemberId, VersionId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, Channel, Content, Draft, DraftStatus, DraftVersion, Purpose
from tests.support import fake_office as office


def fake_batch(code: str, *, statuses: dict[int, str], now: datetime, stopped: bool) -> Batch:
    """L1 is a large batch, every other code a small one."""
    card = office.large(presentation=1, statuses=statuses) if code == "L1" else office.drafts(code, statuses=statuses)
    rows = tuple(
        Draft(
            id=row.draft,
            batch=BatchId(1),
            batch_code=code,
            number=row.number,
            creator=CreatorId(99 + row.number),
            handle=row.handle,
            market="US",
            zone=row.zone or "America/New_York",
            zone_estimated=row.zone_estimated,
            purpose=Purpose.INVITE,
            channel=Channel.PLAYGROUND,
            product=office.PRODUCTS[0].id,
            version=DraftVersion(
                VersionId(1),
                1,
                Content(row.text, row.text_zh, "en", Offer(1800)),
                (),
                row.digest,
                MemberId(1),
                now,
            ),
            status=DraftStatus(row.status),
            due_at=row.due_at,
        )
        for row in card.items
    )
    return Batch(
        id=BatchId(1), code=code, brand=BrandId(1), conversation=ConversationId(7), purpose=Purpose.INVITE,
        product_name="Pawly 智能饮水机", made_by=MemberId(1), made_at=now - timedelta(hours=1),
        decide_by=card.decide_by, stopped=stopped, drafts=rows,
    )  # fmt: skip
