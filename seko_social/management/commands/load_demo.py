"""`manage.py load_demo`: fill an empty training site with the demo organisation. Does nothing the second time."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seko_social.demo import loader


class Command(BaseCommand):
    help = "Load the demo organisation: people, sandbox channels, six weeks of history and what is planned."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-plans", action="store_true", help="Leave the days to come empty.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_TRAINING or settings.PRODUCTION:
            raise CommandError("The demo organisation is for training with the sandbox only.")
        if loader.is_loaded():
            self.stdout.write("The demo organisation is there already.")
            return
        loader.load(self.say, with_plans=not options["without_plans"])
        self.stdout.write("The demo organisation is loaded.")

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence, ending="\n")
