"""All settings, from the environment only; a wrong one stops the start with what to do."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

# Lets Python 3.11 evaluate annotated bases such as models.Field[Any, Any].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("CHARTWAVE_DEMO", default=False)
DATA_DIR = Path(env.str("CHARTWAVE_DATA", default=str(BASE_DIR / "var")))
DEBUG = False


def _secret_key() -> str:
    key: str = env.str("SECRET_KEY", default="")
    if len(key) >= 50:
        return key
    if DEMO and not key:
        return "demo-only-" + "not-a-secret-" * 4
    raise ImproperlyConfigured(
        "SECRET_KEY must hold at least 50 random characters. "
        'Make one with: python -c "import secrets; print(secrets.token_urlsafe(50))"'
    )


SECRET_KEY = _secret_key()
# Keys of before: they still open what was encrypted or signed, until `manage.py rotate_secrets`.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Origins that may post forms when a TLS proxy stands in front, e.g. https://ehr.example.org
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = env.bool("CHARTWAVE_TLS", default=False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "fhir",
    "accounts",
    "patients",
    "vitals",
    "ehr_project",
]

MIDDLEWARE = [
    "ehr_project.headers.PrivateByDefault",
    "ehr_project.headers.PolicyOfPages",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ehr_project.static_files.CompressedStaticFiles",
    "ehr_project.headers.ClosedByDefault",
    "ehr_project.doors.DoorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.PrincipalMiddleware",
    "accounts.lock.LockMiddleware",
    "accounts.sign_in.steps.StepsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "patients.unnoted.NoteLooks",
    "ehr_project.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "ehr_project.urls"
WSGI_APPLICATION = "ehr_project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "ehr_project.components",
                "django.templatetags.static",
                "django.templatetags.i18n",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ehr_project.context.house",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    url: str = env.str("DATABASE_URL", default="")
    if not url:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set. Start with bin/run, which brings its own PostgreSQL, "
            "or set it, e.g. postgresql://chartwave_app:PASSWORD@HOST/chartwave"
        )
    parts = conninfo_to_dict(url)
    pool_size: int = env.int("CHARTWAVE_DB_POOL", default=0)
    # What a web process asks ends by itself; 0, for everything else: it takes as long as it takes.
    statement_s: int = env.int("CHARTWAVE_STATEMENT_SECONDS", default=0)
    # While the database is away a page says so soon, instead of holding a thread for half a minute.
    # Once it is back no process waits longer than that for its next try, however long it was away.
    pool = {"min_size": 1, "max_size": pool_size, "timeout": 5, "reconnect_timeout": 5}
    options: dict[str, Any] = {"pool": pool} if pool_size else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "chartwave"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        # Compiling a query costs more than running one that ends at the first fifty rows.
        "OPTIONS": {"options": f"-c jit=off -c statement_timeout={statement_s}s"} | options | parts,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"SERIALIZE": False},
    }


DATABASES = {"default": _database()}

# Limits and short memories, shared by every process.
CACHES = {"default": {"BACKEND": "accounts.cache_table.CacheTable"}}


def _rate_limits() -> dict[str, int]:
    """How often a minute (accounts/limits.py says who is counted); 0: without limit."""
    usual = {
        "failed-clients": 20,
        "tokens": 120,
        "bad-keys": 120,
        "strangers-noted": 60,
        "device": 6_000,
        "fhir": 30_000,
        "fhir-search": 1_200,
        "search": 240,
        "export": 60,
    }
    found = {}
    for name, most in usual.items():
        variable = f"CHARTWAVE_LIMIT_{name.upper().replace('-', '_')}"
        said: str = env.str(variable, default=str(most))
        if not said.isdecimal():
            raise ImproperlyConfigured(
                f'{variable} is "{said}"; write how often a minute, or 0 for without limit.'
            )
        found[name] = int(said)
    return found


RATE_LIMITS = _rate_limits()

# Private networks that sync may call, e.g. the hospital's own: 10.20.0.0/16,127.0.0.0/8
SYNC_NETWORKS = [
    str(ip_network(network)) for network in env.list("CHARTWAVE_SYNC_NETWORKS", default=[])
]
# Certificates (PEM) of the authorities that sync trusts; empty: the public ones.
SYNC_CA_FILE = env.str("CHARTWAVE_SYNC_CA", default="")
# The role that web and worker sign in with: it may not change what is written once.
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="chartwave_app")
# For how long a broken glass opens a chart: until the shift ends.
BREAK_GLASS_HOURS: int = env.int("CHARTWAVE_BREAK_GLASS_HOURS", default=12)
# After how long a critical result that nobody acknowledged goes to everybody of the facility.
CHARTWAVE_CRITICAL_MINUTES: int = env.int("CHARTWAVE_CRITICAL_MINUTES", default=30)
# Backups: where they are kept, whether the worker makes one each night, from which hour on (in the
# house's time zone), and after how many days without a verified one it is late.
BACKUPS_DIR = Path(env.str("CHARTWAVE_BACKUPS", default=str(DATA_DIR / "backups")))
BACKUP_NIGHTLY: bool = env.bool("CHARTWAVE_BACKUP_NIGHTLY", default=not DEMO)
BACKUP_HOUR: int = env.int("CHARTWAVE_BACKUP_HOUR", default=2)
BACKUP_LATE_DAYS: int = env.int("CHARTWAVE_BACKUP_LATE_DAYS", default=2)
if not (0 <= BACKUP_HOUR <= 23 and BACKUP_LATE_DAYS >= 1):
    raise ImproperlyConfigured(
        "CHARTWAVE_BACKUP_HOUR must be from 0 to 23, CHARTWAVE_BACKUP_LATE_DAYS 1 or more."
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "accounts.clients.secrets.RandomSecretHasher",  # never for passwords: the first one makes those
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.sign_in.passwords.Length"},
    {"NAME": "accounts.sign_in.passwords.NotKnown"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # the limits, before anything is hashed
    "accounts.sign_in.backend.HouseBackend",
]
# Everybody opens the door with two things, but for the demo with its invented people.
SECOND_FACTOR: bool = env.bool("CHARTWAVE_SECOND_FACTOR", default=not DEMO)
MFA_ADAPTER = "accounts.sign_in.adapter.HouseAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
# Only its second factors are used: no sign-up, no e-mail addresses.
ACCOUNT_EMAIL_VERIFICATION = "none"
AXES_HANDLER = "accounts.sign_in.attempts.SharedLimits"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_LOCKOUT_CALLABLE = "accounts.sign_in.views.too_many"
AXES_CLIENT_IP_CALLABLE = "accounts.limits.address_of"
AXES_ENABLE_ADMIN = AXES_VERBOSE = AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True

# Bearer tokens for programs: OAuth2 client credentials and nothing else of it.
TOKEN_MINUTES: int = env.int("CHARTWAVE_TOKEN_MINUTES", default=60)
if not 1 <= TOKEN_MINUTES <= 24 * 60:
    raise ImproperlyConfigured(
        "CHARTWAVE_TOKEN_MINUTES, the life of a FHIR token, must be from 1 to 1440."
    )
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.Client"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "accounts.clients.protocol.ClientCredentials",
    "CLIENT_SECRET_HASHER": "sha256-of-256-random-bits",
    "ACCESS_TOKEN_GENERATOR": "accounts.clients.secrets.new_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": TOKEN_MINUTES * 60,
    # The table holds SHA-256 of tokens, never a token.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    # What is not done here at all is closed besides, as RFC 9700 asks.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

# What the FHIR engine needs from above it (DESIGN: three ports, named by dotted path).
FHIR_PORTS = {
    "authenticate": "accounts.principals.principal_of_request",
    "visible": "patients.access.visible",
    "writable": "patients.write_access.writable",
    "record_access": "accounts.audit.record_access",
    "spend": "accounts.limits.spend",
}

# SQL that says why somebody looks, beyond treatment as usual; the audit trail notes it.
AUDIT_PURPOSE_OF_USE = "patients.purpose_of_use.BREAK_GLASS"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["vitals.api.authentication.DeviceKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "vitals.api.refusals.refuse",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chartwave device API",
    "DESCRIPTION": "Wearables upload readings and recordings here.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# The names differ by mode, so that a demo on http never shares a cookie with a real house.
_COOKIE_PREFIX = "__Host-chartwave-" if BEHIND_TLS else "chartwave-"
SESSION_COOKIE_NAME = _COOKIE_PREFIX + "session"
CSRF_COOKIE_NAME = _COOKIE_PREFIX + "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# So long after the sign-in, whatever happens meanwhile.
SESSION_COOKIE_AGE = 12 * 3600
# Without a touch for so long, the screen locks.
IDLE_MINUTES = env.int("CHARTWAVE_IDLE_MINUTES", default=15)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
# Being built into browsers is for the owner of the domain to ask for, not for a program on it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Pages lead to https. Programs are refused (ehr_project.doors), or nobody would ever notice that
# their keys travel in the clear; watchers on the same machine come over http.
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^(api|fhir|oauth)(/|$)", r"^(healthz|readyz)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
X_FRAME_OPTIONS = "DENY"
# Forms beside their files; files go to disk, and ehr_project.doors limits whole bodies.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FHIR_TOKENS_AT = "/oauth/token"
# What a body over FHIR may hold at most, unpacked: of bytes, and a Bundle of entries.
FHIR_LARGEST_BODY: int = env.int("CHARTWAVE_FHIR_BODY_MB", default=16) * 2**20
FHIR_MOST_ENTRIES: int = env.int("CHARTWAVE_FHIR_ENTRIES", default=10_000)
# "lenient" keeps a reference to nothing here as it came; "strict" refuses the resource (422).
FHIR_REFERENCES: str = env.str("CHARTWAVE_FHIR_REFERENCES", default="lenient")
if FHIR_REFERENCES not in ("lenient", "strict"):
    raise ImproperlyConfigured(
        f'CHARTWAVE_FHIR_REFERENCES is "{FHIR_REFERENCES}"; write "lenient" or "strict".'
    )

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]  # how to add a language: docs/translation.md
TIME_ZONE = env.str("CHARTWAVE_TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served straight from the folders: bin/run has no collecting step.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

SESSION_ENGINE = "accounts.sign_in.session_store"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "ehr_project.logs.WithoutWords",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # A refused request is answered and audited; what it asked for, and of which host, is
        # whatever somebody typed, so it is not logged. A fault is, by ehr_project/outage.py.
        "django.request": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        "django.security": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        # Would write the addresses that are asked of other systems, with numbers of patients.
        "urllib3": {"level": "ERROR"},
        "fhirclient": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        # Would write tokens and secrets at the level DEBUG.
        "oauthlib": {"level": "WARNING"},
        "oauth2_provider": {"level": "WARNING"},
        # Would write what was typed as a user name, which may be a password.
        "axes": {"handlers": [], "propagate": False, "level": "CRITICAL"},
    },
}
