"""Which of a list is meant: 前5个, 第3个, 1、3、5号, 最后两个, the first five. Pure."""

import re
from dataclasses import dataclass

from agent.planner.offline.reading.bare_ranks import bare_numbers_at
from agent.planner.offline.reading.numerals import numeral_at

_N = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_COUNTER = r"(?:个|位|名|条|封|号|份|家)"
_NOT_TIME = r"(?!\s?(?:天|日|周|月|年|个月|小时|分钟|%|万|千|k|w|\d))"
_JOINT = r"\s?(?:、|,|和|跟|与|以及|还有)\s?"
_TO = r"\s?(?:到|至|-|~|–)\s?"
_EN_N = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)"
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10,
}  # fmt: skip
_ORD = rf"(?:\d{{1,3}}(?:st|nd|rd|th)|{'|'.join(_ORDINALS)})"
_EN_JOINT = r"\s?(?:,\s?and |, | and | & |,)\s?"

_FIRST = re.compile(
    rf"(?:排名|排)?(?:在)?(?:最?前(?:面|边|头)?|打?头)(?:的)?\s?(?P<n>{_N})\s?{_COUNTER}?{_NOT_TIME}(?:达人|博主)?"
)
_LAST = re.compile(rf"(?:最后|后面?|末尾|末)\s?(?P<n>{_N})\s?{_COUNTER}")
_NTH_LAST = re.compile(rf"倒数第\s?(?P<n>{_N})\s?{_COUNTER}?")
_NTH = re.compile(
    rf"第\s?{_N}\s?{_COUNTER}?(?:(?:{_JOINT}|"
    rf"{_TO})(?:第\s?)?{_N}\s?{_COUNTER}?(?![\d万千wk%天周月个位名])"
    rf"(?!\s?{_COUNTER}?(?:成|除外|(?:先|就|都)?(?:别|不用|不要|不动|不变|留着)))){{0,40}}{_NOT_TIME}(?!轮|次|批|季|步)"
)
_NUMBERED = re.compile(
    rf"(?<![\d.月]){_N}(?:\s?号)?"
    rf"(?:(?:{_JOINT}|{_TO}){_N}(?:\s?号(?=\s?(?:[、,和跟与到至~-]|以及|还有)\s?\d))?){{0,40}}\s?号"
    r"(?!前|之前|早|晚|下午|上午|开始|发(?!视频了|了视频|片了|了片|邀|个|一|私信|消息|信|邮件|封)|跟进|(?:再)?(?:提醒|催|联系|追|跟)(?:一下|一次)?(?:@|第|前|他|她))(?:达人|博主)?"
)
_SPAN = re.compile(
    rf"(?<![\d.月$]){_N}\s?{_COUNTER}?{_TO}{_N}(?=\s?{_COUNTER}?\s?(?:也|都|全|照样|同样|一样)?\s?"
    r"(?:给|写|邀|照|同样|一样|发(?!货|布|视频)))"
)
_ENUMERATED = re.compile(rf"(?<![\d.])\d{{1,3}}(?:\s?、\s?\d{{1,3}}){{1,40}}(?![\d万千wk%])\s?{_COUNTER}?")
_EN_FIRST = re.compile(rf"(?<![a-z])(?:the )?(?:first|top|best)(?:\s|(?<=top)(?=\d))(?P<n>{_EN_N})(?![a-z0-9%])")
_EN_LAST = re.compile(
    rf"(?<![a-z])(?:the )?(?:last|bottom)\s(?P<n>{_EN_N})(?![a-z0-9%])(?!\s?(?:days?|weeks?|months?|years?|hours?))"
)
_EN_LAST_ONE = re.compile(r"(?<![a-z])the last (?:one|creator|message|draft)(?![a-z])")
_EN_NUMBERED = re.compile(
    rf"(?<![a-z])(?<!tracking )(?<!order )(?<!phone )(?:num(?:ber)?s?|nos?\.?|ranks?|creator|drafts?|messages?|"
    rf"#)\s?#?\d{{1,3}}(?:(?:{_EN_JOINT}|\s?-\s?| to | through | thru )#?(?:number |no\.? ?)?\d{{1,3}}(?!\d|"
    rf"[k%]))*(?![\d.]*[a-z%\d])"
)
_EN_PLURAL = re.compile(
    r"(?<![a-z])(?:numbers|nums|nos|ranks|creators|drafts|messages|invites)(?: \d{1,2}){2,40}(?:,? (?:and|&) \d{1,2})?"
    r"(?![\d.]*[a-z%\d])(?! (?:percent|usd|dollars|days|weeks))"
)
_EN_LIST = re.compile(
    r"(?<![\w.$£€-])(?<!between )\d{1,2}(?:, ?\d{1,2}){0,40}(?:,? (?:and|&) \d{1,2})(?!\d|[,.]\d|"
    r"\s?%|\s?(?:k|m|w|percent|usd|dollars|days?|weeks?|months?|followers|million|thousand|views|"
    r"years|to \d+k)(?![a-z])|\s?[万千个])|(?<=for )\d{1,2}(?: to | ?- ?)\d{1,2}(?![\d%k.]| ?(?:days|"
    r"weeks|usd|percent|k))|(?<![a-z0-9_.$£€-])(?<!aged )(?<!ages )(?<!age )"
    r"\d{1,2} (?:thru|through) \d{1,2}(?![\d%.]| ?(?:days|weeks|usd|percent|dollars|years|k\b|am\b|pm\b))|"
    r"(?:(?<=tag )|(?<=mark )|(?<=invite )|(?<=block )|(?<=save )|(?<=export ))"
    r"\d{1,2} ?- ?\d{1,2}(?=$|,| as | and )"
)
_EN_NTH = re.compile(
    rf"(?<![a-z0-9])(?:(?:the |that )(?={_ORD})|(?=\d)|(?={_ORD} (?:one|creator|message|"
    rf"draft))){_ORD}(?:(?:{_EN_JOINT}| to | through )(?:the )?{_ORD})*(?![a-z])(?: (?:ones?|"
    rf"creators?|messages?|drafts?))?"
)
_SPELLED = r"(?:two|three|four|five|six|seven|eight|nine|ten)"
_EN_SPELLED = re.compile(
    rf"(?<![a-z])(?:number (?:one|{_SPELLED})(?:(?:{_EN_JOINT}| to | through )(?:number )?(?:one|{_SPELLED}))*"
    rf"(?![a-z-])(?! (?:priority|choice|reason|rule|thing))|(?:drafts?|message) {_SPELLED}(?:{_EN_JOINT}{_SPELLED})*"
    r"(?=$|[,.;:]|'s\b| (?:is|are|was|sounds?|reads?|feels?|looks?|needs?|should|could|has|have|to|too|a bit|a little)"
    r"\b))"
)
_ENGLISH_OPENINGS = frozenset("tflbnrcdm#seoi")
"""How an English reference may start: the, first, last, bottom, number, rank, creator, draft, #, eighth, invites."""
_NOT_WANTED = r"(?:不要|不用|不留|别要|去掉|去除|删掉?|砍掉?|剔除|略过|跳过|排除|拿掉|筛掉)"
_CUT_OFF = re.compile(
    rf"(?:排?第|排?(?:在)?前|(?=\d))\s?(?P<n>{_N})\s?{_COUNTER}\s?(?:之后|以后|往后|后面|后边|以下|往下|开外)的?"
    rf"(?:达人|博主|人|那些|那几个)?(?:我|就|先|全部?|都|统统|一律|可以|请|帮我|给我)*{_NOT_WANTED}(?:了|吧|啦|掉)*"
    r"(?=$|[^\w]|[剩其前留存导只])|(?:只要|只留|留下?|保留|只取)到(?:排?第|前)?\s?"
    rf"(?P<upto>{_N})\s?{_COUNTER}(?:为止|就行|就好|就够|即可)?了?"
)
_BY_NUMBER = r"(?:number|no\.?|rank|creator|#)\s?"
_EN_CUT_OFF = re.compile(
    r"(?:drop|remove|cut|skip|leave out|lose|delete|forget|ignore|exclude)\s"
    r"(?:all |everything |everyone |anyone |anything |the (?:ones|rest|others|creators) |those |creators )*"
    rf"(?:after|past|below|beyond)\s(?:the )?(?:{_BY_NUMBER}(?P<n>{_EN_N})|(?P<nth>{_ORD}))(?![\w%])"
    r"(?: one)?(?: in (?:the|this) list)?|"
    r"(?:only )?(?:keep )?(?:only )?(?:up to|down to)(?: and including)? "
    rf"{_BY_NUMBER}(?P<upto>{_EN_N})(?![\w%])"
)
_ITEM = re.compile(rf"{_N}|{_ORD}|(?<=number )one(?![a-z])|(?<![a-z]){_SPELLED}(?![a-z])")


