"""Addresses of the queue, of contacts and of agreements between pods."""

from __future__ import annotations

from django.urls import path

from customers.routing.views import agreements, contact, queue

AGREEMENTS = "p/<slug:slug>/overflow-agreements/"
ONE = AGREEMENTS + "<int:agreement>/"

urlpatterns = [
    path("p/<slug:slug>/queue/", queue.queue, name="queue"),
    path("p/<slug:slug>/queue/new/", queue.new_contact, name="new_contact"),
    path("p/<slug:slug>/queue/take-next/", queue.take_next, name="take_next"),
    path("contacts/<int:contact>/", contact.contact, name="contact"),
    path("contacts/<int:contact>/accept/", contact.accept, name="contact_accept"),
    path("contacts/<int:contact>/take/", contact.take, name="contact_take"),
    path("contacts/<int:contact>/decline/", contact.decline, name="contact_decline"),
    path("contacts/<int:contact>/end/", contact.end, name="contact_end"),
    path("contacts/<int:contact>/resolve/", contact.resolve, name="contact_resolve"),
    path("contacts/<int:contact>/survey-link/", contact.survey_link, name="contact_survey_link"),
    path("contacts/<int:contact>/reopen/", contact.reopen, name="contact_reopen"),
    path("contacts/<int:contact>/abandon/", contact.abandon, name="contact_abandon"),
    path("contacts/<int:contact>/hand-over/", contact.hand_over, name="contact_hand_over"),
    path("contacts/<int:contact>/take-back/", contact.take_back, name="contact_take_back"),
    path("contacts/<int:contact>/note/", contact.note, name="contact_note"),
    path(AGREEMENTS, agreements.overflow_agreements, name="overflow_agreements"),
    path(AGREEMENTS + "new/", agreements.new_overflow_agreement, name="new_overflow_agreement"),
    path(ONE, agreements.overflow_agreement, name="overflow_agreement"),
    path(ONE + "change/", agreements.change_overflow_agreement, name="change_overflow_agreement"),
    path(ONE + "sign/", agreements.sign, name="overflow_sign"),
    path(ONE + "take-back/", agreements.take_back, name="overflow_take_back"),
    path(ONE + "withdraw/", agreements.withdraw, name="overflow_withdraw"),
    path(ONE + "pause/", agreements.pause, name="overflow_pause"),
    path(ONE + "resume/", agreements.resume, name="overflow_resume"),
    path(ONE + "end/", agreements.finish, name="overflow_end"),
]
