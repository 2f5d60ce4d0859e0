"""Figures in words and cards. Pure."""

from agent.cards.piece import Piece, Show
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.performance.results import NoFigures


def no_figures(result: NoFigures, lang: Lang, texts: Texts) -> Piece:
    """That there is nothing to count, and how to come by it."""
    del result
    return Piece(texts.say("performance_no_orders", lang), for_planner={"orders": "none yet"})


SHOWN: dict[type, Show] = {NoFigures: no_figures}
