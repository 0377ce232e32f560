import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.append_only import AppendOnly, LiftAppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('posts', '0013_how_often_we_are_seen'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='post',
            name='turned_down_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        LiftAppendOnly("transition"),
        migrations.AddField(
            model_name='transition',
            name='anchor',
            field=models.CharField(blank=True, max_length=60),
        ),
        AppendOnly("transition"),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('anchor', models.CharField(blank=True, max_length=60)),
                ('text', models.TextField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='posts.post')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.version')),
            ],
            options={
                'ordering': ('at', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='posts_message_says_something')],
            },
        ),
        AppendOnly("message"),
    ]
