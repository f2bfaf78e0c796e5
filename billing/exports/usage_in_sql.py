"""The lines of the usage export, written by PostgreSQL itself: a million of them in little more than a plain COPY.

Byte for byte what ``usage`` writes in Python, which a test holds against each other; there it is read how cells are
written, here only how to say it in SQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Case, F, Func, TextField, Value, When
from django.utils import timezone

from ..models.usage import UsageQuerySet
from .dialects import Dialect

CHUNK = 2000
# What keys are called: by the field of an export, the column that holds the key, and the words.
Words = Mapping[str, tuple[str, Mapping[str, str]]]
# Columns that are no texts of people; what keys are called is a constant.
NO_TEXTS = {"day", "product_name", "paid_by", "unit_price", "amount", "own_cost", "vat_rate", "id"}
TEXTS = {"organisation": "organisation__name"}
SEPARATED = "\u0001"
# Two decimals, and as many more as the number really has.
SHORTEST = (
    "CASE WHEN scale(trim_scale(%(expressions)s)) < 2 THEN round(%(expressions)s, 2)"
    " ELSE trim_scale(%(expressions)s) END"
)
# What Python's splitlines takes for the end of a line, in the words of PostgreSQL's patterns.
ENDS = r"\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029"
BREAK = rf"(?:\r\n|[{ENDS}])"
# A spreadsheet's dialect: no double quotes, no line breaks, no formulas; quoted where the separator stands in it.
HARMLESS = rf"""
    regexp_replace(
        regexp_replace(regexp_replace(replace(%(expressions)s, '"', ''''), '{BREAK}$', ''), '{BREAK}', ' ', 'g'),
        '^([-=+@\t])', '''\1'
    )"""
SPREADSHEET = f"""
CASE WHEN strpos(%(expressions)s, ';') = 0 THEN {HARMLESS} ELSE '"' || {HARMLESS} || '"' END"""
# RFC 4180: as it is, quoted where it must be.
PLAIN = r"""
CASE WHEN %(expressions)s ~ '[",\r\n]' THEN '"' || replace(%(expressions)s, '"', '""') || '"'
     ELSE %(expressions)s END"""
# Nothing in the texts of a line that either dialect would write otherwise.
HARMLESS_LINE = rf"""concat_ws('{SEPARATED}', %(expressions)s) !~ '(^|{SEPARATED})[-=+@\t]|[{ENDS}",;]'"""


def lines_in_sql(
    lines: UsageQuerySet, fields: Sequence[str], dialect: Dialect, words: Words
) -> Iterator[str]:
    """The rows of an export without its heading, many at a time."""
    line = _line(fields, dialect, words)
    written = lines.select_related(None).annotate(line=line).values_list("line", flat=True)
    part: list[str] = []
    # Outside a transaction the server would write all of it to disk before the first line.
    with transaction.atomic():
        for text in written.iterator(chunk_size=CHUNK):
            part.append(text)
            if len(part) == CHUNK:
                yield "\r\n".join([*part, ""])
                part.clear()
    yield "\r\n".join([*part, ""])


def _line(fields: Sequence[str], dialect: Dialect, words: Words) -> Case:
    """A line. One look at all of its texts together decides for most lines that they stand there as they are."""

    def joined(is_harmless: bool) -> Func:
        cells = [_cell(field, dialect, words, is_harmless) for field in fields]
        return Func(Value(dialect.separator), *cells, function="concat_ws", output_field=TextField())

    texts = [F(TEXTS.get(field, field)) for field in fields if field not in NO_TEXTS]
    is_harmless = Func(*texts, template=HARMLESS_LINE, output_field=BooleanField())
    return Case(When(is_harmless, then=joined(True)), default=joined(False), output_field=TextField())


def _cell(field: str, dialect: Dialect, words: Words, is_harmless: bool) -> Any:
    match field:
        case "day":
            return _day(dialect)
        case "product_name" | "paid_by":
            source, names = words[field]
            named = [When(**{source: key}, then=Value(dialect.written(name))) for key, name in names.items()]
            return Case(*named, default=_text(source, dialect), output_field=TextField())
        case "unit_price":
            return _number(SHORTEST, dialect, "unit_price")
        case "amount":
            return _number(SHORTEST, dialect, "quantity", "unit_price")
        case "own_cost":
            return _number(SHORTEST, dialect, "quantity", "unit_cost")
        case "vat_rate":
            return _number("%(expressions)s", dialect, "vat_rate")
        case "id":
            return Func(F("id"), template="%(expressions)s::text", output_field=TextField())
        case _:
            source = TEXTS.get(field, field)
            return F(source) if is_harmless else _text(source, dialect)


def _day(dialect: Dialect) -> Func:
    pattern = "DD/MM/YYYY" if dialect.for_spreadsheets else "YYYY-MM-DD"
    return Func(
        F("occurred_at"),
        Value(timezone.get_current_timezone_name()),
        template=f"to_char(%(expressions)s, '{pattern}')",
        arg_joiner=" AT TIME ZONE ",
        output_field=TextField(),
    )


def _number(template: str, dialect: Dialect, *factors: str) -> Func:
    """The product of these columns, with all its decimals."""
    text = f"({template})::text"
    if dialect.decimal_comma:
        text = f"replace({text}, '.', ',')"
    return Func(*map(F, factors), template=text, arg_joiner=" * ", output_field=TextField())


def _text(source: str, dialect: Dialect) -> Func:
    template = SPREADSHEET if dialect.for_spreadsheets else PLAIN
    return Func(F(source), template=template, output_field=TextField())
