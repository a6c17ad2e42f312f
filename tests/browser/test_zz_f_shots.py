"""Throwaway."""

from __future__ import annotations
import os
import pytest
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from teams.people import links, services, tokens
from teams.people.models import User
from teams.pods.services import add_pod
from tests.factories import people

OUT = "/tmp/cx/f"


def test_shots(portal: Portal, cast: Cast) -> None:
    os.makedirs(OUT, exist_ok=True)
    people.skill("German", cast.member)
    services.change_person(by=cast.administrator, person=cast.member, category=3)
    add_pod(by=cast.administrator, name="Weser", area=cast.north)
    ada = cast.administrator
    new = services.add_person(by=ada, name="Nora Neu", email="nora@example.org")
    inv, secret = links.invite(by=ada, person=new)
    tokens.create_token(by=ada, user=ada, name="Nightly sync", scopes=["contacts:read"])
    pages = {
        "index": "/settings/",
        "company": "/settings/company/",
        "areas": "/settings/areas/",
        "pods": "/settings/pods/",
        "pod": "/settings/pods/isar/",
        "podpeople": "/settings/pods/isar/people/",
        "hours": "/settings/pods/isar/hours/",
        "hoursof": "/settings/pods/isar/hours/phone/",
        "people": "/settings/people/",
        "newperson": "/settings/people/new/",
        "person": f"/settings/people/{cast.member.pk}/",
        "nora": f"/settings/people/{new.pk}/",
        "contract": f"/settings/people/{cast.member.pk}/contract/",
        "limits": "/settings/limits/",
        "template": "/settings/limits/template/",
        "alltokens": "/settings/tokens/",
        "tokens": "/account/tokens/",
        "devices": "/account/devices/",
        "password": "/account/password/",
        "history": "/history/",
        "setup": "/p/weser/setup/",
        "setupopen": "/p/isar/setup/",
        "agreement": "/p/isar/agreement/",
        "podhistory": "/p/isar/history/",
        "historyperson": f"/history/person/{cast.member.pk}/",
    }
    bad = []
    for look in os.environ.get("LOOKS", "wide,dark,phone").split(","):
        tab = portal.page(ada, phone=look == "phone", dark=look == "dark")
        for name, path in pages.items():
            tab.goto(path)
            try:
                assert_sound(tab)
            except AssertionError as error:
                bad.append(f"{look} {name}: {error}")
            tab.screenshot(path=f"{OUT}/{name}-{look}.png", full_page=True)
        out = portal.page(phone=look == "phone", dark=look == "dark")
        for name, path in {
            "login": "/account/login/",
            "forgot": "/account/password/forgot/",
            "sent": "/account/password/sent/",
            "invite": f"/account/invitation/{secret}/",
        }.items():
            out.goto(path)
            try:
                assert_sound(out)
            except AssertionError as error:
                bad.append(f"{look} {name}: {error}")
            out.screenshot(path=f"{OUT}/{name}-{look}.png", full_page=True)
        out.goto("/account/login/")
        out.fill("#id_login", "x@example.org")
        out.fill("#id_password", "wrong")
        out.click("button.primary")
        out.screenshot(path=f"{OUT}/loginerror-{look}.png", full_page=True)
    print("\n\n".join(bad))
    assert not bad
