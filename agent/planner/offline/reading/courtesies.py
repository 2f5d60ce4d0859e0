"""What is only polite: a greeting before a request, thanks behind it. They ask for nothing and name nothing. Pure.

Thanks that stand behind a colon may belong to a text, and a word for them without a pause before it is to be said to
somebody; both stay.
"""

import re

_LONGEST_THANKS = 60
_GREETING = re.compile(
    r"(?:(?:在吗|在么|在不在|在不|你好|您好|哈喽|哈啰|嗨|亲爱的|亲|小?助手|hi|hello|hey|hiya)(?: there| all| team)?"
    r"[呀啊呢~!。,.?\s]+|"
    r"(?:早|早安|早上好|上午好|下午好|晚上好|(?:good )?(?:morning|afternoon|evening))[呀啊~!。,.]+\s*)+"
)
_PLEA = re.compile(r"(?:麻烦|劳驾|拜托)[你您](?:一?下|们)?[,\s]*(?!了)")
_ASKS = re.compile(r"[吗么?]\s*$")
_THANKS = re.compile(
    r"(?:哈|哦|啦|呗|哟)?(?:[,。;!~\s]+(?:谢谢|多谢|谢了|感谢|辛苦了?|麻烦了|拜托了?)(?:你|您|啦|了|哈|哦|呀|啊|~|!)*)+[。!~\s]*$|"
    r"(?:[,\s]+(?:pls|plz|please)|[,.;!]\s*(?:thx|thanks|thank (?:you|u)|ty|cheers)(?: a lot| so much)?)+[.!~\s]*$|"
    r"(?<=[\u3400-\u9fff])(?:哈|呗|吧)$"
)


def request_in(text: str) -> tuple[int, int]:
    """Where the request stands in folded text: all of it where nothing else is said."""
    greeting = _GREETING.match(text)
    start = greeting.end() if greeting else 0
    plea = None if _ASKS.search(text) else _PLEA.match(text, start)
    start = plea.end() if plea else start
    thanks = None if ":" in text else _THANKS.search(text, max(start, len(text) - _LONGEST_THANKS))
    end = thanks.start() if thanks else len(text)
    return (start, end) if text[start:end].strip() else (0, len(text))
