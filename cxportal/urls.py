"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.account.urls")),
    path("api/v1/", include("cxportal.api")),
    path("", include("teams.urls")),
    path("", include("customers.urls")),
    path("", include("rituals.urls")),
]
