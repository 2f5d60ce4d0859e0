"""Each rule catches its planted sentence in Chinese, English and Spanish, and lets harmless ones pass."""

import pytest

from memory.domain.errors import BadRequest
from memory.domain.outreach import Channel
from tests.support.fake_drafting import turn
from tools.compliance.checking import check_text
from tools.compliance.rules import TextKind, rules
from tools.compliance.tool import CheckComplianceArgs, ComplianceReport, check_compliance

PLANTED = [
    ("health_claim", "This balm heals eczema in a week."),
    ("health_claim", "Esta crema elimina el acné."),
    ("health_claim", "这款枕头能治疗失眠。"),
    ("health_claim", "Lose 10 pounds with it."),
    ("earnings_claim", "Creators earn up to $3,000 with us."),
    ("earnings_claim", "Ganarás hasta 500 dólares."),
    ("earnings_claim", "轻松月入过万，稳赚。"),
    ("review_pressure", "Only post if you love it."),
    ("review_pressure", "Por favor deja cinco estrellas."),
    ("review_pressure", "收到后请给好评。"),
    ("hidden_disclosure", "Please don't mention that it's sponsored."),
    ("hidden_disclosure", "Di que lo compraste."),
    ("hidden_disclosure", "视频里不要标注广告。"),
    ("off_platform_contact", "Text me at +1 212 555 0143."),
    ("off_platform_contact", "Escríbeme por correo."),
    ("off_platform_contact", "我们加个微信细聊。"),
    ("off_platform_payment", "We'll pay you directly by bank transfer."),
    ("off_platform_payment", "Te pago por fuera."),
    ("off_platform_payment", "费用线下付款，支付宝转你。"),
    ("absolute_claim", "It's the best product on the market."),
    ("absolute_claim", "全网最低价，销量第一。"),
    ("false_urgency", "Hurry, limited spots!"),
    ("false_urgency", "名额有限，手慢无。"),
    ("fake_familiarity", "I'm a huge fan of yours."),
    ("fake_familiarity", "关注你很久了。"),
    ("minors", "Ask your kids to promote it."),
    ("minors", "让孩子来带货。"),
    ("restricted_goods", "We sell vapes."),
]
HARMLESS = [
    "Best,\nPawJoy",
    "Say what you really think, good or bad.",
    "欢迎给出真实评价，好坏都可以。",
    "You'd earn 18% commission on every sale.",
    "Dog treats your pet will notice.",
    "We cannot guarantee sales.",
    "When you post, please add #ad.",
    "发布时请加上广告标签（#ad）。",
    "It fits cats up to 20 lb and costs $29.90.",
    "The sample is free.",
    "Te enviaríamos una muestra gratis.",
    "This mouthwash is alcohol-free.",
]


@pytest.mark.parametrize(("rule", "text"), PLANTED)
def test_a_planted_sentence_is_caught(rule: str, text: str) -> None:
    found = {finding.rule: finding for finding in check_text(text)}
    assert rule in found
    assert found[rule].quote.strip()
    assert found[rule].instead
    assert found[rule].authority


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_sentence_passes(text: str) -> None:
    assert check_text(text) == ()


def test_every_rule_has_a_planted_sentence() -> None:
    assert {rule for rule, _ in PLANTED} == {rule.name for rule in rules()}


def test_every_suggested_wording_passes() -> None:
    suggested = [words for rule in rules() for words in rule.instead.values()]
    assert {words: check_text(words) for words in suggested if any(one.blocking for one in check_text(words))} == {}


@pytest.mark.parametrize(
    ("text", "market", "rule"),
    [
        ("#ad my cat's new throne", "US", None),
        ("Paid partnership with PawJoy: my cat's new throne", "US", None),
        ("my cat's new throne #adorable", "US", "disclosure_missing"),
        ("my cat's new throne #collab", "US", "disclosure_missing"),
        ("my cat's new throne #affiliate", "US", "disclosure_weak"),
        ("word " * 30 + "#ad", "US", "disclosure_late"),
        ("#cat #dog #home #ad new throne", "US", "disclosure_late"),
        ("#sponsored new throne", "US", None),
        ("#sponsored new throne", "GB", "disclosure_weak"),
        ("#ad neuer Thron", "DE", "disclosure_weak"),
        ("Werbung: neuer Thron", "DE", None),
        ("#publi nuevo trono", "ES", None),
        ("广告 new throne", "US", "disclosure_missing"),
        ("#PR 新しい玉座", "JP", None),
    ],
)
def test_a_caption_discloses_as_its_market_expects(text: str, market: str, rule: str | None) -> None:
    found = [finding.rule for finding in check_text(text, kind="caption", market=market)]
    assert found == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("text", "passes"), [("Show the box. Add #ad and turn on the toggle.", True), ("Show the box.", False)]
)
def test_a_brief_asks_for_the_disclosure(text: str, *, passes: bool) -> None:
    assert (check_text(text, kind="brief") == ()) is passes


def test_contact_by_mail_is_fine_in_a_mail() -> None:
    text = "Write to me at mia@example.com."
    assert check_text(text, channel=Channel.EMAIL) == ()
    assert [finding.rule for finding in check_text(text, channel=Channel.TIKTOK)] == ["off_platform_contact"]


def test_the_authority_is_the_markets() -> None:
    assert check_text("It heals acne.", market="GB")[0].authority == "UK CAP Code 12"
    assert check_text("It heals acne.", market="US")[0].authority.startswith("FTC")


@pytest.mark.parametrize("kind", ["message", "caption", "brief"])
async def test_the_tool_reports(kind: TextKind) -> None:
    tool = check_compliance()
    report = await tool.run(CheckComplianceArgs(text="Leave a 5 star review #ad", kind=kind, market="uk"), turn())
    assert isinstance(report, ComplianceReport)
    assert (report.passes, report.market) == (False, "GB")
    assert report.findings[0].rule == "review_pressure"
    with pytest.raises(BadRequest):
        await tool.run(CheckComplianceArgs(text="  "), turn())
