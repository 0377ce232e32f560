"""
Django's page for developers, with the way of the error and without a value: neither the variables on the way, nor what
the browser sent, nor the settings. A platform's code, a token in the hands of the code that calls it, a key: all of them
would stand there.
"""

from typing import Any

from django.views.debug import ExceptionReporter

VALUES: dict[str, Any] = {
    "request_GET_items": (),
    "request_FILES_items": (),
    "request_COOKIES_items": (),
    "filtered_POST_items": (),
    "request_meta": {},
    "settings": {},
}


class Reporter(ExceptionReporter):
    def get_traceback_data(self) -> dict[str, Any]:
        data = super().get_traceback_data()
        address = self.request.build_absolute_uri(self.request.path) if self.request else ""
        return data | VALUES | {"request_insecure_uri": address}

    def get_traceback_frames(self) -> list[dict[str, Any]]:
        return [{**frame, "vars": ()} for frame in super().get_traceback_frames()]
