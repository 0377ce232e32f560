"""`manage.py make_vapid_keys`: a key of the site's own, by which browsers know who shows things in them."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import vapid


class Command(BaseCommand):
    help = "Print a new VAPID_PRIVATE_KEY. With another key, everybody turns notices on the phone on again."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"VAPID_PRIVATE_KEY={vapid.new()}")
