"""A window on posts and what became of them. Only categories are changed here: deciding and publishing have pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.admin import ReadOnlyAdmin
from posts.models import Attempt, Category, Post, Publication, Version


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ("name", "position", "retired_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    list_display = ("id", "headline", "author", "status", "submitted_at")
    list_filter = ("status", "category")
    list_select_related = ("author", "draft", "current_version")


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ("post", "number", "created_by", "created_at", "digest")
    list_select_related = ("post", "created_by")


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ("id", "post", "channel", "status", "trouble", "published_at", "url")
    list_filter = ("status", "channel")
    list_select_related = ("post", "channel")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("publication", "fence", "outcome", "code", "started_at", "finished_at")
    list_filter = ("outcome",)
    list_select_related = ("publication__version", "publication__channel")
