from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "seko_social"
    verbose_name = _("Webbplatsen")

    def ready(self) -> None:
        from audit.rooms import site  # noqa: PLC0415  (apps must be loaded)
        from seko_social import checks  # noqa: F401, PLC0415  (checks register themselves; apps must be loaded)
        from seko_social.logged import SiteRooms  # noqa: PLC0415  (apps must be loaded)

        site.rooms = SiteRooms()
        make_folders()


def make_folders() -> None:
    """Neither SQLite nor the embedded broker makes its own folder."""
    try:
        settings.BROKER_DIR.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"VAR_DIR must be a folder that can be written to: {error}.") from None
