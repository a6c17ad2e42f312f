"""Charts place every number where its axis says, and hand out nothing that a style would be needed for."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxportal.core.charts import Curve, Frame, Line, Mark, nice_ticks, number, point_chart, range_bar, spark
from cxportal.core.statistics import Interval

FRAME = Frame()


def mark(key: int, x: float, y: float, half: float = 3.0, **more: object) -> Mark:
    base = Mark(
        key=key,
        name=f"Pod {key}",
        x=x,
        y=y,
        interval=Interval(y - half, y + half),
        label=f"Pod {key}: {x} customers",
        tip=(f"Pod {key}", "3 of 4"),
    )
    return dataclasses.replace(base, **more)  # type: ignore[arg-type]


def draw(*marks: Mark, **more: object):
    options: dict[str, object] = {"level": Line(82.0, "company 82.0"), "x_format": str, "y_format": str}
    return point_chart(marks, **(options | more))  # type: ignore[arg-type]


def test_a_point_stands_where_its_axes_say() -> None:
    chart = draw(mark(1, 1000, 80), mark(2, 2000, 86))
    one, two = chart.dots
    low, high = float(chart.y_ticks[0].label), float(chart.y_ticks[-1].label)
    expected = FRAME.bottom - (80 - low) / (high - low) * (FRAME.bottom - FRAME.top)
    assert float(one.cy) == pytest.approx(expected, abs=0.1)
    assert float(one.cx) < float(two.cx)
    assert float(one.cy) > float(two.cy)  # less satisfied is lower on the page


def test_the_whisker_covers_the_interval() -> None:
    chart = draw(mark(1, 1000, 80, half=5))
    found = re.fullmatch(r"M([\d.]+) ([\d.]+)V([\d.]+)", chart.dots[0].whisker)
    assert found is not None
    assert float(found[2]) < float(chart.dots[0].cy) < float(found[3])


def test_the_axis_holds_every_whisker_but_not_those_of_muted_points() -> None:
    narrow = draw(mark(1, 10, 82, half=2), mark(2, 20, 82, half=40, muted=True))
    wide = draw(mark(1, 10, 82, half=2), mark(2, 20, 82, half=40))
    assert narrow.y_from > wide.y_from


def test_satisfaction_never_leaves_nought_to_a_hundred() -> None:
    chart = draw(mark(1, 10, 99, half=4), mark(2, 20, 1, half=4))
    values = [float(t.label) for t in chart.y_ticks]
    assert values[0] == 0
    assert values[-1] == 100


def test_names_never_cover_a_point_or_another_name() -> None:
    chart = draw(*(mark(i, 100, 80) for i in range(9)))
    places = [(dot.name.x, dot.name.y) for dot in chart.dots if dot.name is not None]
    assert 0 < len(places) <= 4
    assert len(set(places)) == len(places)


def test_a_selected_point_is_named_before_others() -> None:
    crowd = [mark(i, 100, 80) for i in range(5)]
    chart = draw(*crowd, mark(9, 100, 80, selected=True))
    assert next(dot for dot in chart.dots if dot.mark.key == 9).name is not None


def test_a_muted_point_has_no_name_until_it_is_selected() -> None:
    assert draw(mark(1, 5, 80, muted=True)).dots[0].name is None
    assert draw(mark(1, 5, 80, muted=True, selected=True)).dots[0].name is not None


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 100)), max_size=40))
def test_everything_stays_inside_the_drawing(points: list[tuple[float, float]]) -> None:
    chart = draw(*(mark(i, x, y) for i, (x, y) in enumerate(points)))
    for dot in chart.dots:
        assert FRAME.left - 0.1 <= float(dot.cx) <= FRAME.right + 0.1
        assert FRAME.top - 0.1 <= float(dot.cy) <= FRAME.bottom + 0.1
        assert float(dot.tip.x) >= 0
        assert float(dot.tip.x) + float(dot.tip.width) <= FRAME.width
        assert FRAME.top - 0.1 <= float(dot.tip.y) <= FRAME.bottom
    for tick in (*chart.x_ticks, *chart.y_ticks):
        assert "," not in tick.at


def test_no_point_at_all_still_gives_axes() -> None:
    chart = draw()
    assert len(chart.y_ticks) >= 2
    assert chart.dots == ()


def test_a_middle_line_at_the_right_edge_has_its_words_on_the_left() -> None:
    chart = draw(mark(1, 10, 80), mark(2, 1000, 80), middle=Line(1000, "median 1,000 customers served"))
    assert chart.middle_text is not None
    assert chart.middle_text.anchor == "end"
    assert draw(mark(1, 10, 80), middle=Line(10, "m")).middle != ""


def test_limit_curves_are_paths_of_the_points_inside_both_axes() -> None:
    curve = Curve(((10, 20.0), (50, 78.0), (100, 79.0), (1e9, 81.0)), "limit")
    chart = draw(mark(1, 100, 80), curves=[curve], x_from_zero=True)
    (path,) = chart.curves
    assert path.d.count("L") == 1
    assert path.kind == "limit"
    assert chart.x_ticks[0].label in {"0", "0.0"}
    assert draw(mark(1, 100, 80), curves=[Curve(((1e9, 1.0),), "limit")]).curves[0].d == ""


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_enclose_their_range_in_equal_round_steps(low: float, span: float) -> None:
    ticks = nice_ticks(low, low + span)
    unseen = 1e-6 * max(1, abs(low), span)
    assert ticks[0] <= low + unseen
    assert ticks[-1] >= low + span - unseen
    assert 2 <= len(ticks) <= 14


def test_the_words_of_the_line_across_stand_where_no_point_is() -> None:
    free = draw(mark(1, 10, 82), mark(2, 20, 70))
    crowd = [mark(i, 1130 - i % 4, 81 + i % 3) for i in range(1, 13)]
    crowded = draw(mark(0, 10, 70), *crowd)
    assert float(crowded.level_text.x) < float(free.level_text.x)
    taken = {(float(dot.cx), float(dot.cy)) for dot in crowded.dots}
    left, base = float(crowded.level_text.x), float(crowded.level_text.y)
    right = left + 6.4 * len(crowded.level_text.words)
    assert not any(left - 7 < x < right + 7 and base - 19 < y < base + 11 for x, y in taken)


def test_a_spark_breaks_where_a_value_is_missing_and_marks_the_launch() -> None:
    line = spark([1.0, 2.0, None, 3.0], launch=2)
    assert line is not None
    assert line.d.count("M") == 2
    assert line.d.count("L") == 1
    assert (line.end_x, line.end_y) == ("115.0", "3.0")
    assert line.launch == number(3 + 2 * (118 - 6) / 3)


def test_a_spark_of_one_value_is_no_line() -> None:
    assert spark([None, 4.0]) is None
    assert spark([]) is None


def test_a_flat_spark_runs_through_the_middle() -> None:
    line = spark([5.0, 5.0])
    assert line is not None
    assert line.end_y == "13.0"
    assert line.launch == ""


def test_a_range_bar_is_cut_at_the_axis_and_never_vanishes() -> None:
    bar = range_bar(Interval(60, 80), 75, Interval(70, 90), level=80)
    assert (bar.x, bar.width, bar.at, bar.level) == ("0.0", "37.0", "18.5", "37.0")
    assert range_bar(Interval(80, 80), 80, Interval(70, 90)).width == "2.0"


def test_what_lies_off_the_scale_is_pointed_at_and_never_drawn_on_it() -> None:
    bar = range_bar(Interval(46, 80), 65, Interval(75, 100))
    assert bar.at == ""
    assert bar.below
    assert not bar.above
    inside = range_bar(Interval(80, 90), 85, Interval(75, 100))
    assert (inside.below, inside.above) == ("", "")


def test_coordinates_never_show_a_minus_nought() -> None:
    assert number(-0.01) == "0.0"
    assert number(-1.25) in {"-1.2", "-1.3"}
