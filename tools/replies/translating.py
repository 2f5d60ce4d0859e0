"""Translates what creators wrote for the member who reads it; what a model cannot give stays untranslated."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from memory.domain.errors import Refused, Unavailable
from memory.domain.outreach import CreatorMessage
from memory.domain.workspace import Lang
from prompts.render import prompt
from tools.contract import TextModel
from tools.translation.equality import differences
from tools.translation.tool import as_data

AT_ONCE = 4


async def translated(messages: Sequence[CreatorMessage], model: TextModel, *, to: Lang) -> list[CreatorMessage]:
    """The messages with translations, in order; one whose figures changed on the way is left out."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(message: CreatorMessage) -> CreatorMessage:
        if message.translation or not message.text.strip():
            return message
        async with slots:
            try:
                system = prompt("replies/translate.md", language=to)
                text = (await model.write(system=system, user=as_data(message.text), purpose="translate")).strip()
            except (Unavailable, Refused):
                return message
        return message if not text or differences(message.text, text) else replace(message, translation=text)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(message)) for message in messages]
    return [task.result() for task in running]
