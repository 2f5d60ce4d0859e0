"""The one door to an OpenAI-compatible model: masked, budgeted, timed, retried, recorded.

Every text goes through `guardrails.contacts.mask` before it leaves. The Chat Completions protocol is used because
DeepSeek, Qwen, Kimi, GLM, OpenAI and local servers all speak it.
"""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

import openai
import stamina
import structlog
from pydantic import JsonValue

from agent.guardrails.contacts import mask
from agent.planner.breaker import Breaker
from agent.planner.tokens import count
from agent.settings import ModelSettings
from memory.domain.clock import Clock
from memory.domain.errors import Refused, Unavailable
from memory.domain.ids import TurnId
from memory.domain.workspace import Scope
from tools.catalogue import Call

log = structlog.get_logger()

# What openai 3 raises when the endpoint did not do its work but may later.
_PASSING = (openai.APIConnectionError, openai.APITimeoutError, openai.RateLimitError, openai.InternalServerError)


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom a model call is made, in which turn if in one: its cost counts against this tenant's month."""

    scope: Scope
    turn: TurnId | None = None


# Tools are built once and called in many turns; the turn that pays travels with the task, not through every argument.
paying: ContextVar[Payer | None] = ContextVar("paying", default=None)


class ModelLedger(Protocol):
    """Where calls are recorded and a month's spending is read."""

    async def spent_micro_usd(self, payer: Payer) -> int:
        """Spent by the tenant since the first of the month, millionths of a dollar."""
        ...

    async def record(self, payer: Payer, call: dict[str, JsonValue]) -> None:
        """Keep one call."""
        ...


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """Text, or calls, or both."""

    text: str
    calls: tuple[Call, ...] = ()
    message: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True)
class ChatModel:
    """One configured endpoint. Satisfies `tools.contract.TextModel`."""

    settings: ModelSettings
    clock: Clock
    ledger: ModelLedger
    client: openai.AsyncOpenAI
    breaker: Breaker = field(default_factory=Breaker)
    attempts: int = 3  # per call, with jittered waits of 0.3 to 3 s between them

    async def write(self, *, system: str, user: str, purpose: str, max_tokens: int = 800) -> str:
        """See `TextModel.write`."""
        messages: list[dict[str, JsonValue]] = [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
        ]
        answer = await self._ask(messages, purpose=purpose, extra={"max_tokens": max_tokens})
        return answer.text

    async def write_json(
        self, *, system: str, user: str, purpose: str, schema: dict[str, JsonValue], max_tokens: int = 1200
    ) -> dict[str, JsonValue]:
        """See `TextModel.write_json`."""
        messages: list[dict[str, JsonValue]] = [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
        ]
        extra: dict[str, Any] = {
            "max_tokens": max_tokens,
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
        }
        answer = await self._ask(messages, purpose=purpose, extra=extra)
        parsed = parse_object(answer.text)
        if parsed is None:
            raise Refused("model_not_json", purpose=purpose)
        return parsed

    async def chat(
        self,
        messages: Sequence[dict[str, JsonValue]],
        *,
        tools: Sequence[dict[str, JsonValue]],
        on_text: Callable[[str], Awaitable[None]],
    ) -> ModelAnswer:
        """One planner step: stream text to `on_text`, return text and tool calls.

        Raises Unavailable (retryable; nothing of this step counts) or Refused (key, budget, content).
        """
        extra: dict[str, Any] = {"tools": list(tools)} if tools else {}
        return await self._ask(messages, purpose="plan", extra=extra, on_text=on_text)

    async def _ask(
        self,
        messages: Sequence[dict[str, JsonValue]],
        *,
        purpose: str,
        extra: dict[str, Any],
        on_text: Callable[[str], Awaitable[None]] | None = None,
    ) -> ModelAnswer:
        payer = paying.get()
        await self._check_ceiling(payer)
        if not self.breaker.allows(self.clock.now()):
            raise Unavailable("model_resting")
        masked = [_masked(message) for message in messages]
        request: dict[str, Any] = {
            "model": self.settings.name,
            "messages": masked,
            "stream": True,
            "stream_options": {"include_usage": True},
            **extra,
        }
        began = time.monotonic()
        try:
            async for attempt in stamina.retry_context(
                on=_PASSING,
                attempts=self.attempts,
                wait_initial=0.3,
                wait_max=3.0,
                wait_jitter=0.5,
                # A quick failure is tried again; a silence as long as the limit is not, or it would outlast the turn.
                timeout=self.settings.timeout_seconds,
            ):
                with attempt:
                    pieces = _Pieces()
                    stream = await self.client.chat.completions.create(**request)
                    try:
                        await pieces.collect(stream, on_text)
                    except _PASSING as failure:
                        if pieces.text and on_text:  # the person has read half of it: do not say it twice
                            raise Unavailable("model_unavailable", reason=type(failure).__name__) from failure
                        raise
        except _PASSING as failure:
            self.breaker.failed(self.clock.now(), silent=isinstance(failure, openai.APITimeoutError))
            await self._record(payer, purpose, masked, None, began, ok=False)
            raise Unavailable("model_unavailable", reason=type(failure).__name__) from failure
        except Unavailable:  # broke off after words were shown
            self.breaker.failed(self.clock.now())
            await self._record(payer, purpose, masked, None, began, ok=False)
            raise
        except openai.AuthenticationError as failure:
            await self._record(payer, purpose, masked, None, began, ok=False)
            raise Refused("model_key_wrong") from failure
        except openai.APIError as failure:
            await self._record(payer, purpose, masked, None, began, ok=False)
            raise Refused("model_refused", reason=type(failure).__name__) from failure
        self.breaker.succeeded()
        await self._record(payer, purpose, masked, pieces, began, ok=True)
        return pieces.answer()

    async def _check_ceiling(self, payer: Payer | None) -> None:
        if payer is None or not (self.settings.price_in or self.settings.price_out):
            return
        if await self.ledger.spent_micro_usd(payer) >= self.settings.monthly_ceiling_usd * 1_000_000:
            raise Refused("model_ceiling", limit=self.settings.monthly_ceiling_usd)

    async def _record(
        self,
        payer: Payer | None,
        purpose: str,
        masked: Sequence[dict[str, JsonValue]],
        pieces: "_Pieces | None",
        began: float,
        *,
        ok: bool,
    ) -> None:
        if payer is None:
            return
        tokens_in = pieces.tokens_in if pieces and pieces.tokens_in else sum(count(str(m)) for m in masked)
        tokens_out = pieces.tokens_out if pieces else 0
        cost = round(tokens_in * self.settings.price_in + tokens_out * self.settings.price_out)
        await self.ledger.record(
            payer,
            {
                "model": self.settings.name,
                "purpose": purpose,
                "ok": ok,
                "tokens_in": tokens_in,
                "tokens_out": tokens_out,
                "cost_micro_usd": cost,
                "milliseconds": round((time.monotonic() - began) * 1000),
            },
        )


