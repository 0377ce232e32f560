"""Whom to invite, how the invited person wants to sign in, and what others must know of somebody."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import invitations
from accounts.models import Invitation, User


class InvitationForm(forms.Form):
    """Three fields, and no more."""

    name = forms.CharField(
        label=gettext_lazy("Namn"),
        max_length=120,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-post"),
        max_length=254,
        widget=forms.EmailInput({"class": "input", "autocomplete": "off", "inputmode": "email"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Roll"), widget=forms.Select({"class": "input"}))

    def __init__(self, by: User, *args: Any) -> None:
        super().__init__(*args)
        # The names of the roles are marked where they are defined (`accounts.roles`).
        self.fields["role"].choices = [(role, _(role).capitalize()) for role in invitations.roles_to_give(by)]  # type: ignore[attr-defined]

    def refuse(self, email: str) -> None:
        """What stands in the way, and where it is."""
        if Invitation.objects.open().filter(email__iexact=email).exists():
            self.add_error("email", _("Personen är redan inbjuden. Skicka inbjudan igen i listan nedanför."))
        else:
            self.add_error("email", _("Det finns redan någon med den adressen."))


class PersonForm(forms.ModelForm):
    """What is shown of somebody, and counted by. What they may do is changed elsewhere."""

    class Meta:
        model = User
        fields = ("name", "region", "branch")
        widgets = {
            "name": forms.TextInput({"class": "input", "autocomplete": "off"}),
            "region": forms.TextInput({"class": "input", "autocomplete": "off"}),
            "branch": forms.Select({"class": "input"}),
        }


class WayInForm(forms.Form):
    """A password, twice; or none, and then a code comes by mail."""

    password1 = forms.CharField(strip=False, required=False, max_length=4096)
    password2 = forms.CharField(strip=False, required=False, max_length=4096)

    def __init__(self, invitation: Invitation, *args: Any) -> None:
        super().__init__(*args)
        self.invited = User(email=invitation.email, name=invitation.name)

    @property
    def password(self) -> str | None:
        return self.cleaned_data["password1"] if self.data.get("way") == "password" else None

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.data.get("way") != "password":
            return given
        if given.get("password1") != given.get("password2"):
            self.add_error("password2", _("Lösenorden är inte lika."))
        try:
            password_validation.validate_password(given.get("password1", ""), self.invited)
        except ValidationError as error:
            self.add_error("password1", error)
        return given
