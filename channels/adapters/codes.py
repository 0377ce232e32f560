"""
The codes that adapters speak in. Each has its sentence for people in `posts.wording`; here stands what it means.

A `Lack` is why content does not fit a channel, found before anything is sent. A `Trouble` is how a call ended.
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

    # Never as it is.
    REFUSED = "refused"
    AGAINST_RULES = "against_rules"
    TEXT_REFUSED = "text_refused"
    LINK_REFUSED = "link_refused"
    MEDIA_REFUSED = "media_refused"
    PRIVACY_REFUSED = "privacy_refused"
    FILM_FAILED = "film_unprocessable"
    FILM_REJECTED = "film_rejected"
    FILM_DUPLICATE = "film_known_already"
    FILM_GONE = "film_gone"
    NOT_OURS = "not_ours"
    PROCESSING_STUCK = "processing_stuck"

    # The platform says that it has it.
    DUPLICATE = "duplicate"
