"""Channels in the admin: read here; connecting goes through its own pages. No secret is ever shown."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from channels.models import Channel


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ("name", "platform", "state", "fault", "checked_at")
