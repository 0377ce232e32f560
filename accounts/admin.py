"""
What people may, in the admin; who they are is said on their page (`people_views`). Nobody is deleted: history names them.

Nobody changes their own roles, so that nobody gives themselves more, and the last administrator cannot leave. What is
changed about a person stands in the log.
"""

from typing import Any

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch, Notice, User
from audit import log
from audit.admin import ReadOnlyAdmin

# Roles are data (`accounts.roles`), and an address is its person's: neither is changed beside them.
admin.site.unregister([Group, EmailAddress, Authenticator])

RIGHTS = ("is_active", "is_staff", "is_superuser", "groups")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    ordering = ("name",)
    list_display = ("name", "email", "region", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("name", "email")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Roller"), {"fields": RIGHTS}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj == request.user:
            return RIGHTS
        return () if request.user.is_superuser else ("is_superuser",)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whoever could set a superuser's password would be one."""
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Somebody comes in by an invitation (`accounts.invitations`), and chooses the password alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """The library remembers every address that somebody ever had, and would let them in by it."""
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        record("changed", obj, request, fields=fields_in(message))
        return super().log_change(request, obj, message)


@admin.register(Branch)
class BranchAdmin(admin.ModelAdmin):
    """Which of them are asked whether one may take pictures. A branch is renamed, never deleted."""

    list_display = ("name", "asks_about_site")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def record(what: str, person: User, request: HttpRequest, **facts: Any) -> None:
    """With what the person may from now on."""
    log.record(
        f"person.{what}",
        person,
        actor=request.user,  # type: ignore[arg-type]  # nobody is here who has not signed in
        roles=sorted(person.groups.values_list("name", flat=True)),
        is_active=person.is_active,
        is_staff=person.is_staff,
        is_superuser=person.is_superuser,
        **facts,
    )


def fields_in(message: list[dict[str, dict[str, Any]]]) -> list[str]:
    """The names of the fields that were changed, and nothing of what stands in them."""
    return [name for part in message for name in part.get("changed", {}).get("fields", [])]


@admin.register(Authenticator)
class SecondStepAdmin(ReadOnlyAdmin):
    """A lost phone: its second step is taken away here, and set up anew. The keys are shown to nobody."""

    fields = ("user", "type", "created_at", "last_used_at")
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> Any:
        for taken in queryset:
            record("second_step_taken_away", taken.user, request, type=taken.type)
        return super().log_deletions(request, queryset)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Whether somebody's mails arrive. What was said to them is theirs to read."""

    fields = ("person", "kind", "created_at", "read_at", "mail", "mail_at", "tries", "not_before")
    list_display = ("person", "kind", "created_at", "mail", "mail_at", "tries")
    list_filter = ("mail", "kind")
    list_select_related = ("person",)
    search_fields = ("person__name", "person__email")
