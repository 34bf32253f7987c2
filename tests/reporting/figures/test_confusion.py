from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganpipe.errors import GanpipeError
from ganpipe.files import write_json
from ganpipe.reporting.figures import confusion


def result(counts: list[list[int]]) -> dict[str, Any]:
    named = np.array(counts)
    return {
        "accuracy": float(np.trace(named) / named.sum()),
        "n": int(named.sum()),
        "confusion": counts,
        "spec": {"dataset": {"kind": "digits"}, "minimum_accuracy": 0.965},
    }


def test_rows_are_true_classes_and_colours_their_shares() -> None:
    figure = confusion.draw(result([[3, 1], [0, 8]]))
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), [[0.75, 0.25], [0, 1]])
    assert {text.get_position(): text.get_text() for text in axes.texts} == {(0, 0): "3", (1, 0): "1", (1, 1): "8"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Named", "True class")
    assert "91.67 % of 12 test images" in axes.get_title()
    assert "(96.5 % are needed)" in axes.get_title()


def test_a_class_without_images_and_many_classes() -> None:
    assert np.asarray(confusion.draw(result([[0, 0], [1, 1]])).axes[0].images[0].get_array())[0].tolist() == [0, 0]
    hundred = np.eye(100, dtype=int).tolist()
    assert not confusion.draw(result(hundred)).axes[0].texts


def test_it_is_written_beside_the_result(tmp_path: Path) -> None:
    with pytest.raises(GanpipeError, match=r"result\.json"):
        confusion.write(tmp_path)
    write_json(tmp_path / "result.json", result([[2, 0], [1, 1]]))
    png, svg = confusion.write(tmp_path)
    with Image.open(png) as picture:
        assert picture.size[0] > 500
    assert svg.read_text().startswith("<?xml")
