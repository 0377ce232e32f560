"""How django-allauth behaves here: people are invited, nobody signs up, and the second step is drawn in the page."""

from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathFillImage

from accounts.models import User
from accounts.roles import needs_second_step


class InviteOnlyAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Called what it is called on our pages."""
        ways = {"mfa_reauthenticate:webauthn": _("Använd din passkey")}
        found = super().get_reauthentication_methods(user)
        return [way | {"description": ways.get(way["id"], way["description"])} for way in found]


class TwoStepAdapter(DefaultMFAAdapter):
    def build_totp_svg(self, url: str) -> str:
        """An element of the page, since its policy lets no `data:` picture in. White behind, for a camera at night."""
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")

    def is_mfa_enabled(self, user: User, types: list[str] | None = None) -> bool:
        """
        Whoever must take a second step may take it with a passkey. For the others a passkey is one more way in: with the
        phone that kept it gone, a code from the mail opens as before.
        """
        if types and Authenticator.Type.TOTP in types and not needs_second_step(user):
            types = [kind for kind in types if kind != Authenticator.Type.WEBAUTHN]
        return super().is_mfa_enabled(user, types)

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Min passkey") if number == 1 else _("Min passkey %(number)d") % {"number": number}
