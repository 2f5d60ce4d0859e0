"""Files handed in, as sheets and rows: the adapter behind `SheetReader`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connectors.files import delimited, mappings, orders, posts, products, rates, samples, translate, workbook
from connectors.files.decoding import text_of
from connectors.files.foreign import one_line
from connectors.files.grid import MOST_ROWS, sheet_of
from connectors.ports.files import CreatorRow, GuessedMapping, PostRow, ProductRow, RateRow, SaleRow, SampleRow, Sheet
from memory.domain.errors import BadRequest

MOST_BYTES = 20 * 1024 * 1024
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads CSV and Excel files. Pure; up to some seconds of work for the largest file, so call it in a thread."""

    def read(self, *, name: str, content: bytes) -> Sheet:
        """See `SheetReader.read`. Raises BadRequest ("file_too_many_rows") too."""
        shown = one_line(name, limit=_LONGEST_NAME)
        if len(content) > MOST_BYTES:
            raise BadRequest("file_too_large", limit=f"{MOST_BYTES // 1024**2} MB")
        if not content.strip():
            raise BadRequest("file_empty", name=shown)
        if workbook.is_packed(content):
            packed = workbook.records_of(content, name=shown, known=mappings.known, most=MOST_ROWS * 2)
            return sheet_of(packed, name=shown, known=mappings.known)
        text = text_of(content, name=shown)
        return sheet_of(delimited.records_of(text, known=mappings.known), name=shown, known=mappings.known)

    def guess(self, headers: Sequence[str], *, kind: str, name: str | None = None) -> GuessedMapping:
        """See `SheetReader.guess`. Raises BadRequest ("kind_unknown", "mapping_unknown")."""
        return mappings.guess(headers, kind=kind, name=name)

    def fields(self, kind: str) -> tuple[str, ...]:
        """See `SheetReader.fields`. Raises BadRequest ("kind_unknown")."""
        return mappings.fields(kind)

    def creators(
        self, sheet: Sheet, mapping: Mapping[str, str], *, mapping_name: str, currency: str
    ) -> list[CreatorRow]:
        """See `SheetReader.creators`."""
        del mapping_name  # The mapping says all; its name is for people.
        return translate.creators(sheet, mapping, currency=currency)

    def products(
        self, sheet: Sheet, mapping: Mapping[str, str], *, mapping_name: str, currency: str
    ) -> list[ProductRow]:
        """See `SheetReader.products`."""
        del mapping_name
        return products.products(sheet, mapping, currency=currency)

    def samples(self, sheet: Sheet, mapping: Mapping[str, str], *, currency: str) -> list[SampleRow]:
        """See `SheetReader.samples`."""
        return samples.samples(sheet, mapping, currency=currency)

    def orders(self, sheet: Sheet, mapping: Mapping[str, str], *, currency: str, zone: ZoneInfo) -> list[SaleRow]:
        """See `SheetReader.orders`."""
        return orders.orders(sheet, mapping, currency=currency, zone=zone)

    def posts(self, sheet: Sheet, mapping: Mapping[str, str], *, zone: ZoneInfo) -> list[PostRow]:
        """See `SheetReader.posts`."""
        return posts.posts(sheet, mapping, zone=zone)

    def rates(self, sheet: Sheet, mapping: Mapping[str, str], *, zone: ZoneInfo) -> list[RateRow]:
        """See `SheetReader.rates`."""
        return rates.rates(sheet, mapping, zone=zone)
