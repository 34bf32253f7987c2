"""How every figure looks: type, colours, headings, axes. Nothing here knows what is drawn.

Figures are made without pyplot, so there is no global state, and saved without dates, so equal data give equal bytes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import TextToPath
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import ArrayLike

from ganpipe.evaluation.metrics import Metric
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment, text_of
from ganpipe.reporting.notes import seeds_text, stand_ins_text

INK = "#1c2430"
SOFT = "#5b6675"
RULE = "#e3e7ec"
WARNING = "#9a3412"

PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#6A3D9A",
    "#7A5C2E",
    "#4D4D4D",
    "#B2182B",
)
"""Okabe and Ito's colours without black and yellow, and four that stay apart from them."""

STYLE: Any = {
    "font.family": "DejaVu Sans",  # ships with matplotlib, so every machine draws the same glyphs
    "font.size": 11,
    "text.color": INK,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 11,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "lines.solid_capstyle": "round",
    "savefig.facecolor": "white",
    "svg.hashsalt": "ganpipe",
}

FLOOR: Any = {"color": SOFT, "linestyle": (0, (1, 2)), "linewidth": 1.4}
"""Of the line at what an ideal sampler would score."""

MARGIN, TITLE_LINE, SUBTITLE_LINE = 0.12, 0.27, 0.22
"""Of the heading, in inches."""


def canvas(experiment: Experiment, subject: str, details: str, width: float, height: float) -> Figure:
    """An empty figure under a heading that says which experiment, at which scale, over which seeds.

    Args:
        subject: what the figure shows; follows the title of the experiment.
        details: how to read it; follows the scale and the seeds.
        width, height: of the part below the heading, in inches.
    """
    within = width - 2 * MARGIN
    title = lines_within(f"{experiment.title}: {subject}", within, 14, "bold")
    seeds = f"training seed{'s' if len(experiment.seeds) > 1 else ''} {seeds_text(experiment.seeds)}"
    made_from = stand_ins_text([each.origin for each in experiment.stand_ins])
    said = " · ".join(part for part in (experiment.budget, made_from, seeds, details) if part)
    subtitle = lines_within(said, within, 10.5, "normal")
    header = 2 * MARGIN + TITLE_LINE * len(title) + SUBTITLE_LINE * len(subtitle)
    figure = Figure(figsize=(width, height + header), layout="constrained")
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(rect=(0, 0, 1, height / (height + header)), w_pad=0.08, h_pad=0.08, wspace=0.03, hspace=0.04)
    left, top = MARGIN / width, 1 - MARGIN / (height + header)
    below = top - TITLE_LINE * len(title) / (height + header)
    for text, y, style in (
        (title, top, {"fontsize": 14, "fontweight": "bold"}),
        (subtitle, below, {"fontsize": 10.5, "color": SOFT}),
    ):
        figure.text(left, y, "\n".join(text), va="top", in_layout=False, **style)  # type: ignore[arg-type]
    return figure


@dataclass(frozen=True)
class Colouring:
    """What the colours of an experiment mean, the same in all its figures.

    Attributes:
        variants: variant -> colour.
        legend: name -> colour; the variants themselves, or what groups them.
        grouped: whether several variants share a colour.
    """

    variants: dict[str, str]
    legend: dict[str, str]
    grouped: bool


def colouring(experiment: Experiment) -> Colouring:
    """One colour a variant; where there are more of them than colours, one a method or a level of the first axis."""
    runs = {variant: cell[0] for (_, variant), cell in experiment.cells.items()}
    shown = [variant for variant in experiment.variants if variant in runs]
    if len(shown) <= len(PALETTE):
        colours = dict(zip(shown, PALETTE, strict=False))
        return Colouring(colours, colours, grouped=False)
    factor = experiment.factors[0]
    of_level = {text_of(level): PALETTE[place % len(PALETTE)] for place, level in enumerate(factor.values)}
    return Colouring(
        variants={variant: of_level.get(text_of(runs[variant].level(factor.field)), SOFT) for variant in shown},
        legend={f"{factor.label}: {level}": colour for level, colour in of_level.items()},
        grouped=True,
    )


def lost_note(cells: Cells) -> str:
    """Explains the counts that a figure prints where runs are missing."""
    return " · 4/5: runs that have a value" if cells.any_lost else ""


def metric_label(metric: Metric) -> str:
    """What an axis says: the metric, its unit and which direction is better."""
    return f"{metric.label}\n{metric.better} is better"


def metric_axis(axes: Axes, which: str, metric: Metric, values: Sequence[ArrayLike]) -> None:
    """Label the axis that carries a metric; make it logarithmic when its values span more than two decades.

    Args:
        which: ``x`` or ``y``.
        values: all that is drawn along the axis, in printed units, save for the ideal sampler: of a divergence it lies
            decades below what is compared.
    """
    axis = {"x": axes.xaxis, "y": axes.yaxis}[which]
    axis.set_label_text(metric_label(metric))
    axes.grid(True, axis="x" if which == "x" else "y")
    if spans_decades(values):
        {"x": axes.set_xscale, "y": axes.set_yscale}[which]("log")
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    else:
        axis.set_major_locator(few_ticks())


def spans_decades(values: Sequence[ArrayLike]) -> bool:
    """Whether all finite values are positive and the largest is more than 100 times the smallest."""
    flat = np.concatenate([np.zeros(0), *(np.ravel(np.asarray(each, dtype=np.float64)) for each in values)])
    finite = flat[np.isfinite(flat)]
    return bool(finite.size and finite.min() > 0 and finite.max() > 100 * finite.min())


def step_axis(axes: Axes) -> None:
    """Label the x axis with training steps: 500, 2k, 1.5M."""
    axes.set_xlabel("Training step")
    axes.xaxis.set_major_locator(few_ticks())
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def few_ticks() -> MaxNLocator:
    """Round numbers, as many as a small panel can take."""
    return MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])


def panel_title(axes: Axes, name: str, block: str = "") -> None:
    """Name a small panel; ``block`` is the heading of the block that begins with it."""
    title = wrapped(name, 30)
    axes.set_title(title, fontsize=10.5, fontweight="normal")
    if block:
        above = 10 + 14 * (title.count("\n") + 1)
        axes.annotate(block, (0, 1), (0, above), "axes fraction", "offset points", fontsize=12, fontweight="bold")


def sentence(label: str) -> str:
    """A label that begins with a capital, as all axes do."""
    return label[:1].upper() + label[1:]


def lines_within(text: str, width: float, size: float, weight: str) -> list[str]:
    """The words of a text in as few lines as fit, each as full as can be.

    Args:
        width: of a line, in inches. A longer word has a line of its own.
        size: of the type, in points.
        weight: of the type, in matplotlib's words.
    """
    font = FontProperties(family=STYLE["font.family"], size=size, weight=weight)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else ""
        if longer and TextToPath().get_text_width_height_descent(longer, font, ismath=False)[0] <= 72 * width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def wrapped(text: str, width: int = 26) -> str:
    """A name broken into lines that fit above a panel or beside an axis."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


def bottom_legend(figure: Figure, handles: Sequence[Any], columns: int) -> None:
    """A legend below all panels, at the left as the heading is."""
    figure.legend(handles=list(handles), loc="outside lower left", ncols=columns, handletextpad=0.5, columnspacing=1.6)