@dataclass(frozen=True, slots=True)
class RankReference:
    """Ranks from the front (`numbers`) or the back of a list (`from_end`, 1 is the last); `bare` without 第 or #."""

    end: int
    numbers: tuple[int, ...]
    from_end: bool = False
    top: bool = False
    bare: bool = False

    def resolve(self, size: int) -> list[int]:
        """Ranks of a list of that many; one counted from the end of an unknown list is not resolved."""
        if not self.from_end:
            return list(self.numbers)
        return sorted(size - number + 1 for number in self.numbers if size - number + 1 > 0)


def rank_at(text: str, at: int) -> RankReference | None:
    """The reference that starts exactly at `at`."""
    letter = text[at]
    if cut_off := _cut_off_at(text, at, letter):
        return cut_off
    if letter in "前排最头打" and (match := _FIRST.match(text, at)):
        return _leading(match)
    if letter == "倒" and (match := _NTH_LAST.match(text, at)):
        return RankReference(match.end(), (_number(match["n"]),), from_end=True)
    if letter in "最后末" and (match := _LAST.match(text, at)):
        return RankReference(match.end(), tuple(range(1, _number(match["n"]) + 1)), from_end=True)
    if letter == "第" and (match := _NTH.match(text, at)):
        return _listed(match)
    counted = letter.isdigit() or letter in "一二两三四五六七八九十"
    if counted:
        for pattern in (_NUMBERED, _SPAN, _ENUMERATED, _EN_LIST):
            if match := pattern.match(text, at):
                return _listed(match)
    if letter.isdigit() and (bare := bare_numbers_at(text, at)):
        return RankReference(bare.end, bare.numbers, bare=True)
    if letter.isascii():
        return _english_at(text, at)
    return None


