"""Keeps what people thought of answers, in the book of what happened."""

from dataclasses import dataclass

from connectors.ports.answers import Judgement
from memory.domain.stores import Units
from memory.domain.workspace import Scope

LONGEST = 500  # characters of what somebody wrote beside a judgement


@dataclass(frozen=True, slots=True)
class KeptJudgements:
    """Satisfies `connectors.ports.answers.Judgements`."""

    units: Units

    async def keep(self, scope: Scope, judgement: Judgement) -> None:
        """See `Judgements.keep`."""
        said = {"verdict": judgement.verdict, "reasons": list(judgement.reasons), "text": judgement.text[:LONGEST]}
        async with self.units.unit(scope) as unit:
            await unit.audit.record("answer.judged", subject=judgement.answer[:80], after=said)
