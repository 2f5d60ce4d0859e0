"""What a message that was sent was made of, kept beside it: a template may change, and a creator may move."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.templates import built_in, opening_of
from memory.domain.zones import home_zone
from memory.models.creators import HOME, CreatorRow
from memory.models.outreach import DraftVersionRow, FollowUpRow, SendRow, StepRow
from memory.models.templates import TemplateVersionRow


async def keep_made_of(session: AsyncSession, send: SendRow, step: StepRow) -> DraftVersionRow:
    """Fill the ledger's row of a message that went; the version that went.

    The hour is that of the claim, which the call follows; of one carried out by hand, that at which it was marked.
    """
    version, zone, market, likely, round_, wording = (
        await session.execute(
            select(DraftVersionRow, *HOME, FollowUpRow.round, TemplateVersionRow.text)
            .join(StepRow, StepRow.draft_id == DraftVersionRow.draft_id)
            .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
            .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftVersionRow.draft_id)
            .outerjoin(TemplateVersionRow, TemplateVersionRow.id == DraftVersionRow.template_version_id)
            .where(DraftVersionRow.id == send.version_id, StepRow.id == step.id)
        )
    ).one()
    went_at = send.settled_at if send.member_id is not None and send.settled_at is not None else send.claimed_at
    send.template = built_in(version.template)
    send.template_version_id = version.template_version_id
    send.opening = opening_of(version.template, wording or "")
    send.language = version.language
    send.local_hour = went_at.astimezone(home_zone(zone, market, likely).zone).hour
    send.round = 1 + (round_ or 0)
    went: DraftVersionRow = version
    return went