def _cut_off_at(text: str, at: int, letter: str) -> RankReference | None:
    """「第6个之后的不要了」, "drop everything after number 6": what is wanted is what stands before."""
    if letter in "drclsfieoku":
        match = None if text[at - 1 : at].isalpha() else _EN_CUT_OFF.match(text, at)
    elif letter in "第前排只留保" or letter.isdigit():
        match = _CUT_OFF.match(text, at)
    else:
        return None
    if match is None:
        return None
    last = _number(next(one for one in match.groups() if one))
    return RankReference(match.end(), tuple(range(1, min(last, 200) + 1)), top=True, bare=True)


def _english_at(text: str, at: int) -> RankReference | None:
    if text[at].isdigit():
        nth = _EN_NTH.match(text, at)
        return _listed(nth) if nth else None
    if text[at] not in _ENGLISH_OPENINGS:
        return None
    if match := _EN_LAST_ONE.match(text, at):
        return RankReference(match.end(), (1,), from_end=True)
    if match := _EN_FIRST.match(text, at):
        return _leading(match)
    if match := _EN_LAST.match(text, at):
        return RankReference(match.end(), tuple(range(1, _number(match["n"]) + 1)), from_end=True)
    if (
        match := _EN_PLURAL.match(text, at)
        or _EN_NUMBERED.match(text, at)
        or _EN_SPELLED.match(text, at)
        or _EN_NTH.match(text, at)
        or _EN_LIST.match(text, at)
    ):
        return _listed(match)
    return None


def _leading(match: re.Match[str]) -> RankReference:
    return RankReference(match.end(), tuple(range(1, min(_number(match["n"]), 200) + 1)), top=True)


def _listed(match: re.Match[str]) -> RankReference:
    text = match.group()
    items = list(_ITEM.finditer(text))
    numbers: list[int] = []
    for position, item in enumerate(items):
        number = _number(item.group())
        between = text[items[position - 1].end() : item.start()] if position else ""
        if position and re.search(r"到|至|-|~|–| to | through | thru ", between) and numbers and number > numbers[-1]:
            numbers += range(numbers[-1] + 1, min(number, numbers[-1] + 200) + 1)
        elif number not in numbers:
            numbers.append(number)
    return RankReference(match.end(), tuple(number for number in numbers if number > 0))


def _number(written: str) -> int:
    if written in _ORDINALS:
        return _ORDINALS[written]
    digits = re.match(r"\d+", written)
    if digits:
        return int(digits.group())
    numeral = numeral_at(written, 0)
    return int(numeral.high) if numeral else 0
