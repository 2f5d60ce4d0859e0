"""A team that records samples by the tool: a running turn of each member, creators and products by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from agent.samples.confirming import confirmed_samples
from agent.samples.signing import may_sign
from memory.database import Database
from memory.domain.chat import Reply
from memory.domain.chat_stores import Fence
from memory.domain.creator import CreatorFacts, Relation
from memory.domain.ids import TurnId
from memory.domain.money import Money
from memory.domain.sample import Sample
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.database import Office
from tools.contract import TurnContext
from tools.samples.tool import SamplesArgs, SamplesRecorded, SamplesShown, SamplesWaiting, samples


@dataclass
class SampleTeam:
    """The first brand's people; `say` runs the tool as a member who wrote something."""

    database: Database
    office: Office
    turns: dict[int, tuple[TurnContext, Iterator[int]]] = field(default_factory=dict)

    async def creators(self, *handles: str, market: str = "US") -> None:
        async with self.database.unit(self.office.lead()) as unit:
            facts = [CreatorFacts(handle=handle, market=market) for handle in handles]
            await unit.creators.upsert(facts, source="file", as_of=datetime(2026, 11, 1, tzinfo=UTC))

    async def product(self, name: str, price: Money | None = None) -> None:
        async with self.database.unit(self.office.lead()) as unit:
            assert unit.scope.brand is not None
            await unit.products.save(None, {"name": name, "price": price}, brand=unit.scope.brand)

    async def say(
        self, scope: Scope, arguments: Mapping[str, object], said: str = ""
    ) -> SamplesShown | SamplesRecorded | SamplesWaiting:
        turn, occasions = await self._turn(scope)
        context = TurnContext(
            turn.scope, turn.conversation, turn.fence, "zh", f"turn:{turn.fence.turn}:{next(occasions)}", (said,)
        )
        result = await samples(self.database, may_sign).run(SamplesArgs.model_validate(arguments), context)
        assert isinstance(result, SamplesShown | SamplesRecorded | SamplesWaiting)
        return result

    async def recorded(self, scope: Scope, arguments: Mapping[str, object], said: str = "") -> SamplesRecorded:
        result = await self.say(scope, {"action": "record", **arguments}, said)
        assert isinstance(result, SamplesRecorded)
        return result

    async def approved(self, scope: Scope, arguments: Mapping[str, object], said: str = "") -> Reply:
        """Recorded and confirmed by the same member."""
        waiting = await self.say(scope, {"action": "record", **arguments}, said)
        assert isinstance(waiting, SamplesWaiting)
        return await self.confirm(scope, waiting.code)

    async def confirm(self, scope: Scope, code: str) -> Reply:
        async with self.database.unit(scope) as unit:
            taken = await unit.waiting.take(code)
            assert taken is not None
            return await confirmed_samples(unit, taken, texts())

    async def shown(self, arguments: Mapping[str, object] | None = None) -> SamplesShown:
        result = await self.say(self.office.viewer(), {"action": "list", **(arguments or {})})
        assert isinstance(result, SamplesShown)
        return result

    async def of(self, handle: str) -> Sequence[Sample]:
        async with self.database.unit(self.office.viewer()) as unit:
            found = await unit.creators.by_handles([handle])
            return await unit.samples.find(creators=[found[handle].id])

    async def relation(self, handle: str) -> Relation:
        async with self.database.unit(self.office.viewer()) as unit:
            creator = (await unit.creators.by_handles([handle]))[handle].id
            return (await unit.relations.of([creator]))[creator]

    async def days_pass(self, days: float) -> None:
        async with self.database.across_tenants("days pass") as service:
            await service.accounts.move_clock(by_seconds=int(timedelta(days=days).total_seconds()))

    async def _turn(self, scope: Scope) -> tuple[TurnContext, Iterator[int]]:
        if scope.member not in self.turns:
            async with self.database.unit(scope) as unit:
                conversation = await unit.conversations.start(connector="test", chat="direct", now=unit.now)
                turn, _ = await unit.turns.add(
                    conversation.id, text="样品", connector="test", outside_id=f"m{scope.member}", now=unit.now
                )
                begun = await unit.turns.begin(turn)
            assert begun is not None
            context = TurnContext(scope, conversation.id, Fence(TurnId(turn), begun.attempt), "zh", "", ())
            self.turns[scope.member] = (context, count())
        return self.turns[scope.member]
