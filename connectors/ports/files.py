"""What reading a handed-in table offers: cells, a mapping of its headers, and our nouns row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from memory.domain.creator import CreatorFacts
from memory.domain.import_stores import ImportedRow
from memory.domain.money import Money
from memory.domain.outreach import Flag
from memory.domain.sales import ContentPost, Sale
from memory.domain.sample import SampleStatus


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was read. Cells are foreign text, as long as the headers."""

    headers: tuple[str, ...]
    rows: tuple[ImportedRow, ...]


@dataclass(frozen=True, slots=True)
class GuessedMapping:
    """Which header holds which of our fields, under the name of the mapping that knew it."""

    name: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class CreatorRow:
    """One row as a creator; `facts` None when it cannot be used, `problems` say why or what was left out."""

    number: int
    facts: CreatorFacts | None
    problems: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One row as a product's fields (attribute names of Product); None when it cannot be used."""

    number: int
    fields: dict[str, object] | None
    problems: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What a row says of one sample. Days are the team's; None: the row does not say."""

    handle: str
    status: SampleStatus
    product: str | None = None
    tracking_number: str | None = None
    cost: Money | None = None
    content_link: str | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row as a sample; `facts` None when it cannot be used."""

    number: int
    facts: SampleFacts | None
    problems: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One row as a sale; `facts` None when it cannot be used."""

    number: int
    facts: Sale | None
    problems: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class PostRow:
    """One row as a post, with the counters of at most one day; `facts` None when it cannot be used."""

    number: int
    facts: ContentPost | None
    problems: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class RateFacts:
    """What a row says was agreed. `handle` "": with anybody; neither `product` nor `product_name`: of every product."""

    handle: str
    rate_bp: int
    since: datetime
    until: datetime | None = None
    product: str = ""
    product_name: str = ""


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row as an agreed rate; `facts` None when it cannot be used."""

    number: int
    facts: RateFacts | None
    problems: tuple[Flag, ...] = ()


class SheetReader(Protocol):
    """Reads CSV and Excel. Pure: nothing is stored."""

    def read(self, *, name: str, content: bytes) -> Sheet:
        """Read a file.

        Raises BadRequest ("file_unreadable", "file_no_workbook", "file_not_text", "file_empty", "file_too_large",
        "file_no_header").
        """
        ...

    def guess(self, headers: Sequence[str], *, kind: str, name: str | None = None) -> GuessedMapping:
        """Map headers to our fields as far as they are known, or by one named mapping.

        Raises BadRequest("mapping_unknown") for a name nobody knows.
        """
        ...

    def fields(self, kind: str) -> tuple[str, ...]:
        """Our fields a header may be mapped to."""
        ...

    def creators(
        self, sheet: Sheet, mapping: Mapping[str, str], *, mapping_name: str, currency: str
    ) -> list[CreatorRow]:
        """Rows as creators, in file order."""
        ...

    def products(
        self, sheet: Sheet, mapping: Mapping[str, str], *, mapping_name: str, currency: str
    ) -> list[ProductRow]:
        """Rows as products, in file order."""
        ...

    def samples(self, sheet: Sheet, mapping: Mapping[str, str], *, currency: str) -> list[SampleRow]:
        """Rows as samples, in file order."""
        ...

    def orders(self, sheet: Sheet, mapping: Mapping[str, str], *, currency: str, zone: ZoneInfo) -> list[SaleRow]:
        """Rows as sales, in file order; moments without a zone are of `zone`."""
        ...

    def posts(self, sheet: Sheet, mapping: Mapping[str, str], *, zone: ZoneInfo) -> list[PostRow]:
        """Rows as posts, in file order; moments without a zone, and days, are of `zone`."""
        ...

    def rates(self, sheet: Sheet, mapping: Mapping[str, str], *, zone: ZoneInfo) -> list[RateRow]:
        """Rows as agreed rates, in file order; days are of `zone`."""
        ...
