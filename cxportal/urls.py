"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from customers.routing import stream as routing
from cxportal.core.realtime import Stream
from cxportal.serve import views as serve
from cxportal.today import stream as frame
from teams.consent.stream import agreement
from teams.leave.stream import planner
from teams.scheduling.stream import board, week

# Every live page: the streams' service finds them here, and so does the permission test.
STREAMS: list[Stream] = [
    frame.me,
    frame.today,
    agreement,
    routing.agreement,
    routing.contact,
    routing.queue,
    board,
    week,
    planner,
]
stream_urlpatterns = [stream.pattern() for stream in STREAMS]

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", serve.live, name="health-live"),
    path("health/ready", serve.ready, name="health-ready"),
    path("status/", serve.status, name="status"),
    path("streams/", include(stream_urlpatterns)),
    path("api/v1/", include("cxportal.api")),
    path("", include("cxportal.today.urls")),
    path("", include("cxportal.find.urls")),
    path("", include("cxportal.departures.urls")),
    path("", include("teams.urls")),
    path("", include("customers.urls")),
    path("", include("rituals.urls")),
]

handler500 = "cxportal.core.requests.server_error"
