"""Every background job by name: its queue, its lock and its arguments. Rows are the truth; a job says "look"."""

from dataclasses import dataclass, field

from memory.domain.ids import CampaignId, ConversationId, CreatorId, ImportRunId, ShopLinkId, TenantId, TurnId
from memory.domain.shop_sources import ShopSource
from memory.domain.workspace import Scope


@dataclass(frozen=True, slots=True)
class Job:
    """A job to defer. Jobs with one `lock` run one after another; one `queueing_lock` waits at most once."""

    task: str
    queue: str
    args: dict[str, int | str] = field(default_factory=dict)
    lock: str | None = None
    queueing_lock: str | None = None
    priority: int = 0


TURN = "daren:turn"
DISPATCH = "daren:dispatch"
RECONCILE = "daren:reconcile"
DELIVER = "daren:deliver"
PLAYGROUND = "daren:playground"
IMPORT = "daren:import"
INDEX = "daren:index"
SWEEP = "daren:sweep"
SHOP = "daren:shop"
SHOP_TOLD = "daren:shop_told"
SHOP_SOURCE = "daren:shop_source"
DEEDS = "daren:deeds"
ERASE = "daren:erase"
CAMPAIGN = "daren:campaign"
DIGEST = "daren:digest"

QUEUES = ("turns", "outreach", "books")


def answer_turn(turn: TurnId, *, scope: Scope, conversation: ConversationId) -> Job:
    """Run one turn; turns of one conversation run one after another. The role is read again when it begins."""
    args: dict[str, int | str] = {
        "turn": turn,
        "tenant": scope.tenant,
        "member": scope.member,
        "brand": scope.brand or 0,
    }
    return Job(TURN, "turns", args, lock=f"conversation:{conversation}", priority=10)


def dispatch() -> Job:
    """Claim and send what is due; one waiting job is enough for any number of approvals."""
    return Job(DISPATCH, "outreach", lock="dispatch", queueing_lock="dispatch", priority=5)


def reconcile() -> Job:
    """Ask platforms about sends that ended unclear."""
    return Job(RECONCILE, "outreach", lock="reconcile", queueing_lock="reconcile")


def deliver() -> Job:
    """Push what is due; one waiting job is enough for any number of deliveries."""
    return Job(DELIVER, "outreach", lock="deliver", queueing_lock="deliver", priority=3)


def digest() -> Job:
    """Make the digests that are due; one waiting job is enough for any number of them."""
    return Job(DIGEST, "outreach", lock="digest", queueing_lock="digest")


def playground() -> Job:
    """Let the simulated creators live up to the workspace's present moment, and collect their answers."""
    return Job(PLAYGROUND, "outreach", lock="playground", queueing_lock="playground")


def run_import(run: ImportRunId, *, scope: Scope) -> Job:
    """Carry out one import run."""
    return Job(IMPORT, "books", {"run": run, **_sender(scope)}, lock=f"import:{scope.tenant}")


def write_campaign(campaign: CampaignId, *, scope: Scope) -> Job:
    """Write for the next creators of a campaign; one waiting job is enough, and none runs beside another."""
    name = f"campaign:{campaign}"
    return Job(CAMPAIGN, "books", {"campaign": campaign, **_sender(scope)}, lock=name, queueing_lock=name)


def index_creators(tenant: TenantId) -> Job:
    """Bring the creator index up to date with rows changed since it last looked."""
    return Job(INDEX, "books", {"tenant": tenant}, lock="index", queueing_lock=f"index:{tenant}")


def erase_creator(creator: CreatorId, *, scope: Scope) -> Job:
    """Erase one creator for good; never beside the index's catching up, which could write back what it read before."""
    return Job(ERASE, "books", {"creator": creator, **_sender(scope)}, lock="index", priority=5)


def sync_shop(link: ShopLinkId, tenant: TenantId) -> Job:
    """Fetch the creators a shop sees; runs of one shop follow each other."""
    return Job(SHOP, "books", {"link": link, "tenant": tenant}, lock=f"shop:{link}", queueing_lock=f"shop:{link}")


def read_shop(link: ShopLinkId, tenant: TenantId, source: ShopSource) -> Job:
    """Read one list of a shop whole; readings of one list follow each other."""
    name = f"shop_source:{link}:{source.value}"
    args: dict[str, int | str] = {"link": link, "tenant": tenant, "source": source.value}
    return Job(SHOP_SOURCE, "books", args, lock=name, queueing_lock=name)


def do_deeds() -> Job:
    """Do in shops what was decided; one waiting job is enough for any number of decisions."""
    return Job(DEEDS, "outreach", lock="deeds", queueing_lock="deeds", priority=5)


def hear_shop(link: ShopLinkId, tenant: TenantId) -> Job:
    """Handle what the platform told of a shop; one waiting job is enough for any number of messages."""
    name = f"shop_told:{link}"
    return Job(SHOP_TOLD, "outreach", {"link": link, "tenant": tenant}, lock=name, queueing_lock=name, priority=5)


def _sender(scope: Scope) -> dict[str, int | str]:
    return {"tenant": scope.tenant, "member": scope.member, "brand": scope.brand or 0}
