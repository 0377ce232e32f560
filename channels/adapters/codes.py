"""
The codes that adapters speak in. Each has its sentence for people (`posts.wording`, `channels.wording`); here stands what
it means.

A `Lack` is why content does not fit a channel, found before anything is sent. A `Trouble` is how a call ended. A `Worry`
is what is not well about a connection that works.
"""

from enum import StrEnum


class Lack(StrEnum):
    """Why a channel would not take this content. The facts that come along stand in brackets."""

    TEXT_MISSING = "text_missing"
    TEXT_TOO_LONG = "text_too_long"
    """(over, limit)"""
    MEDIA_MISSING = "media_missing"
    TOO_MANY_PICTURES = "too_many_pictures"
    """(limit)"""
    TOO_MANY_FILMS = "too_many_films"
    """(limit)"""
    PICTURES_AND_FILM = "pictures_and_film"
    FILM_TOO_LONG = "film_too_long"
    """(limit, in seconds)"""
    FILE_TOO_LARGE = "file_too_large"
    """(limit, in bytes)"""
    ALT_TEXT_TOO_LONG = "alt_text_too_long"
    """(limit)"""
    TITLE_MISSING = "title_missing"
    TITLE_TOO_LONG = "title_too_long"
    """(over, limit)"""
    DESCRIPTION_TOO_LONG = "description_too_long"
    """(over, limit, in bytes)"""
    TAGS_TOO_LONG = "tags_too_long"
    """(over, limit)"""
    FORBIDDEN_CHARACTERS = "forbidden_characters"
    """(characters)"""
    TOO_MANY_CASHTAGS = "too_many_cashtags"
    """(limit)"""


class Trouble(StrEnum):
    """How a call ended when it did not end well."""

    # No clear answer: nothing left (connect), or it is unclear what became of it.
    CONNECT = "connect"
    TOO_LATE = "too_late"
    NO_ANSWER = "no_answer"
    BROKEN_OFF = "broken_off"
    PLATFORM_DOWN = "platform_down"
    UNREADABLE = "unreadable"

    # Uploads that have to begin anew.
    UPLOAD_LOST = "upload_lost"
    UPLOAD_STALLED = "upload_stalled"

    # Not now.
    TOO_MANY_CALLS = "too_many_calls"
    POSTING_TOO_FAST = "posting_too_fast"
    QUOTA = "quota"
    UPLOAD_LIMIT = "upload_limit"
    PROCESSING = "processing"
    UPLOADING = "uploading"
    CREDIT = "credit"

    # A person must act at the platform, or connect the channel again.
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code, not a token
    ACCESS_REVOKED = "access_revoked"
    CHECKPOINT = "checkpoint"
    ROLE_LOST = "role_lost"
    PERMISSION_MISSING = "permission_missing"
    ACCOUNT_SUSPENDED = "account_suspended"
    NO_CHANNEL = "no_channel_there"
    APP_KEYS = "app_keys"
    WRONG_ACCOUNT = "wrong_account"
    """The token is somebody else's than the channel's."""

    # While connecting: a person does something else, or the same once more.
    CANCELLED = "cancelled"
    """The person said no in the platform's dialog."""
    DIALOG_FAILED = "dialog_failed"
    """The platform's dialog came back with an error of its own."""
    ADDRESS_REFUSED = "address_refused"
    """The address to come back to is not the one that was registered at the platform."""
    CODE_OLD = "code_old"
    """It took too long, or the code was used already: sign in again."""
    NO_LASTING_ACCESS = "no_lasting_access"
    """The platform gave no refresh token: it has to be asked anew, with the person's consent forced."""
    NO_ACCOUNTS = "no_accounts"
    """There is nothing that could be connected: no page, no channel."""
    PERSONAL_PROFILE = "personal_profile"
    ROLE_MISSING = "role_missing"
    """The person may not publish on this page."""
    SIGN_IN_REFUSED = "sign_in_refused"
    """Wrong name or app password."""
    SERVER_UNKNOWN = "server_unknown"
    """No such server, or it is none of this platform's."""

    # Never as it is.
    REFUSED = "refused"
    AGAINST_RULES = "against_rules"
    TEXT_REFUSED = "text_refused"
    LINK_REFUSED = "link_refused"
    MEDIA_REFUSED = "media_refused"
    SUBTITLES_REFUSED = "subtitles_refused"
    THUMBNAIL_REFUSED = "thumbnail_refused"
    """Most often because the channel's owner has not confirmed a telephone number."""
    PRIVACY_REFUSED = "privacy_refused"
    FILM_FAILED = "film_unprocessable"
    FILM_REJECTED = "film_rejected"
    FILM_DUPLICATE = "film_known_already"
    FILM_GONE = "film_gone"
    NOT_OURS = "not_ours"
    PLACE_GONE = "place_gone"
    """What it has to answer, or stand under, is not there any more."""
    PLACE_UNKNOWN = "place_unknown"
    """What it has to answer, or stand under, has no number that we know."""
    PROCESSING_STUCK = "processing_stuck"

    # The platform says that it has it.
    DUPLICATE = "duplicate"


class Worry(StrEnum):
    """What is not well about a connection that works. The facts that come along stand in brackets."""

    RIGHT_MISSING = "right_missing"
    """(right)"""
    ROLE_LESS = "role_less"
    """The person's role on the page gives less than the permissions would. (right)"""
    CLOCK_OFF = "clock_off"
    """Our clock and the platform's differ. (seconds: ours minus theirs)"""
    ACCESS_ENDS = "access_ends"
    """The platform wants the person to have been there by then. (at: ISO 8601)"""
    SERVER_TAKES_LESS = "server_takes_less"
    """The account's server has lower limits than those that we let people write for. (characters, pictures)"""
