"""The tools of the daily digest: read one, and say when this conversation gets it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.delivery_views import ChannelUnit, ChannelUnits
from memory.domain.digests import EVERY_DAY, USUAL_TIME, Schedule, Subscription, Wish
from memory.domain.errors import BadRequest
from memory.domain.ids import ConversationId
from memory.domain.periods import PeriodName
from memory.domain.shops import PlatformQuota, WeekOf, no_week
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
from tools.contract import Effect, Tool, TurnContext
from tools.digest.arguments import DigestArgs, SubscribeDigestArgs
from tools.digest.figures import read_figures
from tools.digest.needs import read_needs, read_platform
from tools.digest.results import Digest, DigestSet, DigestShown, DigestTimes
from tools.team_zone import team_zone

LATELY: Final = timedelta(days=1)  # pushes that ended badly are told for so long


def digest(units: ChannelUnits, week_of: WeekOf = no_week) -> Tool[DigestArgs]:
    """Read a digest, or when it comes."""

    async def run(args: DigestArgs, turn: TurnContext) -> DigestShown | DigestTimes:
        """Made anew from today's rows; nothing is sent and no day is used up."""
        platform = None if args.when else await read_platform(units, turn.scope, week_of)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            if args.when:
                return await _times(unit, await unit.digests.of(turn.conversation))
            found = await read_digest(unit, unit.now, args.period, platform=platform)
            return DigestShown(replace(found, needs=found.needs.since(unit.now - LATELY)), args.full)

    about = (
        "The daily digest: yesterday's figures, what needs somebody, one suggestion; full for all of it; when for the "
        "time it is sent in this conversation."
    )
    return Tool("digest", Effect.READS, DigestArgs, run, about)


def subscribe_digest(units: ChannelUnits) -> Tool[SubscribeDigestArgs]:
    """Send this conversation a digest, at other times, or no more."""

    async def run(args: SubscribeDigestArgs, turn: TurnContext) -> DigestSet:
        """What is not said stays as it was; a repeated call changes nothing more.

        Raises BadRequest("digest_language").
        """
        lang = written_in(args.language)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            before = await unit.digests.of(turn.conversation)
            was_on = before is not None and before.wish.active
            if before is None and args.enabled is False:
                return DigestSet(await _times(unit, None), was_on=False)
            usual = Wish(Schedule(USUAL_TIME, await team_zone(unit)), turn.lang, active=True)
            wish = wanted(args, lang, before.wish if before is not None else usual)
            place = await unit.digests.place_of(turn.fence.turn)
            after = await unit.digests.save(turn.conversation, replace(wish, place=place or wish.place))
            await _record(unit, turn.conversation, before, after)
            return DigestSet(await _times(unit, after), was_on)

    about = (
        "Send the daily digest into this conversation: at which time, in which zone and language, on which weekdays; "
        "enabled false stops it."
    )
    return Tool("subscribe_digest", Effect.CHANGES, SubscribeDigestArgs, run, about)


def written_in(language: str | None) -> Lang | None:
    """The language of a digest. Raises BadRequest("digest_language") for one that it has no words in."""
    if language not in (None, "zh", "en"):
        raise BadRequest("digest_language", language=language)
    return "en" if language == "en" else "zh" if language else None


def wanted(args: SubscribeDigestArgs, lang: Lang | None, before: Wish) -> Wish:
    """What is said put into what was so; saying when or how turns it on again."""
    schedule = Schedule(
        args.clock or before.schedule.at,
        args.timezone or before.schedule.zone,
        args.weekdays or before.schedule.days or EVERY_DAY,
    )
    return Wish(schedule, lang or before.lang, args.enabled is not False, before.place)


async def read_digest(
    unit: ChannelUnit, moment: datetime, period: PeriodName | None = None, *, platform: PlatformQuota | None = None
) -> Digest:
    """The digest of a moment's day, or that of another period: its figures as of then, what waits as it is now."""
    zone = await team_zone(unit)
    brands = await unit.people.brands()
    today = moment.astimezone(ZoneInfo(zone)).date()
    return Digest(
        brands=tuple(brand.name for brand in brands),
        day=today - timedelta(days=1) if period is PeriodName.YESTERDAY else today,
        zone=zone,
        now=unit.now,
        figures=await read_figures(unit, moment, period),
        needs=await read_needs(unit, brands, platform),
    )


async def _times(unit: Unit, found: Subscription | None) -> DigestTimes:
    place = found.wish.place if found is not None else None
    speaks_there = place is not None and await unit.digests.speaks_in(place)
    return DigestTimes(found, place is not None, speaks_there, pushed=speaks_there or await unit.digests.reaches_team())


async def _record(unit: Unit, conversation: ConversationId, before: Subscription | None, after: Subscription) -> None:
    """Write down what a member may want to undo."""
    if before is not None and before.wish == after.wish:
        return
    await unit.audit.record(
        "digest.changed",
        subject=f"conversation:{conversation}",
        before=kept_wish(before.wish) if before is not None else None,
        after=kept_wish(after.wish),
    )


def kept_wish(wish: Wish) -> dict[str, object]:
    """A wish JSON-shaped, as the trail of changes keeps it."""
    schedule = wish.schedule
    return {
        "at": f"{schedule.at:%H:%M}",
        "timezone": schedule.zone,
        "days": list(schedule.days),
        "lang": wish.lang,
        "enabled": wish.active,
    }
