"""Carries out what was decided to be done in a shop, at most once: what ends unclear is looked for, not repeated.

The row says that it is being done before the platform is called. A process that goes away leaves it so; after the lease
the platform is asked, as after a lost answer. What is not there ten minutes later never comes, and is tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, Protocol, cast

import structlog

from agent.approval.proposals import may_still
from agent.outreach.send import wait_before
from agent.shops.invited import keep_collaborations
from agent.shops.moving import old_terms_changed
from agent.shops.reviews import answer, answered, as_they_are, asking
from agent.shops.sampled import keep_applications
from connectors.ports.collaborations import Changes, CollaborationPlatform, NewCollaboration
from connectors.ports.samples import SamplePlatform
from connectors.ports.shops import LinkedShop
from memory.domain.collaborations import Collaboration, CollaborationStatus
from memory.domain.errors import AppError, Unavailable, Unclear
from memory.domain.ids import BrandId
from memory.domain.outreach import Flag
from memory.domain.proposals import (
    CHECK_AGAIN,
    LEASE,
    MOST_ATTEMPTS,
    STAYS_VALID,
    UNDER_WAY,
    Deed,
    DeedState,
    DeedWork,
    ShopProposal,
    Way,
)
from memory.domain.stores import Units
from memory.domain.workspace import Scope

log = structlog.get_logger()

PATIENCE_SECONDS: Final = 90.0
_IN_PART: Final = frozenset({"collab_in_part", "collab_moved_in_part", "sample_review_in_part"})
ASK_AGAIN: Final = timedelta(minutes=1)
# Says in the conversation that asked how one stands.
Tell = Callable[[Scope, ShopProposal], Awaitable[None]]


class DeedServices(Protocol):
    """The door to proposals of all."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[DeedWork]:
        """Open a transaction; the reason is logged."""
        ...


