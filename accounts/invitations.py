"""
Who is let in: the only writer of invitations, and of the people who come of them.

The link in the mail is known to nobody but its reader: only its hash is kept. It is good for some days and once; sent
again, it is another link, and the first is worth nothing any more.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts import roles
from accounts.models import Invitation, User
from audit import log

GOOD_FOR = timedelta(days=7)


class KnownError(Exception):
    """Somebody with this address may sign in already, or was invited."""


class NotSentError(Exception):
    """The mail server did not take it. The invitation stands, and can be sent again."""


class NoLongerGoodError(Exception):
    """Used, taken back, sent anew, or too old."""


def roles_to_give(by: User) -> tuple[str, ...]:
    """Those that somebody may invite to: the group its senders, an administrator to all."""
    if by.has_perm("accounts.add_user"):
        return tuple(roles.PERMISSIONS)
    return (roles.OMBUDSMAN,) if by.has_perm("accounts.add_invitation") else ()


# --- inviting ---------------------------------------------------------------------------------------------------


def invite(by: User, email: str, name: str, role: str) -> Invitation:
    """Raises KnownError; and NotSentError, when the invitation stands all the same."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    if User.objects.filter(email__iexact=email).exists():
        raise KnownError
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                email=email.lower(), name=name, role=role, invited_by=by, **good_from(now, token)
            )
            log.record("invitation.sent", invitation, actor=by, roles=[role])
    except IntegrityError as error:  # the race, or a second time: the constraint lets one be open
        raise KnownError from error
    mail(invitation, token)
    return invitation


def send_again(invitation: Invitation, by: User) -> None:
    """A new link, good for as long as a first one, and theirs. Raises NoLongerGoodError and NotSentError."""
    token = secrets.token_urlsafe(32)
    invitation.invited_by = by
    with transaction.atomic():
        fresh = good_from(timezone.now(), token) | {"invited_by": by}
        if not Invitation.objects.open().filter(pk=invitation.pk).update(**fresh):
            raise NoLongerGoodError
        log.record("invitation.sent_again", invitation, actor=by, roles=[invitation.role])
    mail(invitation, token)


def good_from(now: datetime, token: str) -> dict[str, object]:
    return {"token_hash": hash_of(token), "sent_at": now, "expires_at": now + GOOD_FOR}


def revoke(invitation: Invitation, by: User) -> None:
    """Taken back: its link leads nowhere. Raises NoLongerGoodError."""
    with transaction.atomic():
        if not Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=timezone.now()):
            raise NoLongerGoodError
        log.record("invitation.revoked", invitation, actor=by, roles=[invitation.role])


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def mail(invitation: Invitation, token: str) -> None:
    """In Swedish: nobody knows yet what they would rather read."""
    facts = {
        "invitation": invitation,
        "by": invitation.invited_by,
        "organisation": settings.ORGANISATION_NAME,
        "link": f"{settings.SITE_URL}{reverse('accounts:accept_invitation', args=[token])}",
        "days": GOOD_FOR.days,
    }
    with translation.override(settings.LANGUAGE_CODE):
        subject, _, body = render_to_string("accounts/invitation_mail.txt", facts).strip().partition("\n\n")
    try:
        EmailMessage(" ".join(subject.split()), body, to=[invitation.email]).send()
    except OSError as error:  # what the library raises is one, too
        raise NotSentError from error


# --- coming in --------------------------------------------------------------------------------------------------


def found_by(token: str) -> Invitation | None:
    """The invitation that this link belongs to, while it is good, and whoever sent it may still invite to it."""
    usable = Invitation.objects.usable(timezone.now()).filter(token_hash=hash_of(token))
    found = usable.select_related("invited_by").first()
    return found if found and found.role in roles_to_give(found.invited_by) else None


def accept(token: str, password: str | None) -> User:
    """
    They come in: with a password, or without one (then a code comes by mail at each sign-in). Raises NoLongerGoodError.

    The race: the link is pressed twice. One press finds it unused.
    """
    with transaction.atomic():
        invitation = found_by(token)
        if invitation is None:
            raise NoLongerGoodError
        used = Invitation.objects.usable(timezone.now()).filter(token_hash=hash_of(token))
        if not used.update(used_at=timezone.now()):
            raise NoLongerGoodError
        person = person_from(invitation, password)
        Invitation.objects.filter(pk=invitation.pk).update(person=person)
        log.record("person.added", person, actor=person, roles=[invitation.role])
    return person


def person_from(invitation: Invitation, password: str | None) -> User:
    """Whoever opened the link reads the mails of that address."""
    is_administrator = invitation.role == roles.ADMINISTRATOR
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                invitation.email, password, name=invitation.name, is_staff=is_administrator
            )
    except IntegrityError as error:  # an administrator gave somebody this address meanwhile
        raise NoLongerGoodError from error
    person.groups.set(Group.objects.filter(name=invitation.role))
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person
