"""What a clause asks for: the idioms it holds and the concepts its words name, weighed; the heaviest request wins."""

import re
from collections.abc import Sequence
from functools import lru_cache

from agent.planner.offline.asking.reported import without_reported
from agent.planner.offline.reading.dates import DAYS_OF_A_MONTH
from agent.planner.offline.reading.vocabulary import masked
from prompts import words

_LONGEST_HEARD, _LONGEST_END = 300, 60
_REMEMBERED = 512
_LEAST = 1.0
"""Below this nothing is asked for."""
_QUOTED = re.compile(r"(?<=[「『“《])[^「『“《」』”》]+(?=[」』”》])|(?<=\")[^\"\n]+(?=\")")
_BLANK_IN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff〇〒」”]) |(?<![a-z0-9_.]) (?=[\u3400-\u9fff〒「“])")
_ALIKE = re.compile(r"同样|花样|模样|榜样|式样|照样")
"""Words that hold the letter for a sample and name none."""
_SUBJECT, _OUR_PRODUCT, _DAYS = "〇", "〒", "⏲"
_DRAWL = "呀啊吖喔哦~ "
"""What a question may end with and stays one."""


def hear(text: str, products: Sequence[str] = ()) -> str:
    """The text with everything that only names something blanked letter for letter.

    What stands in quotes, what a message is to say and the known subjects ask for nothing; our own products become 〒,
    a span of days ⏲.
    """
    for name in products:
        if len(name) > 1:
            text = text.replace(name.lower(), _OUR_PRODUCT * len(name))
    text = _ALIKE.sub("同〇", text)
    text = DAYS_OF_A_MONTH.sub(lambda days: _DAYS * len(days.group()), text)
    text = _QUOTED.sub(lambda quoted: _SUBJECT * len(quoted.group()), text)
    return masked(without_reported(text, _SUBJECT))


def intent_of(heard: str, *, weak: bool = True) -> words.Intent | None:
    """The request a heard clause speaks for, None where nothing does."""
    heard = _BLANK_IN_CHINESE.sub("", heard).rstrip(_DRAWL)
    return _heaviest(
        heard if len(heard) <= _LONGEST_HEARD else heard[:_LONGEST_HEARD] + heard[-_LONGEST_END:], weak=weak
    )


@lru_cache(maxsize=_REMEMBERED)
def _heaviest(heard: str, *, weak: bool) -> words.Intent | None:
    table = words.evidence()
    concepts = table.concepts_in(heard)
    chosen, most = None, 0.0
    for intent in words.intents():
        if intent.weak and not weak:
            continue
        weight = table.idiom(intent.name) if intent.matches(heard) else 0.0
        weight += table.proof(intent.name, concepts)
        if weight > most:
            chosen, most = intent, weight
    return chosen if most >= _LEAST else None
