"""Settings: read from the environment, every value optional, documented in docs/operations.md."""

import os
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from cxportal.serve import embedded, environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = os.environ

# Where it runs -----------------------------------------------------------------------------------
DATA = Path(env.get("CXPORTAL_DATA") or BASE_DIR / ".data").resolve()
ORIGIN = environment.production_origin(env)
PRODUCTION = bool(ORIGIN)
DEBUG = environment.is_on(env.get("CXPORTAL_DEBUG"), default=False) and not PRODUCTION
HOST = env.get("CXPORTAL_HOST") or "127.0.0.1"
PORT = environment.port_number(env.get("PORT") or "8000", "PORT")
STREAMS_PORT = environment.port_number(env.get("CXPORTAL_STREAMS_PORT") or str(PORT + 1), "CXPORTAL_STREAMS_PORT")
# Behind a proxy pages and streams share one origin; alone the streams have a port of their own.
STREAMS_SAME_ORIGIN = environment.is_on(env.get("CXPORTAL_STREAMS_SAME_ORIGIN"), default=PRODUCTION)
DEMO = environment.is_on(env.get("CXPORTAL_DEMO"), default=not PRODUCTION)

SECRET_KEY = environment.secret_key(env, DATA, production=PRODUCTION)
# The loopback names serve the supervisor's own questions for health.
ALLOWED_HOSTS = [*environment.LOOPBACK, *environment.served_names(ORIGIN, HOST)]
CSRF_TRUSTED_ORIGINS = [ORIGIN] if PRODUCTION else []

# What it is made of ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "lucide",
    "pghistory",
    "pgtrigger",
    "procrastinate.contrib.django",
    "rest_framework",
    "cxportal.core",
    "teams",
    "customers",
    "rituals",
    "cxportal.departures",
    "cxportal.serve",
    "cxportal.demo",
]
MIDDLEWARE = [
    "cxportal.core.requests.RequestLogMiddleware",
    "cxportal.core.requests.DatabaseAwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cxportal.core.browsers.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cxportal.core.browsers.CrossSite",
    "cxportal.core.browsers.People",
    "cxportal.core.browsers.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "cxportal.core.http.AnswersMiddleware",
]
ROOT_URLCONF = "cxportal.urls"
WSGI_APPLICATION = "cxportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.csp",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cxportal.shell.context",
            ],
        },
    },
]

# The database ------------------------------------------------------------------------------------
# Tables belong to the owner's role, which migrates; everything else runs as the application's role.
AS_OWNER = environment.is_on(env.get("CXPORTAL_AS_OWNER"), default=False)
DATABASE_URL = env.get("DATABASE_URL", "")
DATABASE_OWNER_URL = env.get("DATABASE_OWNER_URL", "")
EMBEDDED = not DATABASE_URL
SERVICE = env.get("CXPORTAL_SERVICE") or "commands"
THREADS = environment.whole_number(env.get("CXPORTAL_THREADS") or "4", "CXPORTAL_THREADS", 1)

APP_ADDRESS = environment.database_address(DATABASE_URL) if DATABASE_URL else embedded.address(DATA)
OWNER_ADDRESS = APP_ADDRESS
if DATABASE_OWNER_URL:
    OWNER_ADDRESS = environment.database_address(DATABASE_OWNER_URL, "DATABASE_OWNER_URL")
elif EMBEDDED:
    OWNER_ADDRESS = embedded.address(DATA, owner=True)
