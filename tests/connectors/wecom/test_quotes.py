"""A quoted message of ours that shows a list means that list."""

import pytest

from agent.commands.parsing import may_be_command
from connectors.wecom.bot.inbound import heard
from connectors.wecom.render import Renderer, Words
from memory.domain.chat import Inbound, Reply
from memory.domain.ids import ShortlistId
from memory.domain.quoting import quoted, quoting, unquoted
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.connectors.wecom.offices import CHANNEL
from tests.connectors.wecom.test_bot_inbound import body
from tests.support import fake_office as invented


def under(quoted_text: str, text: str) -> Inbound:
    """What was said in a group under a quotation."""
    quote = {"msgtype": "text", "text": {"content": quoted_text}}
    return heard(body(quote=quote, text={"content": f"@达人助手 {text}"}), bot_name="达人助手").inbound(CHANNEL)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_quotation_of_a_list_is_about_that_list(lang: Lang) -> None:
    shown = Reply(text="找到这些。", cards=(invented.shortlist(),))
    renderer = Renderer(lang, texts().say, "Asia/Shanghai", mark="演示数据", content_bytes=600, quotable=True)
    pieces = [item.text for item in renderer.items(shown, task="t") if isinstance(item, Words)]
    assert len(pieces) > 1
    for piece in pieces:
        asked = under(piece, "给前5个写邀约")
        assert (asked.text, asked.quoted) == ("> #7\n给前5个写邀约", None)


@pytest.mark.parametrize("words", ["「K7#41」\n…", "她说：名单#9", "@mia 回复\n名单#9", "名单#", "> #9"])
def test_what_others_wrote_in_a_quoted_message_names_no_list(words: str) -> None:
    assert under(words, "批准 1").text == "批准 1"


def test_a_command_under_a_quoted_list_is_one_all_the_same() -> None:
    assert may_be_command(quoting(ShortlistId(7), "批准 K7 1-3"))
    assert (quoted("> #7\n批准 K7"), unquoted("> #7\n批准 K7")) == (7, "批准 K7")
    assert (quoted("粉丝 > #7"), unquoted("> 7\n好")) == (None, "> 7\n好")
