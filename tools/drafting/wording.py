"""How amounts, shares, categories and product words are written in each language of a draft."""

import re
from decimal import Decimal

from memory.domain.money import Money, exponent
from tools.drafting.families import read_toml

_HAN = re.compile(r"[\u3400-\u9fff]")
_SPANISH = re.compile(r"[áéíóúñ¿¡]|(?<!\w)(?:de|con|para|sin|el|la|los|las|y|en|fácil|muy|hasta|más)(?!\w)", re.I)


def money_text(money: Money, language: str, *, market: str | None = None) -> str:
    """An amount as readers of the language write it; cents only when there are any. Spain writes 29,90 €."""
    digits = exponent(money.currency)
    whole = money.amount == money.amount.to_integral_value()
    amount = f"{money.amount:,.0f}" if whole or not digits else f"{money.amount:,.{digits}f}"
    if language == "es" and market == "ES":
        amount = amount.translate(str.maketrans(",.", ".,")) if not whole else amount.replace(",", ".")
    form = read_toml("wording.toml")["money"].get(language, {}).get(money.currency, "{amount} " + money.currency)
    return str(form).format(amount=amount)


def share_text(basis_points: int) -> str:
    """A share as a percentage: 1800 → "18%", 1250 → "12.5%"."""
    return f"{(Decimal(basis_points) / 100).normalize():f}%"


def category_text(slug: str, language: str) -> str | None:
    """A category as the language says it, None for one we have no word for."""
    word = read_toml("wording.toml")["category"].get(language, {}).get(slug)
    return str(word) if word is not None else None


def side_of(words: str, language: str) -> str:
    """A seller may write both languages as "Cat Litter Box | 猫砂盆": the side this language reads."""
    sides = [side.strip() for side in re.split(r"\s*[|\uff5c]\s*", words) if side.strip()]
    if len(sides) < 2:
        return words.strip()
    han = [side for side in sides if has_han(side)]
    latin = [side for side in sides if not has_han(side)]
    chosen = han if language == "zh" else latin
    return (chosen or sides)[0]


def reads_as(words: str, language: str) -> bool:
    """Whether words can stand in a sentence of the language: Chinese takes any, Spanish only what looks Spanish."""
    if language == "zh":
        return True
    if has_han(words):
        return False
    return bool(_SPANISH.search(words)) == (language == "es")


def has_han(text: str) -> bool:
    """Whether text holds Chinese characters."""
    return bool(_HAN.search(text))
