"""Lists as files: what the imports of areas, pods, skills and people take, refuse and take back."""

from __future__ import annotations

import pytest

from cxportal.core import imports, lists
from cxportal.core.models import ImportRun
from cxportal.core.violations import Invalid, Refused
from teams.people.links import invite, make_link, open_link, set_password
from teams.people.models import User
from teams.pods.models import Area, Membership, Pod
from teams.skills.models import MemberSkill, Skill
from tests.cast import Cast


def take(cast: Cast, kind: str, text: str) -> ImportRun:
    tried = imports.try_out(by=cast.administrator, kind=kind, name=f"{kind}.csv", content=text.encode())
    return imports.take(by=cast.administrator, run=tried)


def words(run: ImportRun) -> list[str]:
    return [f"{line['number']} {line['action']} {line['words']}" for line in run.report]


def test_areas_are_new_changed_or_the_same(cast: Cast) -> None:
    run = take(cast, "areas", "name,slug\nWest,\nSouthern pods,south\nNorth,north\n")
    assert [line.split()[1] for line in words(run)] == ["new", "changed", "same"]
    assert Area.objects.get(slug="south").name == "Southern pods"
    imports.take_back(by=cast.administrator, run=run)
    assert Area.objects.get(slug="south").name == "South"
    assert not Area.objects.filter(slug="west").exists()


def test_capitals_in_a_heading_are_no_other_column(cast: Cast) -> None:
    take(cast, "areas", "Name, SLUG\nWest,west\n")
    assert Area.objects.filter(slug="west", name="West").exists()
    with pytest.raises(Invalid, match="stands twice"):
        take(cast, "areas", "Name,name,slug\nA,B,c\n")


def test_an_export_comes_back_without_a_change(cast: Cast) -> None:
    for kind in ("areas", "pods", "people"):
        text = "".join(lists.export_lines(lists.lists()[kind]))
        run = take(cast, kind, text)
        assert {line["action"] for line in run.report} == {"same"}, words(run)


def test_a_pod_needs_an_area_and_a_zone_that_exist(cast: Cast) -> None:
    run = take(cast, "pods", "name,area,zone\nWeser,South,\nSpree,Atlantis,\nRhein,South,Mars/Base\n")
    assert [line["action"] for line in run.report] == ["new", "rejected", "rejected"]
    assert "There is no area “Atlantis”" in words(run)[1]
    assert (run.imported, run.rejected) == (1, 2)
    imports.take_back(by=cast.administrator, run=run)
    assert not Pod.objects.filter(slug="weser").exists()


def test_a_pod_that_is_used_meanwhile_is_not_taken_back(cast: Cast) -> None:
    run = take(cast, "pods", "name,area\nWeser,South\n")
    Membership.objects.create(member=cast.stranger, pod=Pod.objects.get(slug="weser"), period=("2026-01-01", None))
    with pytest.raises(Refused):
        imports.take_back(by=cast.administrator, run=run)
    assert Pod.objects.filter(slug="weser").exists()


def test_people_come_with_pod_and_skills_and_go_again(cast: Cast) -> None:
    Skill.objects.create(name="German", slug="german")
    text = "name;email;external_id;pod;leads;skills\nNora Neu;nora@example.org;N1;isar;yes;German:3\n"
    run = take(cast, "people", text)
    nora = User.objects.get(external_id="N1")
    home = Membership.objects.get(member=nora)
    assert (home.pod, home.is_lead) == (cast.isar, True)
    assert MemberSkill.objects.get(member=nora).level == 3
    imports.take_back(by=cast.administrator, run=run)
    assert not User.objects.filter(external_id="N1").exists()


def test_a_person_who_signed_in_meanwhile_stays(cast: Cast) -> None:
    run = take(cast, "people", "name,email\nNora Neu,nora@example.org\n")
    nora = User.objects.get(email="nora@example.org")
    _row, _secret = invite(by=cast.administrator, person=nora)
    _link, secret = make_link(by=cast.administrator, person=nora)
    way = open_link(secret)
    assert way is not None
    set_password(by=nora, way=way, password="a long enough phrase")
    with pytest.raises(Refused):
        imports.take_back(by=cast.administrator, run=run)


def test_a_known_person_moves_and_moves_back(cast: Cast) -> None:
    run = take(cast, "people", f"name,email,pod\nMara Berg,{cast.member.email},elbe\n")
    cast.member.refresh_from_db()
    assert cast.member.name == "Mara Berg"
    assert Membership.objects.filter(member=cast.member, pod=cast.elbe, kind="home").exists()
    imports.take_back(by=cast.administrator, run=run)
    cast.member.refresh_from_db()
    assert cast.member.name == "Mara Jung"
    home = Membership.objects.get(member=cast.member)
    assert (home.pod, home.period.upper) == (cast.isar, None)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",x@example.org,,,,", "name is empty"),
        ("Nora,not an email,,,,", "valid email"),
        ("Nora,,,nowhere,,", "no pod “nowhere”"),
        ("Nora,,,,,Klingon", "no skill “Klingon”"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_with_the_reason(cast: Cast, row: str, why: str) -> None:
    run = take(cast, "people", f"name,email,external_id,pod,leads,skills\n{row}\n")
    assert run.rejected == 1
    assert why in words(run)[0]
    assert not User.objects.filter(name="Nora").exists()


def test_a_file_that_says_nothing_of_leading_leaves_who_leads(cast: Cast) -> None:
    home = Membership.objects.filter(member=cast.lead, kind="home", is_lead=True)
    who = f"{cast.lead.name},{cast.lead.email},isar"
    assert [line["action"] for line in take(cast, "people", f"name,email,pod\n{who}\n").report] == ["same"]
    assert home.exists()
    take(cast, "people", f"name,email,pod,leads\n{who},no\n")
    assert not home.exists()
    assert "Write yes or no" in words(take(cast, "people", f"name,email,pod,leads\n{who},perhaps\n"))[0]


def test_a_long_name_is_found_again_by_the_short_name_that_it_got(cast: Cast) -> None:
    text = "name\naaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeee\n"
    assert take(cast, "areas", text).report[0]["action"] == "new"
    assert take(cast, "areas", text).report[0]["action"] == "same"
    text = "name,slug\nSpree and Havel,Spree Havel\n"
    assert take(cast, "areas", text).report[0]["action"] == "new"
    assert take(cast, "areas", text).report[0]["action"] == "same"
