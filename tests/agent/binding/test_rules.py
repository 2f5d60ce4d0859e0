"""Who is let in, what a code does, how a code is read: without any rows."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.binding.rules import (
    ALPHABET,
    BindGroup,
    BindPerson,
    Let,
    Refusal,
    admit,
    misfit,
    new_code,
    read_code,
    shown,
    typed,
    use_of,
)
from memory.domain.bindings import Arrival, BindCode, Binding, ChatKind, CodeFor
from memory.domain.ids import BindCodeId, BindingId, BrandId, ChannelId, MemberId
from memory.domain.workspace import Member, Role

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ONE, TWO = BrandId(1), BrandId(2)
CHANNEL = ChannelId(3)
ANNA = Member(MemberId(7), "anna", "Anna", Role.APPROVER, ONE)
OWNER = Member(MemberId(8), "owner", "Owner", Role.LEAD, None)
HERE = Arrival(CHANNEL, "u1", "c1", ChatKind.DIRECT, "有谁回我们了")
GROUP = replace(HERE, chat_kind=ChatKind.GROUP)
CODE = BindCode(BindCodeId(1), CodeFor.PERSON, NOW, member=ANNA.id, brand=ONE)


def about(brand: BrandId | None, kind: ChatKind = ChatKind.DIRECT) -> Binding:
    return Binding(BindingId(1), CHANNEL, "bot", "c1", kind, brand, None, NOW)


@pytest.mark.parametrize("member", [None, ANNA, OWNER, replace(OWNER, active=False)])
def test_an_unbound_group_tells_nobody_anything(member: Member | None) -> None:
    assert admit(GROUP, member, None) is Refusal.HOW_TO_BIND_GROUP


@pytest.mark.parametrize("arrival", [HERE, GROUP])
def test_a_stranger_gets_a_code_in_any_bound_chat(arrival: Arrival) -> None:
    assert admit(arrival, None, about(ONE, arrival.chat_kind)) is Refusal.STRANGER
    assert admit(HERE, None, None) is Refusal.STRANGER


@pytest.mark.parametrize(
    ("member", "brand", "found"),
    [
        (ANNA, ONE, Let(ANNA.id, ONE)),
        (ANNA, TWO, Refusal.OTHER_BRAND),
        (ANNA, None, Refusal.ALL_BRANDS),
        (OWNER, TWO, Let(OWNER.id, TWO)),
        (OWNER, None, Let(OWNER.id, None)),
        (replace(OWNER, role=Role.APPROVER), None, Refusal.ALL_BRANDS),
        (replace(OWNER, brand=ONE), None, Refusal.ALL_BRANDS),
        (replace(ANNA, active=False), ONE, Refusal.GONE),
    ],
)
def test_a_members_chat_is_about_what_it_is_bound_to(member: Member, brand: BrandId | None, found: object) -> None:
    assert admit(HERE, member, about(brand)) == found


def test_a_member_in_an_unbound_chat_of_their_own_learns_how_to_bind_it() -> None:
    assert admit(HERE, ANNA, None) is Refusal.HOW_TO_BIND_DIRECT


@given(text=st.text())
def test_no_text_changes_who_is_let_in(text: str) -> None:
    for binding in (None, about(ONE), about(None)):
        assert admit(replace(HERE, text=text), ANNA, binding) == admit(HERE, ANNA, binding)


@pytest.mark.parametrize(
    ("code", "arrival", "use"),
    [
        (CODE, HERE, BindPerson(ANNA.id, ONE)),
        (CODE, GROUP, Refusal.CODE_PUBLIC),
        (replace(CODE, channel=ChannelId(9)), HERE, Refusal.CODE_UNKNOWN),
        (replace(CODE, channel=CHANNEL), HERE, BindPerson(ANNA.id, ONE)),
        (replace(CODE, purpose=CodeFor.GROUP, member=None), GROUP, BindGroup(ONE)),
        (replace(CODE, purpose=CodeFor.GROUP, member=None), HERE, Refusal.CODE_FOR_GROUP),
        (replace(CODE, purpose=CodeFor.CLAIM, member=None, brand=None), HERE, Refusal.CODE_FOR_LEAD),
        (replace(CODE, purpose=CodeFor.CLAIM, member=None, brand=None), GROUP, Refusal.CODE_FOR_LEAD),
    ],
)
def test_what_a_code_does_depends_on_where_it_is_typed(code: BindCode, arrival: Arrival, use: object) -> None:
    assert use_of(code, arrival) == use


def test_misfit_is_the_same_rule_as_at_the_door() -> None:
    for member in (ANNA, OWNER):
        for brand in (ONE, TWO, None):
            found = admit(HERE, member, about(brand))
            assert (misfit(member, brand) is None) == isinstance(found, Let)


def test_a_code_has_eight_signs_nobody_confuses() -> None:
    signs = cycle(ALPHABET)
    code = new_code(lambda alphabet: next(signs))
    assert (len(code), shown(code)) == (8, f"{code[:4]}-{code[4:]}")
    assert not set("01ILO") & set(ALPHABET)


@given(code=st.text(ALPHABET, min_size=8, max_size=8))
def test_a_code_reads_back_however_it_is_typed(code: str) -> None:
    whole = shown(code)
    assert typed(whole) == typed(f" {whole.lower()} ") == typed(code) == code
    for line in (
        f"绑定 {whole}",
        f"绑定{code}",
        f"绑定码：{whole.lower()}。",
        f"BIND {whole}",
        f"bind: {code}",
        f"綁定　{whole}",
    ):
        assert read_code(line) == code


@pytest.mark.parametrize(
    "line", ["", "K3F9-7QX2", "绑定", "绑定 K3F9", "请绑定 K3F9-7QX2", "绑定 K3F9-7QX2 谢谢", "bind 12345"]
)
def test_what_is_no_code_is_a_question(line: str) -> None:
    assert read_code(line) is None
