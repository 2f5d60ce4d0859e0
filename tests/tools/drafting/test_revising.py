"""A wish changes both sides together; what nobody understands is said so."""

from dataclasses import replace

import pytest

from memory.domain.errors import BadRequest
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import Content, Tone
from memory.domain.shop_cards import CardKind
from tests.support.fake_drafting import occasion
from tools.drafting.composing import compose, read_code
from tools.drafting.instructions import Change, read_instruction
from tools.drafting.revising import edited, revise_content

WARM = compose(occasion(), language="en", tone=Tone.WARM)
FREE = Content("Hi Mia, we pay 18% on each sale.", "Mia 你好，每单 18%。", "en", Offer(1800))


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("短一点", Change(tone=Tone.BRIEF)),
        ("热情一点", Change(tone=Tone.WARM)),
        ("加一句可以先寄样", Change(sample=True)),
        ("不要提佣金", Change(drop_commission=True)),
        ("make it shorter", Change(tone=Tone.BRIEF)),
        ("佣金改成 15%", Change(commission_bp=1500)),
        ("佣金改成一成八", Change(commission_bp=1800)),
        ("坑位费改成100美金", Change(flat_fee=Money(10_000))),
        ("去掉样品", Change(sample=False)),
        ("问一下收件地址", Change(extras=("address",))),
        ("加一句我们包邮", Change(extras=("free_shipping",))),
        ("remove the link and make it more formal", Change(tone=Tone.FORMAL, unsay=frozenset({"link"}))),
        ("换个说法", Change(again=True)),
        ("带上商品卡", Change(cards=(CardKind.PRODUCT,))),
        ("短一点，附上定向合作卡和样品卡", Change(tone=Tone.BRIEF, cards=(CardKind.COLLABORATION, CardKind.SAMPLE))),
        ("不要卡片", Change(cards=())),
        ("add the free sample card", Change(cards=(CardKind.SAMPLE,))),
        ("leave out the cards", Change(cards=())),
        ("写成一首诗", Change(left=("写成一首诗",))),
        ("短一点，写成一首诗", Change(tone=Tone.BRIEF, left=("写成一首诗",))),
        ("make it rhyme", Change(left=("make it rhyme",))),
    ],
)
def test_an_instruction_is_read(words: str, change: Change) -> None:
    assert read_instruction(words) == change


def test_a_new_commission_stands_in_both_texts_and_nothing_else_changes() -> None:
    changed = revise_content(WARM, Change(commission_bp=1500), occasion())
    assert changed.text == WARM.text.replace("18%", "15%")
    assert changed.text_zh == WARM.text_zh.replace("18%", "15%")
    assert changed.offer == Offer(1500, None, free_sample=True)


def test_dropping_the_sample_drops_it_on_both_sides() -> None:
    changed = revise_content(WARM, Change(sample=False), occasion())
    assert "sample" not in changed.text
    assert "样品" not in changed.text_zh
    assert "18%" in changed.text


def test_shorter_is_shorter_and_keeps_the_offer() -> None:
    changed = revise_content(WARM, Change(tone=Tone.BRIEF), occasion())
    assert len(changed.text) < len(WARM.text)
    assert len(changed.text_zh) < len(WARM.text_zh)
    assert "18%" in changed.text


def test_a_listed_sentence_is_added_in_the_tone_of_the_draft() -> None:
    formal = compose(occasion(), language="es", tone=Tone.FORMAL)
    changed = revise_content(formal, Change(extras=("address",)), occasion())
    assert "Si está de acuerdo" in changed.text
    assert "收件人和地址" in changed.text_zh
    recipe = read_code(changed.template)
    assert recipe is not None
    assert recipe.extras == ("address",)


def test_free_words_get_new_figures_on_both_sides() -> None:
    changed = revise_content(FREE, Change(commission_bp=1250), occasion())
    assert (changed.text, changed.text_zh) == ("Hi Mia, we pay 12.5% on each sale.", "Mia 你好，每单 12.5%。")
    assert changed.offer == Offer(1250)


def test_free_words_need_a_model_for_anything_else() -> None:
    with pytest.raises(BadRequest) as refused:
        revise_content(FREE, Change(tone=Tone.BRIEF), occasion())
    assert refused.value.text_key == "revise_needs_model"


def test_one_edited_side_unpairs_both_sides_do_not() -> None:
    assert edited(WARM, text="Hi Mia.") == replace(WARM, text="Hi Mia.", template=None, variables=None, paired=False)
    assert edited(WARM, text="Hi Mia.", text_zh="Mia 你好。").paired
    assert edited(WARM, text=WARM.text) == WARM
