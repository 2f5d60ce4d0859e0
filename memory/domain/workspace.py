"""Who works here: workspace, brands, members, roles, and the Scope every request is made in."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Literal

from memory.domain.ids import BrandId, MemberId, TenantId

Lang = Literal["zh", "en"]


class WorkspaceKind(StrEnum):
    """A workspace is one or the other for life."""

    REAL = "real"
    DEMO = "demo"


class Role(StrEnum):
    """What a member may do; each role includes the ones before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    LEAD = "lead"

    def covers(self, needed: "Role") -> bool:
        """Whether this role includes `needed`."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Scope:
    """On whose behalf something happens. Only `agent/accounts.py` makes one from a proven identity.

    `brand` None means every brand of the tenant (a lead of an agency).
    """

    tenant: TenantId
    brand: BrandId | None
    member: MemberId
    role: Role
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The one workspace of a home or database. `clock_offset_seconds` is zero in a real one."""

    kind: WorkspaceKind
    name: str
    clock_offset_seconds: int

    @property
    def is_demo(self) -> bool:
        """Whether everything shown must be marked 演示数据."""
        return self.kind is WorkspaceKind.DEMO


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand of a tenant: who a message comes from."""

    id: BrandId
    name: str
    shop_name: str
    market: str
    team_zone: str
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class BrandPolicy:
    """What a brand allows. Shares in basis points; amounts in minor units of the brand's currency.

    Above a ceiling a lead signs (None: there is none); `batch_ceiling` counts the drafts of one decision.
    `cool_down_days`: how long after a first message no other one goes to the same creator. `night_by_hand`: whether a
    member may send by hand outside the creator's daytime. `rest_on_…`: days of the creator's calendar on which no first
    message goes. `contacts_per_week`: how many creators who never wrote back may be written to from Sunday to Sunday of
    the shop's zone (None: no limit). `whole_sequences`: a decision on a message covers the ones
    planned behind it too, as far as they were shown. `…_cards`: what goes after first messages and follow-ups over the
    brand's shop, where nothing else is said.
    """

    own_drafts_approvable: bool = True
    commission_ceiling_bp: int = 10_000
    batch_ceiling: int = 20
    window_start: time = time(9)
    window_end: time = time(20)
    sends_per_minute: int = 10
    sends_per_day: int = 200
    fee_ceiling_minor: int | None = None
    sample_ceiling_minor: int | None = None
    cool_down_days: int = 30
    night_by_hand: bool = False
    rest_on_holidays: bool = False
    rest_on_saturdays: bool = False
    rest_on_sundays: bool = False
    contacts_per_week: int | None = None
    whole_sequences: bool = False
    product_cards: bool = False
    collaboration_cards: bool = False
    sample_cards: bool = False


# What a brand of a real workspace begins with. A demo goes on every day.
NEW_BRAND_POLICY = BrandPolicy(rest_on_holidays=True)


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the seller's team. `brand` None: all brands."""

    id: MemberId
    login: str
    name: str
    role: Role
    brand: BrandId | None
    active: bool = True
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class SessionToken:
    """What a browser or terminal holds after sign-in; only its hash is stored."""

    token: str
    expires_at: datetime
