"""Each planted mistake is caught by its check; a clean draft passes."""

from dataclasses import replace

import pytest

from memory.domain.creator import Relation
from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Channel, Content, Tone
from memory.domain.workspace import BrandPolicy
from tests.support.fake_drafting import LITTER_BOX, occasion
from tools.drafting.checking import check
from tools.drafting.composing import compose
from tools.drafting.limits import basis_points

CLEAN = compose(occasion(), language="en", tone=Tone.WARM)


def keys(content: Content, *, channel: Channel = Channel.BY_HAND, policy: BrandPolicy | None = None) -> set[str]:
    flags = check(content, occasion(channel=channel), policy=policy or BrandPolicy())
    return {flag.key for flag in flags}


def test_a_clean_draft_has_no_flag() -> None:
    assert check(CLEAN, occasion(), policy=BrandPolicy()) == ()


@pytest.mark.parametrize(
    ("addition", "zh", "key"),
    [
        (" It sold 12,000 units.", "卖了 12000 件。", "ungrounded_number"),
        (" See https://other.example/page", "见 https://other.example/page", "ungrounded_link"),
        (" Ask @someoneelse.", "问 @someoneelse。", "ungrounded_handle"),
        (" Your post “I only eat kale” was great.", "你那条「I only eat kale」不错。", "ungrounded_quote"),
        (" It's waterproof.", "它防水。", "ungrounded_claim"),
        (" There's a flat fee too.", "还有固定费用。", "ungrounded_offer"),
        (" As Jessica told me.", "Jessica 告诉我的。", "ungrounded_name"),
        (" We pay by March 5.", "我们付款。", "numbers_differ"),
        (" We pay 18%.", "我们付 20%。", "numbers_differ"),
        (" This will cure your cat's anxiety.", "能治疗猫的焦虑。", "compliance_health_claim"),
        (" You'll make $5,000 a month.", "月入 5000 美元。", "compliance_earnings_claim"),
        (" Message me on WhatsApp.", "加我微信。", "compliance_off_platform_contact"),
        (" Please leave a 5-star review.", "请给五星好评。", "compliance_review_pressure"),
        (" No need to add #ad.", "不用加广告标签。", "compliance_hidden_disclosure"),
    ],
)
def test_a_planted_mistake_is_caught(addition: str, zh: str, key: str) -> None:
    planted = replace(CLEAN, text=CLEAN.text + addition, text_zh=CLEAN.text_zh + zh)
    assert key in keys(planted)


def test_greeting_somebody_else_blocks() -> None:
    planted = replace(CLEAN, text="Hi Jessica,\n" + CLEAN.text)
    assert "wrong_name" in keys(planted)


def test_a_stale_pair_is_said_and_does_not_block() -> None:
    flags = check(replace(CLEAN, paired=False), occasion(), policy=BrandPolicy())
    assert [(flag.key, flag.blocking) for flag in flags] == [("pair_stale", False)]


def test_too_long_for_the_channel() -> None:
    planted = replace(CLEAN, text=CLEAN.text + " word" * 500)
    assert "text_too_long" in keys(planted, channel=Channel.TIKTOK)


def test_commission_above_the_products_ceiling_blocks_and_above_the_brands_a_lead_signs() -> None:
    dear = compose(occasion(offer=Offer(3500)), language="en", tone=Tone.WARM)
    assert keys(dear) == {"commission_above_product"}
    (flag,) = check(CLEAN, occasion(), policy=BrandPolicy(commission_ceiling_bp=1500))
    assert (flag.key, flag.blocking) == ("commission_above_policy", False)


def test_a_sample_the_product_does_not_give_is_a_warning() -> None:
    about = occasion(product=replace(LITTER_BOX, sample=False))
    flags = check(CLEAN, about, policy=BrandPolicy())
    assert [(flag.key, flag.blocking) for flag in flags] == [("sample_not_given", False)]


@pytest.mark.parametrize(
    ("received", "posted", "flags"),
    [(1, 0, []), (2, 0, ["sample_seldom_posted"]), (2, 1, []), (5, 2, ["sample_seldom_posted"])],
)
def test_another_sample_for_who_seldom_posts_is_a_warning(received: int, posted: int, flags: list[str]) -> None:
    known = Relation(CreatorId(1), BrandId(1), samples_received=received, samples_posted=posted)
    found = check(CLEAN, replace(occasion(), relation=known), policy=BrandPolicy())
    assert [(flag.key, flag.blocking, flag.facts) for flag in found] == [
        (key, False, {"received": received, "posted": posted}) for key in flags
    ]


def test_without_a_sample_in_the_offer_nothing_is_said_of_earlier_ones() -> None:
    known = Relation(CreatorId(1), BrandId(1), samples_received=9)
    about = replace(occasion(offer=Offer(1800)), relation=known)
    assert check(compose(about, language="en", tone=Tone.WARM), about, policy=BrandPolicy()) == ()


@pytest.mark.parametrize("rate", [1.2, -0.1, float("nan")])
def test_an_impossible_rate_is_refused(rate: float) -> None:
    with pytest.raises(BadRequest):
        basis_points(rate)


def test_an_invite_without_commission_says_so() -> None:
    about = occasion(offer=Offer())
    content = compose(about, language="en", tone=Tone.WARM)
    assert [flag.key for flag in check(content, about, policy=BrandPolicy())] == ["no_commission"]
