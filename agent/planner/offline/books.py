"""Requests about our own records: shortlists, the relation to a creator, samples, the quota."""

import re
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.clauses import Segment
from agent.planner.offline.quantities import Unit, as_json
from agent.planner.offline.references import creators
from agent.planner.offline.sheet import Sheet
from agent.planner.offline.texts import QUOTES
from agent.planner.offline.tokens import find_terms
from agent.planner.plan import PlanningContext

_LIST_NAME = re.compile(
    r"(?:名单|清单|收藏夹|列表)(?:名字?)?(?:叫做?|为|是|名为|:|"
    r"：)*\s*(?P<a>[^\s,，。的里]+(?: [^\s,，。]+)?)|(?:叫做?|命名为|取名叫?|名字(?:叫|是|"
    r"为))\s*(?P<b>[^\s,，。]+)"
    r"|(?:打开|调出|切换到|切到|加载|看看|看一下|查看|导出|下载|回到|拉出|翻出|用|载入|到|成|为|"
    r"进|把)\s*(?P<c>[^\s,，。前第上这那把为成到]{2,20}?)(?:的|这个|那个)?(?:名单|清单)"
    r"|(?:存|保存|另存|收藏)(?:成|为|到|在|进)\s*(?P<d>(?!名单|清单)[^\s,，。]+)"
    r"|\b(?:save|store|keep|export|download) (?:this (?:short)?list|this|these|them|it|that|the (?:list|shortlist|"
    r"results?|creators)|the (?:first|top) \w+(?: creators| ones)?|all(?: of them)?|all \w+|"
    r"number[s]? [\d ,and]+)?\s?(?:as|to|into|under|in) (?:a |the |"
    r"my )?(?:new )?(?:short)?(?:list )?(?:called |named )?(?P<e>[^,.;]+)"
    r"|\b(?:called|named|call it|name it|call (?:the|this) (?:short)?list) (?P<f>[^,.;]+)"
    r"|\b(?:open|load|bring up|pull up|switch to|go to|go back to|use|show|export|download|reopen|"
    r"see)(?: me)? (?:the |my |our )?(?P<g>[^,.;]{1,40}?) (?:short)?list\b|"
    r"\b(?:short)?list (?P<h>(?!as\b|to\b|in\b|of\b|please\b|called\b|named\b|into\b)[^,.;]+)"
)
_NOT_A_NAME = re.compile(
    r"^(?:的|excel|xlsx|csv|表格|名单|清单|一个|个|一下|起来|下来|文件|表|this|these|current|"
    r"saved|the|my|last|old|that|short|shortlist|a|an|spreadsheet|excel file|csv file|now|file|和|"
    r"吧|了|给我)$"
)
_TAG_ADD = re.compile(
    r"(?:加上|打上|加|换成|\badd)\s*[「\"“](?P<g>[^」\"”]+)[」\"”]|"
    r"(?:打|加|贴|标)(?:上|个|一个|了|一下)?(?:标签|tag)(?:是|为|叫|"
    r":)?\s*[「\"“]?(?P<a>[^,，。「」\"”]+)[」\"”]?|(?:打|加|贴)(?:上|个|一个|"
    r"了)?[「\"“]?(?P<b>[^,，。「」\"”]{1,20}?)[」\"”]?(?:的|这个)?标签|标签(?:改成|设为|是|为|"
    r":)\s*[「\"“]?(?P<c>[^,，。「」\"”]+)"
    r"|\btag (?:them|it|these|those|all|her|him|@[\w.]+|the (?:first|top|last) \w+|number \d+|"
    r"#\d+|.{1,30}?) (?:as|with) [\"“]?(?P<d>[\w -]+?)[\"”]?$|\badd (?:the |a )?(?:tags? |"
    r"labels? )[\"“]?(?P<e>[\w, -]+?)[\"”]?(?= to|$)|"
    r"\badd [\"“]?(?P<f>[\w-]+)[\"”]? (?:as a )?(?:tag|label)"
)
_TAG_REMOVE = re.compile(
    r"(?:去掉|删掉|移除|拿掉|\bremove(?: the)?(?: tags?| labels?)?)\s*[「\"“](?P<f>[^」\"”]+)[」\"”]|"
    r"(?:去掉|删掉|移除|去除|删除|取消|拿掉|撕掉|删|去)(?:了|上|他们|她们|它们|"
    r"的)*[「\"“]?(?P<a>[^,，。「」\"”]{1,20}?)[」\"”]?(?:的|这个|那个)?标签|(?:去掉|删掉|移除|"
    r"去除|删除|取消)标签(?:是|:)?\s*[「\"“]?(?P<b>[^,，。「」\"”]+)|"
    r"标签[「\"“]?(?P<g>[^,，。「」\"”]{1,16}?)[」\"”]?(?:去掉|删掉|移除|删了)"
    r"|\b(?:remove|delete|drop) (?:the |a )?(?:tags? |"
    r"labels? )[\"“]?(?P<c>[\w -]+?)[\"”]?(?= from|$)|\b(?:remove|delete|"
    r"drop) (?:the )?[\"“]?(?P<d>[\w-]+)[\"”]? (?:tag|label)|\buntag\b.{0,30}?(?:as |"
    r"from )?(?P<e>[\w-]+)$"
)
_NOTE = re.compile(
    r"(?:备注|记一笔|记录一下|备忘)(?:一下|一条|说|上|为|成|:|：|\s|，|,)*(?P<a>.+)|"
    r"\b(?:add (?:a |the )?note|note)(?: (?:to|for|on) .{1,30}?)?(?: that|:| saying)\s*(?P<b>.+)|"
    r"\bnote\s+(?P<c>.+)",
    re.DOTALL,
)
_OWNER = re.compile(
    r"负责人(?:都|全部|统一)?(?:改成|改为|设为|设成|换成|是|为|写|指定为|定为|给|变成|"
    r":)*\s*(?P<a>[^\s,，。了]+)|(?:分配|指派|转交?|交|派|分|"
    r"归)给\s*(?P<b>[^\s,，。跟来负管处对]+)|(?:由|让)\s*(?P<c>[^\s,，。来]+?)(?:来)?(?:负责|跟进|"
    r"对接|跟)|换成\s*(?P<g>[^\s,，。]{1,6}?)(?:来)?(?:跟|负责|管|对接)|"
    r"\bgive @[\w.]+ to (?P<h>[a-z]\w*)|归(?P<f>[^\s,，。]+?)(?:负责|管|跟)"
    r"|\bassign\b.{1,40}? to (?P<d>[a-z]\w*)|\bowner\b(?: of .{1,30}?)? (?:to|is|as|=) ?(?P<e>[a-z]\w*)"
)
_UNBLOCK = re.compile(
    r"(?:解除|取消|移出|撤销|不再|不用|移除).{0,6}(?:拉黑|黑名单|屏蔽)|\bunblock|\bunban|off the blacklist|从黑名单"
)
_BLOCK = re.compile(r"拉黑|黑名单|屏蔽|\bblock\b|\bblacklist|\bban\b")
_TRACKING = re.compile(
    r"(?:单号|运单号|快递号|tracking(?: number| no\.?| code| id)?)(?:是|为|:|is|\s|填|#)*(?P<a>[a-z0-9-]{6,40})",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\w@])(?P<a>(?=[a-z]*\d)[a-z0-9]{9,30})(?!\w)", re.IGNORECASE)
