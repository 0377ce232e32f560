"""
Rows that are written once and never changed: a base class that refuses in Python, and a migration
operation that lets the database refuse too. Some may be forgotten when they are old; changed, none of them ever is.
"""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

NEVER = "FALSE"


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row that is history."""


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted.")


class ForgettableQuerySet(AppendOnlyQuerySet):
    """Of rows about people, who have a right to be forgotten one day (`AppendOnlyUntilOld`)."""

    def forget(self) -> int:
        """How many went. The database refuses where one of them is too young."""
        return super(AppendOnlyQuerySet, self).delete()[0]


class AppendOnlyModel(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted.")


class AppendOnly(Operation):
    """Put triggers on a model's table that refuse UPDATE and DELETE."""

    reversible = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return (type(self).__name__, [self.model_name], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are; only the database learns something."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        vendor = schema_editor.connection.vendor
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for statement in create_triggers(vendor, table, self.may_go(vendor)):
            schema_editor.execute(statement, params=None)

    def may_go(self, vendor: str) -> str:
        """The condition on a row under which it may be deleted."""
        return NEVER

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for statement in drop_triggers(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Let the database refuse changes to {self.model_name}"


class LiftAppendOnly(AppendOnly):
    """
    Take the triggers off, for a migration that puts them on again.

    SQLite makes a table anew for most changes of its columns, and its triggers would be lost with the old one.
    """

    def database_forwards(self, *args: Any) -> None:
        super().database_backwards(*args)

    def database_backwards(self, *args: Any) -> None:
        super().database_forwards(*args)

    def describe(self) -> str:
        return f"Let {self.model_name} be changed by this migration"


class AppendOnlyUntilOld(AppendOnly):
    """The same, but what is older than so many days, by the column `moment`, may be deleted. Changed it never is."""

    def __init__(self, model_name: str, moment: str, days: int) -> None:
        super().__init__(model_name)
        self.moment, self.days = moment, days

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return (type(self).__name__, [self.model_name], {"moment": self.moment, "days": self.days})

    def may_go(self, vendor: str) -> str:
        if vendor == "postgresql":
            return f"OLD.{self.moment} < now() - interval '{self.days} days'"
        return f"OLD.{self.moment} < datetime('now', '-{self.days} days')"

    def describe(self) -> str:
        return f"Let the database refuse changes to {self.model_name} until it is old"


def create_triggers(vendor: str, table: str, may_go: str = NEVER) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF TG_OP = 'DELETE' AND {may_go} THEN RETURN OLD; END IF; "
            f"RAISE EXCEPTION '{table} is append-only'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} WHEN NOT ({condition}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb, condition in (("UPDATE", NEVER), ("DELETE", may_go))
    ]


def drop_triggers(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_append_only()",
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]
