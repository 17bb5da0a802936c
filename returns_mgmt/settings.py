"""One settings file, driven by the environment (twelve-factor).

Only DEVELOPMENT=1 brings defaults that are unsafe elsewhere; without it a missing SECRET_KEY,
FIELD_KEYS or DATABASE_URL stops the process at start.
"""

from __future__ import annotations

from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from returns_mgmt.schedule import BEAT_SCHEDULE

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEVELOPMENT = env.bool("DEVELOPMENT", default=False)
DEBUG = False  # never: a stack trace is no answer, in development neither
SECRET_KEY = env.str(
    "SECRET_KEY", default="development-only" if DEVELOPMENT else environ.Env.NOTSET
)
# Under which identity documents are told apart; changing it forgets who came before.
ID_HASH_KEY = env.str("ID_HASH_KEY", default=SECRET_KEY)
# What stored secrets are encrypted under, newest first; see docs/operators.md for changing them.
FIELD_KEYS = env.list("FIELD_KEYS", default=[] if DEVELOPMENT else environ.Env.NOTSET)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
STREAM_URL = env.str("STREAM_URL", default=PUBLIC_URL)  # what waits; behind a proxy the same
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEVELOPMENT else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "apps.insights.apps.SiteConfig",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "apps.insights.apps.InsightsConfig",
    "apps.retention.apps.RetentionConfig",
    "apps.integrations.apps.IntegrationsConfig",
    "apps.gateway.apps.GatewayConfig",
    "apps.streams.apps.StreamsConfig",
    "apps.returns.apps.ReturnsConfig",
    "apps.refunds.apps.RefundsConfig",
    "apps.sales.apps.SalesConfig",
    "apps.inventory.apps.InventoryConfig",
    "apps.terminals.apps.TerminalsConfig",
    "apps.approvals.apps.ApprovalsConfig",
    "apps.stores.apps.StoresConfig",
    "apps.accounts.apps.AccountsConfig",
    "apps.idempotency.apps.IdempotencyConfig",
    "apps.events.apps.EventsConfig",
    "apps.audit.apps.AuditConfig",
    "apps.common.apps.CommonConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "apps.common.middleware.HeadersMiddleware",
    "apps.common.middleware.RequestIdMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.common.middleware.CardDataMiddleware",
    "apps.accounts.middleware.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "returns_mgmt.urls"
WSGI_APPLICATION = "returns_mgmt.wsgi.application"
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
            ],
        },
    },
]

# --- PostgreSQL. A connection lives as long as its worker; a lock or a statement does not wait for
# ever. A connection that died answers 503 once and is then replaced (see docs/adr).
DATABASES = {
    "default": env.db_url(
        "DATABASE_URL", default="postgresql:///returns" if DEVELOPMENT else environ.Env.NOTSET
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
)
# A statement that comes up again is prepared: parsing and planning it each time costs PostgreSQL as
# much as carrying it out. `?prepare_threshold=…` in DATABASE_URL says after how many times.
DATABASES["default"]["OPTIONS"] = {
    "server_side_binding": True,
    "prepare_threshold": 5,
    **DATABASES["default"]["OPTIONS"],
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- The broker is a wake-up, never the queue: losing its whole memory costs latency only.
REDIS_URL = env.str(
    "REDIS_URL", default="redis://127.0.0.1:6379/0" if DEVELOPMENT else environ.Env.NOTSET
)
WAKEUPS = env.bool("WAKEUPS", default=True)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
# visibility_timeout above twice the time limit, and no task with an ETA anywhere: what is due
# later stands in PostgreSQL, so a redelivered message can only wake, never repeat.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# What is told never waits behind refunds, nor behind calls to other systems; and one of those that
# hangs holds no refund. So each has a queue, and a worker, of its own. The worker of the feed seals, too:
# both are short, and one at a time.
CELERY_TASK_ROUTES = {
    "integrations.carry_feed": {"queue": "feed"},
    "audit.seal": {"queue": "trail"},
    "integrations.deliver": {"queue": "deliveries"},
    "integrations.pull": {"queue": "deliveries"},
}
# What is woken when something was told: it gives events their places, and goes on with its readers.
FEED_TASK = "integrations.carry_feed"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# --- People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["apps.accounts.authentication.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "apps.accounts.passwords.LettersAndDigits"},
    {"NAME": "apps.accounts.passwords.NotUsedBefore"},
]
LOGIN_URL = "admin:login"
# Whether a form that changes settings has to be told why.
REASON_REQUIRED = env.bool("REASON_REQUIRED", default=not DEVELOPMENT)
# A second factor for everybody who logs in. Only development may go without.
STAFF_MFA = env.bool("STAFF_MFA", default=not DEVELOPMENT)
if not STAFF_MFA and not DEVELOPMENT:
    raise ImproperlyConfigured("STAFF_MFA=0 is for development only.")
# So many failures in a row close an account, and an address, for so long.
LOGIN_FAILURES = env.int("LOGIN_FAILURES", default=10)
LOGIN_LOCK_MINUTES = env.int("LOGIN_LOCK_MINUTES", default=30)
# A session ends after so long without anything done, and after so long whatever was done.
SESSION_IDLE_S = env.int("SESSION_IDLE_S", default=15 * 60)
SESSION_SEEN_EVERY_S = 30  # how often it is written down that something was done
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Outside development no other host of the domain, and no line without TLS, can plant these.
SESSION_COOKIE_NAME = "sessionid" if DEVELOPMENT else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if DEVELOPMENT else "__Host-csrftoken"
CSRF_FAILURE_VIEW = "apps.insights.views.csrf_failure"

# --- The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.terminals.authentication.TerminalTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.common.permissions.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["apps.common.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.common.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_VERSIONING_CLASS": None,
}
MAX_BODY_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
SPECTACULAR_SETTINGS = {
    "TITLE": "Returns management: the contract with registers",
    "DESCRIPTION": "Amounts are integers in minor units, quantities decimal strings, times RFC 3339.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.common.schema.describe_problems",
    ],
}

