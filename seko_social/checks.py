"""What must not be forgotten before people rely on the site."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register

PRODUCTION_HINT = "See docs/operations.md."


@register(Tags.security)
def live_platforms_have_keys(**_: Any) -> list[Warning]:
    if settings.IS_TRAINING:
        return []
    return [
        Warning(
            f"There are no app keys for {platform}: its channels cannot be connected.",
            hint=PRODUCTION_HINT,
            id="seko_social.W001",
        )
        for platform, keys in settings.APP_KEYS.items()
        if not all(keys)
    ]


@register(Tags.security)
def production_has_servers(**_: Any) -> list[Warning]:
    missing = missing_servers() if settings.PRODUCTION else {}
    return [
        Warning(f"{variable} is not set: {consequence}.", hint=PRODUCTION_HINT, id="seko_social.W002")
        for variable, consequence in missing.items()
    ]


def missing_servers() -> dict[str, str]:
    found = {}
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found["DATABASE_URL"] = "SQLite serves one machine and few people"
    if not settings.REDIS_URL:
        found["REDIS_URL"] = "the embedded broker serves one machine"
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        found["EMAIL_URL"] = "no mail is sent"
    return found
