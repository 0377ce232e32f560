"""What an administrator may do to people, and what nobody may do to themselves."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts import notices, roles
from accounts.models import Branch, Notice, User
from audit.models import Entry
from posts import places
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"
PASSWORD = {"usable_password": "true", "password1": "nytt-nytt-nytt", "password2": "nytt-nytt-nytt"}


@pytest.fixture
def mona():
    return factories.administrator(is_staff=True)


@pytest.fixture
def superuser():
    return User.objects.create_superuser("rot@example.test", "okej-okej-okej", name="Rot")


def page_of(person: User, part: str = "change") -> str:
    return f"{PEOPLE}{person.pk}/{part}/"


def as_shown(person: User, *role_names: str, **changes) -> dict:
    """The page's form with every box ticked that could give more."""
    form = {"email": person.email, "is_active": "on"}
    groups = [group.pk for group in Group.objects.filter(name__in=role_names)]
    return form | {"is_staff": "on", "is_superuser": "on", "groups": groups} | changes


def rights_of(person: User) -> tuple:
    person = User.objects.get(pk=person.pk)
    names = set(person.groups.values_list("name", flat=True))
    return person.is_active, person.is_staff, person.is_superuser, names


def verbs() -> list[str]:
    return list(Entry.objects.order_by("number").values_list("verb", flat=True))


def test_nobody_gives_themselves_a_role(mona, superuser):
    for person in (mona, superuser):
        before, email = rights_of(person), f"ny.{person.email}"
        form = as_shown(person, roles.COMMUNICATIONS, roles.READER, email=email, is_active="")
        assert signed_in(person).post(page_of(person), form).status_code == 302
        assert (rights_of(person), User.objects.get(pk=person.pk).email) == (before, email)


def test_an_administrator_gives_others_their_roles_but_makes_nobody_a_superuser(mona):
    ali = factories.ombudsman()
    signed_in(mona).post(page_of(ali), as_shown(ali, roles.COMMUNICATIONS))
    assert rights_of(ali) == (True, True, False, {roles.COMMUNICATIONS})


def test_an_administrator_says_which_branch_somebody_is_of_and_the_list_shows_it(mona):
    ali, post = factories.ombudsman(), Branch.objects.create(name="Post", asks_about_site=True)
    assert not places.is_asked(ali)
    signed_in(mona).post(f"/manniskor/{ali.pk}/", {"name": ali.name, "region": "Skåne", "branch": post.pk})
    assert places.is_asked(User.objects.get(pk=ali.pk))
    people = text_of(signed_in(mona).get("/manniskor/"))
    assert f"{ali.email}, ombudsman, Post Ändra {ali.name}" in people
    assert "Branscher" not in text_of(signed_in(factories.reviewer()).get("/manniskor/"))


def test_a_superuser_makes_another(superuser, mona):
    signed_in(superuser).post(page_of(mona), as_shown(mona, roles.ADMINISTRATOR))
    assert rights_of(mona) == (True, True, True, {roles.ADMINISTRATOR})


def test_a_superuser_is_not_an_administrators_to_change(mona, superuser):
    page = signed_in(mona)
    assert page.post(page_of(superuser), as_shown(superuser, email="mona@evil.test")).status_code == 403
    assert page.post(page_of(superuser, "password"), PASSWORD).status_code == 403
    superuser.refresh_from_db()
    assert (superuser.email, superuser.check_password("okej-okej-okej")) == ("rot@example.test", True)
    assert verbs() == []


def test_nobody_is_deleted(mona, superuser):
    ali = factories.ombudsman()
    for person in (mona, superuser):
        assert signed_in(person).post(page_of(ali, "delete"), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=ali.pk).exists()


def test_nobody_is_added_beside_the_invitations(mona, superuser):
    for person in (mona, superuser):
        form = {"email": "ny@example.test", "name": "Ny"} | PASSWORD
        assert signed_in(person).post(f"{PEOPLE}add/", form).status_code == 403
    assert not User.objects.filter(email="ny@example.test").exists()


