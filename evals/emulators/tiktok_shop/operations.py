"""Every operation: its path with the versions that are served, the scope it needs, and who carries it out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.collaborating import Collaborating
from evals.emulators.tiktok_shop.conversations import Conversations
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.marketplace import Marketplace
from evals.emulators.tiktok_shop.open_plans import OpenPlans
from evals.emulators.tiktok_shop.outreach import Outreach
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.reviewing import Reviewing
from evals.emulators.tiktok_shop.selling import Selling
from evals.emulators.tiktok_shop.wire import Json

Handler = Callable[[Asked], Json]
READS_CREATORS: Final = "seller.creator_marketplace.read"
READS_COLLABORATIONS: Final = "seller.affiliate_collaboration.read"
WRITES_COLLABORATIONS: Final = "seller.affiliate_collaboration.write"
MESSAGES: Final = "seller.affiliate_messages.write"
_AS: Final = "/affiliate_seller/{version}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `of_shop`: it wants a cipher, else it refuses one; `marketplace`: the day's count has it."""

    name: str
    method: str
    path: str
    versions: tuple[str, ...]
    scope: str
    handler: Handler
    of_shop: bool = True
    marketplace: bool = False
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """The path as a pattern."""
        found = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        object.__setattr__(self, "pattern", re.compile(found.replace("(?P<version>[^/]+)", r"(?P<version>\d{6})")))


@dataclass(frozen=True, slots=True)
class Found:
    """An operation with what its path names."""

    operation: Operation
    version: str
    path: dict[str, str]


def operations_of(platform: Platform) -> tuple[Operation, ...]:
    """All that are emulated."""
    market, outreach, talks = Marketplace(platform), Outreach(platform), Conversations(platform)
    creators, talk = f"{_AS}/marketplace_creators", f"{_AS}/conversations"
    three = ("202505", "202508", "202608")
    return (
        *_collaborations(Collaborating(platform)),
        *_samples(Reviewing(platform)),
        Operation("open/search", "POST", f"{_AS}/open_collaborations/search", ("202409", "202412"),
                  READS_COLLABORATIONS, OpenPlans(platform).search),
        Operation("orders/search", "POST", f"{_AS}/orders/search", ("202405", "202410"), READS_COLLABORATIONS,
                  Selling(platform).search),
        Operation("shops", "GET", "/authorization/{version}/shops", ("202309",), "seller.authorization.info", _shops,
                  of_shop=False),
        Operation("creators/search", "POST", f"{creators}/search", three, READS_CREATORS, market.search,
                  marketplace=True),
        Operation("creators/filter", "POST", f"{creators}/search/filter", ("202601", "202608"), READS_CREATORS,
                  market.filter_options, marketplace=True),
        Operation("creators/detail", "GET", f"{creators}/{{creator_user_id}}", three[1:], READS_CREATORS, market.detail,
                  marketplace=True),
        Operation("outreach/quota", "GET", f"{_AS}/creator_outreach/quota", ("202607",), READS_COLLABORATIONS,
                  outreach.quota),
        Operation("outreach/eligibility", "POST", f"{_AS}/creator_outreach/eligibility/check", ("202610",),
                  READS_COLLABORATIONS, outreach.eligibility),
        Operation("outreach/records", "POST", f"{_AS}/creator_outreach/records/query", ("202608",),
                  READS_COLLABORATIONS, outreach.records),
        Operation("conversations/newest", "GET", f"{talk}/messages/list/newest", ("202412",), MESSAGES, talks.newest),
        Operation("conversations/create", "POST", talk, ("202508",), MESSAGES, talks.create),
        Operation("conversations/list", "GET", talk, ("202505",), MESSAGES, talks.listed),
        Operation("conversations/send", "POST", f"{talk}/{{conversation_id}}/messages", ("202412",), MESSAGES,
                  talks.send),
        Operation("conversations/messages", "GET", f"{_AS}/conversation/{{conversation_id}}/messages", ("202412",),
                  MESSAGES, talks.messages),
        Operation("conversations/read", "POST", f"{_AS}/conversatons/read", ("202412",), MESSAGES, talks.mark_read),
    )  # fmt: skip


def _collaborations(own: Collaborating) -> tuple[Operation, ...]:
    """Target collaborations; whoever may write them may not for that reason read them."""
    many, reads, writes = f"{_AS}/target_collaborations", READS_COLLABORATIONS, WRITES_COLLABORATIONS
    one, two = f"{many}/{{collaboration_id}}", ("202409", "202508")
    return (
        Operation("collaborations/search", "POST", f"{many}/search", two, reads, own.search),
        Operation("collaborations/check", "POST", f"{many}/conflicts/check", ("202605",), reads, own.check),
        Operation("collaborations/resolve", "POST", f"{many}/conflicts/resolve", ("202605",), writes, own.resolve),
        Operation("collaborations/create", "POST", many, ("202508",), writes, own.create),
        Operation("collaborations/detail", "GET", one, (*two, "202412"), reads, own.detail),
        Operation("collaborations/edit", "PUT", one, two, writes, own.replace),
        Operation("collaborations/remove", "DELETE", one, ("202409",), writes, own.remove),
        Operation("collaborations/link", "POST", f"{_AS}/target_collaboration/{{collaboration_id}}/link", ("202509",),
                  writes, own.link),
    )  # fmt: skip


def _samples(own: Reviewing) -> tuple[Operation, ...]:
    """Sample applications."""
    many = f"{_AS}/sample_applications"
    return (
        Operation("samples/search", "POST", f"{many}/search", ("202409", "202507", "202508"), READS_COLLABORATIONS,
                  own.search),
        Operation("samples/review", "POST", f"{many}/{{application_id}}/review", ("202409", "202507"),
                  WRITES_COLLABORATIONS, own.review),
    )  # fmt: skip


def found(operations: Sequence[Operation], method: str, path: str) -> Found:
    """The operation of a call. Raises ApiError 36009009, 36009010 or 36009014."""
    there = [(one, match) for one in operations if (match := one.pattern.fullmatch(path))]
    if not there:
        raise ApiError(Code.NO_PATH)
    fitting = [(one, match) for one, match in there if one.method == method]
    if not fitting:
        raise ApiError(Code.NO_METHOD)
    served = [(one, match) for one, match in fitting if match["version"] in one.versions]
    if not served:
        raise ApiError(Code.NO_VERSION)
    operation, match = served[0]
    names = match.groupdict()
    return Found(operation, names.pop("version"), names)


def _shops(asked: Asked) -> Json:
    rows = [
        {
            "id": shop.id,
            "name": shop.name,
            "region": shop.region,
            "seller_type": shop.seller_type,
            "code": shop.code,
            "cipher": shop.cipher,
        }
        for shop in asked.seller.shops
    ]
    return {"shops": rows}
