"""Who may be answered where, and what a code does: pure rules. Scope comes from bindings alone, never from a text."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from memory.domain.bindings import Arrival, BindCode, Binding, ChatKind, CodeFor
from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Member, Role

# Without 0 O 1 I L: read off a screen and typed on a phone. Eight of 31: 8.5e11, with five tries in 15 minutes.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
HALF = 4
MADE_CODE_LIFE = timedelta(minutes=30)
CLAIM_LIFE = timedelta(hours=24)
_SAID = re.compile(r"(?:绑定|綁定|BIND)(?:码|碼)?\s*:?\s*(?P<first>[A-Z0-9]{4})[-\s]?(?P<second>[A-Z0-9]{4})")


class Refusal(StrEnum):
    """Why somebody gets no data; each is the key of what they are told instead."""

    HOW_TO_BIND_GROUP = "bind_how_group"
    HOW_TO_BIND_DIRECT = "bind_how_direct"
    STRANGER = "bind_claim"
    GONE = "bind_member_gone"
    OTHER_BRAND = "bind_other_brand"
    ALL_BRANDS = "bind_not_all_brands"
    CODE_UNKNOWN = "bind_code_unknown"
    CODE_FOR_GROUP = "bind_code_for_group"
    CODE_PUBLIC = "bind_code_public"
    CODE_FOR_LEAD = "bind_code_for_lead"


@dataclass(frozen=True, slots=True)
class Let:
    """A member may be answered about a brand (None: all of theirs)."""

    member: MemberId
    brand: BrandId | None


@dataclass(frozen=True, slots=True)
class BindGroup:
    """A code binds the group it was typed in."""

    brand: BrandId


@dataclass(frozen=True, slots=True)
class BindPerson:
    """A code binds who typed it, and the chat they typed it in."""

    member: MemberId
    brand: BrandId | None


def admit(arrival: Arrival, member: Member | None, binding: Binding | None) -> Let | Refusal:
    """Whether somebody is answered. `member`: whom the user is bound to; `binding`: what the chat is about.

    An unbound group tells nobody anything, whoever asks in it.
    """
    if binding is None and arrival.chat_kind is ChatKind.GROUP:
        return Refusal.HOW_TO_BIND_GROUP
    if member is None:
        return Refusal.STRANGER
    if not member.active:
        return Refusal.GONE
    if binding is None:
        return Refusal.HOW_TO_BIND_DIRECT
    return misfit(member, binding.brand) or Let(member.id, binding.brand)


def misfit(member: Member, brand: BrandId | None) -> Refusal | None:
    """Why a member's chat may not be about a brand (None: all of them); None when it may."""
    if brand is None:
        return None if member.role is Role.LEAD and member.brand is None else Refusal.ALL_BRANDS
    return None if member.brand in (None, brand) else Refusal.OTHER_BRAND


def use_of(code: BindCode, arrival: Arrival) -> BindGroup | BindPerson | Refusal:
    """What a code does where it was typed. One for a person that others could read does nothing."""
    if code.channel is not None and code.channel != arrival.channel:
        return Refusal.CODE_UNKNOWN
    in_group = arrival.chat_kind is ChatKind.GROUP
    if code.purpose is CodeFor.GROUP and code.brand is not None:
        return BindGroup(code.brand) if in_group else Refusal.CODE_FOR_GROUP
    if code.purpose is CodeFor.PERSON and code.member is not None:
        return Refusal.CODE_PUBLIC if in_group else BindPerson(code.member, code.brand)
    return Refusal.CODE_FOR_LEAD


def new_code(choose: Callable[[str], str]) -> str:
    """A fresh code. `choose` picks one sign, from a source nobody can foresee."""
    return "".join(choose(ALPHABET) for _ in range(2 * HALF))


def shown(code: str) -> str:
    """K3F9-7QX2."""
    return f"{code[:HALF]}-{code[HALF:]}"


def typed(text: str) -> str:
    """A code typed into a field: spaces, dashes, case and full width are no matter."""
    return re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())


def read_code(text: str) -> str | None:
    """The code of a line that is nothing else: 「绑定 K3F9-7QX2」. A code alone may as well be an article's number."""
    line = unicodedata.normalize("NFKC", text).strip().rstrip("。.!").upper()
    found = _SAID.fullmatch(line)
    return found["first"] + found["second"] if found else None
