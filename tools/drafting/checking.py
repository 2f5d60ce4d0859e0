"""All checks of one draft, for tools and for hand edits: grounding, equality, length, offer, compliance. Pure."""

from memory.domain.outreach import Content, Flag, Purpose
from memory.domain.sample import seldom_posts
from memory.domain.workspace import BrandPolicy
from tools.compliance.checking import check_text
from tools.drafting.grounding import check_grounding
from tools.drafting.known import Occasion
from tools.drafting.limits import check_length, check_offer
from tools.drafting.wording import has_han, side_of
from tools.translation.equality import differences


def check(content: Content, occasion: Occasion, *, policy: BrandPolicy) -> tuple[Flag, ...]:
    """What is wrong with a draft, blocking flags first. `occasion.offer` is ignored: the content's own offer counts."""
    about = _with_offer(occasion, content)
    flags = [
        *check_offer(content.offer, product=about.product, policy=policy),
        *check_length(content, about.channel),
        *check_grounding(content, about),
        *_check_equality(content),
        *_check_compliance(content, about),
        *_remarks(content, about),
    ]
    unique = {(flag.key, str(flag.facts)): flag for flag in flags}
    return tuple(sorted(unique.values(), key=lambda flag: not flag.blocking))


def _with_offer(occasion: Occasion, content: Content) -> Occasion:
    return Occasion(
        occasion.creator,
        occasion.brand,
        occasion.purpose,
        occasion.channel,
        occasion.product,
        content.offer,
        occasion.relation,
        occasion.answering,
    )


def _check_equality(content: Content) -> tuple[Flag, ...]:
    """Figures of one side that the other lacks. An edited side makes the pair stale, which is said instead."""
    if not content.paired:
        return (Flag("pair_stale", {}, blocking=False),)
    return tuple(
        Flag(
            "numbers_differ",
            {"quote": difference.figure.quote, "side": "zh" if difference.missing_in == "other" else content.language},
        )
        for difference in differences(content.text, content.text_zh)
    )


def _check_compliance(content: Content, occasion: Occasion) -> tuple[Flag, ...]:
    market = occasion.creator.facts.market
    flags = [
        finding.flag()
        for text in (content.text, content.text_zh)
        for finding in check_text(text, kind="message", market=market, channel=occasion.channel)
    ]
    return tuple({flag.key: flag for flag in reversed(flags)}.values())


def _remarks(content: Content, occasion: Occasion) -> tuple[Flag, ...]:
    """What the person should know and may let pass."""
    flags: list[Flag] = []
    offer, product = content.offer, occasion.product
    if occasion.purpose is Purpose.INVITE and offer.commission_bp is None and offer.flat_fee is None:
        flags.append(Flag("no_commission", {}, blocking=False))
    relation, gives = occasion.relation, offer.free_sample or occasion.purpose is Purpose.SAMPLE_OFFER
    if gives and relation and seldom_posts(relation.samples_received, relation.samples_posted):
        received, posted = relation.samples_received, relation.samples_posted
        flags.append(Flag("sample_seldom_posted", {"received": received, "posted": posted}, blocking=False))
    name = side_of(product.name, content.language) if product else ""
    if content.language != "zh" and has_han(name) and name in content.text:
        flags.append(Flag("product_name_chinese", {"product": name}, blocking=False))
    return tuple(flags)
