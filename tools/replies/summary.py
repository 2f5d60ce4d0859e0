"""A summary of a creator's message by rules, as keys and facts: each line quotes what it was read from."""

from collections.abc import Iterator
from dataclasses import dataclass

from memory.domain.outreach import CreatorMessage, Fact, Gist
from tools.drafting.wording import money_text, share_text

HEADING = "reply_untranslated"  # 「未翻译：未接模型」
HEADING_TRANSLATED = "reply_translated"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line: a text key of prompts/messages.d/drafting and what fills it."""

    key: str
    facts: dict[str, Fact]


def heading_of(message: CreatorMessage) -> str:
    """Whether the text below is a translation or a summary by rules."""
    return HEADING_TRANSLATED if message.translation else HEADING


def summarise(gist: Gist) -> tuple[SummaryLine, ...]:
    """Intent with confidence first, then figures and questions, each on its line."""
    return tuple(_lines(gist))


def _lines(gist: Gist) -> Iterator[SummaryLine]:
    yield SummaryLine(f"reply_intent_{gist.intent}", {"confidence": gist.confidence})
    for quote in gist.quotes[:2]:
        yield SummaryLine("reply_quote", {"quote": quote})
    if gist.amounts:
        yield SummaryLine("reply_amounts", {"amounts": "、".join(money_text(amount, "zh") for amount in gist.amounts)})
    if gist.percentages_bp:
        yield SummaryLine(
            "reply_percentages", {"percentages": "、".join(share_text(one) for one in gist.percentages_bp)}
        )
    if gist.dates:
        yield SummaryLine("reply_dates", {"dates": "、".join(day.isoformat() for day in gist.dates)})
    for question in gist.questions[:3]:
        yield SummaryLine("reply_question", {"quote": question})
