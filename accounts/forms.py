"""What is pressed on the pages about oneself."""

from django import forms
from django.db.models import BigIntegerField


class SeenForm(forms.Form):
    """The newest notice that the page showed."""

    newest = forms.IntegerField(min_value=1, max_value=BigIntegerField.MAX_BIGINT)
