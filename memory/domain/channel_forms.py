"""What a page may submit about channels and who is bound to them; members of `memory.domain.chat.Command`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from memory.domain.channels import ChannelKind
from memory.domain.ids import BindingId, BrandId, ChannelId, IdentityId, MemberId


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MakeBindCode(_Form):
    """Make a code: for a member's own chat, or (`member` None) for a group of the brand. A lead only."""

    kind: Literal["make_bind_code"] = "make_bind_code"
    member: MemberId | None = None
    brand: BrandId | None = None


class AcceptClaim(_Form):
    """Say which member the stranger is who showed this code, and what their chat is about. A lead only."""

    kind: Literal["accept_claim"] = "accept_claim"
    code: str = Field(max_length=40)
    member: MemberId
    brand: BrandId | None = None


class RevokeIdentity(_Form):
    """Forget who a user of a channel is; from then on they are a stranger. A lead only."""

    kind: Literal["revoke_identity"] = "revoke_identity"
    identity: IdentityId


class EndBinding(_Form):
    """Unbind a chat; from then on it gets no data. A lead only."""

    kind: Literal["end_binding"] = "end_binding"
    binding: BindingId


class SaveChannel(_Form):
    """Set a channel up (`id` None) or change it. `typed`: its kind's own fields; an empty one keeps the secret it has.

    `plain`: the team reads where no Markdown is shown. A lead only.
    """

    kind: Literal["save_channel"] = "save_channel"
    id: ChannelId | None = None
    of: ChannelKind = ChannelKind.WECOM_WEBHOOK
    name: str = Field(max_length=60)
    brand: BrandId | None = None
    lang: Literal["zh", "en"] = "zh"
    mentions: str = Field(default="", max_length=400)
    active: bool = True
    plain: bool = False
    typed: dict[str, str] = Field(default_factory=dict, repr=False)


class TestChannel(_Form):
    """Send a test over one channel. A lead only."""

    __test__ = False

    kind: Literal["test_channel"] = "test_channel"
    channel: ChannelId


ChannelForm = SaveChannel | TestChannel
BindingForm = MakeBindCode | AcceptClaim | RevokeIdentity | EndBinding
