"""Requests that carry a text or a record of their own: translation, compliance, preferences, products."""

import re
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment, whole
from agent.planner.offline.asking.evidence import hear, intent_of
from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.offline.reading.quantities import Quantity, Unit, as_json
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.plan import PlanningContext
from prompts import words

QUOTES = "「」『』“”\"《》【】' ‘’"
_HEAD = re.compile(r"[^:\n]{0,80}?[:\n]")
_INTO = words.phrase("texts", "translated_into")
_WHOLE = frozenset(["translate", "check_compliance"])
_CLAUSE_START = re.compile(r"[,.;。]\s*|然后|\b(?:and )?then ")
_QUOTED_FIRST = re.compile(r"\s*(?:「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\")")
_TRANSLATE_HEAD = re.compile(
    r"^.{0,12}?(?:把|将)?(?:这|下面|以下)?(?:句|段|条)?(?:话|消息|文字|内容)?(?:翻译|译)(?:一下|"
    r"下)?(?:成|为|到)?(?:英语|英文|中文|[^\s,:。]{1,4}[语文])?(?:这|下面|以下)?(?:句|段|"
    r"条)?(?:话|消息|文字|内容)?[,:\s]*"
    r"|^.{0,24}?\bhow (?:(?:do|would|can|should) (?:i|you|we|u)|to|2) (?:say|write|put)[,:\s]+"
    r"|^.{0,12}?\bwhat(?:'s| is) (?=.{2,200} in \w+[?.!]*$)"
    r"|^.{0,24}?\bwhat (?:does|do|did) (?=.{2,200} ?mean\b)"
    r"|^.{0,24}?\b(?:translate|translation of)(?: this| the following| that| it)?(?: message|"
    r" text| sentence| reply)?(?: (?:to|into|in) \w+)?(?: for me)?(?:,? please)?[,:\s]*"
)
_TRANSLATE_TAIL = re.compile(
    r"[,，\s]*(?:(?:是|这|帮我|请)?(?:翻译|译)(?:一下|下)?(?:成|为|到)?[^\s,，。]{0,5}|"
    r"(?:是)?(?:什么|啥|咩|乜)意思.*|mean(?:s)?(?: in \w+| exactly| again)?|"
    r"(?:to|into|in) (?:chinese|english|spanish|\w+ese|german|french)|"
    r"(?:用|in )?[^\s,，。]{0,6}(?:文|语|chinese|english)?里?(?:怎么|咋)(?:说|讲|写|表达))[\s?？吧呢。]*$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"(?:这|这段|这句|那段|这些|的|是|原文|她|他|from|this|her|his|original)\s*$")
_COMPLIANCE_HEAD = re.compile(
    r"^.{0,40}?(?:合规|违规|违禁词|敏感词|检查|可以吗|行不行|问题)(?:吗|么|不|检查|一下|"
    r"没有)*[?？,，:：\s]*|^.{0,60}?(?:compliant|compliance|allowed|violat\w*|ok(?:ay)? to (?:say|"
    r"post|send|write)|rules|policy)[^:]{0,20}[?:,\s]+"
)
_KINDS = (
    ("brief", re.compile(r"脚本|brief|拍摄要求|需求文档|拍摄说明")),
    ("caption", re.compile(r"标题|文案|caption|视频描述|配文|描述")),
    ("message", re.compile(r"私信|邀约|消息|话术|message|dm\b|信\b|邀请|invite")),
)
_SET_LEAD = re.compile(
    r"^(?:[\s,，]|帮我|请|麻烦|你|好的|那|记住|记一下|记下|记着|请记得|记得|帮我记住|默认|以后|"
    r"今后|往后|从现在起|从现在开始|从今往后|从今以后|一下|着|:|：|设置?(?:个|一个)?偏好|"
    r"偏好设?(?:成|为)?|我的偏好是|remember(?: that| to)?|from now on|going forward|by default|"
    r"in (?:the )?future|please|as a rule|set (?:a |my )?preference(?: to|:)?)+",
    re.IGNORECASE,
)
_SET_TAIL = re.compile(
    r"(?:,|，|\s)*(?:from now on|going forward|by default|please|in future|in the future|记住了?|"
    r"记一下|谢谢)[\s.。!！]*$",
    re.IGNORECASE,
)
_FORGET_LEAD = re.compile(
    r"^.{0,8}?(?:忘掉|忘了|忘记|删除|删掉|取消|去掉|清除|清空|撤掉|不用再|以后不用|别再|不用记|"
    r"以后不必|forget|delete|remove|drop|clear|cancel|stop|no longer)(?:住|着)?(?:那条|这条|那个|"
    r"这个|一下|我|about|the|my|that|our|我说的|关于|:|：|\s)*",
    re.IGNORECASE,
)
_FORGET_TAIL = re.compile(
    r"(?:的)?(?:这|那)?(?:条|个|项)?(?:偏好|默认|设置|规则|要求)?(?:了|吧)?[\s.。!！]*$|"
    r"\s*(?:preference|preferences|rule|setting)s?[\s.!]*$",
    re.IGNORECASE,
)
_BY_NUMBER = re.compile(
    r"第([0-9一二两三四五六七八九十]{1,3})(?:条|项|个(?=偏好|规矩|规则|默认))|"
    r"\b(?:preference|rule|default|setting)s? (?:number |no\.? ?|#)?(\d{1,2})\b"
)
"""One of the remembered rules by its number in the list."""
_FORGET_LAST = re.compile(
    r"^(?:请|帮我|麻烦|把|将)+|(?:的)?(?:那|这)?(?:条|个)?(?:偏好|规则|默认)?(?:都|给)?"
    r"(?:忘了?|忘掉|忘记|删了?|删掉|取消|撤了?|撤掉|作废|去掉|清空|不用了?)(?:了|吧|掉)*[.。!！]*$|"
    r"[,，]\s*(?:please |just )*(?:drop|scrap|forget|remove|delete|lose|ditch|get rid of|kill|cancel) (?:it|that)\b.*$|"
    r" can (?:go|be (?:dropped|deleted|removed))[.!]*$",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://[^\s,，。；;]+|www\.[^\s,，。；;]+", re.IGNORECASE)
_NAME_AFTER = re.compile(
    r"(?:把|将)(?P<f>[^\s,，。:：]{2,20}?)(?:加|录|放|添)(?:到|进|入)(?:我们的?)?(?:产品|商品)|"
    r"(?:产品|商品|新品|新款|品|sku)(?:上架|上新|入库)?(?:名称?|叫做?|是|名为)?(?:改成|改叫|"
    r"改为)?[:\s]*(?P<a>[^\s,，。:：]+(?: [a-z][a-z0-9]*)*)|\b(?:(?:add|create|register|enter) (?:a |an |our |this |"
    r"the )?(?:new )?|(?:a |our )?new )(?:product|item|sku)(?: called| named| in)?"
    r"[:\s]+(?P<b>[^,，:]+?)(?=\s(?:at|for|priced|price|"
    r"with|commission|link|\$|\d+(?:\.\d+)?\s?(?:usd|dollars|bucks|gbp|eur|pounds?|euros?|%))|[,，:]|$)"
    r"|\badd (?P<c>[^,，:]{1,60}?) (?:as a product|to (?:the |our |my )?products?)"
    r"|(?:加|添加|新增|录入|上架)(?:一个|个|一款|款)?(?P<d>[^\s,，。:：到进]{2,20}?)(?:到|进|进入)(?:产品|商品)"
    r"|(?:新增|录入|上架|上新|入库)(?:了|一|个|款|条|下)*(?:产品|商品|新品|单品)?[:\s]*"
    r"(?P<e>(?!产品|商品|新品|单品)[^\s,，。:：]+(?: [a-z][a-z0-9]*)*)"
)
_NAME_CHANGED = re.compile(
    r"(?:把|将)?(?:产品|商品)?[「\"“]?(?P<a>[^\s,，。「」\"”把将]{1,24}?)[」\"”]?(?:的)?(?:价格|"
    r"售价|链接|佣金上限|佣金|卖点|定价|单价|价)(?:改|换|调|更新|涨|降|设|定|提|加|是|变|现在|"
    r"上调|下调)"
    r"|(?:改|换|调整?|更新|修改)(?:一下)?(?P<b>[^\s,，。]{1,16}?)(?:的)(?:价格|售价|链接|佣金上限|卖点|定价)"
    r"|(?:把|将)?(?P<f>[^\s,，。]{1,16}?)(?:改成|改为|设成|设为|现在|以后|从今天?起|都|也)?"
    r"(?:可以?(?:寄|送)样|不(?:再|可|能|可以)?(?:寄|送)样|停止(?:寄|送)样)"
    r"|^(?:把|将)?(?P<g>(?!佣金|提成|价格?|售价|粉丝|gmv|播放|互动|客单|履约|上限|下限|底线|标准|预算|数量|门槛|日报|阶段|状态)[^\s,，。\d]{2,16}?)(?:现在|今天|以后)?(?:涨|降|调|改|提)(?:价)?(?:到|成|至|为)"
    r"|^(?:the |our )?(?P<h>[^,]{2,40}?)(?:'s| has a new| now has a) (?:new )?"
    r"(?:price|link|url|commission|ceiling|selling|rrp)"
    r"|^(?:the |our )?(?P<i>[^,]{2,40}?) (?:is now|now costs?|goes (?:up|down) to|"
    r"is going (?:up|down) to|now sells for) "
    r"(?:[$€£]|\d)"
    r"|\b(?:price|link|url|commission ceiling|ceiling|commission cap|selling points?) (?:of|"
    r"for) (?:the |our )?(?P<c>[^,]{1,40}?) (?:to|is|at)\b"
    r"|\b(?:change|update|set|raise|lower|edit|increase|reduce|drop|cut|bump|push|move|put|correct|fix) (?:the |"
    r"our )?(?P<d>(?!the\b|our\b|up\b|down\b)[^,]{1,40}?)(?:'s)? (?:price|link|url|commission ceiling|"
    r"ceiling|commission cap|selling points?)\b"
)
_POINTS = re.compile(
    r"卖点(?:是|有|包括|改成|改为|换成|更新为|:|：|\s)*(?P<a>[^。;；\n]+)|"
    r"selling points?(?: (?:for|of) [^:]{1,40}?(?: are| is| to|:))?(?: are| is| to|:)?\s*(?P<b>[^.;\n]+)",
    re.IGNORECASE,
)
_POINT_END = re.compile(
    r"[,，]\s*(?:佣金|链接|价格|售价|可以?寄样|不寄样|https?:|commission|price|link|sample)", re.IGNORECASE
)
_NO_SAMPLE = re.compile(
    r"不(?:可以?|能|提供|支持|给|再)*(?:寄样|送样|样品)|没有?样品|无样品|no longer (?:comes? with|"
    r"includes?|has|get) (?:free )?samples?|no (?:more )?(?:free )?samples?|without samples?|"
    r"stop(?:ped|ping)? (?:offering |sending |giving (?:out )?|with )?(?:free )?samples?|"
    r"(?:停|取消|别再)(?:止)?(?:寄|送|给)样"
)
_SAMPLE = re.compile(r"寄样|送样|样品|samples?\b")
_CEILING = re.compile(r"上限|最高|最多|封顶|cap|ceiling|max|up to|不超过")


def taken_whole(reading: Reading) -> Segment | None:
    """A text with an instruction before it (翻译一下：…), to the end of the message; nothing inside is a request.

    A text in quotes ends with them, so what follows may ask for more: that is no text taken whole.
    """
    if _INTO.match(reading.text):
        return whole(reading, "translate")
    head = _HEAD.match(reading.text)
    if head and reading.text[head.end() :].strip() and not _goes_on_after_quote(reading.text[head.end() :]):
        for cut in reversed([0, *(found.end() for found in _CLAUSE_START.finditer(head.group()))]):
            intent = intent_of(hear(head.group()[cut:]))
            if intent is not None and intent.name in _WHOLE:
                return whole(reading, intent.name, start=cut if _asks_before(head.group()[:cut]) else 0)
    first = intent_of(hear(reading.text))
    if first is not None and first.name in _WHOLE and _starts_with_text_request(reading.text):
        return whole(reading, first.name)
    return None


def _asks_before(text: str) -> bool:
    intent = intent_of(hear(text), weak=False) if text else None
    return intent is not None and (intent.name not in _WHOLE or "〇" in hear(text))


def _goes_on_after_quote(text: str) -> bool:
    quoted = _QUOTED_FIRST.match(text)
    return bool(quoted and re.search(r"\w.*\w", text[quoted.end() :]))


def translate(segment: Segment, context: PlanningContext) -> Sheet:
    """`translate`: the text after the colon, in quotes, or around the instruction."""
    sheet = Sheet(segment, context)
    text = _payload(sheet, _TRANSLATE_HEAD, _TRANSLATE_TAIL)
    target = _target(sheet, text)
    if text:
        sheet.arguments["text"] = text
    if target:
        sheet.arguments["to"] = target
    if not text:
        sheet.note("needs_text", tool="translate")
        sheet.incomplete = True
    return sheet


def check_compliance(segment: Segment, context: PlanningContext) -> Sheet:
    """`check_compliance`: the text, its market and what kind of text it is, as said outside of it."""
    sheet = Sheet(segment, context)
    text = _payload(
        sheet,
        _COMPLIANCE_HEAD,
        re.compile(
            r"[,，\s]*(?:这(?:段|句)?(?:话)?|这么写|这样写)?(?:合规吗|违规吗|会违规吗|合不合规|行不行|"
            r"可以吗|有没有违规)[?？\s]*$"
        ),
    )
    around = segment.text.replace(text.lower(), " ") if text else segment.text
    if not text:
        sheet.note("needs_text", tool="check_compliance")
        sheet.incomplete = True
        return sheet
    sheet.arguments["text"] = text
    market = next(
        (token.value("markets") for token in sheet.tokens if token.has("markets") and token.text in around), None
    )
    if market:
        sheet.arguments["market"] = market
    kind = next((name for name, pattern in _KINDS if pattern.search(around)), None)
    if kind:
        sheet.arguments["kind"] = kind
    return sheet


def list_preferences(segment: Segment, context: PlanningContext) -> Sheet:
    """`preferences`: what was remembered."""
    return Sheet(segment, context, arguments={"action": "list"})


def set_preference(segment: Segment, context: PlanningContext) -> Sheet:
    """`preferences`: remember, in the person's own words without 以后 and the like."""
    return _preference(segment, context, "set", _SET_LEAD, _SET_TAIL)


def forget_preference(segment: Segment, context: PlanningContext) -> Sheet:
    """`preferences`: forget the one meant."""
    return _preference(segment, context, "forget", _FORGET_LEAD, _FORGET_TAIL)


def product(segment: Segment, context: PlanningContext) -> Sheet:
    """`products`: list, add or change one."""
    action = segment.intent.split(".")[1]
    sheet = Sheet(segment, context, arguments={"action": action})
    if action == "list":
        return sheet
    said = sheet.quote(segment.start, segment.end)
    name = _product_name(sheet, action)
    if name:
        sheet.arguments["name"] = name
    link = _LINK.search(said)
    if link:
        sheet.arguments["link"] = link.group()
    _product_numbers(sheet)
    points = _POINTS.search(said)
    if points:
        listed = re.split(_POINT_END, points["a"] or points["b"])[0]
        items = [item.strip(QUOTES) for item in re.split(r"[、,，/和]|\band\b", listed) if item.strip(QUOTES)]
        sheet.arguments["selling_points"] = cast(list[JsonValue], items)
    if _NO_SAMPLE.search(segment.text):
        sheet.arguments["sample"] = False
    elif _SAMPLE.search(segment.text):
        sheet.arguments["sample"] = True
    return sheet


def _payload(sheet: Sheet, head: re.Pattern[str], tail: re.Pattern[str]) -> str:
    reading = sheet.segment.reading
    start, end = sheet.segment.start, sheet.segment.end
    text = reading.text[start:end]
    colon = _HEAD.match(text)
    if colon and intent_of(hear(colon.group())) is not None and text[colon.end() :].strip():
        if quoted := _QUOTED_FIRST.match(text, colon.end()):
            return sheet.quote(start + colon.end(), start + quoted.end()).strip(QUOTES)
        return (
            reading.source[reading.origins[start + colon.end()][0] : reading.origins[end - 1][1]]
            .strip()
            .strip('「」“”"')
        )
    quote = next((token for token in sheet.tokens if token.kind == "quote"), None)
    if quote:
        return sheet.quote(quote.start, quote.end).strip(QUOTES)
    into = _INTO.match(text) if head is _TRANSLATE_HEAD else None
    lead = into or head.match(text)
    at = start + (lead.end() if lead else 0)
    if at >= end:
        at = start
    rest = reading.source[reading.origins[at][0] : reading.origins[end - 1][1]].strip()
    if into is not None:
        return rest.strip(QUOTES)
    rest = tail.sub("", rest).strip(" ,，:：" + QUOTES)
    return rest if len(rest) > 1 and (lead or tail.search(text)) and not _only_reference(rest) else ""


def _only_reference(text: str) -> bool:
    return bool(
        re.fullmatch(
            r"(?:一下|把|这|那|句|段|条|话|她|他|的|回复|消息|个|第.{1,3}条|this|that|it|please|her|his|"
            r"reply|the|message|\s)+",
            text.lower(),
        )
    )


def _starts_with_text_request(text: str) -> bool:
    return (
        bool(re.match(r"\s*(?:请|帮我|麻烦|把|将|could you |can you |please )*(?:翻译|translate|检查|check)", text))
        and "\n" not in text.strip()
        and not re.search(r"[「“\"]", text)
        and not re.search(r"然后|再|and then", text)
    )


def _target(sheet: Sheet, text: str) -> str | None:
    """The language named outside the text itself, unless it is said to be the text's own (这段英文, from German)."""
    reading = sheet.segment.reading
    payload = reading.text.find(text.lower(), sheet.segment.start) if text else -1
    for token in sheet.tokens:
        inside = payload >= 0 and payload <= token.start < payload + len(text)
        if token.has("languages") and _INTO.match(sheet.segment.text) and not inside:
            return token.value("languages")
        if token.has("languages") and not inside and not _SOURCE.search(reading.text[: token.start]):
            return token.value("languages")
    return None


def _preference(
    segment: Segment, context: PlanningContext, action: str, lead: re.Pattern[str], tail: re.Pattern[str]
) -> Sheet:
    sheet = Sheet(segment, context, arguments={"action": action})
    numbered = _BY_NUMBER.search(segment.text) if action == "forget" else None
    if numbered and (numeral := numeral_at(next(one for one in numbered.groups() if one), 0)):
        sheet.arguments["text"] = str(numeral.high)
        return sheet
    said = sheet.quote(segment.start, segment.end)
    text = tail.sub("", lead.sub("", said, count=1)).strip(" ,，。.!！:：" + QUOTES)
    if action == "forget" and (not text or not lead.search(said)):
        left = _FORGET_LAST.sub("", said).strip(" ,，。.!！:：" + QUOTES)
        text = left if text or left != said else ""
    if text:
        sheet.arguments["text"] = text
    elif action == "set":
        sheet.note("needs_text", tool="preferences")
        sheet.incomplete = True
    return sheet


def _product_name(sheet: Sheet, action: str) -> str | None:
    segment = sheet.segment
    known = next((name for name in sheet.context.products if name.lower() in segment.text), None)
    if known:
        return known
    quote = next((token for token in sheet.tokens if token.kind == "quote"), None)
    if quote:
        return sheet.quote(quote.start, quote.end).strip(QUOTES)
    text = segment.reading.text[segment.start : segment.end]
    match = (_NAME_AFTER if action == "add" else _NAME_CHANGED).search(text)
    if not match:
        return None
    group = next(key for key, value in match.groupdict().items() if value)
    start = segment.start + match.start(group)
    name = sheet.quote(start, segment.start + match.end(group)).strip(QUOTES)
    return re.sub(r"^(?:把|将|帮我|请)+", "", name).removesuffix("的") or None


def _product_numbers(sheet: Sheet) -> None:
    for index, token in enumerate(sheet.tokens):
        quantity = token.quantity
        if quantity is None:
            continue
        before = sheet.segment.reading.text[max(0, token.start - 20) : token.start]
        if quantity.unit is Unit.PERCENT or ("佣金" in before[-8:] and quantity.unit is Unit.PLAIN):
            share = quantity.value if quantity.unit is Unit.PERCENT else quantity.value / 100
            sheet.arguments["commission_ceiling"] = as_json(share)
        elif quantity.unit is Unit.MONEY or _named_price(before, quantity):
            price: dict[str, JsonValue] = {"amount": as_json(quantity.value)}
            if quantity.currency:
                price["currency"] = quantity.currency
            sheet.arguments["price"] = price
        sheet.use(index)


def _named_price(before: str, quantity: Quantity) -> bool:
    return quantity.unit is Unit.PLAIN and bool(
        re.search(r"(?:价格?|售价|定价|卖|price|at|to|for|到|成)\s*(?:改成|改为|改到|是|:|to|is)?\s*$", before)
    )


def languages_in(text: str) -> list[str]:
    """Language codes named in a text, in order."""
    return [key for key, _, _ in find_terms("languages", text)]
