"""Tool results as people see them: one function per result type, and the little of it a planner needs."""

from dataclasses import dataclass

from agent.cards import (
    books,
    campaigns,
    collaborations,
    digest_shown,
    drafting,
    follow_ups,
    funnel,
    performance,
    report_links,
    sample_outcomes,
    samples,
    searching,
    sharing,
    templates,
    tracking,
)
from agent.cards.piece import Piece, Show
from memory.domain.errors import AppError
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.catalogue import Outcome

# Every result type is shown by exactly one function; a tool whose result is missing here fails the house rules.
SHOWN: dict[type, Show] = {
    **searching.SHOWN, **drafting.SHOWN, **follow_ups.SHOWN, **campaigns.SHOWN, **books.SHOWN, **samples.SHOWN,
    **sharing.SHOWN, **performance.SHOWN, **funnel.SHOWN, **templates.SHOWN, **collaborations.SHOWN,
    **digest_shown.SHOWN, **tracking.SHOWN, **report_links.SHOWN, **sample_outcomes.SHOWN,
}  # fmt: skip

# Facts of a failure that have a name people read.
_NAMED = {"tool": "tool_name_", "metric": "metric_", "order_by": "metric_", "group_by": "group_"}


@dataclass(frozen=True, slots=True)
class Presenter:
    """Turns an outcome into words and cards; pure."""

    texts: Texts

    def show(self, outcome: Outcome, lang: Lang) -> Piece:
        """What the person sees of a call. Raises KeyError for a result nobody taught it to show."""
        if outcome.error is not None:
            return self.failure(outcome.error, lang)
        return SHOWN[type(outcome.result)](outcome.result, lang, self.texts)

    def failure(self, error: AppError, lang: Lang) -> Piece:
        """A failure as a sentence; the planner sees the key and the facts."""
        key = error.text_key if error.text_key in self.texts else "unexpected"
        facts = dict(error.facts)
        for fact, prefix in _NAMED.items():
            if f"{prefix}{facts.get(fact)}" in self.texts:
                facts[fact] = self.texts.say(f"{prefix}{facts[fact]}", lang)
        text = self.texts.say(key, lang, **facts)
        return Piece(text, for_planner={"error": error.text_key, "says": text, **error.facts})
