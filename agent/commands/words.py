"""The words of `prompts/commands.toml` as patterns over folded text. No rule lives here."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tools.chinese_numerals import BELOW_THOUSAND, read_chinese

_HAN = BELOW_THOUSAND
_SP = r"[ \t]*"
_CODE = r"(?<![a-z0-9])[a-z]\d{1,4}(?![a-z0-9%])"
_COUNTERS = "条个封位份号"
_NUMBER = rf"(?:第{_SP})?(?:#|no\.?{_SP})?(?:\d{{1,4}}|[{_HAN}]+){_SP}(?:[{_COUNTERS}](?!月|日|性))?"
_RANGE = rf"{_SP}(?:-+|~+|到|至|to|through|thru){_SP}"
_ITEM = rf"(?:(?:前|(?:the )?first ){_SP}(?:\d{{1,4}}|[{_HAN}]+){_SP}[{_COUNTERS}]?|{_NUMBER}(?:{_RANGE}{_NUMBER})?)"
_AND = rf"{_SP}(?:[、,，/和与跟及]|以及|还有|and|&|\+|[ \t]){_SP}(?:和|and{_SP})?"
_LIST = rf"{_ITEM}(?:{_AND}{_ITEM})*(?![\d.%万千kw])"
_ONE = re.compile(
    rf"(?P<first>前|first){_SP}(?P<upto>\d+|[{_HAN}]+)|"
    rf"(?P<ordinal>第|#|no)?\.?{_SP}(?P<low>\d+|[{_HAN}]+){_SP}(?P<unit>[{_COUNTERS}])?"
    rf"(?:{_RANGE}(?:第|#)?{_SP}(?P<high>\d+|[{_HAN}]+){_SP}[{_COUNTERS}]?)?"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns; `approve`, `reject` and `revise` match a verb with the space after it."""

    approve: re.Pattern[str]
    reject: re.Pattern[str]
    revise: re.Pattern[str]
    stop: re.Pattern[str]
    confirm: re.Pattern[str]
    erase: re.Pattern[str]
    retry: re.Pattern[str]
    back: Mapping[str, re.Pattern[str]]
    assent: re.Pattern[str]
    leading_assent: re.Pattern[str]
    leading_code: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    clause_end: re.Pattern[str]
    code: re.Pattern[str]
    numbers: re.Pattern[str]
    everything: re.Pattern[str]
    rest: re.Pattern[str]
    except_first: re.Pattern[str]
    except_later: re.Pattern[str]
    asking: re.Pattern[str]
    separator: re.Pattern[str] = re.compile(
        r"[ \t\n,，;；。.、!！]*(?:(?:并且|同时|然后|另外|and then|and|then)[ \t]*(?![ \t]*$))?"
    )
    space: re.Pattern[str] = re.compile(_SP)
    colon: re.Pattern[str] = re.compile(rf"{_SP}(?:[:：]|的?{_SP}[,，]{_SP}){_SP}")
    gap: re.Pattern[str] = re.compile(rf"[ \t](?![{_COUNTERS}\da-z])|[,，;；。\n]")
    breaks: re.Pattern[str] = re.compile(r"[,，;；。.、\n]+[ \t]*|[ \t]+")

    def read_numbers(self, text: str) -> tuple[set[int], set[int]]:
        """Numbers named singly, and those named by a range."""
        singles: set[int] = set()
        ranges: set[int] = set()
        for match in _ONE.finditer(text):
            if match["first"]:
                ranges |= set(range(1, value(match["upto"]) + 1))
            elif match["high"]:
                low, high = sorted((value(match["low"]), value(match["high"])))
                ranges |= set(range(low, high + 1))
            else:
                singles.add(value(match["low"]))
        return singles, ranges

    def is_count(self, text: str) -> bool:
        """Whether 「5个」 stands alone: how many, not which one."""
        found = list(_ONE.finditer(text))
        return (
            len(found) == 1
            and found[0]["first"] is None
            and found[0]["high"] is None
            and found[0]["ordinal"] is None
            and found[0]["unit"] not in (None, "号")
        )


