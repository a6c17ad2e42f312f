"""Pages and API: Django's WSGI application, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from cxportal.serve import lifeline
from cxportal.serve.warm import warm

lifeline.follow_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxportal.settings")
os.environ.setdefault("CXPORTAL_SERVICE", "pages")

application = get_wsgi_application()
warm()