# --- Registers. How long a token lives; how long at least an old key works beside the new one.
TOKEN_LIFE_S = env.int("TOKEN_LIFE_S", default=900)
KEY_OVERLAP_MIN_S = env.int("KEY_OVERLAP_MIN_S", default=86400)


# --- Limits per address. Those of a register stand in its profile.
def _rate(text: str) -> tuple[int, int]:
    """`20/200`: 20 a second, 200 at once. `0`: no limit."""
    rate, _, burst = text.partition("/")
    if text != "0" and not (rate.isdecimal() and burst.isdecimal()):
        raise ImproperlyConfigured(f"“{text}” is no rate; write 20/200 or 0.")
    return int(rate), int(burst or 0)


RATE_LIMITS = env.bool("RATE_LIMITS", default=True)
RATE_LIMIT_TOKEN = _rate(env.str("RATE_LIMIT_TOKEN", default="20/200"))
RATE_LIMIT_FAILURES = _rate(env.str("RATE_LIMIT_FAILURES", default="10/100"))
RATE_LIMIT_LOGIN = _rate(env.str("RATE_LIMIT_LOGIN", default="1/30"))
RATE_LIMIT_ENROLMENT = env.int("RATE_LIMIT_ENROLMENT", default=5)

# --- The change feed: for how long events are kept for those who read them.
FEED_RETENTION_DAYS = env.int("FEED_RETENTION_DAYS", default=30)

# --- The trail: what signs its checkpoints and the folder they are written to, outside the database;
# public keys of those that were signed with earlier keys. Without the first two nothing is signed.
AUDIT_SIGNING_KEY = env.str("AUDIT_SIGNING_KEY", default="")
AUDIT_PUBLIC_KEYS = env.list("AUDIT_PUBLIC_KEYS", default=[])
AUDIT_CHECKPOINTS = env.str(
    "AUDIT_CHECKPOINTS", default=str(DATA_DIR / "checkpoints") if DEVELOPMENT else ""
)

# --- Old months: the folder they are put away into, and how many are kept in the database beside the
# present one. 0 keeps them for ever. Without a folder nothing is put away.
ARCHIVE_FOLDER = env.str("ARCHIVE_FOLDER", default="")
KEEP_TRAIL_MONTHS = env.int("KEEP_TRAIL_MONTHS", default=24)
KEEP_DELIVERIES_MONTHS = env.int("KEEP_DELIVERIES_MONTHS", default=6)
KEEP_CALLS_MONTHS = env.int("KEEP_CALLS_MONTHS", default=3)
if 0 < KEEP_TRAIL_MONTHS < 3:
    raise ImproperlyConfigured("KEEP_TRAIL_MONTHS is at least 3, or 0 for ever.")
if 0 < 28 * KEEP_DELIVERIES_MONTHS < FEED_RETENTION_DAYS:
    raise ImproperlyConfigured(
        "Deliveries are kept for longer than events: KEEP_DELIVERIES_MONTHS."
    )

# --- Money going out. The lease has to outlast the calls that one refund may need.
REFUND_LEASE_S = env.int("REFUND_LEASE_S", default=60)
# The sandbox pays nothing: it is allowed in development, or where it is asked for by name.
SANDBOX_PAYMENTS = env.bool("SANDBOX_PAYMENTS", default=DEVELOPMENT)
STRIPE_API_KEY = env.str("STRIPE_API_KEY", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")

# --- Discarding what could not be delivered: above this amount it takes two people.
DISCARD_LIMIT_MINOR = env.int("DISCARD_LIMIT_MINOR", default=50_000)

# --- Deliveries. For so long beyond the time of a call a worker keeps what it has taken; calls are
# begun in the first half of it. One that was killed leaves them to the next after that.
DELIVERY_MARGIN_S = env.int("DELIVERY_MARGIN_S", default=40)

# --- Addresses inside that may be called all the same: networks and names (docs/adr/0025).
ALLOWED_NETWORKS = env.list("ALLOWED_NETWORKS", default=[])

# --- Alerts by e-mail. To nobody unless somebody is named; in development they are only printed.
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL",
    default="consolemail://"
    if DEVELOPMENT
    else (environ.Env.NOTSET if ALERT_EMAILS else "dummymail://"),
)
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(EMAIL_CONFIG.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(EMAIL_CONFIG.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("ALERT_FROM", default="returns@localhost")

# --- Security headers and policy
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31536000
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip
SILENCED_SYSTEM_CHECKS = [
    "security.W005",
    "security.W008",
    "security.W021",
]  # TLS ends at the proxy

# --- Language, time, files, logs
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served from where they lie; production collects them into STATIC_ROOT and serves those.
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "apps.common.logs.ScrubCards"}},
    "formatters": {"line": {"()": "apps.common.logs.JSONFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["scrub"], "formatter": "line"}
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "CRITICAL"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
    },
}
