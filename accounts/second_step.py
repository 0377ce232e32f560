"""
Whether the second step was taken in this session, which is more than that the person has one.

A session that began with the password alone, before the second step was set up, may be somebody else's: it does not
become good because the owner set the step up elsewhere.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User

TAKEN_BY = "second_step_taken_by"
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""An app that shows codes; a key that the device opens for its owner alone, which is two steps in one."""


@receiver(authenticator_used)
def remember(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    request.session[TAKEN_BY] = user.pk


@receiver(authenticator_added)
def remember_set_up(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    """To set it up, its code was written or its key used: that is the step. New codes to keep at hand are not."""
    if authenticator.type in STEPS:
        remember(request, user)


def kinds_of(user_id: int | None) -> set[str]:
    """Those that somebody has set up."""
    return set(Authenticator.objects.filter(user_id=user_id, type__in=STEPS).values_list("type", flat=True))


def is_taken(request: HttpRequest) -> bool:
    return request.session.get(TAKEN_BY) == request.user.pk