_COST = re.compile(r"成本|花了|费用|运费|cost|value|价值")
_DUE = re.compile(r"内|到期|due|within|之内|后到|next|in")


def quota(segment: Segment, context: PlanningContext) -> Sheet:
    """`quota_status`."""
    return Sheet(segment, context)


def list_shortlists(segment: Segment, context: PlanningContext) -> Sheet:
    """`list_shortlists`."""
    return Sheet(segment, context)


def save_shortlist(segment: Segment, context: PlanningContext) -> Sheet:
    """`save_shortlist`: its name, and the ranks when not the whole list."""
    sheet = Sheet(segment, context)
    _named(sheet)
    ranks = creators(sheet, segments=False).get("ranks")
    if ranks:
        sheet.arguments["ranks"] = ranks
    return sheet


def open_shortlist(segment: Segment, context: PlanningContext) -> Sheet:
    """`open_shortlist`."""
    sheet = Sheet(segment, context)
    _named(sheet)
    return sheet


def export_shortlist(segment: Segment, context: PlanningContext) -> Sheet:
    """`export_shortlist`: which list, which ranks, csv or xlsx."""
    sheet = Sheet(segment, context)
    _named(sheet)
    ranks = creators(sheet, segments=False).get("ranks")
    if ranks:
        sheet.arguments["ranks"] = ranks
    if "csv" in segment.text:
        sheet.arguments["format"] = "csv"
    elif re.search(r"excel|xlsx|电子表", segment.text):
        sheet.arguments["format"] = "xlsx"
    return sheet


