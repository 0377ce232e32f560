"""
Settings of Seko Social: one file, read from the environment by loud readers (`environment.py`).

Development needs no variable at all. With `PRODUCTION=1` the site refuses to start without its secrets.
"""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from channels.adapters import LIVE_ADDRESSES, sandbox_addresses
from channels.adapters.http import patience
from channels.sandbox.apps import APPS
from seko_social import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var"))).absolute()
"""Everything that the site writes on this machine is below it."""
PRODUCTION = environment.flag("PRODUCTION", default=False)
DEBUG = environment.flag("DEBUG", default=False) and not PRODUCTION

SECRET_KEY = environment.secret("SECRET_KEY", "development-only-" + "x" * 40, is_production=PRODUCTION)
CREDENTIAL_KEYS = environment.key_ring(
    "CREDENTIAL_KEYS", "dev:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM=", is_production=PRODUCTION
)
"""The key ring for channel credentials, newest first: `id:base64 of 32 bytes`."""

ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS", "" if PRODUCTION else "localhost 127.0.0.1 [::1] testserver"
)
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    # Mails about a new password carry the host that was asked for: any host would be anybody's.
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's host in production.")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []
SITE_URL = environment.address(
    "SITE_URL",
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
    if PRODUCTION
    else f"http://127.0.0.1:{environment.number('PORT', 8000, least=1, most=65535)}",
)
"""Where people find the site: links in mails begin with it."""

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "audit",
    "accounts",
    "channels",
    "posts",
    "approvals",
    "seko_social",
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "seko_social.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SlidingSessions",
    "accounts.middleware.PrivatePages",
    "seko_social.shell.NamesThePerson",
    "accounts.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.RequireTwoSteps",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "seko_social.urls"
WSGI_APPLICATION = "seko_social.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "seko_social.context.site",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------------------

DATABASES = {"default": environment.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'seko_social.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Without immediate transactions, a read that turns into a write fails at once instead of waiting its turn.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
    # A file and not memory: threads of a test must meet the same locks as processes do.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # Compiling a question costs more than it gives: pages ask what is answered in milliseconds, and the one about how
    # often we are seen took twice as long with it.
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5, "options": "-c jit=off"}
# How often somebody failed to sign in, and which codes were used, must be known to every process and machine.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "seko_social_cache",
        # By itself it throws counts away as soon as there are three hundred: whoever makes so many begins anew.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR_DIR / "media"
