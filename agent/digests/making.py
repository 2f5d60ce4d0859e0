"""Makes the digests that are due: each day of a subscription claimed, said and pushed in one transaction, or none.

Any number may make at once: one alone claims a day's unique row. What a crash leaves behind is due again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from agent.cards.digest import with_remark, worded
from agent.cards.digest_figures import trend_chart
from agent.digests.remarks import Remark, no_remark
from memory.domain.account_stores import Services
from memory.domain.chat import Reply
from memory.domain.chat_stores import Author
from memory.domain.delivery_views import ChannelUnit, ChannelUnits
from memory.domain.digest_stores import DueDigest
from memory.domain.digests import Subscription, owed
from memory.domain.errors import AppError, Unavailable
from memory.domain.ids import BrandId, DigestId, TenantId
from memory.domain.shops import PlatformQuota, WeekOf, no_week
from memory.domain.workspace import Lang, Scope
from prompts.render import Texts
from tools.digest.results import Digest
from tools.digest.tool import LATELY, read_digest

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 200
_ASKED_AT_ONCE: Final = 8
PATIENCE_SECONDS: Final = 10.0  # with all platforms together, and with a model
_LATE: Final = timedelta(minutes=15)  # a sweep comes once a minute; so much is nobody's trouble

ScopeOf = Callable[[DueDigest], Awaitable[Scope | None]]
# What everybody of a brand reads at one moment is read once a round.
_Read = dict[tuple[TenantId, BrandId | None, datetime], Digest]


@dataclass(frozen=True, slots=True)
class DigestMaker:
    """Makes what is due. `scope_of`: in whose scope one is made; None: nobody's any more.

    `week_of`: what a brand's platform counts of its week. `remark`: what a model says of a text.
    """

    services: Services
    units: ChannelUnits
    scope_of: ScopeOf
    texts: Texts
    week_of: WeekOf = no_week
    remark: Remark = no_remark
    patience: float = PATIENCE_SECONDS

    async def run(self) -> int:
        """Make everything that is due; how many were made.

        One that cannot be made is left for the next round, until it is too late. Raises Unavailable (retryable).
        """
        made, after, read = 0, DigestId(0), _Read()
        while True:
            async with self.services.across_tenants("digests that are due") as work:
                due = await work.digests.due(now=work.now, after=after, limit=_AT_ONCE)
            weeks = await self._weeks(due)
            remarks = await self._remarks(due, read, weeks)
            for one in due:
                made += await self._try(one, read, _of(one, weeks), remarks.get(one.id, ""))
            if len(due) < _AT_ONCE:
                break
            after = due[-1].id
        if made:
            log.info("digests.made", count=made)
        return made

    async def _weeks(self, due: Sequence[DueDigest]) -> dict[BrandId, PlatformQuota | None]:
        """What platforms count of these brands' weeks, all asked at once: no digest waits long for a platform."""
        said: dict[BrandId, PlatformQuota | None] = {}
        few = asyncio.Semaphore(_ASKED_AT_ONCE)

        async def ask(brand: BrandId) -> None:
            async with few:
                said[brand] = await self.week_of(brand)

        await self._in_time(ask(brand) for brand in {one.about for one in due if one.about is not None})
        return said

    async def _remarks(
        self, due: Sequence[DueDigest], read: _Read, weeks: Mapping[BrandId, PlatformQuota | None]
    ) -> dict[DigestId, str]:  # fmt: skip
        """What a model says of each, all asked at once and outside the transactions that make them."""
        said: dict[DigestId, str] = {}
        if self.remark is no_remark:
            return said
        few = asyncio.Semaphore(_ASKED_AT_ONCE)

        async def ask(one: DueDigest) -> None:
            async with few:
                scope = await self.scope_of(one)
                text = await self._draft(one, scope, read, _of(one, weeks)) if scope is not None else None
                if scope is not None and text is not None:
                    said[one.id] = await self.remark(scope, *text)

        await self._in_time(ask(one) for one in due)
        return said

    async def _in_time(self, asked: Iterable[Coroutine[None, None, None]]) -> None:
        """Ask all at once, and leave what is not there in time: no digest waits long for anybody."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*asked), self.patience)

    async def _draft(
        self, due: DueDigest, scope: Scope, read: _Read, platform: PlatformQuota | None
    ) -> tuple[str, Lang] | None:
        """What one would say, and in which language; None where it would not be made."""
        try:
            async with self.units.unit(scope) as unit:
                found = await unit.digests.lock(due.id)
                day = owed(found.wish.schedule, found.next_day, now=unit.now).day if found is not None else None
                if found is None or day is None:
                    return None
                digest = await self._read(unit, found, day, found.wish.schedule.moment(day), read, platform)
        except AppError as failure:
            log.info("digest.not_remarked", digest=due.id, error=failure.text_key)
            return None
        return worded(digest, found.wish.lang, self.texts), found.wish.lang

    async def _try(self, due: DueDigest, read: _Read, platform: PlatformQuota | None, remark: str) -> bool:
        try:
            return await self._make(due, read, platform, remark)
        except Unavailable:
            raise
        except AppError as failure:
            log.warning("digest.not_made", digest=due.id, error=failure.text_key)
            return False

    async def _make(self, due: DueDigest, read: _Read, platform: PlatformQuota | None, remark: str) -> bool:
        """Make one; whether there was one to make."""
        scope = await self.scope_of(due)
        if scope is None:
            async with self.services.across_tenants("a digest of nobody") as work:
                await work.digests.turn_off(due.id)
            return False
        async with self.units.unit(scope) as unit:
            found = await unit.digests.lock(due.id)
            if found is None:
                return False
            now_due = owed(found.wish.schedule, found.next_day, now=unit.now)
            await unit.digests.skip(found.id, now_due.skipped)
            await unit.digests.go_on(found, now_due.then)
            if now_due.day is None:
                return False
            due_at = found.wish.schedule.moment(now_due.day)
            if not await unit.digests.claim(found.id, now_due.day, due_at=due_at):
                return False
            digest = await self._read(unit, found, now_due.day, due_at, read, platform)
            text = with_remark(worded(digest, found.wish.lang, self.texts), remark, found.wish.lang, self.texts)
            chart = trend_chart(digest.figures, found.wish.lang, self.texts)
            reply = Reply(text=text, cards=(chart,) if chart is not None else ())
            await unit.conversations.say(found.conversation, author=Author.NOTICE, reply=reply, now=unit.now)
            await unit.digests.push(found, now_due.day, text=text, chart=chart)
        return True

    async def _read(
        self, unit: ChannelUnit, found: Subscription, day: date, due_at: datetime, read: _Read,
        platform: PlatformQuota | None,
    ) -> Digest:  # fmt: skip
        key = (unit.scope.tenant, unit.scope.brand, due_at)
        if key not in read:
            read[key] = await read_digest(unit, due_at, platform=platform)
        news = await unit.digests.news(found.id, day)
        return replace(
            read[key],
            needs=read[key].needs.since(news.since or unit.now - LATELY),
            day=day,
            zone=found.wish.schedule.zone,
            now=unit.now,
            due_at=due_at if unit.now - due_at > _LATE else None,
            news=news,
        )


def _of(due: DueDigest, weeks: Mapping[BrandId, PlatformQuota | None]) -> PlatformQuota | None:
    return weeks.get(due.about) if due.about is not None else None
