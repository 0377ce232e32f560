"""People are let in by a link in a mail: once, for some days, and by those who may."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from accounts import invitations, roles
from accounts.models import Branch, Invitation, User
from audit.models import Entry
from tests import factories
from tests.pages import signed_in, text_of
from tests.together import press

pytestmark = pytest.mark.django_db
WHERE = "/manniskor/"
NEW = {"name": "Sara Ny", "email": "Sara@example.test", "role": roles.OMBUDSMAN}
WORDS = {"way": "password", "password1": "hav-sten-lykta-sju", "password2": "hav-sten-lykta-sju"}


@pytest.fixture(autouse=True)
def _no_attempts_before():
    cache.clear()


@pytest.fixture
def mona():
    return factories.administrator()


def link() -> str:
    """The newest mail's."""
    [path] = re.findall(r"http://127\.0\.0\.1:\d+(/inbjudan/\S+)", mail.outbox[-1].body)
    return path


@pytest.fixture
def invited(mona):
    assert signed_in(mona).post(WHERE, NEW).status_code == 302
    return link()


# --- inviting -----------------------------------------------------------------------------------------------


def test_three_fields_make_a_mail_in_swedish(mona, invited):
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["sara@example.test"], "Mona Berg har bjudit in dig till Seko Social")
    assert "Länken fungerar en gång, i 7 dagar." in sent.body
    assert not User.objects.filter(email="sara@example.test").exists()
    assert text_of(signed_in(mona).get(WHERE)).count("Sara Ny") >= 1


def test_only_the_mail_knows_the_link(mona, invited):
    token = invited.split("/")[2]
    known = str(Invitation.objects.values().get()) + str(list(Entry.objects.values()))
    assert (token in known, invitations.hash_of(token) in known) == (False, True)
    assert token not in signed_in(mona).get(WHERE).content.decode()


def test_the_group_invites_its_senders_and_nobody_else(mona):
    anna = signed_in(factories.reviewer())
    for role in (roles.COMMUNICATIONS, roles.ADMINISTRATOR, roles.READER):
        assert anna.post(WHERE, NEW | {"role": role}).status_code == 422
    assert (Invitation.objects.count(), len(mail.outbox)) == (0, 0)
    assert anna.post(WHERE, NEW).status_code == 302
    assert signed_in(factories.ombudsman()).post(WHERE, NEW).status_code == 403
    theirs = invitations.invite(mona, "ny@example.test", "Ny", roles.ADMINISTRATOR)
    for name in ("send_invitation_again", "revoke_invitation"):
        assert anna.post(reverse(f"accounts:{name}", args=[theirs.pk])).status_code == 403
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_an_address_is_invited_once_and_nobody_who_is_here_already(mona, invited):
    again = signed_in(mona).post(WHERE, NEW | {"email": "sara@EXAMPLE.test"})
    known = signed_in(mona).post(WHERE, NEW | {"email": mona.email.upper()})
    assert (again.status_code, known.status_code, len(mail.outbox)) == (422, 422, 1)
    assert "redan inbjuden" in text_of(again)
    assert "redan någon med den adressen" in text_of(known)


def test_a_mail_that_did_not_leave_is_said_and_can_be_sent_again(mona, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = signed_in(mona).post(WHERE, NEW, follow=True)
    assert "mejlet gick inte iväg" in text_of(page)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    signed_in(mona).post(reverse("accounts:send_invitation_again", args=[Invitation.objects.get().pk]))
    assert Client().get(link()).status_code == 200


# --- coming in ----------------------------------------------------------------------------------------------


def test_looking_at_the_link_uses_nothing_up(invited):
    for _ in range(3):
        assert Client().get(invited).status_code == 200
    assert Invitation.objects.get().used_at is None


def test_somebody_comes_in_with_a_password_of_their_own(invited):
    client = Client()
    assert client.post(invited, WORDS).url == reverse("accounts:welcome")
    sara = User.objects.get(email="sara@example.test")
    assert (sara.name, sara.check_password(WORDS["password1"]), sara.is_staff) == ("Sara Ny", True, False)
    assert list(sara.groups.values_list("name", flat=True)) == [roles.OMBUDSMAN]
    assert client.get("/hem/").status_code == 200
    assert client.get("/valkommen/").status_code == 200
    assert Entry.objects.get(verb="person.added").actor == sara


def test_somebody_comes_in_without_a_password_and_back_with_a_code_from_the_mail(invited):
    first = Client()
    assert first.post(invited, {"way": "code"}).status_code == 302
    assert not User.objects.get(email="sara@example.test").has_usable_password()
    assert first.get("/hem/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password2": "annat-annat-annat"}, "Lösenorden är inte lika."),
        ({"password1": "kort", "password2": "kort"}, "minst 12"),
        ({"password1": "sara@example.test", "password2": "sara@example.test"}, "e-post"),
    ],
)
def test_a_password_that_will_not_do_uses_nothing_up(invited, typed, said):
    page = Client().post(invited, WORDS | typed)
    assert page.status_code == 422
    assert said in text_of(page)
    assert (Invitation.objects.get().used_at, User.objects.filter(email="sara@example.test").exists()) == (
        None,
        False,
    )