@dataclass(slots=True)
class _Pieces:
    """A streamed answer as it arrives."""

    text: str = ""
    names: dict[int, str] = field(default_factory=dict)
    arguments: dict[int, str] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0

    async def collect(self, stream: AsyncIterator[Any], on_text: Callable[[str], Awaitable[None]] | None) -> None:
        async for chunk in stream:
            if chunk.usage:
                self.tokens_in, self.tokens_out = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
            for choice in chunk.choices:
                if choice.delta.content:
                    self.text += choice.delta.content
                    if on_text:
                        await on_text(choice.delta.content)
                for call in choice.delta.tool_calls or ():
                    self.ids[call.index] = call.id or self.ids.get(call.index, f"call_{call.index}")
                    if call.function and call.function.name:
                        self.names[call.index] = call.function.name
                    if call.function and call.function.arguments:
                        self.arguments[call.index] = self.arguments.get(call.index, "") + call.function.arguments
        if not self.tokens_out:
            self.tokens_out = count(self.text + "".join(self.arguments.values()))

    def answer(self) -> ModelAnswer:
        calls = tuple(
            Call(self.names[place], parse_object(self.arguments.get(place) or "{}") or {}, self.ids[place])
            for place in sorted(self.names)
        )
        message: dict[str, JsonValue] = {"role": "assistant", "content": self.text or None}
        if calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
                }
                for call in calls
            ]
        return ModelAnswer(self.text, calls, message)


def parse_object(text: str) -> dict[str, JsonValue] | None:
    """Read a JSON object, also out of a code fence; None when there is none."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        parsed = json.loads(text[start : end + 1])
    except json.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _masked(message: dict[str, JsonValue]) -> dict[str, JsonValue]:
    content = message.get("content")
    return {**message, "content": mask(content)} if isinstance(content, str) else message


def connect(settings: ModelSettings) -> openai.AsyncOpenAI:
    """A client that leaves retrying to us."""
    return openai.AsyncOpenAI(
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value() or "none",
        timeout=settings.timeout_seconds,
        max_retries=0,
    )
