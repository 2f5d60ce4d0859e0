"""「快进到下一个窗口」: a demo workspace's clock jumps to the next moment something is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from agent.cards import wording
from agent.outreach.planning import next_due
from connectors.ports.platforms import AnswerSource
from memory.domain import jobs
from memory.domain.account_stores import Services
from memory.domain.chat import Reply
from memory.domain.errors import NotAllowed
from memory.domain.stores import Units
from memory.domain.workspace import Role, Scope
from prompts.render import Texts


@dataclass(frozen=True, slots=True)
class DemoClock:
    """Moves the clock; jobs themselves run on real time."""

    services: Services
    units: Units
    sources: Sequence[AnswerSource]
    texts: Texts

    async def move(self, scope: Scope) -> Reply:
        """Jump to the next due send, answer, content of a sample or digest.

        Raises NotAllowed in a real workspace or for a viewer.
        """
        if not scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        async with self.units.unit(scope) as unit:
            workspace = await unit.people.workspace()
            if not workspace.is_demo:
                raise NotAllowed("real_time")
            going_out, unclear = await unit.steps.going_out(), await unit.steps.unclear()
            moments = (
                await next_due(unit, self.sources),
                await unit.samples.next_change(),
                await unit.digests.next_due(),
            )
            due = min((moment for moment in moments if moment is not None), default=None)
            brands = await unit.people.brands()
            now = unit.now
        zone = brands[0].team_zone if brands else "Asia/Shanghai"
        async with self.services.across_tenants("move the demo clock") as work:
            if due is not None and due > now:
                await work.accounts.move_clock(by_seconds=ceil((due - now) / timedelta(seconds=1)) + 1)
            await work.defer(jobs.dispatch())
            await work.defer(jobs.reconcile())
            await work.defer(jobs.playground())
            await work.defer(jobs.digest())
        if due is None and going_out:
            return Reply(text=self.texts.say("clock_going_out", scope.lang, count=going_out))
        if due is None and unclear:
            return Reply(text=self.texts.say("clock_unclear", scope.lang, count=unclear))
        if due is None:
            return Reply(text=self.texts.say("clock_nothing", scope.lang))
        when = wording.clock(max(due, now), zone, scope.lang)
        return Reply(text=self.texts.say("clock_moved", scope.lang, when=when))
