from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from channels import signals


class PostsConfig(AppConfig):
    name = "posts"
    verbose_name = _("Inlägg")

    def ready(self) -> None:
        from posts import notices  # noqa: PLC0415 models are not loaded before this

        signals.broke.connect(notices.when_channel_broke, dispatch_uid="posts.when_channel_broke")
