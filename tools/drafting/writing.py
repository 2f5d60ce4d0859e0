"""Lets a model write a draft: write, check, repair, at most two repairs; then the template, and says so."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from memory.domain.errors import Refused, Unavailable
from memory.domain.outreach import Content, Flag, Tone
from memory.domain.workspace import BrandPolicy, Lang
from prompts.render import prompt
from tools.contract import TextModel
from tools.drafting.checking import check
from tools.drafting.known import Known, Occasion, known, with_points
from tools.drafting.limits import LONGEST
from tools.drafting.quoting import strip_controls

REPAIRS = 2
AT_ONCE = 4
FALLBACK = Flag("model_fallback", {}, blocking=False)

_SCHEMA: Final[dict[str, JsonValue]] = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "text_zh": {"type": "string"}},
    "required": ["text", "text_zh"],
    "additionalProperties": False,
}
_MEASURED = 1200  # characters a first message should stay under, whatever the channel carries


@dataclass(frozen=True, slots=True)
class Written:
    """A draft and what its checks found."""

    content: Content
    flags: tuple[Flag, ...]


class Writer:
    """Writes with one model under one brand's policy; at most AT_ONCE calls at a time."""

    def __init__(self, model: TextModel, policy: BrandPolicy) -> None:
        self._model = model
        self._policy = policy
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def write(
        self, occasion: Occasion, *, language: str, tone: Tone, note: str, template: Content, lang: Lang
    ) -> Written:
        """One draft by the model, or `template` with the flag "model_fallback" when it fails or does not pass."""
        facts = _facts_of(with_points(known(occasion), occasion.product, language))
        written = await self._loop(occasion, language=language, tone=tone, lang=lang, facts=facts, note=note)
        if written is not None:
            return written
        return Written(template, (*check(template, occasion, policy=self._policy), FALLBACK))

    async def rewrite(self, content: Content, instruction: str, occasion: Occasion, *, lang: Lang) -> Written:
        """A draft changed by an instruction. Raises Unavailable when the model gives nothing that passes."""
        facts = _facts_of(with_points(known(occasion), occasion.product, content.language))
        draft = f"{content.text}\n---\n{content.text_zh}"
        written = await self._loop(
            occasion,
            language=content.language,
            tone=Tone.WARM,
            lang=lang,
            facts=facts,
            draft=draft,
            instruction=instruction,
        )
        if written is None:
            raise Unavailable("model_no_draft")
        return written

    async def _loop(
        self,
        occasion: Occasion,
        *,
        language: str,
        tone: Tone,
        lang: Lang,
        facts: str,
        note: str = "",
        draft: str = "",
        instruction: str = "",
    ) -> Written | None:
        """The first version without a blocking flag, None when there is none within the repairs."""
        del lang  # the prompt is one; its answer holds both languages
        limit = min(_MEASURED, LONGEST[occasion.channel])
        system = prompt("drafting/write.md", language=language, purpose=occasion.purpose, tone=tone, limit=limit)
        problems = ""
        for _ in range(1 + REPAIRS):
            user = prompt(
                "drafting/facts.md",
                facts=facts,
                foreign=_foreign(occasion),
                note=note,
                draft=draft,
                instruction=instruction,
                problems=problems,
            )
            content = await self._ask(system, user, occasion, language)
            if content is None:
                return None
            flags = check(content, occasion, policy=self._policy)
            blocking = [flag for flag in flags if flag.blocking]
            if not blocking:
                return Written(content, flags)
            draft, problems = f"{content.text}\n---\n{content.text_zh}", _problems(blocking)
        return None

    async def _ask(self, system: str, user: str, occasion: Occasion, language: str) -> Content | None:
        async with self._slots:
            try:
                answer = await self._model.write_json(system=system, user=user, purpose="draft", schema=_SCHEMA)
            except (Unavailable, Refused):
                return None
        text, text_zh = answer.get("text"), answer.get("text_zh")
        if not isinstance(text, str) or not isinstance(text_zh, str):
            return None
        return Content(_lines(text), _lines(text_zh), language, occasion.offer)


async def write_all(
    writer: Writer,
    drafts: Sequence[tuple[Occasion, Content]],
    *,
    languages: Sequence[str],
    tone: Tone,
    note: str,
    lang: Lang,
) -> list[Written]:
    """A batch side by side, in order; each falls back to its own template."""
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(
                writer.write(occasion, language=language, tone=tone, note=note, template=template, lang=lang)
            )
            for (occasion, template), language in zip(drafts, languages, strict=True)
        ]
    return [task.result() for task in running]


def _facts_of(facts: Known) -> str:
    """What may be said, one fact a line, with the words of both languages."""
    lines = [
        f"- {name}: {json.dumps({side: facts.values[side][name] for side in ('en', 'zh')}, ensure_ascii=False)}"
        for name in sorted(facts.values["en"])
        if name in facts.facts
    ]
    if "sample" in facts.facts:
        lines.append("- a free sample is offered")
    return "\n".join(lines)


def _foreign(occasion: Occasion) -> str:
    """The creator's own words, cleaned and short, unable to close the data mark."""
    facts = occasion.creator.facts
    parts = [facts.bio, *facts.captions[:3], *(f"#{tag}" for tag in facts.hashtags[:5])]
    if occasion.answering:
        parts.append(occasion.answering.text)
    cleaned = (strip_controls(part)[:300].replace("<", "(").replace(">", ")").strip() for part in parts)
    return "\n".join(part for part in cleaned if part)


def _problems(flags: Sequence[Flag]) -> str:
    return "\n".join(f"- {flag.key}: {json.dumps(flag.facts, ensure_ascii=False)}" for flag in flags)


def _lines(text: str) -> str:
    return "\n".join(strip_controls(line).rstrip() for line in text.strip().splitlines())


def with_flag(written: Written, *flags: Flag) -> Written:
    """The same with more flags, each once."""
    return replace(
        written, flags=tuple({flag.key + str(flag.facts): flag for flag in (*written.flags, *flags)}.values())
    )
