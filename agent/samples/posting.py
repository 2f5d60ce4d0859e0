"""Samples whose creators posted, as posts taken in show: each is moved to posted, with the post's link."""

from collections.abc import Collection
from dataclasses import replace

from memory.domain.ids import BrandId, CreatorId
from memory.domain.sample import SampleStatus, answered_by, moved
from memory.domain.stores import Unit
from tools.samples.keeping import keep_sample


async def move_posted(unit: Unit, contents: Collection[str], *, brand: BrandId) -> int:
    """Move what these posts of a brand answer; how many samples that were. A second time it moves nothing."""
    posts = await unit.sales.posts(brand=brand, contents=sorted(set(contents)), limit=len(contents))
    if not posts:
        return 0
    creators = await unit.creators.by_ids(sorted({post.creator for post in posts}))
    samples = await unit.samples.lock(sorted(creators), brand=brand)
    answered: set[tuple[CreatorId, object]] = {
        mark for one in samples for mark in ((one.creator, one.content_link), (one.creator, one.posted_at))
    }
    done = 0
    for post in sorted(posts, key=lambda one: (one.posted_at, one.content)):
        own = [one for one in samples if one.creator == post.creator]
        sample = answered_by(own, product=post.product, posted_at=post.posted_at)
        marks = {(post.creator, post.link or post.posted_at), (post.creator, post.posted_at)}
        if sample is None or marks & answered:
            continue
        after = moved(
            sample,
            (SampleStatus.POSTED,),
            market=creators[post.creator].facts.market,
            by=unit.scope.member,
            now=unit.now,
            at=post.posted_at,
        )
        after = replace(after, content_link=after.content_link or post.link or None)
        await keep_sample(unit, sample, after)
        samples = [after if one.id == after.id else one for one in samples]
        answered |= marks
        done += 1
    return done
