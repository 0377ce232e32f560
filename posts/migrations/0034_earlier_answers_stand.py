from django.db import migrations


def keep_what_was_taken_then(apps, _schema_editor):
    """
    Posts from before there were answers stay settled: for them the word of whoever sent them in was enough, and it is
    written down as that. A new picture in one of them asks anew, like everywhere.
    """
    Request, Answer = apps.get_model("posts", "ConsentRequest"), apps.get_model("posts", "ConsentAnswer")
    for post in apps.get_model("posts", "Post").objects.filter(current_version__people="all_said_yes"):
        version = post.current_version
        shown = version.shown_media.values_list("media_id", "media__sha256")
        pictures = {str(media): digest for media, digest in shown}
        if not pictures:
            continue
        is_guardians = version.minors == "guardian_said_yes"
        known = {"method": "before", "answer": "yes", "is_guardians": is_guardians, "pictures": pictures}
        request = Request.objects.create(
            post=post,
            made_by=post.author,
            made_at=version.created_at,
            answered_at=version.created_at,
            **known,
        )
        Answer.objects.create(request=request, at=version.created_at, **known)


class Migration(migrations.Migration):
    dependencies = [("posts", "0033_what_people_in_pictures_answer")]

    operations = [migrations.RunPython(keep_what_was_taken_then, migrations.RunPython.noop)]
