from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

from ganpipe.plan.figures import Failure
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import NUMBERS, draw

AXES = [{"field": "a.rate", "label": "rate", "values": [1, 2, 4]}, {"field": "b", "label": "ratio", "values": [1, 3]}]
FAILURES = {"saturated": Failure(metric="modes", above=50.0), "collapsed": Failure(metric="reverse_kl", below=0.1)}
REQUEST = FigureRequest(
    kind="sensitivity", file="s", metric="modes", x="a.rate", panels="b", log=True, failures=FAILURES
)


@pytest.fixture
def swept(study: Any) -> Any:
    """Two methods over both axes: modes e^rate, of MD e^5 at a ratio of 3; a run of GAN at 4 and 1 is lost."""

    def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
        method, rate, ratio = variant.split()
        if (method, rate, ratio, seed) == ("GAN", "4", "1", 0):
            return None
        if metric == "reverse_kl":
            return 0.05 if (method, ratio) == ("GAN", "3") else 1.0
        return float(np.exp(5 if (method, ratio) == ("MD", "3") else int(rate)))

    plan = study.grid(AXES)
    second = [
        study.row(row["variant"].replace("GAN", "MD"), row["seed"], axes=row["axes"], method="MD")
        for row in plan["rows"]
    ]
    rows = [*plan["rows"], *second]
    experiment = study.plan(**plan | {"rows": rows, "variants": list(dict.fromkeys(row["variant"] for row in rows))})
    return experiment, study.measure(experiment, value), study.results


def test_a_panel_a_level_a_line_a_method_and_its_numbers_below(swept: Any) -> None:
    figure = draw(REQUEST, *swept)
    one, three, below_one, below_three = figure.axes
    assert [axes.get_title(loc="left") for axes in (one, three)] == ["Ratio 1", "Ratio 3"]
    gan, md = (line for line in one.lines if line.get_marker() == "o")
    np.testing.assert_allclose(gan.get_xdata(), [1, 2, 4])
    np.testing.assert_allclose(gan.get_ydata(), [1, 2, 4])
    np.testing.assert_allclose(md.get_ydata(), gan.get_ydata())
    assert gan.get_color() != md.get_color()
    assert [line.get_ydata()[0] for line in three.lines if line.get_marker() == "o"] == [1, 5]
    assert (one.get_xlabel(), one.get_ylabel()) == ("Rate", "ln Modes\nhigher is better")
    assert one.get_ylim() == three.get_ylim()
    # Of the failures, that of the metric itself has a line.
    assert [text.get_text() for text in one.texts] == ["saturated"]
    assert np.log(50) in [line.get_ydata()[0] for line in one.lines]
    assert [label.get_text() for label in below_one.get_yticklabels()] == ["GAN", "MD"]
    head = ["mean ln", "spread ln", "best", "saturated", "collapsed", "lost"]
    gan_one, md_one = ["2.12", "1.25", "54.6", "2/9", "0/9", "1/9"], ["2.33", "1.32", "54.6", "3/9", "0/9", "0/9"]
    assert [text.get_text() for text in below_one.texts] == [*head, *gan_one, *md_one]
    gan_three, md_three = ["2.33", "1.32", "54.6", "3/9", "6/9", "0/9"], ["5.00", "0.00", "148.4", "9/9", "0/9", "0/9"]
    assert [text.get_text() for text in below_three.texts] == [*head, *gan_three, *md_three]


def test_the_band_is_one_standard_deviation(study: Any) -> None:
    experiment = study.plan(**study.grid(AXES))
    metrics = study.measure(experiment, lambda dataset, variant, metric, seed: 10.0 * seed)
    figure = draw(REQUEST.model_copy(update={"log": False, "failures": {}}), experiment, metrics, study.results)
    (band,) = [
        each for each in figure.axes[0].collections if len(each.get_paths()[0].vertices) > 6 and each.get_alpha() < 0.2
    ]
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((0.0, 20.0))
    assert figure.axes[0].get_ylabel() == "Modes\nhigher is better"


def test_without_panels_everything_else_is_pooled(swept: Any) -> None:
    figure = draw(REQUEST.model_copy(update={"panels": None}), *swept)
    above, _ = figure.axes
    assert above.get_title(loc="left") == ""
    _, md = (line.get_ydata() for line in above.lines if line.get_marker() == "o")
    np.testing.assert_allclose(md, [(1 + 5) / 2, (2 + 5) / 2, (4 + 5) / 2])


def test_the_numbers_are_a_row_a_bin_and_one_for_all(swept: Any) -> None:
    experiment, metrics, _ = swept
    rows = list(csv.DictReader(NUMBERS["sensitivity"](REQUEST, experiment, metrics).splitlines()))
    assert [row["bin"] for row in rows] == ["1", "2", "3", "all"] * 4
    gan = [row for row in rows if (row["method"], row["panel"]) == ("GAN", "1")]
    assert [row["mean"] for row in gan] == ["1", "2", "4", "2.125"]
    assert [(row["low"], row["high"]) for row in gan] == [("1", "1"), ("2", "2"), ("4", "4"), ("1", "4")]
    assert [(row["runs"], row["planned_runs"], row["saturated"]) for row in gan] == [
        *[("3", "3", "0")] * 2,
        ("2", "3", "2"),
        ("8", "9", "2"),
    ]
    assert [float(row["best"] or 0) for row in gan] == pytest.approx([0, 0, 0, np.exp(4)])
    assert {(row["metric"], row["log"], row["dataset"]) for row in rows} == {("modes", "natural", "ring8_pacgan")}
