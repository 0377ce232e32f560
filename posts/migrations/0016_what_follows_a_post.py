import django.db.models.deletion
from django.db import migrations, models

from audit.append_only import AppendOnly, LiftAppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0003_connecting_and_keeping'),
        ('posts', '0015_what_the_author_says_about_a_change'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='publication',
            name='posts_version_on_channel_once',
        ),
        migrations.RemoveConstraint(
            model_name='publication',
            name='posts_post_on_channel_once',
        ),
        migrations.AddField(
            model_name='publication',
            name='after',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='posts.publication'),
        ),
        migrations.AddField(
            model_name='publication',
            name='part',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        LiftAppendOnly("versionchannel"),
        migrations.AddField(
            model_name='versionchannel',
            name='first_comment',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='versionchannel',
            name='thread',
            field=models.JSONField(blank=True, default=list),
        ),
        AppendOnly("versionchannel"),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.UniqueConstraint(fields=('version', 'channel', 'part'), name='posts_version_on_channel_once'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('cancelled', 'failed', 'removed')), _negated=True), fields=('post', 'channel', 'part'), name='posts_post_on_channel_once'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('after', None), ('part', 0)), models.Q(('after__isnull', False), ('part__gt', 0)), _connector='OR'), name='posts_part_follows_another'),
        ),
    ]
