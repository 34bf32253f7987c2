"""The figures of the theory: their names, which are targets of the workflow, and what they show.

Kept apart from the drawing, so that the Snakefile and the command line know the names without matplotlib.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TheoryFigure:
    """One figure.

    Attributes:
        paper: its short name.
        item: the figure or equation that it regenerates.
        title: what it shows.
    """

    paper: str
    item: str
    title: str


FIGURES = {
    "pacgan_figure2": TheoryFigure("PacGAN", "Figure 2", "equal total variation, unequal mode collapse"),
    "pacgan_figure3": TheoryFigure("PacGAN", "Figure 3", "total variation under packing"),
    "bgan_proposition1": TheoryFigure("BGAN", "Proposition 1", "the optimal discriminator of mixed batches"),
    "setgan_gradients": TheoryFigure("SetGAN", "equations 6 and 8", "gradients near a training sample"),
    "presgan_table6": TheoryFigure("PresGAN", "Table 6", "class proportions of MNIST with rare digits"),
}
