"""「关机 9 小时，7 条改到 … 起」: said once, before whatever a member of the brand is answered next."""

from datetime import timedelta

from agent.cards import wording
from memory.domain.chat import Reply
from memory.domain.outage_stores import Outage
from memory.domain.stores import Unit
from memory.domain.workspace import Brand, Lang
from memory.domain.zones import home_zone
from prompts.render import Texts

_HOUR = timedelta(hours=1)


async def with_news(unit: Unit, reply: Reply, lang: Lang, texts: Texts) -> Reply:
    """The reply, with what happened while nothing ran in front of it; told with this transaction."""
    outages = await unit.steps.untold_outages()
    if not outages:
        return reply
    brands = {brand.id: brand for brand in await unit.people.brands()}
    lines = [
        _sentence(outage, brands[outage.brand], lang, texts, named=unit.scope.brand is None)
        for outage in outages
        if outage.brand in brands
    ]
    return reply.model_copy(update={"text": "\n\n".join([*lines, reply.text])})


def _sentence(outage: Outage, brand: Brand, lang: Lang, texts: Texts, *, named: bool) -> str:
    silent = outage.ended_at - outage.began_at
    hours = silent >= _HOUR
    length = texts.say(
        "outage_hours" if hours else "outage_minutes",
        lang,
        count=round(silent / _HOUR) if hours else int(silent.total_seconds() // 60),
    )
    due = outage.first_due or outage.ended_at
    home = outage.home or home_zone(None, brand.market)
    there = wording.there(due, home.zone.key, lang, estimated=home.estimated)
    here = wording.clock(due, brand.team_zone, lang)
    who = texts.say("outage_of", lang, brand=brand.name) if named else ""
    return texts.say("outage", lang, who=who, length=length, count=outage.replanned, here=here, there=there)