def is_over(path: str) -> bool:
    found, pressed = Client().get(path), Client().post(path, WORDS)
    return (found.status_code, pressed.status_code) == (410, 410)


def test_a_link_is_good_once(invited):
    Client().post(invited, WORDS)
    assert is_over(invited)
    assert User.objects.filter(email="sara@example.test").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize("_turn", range(3))
def test_of_several_who_open_the_same_link_at_once_one_comes_in(invited, _turn):
    token = invited.rstrip("/").rpartition("/")[2]
    outcomes = press(*[partial(invitations.accept, token, f"hav-sten-lykta-{n}") for n in range(4)])
    [person] = User.objects.filter(email="sara@example.test")
    assert [item for item in outcomes if not isinstance(item, invitations.NoLongerGoodError)] == [person]
    assert Invitation.objects.get().person == person
    assert Entry.objects.filter(verb="person.added", actor=person).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize("_turn", range(3))
def test_a_link_that_is_taken_back_at_the_same_moment_is_used_or_taken_back(mona, invited, _turn):
    token, invitation = invited.rstrip("/").rpartition("/")[2], Invitation.objects.get()
    press(partial(invitations.accept, token, None), partial(invitations.revoke, invitation, mona))
    invitation.refresh_from_db()
    is_used = invitation.used_at is not None
    assert is_used is (invitation.revoked_at is None)
    assert User.objects.filter(email="sara@example.test").exists() is is_used


def test_a_link_is_good_for_seven_days(invited):
    with freeze_time(timezone.now() + timedelta(days=6, hours=23)):
        assert Client().get(invited).status_code == 200
    with freeze_time(timezone.now() + timedelta(days=7, minutes=1)):
        assert is_over(invited)
    assert not User.objects.filter(email="sara@example.test").exists()


def test_a_link_that_was_taken_back_leads_nowhere(mona, invited):
    invitation = Invitation.objects.get()
    signed_in(mona).post(reverse("accounts:revoke_invitation", args=[invitation.pk]))
    assert is_over(invited)
    with pytest.raises(invitations.NoLongerGoodError):
        invitations.send_again(invitation, mona)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("lost", ["the account", "the role"])
def test_who_may_invite_no_more_has_let_nobody_in(mona, invited, lost):
    mona.groups.clear() if lost == "the role" else User.objects.filter(pk=mona.pk).update(is_active=False)
    assert is_over(invited)
    assert not User.objects.filter(email="sara@example.test").exists()
    anna = factories.administrator(name="Anna Ny")
    signed_in(anna).post(reverse("accounts:send_invitation_again", args=[Invitation.objects.get().pk]))
    assert mail.outbox[-1].subject.startswith("Anna Ny har bjudit in dig")
    assert Client().get(link()).status_code == 200


def test_sent_again_it_is_another_link_and_the_first_is_over(mona, invited):
    with freeze_time(timezone.now() + timedelta(days=9)):
        page = signed_in(mona)
        assert "Länken gick ut" in text_of(page.get(WHERE))
        page.post(reverse("accounts:send_invitation_again", args=[Invitation.objects.get().pk]))
        assert is_over(invited)
        assert Client().get(link()).status_code == 200


def test_somebody_who_is_signed_in_does_not_come_in_as_another(mona, invited):
    page = signed_in(mona).post(invited, WORDS)
    assert "Du är inloggad som Mona Berg." in text_of(page)
    assert Invitation.objects.get().used_at is None


def test_a_link_that_never_was_says_what_an_old_one_says():
    assert is_over("/inbjudan/abc/")


def test_a_reviewer_who_comes_in_sets_up_the_second_step_first(mona, settings):
    settings.REQUIRE_MFA = True
    invitations.invite(mona, "ny@example.test", "Nya Anna", roles.COMMUNICATIONS)
    client = Client()
    client.post(link(), WORDS)
    assert client.get("/granska/").url == "/konto/2fa/totp/activate/"
    assert client.get("/konto/2fa/totp/activate/").status_code == 200


# --- who somebody is --------------------------------------------------------------------------------------------


def test_an_administrator_says_where_somebody_works_and_the_log_names_what_changed(mona):
    karin, branch = factories.ombudsman(), Branch.objects.create(name="Post", asks_about_site=True)
    typed = {"name": karin.name, "region": "Umeå", "branch": branch.pk}
    page = signed_in(mona).post(f"{WHERE}{karin.pk}/", typed, follow=True)
    assert "Sparat." in text_of(page)
    karin.refresh_from_db()
    assert (karin.region, karin.branch) == ("Umeå", branch)
    assert Entry.objects.get(verb="person.changed").facts == {"fields": ["region", "branch"]}
    assert signed_in(mona).post(f"{WHERE}{karin.pk}/", typed | {"name": ""}).status_code == 422
    assert signed_in(factories.reviewer()).get(f"{WHERE}{karin.pk}/").status_code == 403
