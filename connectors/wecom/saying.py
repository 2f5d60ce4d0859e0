"""The texts a channel is handed: a key's sentence, in a language."""

from typing import Protocol

from memory.domain.errors import AppError, Fact
from memory.domain.workspace import Lang


class Say(Protocol):
    """The sentence of a key in a language, filled; satisfied by `prompts.render.Texts.say`."""

    def __call__(self, key: str, lang: Lang, **facts: Fact) -> str:
        """Raises KeyError for an unknown key or a slot nobody filled."""
        ...


def told(failure: AppError, say: Say, lang: Lang) -> str:
    """A failure as a sentence; one without a text of its own is told by its kind."""
    try:
        return say(failure.text_key, lang, **failure.facts)
    except KeyError:
        return say(type(failure).key, lang)
