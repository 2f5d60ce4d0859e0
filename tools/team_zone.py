"""The team's own clock."""

from typing import Final

from memory.domain.stores import Unit

_NOWHERE: Final = "Asia/Shanghai"


async def team_zone(unit: Unit) -> str:
    """The zone of the scope's brand; of the first one for a member of several."""
    brands = await unit.people.brands()
    mine = next((brand for brand in brands if brand.id == unit.scope.brand), None)
    return (mine or brands[0]).team_zone if brands else _NOWHERE
