"""Calls an app's callback address as the platform's check of it does: the echo comes sealed."""

import os
from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.callbacks import ADDRESS
from connectors.wecom.app.settings import settings_of
from connectors.wecom.probe import AddressProbe


@dataclass(frozen=True, slots=True)
class CallbackProbe(AddressProbe):
    """Of whatever is called back as an app is."""

    at: str = ADDRESS

    def query(self, channel: OpenChannel, *, echo: str, timestamp: str, nonce: str) -> dict[str, str]:
        """See `AddressProbe.query`."""
        envelope = settings_of(channel).envelope
        sealed = envelope.seal(echo, random16=os.urandom(16))
        signature = envelope.sign(timestamp, nonce, sealed)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": sealed}
