"""What is history stays so, also after a migration has made its table anew."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from approvals import discussion
from audit.append_only import AppendOnlyModel
from posts import messages, workflow
from posts.models import TakeDown, Version
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


def tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyModel)]


def tables_with_rows() -> list[str]:
    models = [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]
    return [model._meta.db_table for model in models if model.objects.exists()]


def guards() -> set[str]:
    """The triggers of the database. SQLite's look at each row that is changed."""
    asked = (
        "SELECT tgname FROM pg_trigger"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name for (name,) in cursor.fetchall()}


def test_every_table_of_history_is_guarded():
    ending = "append_only" if connection.vendor == "postgresql" else "no_update"
    assert {f"{table}_{ending}" for table in tables()} - guards() == set()


def test_the_database_refuses_to_change_history():
    anna = factories.reviewer()
    post = factories.approved(factories.submitted(), anna, factories.channel())
    TakeDown.objects.create(post=post, requested_by=anna, reason="wrong")
    messages.write(post, anna, "Det är ute nu.")
    discussion.note(post, anna, "Fin bild.")
    changed = []
    for table in tables_with_rows():
        with (
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
        ):
            cursor.execute(f"UPDATE {table} SET id = id")  # noqa: S608  (our own tables)
        changed.append(table)
    assert {"posts_version", "posts_versionmedia", "posts_approval", "posts_transition"} <= set(changed)
    assert {"posts_message", "approvals_note"} <= set(changed)


def test_an_answer_is_part_of_a_version_and_an_edit_of_it_makes_the_next():
    post, anna = factories.submitted(), factories.reviewer()
    seen = post.version_in_force
    workflow.edit(post, anna, seen, seen.manuscript(), site="unknown")
    assert list(Version.objects.order_by("number").values_list("site", flat=True)) == ["", "unknown"]
