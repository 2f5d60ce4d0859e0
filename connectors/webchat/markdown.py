"""Answers from Markdown to HTML: no raw HTML, no pictures, no attributes but a safe link; by block while streaming.

A picture's address would carry what the model read to a stranger's server, so `image` is off and nh3 drops `img`.
"""

from dataclasses import dataclass, field

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")
)
_LINK_REL = "noopener noreferrer nofollow"


def to_html(source: str) -> Markup:
    """Render a whole text. Headings start at level 3, below the page's own."""
    tokens = _MARKDOWN.parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    raw = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        raw,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=_LINK_REL,
    )
    return Markup(clean)  # noqa: S704  # nh3 has just cleaned it


@dataclass(slots=True)
class MarkdownStream:
    """Text that grows. Finished blocks are rendered once; only the tail is rendered again."""

    tail: str = ""
    finished: list[Markup] = field(default_factory=list)

    def add(self, text: str) -> list[Markup]:
        """Take more text and return the blocks it finished, rendered."""
        self.tail += text
        starts = [t.map[0] for t in _MARKDOWN.parse(self.tail) if t.level == 0 and t.map and t.nesting >= 0]
        if len(starts) < 2:
            return []
        lines = self.tail.splitlines(keepends=True)
        done, self.tail = "".join(lines[: starts[-1]]), "".join(lines[starts[-1] :])
        fresh = [to_html(done)]
        self.finished += fresh
        return fresh

    def tail_html(self) -> Markup:
        """The unfinished block as it stands."""
        return to_html(self.tail)
