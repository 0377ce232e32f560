"""`manage.py verify_audit`: prove that no line of the log was changed, removed or put in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import log
from audit.models import Entry


class Command(BaseCommand):
    help = "Prove that the log is whole: every line hashes the one before it."

    def handle(self, *args: Any, **options: Any) -> None:
        found = log.prove()
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(f"The log is broken in {len(found)} place(s).")
        self.stdout.write(f"The log is whole: {Entry.objects.count()} lines.")
