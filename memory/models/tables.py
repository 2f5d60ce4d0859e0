"""Every table in one place: importing this fills the registry that migrations and guards read."""

from memory.models import (
    books,
    campaigns,
    channels,
    chat,
    creators,
    deliveries,
    digests,
    outreach,
    sales,
    samples,
    shop,
    shop_links,
    workspace,
)
from memory.models.base import Base

MODULES = (
    books,
    campaigns,
    channels,
    chat,
    creators,
    deliveries,
    digests,
    outreach,
    sales,
    samples,
    shop,
    shop_links,
    workspace,
)
TABLES = Base.metadata