def crm(segment: Segment, context: PlanningContext) -> Sheet:
    """`crm_update`: stage, tags, note, owner, block."""
    sheet = Sheet(segment, context)
    sheet.arguments = creators(sheet)
    text = segment.reading.text[segment.start : segment.end]
    note = _found(sheet, _NOTE)
    if note:
        sheet.arguments["note"] = note
        text = text.split("备注")[0] if "备注" in text else re.split(r"\bnote\b", text)[0]
    added, removed = _found(sheet, _TAG_ADD), _found(sheet, _TAG_REMOVE)
    if removed:
        sheet.arguments["remove_tags"] = _tags(removed)
    if added and (not removed or added != removed) and (not note or "标签" in text or "tag" in text):
        sheet.arguments["add_tags"] = _tags(added)
    owner = _found(sheet, _OWNER)
    if owner:
        sheet.arguments["owner"] = owner
    if _UNBLOCK.search(text):
        sheet.arguments["blocked"] = False
    elif _BLOCK.search(text):
        sheet.arguments["blocked"] = True
    if (not added and not removed) or re.search(r"标记|阶段|状态|\bas\b|stage", text):
        stages = [key for key, _, _ in find_terms("stages", text, "stage")]
        if stages:
            sheet.arguments["stage"] = stages[-1]
            if sheet.arguments.get("segment") == stages[-1]:
                sheet.arguments.pop("segment")
    return sheet


def samples(segment: Segment, context: PlanningContext) -> Sheet:
    """`samples`: list by status, or record what happened to some."""
    action = segment.intent.split(".")[1]
    sheet = Sheet(segment, context)
    named = creators(sheet, segments=False)
    sheet.arguments = {"action": action, **named}
    text = segment.text
    tracking = _TRACKING.search(text) or (_CODE.search(text) if action == "record" else None)
    if tracking:
        at = segment.reading.text.find(tracking["a"], segment.start)
        sheet.arguments["tracking_number"] = sheet.quote(at, at + len(tracking["a"]))
    statuses = [key for key, _, _ in find_terms("stages", text, "sample_status")]
    if statuses:
        sheet.arguments["status"] = statuses[0] if action == "list" else statuses[-1]
    for token in sheet.tokens:
        quantity = token.quantity
        if quantity is None:
            continue
        if quantity.unit is Unit.MONEY and _COST.search(text):
            cost: dict[str, JsonValue] = {"amount": as_json(quantity.value)}
            if quantity.currency:
                cost["currency"] = quantity.currency
            sheet.arguments["cost"] = cost
        elif quantity.unit is Unit.DAYS and _DUE.search(text):
            sheet.arguments["due_within_days"] = int(quantity.value)
    return sheet


def _named(sheet: Sheet) -> None:
    quote = next((token for token in sheet.tokens if token.kind == "quote"), None)
    name = sheet.quote(quote.start, quote.end).strip(QUOTES) if quote else _found(sheet, _LIST_NAME)
    if name and not quote:
        name = re.sub(
            r"^(?:名单|清单|a list called|list called|list named)\s*|\s*(?:这个)?(?:名单|清单|shortlist|list)$",
            "",
            name,
            flags=re.IGNORECASE,
        )
        name = re.sub(
            r"(?:导出|存成|成excel|成csv|as (?:excel|csv|xlsx)|to (?:excel|csv|xlsx)|please|吧|了|谢谢)\s*.*$",
            "",
            name,
            flags=re.IGNORECASE,
        ).strip(" " + QUOTES)
    if name and not _NOT_A_NAME.match(name.lower()):
        sheet.arguments["name"] = name


def _found(sheet: Sheet, pattern: re.Pattern[str]) -> str | None:
    text = sheet.segment.reading.text[sheet.segment.start : sheet.segment.end]
    match = pattern.search(text)
    if not match:
        return None
    group = next(key for key, value in match.groupdict().items() if value)
    start, end = match.span(group)
    return sheet.quote(sheet.segment.start + start, sheet.segment.start + end).strip(QUOTES) or None


def _tags(said: str) -> list[JsonValue]:
    parts = re.split(r"[、,，/]|和|与|\band\b|&", said)
    return cast(list[JsonValue], [part.strip(QUOTES + " ") for part in parts if part.strip(QUOTES + " ")])
