"""The overview of a large batch: what it shows makes exactly the texts that are sent."""

import re
from dataclasses import replace

from agent.cards.overview import overview
from memory.domain.cards import Wording
from memory.domain.ids import BatchId, CreatorId, DraftId, MemberId, VersionId
from memory.domain.outreach import Channel, Content, Draft, DraftStatus, DraftVersion, Purpose, Tone
from prompts.render import texts as load_texts
from tests.support.fake_drafting import NOW, creator, occasion
from tests.support.own_templates import template
from tools.drafting.composing import Said, compose, read_code, render
from tools.drafting.own import filled
from tools.drafting.variants import variant_of

TEXTS = load_texts()
_SPACE = re.compile(r"\s+")


def draft(number: int, content: Content) -> Draft:
    return Draft(
        id=DraftId(number),
        batch=BatchId(1),
        batch_code="K7",
        number=number,
        creator=CreatorId(number),
        handle=f"pawlife{number}",
        market="US",
        zone="America/New_York",
        zone_estimated=True,
        purpose=Purpose.INVITE,
        channel=Channel.BY_HAND,
        product=None,
        version=DraftVersion(VersionId(number), 1, content, (), f"digest-{number}", MemberId(1), NOW),
        status=DraftStatus.OPEN,
    )


def batch(count: int) -> list[Draft]:
    said = Said()
    languages = ("en", "es")
    return [
        draft(
            number,
            compose(
                occasion(who=creator(number, name=f"Mia{number}")), language=languages[number % 2], tone=Tone.WARM,
                said=said,
            ),
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def rebuilt(labels: tuple[str, ...], words: dict[str, str], wordings: dict[str, Wording], *, zh: bool) -> str:
    """A draft put together from what the overview shows of it; spaces are not compared."""
    pieces = [wordings[label] for paragraph in labels for label in paragraph.split(" + ")]
    text = "".join(piece.text_zh if zh else piece.text for piece in pieces)
    return _SPACE.sub("", re.sub(r"\{([^}]+)\}", lambda match: words[match[1]], text))


def test_what_is_shown_makes_the_texts() -> None:
    drafts = batch(30)
    shown = overview(drafts, lang="zh", texts=TEXTS)
    wordings = {one.label: one for one in shown.wordings}
    assert len(wordings) == len(shown.wordings) < 30 * 8
    assert len({(one.language, one.text) for one in shown.wordings}) == len(shown.wordings)
    for one in drafts:
        row = shown.rows[one.number]
        filled = (*shown.same, *row.variables)
        for zh in (False, True):
            words = {each.name: each.text_zh if zh else each.text for each in filled}
            text = one.version.content.text_zh if zh else one.version.content.text
            assert rebuilt(row.made_of, words, wordings, zh=zh) == _SPACE.sub("", text)


def test_a_template_of_the_brands_own_is_shown_once_beside_what_fills_it() -> None:
    made = [filled(template(), occasion(who=creator(number, name=f"Mia{number}"))).content for number in range(1, 31)]
    drafts = [draft(number, content) for number, content in enumerate(made, start=1) if content is not None]
    shown = overview(drafts, lang="zh", texts=TEXTS)
    (wording,) = shown.wordings
    assert [one.name for one in shown.rows[7].variables] == ["名字"]
    for one in drafts:
        words = {each.name: each.text for each in (*shown.same, *shown.rows[one.number].variables)}
        text = rebuilt(shown.rows[one.number].made_of, words, {wording.label: wording}, zh=False)
        assert text == _SPACE.sub("", one.version.content.text)


def test_few_variants_are_shown_whole() -> None:
    first = batch(1)[0].version.content
    recipe = read_code(first.template)
    assert recipe is not None
    drafts = [
        draft(number, render(recipe, occasion(who=creator(number, name=f"Mia{number}")), language="es"))
        for number in range(1, 31)
    ]
    shown = overview(drafts, lang="en", texts=TEXTS)
    assert [one.label for one in shown.wordings] == ["Template 1"]
    assert "{name}" in shown.wordings[0].text
    assert {one.name for one in shown.rows[4].variables} == {"name"}
    assert shown.rows[4].made_of == ("Template 1",)


def test_a_code_whose_sentences_are_gone_is_no_variant() -> None:
    first = batch(1)[0].version.content
    assert variant_of(first) is not None
    gone = replace(first, template=(first.template or "").replace("close=c", "close=gone"))
    assert variant_of(gone) is None