"""Private: nothing below it has an address of its own; views serve it to those who may see the post."""
STORAGES = {
    "default": environment.bucket("MEDIA_URL") or {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "seko_social.statics.NamedByContent"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
"""`collectstatic` belongs to production; elsewhere the files are served from where they lie."""
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False
FILE_UPLOAD_HANDLERS = [
    "posts.incoming.Bounds",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- the clock and the pool -------------------------------------------------------------------------------

REDIS_URL = environment.broker("REDIS_URL")
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "seko_social.broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"socket_connect_timeout": 2}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
QUEUES = ("default", "films")
"""A worker for each: a film that takes minutes never delays a text."""
# A broker that is down must not keep a page waiting: the clock finds what is due all the same.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
"""Every entry is due again within seconds: there is nothing that the clock must remember when it dies."""
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # On the average, a post leaves half of this late.
    "wake what is due": {"task": "posts.tasks.wake_due", "schedule": 0.25, "options": {"expires": 2}},
    "sweep dead leases": {"task": "posts.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "prepare forgotten media": {
        "task": "posts.tasks.wake_media",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "forget uploads that were given up": {
        "task": "posts.tasks.sweep_uploads",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget what no post shows": {
        "task": "posts.tasks.sweep_unused",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "forget what people answered": {
        "task": "posts.tasks.sweep_answers",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "mail what people are told": {
        "task": "accounts.tasks.deliver",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "show on phones what people are told": {
        "task": "accounts.tasks.show_on_phones",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "ask about pages and groups": {
        "task": "accounts.tasks.ask_about_likes",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "look at channels": {
        "task": "channels.tasks.probe_due",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "warn of channels": {"task": "channels.tasks.warn", "schedule": 60.0, "options": {"expires": 60}},
    "sweep what was given up": {
        "task": "channels.tasks.sweep_connecting",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "read what was published elsewhere": {
        "task": "approvals.tasks.look_outside",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "tell of silent channels": {
        "task": "approvals.tasks.tell_of_silence",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "count reactions": {"task": "posts.tasks.count_reactions", "schedule": 60.0, "options": {"expires": 60}},
    "read calendars": {
        "task": "posts.tasks.wake_calendars",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "mail receipts of cases": {
        "task": "posts.tasks.mail_receipts",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "remind of promises": {"task": "posts.tasks.remind", "schedule": 60.0, "options": {"expires": 60}},
    "prove the log": {"task": "audit.tasks.prove_daily", "schedule": 60.0, "options": {"expires": 60}},
}
for queue in QUEUES:
    CELERY_BEAT_SCHEDULE[f"heartbeat of {queue}"] = {
        "task": "seko_social.tasks.beat",
        "args": (queue,),
        "schedule": 10.0,
        "options": {"queue": queue, "expires": 10},
    }

# --- people -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.InviteOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
"""Seconds. A mail takes its time where there is hardly any coverage."""
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,12/h/key"}
ACCOUNT_FORMS = {"request_login_code": "accounts.sign_in_forms.CodeForm"}
MFA_ADAPTER = "accounts.adapter.TwoStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
"""On this machine there is no certificate; a browser lets `localhost` do without, too."""
MFA_TOTP_ISSUER = "Seko Social"
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""Who invites knows the address. Without this, nobody who once forgot the password could set up the second step."""
REQUIRE_MFA = environment.flag("REQUIRE_MFA", default=PRODUCTION)
"""Reviewers and administrators must sign in in two steps. Off in training, where the sign-ins are public."""
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXIES", int(PRODUCTION), least=0, most=9)
"""How many web servers in front of us add to X-Forwarded-For: without it, everybody would come from one address."""
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
"""The longest that anybody stays signed in without coming back (`accounts.sessions`)."""

mail = environment.mail("EMAIL_URL", "none:" if PRODUCTION else "file:")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = mail.backend, mail.host, mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = mail.user, mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = mail.use_tls, mail.use_ssl
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "Seko Social <ingen-svarar@localhost>")

VAPID_PRIVATE_KEY = environment.vapid_key("VAPID_PRIVATE_KEY")
"""By which browsers know us (`manage.py make_vapid_keys`). Without it, nothing is shown on phones, nor offered."""
VAPID_CONTACT = environment.text("VAPID_CONTACT", SITE_URL)
"""Where a push service turns to when something is wrong with us: an https address, or mailto:."""
PUSH_SERVICES = environment.words(
    "PUSH_SERVICES",
    "fcm.googleapis.com push.services.mozilla.com push.apple.com notify.windows.com",
)
"""The makers of browsers, by whom alone we let notices be shown."""
NOTICE_QUIET_HOURS = environment.hours("NOTICE_QUIET_HOURS", "18.00-07.00" if PRODUCTION else "none")
"""When what can wait is neither mailed nor shown on phones, by the clock on the wall."""

# --- security ---------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # Of workers, too: every answer says it, and is as short as can be.
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DEFAULT_EXCEPTION_REPORTER = "seko_social.error_pages.Reporter"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- what is written to the log -----------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "seko_social.logs.Formatter", "format": "%(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        # The web server writes a line for each request; only what broke needs a second one.
        "django.request": {"level": "ERROR"},
        "celery.apps.worker": {"level": "INFO"},
        # The embedded broker has no host, and kombu would rather that it had.
        "kombu.connection": {"level": "ERROR"},
    },
}

# --- language and time ------------------------------------------------------------------------------------

LANGUAGE_CODE = "sv"
"""Swedish is the source language: the texts in the code are Swedish, English is a translation."""
LANGUAGES = [("sv", _("Svenska")), ("en", _("Engelska"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = environment.time_zone("TIME_ZONE", "Europe/Stockholm")
USE_TZ = True
USE_I18N = True

# --- the product ------------------------------------------------------------------------------------------

ORGANISATION_NAME = environment.text("ORGANISATION_NAME", "Seko")
FOUR_EYES = environment.flag("FOUR_EYES", default=True)
"""Nobody approves what they themselves wrote."""
FOUR_EYES_OVERRIDE = environment.flag("FOUR_EYES_OVERRIDE", default=True)
"""Unless there is an emergency: then with a reason, and everybody in the group is told."""
ELECTION_PERIODS = environment.periods("ELECTION_PERIODS")
"""The first and the last day of each: in one, two people approve what is political."""
UNDO_SECONDS = environment.number("UNDO_SECONDS", 60, least=0, most=600)
"""How long an okay can be regretted before anything leaves."""
SPREAD_MINUTES = environment.number("SPREAD_MINUTES", 30, least=1, most=1440)
"""How far apart posts go out on a channel when publishing is started again and they are to be spread."""
ANSWER_WITHIN_HOURS = environment.number("ANSWER_WITHIN_HOURS", 4, least=1, most=40)
"""How many working hours the communications group takes at most before a sender has an answer."""
WORKING_HOURS = environment.office_hours("WORKING_HOURS", "08.00-17.00")
"""When the communications group works, on days that are not red, by the clock on the wall."""
GAP_MAIL_HOUR = environment.number("GAP_MAIL_HOUR", 13, least=6, most=17)
"""From then on the group is mailed, once a day, when nothing is out or planned on a channel with a daily goal."""
CONTACT_EMAIL = environment.text("CONTACT_EMAIL", "seko@seko.se")
"""Whom people in pictures write to: on the pages that they are shown, which nobody signs in to."""
TAKEDOWN_HOURS = environment.number("TAKEDOWN_HOURS", 24, least=1, most=168)
"""Within how many hours somebody who does not want to be seen is to be gone from all channels."""
CASE_NAMES_DAYS = environment.number("CASE_NAMES_DAYS", 365, least=1, most=3650)
"""How long after its end a case keeps names and what was said. That there was one stays."""
CASE_DAYS = environment.number("CASE_DAYS", 1095, least=1, most=3650)
"""How long after its end it is known that there was a case."""
CONSENT_DAYS = environment.number("CONSENT_DAYS", 730, least=366, most=3650)
"""How long people's answers are kept when their post is nowhere any more. The database lets none go within a year."""
QUIET_HOURS = environment.hours("QUIET_HOURS", "21.00-06.00")
"""When nothing is planned unless somebody says that it shall go out all the same, by the clock on the wall."""
OWN_DOMAINS = environment.words("OWN_DOMAINS", "seko.se")
"""Our own pages: a post that only leads there is a shop window. Domains under them are ours, too."""
MIX_AMBER = environment.number("MIX_AMBER", 40, least=0, most=100)
MIX_RED = environment.number("MIX_RED", 60, least=MIX_AMBER, most=100)
"""Over how many percent of such posts in thirty days the page says that it is many, and too many."""
LONGEST_CALL = int(patience.connect + patience.whole)
LEASE_SECONDS = environment.number(
    "LEASE_SECONDS", 120, least=LONGEST_CALL + 1 if PRODUCTION else 5, most=3600
)
"""How long a worker may hold a publication without saving a handle before the sweep takes it: longer than any call, since
a second worker must not look for, and send again, what the first one's call may still bring."""
PICTURE_MAX_BYTES = environment.number("PICTURE_MAX_MB", 60, least=1, most=500) * 1024 * 1024
FILM_MAX_BYTES = environment.number("FILM_MAX_MB", 2048, least=1, most=8192) * 1024 * 1024
MEDIA_PER_POST = 10
MEDIA_WAITING_PER_PERSON = 30
"""How many files of one person may wait for a worker at the same time."""
UPLOADS_AT_ONCE = 3
UPLOAD_BYTES_OPEN = environment.number("UPLOAD_OPEN_MB", 4096, least=1, most=65536) * 1024 * 1024
"""How many files one person may be sending in parts at the same time, and how much that may be together."""
UPLOAD_HOURS = 24
"""How long what has come of a file is kept for the rest."""
UNUSED_MEDIA_DAYS = environment.number("UNUSED_MEDIA_DAYS", 30, least=1, most=3650)
"""How long a picture or film is kept that was sent in and never put into a post."""

PLATFORMS = environment.choice("PLATFORMS", "live" if PRODUCTION else "sandbox", {"sandbox", "live"})
IS_TRAINING = PLATFORMS == "sandbox"
SANDBOX_URL = environment.address("SANDBOX_URL", "http://127.0.0.1:8001")
SANDBOX_DIR = VAR_DIR / "sandbox"
PLATFORM_ADDRESSES = {
    name: environment.address(name, default)
    for name, default in (sandbox_addresses(SANDBOX_URL) if IS_TRAINING else LIVE_ADDRESSES).items()
}
"""The platforms' base addresses, each a variable of the environment of the same name."""
APP_KEYS = {
    "facebook": (environment.text("FACEBOOK_APP_ID"), environment.text("FACEBOOK_APP_SECRET")),
    "x": (environment.text("X_CLIENT_ID"), environment.text("X_CLIENT_SECRET")),
    "youtube": (environment.text("GOOGLE_CLIENT_ID"), environment.text("GOOGLE_CLIENT_SECRET")),
}
"""Who we are to each platform: the app's id and secret."""
if IS_TRAINING:
    # The make-believe platforms know only their own apps, and a credential is renewed there too.
    APP_KEYS = APPS
