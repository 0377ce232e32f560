"""
The roles, as data: which permissions each gives. Code asks for permissions, never for roles.

A person may have several. Roles are Django groups; their permissions follow this table after every migration.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext_noop

OMBUDSMAN = gettext_noop("ombudsman")
COMMUNICATIONS = gettext_noop("kommunikationsgruppen")
ADMINISTRATOR = gettext_noop("administratör")
READER = gettext_noop("läsbehörig")
POLITICAL = gettext_noop("godkänner politiskt")
OFFICER = gettext_noop("dataskyddsombud")

PERMISSIONS: dict[str, frozenset[str]] = {
    OMBUDSMAN: frozenset({"posts.submit_post"}),
    COMMUNICATIONS: frozenset(
        {
            "posts.submit_post",
            "posts.review_post",
            "posts.approve_post",
            "posts.override_four_eyes",
            "posts.view_all_posts",
            "posts.plan_post",
            "posts.publish_by_hand",
            "posts.decide_publication",
            "posts.take_down",
            "posts.erase_media",
            "posts.stop_publishing",
            "posts.change_event",
            "channels.pause_channel",
            "channels.view_channel",
            "accounts.add_invitation",
            "accounts.change_duty",
            "accounts.draft_policy",
        }
    ),
    ADMINISTRATOR: frozenset(
        {
            "accounts.add_invitation",
            "accounts.add_branch",
            "accounts.add_user",
            "accounts.change_branch",
            "accounts.change_duty",
            "accounts.change_user",
            "accounts.draft_policy",
            "accounts.publish_policy",
            "accounts.view_attestation",
            "accounts.view_user",
            "audit.view_log",
            "channels.add_channel",
            "channels.change_channel",
            "channels.pause_channel",
            "channels.view_channel",
            "posts.change_category",
            "posts.erase_media",
            "posts.stop_publishing",
            "posts.take_down",
        }
    ),
    READER: frozenset(
        {"audit.export_log", "audit.view_log", "channels.view_channel", "posts.view_all_posts"}
    ),
    POLITICAL: frozenset({"posts.approve_political"}),
    OFFICER: frozenset(
        {
            "audit.view_log",
            "channels.view_channel",
            "posts.erase_media",
            "posts.take_down",
            "posts.view_all_posts",
        }
    ),
}

NEED_TWO_STEPS = (COMMUNICATIONS, ADMINISTRATOR, OFFICER)
"""Roles that must sign in in two steps, where the site requires it."""


def needs_second_step(user: Any) -> bool:
    if not user.is_authenticated:
        return False
    return user.is_superuser or user.groups.filter(name__in=NEED_TWO_STEPS).exists()


def grant_permissions(**_kwargs: Any) -> None:
    """Make the groups' permissions equal to the table. Safe to repeat."""
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions_named(names))


def permissions_named(names: frozenset[str]) -> list[Permission]:
    wanted = Q(pk__in=[])
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))
