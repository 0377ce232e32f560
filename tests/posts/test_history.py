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


def test_the_database_refuses_to_change_history():
    anna = factories.reviewer()
    post = factories.approved(factories.submitted(), anna, factories.channel())
    TakeDown.objects.create(post=post, requested_by=anna, reason="wrong")
    messages.write(post, anna, "Det är ute nu.")
    discussion.note(post, anna, "Fin bild.")
    changed = []
    for table in tables():
        with (
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
        ):
            cursor.execute(f"UPDATE {table} SET id = id")  # noqa: S608  (our own tables)
        changed.append(table)
    assert {"posts_version", "posts_versionmedia", "posts_approval", "posts_transition"} <= set(changed)


def test_an_answer_is_part_of_a_version_and_an_edit_of_it_makes_the_next():
    post, anna = factories.submitted(), factories.reviewer()
    seen = post.version_in_force
    workflow.edit(post, anna, seen, seen.manuscript(), site="unknown")
    assert list(Version.objects.order_by("number").values_list("site", flat=True)) == ["", "unknown"]
