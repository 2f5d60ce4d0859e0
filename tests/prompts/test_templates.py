"""Template data: every unit in every language, with the same placeholders, and a text key for every flag."""

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest

from memory.domain.markets import CATEGORIES
from memory.domain.outreach import Intent, Purpose, Tone
from tools.compliance.rules import rules
from tools.drafting.families import LANGUAGES, PLACEHOLDER, Unit, extras, family, read_toml
from tools.translation.figures import figures

ROOT = Path(__file__).parents[2]
NEEDED_BY = {"hashtag", "caption", "bio", "category", "price", "commission", "fee", "link", "points", "their_rate"}


def units() -> list[tuple[str, Unit]]:
    return [(slot, unit) for purpose in Purpose for slot, all_ in family(purpose).slots.items() for unit in all_]


def test_each_unit_has_the_same_placeholders_in_every_language() -> None:
    apart = [
        (slot, unit.id)
        for slot, unit in units()
        if len({frozenset(PLACEHOLDER.findall(unit.text[language])) for language in LANGUAGES}) != 1
    ]
    assert apart == []


def test_a_unit_needs_what_it_says() -> None:
    wrong = [
        (slot, unit.id)
        for slot, unit in units()
        if not {name for name in PLACEHOLDER.findall(unit.text["en"]) if name in NEEDED_BY} <= unit.needs
    ]
    assert wrong == []


def test_no_unit_holds_a_figure_of_its_own() -> None:
    assert [(slot, unit.id) for slot, unit in units() for text in unit.text.values() if figures(text)] == []


def test_formal_spanish_never_says_tu() -> None:
    familiar = re.compile(r"\b(?:tú|tu|tus|te|ti|contigo|quieres|puedes)\b", re.IGNORECASE)
    formal = [unit for _, unit in units() if unit.tones == {Tone.FORMAL}]
    assert [unit.id for unit in formal if familiar.search(unit.text["es"])] == []


def test_informal_spanish_never_says_usted() -> None:
    polite = re.compile(r"\b(?:usted|le|su|sus)\b", re.IGNORECASE)
    plain = [unit for _, unit in units() if Tone.FORMAL not in unit.tones]
    assert [unit.id for unit in plain if polite.search(unit.text["es"])] == []


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.REPLY])
def test_every_tone_can_always_open_and_close(purpose: Purpose) -> None:
    fam = family(purpose)
    needed = {
        "greeting",
        "close",
        *(slot for slot in fam.slots if slot in {"pitch", "nudge", "remind", "open", "thank"}),
    }
    for tone, slot in product(Tone, needed):
        assert any(unit.fits(frozenset(), tone) for unit in fam.slots[slot]), (tone, slot)


@pytest.mark.parametrize("intent", [one for one in Intent if one is not Intent.OPT_OUT])
@pytest.mark.parametrize("tone", list(Tone))
def test_every_intent_has_an_answer(intent: Intent, tone: Tone) -> None:
    slots = family(Purpose.REPLY).slots
    for facts in ({"sample"}, {"unpaid"}, {"commission", "paid"}, set[str]()):
        known = frozenset(facts | {f"intent_{intent}"})
        assert any(unit.fits(known, tone) for unit in slots["answer"]), facts


def test_listed_sentences_exist_in_every_tone() -> None:
    fam = family(Purpose.INVITE)
    for name, tone in product(extras(Purpose.INVITE), Tone):
        assert any(tone in unit.tones for unit in fam.slots["extra"] if unit.id in (name, f"{name}_formal")), (
            name,
            tone,
        )


def test_instructions_name_listed_sentences_that_exist() -> None:
    named = {
        row["does"].removeprefix("extra.")
        for row in read_toml("instructions.toml")["change"]
        if row["does"].startswith("extra.")
    }
    assert named == set(extras(Purpose.INVITE))


def test_every_category_is_called_something_in_every_language() -> None:
    table = read_toml("wording.toml")["category"]
    assert {language: set(table[language]) for language in LANGUAGES} == {
        language: set(CATEGORIES) for language in LANGUAGES
    }


def _messages(lang: str) -> dict[str, str]:
    return tomllib.loads((ROOT / "prompts" / "messages.d" / f"drafting.{lang}.toml").read_text("utf-8"))


def test_messages_have_both_languages_and_the_same_slots() -> None:
    chinese, english = _messages("zh"), _messages("en")
    assert {key: set(PLACEHOLDER.findall(text)) for key, text in chinese.items()} == {
        key: set(PLACEHOLDER.findall(text)) for key, text in english.items()
    }


def test_every_key_the_code_raises_has_a_text() -> None:
    sources = [
        path.read_text("utf-8")
        for room in ("drafting", "compliance", "translation", "replies")
        for path in (ROOT / "tools" / room).glob("*.py")
    ]
    pattern = r"\b(?:Flag|BadRequest|Refused|NotFound|Unavailable)\(\s*\"(\w+)\""
    raised = {key for source in sources for key in re.findall(pattern, source)} - {"creator_unknown"}
    raised |= {f"compliance_{rule.name}" for rule in rules()} | {f"reply_intent_{intent}" for intent in Intent}
    texts = {
        key
        for file in (ROOT / "prompts" / "messages.d").glob("*.zh.toml")
        for key in tomllib.loads(file.read_text("utf-8"))
    }
    assert raised - texts == set()
