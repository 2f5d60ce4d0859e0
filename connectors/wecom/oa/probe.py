"""Calls an Official Account's callback address as the platform's check of it does: the echo comes as it is."""

from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from connectors.wecom.oa.callbacks import ADDRESS, signed
from connectors.wecom.oa.settings import settings_of
from connectors.wecom.probe import AddressProbe


@dataclass(frozen=True, slots=True)
class AccountProbe(AddressProbe):
    """Of Official Accounts."""

    at: str = ADDRESS

    def query(self, channel: OpenChannel, *, echo: str, timestamp: str, nonce: str) -> dict[str, str]:
        """See `AddressProbe.query`."""
        signature = signed(settings_of(channel).token.get_secret_value(), timestamp, nonce)
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
