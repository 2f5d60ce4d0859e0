"""A real workspace: empty at first, filled by its owner's file, and never simulated."""

import pytest

from agent.settings import Settings
from connectors.ports.accounts import FirstSetup
from memory.domain.cards import ShortlistCard
from memory.domain.chat import MoveDemoClock
from memory.domain.errors import NotAllowed
from tests.support.product import PASSWORD, Person, at_work, card, import_creators

pytestmark = pytest.mark.journey

SETUP = FirstSetup(
    owner_login="owner",
    owner_name="店主",
    password=PASSWORD,
    shop_name="Acme US",
    market="US",
    brand_name="Acme",
    product_name="Cat tree",
    product_price="49.90",
    commission_ceiling="20%",
    sample=True,
)
LIST = """username,name,bio,market,category,followers,gmv_30d
catlady.test,Cat Lady,"Cats, cat trees and litter boxes all day",US,pets,2.3万,$6.5K
dogdad.test,Dog Dad,Dog toys and pet food reviews,US,pets,45000,
kitchen.test,Kitchen Kim,Air fryer recipes,US,kitchen,80000,9000
"""


async def test_a_real_workspace_starts_empty_and_holds_what_its_owner_brings(empty_settings: Settings) -> None:
    async with at_work(empty_settings) as daren:
        token = await daren.accounts.set_up(SETUP)
        scope = await daren.accounts.scope(token.token)
        assert scope is not None
        owner = Person(daren, scope, "journey")

        assert "还没有达人：导入文件或接数据源" in str(await owner.ask("找20个美国宠物达人"))

        assert await import_creators(owner, name="list.csv", content=LIST.encode()) == 3
        shortlist = card(await owner.ask("找美国做宠物用品的达人"), ShortlistCard)
        rows = {row.handle: row for row in shortlist.items}
        assert rows.keys() == {"catlady.test", "dogdad.test"}
        known = rows["catlady.test"].gmv_30d
        assert known is not None
        assert (known.low, known.high, known.currency) == (650_000, 650_000, "USD")
        assert rows["dogdad.test"].gmv_30d is None

        earning = await owner.ask("找美国宠物达人，近30天GMV过5000美金")
        assert [row.handle for row in card(earning, ShortlistCard).items] == ["catlady.test"]
        assert "另有 1 位 GMV 未知" in str(earning)

        with pytest.raises(NotAllowed) as refused:
            await daren.desk.submit(scope, MoveDemoClock())
        assert refused.value.text_key == "real_time"
        assert (await owner.ask("快进到下一个窗口")).text == daren.texts.say("real_time", "zh")
        assert (await daren.queries.shell(scope)).workspace.clock_offset_seconds == 0
        assert await daren.world.creators(after=0, limit=1) == []
