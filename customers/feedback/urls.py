"""Addresses of the customer's page."""

from django.urls import path

from customers.feedback import views

urlpatterns = [
    path("s/<str:token>/", views.survey, name="survey"),
]
