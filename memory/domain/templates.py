"""Message templates of a brand's own: their names, their versions, and how a draft says which version it is made from.

A version is never changed. Placeholders stand in braces; what each of them is filled with is the drafting's business.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from memory.domain.ids import BrandId, MemberId, ProductId, TemplateId, TemplateVersionId
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose

LONGEST_NAME = 40
_BUILT_IN = re.compile(r"(?P<family>\w+\.\w+)\.(?P<units>[\w=,]*)(?:[+-]\w+)*")
_NOT_OPENING = ("greeting=", "quoted=")
_OWN = re.compile(r"team\.(?P<purpose>\w+)\.(?P<version>\d+)")
_AROUND = re.compile(r"^[\s「」『』“”‘’\"'《》【】]+|[\s「」『』“”‘’\"'《》【】]+$")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a version says in the creator's language and in Chinese, and the offer and product it was written for."""

    text: str
    text_zh: str
    language: str
    offer: Offer = field(default_factory=Offer)
    product: ProductId | None = None


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version; its number begins at 1 and never moves. `sent`: how many messages were sent from it."""

    id: TemplateVersionId
    number: int
    wording: Wording
    author: MemberId
    made_at: datetime
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A template with its versions, oldest first; the one numbered `current` is in force."""

    id: TemplateId
    brand: BrandId
    name: str
    purpose: Purpose
    current: int
    versions: tuple[TemplateVersion, ...]
    retired_at: datetime | None = None

    @property
    def in_force(self) -> TemplateVersion:
        """What new drafts are written from."""
        return next(one for one in self.versions if one.number == self.current)


@dataclass(frozen=True, slots=True)
class VersionSheet:
    """A version as a page shows it, its placeholders by the names people know."""

    number: int
    language: str
    text: str
    text_zh: str
    made_at: datetime
    sent: int


@dataclass(frozen=True, slots=True)
class TemplateSheet:
    """A template as a page shows it; versions newest first."""

    id: TemplateId
    name: str
    purpose: str
    current: int
    versions: tuple[VersionSheet, ...]
    retired: bool = False


def plain_name(name: str) -> str:
    """A name without quotes around it and with single spaces."""
    return " ".join(_AROUND.sub("", name).split())[:LONGEST_NAME]


def key_of(name: str) -> str:
    """What two names share that mean one template: case, width and spaces do not tell them apart."""
    return unicodedata.normalize("NFKC", plain_name(name)).casefold().replace(" ", "")


def template_code(purpose: Purpose, version: TemplateVersionId) -> str:
    """The version as `Content.template` keeps it."""
    return f"team.{purpose}.{version}"


def version_of(code: str | None) -> TemplateVersionId | None:
    """The version a draft is made from; None for one that is made from no template of a brand's own."""
    match = _OWN.fullmatch(code or "")
    return TemplateVersionId(int(match["version"])) if match else None


def purpose_of(code: str | None) -> Purpose | None:
    """What a draft of a brand's own template is for."""
    match = _OWN.fullmatch(code or "")
    return Purpose(match["purpose"]) if match and match["purpose"] in list(Purpose) else None


def built_in(code: str | None) -> str | None:
    """The purpose and tone of the built-in template a draft is made from: "invite.warm"."""
    match = None if version_of(code) else _BUILT_IN.fullmatch(code or "")
    return match["family"] if match else None


def opening_of(code: str | None, wording: str = "") -> str | None:
    """How a message opens behind its greeting, without a word about its creator; None for one in free words.

    Of a built-in template the sentence's name ("hook=h3"); of the brand's own the first line of its `wording`.
    """
    if version_of(code):
        return next((line.strip() for line in wording.splitlines() if line.strip()), "")[:200] or None
    match = _BUILT_IN.fullmatch(code or "")
    said = match["units"].split(",") if match else []
    return next((unit for unit in said if unit and not unit.startswith(_NOT_OPENING)), None)