@dataclass(frozen=True, slots=True)
class _End:
    """How a try ended."""

    to: DeedState
    reason: Flag | None = None
    outcome: str = ""
    rest: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Deeds:
    """A job's body; any number may run at once. `name`: the provenance of creators met in a collaboration first."""

    services: DeedServices
    units: Units
    platform: CollaborationPlatform
    samples: SamplePlatform
    name: str
    shop_of: Callable[[BrandId], Awaitable[LinkedShop | None]]
    scope_of: Callable[..., Awaitable[Scope | None]]
    tell: Tell

    async def run(self) -> None:
        """Ask about what is unclear, do what was approved, look at who is still there of what waits for a word.

        Raises Unavailable for the rows (retryable).
        """
        async with self.services.across_tenants("what was done in shops, perhaps") as work:
            unclear = await work.deeds.unclear()
        for one in unclear:
            await self._settle(one, await self._fate(one))
        async with self.services.across_tenants("what is to be done in shops") as work:
            approved = await work.deeds.to_do()
        for one in approved:
            await self._do(one)
        async with self.services.across_tenants("what waits to be decided") as work:
            waiting = await work.deeds.to_check()
        for one in waiting:
            await self._check(one)

    async def _check(self, one: ShopProposal) -> None:
        """Whoever of an invitation has left the platform is noted with it: it cannot be approved then."""
        at = await self.shop_of(one.brand)
        content = cast(dict[str, Any], dict(one.content))
        reason = one.reason
        if at is not None:
            names = [*content["handles"], *(each["handle"] for each in content.get("clashes", ()))]
            try:
                found = await self.platform.check(at, handles=names, products=[content["product"]])
                reason = Flag("collab_gone", {"handles": _handles(list(found.unknown))}) if found.unknown else None
            except AppError as failure:
                log.warning("deed.not_checked", proposal=one.id, error=failure.text_key)
        async with self.services.across_tenants("what stands against what waits") as work:
            await work.deeds.noted(one.id, reason, rest=CHECK_AGAIN)

    async def _do(self, one: ShopProposal) -> None:
        scope = await self.scope_of(one.tenant, one.decided_by, one.brand)
        at = await self.shop_of(one.brand)
        if scope is None:
            await self._settle(one, _End(DeedState.FAILED, Flag("collab_decider_role", {})))
            return
        if at is None:
            await self._settle(one, _End(DeedState.APPROVED, Flag("shop_not_connected", {}), rest=ASK_AGAIN))
            return
        async with self.units.unit(scope) as unit:
            locked = await unit.proposals.by_code(one.code, lock=True)
            if locked is None or locked.state is not DeedState.APPROVED:
                return
            refusal = await self._refusal(locked, now=unit.now) or (
                None if await may_still(unit, locked) else Flag("collab_decider_role", {})
            )
            if refusal is None:
                await unit.proposals.begin(locked)
        if refusal is not None:
            await self._settle(locked, _End(DeedState.FAILED, refusal))
            return
        claimed = monotonic()
        await self._settle(locked, await self._try(locked, at, attempt=locked.attempts + 1, claimed=claimed))

    async def _refusal(self, one: ShopProposal, *, now: datetime) -> Flag | None:
        decided = one.decided_at or now
        return Flag("approval_expired", {}) if now - decided > STAYS_VALID else None

    async def _try(self, one: ShopProposal, at: LinkedShop, *, attempt: int, claimed: float) -> _End:
        if monotonic() - claimed + PATIENCE_SECONDS > LEASE.total_seconds():
            return _End(DeedState.APPROVED, Flag("not_called", {}), rest=ASK_AGAIN)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._carry_out(one, at)
        except Unavailable as busy:
            is_last = attempt >= MOST_ATTEMPTS
            return _End(DeedState.FAILED if is_last else DeedState.APPROVED, _flag(busy), rest=wait_before(attempt))
        except (Unclear, TimeoutError):
            return _End(DeedState.UNKNOWN, Flag("collab_unclear", {}), rest=ASK_AGAIN)
        except AppError as refused:
            return _End(DeedState.FAILED, _flag(refused))

    async def _carry_out(self, one: ShopProposal, at: LinkedShop) -> _End:
        content = cast(dict[str, Any], dict(one.content))
        match one.deed:
            case Deed.INVITE:
                return await self._invite(one, at, content)
            case Deed.CHANGE:
                failed = await self.platform.change(at, content["collaboration"], _changes(content))
                if failed:
                    return _End(DeedState.FAILED, Flag("collab_in_part", {"parts": "、".join(failed)}))
                return _End(DeedState.DONE, outcome=content["collaboration"])
            case Deed.REMOVE:
                await self.platform.remove(at, content["collaboration"])
                return _End(DeedState.DONE, outcome=content["collaboration"])
            case Deed.LINK:
                return _End(DeedState.DONE, outcome=await self.platform.link(at, content["collaboration"]))
            case Deed.REVIEW:
                refused = await answer(self.samples, at, content)
                if refused:
                    return _End(DeedState.FAILED, Flag("sample_review_in_part", {"handles": _handles(refused)}))
                return _End(DeedState.DONE, outcome=_handles(asking(content)))

    async def _invite(self, one: ShopProposal, at: LinkedShop, content: dict[str, Any]) -> _End:
        """Made unless something stands against it by now that nobody saw: then nothing is made, and nobody moved."""
        there = await self.platform.named(at, one.name)
        if there is not None:
            return _End(DeedState.DONE, outcome=there.id)
        moving = content.get("clashes", []) if one.way is Way.MOVE else []
        wanted = [*content["handles"], *(each["handle"] for each in moving)]
        against = await self.platform.check(at, handles=wanted, products=[content["product"]])
        seen = {(each["handle"], each["collaboration"]) for each in moving}
        unseen = [clash.handle for clash in against.clashes if (clash.handle, clash.collaboration) not in seen]
        if unseen or against.unknown:
            return _End(
                DeedState.FAILED, Flag("collab_clash_since", {"handles": _handles([*unseen, *against.unknown])})
            )
        if changed := await old_terms_changed(self.platform, at, moving, against.clashes, product=content["product"]):
            return _End(DeedState.FAILED, Flag("collab_old_changed", {"handles": _handles(changed)}))
        stuck = list(await self.platform.take_out(at, against.clashes)) if against.clashes else []
        return await self._made(one, at, content, [name for name in wanted if name not in stuck], stuck)

    async def _made(
        self, one: ShopProposal, at: LinkedShop, content: dict[str, Any], handles: list[str], stuck: list[str]
    ) -> _End:  # fmt: skip
        """Invite those who can be; `stuck`: they could not be taken out of where they were."""
        if not handles:
            return _End(DeedState.FAILED, Flag("collab_not_moved", {"handles": _handles(stuck)}))
        made = await self.platform.create(at, _invitation(one, content, handles))
        if made.id is None:
            names = [*(clash.handle for clash in made.clashes), *made.unknown_handles, *made.unknown_products]
            key = "collab_moved_not_made" if one.way is Way.MOVE else "collab_not_made"
            return _End(DeedState.FAILED, Flag(key, {"handles": _handles(names)}))
        if stuck:
            return _End(DeedState.FAILED, Flag("collab_moved_in_part", {"handles": _handles(stuck)}), made.id)
        return _End(DeedState.DONE, outcome=made.id)

    async def _fate(self, one: ShopProposal) -> _End:
        """What became of one whose end nobody knows, as the platform shows it."""
        at = await self.shop_of(one.brand)
        late = _End(DeedState.UNKNOWN, Flag("collab_unclear", {}), rest=ASK_AGAIN)
        if at is None:
            return _End(DeedState.UNKNOWN, Flag("shop_not_connected", {}), rest=ASK_AGAIN)
        try:
            done = await self._done(one, at)
        except AppError as failure:
            log.warning("deed.unclear", proposal=one.id, error=failure.text_key)
            return late
        if done:
            return _End(DeedState.DONE, outcome=done)
        async with self.services.across_tenants("what time it is") as work:
            now = work.now
        if one.begun_at is not None and now - one.begun_at < UNDER_WAY:
            return late
        return _End(DeedState.APPROVED)

    async def _done(self, one: ShopProposal, at: LinkedShop) -> str:
        """The id of what is there as it was to be; empty where it is not."""
        content = cast(dict[str, Any], dict(one.content))
        if one.deed is Deed.LINK:
            return ""
        if one.deed is Deed.REVIEW:
            return _handles(asking(content)) if await answered(self.samples, at, content) else ""
        if one.deed is Deed.INVITE:
            there = await self.platform.named(at, one.name)
            return there.id if there is not None else ""
        found = await self.platform.collaboration(at, content["collaboration"])
        if one.deed is Deed.REMOVE:
            return found.id if found.status is not CollaborationStatus.LIVE else ""
        return found.id if _is_changed(found, _changes(content)) else ""

    async def _settle(self, one: ShopProposal, end: _End) -> None:
        async with self.services.across_tenants("how something in a shop ended") as work:
            is_settled = await work.deeds.settle(
                one.id, end.to, reason=end.reason, outcome=end.outcome, rest=end.rest
            )  # fmt: skip
        log.info("deed.settled", proposal=one.id, state=end.to.value)
        if not is_settled or end.to not in (DeedState.DONE, DeedState.FAILED):
            return
        in_part = end.reason is not None and end.reason.key in _IN_PART
        if one.deed is not Deed.LINK and (in_part or end.to is DeedState.DONE):
            await self._read_again(one, end.outcome or str(one.content.get("collaboration", "")))
        scope = await self.scope_of(one.tenant, one.made_by, one.brand)
        if scope is not None:
            await self.tell(scope, replace(one, state=end.to, reason=end.reason, outcome=end.outcome))

    async def _read_again(self, one: ShopProposal, number: str) -> None:
        """What messages are held against is known at once; where that fails, the next reading brings it."""
        at = await self.shop_of(one.brand)
        scope = await self.scope_of(one.tenant, one.decided_by, one.brand)
        if at is None or scope is None:
            return
        content = cast(dict[str, Any], dict(one.content))
        is_review = one.deed is Deed.REVIEW
        try:
            samples = await as_they_are(self.samples, at, content) if is_review else []
            left = [each["collaboration"] for each in content.get("clashes", ())] if one.way is Way.MOVE else []
            numbers = [] if is_review else list(dict.fromkeys([number, *left]))
            found = [await self.platform.collaboration(at, each) for each in numbers]
        except AppError as failure:
            log.warning("deed.not_read", proposal=one.id, error=failure.text_key)
            return
        async with self.units.unit(scope) as unit:
            link = await unit.shops.by_id(at.link)
            if link is not None and link.shop == at.shop:
                await keep_collaborations(unit, link, found, name=self.name)
                await keep_applications(unit, link, samples, name=self.name, by=one.decided_by)
                await unit.steps.wake_held()


