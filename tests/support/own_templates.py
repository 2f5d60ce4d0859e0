"""A template of a brand's own, with the places of a first message."""

from memory.domain.ids import BrandId, MemberId, TemplateId, TemplateVersionId
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose
from memory.domain.templates import Template, TemplateVersion, Wording
from tests.support.fake_drafting import NOW

WORDING = Wording(
    "Hi {name}, our {product} costs {price}. We pay {commission}.",
    "{name}你好，我们的 {product} 卖 {price}，佣金 {commission}。",
    "en",
    Offer(1800),
)


def template(wording: Wording = WORDING, *, number: int = 1) -> Template:
    version = TemplateVersion(TemplateVersionId(40 + number), number, wording, MemberId(1), NOW)
    return Template(TemplateId(4), BrandId(1), "猫砂盆首轮", Purpose.INVITE, number, (version,))
