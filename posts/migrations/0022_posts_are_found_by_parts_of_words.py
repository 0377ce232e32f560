"""What was written before is found, too; and on PostgreSQL an index carries the search for a part of a word."""

import unicodedata

from django.db import Error, migrations, transaction

AT_ONCE = 1000


def fold(text):
    """As `posts.search` has it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def remember(apps, schema_editor):
    post_model, findable = apps.get_model("posts", "Post"), apps.get_model("posts", "Findable")
    posts = post_model.objects.exclude(current_version=None).select_related("current_version")
    made = []
    for post in posts.order_by("pk").iterator(chunk_size=AT_ONCE):
        choices = post.current_version.chosen_channels.all()
        parts = [post.current_version.text]
        for text, title, description in choices.values_list("text", "title", "description"):
            parts += [title, text, description]
        words = fold("\n".join(filter(None, parts)))
        made.append(findable(post_id=post.pk, author_id=post.author_id, words=words))
        if len(made) == AT_ONCE:
            findable.objects.bulk_create(made)
            made = []
    findable.objects.bulk_create(made)


def add_index(apps, schema_editor):
    """
    The extension is trusted: from PostgreSQL 13 on, whoever owns the database may have it. Where it is not installed, or
    not allowed, everything is found all the same, and a search among a hundred thousand posts takes longer.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic():
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except Error:
        return
    # What was just remembered is checked first: a table with checks to come takes no index.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute(
        "CREATE INDEX posts_findable_words ON posts_findable USING gin (words gin_trgm_ops) WITH (fastupdate = off)"
    )
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS posts_findable_words")


class Migration(migrations.Migration):
    dependencies = [
        ("posts", "0021_words_that_posts_are_found_by"),
    ]

    operations = [
        migrations.RunPython(remember, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(add_index, remove_index),
    ]
