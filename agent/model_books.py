"""Keeps what model calls cost, in the paying tenant's own rows."""

from dataclasses import dataclass

from pydantic import JsonValue

from agent.planner.model import Payer
from memory.domain.stores import Units


@dataclass(frozen=True, slots=True)
class ModelBooks:
    """Satisfies `agent.planner.model.ModelLedger`."""

    units: Units

    async def spent_micro_usd(self, payer: Payer) -> int:
        """See `ModelLedger.spent_micro_usd`."""
        async with self.units.unit(payer.scope) as unit:
            return await unit.turns.month_cost_micro_usd()

    async def record(self, payer: Payer, call: dict[str, JsonValue]) -> None:
        """See `ModelLedger.record`."""
        async with self.units.unit(payer.scope) as unit:
            await unit.turns.record_model_call(payer.turn, call)
