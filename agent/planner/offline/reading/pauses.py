"""Blanks that stand for commas: 「看第1个的资料 再找5个类似的」. Pure.

Only where nothing else parts the message, and not where a blank sets off a name or somebody takes a word back.
"""

import re

_PARTED = re.compile(r"[,.;:!?。、「“\"…]")
_NAMES = re.compile(r"模板|[名单]叫|叫[^,]*[名清]单|存(?:到|成|为|的)|名单|清单|放进|收进")
_TAKES_BACK = re.compile(r"错|不是|不对|[低高少多]了")
_BLANK = re.compile(
    r"(?<=[\u3400-\u9fff])(?<!标签)(?<!标)(?<!叫)(?<!名)(?<!的)(?<!把)(?<!给)(?<!将)(?<!跟)(?<!和)(?<!在)(?<!是)(?<!用)(?<!上)"
    r"(?<!那边)(?<!这边)(?<!备注)(?<!提醒) (?=[\u3400-\u9fff])(?!的|是|和|跟|[这那]周|本月|本周|今天|昨天|上[个周月])"
)


def with_pauses(text: str) -> str:
    """The text with commas for such blanks, letter for letter."""
    if _PARTED.search(text) or _NAMES.search(text) or _TAKES_BACK.search(text):
        return text
    return _BLANK.sub(",", text)
