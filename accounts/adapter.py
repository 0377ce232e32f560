"""How django-allauth behaves here: people are invited, nobody signs up, and the second step is drawn in the page."""

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from qrcode.image.svg import SvgPathFillImage


class InviteOnlyAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class TwoStepAdapter(DefaultMFAAdapter):
    def build_totp_svg(self, url: str) -> str:
        """An element of the page, since its policy lets no `data:` picture in. White behind, for a camera at night."""
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")
