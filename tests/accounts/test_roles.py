import pytest
from django.contrib.auth.models import Group

from accounts import roles
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", roles.PERMISSIONS)
def test_each_role_has_exactly_the_permissions_of_the_table(role):
    group = Group.objects.get(name=role)
    held = {
        f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")
    }
    assert held == roles.PERMISSIONS[role]


def test_a_permission_taken_out_of_the_table_is_taken_from_the_role():
    group = Group.objects.get(name=roles.OMBUDSMAN)
    group.permissions.set(Group.objects.get(name=roles.ADMINISTRATOR).permissions.all())
    roles.grant_permissions()
    assert [p.codename for p in group.permissions.all()] == ["submit_post"]


def test_an_administrator_does_not_handle_content():
    mona = factories.administrator()
    assert not any(
        mona.has_perm(f"posts.{name}")
        for name in ("submit_post", "review_post", "approve_post", "view_all_posts")
    )


def test_roles_add_up():
    both = factories.person(roles.OMBUDSMAN, roles.ADMINISTRATOR)
    assert both.has_perm("posts.submit_post")
    assert both.has_perm("channels.add_channel")
