"""Small talk: greetings, thanks, what can you do, and bare assent, which decides nothing."""

import re

from agent.planner.offline.reading.message import Reading
from agent.planner.plan import Note, PlanningContext

_END = r"(?:[\s,，。.!！?？~…呀啊哦哈呢吧啦喔嘛]|大家|各位|there|daren|助手|达人助手)*$"
_START = r"^[\s,，]*"
_GREETING = re.compile(
    _START + r"(?:你好|您好|哈喽|嗨|早上好|下午好|晚上好|早安|早|在吗|在不在|有人吗|hi|hello|hey|"
    r"good (?:morning|afternoon|evening)|yo|hiya|are you there)" + _END
)
_THANKS = re.compile(
    _START + r"(?:谢谢|多谢|感谢|谢了|谢啦|辛苦了|辛苦|太好了|真棒|不错|好的谢谢|好的,?谢谢|thanks|"
    r"thank you|thx|ty|cheers|great,? thanks|thanks a lot|thank you so much|thank you very much|"
    r"much appreciated|perfect,? thanks|nice,? thanks)(?:你|您|了|啦|a lot|so much|very much)?" + _END
)
_HELP = re.compile(
    _START
    + r"(?:你|您|这个)?(?:都)?(?:能|会|可以)(?:帮我|给我)?(?:做|干|帮)(?:些|点)?(?:什么|啥|哪些(?:事|事情)?)|"
    + _START
    + r"(?:帮助|help|怎么用|如何使用|使用说明|功能|有什么功能|有哪些功能|你是谁|你会什么|你会啥|"
    r"what can you do|what do you do|who are you|how do(?:es)? (?:this|it|i use (?:this|it|"
    r"you)).{0,12}|what are you able to do|what can you help.{0,16}|指令|命令列表|怎么使用|怎样用|"
    r"点用|你识做什么|你能干嘛|能干嘛|你可以做什么|show help|commands)" + _END
)
_ENOUGH = re.compile(
    _START + r"(?:(?:great|good|nice) (?:work|job).*|that's (?:it|all).{0,20}|(?:就|先)(?:这样|到这).{0,6}|"
    r"没(?:别的)?事了.{0,6}|辛苦了?,.{0,12}|先这样.{0,6}|bye.{0,10}|拜拜|再见|see you.{0,12}|"
    r"nothing else.{0,10}|没了)" + _END
)
_ASSENT = re.compile(
    _START + r"(?:可以|好|好的|行|没问题|ok|okay|okey|👍|👌|✅|同意|发吧|发|发出去吧|发送吧|就这样|"
    r"就这么办|通过|批了|批准|准了|嗯|嗯嗯|是的|对|对的|yes|yep|yeah|sure|go ahead|send|"
    r"send (?:it|them)|do it|approve|approved?|looks good|lgtm|sounds good|fine|go|可以发|"
    r"可以发了|没毛病|确认|搞吧|干吧|都发|全发|全部发送|发送|全部通过|都通过|都可以)(?:了|的|吧|"
    r"啊|呀|all)?" + _END
)

_NAMED = 5
"""Batches named at once."""


def small_talk(reading: Reading, context: PlanningContext) -> Note | None:
    """The note for a message that asks for no work at all; None for every other one."""
    text = reading.text.strip()
    if _GREETING.match(text):
        return Note("greeting")
    if _HELP.match(text):
        return Note("help")
    if _THANKS.match(text) or _ENOUGH.match(text):
        return Note("thanks")
    if _ASSENT.match(text):
        return _how_to_approve(context)
    return None


def _how_to_approve(context: PlanningContext) -> Note:
    """The one batch that waits, or the newest of those that do, with how many drafts each has."""
    sizes = {batch: context.batch_sizes.get(batch, 0) for batch in context.open_batches[-_NAMED:]}
    if not sizes:
        return Note("approve_nothing")
    newest = context.open_batches[-1]
    if len(sizes) == 1:
        return Note("approve_hint", {"batch": newest, "count": sizes[newest]})
    named = ", ".join(f"{batch} ({count})" for batch, count in sizes.items())
    return Note("approve_hint_several", {"batches": named, "batch": newest})
