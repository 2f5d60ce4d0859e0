"""Contacts never leave for a model: e-mail addresses, phone numbers, accounts, postal addresses become marked blanks.

Patterns per way of writing an address, for the seventeen markets and Chinese; every repetition is bounded, because
the texts are foreign. What is no contact (prices, ranges,
dates, counts) stays to the letter: a model must still be able to negotiate.
"""

import re

# What was tamed for Markdown before it came here has its brackets and # in full width.
_OPEN, _CLOSE, _HASH = r"[\[(\uff3b\uff08]", r"[\])\uff3d\uff09]", r"#\uff03"
_DOT = rf"\s?(?:\.|{_OPEN}dot{_CLOSE})\s?"
_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9_%+-])[A-Za-z0-9_%+-]{{1,64}}(?:{_DOT}[A-Za-z0-9_%+-]{{1,64}}){{0,4}}\s?(?:@|{_OPEN}at{_CLOSE})\s?"
    rf"[A-Za-z0-9-]{{1,63}}(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{1,5}}"
)
# Signs of full width as people type them into an address: the same letters, which no pattern below would see.
_WIDE = r"\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff3f\uff0e\uff0d\uff0b"
_WIDE_EMAIL = re.compile(rf"[{_WIDE}]{{1,64}}\uff20[{_WIDE}]{{3,120}}")
_NARROW = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)}
_LINK = re.compile(
    r"\b(?:https?://)?(?:www\.|m\.)?(?:wa\.me|t\.me|line\.me|m\.me|ig\.me|fb\.me|api\.whatsapp\.com|facebook\.com"
    r"|fb\.com|instagram\.com|discord\.gg|linktr\.ee|snapchat\.com)/[!-~]+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w$€£¥.])\+?\(?\d{1,4}\)?(?:[\s.-]?\(?\d{2,4}\)?){2,4}(?![\w%])")
_PHONE_SAID = re.compile(
    r"(?P<word>(?:\b(?:hp|phone|tel|telephone|mobile|cell|call|ring|text|sms|whats ?app|wa|zap|handy|cel|móvil)\b"
    r"|电话|電話|手机|手機|โทร|SĐT)[^\d\n]{0,24})(?P<number>\+?\d[\d\s().-]{5,18}\d)(?![\d%])",
    re.IGNORECASE,
)
_FEWEST_DIGITS, _FEWEST_DIGITS_SAID = 9, 7
_ACCOUNT = re.compile(
    r"(?P<word>(?<![A-Za-z\d_])(?:we ?chat|weixin|wx|vx|qq|line|telegram|tg|skype|kakao(?:talk)?|zalo|viber|whats ?app"
    r"|insta(?:gram)?|ig|discord|snap(?:chat)?|facebook|fb)|微信|威信|薇信|[加+][vV](?=[信\s:：])|카톡|카카오톡|ライン)"
    r"(?P<link>\s?(?:id|号|號)?\s?(?:is|是|は|[:：,，])?\s?)"
    rf"(?P<name>@?[A-Za-z](?:[A-Za-z\d_.-]|[:{_HASH}](?=[a-z\d])){{3,30}})",
    re.IGNORECASE,
)
_PHONE_WRITTEN = re.compile(r"[零〇一二三四五六七八九幺]{10,15}")

