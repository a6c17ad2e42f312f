"""Customers over the API: those of your own pods, by the same rules of ownership as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers import permissions
from customers.directory import services
from customers.directory.models import Customer, Region, Segment
from customers.directory.queries import home_pod_at
from customers.directory.search import owned_by
from cxportal.core import periods
from cxportal.core.rest.operations import Operations, PageInput, operation
from cxportal.core.rest.schema import page_of
from cxportal.core.violations import Invalid


class CustomerItem(serializers.Serializer[Any]):
    """What is known of a customer."""

    id = serializers.IntegerField()
    number = serializers.CharField(source="external_id", allow_null=True)
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    place = serializers.CharField()
    language = serializers.CharField()
    region = serializers.CharField(source="region.code", allow_null=True, default=None)
    segment = serializers.CharField(source="segment.code", allow_null=True, default=None)
    life_stage = serializers.CharField()
    since = serializers.DateField(allow_null=True)


class CustomerDetail(CustomerItem):
    """A customer with the home pod of this moment."""

    home_pod = serializers.CharField()


class CustomersInput(PageInput):
    """Filters of the list."""

    pod = serializers.SlugField(help_text="A pod in which you work.")
    number = serializers.CharField(required=False, default="", max_length=120, help_text="Only this customer number.")


class CustomerInput(serializers.Serializer[Any]):
    """What is to be known of a customer: a name or a number at least."""

    number = serializers.CharField(required=False, allow_null=True, max_length=120, source="external_id")
    name = serializers.CharField(required=False, allow_blank=True, max_length=160)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=40)
    place = serializers.CharField(required=False, allow_blank=True, max_length=160)
    language = serializers.CharField(required=False, allow_blank=True, max_length=12)
    region = serializers.SlugField(required=False, allow_null=True, help_text="Short name.")
    segment = serializers.SlugField(required=False, allow_null=True, help_text="Short name.")
    life_stage = serializers.ChoiceField(required=False, choices=Customer.LifeStage.choices)
    since = serializers.DateField(required=False, allow_null=True)

    def validate_since(self, value: dt.date | None) -> dt.date | None:
        if value is not None and not 1900 <= value.year < 2200:
            raise serializers.ValidationError(_("Send a day between 1900 and 2200."))
        return value


class CustomerOperations(Operations):
    """Customers of the pods in which you work."""

    lookup_url_kwarg = "customer"
    lookup_value_converter = "int"

    @extend_schema(summary="List customers", parameters=[CustomersInput], responses=page_of(CustomerItem, "Customer"))
    @operation(scope="customers:read")
    def list(self, request: Request) -> Response:
        """Customers whom one of your pods owns at this moment."""
        asked = self.query(request, CustomersInput)
        pod = permissions.works_in(self.person(request), asked["pod"])
        rows = Customer.objects.select_related("region", "segment").filter(owned_by([pod.pk], periods.now()))
        if asked["number"]:
            rows = rows.filter(external_id=asked["number"])
        return self.page(rows, asked, order=["id"], item=CustomerItem)

    @extend_schema(summary="Read a customer", responses=CustomerDetail)
    @operation(scope="customers:read", fetch=permissions.customer_read)
    def retrieve(self, request: Request, known: permissions.Known) -> Response:
        return Response(CustomerItem(known.customer).data | {"home_pod": known.home.slug})

    @extend_schema(summary="Add a customer", request=CustomerInput, responses={201: CustomerDetail})
    @operation(scope="customers:write", fetch=permissions.reporter)
    def create(self, request: Request, reporter: permissions.Reporter) -> Response:
        """The ownership rules say whose customer it is, which need not be your pod."""
        customer = services.create_customer(by=reporter.user, **_details(self.read(request, CustomerInput)))
        return Response(_told(customer), status=201)

    @extend_schema(summary="Change what is known", request=CustomerInput, responses=CustomerDetail)
    @operation(scope="customers:write", fetch=permissions.customer_change)
    def partial_update(self, request: Request, known: permissions.Known) -> Response:
        """Only what is sent changes. A new region or segment may change the home pod from now on."""
        details = _details(self.read(request, CustomerInput))
        customer = known.customer
        if details:
            customer = services.change_customer(by=known.user, customer=customer, **details)
        return Response(_told(customer))


def _told(customer: Customer) -> dict[str, Any]:
    owner = home_pod_at(customer.pk)
    return CustomerItem(customer).data | {"home_pod": owner.pod.slug if owner else None}


def _details(sent: dict[str, Any]) -> dict[str, Any]:
    """The service's fields: region and segment by their short names."""
    found = dict(sent)
    for name, model in (("region", Region), ("segment", Segment)):
        if found.get(name):
            row = model._default_manager.filter(code=found[name]).first()
            if row is None:
                raise Invalid({name: _("There is no %(code)s.") % {"code": found[name]}})
            found[name] = row
    return found
