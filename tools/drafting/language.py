"""Which language a creator is written to in, and which of them templates speak."""

from memory.domain.creator import Creator
from memory.domain.markets import MARKETS
from memory.domain.outreach import Flag
from tools.drafting.composing import TEMPLATE_LANGUAGES

FALLBACK = "en"


def language_of(creator: Creator) -> str:
    """The creator's first language, else their market's, else English (ISO 639-1)."""
    if creator.facts.languages:
        return creator.facts.languages[0].lower()[:2]
    market = MARKETS.get(creator.facts.market or "")
    return market.language if market else FALLBACK


def template_language(wanted: str) -> str:
    """The wanted language where templates speak it, else English."""
    return wanted if wanted in TEMPLATE_LANGUAGES else FALLBACK


def fallback_flag(wanted: str, used: str) -> tuple[Flag, ...]:
    """「德语暂无模板，用英语」, unless the draft is in the wanted language."""
    return () if wanted == used else (Flag("language_fallback", {"language": wanted}, blocking=False),)
