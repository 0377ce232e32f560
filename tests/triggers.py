"""Taking the append-only triggers off a table and putting them back, for tests of tampering."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from audit.append_only import AppendOnly, LiftAppendOnly, create_triggers, drop_triggers


@contextmanager
def without_triggers(table):
    run(drop_triggers(connection.vendor, table))
    yield
    run(create_triggers(connection.vendor, table))


def guard(model):
    """With the triggers that its last migration gave it (`drop_delete_triggers` has taken some off for the flush)."""
    table, vendor = model._meta.db_table, connection.vendor
    run(drop_triggers(vendor, table))
    run(create_triggers(vendor, table, guard_of(model).may_go(vendor)))


def guard_of(model):
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [
        step
        for (app, _name), migration in sorted(migrations.items())
        for step in migration.operations
        if app == model._meta.app_label
        and isinstance(step, AppendOnly)
        and not isinstance(step, LiftAppendOnly)
        and step.model_name == model._meta.model_name
    ][-1]


def run(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop_delete_triggers():
    """SQLite flushes a test database with DELETE, which the triggers refuse; PostgreSQL uses TRUNCATE."""
    if connection.vendor == "sqlite":
        for table in connection.introspection.table_names():
            run([f"DROP TRIGGER IF EXISTS {table}_no_delete"])


@pytest.fixture
def without_append_only_triggers(db):
    return without_triggers


@pytest.fixture
def with_append_only_triggers(db):
    """The database as it is outside the tests (`drop_delete_triggers` has taken some off for the flush)."""
    run(drop_triggers(connection.vendor, "audit_entry"))
    run(create_triggers(connection.vendor, "audit_entry"))
