"""PresGAN, Table 6: the share of each digit among the training images of D1 to D10, as their recipes define it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from ganpipe.data.imbalanced import Imbalanced
from ganpipe.data.presets import PRESETS
from ganpipe.reporting.figures import theme

PREFIX = "mnist_imbalanced_"


def numbers() -> pd.DataFrame:
    """Columns dataset (D1 to D10), digit, images, proportion: one row a digit of a dataset."""
    rows = []
    for name, recipe in PRESETS.items():
        if isinstance(recipe, Imbalanced) and name.startswith(PREFIX):
            label, counts = name.removeprefix(PREFIX), recipe.class_counts
            rows += [(label, digit, count, count / sum(counts)) for digit, count in enumerate(counts)]
    return pd.DataFrame(rows, columns=["dataset", "digit", "images", "proportion"])


def draw(numbers: pd.DataFrame) -> Figure:
    """The table: a row a dataset, a column a digit, darker where there are more images."""
    shares = numbers.pivot(index="dataset", columns="digit", values="proportion").loc[numbers["dataset"].unique()]
    totals = numbers.groupby("dataset")["images"].sum()
    figure = Figure(figsize=(9.2, 4.9), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", norm=LogNorm(1e-5, 1), aspect="auto")
    for (row, digit), share in np.ndenumerate(shares.to_numpy()):
        colour = "white" if share > 0.05 else theme.INK
        axes.text(digit, row, f"{share:.3g}", ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(shares.columns)), [str(digit) for digit in shares.columns])
    axes.set_yticks(range(len(shares)), [f"{name} ({totals[name]:,})" for name in shares.index])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="Digit", ylabel="Dataset (training images)", title="Share of the training images")
    return figure
