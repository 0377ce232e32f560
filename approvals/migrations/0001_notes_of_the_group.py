import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.append_only import AppendOnly


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('posts', '0014_what_is_said_about_a_post'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('note', 'anteckning'), ('taken_back', 'tillbakatagen'), ('question', 'fråga om en andra bedömning'), ('opinion', 'andra bedömning')], default='note', max_length=10)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('anchor', models.CharField(blank=True, max_length=60)),
                ('text', models.TextField(blank=True)),
                ('answer', models.CharField(blank=True, choices=[('yes', 'Ja, godkänn'), ('no', 'Nej'), ('other', 'Annat')], max_length=10)),
                ('about', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='approvals.note')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='posts.post')),
                ('to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.version')),
            ],
            options={
                'ordering': ('at', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['note', 'taken_back', 'question', 'opinion'])), name='approvals_note_kind_known'), models.CheckConstraint(condition=models.Q(('kind__in', ('note', 'question')), ('about__isnull', False), _connector='XOR'), name='approvals_note_follows_another'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'opinion'), _negated=True), ('answer__in', ['yes', 'no', 'other']), _connector='XOR'), name='approvals_opinion_has_answer'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'note'), _negated=True), models.Q(('text', ''), _negated=True), _connector='OR'), name='approvals_note_says_something'), models.UniqueConstraint(condition=models.Q(('kind', 'taken_back')), fields=('about',), name='approvals_note_taken_back_once')],
            },
        ),
        AppendOnly("note"),
    ]
