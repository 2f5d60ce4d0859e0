"""Whose scope an account has: narrowed to a brand they may see, in the highest role they have or stand in for."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from memory.domain.account_stores import Account, AccountStore
from memory.domain.deputies import highest
from memory.domain.ids import BrandId
from memory.domain.workspace import Brand, Lang, Member, Role, Scope


def to_scope(
    account: Account,
    brands: Sequence[Brand],
    *,
    wanted: BrandId | None,
    lang: Lang | None,
    principals: Sequence[Member] = (),
) -> Scope:
    """The member's scope, narrowed to a wanted brand they may see, else to their own or first one.

    `principals`: whom they stand in for now; the highest role counts.
    """
    seen = [brand.id for brand in brands]
    own = account.member.brand or (seen[0] if seen else None)
    brand = wanted if wanted in seen else own
    role = highest(account.member.role, principals, brand=brand)
    return Scope(account.tenant, brand, account.member.id, role, lang or account.member.lang)


def of_everything(scope: Scope, member: Member) -> Scope:
    """The scope of all its member may see, their one brand or every one, whichever is chosen now."""
    return replace(scope, brand=member.brand)


async def reach_of(accounts: AccountStore, account: Account) -> tuple[list[Brand], list[Member]]:
    """The brands that an account sees, and whom it stands in for, in one look."""
    brands, principals = await asyncio.gather(accounts.brands_of(account), accounts.principals(account))
    return brands, principals


def in_brand(
    account: Account, brands: Sequence[Brand], principals: Sequence[Member], brand: BrandId | None
) -> Scope | None:
    """A member's scope in one of their brands, or (None) in their own or first one; None where it is not theirs."""
    if not account.member.active or (brand is not None and brand not in {own.id for own in brands}):
        return None
    return to_scope(account, brands, wanted=brand, lang=None, principals=principals)


def in_chat(
    account: Account, brands: Sequence[Brand], principals: Sequence[Member], brand: BrandId | None
) -> Scope | None:
    """A member's scope in a chat that is about one brand, or (None) all brands of a lead who works for all."""
    if brand is not None:
        return in_brand(account, brands, principals, brand)
    own = account.member
    everywhere = own.active and own.brand is None and own.role is Role.LEAD
    return Scope(account.tenant, None, own.id, own.role, own.lang) if everywhere else None
