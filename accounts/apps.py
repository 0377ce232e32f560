from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Personer")

    def ready(self) -> None:
        from accounts.roles import grant_permissions  # noqa: PLC0415 models are not loaded before this

        # Permissions exist only once every app is migrated, so the roles are filled after each one.
        post_migrate.connect(grant_permissions, dispatch_uid="accounts.roles")
