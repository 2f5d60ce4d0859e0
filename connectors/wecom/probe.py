"""Whether a callback address answers as the platform's check of it would find."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Final

import httpx

from connectors.ports.callbacks import CallbackPaths
from connectors.ports.channels import OpenChannel
from connectors.wecom.sealed import PROBE
from memory.domain.errors import Refused, Unavailable
from memory.domain.ids import ChannelId

_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class AddressProbe(ABC):
    """`public_url`: where the platform reaches this workspace, None where it cannot."""

    public_url: str | None
    paths: CallbackPaths
    now: Callable[[], datetime]
    through_proxy: bool = True

    @property
    @abstractmethod
    def at(self) -> str:
        """The part of the address that its kind of channel has."""

    @abstractmethod
    def query(self, channel: OpenChannel, *, echo: str, timestamp: str, nonce: str) -> dict[str, str]:
        """How the platform would ask for an echo."""

    def address(self, channel: ChannelId) -> str | None:
        """What goes into the console; None without a public address."""
        return f"{self.public_url.rstrip('/')}{self.at}{self.paths.path(channel)}" if self.public_url else None

    async def look(self, channel: OpenChannel) -> None:
        """Do what the console does when the address is saved. From here: the platform may be kept out all the same.

        Raises:
            Refused: "app_no_public_url", or the address answers something else (not retryable).
            Unavailable: it cannot be reached (retryable).
        """
        address = self.address(channel.setting.id)
        if address is None:
            raise Refused("app_no_public_url")
        echo, timestamp, nonce = token_hex(8), str(int(self.now().timestamp())), PROBE + token_hex(8)
        query = self.query(channel, echo=echo, timestamp=timestamp, nonce=nonce)
        host = httpx.URL(address).host
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, trust_env=self.through_proxy) as http:
                answer = await http.get(address, params=query)
        except httpx.HTTPError as failed:
            raise Unavailable("app_callback_unreachable", host=host, path=self.at) from failed
        if answer.status_code != httpx.codes.OK or answer.text != echo:
            raise Refused("app_callback_answers_wrong", host=host, code=answer.status_code)
