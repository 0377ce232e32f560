from django.db import migrations
from django.db.models import Exists, OuterRef

from posts.showing import leads_home

AT_ONCE = 2000


def tell(apps, schema_editor):
    """What each one shows, as `posts.showing` would have told it at its okay."""
    heads = apps.get_model('posts', 'Publication').objects.filter(part=0)
    shown = apps.get_model('posts', 'VersionMedia').objects.filter(version=OuterRef('version'))
    heads.filter(Exists(shown.filter(media__kind='film'))).update(shows='film')
    heads.filter(Exists(shown), shows='other').update(shows='picture')
    words = heads.filter(shows='other').values_list('pk', 'version__link', 'version__text')
    links = [pk for pk, link, text in words.iterator() if leads_home(link, text)]
    for begin in range(0, len(links), AT_ONCE):
        heads.filter(pk__in=links[begin : begin + AT_ONCE]).update(shows='link')


class Migration(migrations.Migration):

    dependencies = [
        ('posts', '0026_what_is_counted_stands_in_an_index'),
    ]

    operations = [
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
