"""
Who we are to the platforms: the app keys. What the environment says goes before what an administrator has written, and
nobody is shown a secret.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from audit import log
from channels import connections
from channels.adapters.connectors import CONNECTORS
from channels.keyring import CannotOpenError
from channels.models import AppKeys

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Known:
    """What may be shown about the keys of one platform."""

    platform: str
    app_id: str = ""
    is_from_environment: bool = False
    is_readable: bool = True
    """False when the key that sealed the secret is lost: it has to be written anew."""
    updated_by: str = ""
    updated_at: datetime | None = None


def platforms() -> list[str]:
    """Those where our app must be registered."""
    return [platform for platform, kind in CONNECTORS.items() if kind.has_app_keys]


def known(platform: str) -> Known:
    app_id, _ = settings.APP_KEYS.get(platform, ("", ""))
    if app_id:
        return Known(platform, app_id, is_from_environment=True)
    keys = AppKeys.objects.filter(platform=platform).select_related("updated_by").first()
    if keys is None:
        return Known(platform)
    return Known(
        platform,
        keys.app_id,
        is_readable=is_readable(keys),
        updated_by=str(keys.updated_by),
        updated_at=keys.updated_at,
    )


def is_readable(keys: AppKeys) -> bool:
    try:
        keys.open()
    except CannotOpenError:
        return False
    return True


def write(platform: str, app_id: str, secret: str, by: "User") -> None:
    """In place of what was there."""
    keys = AppKeys(platform=platform)
    keys.seal({"secret": secret})
    with transaction.atomic():
        AppKeys.objects.update_or_create(
            platform=platform, defaults={"app_id": app_id, "sealed": keys.sealed, "updated_by": by}
        )
        connections.look_with_new_app_keys(platform)
        log.record("app_keys.changed", f"platform:{platform}", actor=by, app_id=app_id)
