"""The language of an answer."""

import pytest

from agent.language import language_of
from memory.domain.workspace import Lang


@pytest.mark.parametrize(
    ("text", "default", "lang"),
    [
        ("找20个US pet达人 with GMV over 5k", "en", "zh"),
        ("find 20 US pet creators", "zh", "en"),
        ("approve K7 1-4 except 2", "zh", "zh"),
        ("ok", "zh", "zh"),
        ("👍", "en", "en"),
        ("@anna_pets", "en", "en"),
    ],
)
def test_the_message_decides_and_else_the_member(text: str, default: Lang, lang: Lang) -> None:
    assert language_of(text, default=default) == lang
