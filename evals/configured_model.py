"""The model an installation is set to, for suites that ask one. No books: what a run costs counts against no tenant."""

from pydantic import JsonValue

from agent.planner.model import ChatModel, Payer, connect
from agent.settings import ModelSettings
from memory.domain.clock import SystemClock


class NoBooks:
    """Satisfies `agent.planner.model.ModelLedger`."""

    async def spent_micro_usd(self, payer: Payer) -> int:
        """See `ModelLedger.spent_micro_usd`."""
        del payer
        return 0

    async def record(self, payer: Payer, call: dict[str, JsonValue]) -> None:
        """See `ModelLedger.record`."""
        del payer, call


def configured(settings: ModelSettings) -> ChatModel:
    """The door to it."""
    return ChatModel(settings, SystemClock(), NoBooks(), connect(settings))