_TYPES = (
    "street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|terrace|close|crescent|square|gardens|grove"
    "|mews|parade|quay|way|place|pl"
)
_PARTS = "号|號|楼|樓|层|層|栋|棟|幢|座|单元|單元|室|房"  # of a Chinese address, after the door
_CITIES = r"(?:,\s*[A-Z][\w .'-]{1,40}){0,3}(?:,?\s*[A-Z]{2}\s+\d{5}(?:-\d{4})?)?"
_ADDRESSES = tuple(
    re.compile(pattern)
    for pattern in (
        # English; a small first letter only where the word can be nothing but a street.
        (
            rf"\b\d{{1,5}}\s+(?:[A-Z][\w'.-]{{0,30}}\s+){{1,4}}(?i:{_TYPES})\b\.?(?:\s+\d{{1,3}})?"
            rf"(?:,?\s*(?:[Aa]pt|[Uu]nit|[Ss]uite|#)\.?\s*\w+)?{_CITIES}"
        ),
        r"\b\d{1,5}\s+(?:[a-z]{1,30}\s+){1,2}(?:street|avenue|boulevard|blvd|lane)\b",
        rf"\bP\.?\s?O\.?\s?[Bb]ox\s+\d+{_CITIES}",
        r"#\d{2}-\d{2,4}\b",  # a flat in Singapore
        r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b",  # United Kingdom
        r"\b[AC-FHKNPRTV-Y]\d[\dW]\s[\dAC-FHKNPRTV-Y]{4}\b",  # Ireland
        r"(?<![\d,.])\d{5}-\d{3,4}\b(?![\d,])",  # United States, Brazil
        # German
        (
            r"\b[A-ZÄÖÜ][\wäöüß-]{0,40}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|ufer|damm)\s+\d{1,4}\s?[a-z]?\b"
            r"(?:,?\s*\d{5}\s+[A-ZÄÖÜ][\wäöüß-]+)?"
        ),
        # French
        (
            r"\b\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?i:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|route)\s"
            r"[^,\n]{2,40}(?:,\s*\d{5}\s+[A-ZÉ][\w'-]+)?"
        ),
        # Italian
        (
            r"\b(?i:via|viale|piazza|corso|largo|vicolo)\s+[A-Z][^,\n\d]{1,40},?\s*\d{1,4}(?:\s?[a-z]\b)?"
            r"(?:,\s*\d{5}\s+[A-Z]\w+)?"
        ),
        # Spanish and Portuguese
        (
            r"\b(?i:calle|avenida|av\.|plaza|paseo|carrera|rua|travessa|alameda|praça)\s"
            r"+[\w .'ñáéíóúãõâêôç-]{2,40}?,?\s*"
            r"(?:n[º°o.]\s*)?\d{1,5}\b[^.\n]{0,60}"
        ),
        # Indonesian and Malay, Vietnamese, Thai
        r"\b(?i:jl\.?|jln\.?|jalan|lorong|gang)\s+[A-Z][^,\n]{1,40}(?:,?\s*(?i:no)\.?\s*\d+\w?)?",
        r"\b\d{1,4}[A-Za-z]?(?:/\d+)*\s+(?i:đường|phố|ngõ|hẻm)\s+[^,\n]{2,40}",
        r"\d{1,4}(?:/\d+)?\s*(?:หมู่\s*\d+\s*)?(?:ถนน|ซอย|ถ\.|ซ\.)\s*[\u0e00-\u0e7f]+",
        # Japanese
        r"〒\s?\d{3}-?\d{4}",
        r"[\u4e00-\u9fff]{2,3}[都道府県][\u4e00-\u9fffぁ-んァ-ヶー]{1,20}?\d{1,3}(?:[-丁目番地号]{1,2}\d{1,3}){1,3}",
        # Chinese: from the place after 到, 在, 是 or 址 to the last number of door, floor or room
        (
            r"(?:(?![到在是址：:])[\u4e00-\u9fff]){1,16}(?:路|街|大道|巷|弄|里|村|園|园)\s?\d{1,4}\s?(?:号|號|弄|巷|棟|栋|幢|座)"
            rf"(?:\s?\d[\dA-Za-z-]{{0,4}}\s?(?:{_PARTS})|[\d\-A-Za-z]{{0,5}}(?:{_PARTS})?\d{{0,4}}){{0,5}}"
        ),
    )
)
_DIGITS = re.compile(r"\d")
_HAS_A_SIGN = re.compile(rf"[\d_@{_HASH}]|\.(?=\w)")


def mask(text: str) -> str:
    """The text with every contact replaced by [e-mail], [phone], [account], [address] or [link]; all else untouched."""
    text = _LINK.sub("[link]", _WIDE_EMAIL.sub(lambda found: found[0].translate(_NARROW), text))
    text = _EMAIL.sub("[e-mail]", text)
    text = _ACCOUNT.sub(_account, text)
    for pattern in _ADDRESSES:
        text = pattern.sub("[address]", text)
    text = _PHONE_WRITTEN.sub("[phone]", text)
    text = _PHONE.sub(_phone, text)
    return _PHONE_SAID.sub(_phone_said, text)


def _account(found: re.Match[str]) -> str:
    # 「wechat groups」 and "line of products" name no account: a sign in it, or id, 号 or a colon before it, does.
    is_named = _HAS_A_SIGN.search(found["name"]) or re.search(r"id|号|號|[:：]", found["link"], re.IGNORECASE)
    return f"{found['word']}{found['link']}[account]" if is_named else found[0]


def _phone(found: re.Match[str]) -> str:
    # Fewer than nine digits is a price, a follower count or a date, unless somebody says that it is a phone's.
    looks_like_date = re.fullmatch(r"\d{4}-\d{2}-\d{2}", found[0].strip())
    return found[0] if len(_DIGITS.findall(found[0])) < _FEWEST_DIGITS or looks_like_date else "[phone]"


def _phone_said(found: re.Match[str]) -> str:
    enough = len(_DIGITS.findall(found["number"])) >= _FEWEST_DIGITS_SAID
    return f"{found['word']}[phone]" if enough else found[0]
