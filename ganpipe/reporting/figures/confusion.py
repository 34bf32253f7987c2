"""How well a classifier names the modes of images: what each class of the test images was taken for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from ganpipe.files import read_object
from ganpipe.layout import RESULT
from ganpipe.reporting.figures import save, theme

FEW = 20
"""Classes up to which each number is written into its field."""


def write(folder: Path) -> list[Path]:
    """Draw ``confusion.png`` and ``.svg`` of a trained classifier, beside its result.json.

    Raises:
        GanpipeError: there is no such file, or it is garbled.
    """
    result = read_object(folder / RESULT, "confusion", "accuracy", "spec", "n")
    with mpl.rc_context(theme.STYLE):
        save(draw(result), folder / "confusion")
    return [folder / f"confusion.{form}" for form in ("png", "svg")]


def draw(result: dict[str, Any]) -> Figure:
    """The share of each true class (row) that was given each name (column), of the test images.

    Args:
        result: the content of the classifier's result.json.
    """
    counts = np.asarray(result["confusion"], dtype=np.int64)
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    side = 5.6 if len(counts) <= FEW else 7.0
    figure = Figure(figsize=(side + 1.4, side + 0.5), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(counts) <= FEW:
        for (true, named), count in np.ndenumerate(counts):
            if count:
                colour = "white" if shares[true, named] > 0.5 else theme.INK
                axes.text(named, true, f"{count:,}", ha="center", va="center", color=colour, fontsize=9)
        axes.set_xticks(range(len(counts)))
        axes.set_yticks(range(len(counts)))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    dataset, least = result["spec"]["dataset"]["kind"], result["spec"]["minimum_accuracy"]
    axes.set_title(
        f"Classifier of {dataset}: {100 * result['accuracy']:.2f} % of {result['n']:,} test images "
        f"named correctly\n({100 * least:g} % are needed)"
    )
    axes.set(xlabel="Named", ylabel="True class")
    figure.colorbar(image, ax=axes, shrink=0.8, label="Share of the true class")
    return figure
