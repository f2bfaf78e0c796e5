"""Rows that are written once: facts are added, never changed and never deleted."""

from typing import Any, NoReturn

from django.db import models


class FactIsFinal(Exception):
    """Somebody tried to change or delete what has happened."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Facts are added, never changed and never deleted."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise FactIsFinal("facts are never changed; add a new one")

    def delete(self) -> NoReturn:
        raise FactIsFinal("facts are never deleted")


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise FactIsFinal("facts are never changed; add a new one")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise FactIsFinal("facts are never deleted")
