"""Templates of a brand's own: filled, turned back, and split between creators by chance."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.domain.ids import CreatorId, TemplateVersionId
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import Content, Purpose, Tone
from memory.domain.templates import (
    built_in,
    key_of,
    opening_of,
    template_code,
    version_of,
)
from tests.support.fake_drafting import creator, occasion
from tests.support.own_templates import WORDING, template
from tools.drafting.composing import closed_up, compose
from tools.drafting.own import fill, filled, placeholders_in, refilled, turned
from tools.drafting.splitting import split_at_random
from tools.drafting.variants import variant_of, worded


def test_a_template_is_filled_in_both_languages() -> None:
    made = filled(template(), occasion(offer=Offer(2000)))
    assert made.content == Content(
        "Hi Mia, our QuietScoop Litter Box costs $29.90. We pay 20%.",
        "Mia你好，我们的静音猫砂盆卖 29.90 美元，佣金 20%。",
        "en",
        Offer(2000),
        template="team.invite.41",
        variables={
            "en": {"name": "Mia", "product": "QuietScoop Litter Box", "price": "$29.90", "commission": "20%"},
            "zh": {"name": "Mia", "product": "静音猫砂盆", "price": "29.90 美元", "commission": "20%"},
        },
    )


def test_what_nobody_knows_of_a_creator_is_named_and_not_made_up() -> None:
    wording = replace(WORDING, text="Hi {name}, I saw {hashtag}.", text_zh="{name}你好，看到 {hashtag}。")
    made = filled(template(wording), occasion(who=creator(hashtags=())))
    assert (made.content, made.lacking) == (None, ("hashtag",))


def test_a_draft_from_it_is_its_variant_to_the_letter() -> None:
    content = filled(template(), occasion()).content
    assert content is not None
    variant = variant_of(content)
    assert variant is not None
    assert (variant.purpose, variant.tone, variant.language) == (Purpose.INVITE, Tone.WARM, "en")
    assert variant.template() == worded(content)
    assert worded(content) == (WORDING.text, "{name}你好，我们的{product}卖 {price}，佣金 {commission}。")
    assert variant_of(replace(content, text=content.text + " PS", template=None, variables=None)) is None


def test_another_rate_keeps_the_template() -> None:
    content = filled(template(), occasion()).content
    assert content is not None
    changed = refilled(content, Offer(1500, None, free_sample=True), market="US")
    assert changed is not None
    assert changed.text == "Hi Mia, our QuietScoop Litter Box costs $29.90. We pay 15%."
    assert (changed.template, variant_of(changed)) == (content.template, variant_of(content))
    assert refilled(content, Offer(1800, Money(5000), free_sample=True), market="US") is None


@pytest.mark.parametrize(
    ("text", "words", "becomes"),
    [
        ("Hi Mia, Miami is warm", {"name": "Mia"}, "Hi {name}, Miami is warm"),
        ("嗨Mia，你好", {"name": "Mia"}, "嗨{name}，你好"),
        ("20% now, 120% never, 20%", {"commission": "20%"}, "{commission} now, 120% never, {commission}"),
        ("$29.90 and $29.905", {"price": "$29.90"}, "{price} and $29.905"),
        ("静音猫砂盆和猫砂盆", {"product": "静音猫砂盆", "category": "猫砂盆"}, "{product}和{category}"),
        ("nothing", {}, "nothing"),
    ],
)
def test_words_become_placeholders_where_they_stand_by_themselves(
    text: str, words: dict[str, str], becomes: str
) -> None:
    assert turned(text, words) == becomes
    assert fill(becomes, words) == text


@given(st.text("Mia20%$.9 猫砂，,", max_size=60))
def test_turning_and_filling_give_every_text_back(text: str) -> None:
    words = {"name": "Mia", "commission": "20%", "price": "$29.90", "product": "猫砂"}
    assert fill(turned(text, words), words) == text


@pytest.mark.parametrize("tone", Tone)
def test_a_built_in_draft_gives_its_placeholders(tone: Tone) -> None:
    content = compose(occasion(), language="en", tone=tone)
    words = worded(content)
    assert words is not None
    assert content.variables is not None
    assert fill(words[0], content.variables["en"]) == content.text
    assert closed_up(fill(words[1], content.variables["zh"]), "zh") == content.text_zh
    assert {"name", "product", "commission"} <= set(placeholders_in(*words))
    assert built_in(content.template) == f"invite.{tone}"
    assert opening_of(content.template) not in (None, "")


def test_a_code_names_its_version_and_nothing_else_does() -> None:
    code = template_code(Purpose.THANKS, TemplateVersionId(7))
    assert (version_of(code), built_in(code), opening_of(code, "\nHi {name},\nmore")) == (7, None, "Hi {name},")
    assert version_of("invite.warm.greeting=g1,hook=h3,quoted=2+address-link") is None
    assert opening_of("invite.warm.greeting=g1,hook=h3,quoted=2+address-link") == "hook=h3"
    assert [opening_of(None), built_in(None), version_of(None)] == [None, None, None]


def test_names_are_one_whatever_case_width_and_spaces() -> None:
    assert key_of("「Ａ版  litter BOX」") == key_of("a版 Litter box")


@given(st.sets(st.integers(1, 500), max_size=60), st.text(max_size=8))
def test_a_split_is_even_and_the_same_again(numbers: set[int], seed: str) -> None:
    creators = [CreatorId(number) for number in sorted(numbers)]
    chosen = split_at_random(creators, ("A", "B"), seed=seed)
    counts = Counter(chosen.values())
    assert set(chosen) == set(creators)
    assert abs(counts["A"] - counts["B"]) <= 1
    assert split_at_random(creators[::-1], ("A", "B"), seed=seed) == chosen


def test_another_batch_is_split_another_way() -> None:
    creators = [CreatorId(number) for number in range(1, 41)]
    one, other = (split_at_random(creators, ("A", "B"), seed=f"turn:{turn}:0") for turn in (1, 2))
    assert one != other
    larger = {Counter(split_at_random(creators[:3], ("A", "B"), seed=str(seed)).values())["A"] for seed in range(20)}
    assert larger == {1, 2}
