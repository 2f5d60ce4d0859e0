"""What a model may add to a digest: one plain sentence, no figure of its own."""

import pytest

from agent.cards.digest import MOST_BYTES, with_remark
from agent.digests.remarks import Remarks, may_stand
from memory.domain.errors import Unavailable
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.workspace import Lang, Role, Scope
from prompts.render import texts
from tests.support.fake_drafting import ScriptedModel

WHO = Scope(TenantId(1), BrandId(1), MemberId(1), Role.OPERATOR)
DIGEST = """\
宠物优品 11-19 日报
· GMV $1,240，比前 7 天均值 +38%
· 订单 31
需要你处理：
1. 2 个样品逾期
回「日报全文」看全部"""
ENGLISH = "Pawly 11-19\n· GMV $1,240, +38% against the mean of 7 days\nSay “whole digest” for the rest"


@pytest.mark.parametrize(
    ("sentence", "lang", "stands"),
    [
        ("GMV 涨得比订单快，逾期的样品还没人跟。", "zh", True),
        ("GMV 比前 7 天均值高 38%，逾期样品有 2 个。", "zh", True),
        ("GMV is well above the mean of the last 7 days.", "en", True),
        ("GMV 涨了 40%。", "zh", False),
        ("订单 32 单。", "zh", False),
        ("比上周多了三倍。", "zh", False),
        ("GMV 涨了。逾期样品要跟。", "zh", False),
        ("GMV rose. Samples are late.", "en", False),
        ("GMV is up.", "zh", False),
        ("GMV 涨了。", "en", False),
        ("问问 @mia 为什么没发。", "zh", False),
        ("看 https://example.com 的图。", "zh", False),
        ("**GMV** 涨了。", "zh", False),
        ("涨" * 121, "zh", False),
        ("", "zh", False),
    ],
)
def test_only_one_plain_sentence_without_figures_of_its_own_may_stand(
    sentence: str, lang: Lang, *, stands: bool
) -> None:
    assert may_stand(sentence, DIGEST if lang == "zh" else ENGLISH, lang) is stands


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("  GMV 涨得比订单快。\n", "GMV 涨得比订单快。"),
        ("GMV 涨了 40%。", ""),
        ("", ""),
        (Unavailable("model_resting"), ""),
    ],
)
async def test_what_may_not_stand_and_a_model_that_is_away_add_nothing(answer: str | Unavailable, said: str) -> None:
    model = ScriptedModel([answer])
    assert await Remarks(model).of(WHO, DIGEST, "zh") == said
    assert model.asked == [f"<data>\n{DIGEST}\n</data>"]


def test_it_stands_above_the_last_line_as_a_models_and_never_makes_a_digest_too_long() -> None:
    *_, above, last = with_remark(DIGEST, "GMV 涨得比订单快。", "zh", texts()).split("\n")
    assert (above, last) == ("模型看到的：GMV 涨得比订单快。", "回「日报全文」看全部")
    full = "\n".join(["长" * (MOST_BYTES // 3 - 30), "回「日报全文」看全部"])
    assert with_remark(full, "GMV 涨得比订单快。", "zh", texts()) == full
    assert with_remark(DIGEST, "", "zh", texts()) == DIGEST
