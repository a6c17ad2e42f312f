"""The portal's settings with what tests need: fast passwords, plain static names, mail in memory, loud templates."""

from cxportal.settings import *  # noqa: F403
from cxportal.settings import DATA, DATABASES, STORAGES, TEMPLATES
from tests.strictness import LoudUndefined

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = LoudUndefined()  # type: ignore[index]
DATABASES["default"]["CONN_MAX_AGE"] = 0  # threads of a test give their connection back at the end of a request
