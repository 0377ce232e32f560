"""The admin is a window: the log can be read here and nothing else."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from audit.models import Entry


class ReadOnlyAdmin(admin.ModelAdmin):
    """A model that other code writes."""

    # Django wants to be told before version 6, also where nothing can be filled in.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "actor", "verb", "thing")
    search_fields = ("thing", "verb")
