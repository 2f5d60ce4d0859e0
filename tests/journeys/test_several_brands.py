"""A member of every brand chooses one and can choose another again; a member of one brand sees that one alone."""

import pytest

from agent.settings import Settings
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.workspace import Role
from tests.journeys.test_real_workspace import SETUP
from tests.support.product import PASSWORD, at_work

pytestmark = pytest.mark.journey


async def test_a_chosen_brand_does_not_hide_the_others(empty_settings: Settings) -> None:
    async with at_work(empty_settings) as daren:
        token = (await daren.accounts.set_up(SETUP)).token
        scope = await daren.accounts.scope(token)
        assert scope is not None
        async with daren.database.across_tenants("a second brand and its operator") as work:
            second = await work.accounts.make_brand(
                scope.tenant, NewBrand("Second", "Second UK", "GB", "Asia/Shanghai", "GBP")
            )
            await work.accounts.make_member(
                scope.tenant,
                NewMember(
                    "second",
                    "Second",
                    Role.OPERATOR,
                    brand=second.id,
                    password_hash=daren.accounts.hasher.hash(PASSWORD),
                ),
            )

        for wanted in (scope.brand, second.id):
            chosen = await daren.accounts.scope(token, brand=wanted)
            assert chosen is not None
            shell = await daren.queries.shell(chosen)
            assert [brand.name for brand in shell.brands] == ["Acme", "Second"]
            assert shell.brand is not None
            assert shell.brand.id == wanted

        theirs = await daren.accounts.sign_in(login="second", password=PASSWORD, address="127.0.0.1")
        own = await daren.accounts.scope(theirs.token, brand=scope.brand)
        assert own is not None
        assert [brand.name for brand in (await daren.queries.shell(own)).brands] == ["Second"]
