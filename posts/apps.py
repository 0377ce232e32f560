from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from channels import signals


class PostsConfig(AppConfig):
    name = "posts"
    verbose_name = _("Inlägg")

    def ready(self) -> None:
        from posts import notices  # noqa: PLC0415 models are not loaded before this
        from posts.publishing import stopping  # noqa: PLC0415 the same

        signals.broke.connect(notices.when_channel_broke, dispatch_uid="posts.when_channel_broke")
        signals.parting.connect(stopping.when_parting, dispatch_uid="posts.when_parting")
        signals.reopened.connect(stopping.when_reopened, dispatch_uid="posts.when_reopened")
