"""How exports are written: for spreadsheets in Italian, and plainly for programs (RFC 4180)."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands each written line back."""

    def write(self, line: str) -> str:
        return line


@dataclass(frozen=True)
class Dialect:
    """One way of writing: separator, numbers, dates, and whether a spreadsheet is to be expected."""

    name: str
    separator: str
    decimal_comma: bool
    date_format: str
    byte_order_mark: bool
    for_spreadsheets: bool

    @property
    def total(self) -> str:
        """What stands first in the row of sums."""
        return "Totale" if self.for_spreadsheets else "total"

    def cell(self, value: Any) -> str:
        """A value as this dialect writes it."""
        if value is None:
            return ""
        if isinstance(value, Decimal):
            text = f"{value:f}"
            return text.replace(".", ",") if self.decimal_comma else text
        if isinstance(value, date):
            return value.strftime(self.date_format)
        text = str(value)
        if isinstance(value, int):
            return text
        return self._harmless(text) if self.for_spreadsheets else text

    @staticmethod
    def _harmless(text: str) -> str:
        """No line breaks and no double quotes (accountants' imports choke on them), and no formulas."""
        text = " ".join(text.replace('"', "'").splitlines())
        return f"'{text}" if text.startswith(FORMULA_STARTS) else text

    def lines(self, header: list[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
        """The export line by line, so that a million of them never stand in memory."""
        yield self.heading(header)
        yield from self.rows(rows)

    def heading(self, header: list[str]) -> str:
        """The first line, with the mark that this dialect begins with."""
        return ("\ufeff" if self.byte_order_mark else "") + "".join(self.rows([header]))

    def rows(self, rows: Iterable[Iterable[Any]]) -> Iterator[str]:
        """Each row as a line."""
        writer = csv.writer(_Echo(), delimiter=self.separator, lineterminator="\r\n")
        for row in rows:
            yield writer.writerow([self.cell(value) for value in row])

    def written(self, text: str) -> str:
        """One cell as it stands in a line: quoted where it must be."""
        return next(self.rows([[text, ""]])).removesuffix(f"{self.separator}\r\n")


ITALIAN = Dialect("it", ";", True, "%d/%m/%Y", True, True)
PLAIN = Dialect("plain", ",", False, "%Y-%m-%d", False, False)
DIALECTS = {dialect.name: dialect for dialect in (ITALIAN, PLAIN)}
