"""Everything the checks compare: the rows, the shop's statement, the diary, and what people are shown."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from connectors.playground.statement import Statement
from evals.suites.week.diary import Diary, Number
from evals.suites.week.house import House
from evals.suites.week.rows import Books, DecisionRow, DraftRow, SendRow, read_books
from memory.domain.cards import SendListCard
from memory.domain.ids import BrandId, MemberId
from memory.domain.markets import MARKETS
from memory.domain.office_stores import DayActivity, QuotaStatus
from memory.domain.workspace import BrandPolicy, Role

AT_WORK = ("accepted", "unknown", "claimed")  # what reached a creator, or may have


@dataclass(frozen=True)
class Facts:
    """One moment. `lists`: the send list of each member at each brand; `shown`: the status people see of each draft."""

    now: datetime
    books: Books
    shop: Statement
    diary: Diary
    roles: Mapping[MemberId, Role]
    policies: Mapping[BrandId, BrandPolicy]
    markets: Mapping[BrandId, str]
    lists: Mapping[tuple[MemberId, BrandId], SendListCard]
    shown: Mapping[Number, str]
    quotas: Mapping[BrandId, QuotaStatus]
    activity: tuple[DayActivity, ...]

    @cached_property
    def drafts(self) -> dict[int, DraftRow]:
        """Drafts by id."""
        return {draft.draft: draft for draft in self.books.drafts}

    @cached_property
    def sends(self) -> dict[int, list[SendRow]]:
        """The ledger by draft, in the order of attempts."""
        found: defaultdict[int, list[SendRow]] = defaultdict(list)
        for send in self.books.sends:
            found[send.draft].append(send)
        return found

    @cached_property
    def decisions(self) -> dict[int, list[DecisionRow]]:
        """Decisions by draft."""
        found: defaultdict[int, list[DecisionRow]] = defaultdict(list)
        for decision in self.books.decisions:
            found[decision.draft].append(decision)
        return found

    def of(self, send: SendRow) -> DraftRow:
        """The draft a line of the ledger carries."""
        return self.drafts[send.draft]


def named(draft: DraftRow) -> str:
    """「K7 3 @handle」."""
    return f"{draft.batch} {draft.number} @{draft.handle}"


def zone_of(draft: DraftRow) -> ZoneInfo:
    """Where the creator lives, as far as anybody said."""
    return ZoneInfo(draft.zone) if draft.zone else MARKETS[draft.market or "US"].zone


async def read_facts(house: House, diary: Diary) -> Facts:
    """Read it all while nothing runs."""
    lists, quotas, markets = {}, {}, {}
    shown: dict[Number, str] = {}
    activity: tuple[DayActivity, ...] = ()
    for brand in house.policies:
        for member in house.members.values():
            lists[member, brand] = await house.hand.listed(await house.scope(member, brand))
        async with house.database.unit(await house.scope(house.members["lin"], brand)) as unit:
            batches = await unit.drafts.batches(limit=1_000)
            shown |= {(draft.batch_code, draft.number): str(draft.status) for b in batches for draft in b.drafts}
            record = await unit.people.brand(brand)
            markets[brand] = record.market
            (quotas[brand],) = [one for one in await unit.counters.quota() if one.brand == record.name]
            activity = tuple(await unit.counters.activity(days=30))
    return Facts(
        now=await house.now(),
        books=await read_books(house.database.url, house.tenant),
        shop=await house.world.statement(),
        diary=diary,
        roles=house.roles,
        policies=house.policies,
        markets=markets,
        lists=lists,
        shown=shown,
        quotas=quotas,
        activity=activity,
    )
