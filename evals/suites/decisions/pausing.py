"""Rules of stopping: anybody stops a batch or everything, who may decide lets it go on."""

from random import Random

from agent.approval.pausing import Resumed, Stopped, resume, stop_now
from evals.suites.decisions.stage import PEOPLE, Stage
from memory.domain.workspace import Role
from memory.unit_of_work import UnitOfWork


class Pausing(Stage):
    """「停」 and 「恢复」."""

    async def stop(self, draw: Random) -> None:
        """Anybody stops a batch, or all of them."""
        place = draw.randrange(len(self.books.stacks)) if draw.random() < 0.8 else None
        await self.stopped(place, draw.choice(PEOPLE))

    async def go_on(self, draw: Random) -> None:
        """Somebody lifts a stop, or tries to."""
        stopped = [place for place, stack in enumerate(self.books.stacks) if stack.stopped_since is not None]
        places = stopped if stopped and draw.random() < 0.8 else range(len(self.books.stacks))
        place = draw.choice(places) if draw.random() < 0.5 else None
        await self._resumed(place, draw.choice([*PEOPLE, "lead", "lead", "anna"]))

    async def stopped(self, place: int | None, who: str) -> None:
        """It is confirmed: from here on nothing may be claimed."""
        code = None if place is None else self.books.stacks[place].made.code

        async def work(unit: UnitOfWork) -> Stopped:
            return await stop_now(unit, code)

        done = await self.carried_out(who, work)
        if done is None:
            self.violate([f"{who} could not stop"])
        self.tell(f"{who} stops {'everything' if place is None else place}: {done}")
        self.count("stops")
        now = self.now()
        for number, stack in enumerate(self.books.stacks):
            if place in (None, number):
                stack.stopped_since = stack.stopped_since or now

    async def _resumed(self, place: int | None, who: str) -> None:
        code = None if place is None else self.books.stacks[place].made.code

        async def work(unit: UnitOfWork) -> Resumed:
            return await resume(unit, code)

        may = self.books.may(who, Role.APPROVER, self.now())
        done = await self.carried_out(who, work)
        if (done is not None) is not may:
            self.violate([f"{who} {'may' if may else 'may not'} decide, and resuming said {done}"])
        if done is None:
            return
        meant = {
            stack.made.code
            for number, stack in enumerate(self.books.stacks)
            if stack.stopped_since is not None and place in (None, number)
        }
        if set(done.batches) != meant:
            self.violate([f"resumed {done.batches} instead of {sorted(meant)}"])
        self.tell(f"{who} resumes {done}")
        self.count("resumptions", len(done.batches))
        for stack in self.books.stacks:
            if stack.made.code in done.batches:
                stack.stopped_since = None
