"""What a table may hold, by its columns: as what it can be read, and which of it is likeliest. Pure."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from memory.domain.import_stores import KINDS

# What a file of a kind cannot do without, and what is said when no column holds it.
NEEDED: Final = {
    "creators": (("handle", "import_no_handle"),),
    "products": (("name", "import_no_name"),),
    "samples": (("handle", "import_no_handle"),),
    "orders": (("order", "import_no_order"), ("placed", "import_no_placed")),
    "posts": (("posted", "import_no_posted"),),
    "rates": (("handle", "import_no_handle"), ("rate", "import_no_rate"), ("since", "import_no_since")),
}
# What a file's name says it holds, the first that fits.
_NAMED: Final = (
    ("rates", re.compile(r"约定佣金|佣金率|佣金约定|\bcommissions?[ _-]?rates?\b|\brates\b", re.IGNORECASE)),
    ("samples", re.compile(r"样品|寄样|\bsamples?\b", re.IGNORECASE)),
    ("orders", re.compile(r"订单|联盟单|order", re.IGNORECASE)),
    ("posts", re.compile(r"视频|直播|作品|内容|\bposts?\b|\bvideos?\b|\bcontents?\b", re.IGNORECASE)),
    ("products", re.compile(r"产品|商品|product", re.IGNORECASE)),
    ("creators", re.compile(r"达人|红人|名单|creator|influencer", re.IGNORECASE)),
)


def readable(fields: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The kinds whose needed columns are there. `fields`: of each kind, what its mapping of the headers finds."""
    return tuple(kind for kind in KINDS if all(field in fields[kind] for field, _ in NEEDED[kind]))


def likeliest(fields: Mapping[str, Collection[str]], *, file_name: str) -> str:
    """The kind that knows most columns; its file's name counts as one more, and alone where no kind can be read."""
    named = next((kind for kind, words in _NAMED if words.search(file_name)), "")
    possible = readable(fields)
    if not possible:
        return named or KINDS[0]
    return max(possible, key=lambda kind: len(fields[kind]) + (kind == named))