@cache
def load_words() -> Words:
    """Read the words once."""
    table = tomllib.loads(files("prompts").joinpath("commands.toml").read_text(encoding="utf-8"))

    def either(*names: str) -> str:
        return _either(word for name in names for words in table[name].values() for word in words)

    before = rf"(?:(?:{either('before')}){_SP})*"
    after = rf"{_SP}(?:[,，]?{_SP}(?:{either('after')}){_SP})*"
    code = rf"(?:{_SP}[(（]?(?P<code>{_CODE})[)）]?{_SP}(?:[:：的]|这批|那批|batch)?{_SP})"
    stop_code = rf"{_SP}(?:这批|那批|batch)?{_SP}"
    everything = rf"(?:{either('all')})"
    verbs = either("approve", "reject", "revise", "rewrite")
    assent = either("assent")
    return Words(
        approve=re.compile(rf"(?:{either('approve')}){_SP}"),
        reject=re.compile(rf"(?:{either('reject')}){_SP}"),
        revise=re.compile(rf"(?:(?P<rewrite>{either('rewrite')})|{either('revise')}){_SP}"),
        stop=re.compile(
            rf"{before}(?:(?P<before>{_CODE}){_SP}的?{_SP})?(?:{either('stop')})+{stop_code}(?P<after>{_CODE})?"
            rf"(?P<numbers>{_SP}的?{_SP}{_LIST})?{stop_code}{after}[!！]*"
        ),
        confirm=re.compile(rf"{before}(?:{either('confirm')}){_SP}(?P<code>c\d{{1,4}}){after}"),
        erase=re.compile(
            rf"{before}(?:{either('erase')}){_SP}@(?P<handle>[a-z0-9_](?:[a-z0-9_.-]{{0,58}}[a-z0-9_])?){_SP}(?:{either('erase_all')})?"
            rf"{after}[!！]*"
        ),
        retry=re.compile(
            rf"{before}(?:(?:{either('retry')}){_SP}{_of_campaign('after')}(?:{either('retry_what')})"
            rf"(?: (?:of|in|from) (?:the )?(?P<behind>[^,?\"]{{1,60}}?) campaign)?"
            rf"|(?:把{_SP})?{_of_campaign('before')}(?:{either('retry_what')}){_SP}(?:都{_SP})?(?:{either('retry')})(?:一下)?)"
            rf"{after}[!！]*"
        ),
        back={
            name: re.compile(
                rf"{before}(?:(?P<before>{_CODE}){_SP}的?{_SP})?(?:(?P<first>{_LIST}){_SP}(?:都)?{_SP})?"
                rf"(?:{_either(words['zh'] + words['en'])}){_SP}(?:这批|那批|batch)?{_SP}"
                rf"(?:(?P<after>{_CODE}){_SP}(?:的|这批|那批)?{_SP})?"
                rf"(?:(?P<numbers>{_LIST})|(?P<all>{everything}))?{after}[!！]*"
            )
            for name, words in table["back"].items()
        },
        assent=re.compile(rf"{before}(?:(?:{assent}|{everything})[ \t,，、!！。.~]*)+{after}"),
        leading_assent=re.compile(rf"(?:{assent})[ \t]*[,，。!！;；]+{_SP}"),
        leading_code=re.compile(rf"(?P<code>{_CODE}){_SP}[:：,，的]?{_SP}"),
        before=re.compile(before),
        after=re.compile(after),
        clause_end=re.compile(
            rf"{_SP}(?:$|[,，;；。\n、!！.]|(?:and|then|并且|同时|然后|另外)|(?:{verbs})|[ \t](?=\S))"
        ),
        code=re.compile(code),
        numbers=re.compile(
            rf"{_SP}(?:这|那)?(?P<list>{_LIST}){_SP}(?:都|全都|的|全部)?(?={_SP}(?:\W|$|{verbs}|[a-z\u4e00-\u9fff]))"
        ),
        everything=re.compile(
            rf"{_SP}{everything}{_SP}(?:的{_SP})?(?:(?P<count>\d{{1,4}}|[{_HAN}]+(?={_SP}[{_COUNTERS}])){_SP}[{_COUNTERS}]?)?"
            rf"{_SP}(?:都)?(?![a-z])"
        ),
        rest=re.compile(rf"{_SP}(?:{either('rest')}){_SP}(?:都|全都|全部)?(?:[{_COUNTERS}])?(?![a-z])"),
        except_first=re.compile(
            rf"{_SP}(?:(?:{either('except_before')}){_SP}(?P<list>{_LIST}){_SP}(?:{either('except_after')})?)"
            rf"{_SP}[,，]?{_SP}(?:(?:{everything}|{either('rest')}){_SP}(?:都)?)?"
        ),
        except_later=re.compile(
            rf"{_SP}[,，(（]?{_SP}(?:(?:{either('except_before')}){_SP}(?P<list>{_LIST})(?:{_SP}(?:{either('except_after')}))?|"
            rf"(?P<list2>{_LIST}){_SP}(?:{either('except_after')}))[)）]?"
        ),
        asking=re.compile(rf"(?:{either('asking')})|\?"),
    )


def _of_campaign(group: str) -> str:
    """「黑五」活动的, where it is said."""
    return rf"(?:[「“\"]?(?P<{group}>[^,?「」“”\"]{{1,60}}?)[」”\"]?{_SP}活动{_SP}(?:里|中)?的?{_SP})?"


def _either(words: Iterable[str]) -> str:
    """An alternation, longest first; Latin words end at a word's end."""
    ordered = sorted(set(words), key=len, reverse=True)
    return "|".join(
        re.escape(word) + (r"(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else "") for word in ordered
    )


def value(text: str) -> int:
    """12, 十二 or 一百零三 as a number; 0, which no draft has, for what is none."""
    return int(text) if text.isdecimal() else read_chinese(text) or 0
