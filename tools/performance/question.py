"""One question as every subject answers it: what was asked, of which days and which brand."""

from dataclasses import dataclass

from memory.domain.stores import Unit
from memory.domain.workspace import Brand
from memory.domain.zones import home_zone
from tools.performance.arguments import PerformanceArgs, Subject, subject_of
from tools.performance.periods import Period, period_of


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, of which days. `brand` None: of every brand the member may see."""

    args: PerformanceArgs
    subject: Subject
    period: Period
    brand: Brand | None


async def asked(unit: Unit, args: PerformanceArgs) -> Question:
    """The question with its days, counted in the zone of the brand's shop."""
    brands = await unit.people.brands()
    brand = next((one for one in brands if one.id == unit.scope.brand), brands[0] if len(brands) == 1 else None)
    zone = home_zone(None, brand.market if brand else None).zone
    return Question(args, subject_of(args), period_of(args, now=unit.now, zone=zone), brand)
