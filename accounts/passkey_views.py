"""Making a passkey: as the library does it, and back to the list of them."""

from allauth.mfa.webauthn.views import AddWebAuthnView
from django.urls import reverse

from accounts.roles import needs_second_step


class MakePasskey(AddWebAuthnView):
    """Codes to keep at hand are shown to those who would be locked out without them."""

    def get_success_url(self) -> str:
        if needs_second_step(self.request.user):
            return super().get_success_url()
        return reverse("mfa_list_webauthn")
