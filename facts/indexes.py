"""Indexes for what people search by."""

from typing import Any

from django.db import models
from django.db.backends.ddl_references import Columns, Statement, Table


class PrefixIndex(models.Index):
    """Finds the beginning of a text in any letters (``__istartswith``), and the whole text (``__iexact``).

    PostgreSQL compares with ``UPPER(column::text)`` there, and uses no ordinary index for the beginning of a text
    unless the database sorts as C does. Elsewhere it is an ordinary index.
    """

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using, **kwargs)
        table, quote = model._meta.db_table, schema_editor.quote_name
        column = model._meta.get_field(self.fields_orders[0][0]).column
        return Statement(
            "CREATE INDEX %(name)s ON %(table)s (UPPER(%(column)s::text) text_pattern_ops)",
            name=quote(self.name),
            table=Table(table, quote),
            column=Columns(table, [column], quote),
        )
