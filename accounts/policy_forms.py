"""What is typed on the page where the policy is written, and which version somebody read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import PolicyVersion

MARKS = _("## framför en rubrik, - framför en punkt, **fetstil**. Tom rad mellan styckena.")
NEWS = _("Vad som har ändrats sedan förra gången. Visas överst för den som redan har läst.")
ROWS = {"text": 24, "text_en": 16, "news": 4, "news_en": 4}


class PolicyForm(forms.ModelForm):
    """The words of the next version; and which one, at which saving, the page showed."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = PolicyVersion
        fields = policy.WORDS
        widgets = {name: forms.Textarea({"rows": rows, "class": "input"}) for name, rows in ROWS.items()}

    def __init__(self, seen: PolicyVersion, data: Any = None) -> None:
        super().__init__(data, initial={"number": seen.number, "revision": seen.revision}, instance=seen)
        self.fields["text"].help_text = MARKS
        self.fields["news"].help_text = NEWS

    @property
    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name].replace("\r\n", "\n").strip() for name in policy.WORDS}


class ReadForm(forms.Form):
    """The version that the page showed."""

    number = forms.IntegerField(min_value=1, max_value=2**31 - 1)
