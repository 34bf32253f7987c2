from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from ganpipe.errors import GanpipeError
from ganpipe.reporting.figures import theory
from ganpipe.reporting.figures.theory import setgan_gradients
from ganpipe.theory.catalogue import FIGURES

PUBLISHED = Path(__file__).parents[3] / "results" / "published" / "theory"


@pytest.fixture(autouse=True, scope="module")
def few_sets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setgan_gradients, "SETS", 100)
        yield


def lines(figure: Figure, panel: int) -> list[np.ndarray]:
    return [np.asarray(line.get_xydata()) for line in figure.axes[panel].lines]


@cache
def drawn(name: str) -> tuple[pd.DataFrame, Figure]:
    numbers = theory.DRAWINGS[name].numbers()
    return numbers, theory.draw(name, numbers)


def test_every_figure_of_the_catalogue_is_drawn() -> None:
    assert list(theory.DRAWINGS) == list(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_three_files_of_the_same_bytes_each_time(name: str, tmp_path: Path) -> None:
    first, second = (theory.write(name, tmp_path / folder) for folder in ("a", "b"))
    assert [path.name for path in first] == [f"{name}.csv", f"{name}.svg", f"{name}.png"]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert len(list((tmp_path / "a").iterdir())) == 3


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_says_what_it_is(name: str) -> None:
    _, figure = drawn(name)
    shared = {id(axes) for axes in figure.axes if not axes.yaxis.get_tick_params()["labelleft"]}
    for axes in figure.axes:
        assert axes.get_xlabel()
        assert axes.get_ylabel() or id(axes) in shared
        assert axes.get_title(loc="left")
    assert FIGURES[name].paper in figure.get_suptitle()
    assert figure.get_suptitle().endswith(FIGURES[name].title)


def test_figure_2_shows_the_regions_and_what_packing_sees() -> None:
    numbers, figure = drawn("pacgan_figure2")
    packing = numbers[numbers["part"] == "packing"].set_index(["distribution", "x"])["y"]
    assert packing["Q1"].to_list() == pytest.approx([0.2, 0.36, 0.488, 0.5904, 0.67232])
    assert packing["Q2"].to_list() == pytest.approx([0.2, 0.24, 0.284, 0.3392, 0.34072])
    assert [line[:, 1].tolist() for line in lines(figure, 1)] == [packing["Q1"].to_list(), packing["Q2"].to_list()]
    assert [lines(figure, panel)[0][1].tolist() for panel in (2, 3)] == [[0.0, 0.2], [0.3, 0.5]]
    p, q1, _ = lines(figure, 0)
    assert p[:, 1].max() == 1.0
    assert (q1[:, 0].min(), q1[:, 1].max()) == (0.2, 1.25)


def test_figure_3_shades_each_family_over_all_pairs() -> None:
    numbers, figure = drawn("pacgan_figure3")
    found = numbers.set_index(["family", "m"])
    assert found.loc[("all", 10)].to_list() == pytest.approx([0.26638, 0.68818], abs=2e-5)
    assert found.loc[("with_collapse", 2)].to_list() == pytest.approx([0.19158, 0.2079], abs=2e-5)
    assert found.loc[("without_collapse", 5)].to_list() == pytest.approx([0.18888, 0.24867], abs=2e-5)
    assert [len(axes.collections) for axes in figure.axes] == [1, 2, 2]
    assert lines(figure, 2)[-1][4].tolist() == [5, found.loc[("without_collapse", 5), "upper"]]


def test_the_gradients_are_those_of_the_equations() -> None:
    numbers, figure = drawn("setgan_gradients")
    keys: list[Any] = ["panel", "quantity", "set_size", "dimension", "alpha"]
    values = numbers[numbers["panel"] != "epsilon"].set_index(keys)["value"]
    assert values["dimension", "exact", 1, 10, 1.0] == pytest.approx(0.3427, abs=5e-5)
    assert values["dimension", "approximation", 1, 10, 1.0] == pytest.approx(0.3162, abs=5e-5)
    assert values["alpha", "approximation", 5, 64, 1.0] == pytest.approx(100 / np.sqrt(320))
    simulated = numbers[numbers["quantity"] == "simulated"]
    assert (simulated["standard_error"] > 0).all()
    assert [len(axes.lines) for axes in figure.axes] == [9, 9, 9]


def test_proposition_1_ends_where_it_has_to() -> None:
    numbers, _ = drawn("bgan_proposition1")
    size = numbers[numbers["panel"] == "size"].set_index(["batch_size", "log_ratio"])["discriminator"]
    assert size[1, 1.5] == pytest.approx(1 / (1 + np.exp(-1.5)))
    assert (size.xs(0.0, level="log_ratio") - 0.5).abs().max() < 1e-12
    pure = numbers[(numbers["panel"] == "smoothing") & (numbers["gamma"] == 0)]["discriminator"].to_numpy()
    assert pure[8] == pytest.approx(0.5)
    assert pure[7] == pytest.approx(1 / (1 + np.exp(4)))


def test_table_6_has_the_shares_of_each_digit() -> None:
    numbers, figure = drawn("presgan_table6")
    totals = numbers.groupby("dataset", sort=False)["images"].sum()
    assert totals.to_dict() == {f"D{k}": 5000 * (11 - k) + 5 * (k - 1) for k in range(1, 11)}
    share = numbers.set_index(["dataset", "digit"])["proportion"]
    assert share["D1"].to_list() == [0.1] * 10
    assert (share["D2", 0], share["D2", 1]) == pytest.approx((0.0001111, 0.11109877), abs=1e-7)
    assert (share["D10", 8], share["D10", 9]) == pytest.approx((0.00099108, 0.99108028), abs=1e-8)
    assert share.groupby("dataset").sum().to_list() == pytest.approx([1.0] * 10)
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert (shown[0], shown[10], shown[-1], len(shown)) == ("0.1", "0.000111", "0.991", 100)


def test_a_figure_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(GanpipeError, match="pacgan_figure4: no figure of the theory; did you mean pacgan_figure"):
        theory.write("pacgan_figure4", tmp_path)
    assert list(tmp_path.iterdir()) == []


# The Monte-Carlo counterpart of SetGAN's gradients is drawn from fewer sets here.
@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"setgan_gradients"}))
def test_what_is_published_is_what_is_computed(name: str) -> None:
    published = pd.read_csv(PUBLISHED / f"{name}.csv")
    pd.testing.assert_frame_equal(published, drawn(name)[0].reset_index(drop=True), check_dtype=False, rtol=1e-6)
