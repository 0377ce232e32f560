"""
What can go wrong when we talk to a platform, named by what we must do next:

* ChannelError
  x NotPublished     nothing public was created; safe to send again
    + NotSent        no request left (DNS, refused, connect time-out): wait, try again
    + RateLimited    the platform said later: not before `until`
    + NotReady       media is still being processed: look again at `until`, same handles
    + NotConnected   credential expired, revoked or short of a permission: reconnect
    + OutOfCredit    the account must be topped up (X, 402): its owner acts
    + Refused        the platform will never take this text or media: edit it
  x Unconfirmed      it may exist: look before sending again
    + Duplicate      the platform says it already has it: look

Adapters report codes, not sentences; the wording is the page's. Nothing here may carry a secret.
"""

from datetime import datetime


class ChannelError(Exception):
    """Base of everything an adapter raises on purpose. `code` is stable, `detail` is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class NotPublished(ChannelError):
    """Nothing public was created: sending again cannot double the post."""


class NotSent(NotPublished):
    """Proven that no request left this machine, or that a staging call may simply be repeated."""


class RateLimited(NotPublished):
    """The platform asks us to wait until `until` (aware); `whole_app`: with all channels of the app."""

    def __init__(self, code: str, detail: str = "", *, until: datetime, whole_app: bool = False) -> None:
        super().__init__(code, detail)
        self.until = until
        self.whole_app = whole_app


class NotReady(NotPublished):
    """Media is still being processed at the platform; look again at `until` (aware)."""

    def __init__(self, code: str, detail: str = "", *, until: datetime) -> None:
        super().__init__(code, detail)
        self.until = until


class NotConnected(NotPublished):
    """The credential is expired, revoked or lacks a permission: a person must reconnect the channel.

    `revision` tells which credential it was, where the renewal itself was refused; adapters leave it empty.
    """

    def __init__(self, code: str, detail: str = "", *, revision: str = "") -> None:
        super().__init__(code, detail)
        self.revision = revision


class OutOfCredit(NotPublished):
    """The account at the platform has no credit left: its owner must top it up."""


class Refused(NotPublished):
    """The platform will never take this text or media as it is."""


class Unconfirmed(ChannelError):
    """Bytes left and the answer is unclear: the post may exist."""


class Duplicate(Unconfirmed):
    """The platform says that it already has this post."""
