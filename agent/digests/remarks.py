"""A model's own sentence on a digest: at most one, and none that holds a figure the digest does not."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from agent.planner.model import Payer, paying
from memory.domain.errors import Refused, Unavailable
from memory.domain.workspace import Lang, Scope
from prompts.render import prompt
from tools.contract import TextModel
from tools.translation.figures import figures, spoken_numbers
from tools.translation.tool import as_data

log = structlog.get_logger(__name__)

Remark = Callable[[Scope, str, Lang], Awaitable[str]]

LONGEST: Final = 120  # characters
_MOST_TOKENS: Final = 120
_LANGUAGES: Final[dict[Lang, str]] = {"zh": "Chinese (简体)", "en": "English"}
_DIGITS: Final = re.compile(r"\d+")
_ENDS: Final = re.compile(r"[。！？!?](?=.)|\.\s+(?=\S)")
_LEADS_AWAY: Final = re.compile(r"[@＠\n]|https?:|www\.|[*_#`\[\]<>|]")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


async def no_remark(scope: Scope, text: str, lang: Lang) -> str:
    """Where no model is set."""
    del scope, text, lang
    return ""


@dataclass(frozen=True, slots=True)
class Remarks:
    """Asks a model."""

    model: TextModel

    async def of(self, scope: Scope, text: str, lang: Lang) -> str:
        """A sentence about a digest, which its tenant pays; nothing where a model is away or says what it may not."""
        token = paying.set(Payer(scope))
        try:
            said = await self.model.write(
                system=prompt("digest/remark.md", language=_LANGUAGES[lang]), user=as_data(text), purpose="digest",
                max_tokens=_MOST_TOKENS,
            )  # fmt: skip
        except (Unavailable, Refused) as away:
            log.info("digest.no_remark", key=away.text_key)
            return ""
        finally:
            paying.reset(token)
        sentence = said.strip()
        if sentence and not may_stand(sentence, text, lang):
            log.warning("digest.remark_refused")
            return ""
        return sentence


def may_stand(sentence: str, text: str, lang: Lang) -> bool:
    """Whether it is one short plain sentence in the reader's language whose every figure stands in the text. Pure."""
    if not sentence or len(sentence) > LONGEST or _LEADS_AWAY.search(sentence) or _ENDS.search(sentence):
        return False
    if bool(_CHINESE.search(sentence)) != (lang == "zh"):
        return False
    known, digits = {one.key for one in figures(text)}, set(_DIGITS.findall(text))
    return (
        {one.key for one in figures(sentence)} <= known
        and set(_DIGITS.findall(sentence)) <= digits
        and spoken_numbers(sentence) <= spoken_numbers(text) | digits
    )