def _invitation(one: ShopProposal, content: dict[str, Any], handles: list[str]) -> NewCollaboration:
    return NewCollaboration(
        name=one.name,
        ends_at=datetime.fromisoformat(content["ends_at"]),
        rates_bp={content["product"]: content["rate_bp"]},
        handles=tuple(handles),
        gives_sample=content["gives_sample"],
    )


def _changes(content: dict[str, Any]) -> Changes:
    ends = content.get("ends_at")
    return Changes(
        rates_bp=content.get("rates_bp"),
        ends_at=datetime.fromisoformat(ends) if ends else None,
        gives_sample=content.get("gives_sample"),
        add=tuple(content.get("add", ())),
        drop=tuple(content.get("drop", ())),
    )


def _is_changed(found: Collaboration, wanted: Changes) -> bool:
    """Whether it is as a change wanted it."""
    rates = {rated.product: rated.rate_bp for rated in found.products}
    inside = {guest.handle.lower() for guest in found.creators if not guest.leaving}
    return (
        all(rates.get(product) == rate for product, rate in (wanted.rates_bp or {}).items())
        and wanted.ends_at in (None, found.ends_at)
        and wanted.gives_sample in (None, found.gives_sample)
        and all(handle.lower() in inside for handle in wanted.add)
        and not any(handle.lower() in inside for handle in wanted.drop)
    )


def _handles(names: list[str]) -> str:
    return " ".join(f"@{name}" for name in dict.fromkeys(names)) or "-"


def _flag(failure: AppError) -> Flag:
    return Flag(failure.text_key, dict(failure.facts))
