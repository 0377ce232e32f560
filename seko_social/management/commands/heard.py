"""`manage.py heard clock`: fails with a sentence when the clock, or a queue's worker, was not heard lately."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seko_social import health
from seko_social.tasks import CLOCK


class Command(BaseCommand):
    help = "Fail when the clock, or a worker of the queue that is named, was not heard lately."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", choices=(CLOCK, *settings.QUEUES))

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        ages = health.ages_of_heartbeats()
        asked = {name: age for name, age in (ages or {}).items() if name in names}
        if reasons := [*health.database_reasons(ages), *health.heartbeat_reasons(asked)]:
            raise CommandError(" ".join(reasons))