_address = OWNER_ADDRESS if AS_OWNER else APP_ADDRESS
# A lock is asked for 3 s at most; pages are cut after 20 s, commands and jobs may compute for longer.
_timeouts = "-c lock_timeout=3s -c statement_timeout=" + ("20s" if SERVICE == "pages" else "0")
_pooled = SERVICE in {"pages", "streams", "jobs"} and not AS_OWNER

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _address.host,
        "PORT": _address.port,
        "NAME": _address.name,
        "USER": _address.user,
        "PASSWORD": _address.password,
        # Services with threads share a pool; single commands keep one connection.
        "CONN_MAX_AGE": 0 if _pooled else None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **dict(_address.options),
            "application_name": f"cxportal-{SERVICE}",
            "options": "" if AS_OWNER else _timeouts,
            "pool": {"min_size": 1, "max_size": max(4, THREADS + 2), "timeout": 10} if _pooled else False,
        },
    },
}
# A room's jobs stand in its tasks.py, wherever the room is.
PROCRASTINATE_IMPORT_PATHS = [
    ".".join(found.relative_to(BASE_DIR).with_suffix("").parts)
    for floor in ("teams", "customers", "rituals", "cxportal")
    for found in sorted(BASE_DIR.glob(f"{floor}/*/tasks.py"))
]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# People ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "teams.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "teams.people.forms.SignInForm",
    "reset_password": "teams.people.forms.ForgotForm",
    "change_password": "teams.people.forms.OwnPasswordForm",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# How many proxies stand in front decides which address of X-Forwarded-For is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.whole_number(
    env.get("CXPORTAL_PROXIES") or ("1" if PRODUCTION else "0"), "CXPORTAL_PROXIES"
)
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "login": "60/m/ip"}
USERSESSIONS_TRACK_ACTIVITY = False

# Safety ------------------------------------------------------------------------------------------
_secure = ORIGIN.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Two portals on one machine differ by port only, and cookies don't know ports.
_suffix = "" if PRODUCTION else f"_{PORT}"
SESSION_COOKIE_NAME = f"cxportal_session{_suffix}"
CSRF_COOKIE_NAME = f"cxportal_csrf{_suffix}"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_SSL_REDIRECT = _secure
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31536000 if _secure else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF] if STREAMS_SAME_ORIGIN else [CSP.SELF, f"http://*:{STREAMS_PORT}"],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# Records of who changed what: the request's person travels on writing methods only.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# Languages and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["cxportal.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# Files -------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.get("CXPORTAL_STATIC") or DATA / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cxportal.core.static_files.Storage"},
}
MEDIA_ROOT = DATA / "files"

# Mail: without a server every message is kept in the portal and shown to administrators ----------
MAIL_HOST = env.get("CXPORTAL_SMTP_HOST", "")
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": MAIL_HOST,
            "port": environment.port_number(env.get("CXPORTAL_SMTP_PORT") or "587", "CXPORTAL_SMTP_PORT"),
            "username": env.get("CXPORTAL_SMTP_USER", ""),
            "password": env.get("CXPORTAL_SMTP_PASSWORD", ""),
            "use_tls": environment.is_on(env.get("CXPORTAL_SMTP_TLS"), default=True),
            "timeout": 10,
        },
    }
    if MAIL_HOST
    else {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"},
}
DEFAULT_FROM_EMAIL = env.get("CXPORTAL_MAIL_FROM") or "cxportal@localhost"

# API ---------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "cxportal.core.rest.schema.Description",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "teams.people.authentication.BearerAuthentication",
        "teams.people.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cxportal.core.rest.parsing.StrictJSONParser"],
    "EXCEPTION_HANDLER": "cxportal.core.rest.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "cxportal",
    "DESCRIPTION": "Pods, weeks, contacts and scorecards: the same services, rules and numbers as the pages.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cxportal.core.rest.schema.add_refusals",
    ],
}

# Jobs: what went well is forgotten, what failed stays to be seen ------------------------------------
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}

# Logs: one JSON object a line on standard error, with the request's id ----------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "cxportal.core.logs.JsonFormatter", "service": SERVICE}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "django": {"level": "WARNING", "handlers": [], "propagate": True},
        "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        "cxportal": {"level": "INFO"},
        "procrastinate": {"level": "INFO" if SERVICE == "jobs" else "WARNING"},
    },
}
