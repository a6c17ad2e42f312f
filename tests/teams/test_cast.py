"""The cast stands where it says."""

from teams.pods.queries import standing
from tests.cast import Cast


def test_the_cast_stands_where_it_says(cast: Cast) -> None:
    assert standing(cast.member).home == cast.isar.pk
    assert standing(cast.guest).member_of == {cast.isar.pk, cast.elbe.pk}
    assert standing(cast.coach).coach == {cast.isar.pk}
    assert standing(cast.lead).leads == {cast.isar.pk}
    assert standing(cast.administrator).is_administrator
    assert standing(cast.operations_lead).has("operations_lead", cast.south.pk)
    assert not standing(cast.other_operations_lead).has("operations_lead", cast.south.pk)
    assert not standing(cast.stranger).pods