def test_what_is_changed_about_a_person_stands_in_the_log(mona):
    page, ali = signed_in(mona), factories.ombudsman()
    page.post(page_of(ali), as_shown(ali, roles.READER, is_staff="", is_active=""))
    page.post(page_of(ali, "password"), PASSWORD)
    changed, password = Entry.objects.order_by("number")
    assert [entry.actor for entry in (changed, password)] == [mona] * 2
    assert (changed.verb, changed.thing) == ("person.changed", f"user:{ali.pk}")
    assert (changed.facts["roles"], changed.facts["is_active"]) == ([roles.READER], False)
    assert len(changed.facts["fields"]) == 2
    assert password.facts["fields"] == ["password"]
    assert "nytt-nytt-nytt" not in str([entry.facts for entry in (changed, password)])
    call_command("verify_audit")


def test_an_address_that_was_changed_opens_nothing_any_more(mona):
    cache.clear()
    anna = factories.reviewer(email="gammal@example.test")
    Client().post("/konto/password/reset/", {"email": "gammal@example.test"})
    assert EmailAddress.objects.get().email == "gammal@example.test"
    mail.outbox.clear()
    signed_in(mona).post(page_of(anna), as_shown(anna, email="ny@example.test", is_superuser=""))
    for address in ("gammal@example.test", "ny@example.test"):
        Client().post("/konto/password/reset/", {"email": address})
    assert [(sent.to, "reset/key" in sent.body) for sent in mail.outbox] == [
        (["gammal@example.test"], False),
        (["ny@example.test"], True),
    ]
    old = {"login": "gammal@example.test", "password": "okej-okej-okej"}
    assert Client().post("/konto/login/", old).status_code == 200


def test_roles_and_addresses_are_not_changed_beside_the_person(superuser):
    page = signed_in(superuser)
    assert page.get("/admin/auth/group/").status_code == 404
    assert page.get("/admin/account/emailaddress/").status_code == 404


# --- the second step --------------------------------------------------------------------------------------


@pytest.fixture
def second_step():
    return Authenticator.objects.create(
        user=factories.reviewer(), type=Authenticator.Type.TOTP, data={"secret": "HEMLIGHEMLIG"}
    )


def test_a_second_steps_key_is_shown_to_nobody(superuser, second_step):
    page = signed_in(superuser)
    list_page = page.get("/admin/mfa/authenticator/").content.decode()
    [address] = re.findall(r'href="(/admin/mfa/authenticator/\d+/change/)', list_page)
    assert "HEMLIGHEMLIG" not in list_page + page.get(address).content.decode()
    assert page.post(address, {"data": "{}", "type": "totp", "user": superuser.pk}).status_code == 403
    assert page.get("/admin/mfa/authenticator/add/").status_code == 403
    assert Authenticator.objects.get().data == {"secret": "HEMLIGHEMLIG"}


def test_a_superuser_takes_away_the_second_step_of_a_lost_phone(superuser, mona, second_step):
    address = f"/admin/mfa/authenticator/{second_step.pk}/delete/"
    assert signed_in(mona).post(address, {"post": "yes"}).status_code == 403
    assert Authenticator.objects.exists()
    signed_in(superuser).post(address, {"post": "yes"})
    assert not Authenticator.objects.exists()
    [entry] = Entry.objects.all()
    assert (entry.verb, entry.thing, entry.actor) == (
        "person.second_step_taken_away",
        f"user:{second_step.user_id}",
        superuser,
    )


def test_the_admin_says_whether_mails_arrive_and_not_what_was_said(superuser, mona):
    notices.tell(
        [mona], "stopped", "stop:1", "/", by="Anna", reason="other", message="Hemligt.", stopped_at=None
    )
    admin = signed_in(superuser)
    notice = Notice.objects.get()
    shown = [admin.get("/admin/accounts/notice/"), admin.get(f"/admin/accounts/notice/{notice.pk}/change/")]
    assert [page.status_code for page in shown] == [200, 200]
    assert all("Väntar" in page.content.decode() for page in shown)
    assert not any("Hemligt" in page.content.decode() for page in shown)
    assert admin.post(f"/admin/accounts/notice/{notice.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Notice.objects.count() == 1
