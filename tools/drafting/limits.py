"""Limits a draft must keep: what the channel carries, and what the brand and the product allow to be offered."""

from memory.domain.errors import BadRequest
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Channel, Content, Flag
from memory.domain.workspace import BrandPolicy

# TikTok Shop IM text: 2,000 Unicode characters. By hand is pasted into the same box; the playground keeps its rule.
LONGEST: dict[Channel, int] = {
    Channel.TIKTOK: 2000,
    Channel.BY_HAND: 2000,
    Channel.PLAYGROUND: 2000,
    Channel.EMAIL: 6000,
}
SHORTEST = 20


def check_length(content: Content, channel: Channel) -> tuple[Flag, ...]:
    """A blocking flag when the text is empty or longer than the channel carries."""
    length = len(content.text.strip())
    if length < SHORTEST:
        return (Flag("text_too_short", {"length": length, "limit": SHORTEST}),)
    limit = LONGEST[channel]
    return (Flag("text_too_long", {"length": length, "limit": limit}),) if length > limit else ()


def check_offer(offer: Offer, *, product: Product | None, policy: BrandPolicy) -> tuple[Flag, ...]:
    """Blocking above the product's ceiling; above the brand's a lead signs; a sample the product does not give."""
    flags: list[Flag] = []
    share = offer.commission_bp
    if share is not None:
        if product and product.commission_ceiling_bp is not None and share > product.commission_ceiling_bp:
            flags.append(
                Flag(
                    "commission_above_product",
                    {"share": _percent(share), "ceiling": _percent(product.commission_ceiling_bp)},
                )
            )
        if share > policy.commission_ceiling_bp:
            flags.append(
                Flag(
                    "commission_above_policy",
                    {"share": _percent(share), "ceiling": _percent(policy.commission_ceiling_bp)},
                    blocking=False,
                )
            )
    if offer.free_sample and product and product.sample is False:
        flags.append(Flag("sample_not_given", {"product": product.name}, blocking=False))
    return tuple(flags)


def basis_points(rate: float) -> int:
    """A commission rate of 0-1 in whole basis points (half to even). Raises BadRequest outside 0-1."""
    if not 0 <= rate <= 1:
        raise BadRequest("commission_out_of_range", value=f"{rate * 100:g}%")
    return round(rate * 10_000)


def _percent(share: int) -> str:
    return f"{share / 100:g}%"
