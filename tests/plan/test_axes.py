from __future__ import annotations

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.axes import Axes
from ganpipe.spec.explain import validated


def cells(**content: object) -> list[dict[str, object]]:
    return list(validated(Axes, content, "axes").cells())


def test_no_axes_are_one_cell() -> None:
    assert cells() == [{}]


def test_a_grid_is_every_combination_the_last_axis_fastest() -> None:
    assert cells(grid={"a": [1, 2], "b": [3, 4]}) == [{"a": a, "b": b} for a in (1, 2) for b in (3, 4)]


def test_zipped_lists_go_in_step_and_multiply_the_grid() -> None:
    found = cells(grid={"a": [1, 2]}, zip={"b": [3, 4], "c": [5, 6]})
    assert found == [{"a": a, "b": b, "c": c} for a in (1, 2) for b, c in ((3, 5), (4, 6))]


def test_random_cells_are_the_same_every_time_and_more_samples_keep_the_first() -> None:
    fields = {"x": {"uniform": [1.0, 2.0]}, "y": {"log_uniform": [1e-5, 1e-2]}, "z": {"choice": ["a", "b"]}}
    few, many = (cells(random={"samples": samples, "fields": fields}) for samples in (5, 200))
    assert many[:5] == few
    assert cells(random={"samples": 5, "seed": 1, "fields": fields}) != few
    assert all(1.0 <= cell["x"] <= 2.0 for cell in many)
    assert all(1e-5 <= cell["y"] <= 1e-2 for cell in many)
    assert {cell["z"] for cell in many} == {"a", "b"}
    # Uniform in the logarithm: a third of the values in each of the three decades.
    assert 40 < sum(cell["y"] < 1e-4 for cell in many) < 95


def test_random_numbers_can_be_typed_by_hand() -> None:
    (cell,) = cells(random={"samples": 1, "fields": {"x": {"log_uniform": [0.001, 0.01]}}})
    assert len(str(cell["x"]).replace("0.", "").lstrip("0")) <= 4


def test_a_cell_drawn_twice_counts_once() -> None:
    found = cells(random={"samples": 20, "fields": {"x": {"choice": [1, 2]}}})
    assert sorted(cell["x"] for cell in found) == [1, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"gird": {}}, "axes: gird: unknown key; did you mean grid?"),
        ({"grid": {"a": 1}}, "axes: grid.a: should be a list, got 1"),
        ({"grid": {"a": []}}, "axes: grid.a: needs 1 or more entries, got 0"),
        ({"grid": {"a": [1, 2, 1]}}, "axes: grid.a: 1 stands twice"),
        ({"zip": {"a": [1, 2], "b": [1]}}, "axes: lists in zip must be equally long, got 2 for a, 1 for b"),
        ({"grid": {"a": [1]}, "zip": {"a": [1]}}, "axes: a stands in more than one of grid, zip and random"),
        ({"random": {"samples": 0, "fields": {}}}, "axes: random.samples: should be greater than or equal to 1, got 0"),
        ({"random": {"samples": 1, "fields": {}}}, "axes: random.fields: needs 1 or more entries, got 0"),
        ({"random": {"samples": 1, "fields": {"a": [1]}}}, "axes: random.fields.a: should be a mapping, got a list"),
        (
            {"random": {"samples": 1, "fields": {"a": {"loguniform": [1, 2]}}}},
            "axes: random.fields.a.loguniform: unknown key; did you mean log_uniform?",
        ),
        (
            {"random": {"samples": 1, "fields": {"a": {"uniform": [1, 2], "choice": [1]}}}},
            "axes: random.fields.a: give one of uniform, log_uniform and choice",
        ),
        (
            {"random": {"samples": 1, "fields": {"a": {"uniform": [2, 1]}}}},
            "axes: random.fields.a: uniform: expected a low and a higher value, got [2.0, 1.0]",
        ),
        (
            {"random": {"samples": 1, "fields": {"a": {"log_uniform": [0, 1]}}}},
            "axes: random.fields.a: log_uniform: expected a low value above 0 and a higher one, got [0.0, 1.0]",
        ),
        (
            {"random": {"samples": 1, "fields": {"a": {"log_uniform": ["1e-5", 1]}}}},
            "axes: random.fields.a.log_uniform.0: '1e-5' is text in YAML; write 1.0e-05",
        ),
    ],
)
def test_wrong_axes_are_one_line(content: dict[str, object], message: str) -> None:
    with pytest.raises(GanpipeError) as caught:
        cells(**content)
    assert str(caught.value) == message
