"""Tracking links as strangers follow them: the code alone says whose it is, so it is looked for in every tenant."""

from dataclasses import dataclass

import structlog

from memory.domain.clicks import ClickServices, Visitor
from memory.domain.errors import BadRequest

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LinkFollower:
    """Satisfies `connectors.ports.links.Followed`."""

    services: ClickServices

    async def follow(self, code: str, visitor: Visitor | None) -> str | None:
        """See `Followed.follow`."""
        try:
            async with self.services.across_tenants("where a link leads") as work:
                return await work.clicks.follow(code, visitor, at=work.now)
        except BadRequest:  # its target was taken under laxer rules
            log.warning("links.unsafe_target", code=code)
            return None
