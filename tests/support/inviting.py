"""An operator who asks for target collaborations, a lead who decides, and the job that carries them out."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from agent.shops.deciding import DeedWords
from agent.shops.deeds import Deeds
from agent.shops.desk import linked
from agent.shops.invited import CollaborationReading
from agent.shops.planned import OpenPlanReading
from agent.shops.sources import Reading, SourceSync
from connectors.ports.collaborations import Checked
from connectors.ports.shops import LinkedShop
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.suites.selling_office import SellingOffice
from evals.suites.talking import open_talk
from memory.domain.chat import Decided, Inbound, Reply
from memory.domain.creator import CreatorFacts
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.offer import Offer
from memory.domain.proposals import ShopProposal
from memory.domain.shop_sources import ShopSource
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.asking import Asking
from tests.support.heard_shop import HeardShop
from tools.collaborations.requests_tool import SampleRequestsArgs, sample_requests
from tools.collaborations.results import CollaborationList, OpenPlanList, Proposed, RequestList
from tools.collaborations.tool import CollaborationsArgs, collaborations

CREATE = "collaborations/create"


@dataclass
class Inviting:
    """The office's shop at its platform. `handles`: creators who are known; `number`: its product's."""

    shop: HeardShop
    asking: Asking
    handles: list[str]
    number: str
    deeds: Deeds = field(init=False)
    lines: int = 0

    def __post_init__(self) -> None:
        platform = self.shop.platform
        words = DeedWords(self.office.database, texts())
        self.deeds = Deeds(
            self.office.database, self.office.database, platform.collaborations(), platform.samples(), platform.name,
            self._shop_of, self._scope_of, words.tell,
        )  # fmt: skip

    @staticmethod
    async def at(shop: HeardShop) -> "Inviting":
        own = shop.emulator.platform.partner.seller.shops[0]
        own.unlimited = True
        handles = [one.username for one in shop.emulator.platform.people.values()][:4]
        number = next(iter(own.products))
        async with shop.office.database.unit(shop.office.operator) as unit:
            facts = [CreatorFacts(handle=handle) for handle in handles]
            await unit.creators.upsert(facts, source="tiktok_shop", as_of=unit.now)
            product = {"name": "Cat tree", "link": f"https://shop.tiktok.com/view/product/{number}"}
            await unit.products.save(None, product, brand=shop.office.brand)
        talk = await open_talk(shop.office, shop.office.operator)
        return Inviting(shop, Asking(shop.office, talk), handles, number)

    @property
    def office(self) -> SellingOffice:
        return self.shop.office

    async def ask(self, **arguments: object) -> Proposed | CollaborationList | OpenPlanList:
        """The operator asks by the tool, in a turn of its own."""
        turn = await self.asking.turn()
        found = await collaborations(self.office.database, self).run(
            CollaborationsArgs.model_validate(arguments), turn
        )  # fmt: skip
        await self.asking.end(turn)
        return cast(Proposed | CollaborationList | OpenPlanList, found)

    async def ask_samples(self, **arguments: object) -> Proposed | RequestList:
        """The operator asks about sample requests."""
        turn = await self.asking.turn()
        found = await sample_requests(self.office.database).run(SampleRequestsArgs.model_validate(arguments), turn)
        await self.asking.end(turn)
        return cast(Proposed | RequestList, found)

    async def invite(self, *handles: str, **more: object) -> Proposed:
        """「给他们建定向合作，佣金20%，送样」 for sixty days."""
        ends = ((await self.office.now()) + timedelta(days=60)).date()
        given = {"commission_rate": 0.2, "free_sample": True, "ends_on": ends, "handles": handles or self.handles[:3]}
        found = await self.ask(action="invite", **(given | more))
        assert isinstance(found, Proposed)
        return found

    async def say(self, who: Scope, code: str, *, reject: bool = False) -> Reply:
        """「批准 T1」 or 「拒绝 T1」, in a conversation of their own."""
        return await self.line(who, f"{'拒绝' if reject else '批准'} {code}")

    async def line(self, who: Scope, text: str) -> Reply:
        """A command, in a conversation of their own."""
        talk, self.lines = await open_talk(self.office, who), self.lines + 1
        line = Inbound(connector="web", outside_id=f"i{self.lines}", text=text, conversation=talk.conversation)
        receipt = await talk.desk.receive(who, line)
        assert isinstance(receipt, Decided)
        return receipt.reply

    async def approved(self, *handles: str, **more: object) -> str:
        """Asked for by the operator, approved by the lead, who has seen it."""
        code = (await self.invite(*handles, **more)).proposal.code
        for _ in range(2):
            await self.say(self.office.lead, code)
        return code

    async def carried_out(self, *, later: timedelta = timedelta(0)) -> None:
        """The job, once every rest is over."""
        back = f"- interval '{int(later.total_seconds()) + 7_200} seconds'"
        self.shop.row(
            f"update shop_proposal set look_at = look_at {back},"
            f" begun_at = begun_at - interval '{int(later.total_seconds())} seconds'"
        )
        await self.deeds.run()

    async def read(self) -> None:
        """The shop's target collaborations and its open plan are read, whole."""
        platform = self.shop.platform
        readings: dict[ShopSource, Reading] = {
            ShopSource.COLLABORATIONS: CollaborationReading(platform.collaborations(), platform.name),
            ShopSource.OPEN_PLANS: OpenPlanReading(platform.collaborations()),
        }
        self.shop.row("update shop_source set due_at = clock_timestamp() - interval '1 day'")
        sync = SourceSync(self.office.database, readings, self.shop.hearing.scope_of_tenant)
        for source in readings:
            await sync.run(self.shop.link, self.shop.tenant, source)

    @staticmethod
    def offer(rate_bp: int) -> Offer:
        """So much commission and nothing else."""
        return Offer(commission_bp=rate_bp)

    async def one(self, code: str) -> ShopProposal:
        async with self.office.database.unit(self.office.lead) as unit:
            found = await unit.proposals.by_code(code)
        assert found is not None
        return found

    async def told(self) -> list[str]:
        """What was said in the conversation by itself, oldest first."""
        async with self.office.database.unit(self.office.operator) as unit:
            said = await unit.conversations.transcript(self.asking.talk.conversation, limit=100)
        return [one.reply.text for one in said if one.reply is not None and one.reply.text.startswith("T")]

    def there(self) -> list[str]:
        """Names of the collaborations the platform has, the newest first."""
        own = self.shop.emulator.platform.partner.seller.shops[0]
        return [one.name for one in self.shop.emulator.platform.invitations.of(own)]

    def lose(self, kind: FaultKind = FaultKind.DROP_AFTER, endpoint: str = CREATE) -> None:
        """The next call's answer, or (`DROP_BEFORE`) the call itself, is lost."""
        self.shop.plan(kind, endpoint)

    async def check(self, brand: BrandId, handles: object, products: object) -> Checked:
        at = await self._shop_of(brand)
        assert at is not None
        return await self.shop.platform.collaborations().check(
            at, handles=cast(list[str], handles), products=cast(list[str], products)
        )

    async def _shop_of(self, brand: BrandId) -> LinkedShop | None:
        async with self.office.database.across_tenants("test") as work:
            return linked(await work.shops.of_brand(brand))

    async def _scope_of(self, tenant: TenantId, member: MemberId, brand: BrandId | None) -> Scope | None:
        del tenant, brand
        known = (self.office.lead, self.office.operator, self.office.anna)
        return next((scope for scope in known if scope.member == member), None)
