"""Every table in one place: importing this fills the registry that migrations and guards read."""

from memory.models import (
    books,
    campaigns,
    channels,
    chat,
    collaborations,
    creators,
    deliveries,
    digests,
    links,
    outreach,
    report_links,
    sales,
    samples,
    shop,
    shop_cards,
    shop_links,
    templates,
    workspace,
)
from memory.models.base import Base

MODULES = (
    books, campaigns, channels, chat, collaborations, creators, deliveries, digests, links, outreach, report_links,
    sales, samples, shop, shop_cards, shop_links, templates, workspace,
)  # fmt: skip
TABLES = Base.metadata
