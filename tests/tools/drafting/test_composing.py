"""What a draft says, and how unlike each other the drafts of a batch are."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from time import process_time

import pytest

from memory.domain.errors import BadRequest
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose, Tone
from memory.domain.workspace import BrandPolicy
from tests.support.fake_drafting import LITTER_BOX, creator, occasion
from tools.drafting.batching import Prepared, Wish, WrittenBatch, write_batch
from tools.drafting.checking import check
from tools.drafting.composing import UNSAID_WHEN_BRIEF, Said, compose, names_in, read_code, render
from tools.drafting.known import Occasion
from tools.drafting.similarity import most_alike
from tools.drafting.variants import variant_of

POLICY = BrandPolicy()


def test_a_draft_holds_the_offer_in_both_languages() -> None:
    content = compose(occasion(offer=Offer(1250, Money(10_000), free_sample=True)), language="en", tone=Tone.WARM)
    assert "12.5%" in content.text
    assert "12.5%" in content.text_zh
    assert "$100" in content.text
    assert "100 美元" in content.text_zh
    assert "https://shop.tiktok.com/view/123" in content.text


def test_the_same_creator_gets_the_same_draft_again() -> None:
    first = compose(occasion(), language="es", tone=Tone.WARM)
    assert compose(occasion(), language="es", tone=Tone.WARM) == first


def test_a_code_cuts_the_same_texts_again() -> None:
    content = compose(occasion(), language="en", tone=Tone.FORMAL)
    recipe = read_code(content.template)
    assert recipe is not None
    assert render(recipe, occasion(), language="en") == content


def test_without_a_product_nothing_is_written() -> None:
    with pytest.raises(BadRequest) as refused:
        compose(occasion(product=None), language="en", tone=Tone.WARM)
    assert refused.value.text_key == "which_product"


def test_what_is_not_offered_is_not_said() -> None:
    content = compose(occasion(offer=Offer()), language="en", tone=Tone.WARM)
    assert "commission" not in content.text
    assert "free" not in content.text
    assert "佣金" not in content.text_zh
    assert "样品" not in content.text_zh


@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize("language", ["en", "es"])
def test_fifty_invites_to_alike_creators_are_unlike(language: str, tone: Tone) -> None:
    said = Said()
    unsaid = UNSAID_WHEN_BRIEF if tone is Tone.BRIEF else frozenset[str]()
    occasions = [occasion(who=creator(number)) for number in range(50)]
    texts = [compose(one, language=language, tone=tone, said=said, unsaid=unsaid).text for one in occasions]
    assert len(set(texts)) == 50
    assert most_alike(texts, names_in(occasions[0])) <= 600


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    "offer", [Offer(1800, None, free_sample=True), Offer(), Offer(None, Money(25_050), free_sample=False)]
)
def test_every_family_passes_its_own_checks(purpose: Purpose, tone: Tone, language: str, offer: Offer) -> None:
    given = replace(offer, free_sample=True) if purpose is Purpose.SAMPLE_OFFER else offer
    about = occasion(purpose, offer=given)
    content = compose(about, language=language, tone=tone)
    assert [flag for flag in check(content, about, policy=POLICY) if flag.key != "no_commission"] == []


@pytest.mark.parametrize("purpose", [Purpose.INVITE, Purpose.SAMPLE_OFFER, Purpose.FOLLOW_UP, Purpose.NEGOTIATE])
def test_a_draft_asks_exactly_one_question(purpose: Purpose) -> None:
    for number in range(12):
        content = compose(occasion(purpose, who=creator(number)), language="en", tone=Tone.WARM)
        assert content.text.count("?") == 1, content.text


def test_a_creator_nobody_knows_is_still_addressed_by_handle() -> None:
    unknown = creator(bio="", captions=(), hashtags=(), categories=(), name="")
    content = compose(occasion(who=unknown), language="en", tone=Tone.WARM)
    assert "pawlife1" in content.text
    assert "{" not in content.text + content.text_zh


def test_chinese_selling_points_stay_out_of_english() -> None:
    product = replace(LITTER_BOX, selling_points=("静音电机",))
    content = compose(occasion(product=product), language="en", tone=Tone.WARM)
    assert "静音电机" not in content.text


def test_two_hundred_drafts_stay_unlike_and_cost_less_than_ten_times_twenty() -> None:
    """A ratio of one run: seconds of a shared core say nothing. Each draft is compared with all before it."""
    occasions = [occasion(who=creator(number)) for number in range(1, 201)]

    def write(some: Sequence[Occasion]) -> tuple[WrittenBatch, float]:
        began = process_time()
        written = asyncio.run(write_batch(Prepared(tuple(some), POLICY, {}), Wish(Tone.WARM), lang="zh", model=None))
        return written, process_time() - began

    write(occasions[:20])  # reads what is read once
    twenties = sum(write(occasions[start : start + 20])[1] for start in range(0, 200, 20))
    whole, seconds = write(occasions)
    assert len({draft.content.text for draft in whole.drafts}) == 200
    assert whole.similarity <= 650
    assert seconds < twenties


@pytest.mark.parametrize("purpose", [Purpose.INVITE, Purpose.FOLLOW_UP, Purpose.REPLY])
@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_a_draft_is_its_variant_with_its_variables(purpose: Purpose, language: str) -> None:
    content = compose(occasion(purpose), language=language, tone=Tone.WARM)
    found = variant_of(content)
    assert found is not None
    assert (found.purpose, found.language) == (purpose, language)
    assert variant_of(replace(content, text=content.text + " ")) is None
    assert variant_of(replace(content, text_zh=content.text_zh + "。")) is None
    assert variant_of(replace(content, variables={})) is None


def test_two_creators_of_one_recipe_share_a_variant() -> None:
    first = compose(occasion(), language="en", tone=Tone.WARM)
    recipe = read_code(first.template)
    assert recipe is not None
    second = render(recipe, occasion(who=creator(2, name="Ana Ruiz")), language="en")
    assert second.text != first.text
    assert variant_of(second) == variant_of(first)
