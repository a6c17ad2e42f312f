"""Addresses of the customers pages."""

from __future__ import annotations

from django.urls import path

from customers.profile import views

urlpatterns = [
    path("p/<slug:slug>/customers/", views.customers, name="customers"),
    path("p/<slug:slug>/customers/new/", views.new_customer, name="new_customer"),
    path("customers/<int:customer>/", views.customer, name="customer"),
    path("customers/<int:customer>/change/", views.change_customer, name="change_customer"),
]
