from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = _("Granskning")

    def ready(self) -> None:
        from approvals.for_posts import Known  # noqa: PLC0415 models are not loaded before this
        from posts import desk  # noqa: PLC0415 the same

        desk.site.desk = Known()
