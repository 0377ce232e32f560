"""`manage.py rotate_credentials`: seal everything that is secret anew with the newest of CREDENTIAL_KEYS."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from channels.keyring import KeyRing
from channels.rotating import End, Rotation


class Command(BaseCommand):
    help = (
        "Seal all credentials anew with the newest of CREDENTIAL_KEYS, while the site runs. "
        "It may be interrupted at any time, and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rotation = Rotation()
        rotation.run()
        key, ends = KeyRing(settings.CREDENTIAL_KEYS).newest, rotation.ends
        self.stdout.write(f"Sealed anew with the key {key}: {ends[End.RESEALED]}.")
        self.stdout.write(f"Sealed with it already: {ends[End.CURRENT]}.")
        for place in rotation.lost:
            self.stderr.write(f"Cannot be opened with any of the keys: {place}.")
        if rotation.lost:
            raise CommandError(
                f"{len(rotation.lost)} cannot be opened: put their key back, or connect again."
            )
