"""The language of an answer."""

import pytest

from agent.language import language_after, language_of
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


@pytest.mark.parametrize(
    ("text", "before", "lang"),
    [
        ("asdf qwer", ["ok", "find 20 US pet creators", "找20个达人"], "en"),
        ("asdf qwer", ["👍", "找20个达人", "find 20 US pet creators"], "zh"),
        ("再来 5 个", ["find 20 US pet creators"], "zh"),
        ("asdf qwer", ["ok"], "zh"),
    ],
)
def test_a_message_that_does_not_tell_is_in_the_language_of_its_conversation(
    text: str, before: list[str], lang: Lang
) -> None:
    assert language_after(text, before, default="zh") == lang
