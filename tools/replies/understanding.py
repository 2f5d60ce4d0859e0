"""Lets a model say what creators' messages ask for, out of a closed list; where it cannot, the rules' word stays.

Figures, dates and questions are always those the rules quote. An opt-out that rules read stands, whatever a model says.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeGuard

from pydantic import JsonValue

from memory.domain.errors import Refused, Unavailable
from memory.domain.outreach import CreatorMessage, Gist, Intent
from prompts.render import prompt
from tools.contract import TextModel
from tools.replies.reading import LONGEST_READ
from tools.translation.tool import as_data

AT_ONCE: Final = 4
PATIENCE_SECONDS: Final = 15.0
_LONGEST_ANSWER: Final = 60  # tokens
_SCHEMA: Final[dict[str, JsonValue]] = {
    "type": "object",
    "properties": {
        "intent": {"type": "string", "enum": [intent.value for intent in Intent]},
        "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
    },
    "required": ["intent", "confidence"],
    "additionalProperties": False,
}


async def understood(text: str, gist: Gist, model: TextModel, *, seconds: float = PATIENCE_SECONDS) -> Gist:
    """The gist with a model's intent; as it was where the model is down, slow, or answers something else."""
    if gist.by_model or gist.intent is Intent.OPT_OUT or not text.strip() or seconds <= 0:
        return gist
    system = prompt("replies/intent.md", intents=", ".join(Intent))
    try:
        async with asyncio.timeout(seconds):
            answer = await model.write_json(
                system=system, user=as_data(text[:LONGEST_READ]), purpose="intent", schema=_SCHEMA,
                max_tokens=_LONGEST_ANSWER,
            )  # fmt: skip
    except (Unavailable, Refused, TimeoutError):
        return gist
    intent, confidence = answer.get("intent"), answer.get("confidence")
    if intent not in list(Intent) or not _is_a_share(confidence):
        return gist
    quotes = gist.quotes if intent == gist.intent else ()
    return replace(gist, intent=Intent(str(intent)), confidence=confidence, quotes=quotes, by_model=True)


async def all_understood(
    messages: Sequence[CreatorMessage], model: TextModel, *, seconds: float = PATIENCE_SECONDS
) -> list[CreatorMessage]:
    """The messages in order, a few asked about at once; none is waited for longer than so many seconds in all."""
    slots, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()
    until = loop.time() + seconds

    async def one(message: CreatorMessage) -> CreatorMessage:
        async with slots:
            left = until - loop.time()
            return replace(message, gist=await understood(message.text, message.gist, model, seconds=left))

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(message)) for message in messages]
    return [task.result() for task in running]


def _is_a_share(confidence: JsonValue) -> TypeGuard[int]:
    return isinstance(confidence, int) and not isinstance(confidence, bool) and 0 <= confidence <= 100
