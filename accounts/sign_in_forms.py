"""Signing in with a code from the mail, asked for on the page for all ways in or on one of its own."""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm


class CodeForm(RequestLoginCodeForm):
    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        """The page for all ways in has one field for the address, and calls it `login`."""
        if data and "login" in data and "email" not in data:
            data = {"email": data["login"]}
        super().__init__(data, *args, **kwargs)
