"""What is asked of the platform: paths, the versions they are asked in, and what a repetition would do."""

from dataclasses import dataclass
from typing import Final, Literal

_AS: Final = "/affiliate_seller/{version}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `writes`: what ended without an answer may have taken effect. `of_shop`: it names a shop."""

    name: str
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    version: str
    writes: bool = False
    of_shop: bool = True


SHOPS: Final = Operation("shops", "GET", "/authorization/{version}/shops", "202309", of_shop=False)
SEARCH: Final = Operation("creators_search", "POST", f"{_AS}/marketplace_creators/search", "202508")
DETAIL: Final = Operation("creators_detail", "GET", f"{_AS}/marketplace_creators/{{creator}}", "202508")
# Get or create: a repetition changes nothing.
CONVERSATION: Final = Operation("conversation", "POST", f"{_AS}/conversations", "202508")
CONVERSATIONS: Final = Operation("conversations", "GET", f"{_AS}/conversations", "202505")
MESSAGES: Final = Operation("messages", "GET", f"{_AS}/conversation/{{conversation}}/messages", "202412")
SEND: Final = Operation("send", "POST", f"{_AS}/conversations/{{conversation}}/messages", "202412", writes=True)
QUOTA: Final = Operation("quota", "GET", f"{_AS}/creator_outreach/quota", "202607")
ELIGIBILITY: Final = Operation("eligibility", "POST", f"{_AS}/creator_outreach/eligibility/check", "202610")
_TARGETS: Final = f"{_AS}/target_collaborations"
INVITATIONS: Final = Operation("collaborations", "POST", f"{_TARGETS}/search", "202508")
INVITATION: Final = Operation("collaboration", "GET", f"{_TARGETS}/{{collaboration}}", "202508")
CLASHES: Final = Operation("collaboration_conflicts", "POST", f"{_TARGETS}/conflicts/check", "202605")
# Whoever is out already is out: a repetition does nothing, and says so.
TAKE_OUT: Final = Operation("collaboration_resolve", "POST", f"{_TARGETS}/conflicts/resolve", "202605", writes=True)
OPEN_PLANS: Final = Operation("open_collaborations", "POST", f"{_AS}/open_collaborations/search", "202412")
INVITE: Final = Operation("collaboration_create", "POST", _TARGETS, "202508", writes=True)
REPLACE: Final = Operation("collaboration_edit", "PUT", f"{_TARGETS}/{{collaboration}}", "202508", writes=True)
REMOVE: Final = Operation("collaboration_remove", "DELETE", f"{_TARGETS}/{{collaboration}}", "202409", writes=True)
# It makes a link and changes nothing else: a repetition makes another one.
LINK: Final = Operation("collaboration_link", "POST", f"{_AS}/target_collaboration/{{collaboration}}/link", "202509")
_SAMPLES: Final = f"{_AS}/sample_applications"
APPLICATIONS: Final = Operation("samples", "POST", f"{_SAMPLES}/search", "202508")
REVIEW: Final = Operation("sample_review", "POST", f"{_SAMPLES}/{{application}}/review", "202507", writes=True)
ORDERS: Final = Operation("orders", "POST", f"{_AS}/orders/search", "202410")
ALL: Final = (
    SHOPS, SEARCH, DETAIL, CONVERSATION, CONVERSATIONS, MESSAGES, SEND, QUOTA, ELIGIBILITY, INVITATIONS, INVITATION,
    CLASHES, TAKE_OUT, OPEN_PLANS, INVITE, REPLACE, REMOVE, LINK, APPLICATIONS, REVIEW, ORDERS,
)  # fmt: skip
VERSIONS: Final = {operation.name: operation.version for operation in ALL}
