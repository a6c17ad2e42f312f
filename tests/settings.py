"""The portal's settings with what tests need: fast passwords, plain static names, mail in memory, loud templates."""

from cxportal.settings import *
from cxportal.settings import DATA, STORAGES, TEMPLATES
from tests.strictness import LoudUndefined

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = LoudUndefined()  # type: ignore[index]
