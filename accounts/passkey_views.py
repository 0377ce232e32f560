"""Making a passkey: as the library does it, and back to the list of them."""

from typing import Any

from allauth.mfa.webauthn.internal import flows
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.roles import needs_second_step


class MakePasskey(AddWebAuthnView):
    """Codes to keep at hand are made for those who would be locked out without them, and for nobody else."""

    def form_valid(self, form: Any) -> HttpResponse:
        if needs_second_step(self.request.user):
            return super().form_valid(form)
        made = form.cleaned_data
        flows.signup_authenticator(self.request, self.request.user, made["name"], made["credential"])
        return redirect("mfa_list_webauthn")
