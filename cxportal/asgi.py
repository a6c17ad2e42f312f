"""Streams: a raw ASGI application, served by granian beside the pages."""

import os

import django

from cxportal.serve import lifeline

lifeline.follow_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxportal.settings")
os.environ.setdefault("CXPORTAL_SERVICE", "streams")
django.setup()

from cxportal.core.streaming import Streams  # noqa: E402

application = Streams()
