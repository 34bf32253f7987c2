"""The figures that an experiment can ask for, and those that its form suggests.

Planning says what is drawn; :mod:`ganpipe.reporting.figures` draws it, one module a kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ganpipe.errors import GanpipeError
from ganpipe.spec.part import Spec

DATASET = "dataset"
DISCRIMINATOR_PARAMETERS = "discriminator_parameters"
"""What lines can be drawn along beside axes of numbers; parameters are counted on the networks of the runs."""


@dataclass(frozen=True)
class FigureKind:
    """What is to be known of a kind of figure where it is planned, published and shown.

    Attributes:
        caption: what one sees.
        has_numbers: it comes with a CSV of what it shows, because it computes more than it averages.
        needs_generators: it is a picture of samples, whose panels stay empty where the snapshots of the runs are not.
        needs_losses: it is drawn from the histories of the runs.
    """

    caption: str
    has_numbers: bool = False
    needs_generators: bool = False
    needs_losses: bool = False


FIGURE_KINDS = {
    "comparison": FigureKind("Every method's mean with its 95 % interval, and every training seed as a small dot."),
    "samples": FigureKind(
        "What the generators make: the run of the lowest seed of each method, not selected.", needs_generators=True
    ),
    "inverses": FigureKind(
        "What the encoders make of real data, and which latents become which mode.", needs_generators=True
    ),
    "curves": FigureKind("The metrics at every snapshot during training, averaged over the seeds."),
    "evolution": FigureKind(
        "What the generators make in the course of training: the run of the lowest seed of each method.",
        needs_generators=True,
    ),
    "losses": FigureKind("The losses of all players; one thin line a training seed.", needs_losses=True),
    "players": FigureKind("The losses of all methods against each other, one panel a player.", needs_losses=True),
    "heatmap": FigureKind("One metric over two settings; darker is better."),
    "marginals": FigureKind("Each setting's effect on its own, averaged over all the others."),
    "pairs": FigureKind("Each row by itself on the diagonal, every two together below it; darker is better."),
    "cost": FigureKind("A metric against what training cost: samples that passed the networks, and seconds."),
    "sensitivity": FigureKind(
        "A metric along a setting: mean and spread of each method, and how many of its runs failed.", has_numbers=True
    ),
    "lines": FigureKind("Every metric against a setting, the datasets or the size of the networks; one line a method."),
}
"""By the name that an experiment asks for it with; :mod:`ganpipe.reporting.figures` has the functions that draw."""


@dataclass(frozen=True)
class Form:
    """What of an experiment its figures can be about.

    Attributes:
        metrics: that it measures.
        axes: field -> levels.
        grid: fields of its full grid.
        several_methods: ``method`` is then as good as an axis.
    """

    metrics: Sequence[str]
    axes: Mapping[str, Sequence[Any]]
    grid: Sequence[str]
    several_methods: bool

    @property
    def factors(self) -> list[str]:
        """All that varies but seeds."""
        return [*self.axes, *(["method"] if self.several_methods else [])]

    @property
    def numbers(self) -> list[str]:
        """Fields of the axes of numbers."""
        return [field for field, levels in self.axes.items() if all(isinstance(level, int | float) for level in levels)]


class Figure(Spec):
    """One wanted figure."""

    kind: str

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        """What it names of the experiment: the key, what is given there, and what could be."""
        yield from ()


class WholeFigure(Figure):
    """A figure of the experiment as a whole."""

    kind: Literal["comparison", "samples", "inverses", "curves", "evolution", "losses", "players"]


class MetricFigure(Figure):
    """A figure of one metric."""

    kind: Literal["marginals", "pairs", "cost"]
    metric: str | None = Field(None, description="the primary one by default")

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "metric", self.metric, form.metrics


class Heatmap(Figure):
    """A metric over two axes; ``method`` counts as one."""

    kind: Literal["heatmap"]
    metric: str | None = Field(None, description="the primary one by default")
    x: str
    y: str

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "x", self.x, form.factors
        yield "y", self.y, form.factors
        yield "metric", self.metric, form.metrics


class Lines(Figure):
    """Each metric, or one, along something ordered, a line a method."""

    kind: Literal["lines"]
    metric: str | None = Field(None, description="all of them by default")
    x: str = Field(description=f"an axis of numbers, {DATASET}, or {DISCRIMINATOR_PARAMETERS}")

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "x", self.x, (*form.numbers, DISCRIMINATOR_PARAMETERS, DATASET)
        yield "metric", self.metric, form.metrics


class Failure(Spec):
    """When a run counts as failed: its metric is above a limit, or below one, in the metric's own unit."""

    metric: str
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("give one of above and below")
        return self

    def shows(self, value: float) -> bool:
        """Whether a run with this value has failed."""
        return value > self.limit if self.below is None else value < self.limit

    @property
    def limit(self) -> float:
        """Whichever is given."""
        limit = self.above if self.below is None else self.below
        assert limit is not None
        return limit


class Sensitivity(Figure):
    """A metric along an axis of numbers that was sampled, with spread and failures."""

    kind: Literal["sensitivity"]
    metric: str | None = Field(None, description="the primary one by default")
    x: str = Field(description="an axis of numbers")
    panels: str | None = Field(None, description="an axis with a panel for each of its levels")
    log: bool = Field(False, description="average natural logarithms of the metric")
    failures: dict[str, Failure] = Field(
        {}, description="kinds of failure to count; a run counts under the first that fits"
    )

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "x", self.x, form.numbers
        yield "panels", self.panels, form.factors
        yield "metric", self.metric, form.metrics
        for name, failure in self.failures.items():
            yield f"failures.{name}.metric", failure.metric, form.metrics


AnyFigure = Annotated[WholeFigure | MetricFigure | Heatmap | Lines | Sensitivity, Field(discriminator="kind")]


def planned_figures(chosen: Sequence[Figure] | None, form: Form, where: str) -> list[dict[str, Any]]:
    """The figures asked for, or those that the experiment's form suggests, each with the stem of its files.

    Raises:
        GanpipeError: one is about something that the experiment does not have, or stands twice.
    """
    figures: dict[str, dict[str, Any]] = {}
    for index, figure in enumerate(_suggested(form) if chosen is None else chosen):
        for key, given, known in figure.named(form):
            if given is not None and given not in known:
                problem = f"{given!r} is not one of {', '.join(known) or 'none'}"
                raise GanpipeError(f"{where}: figures.{index}.{key}: {problem}")
        settings = {"kind": figure.kind, **figure.model_dump(exclude_defaults=True)}
        stem = "_".join(value.rpartition(".")[2] for value in settings.values() if isinstance(value, str))
        if stem in figures:
            raise GanpipeError(f"{where}: figures.{index}: stands twice")
        figures[stem] = {**settings, "file": stem}
    return list(figures.values())


def _suggested(form: Form) -> Sequence[Figure]:
    """Marginal effects and, where there is a full grid, heat maps of an ablation; else a comparison of methods."""
    if not form.axes:
        return [WholeFigure(kind=kind) for kind in ("comparison", "samples", "curves", "losses")]
    x, y, *_ = [field for field in form.factors if field in form.grid or field == "method"] + [None, None]
    maps = [Heatmap(kind="heatmap", metric=metric, x=x, y=y) for metric in form.metrics] if x and y else []
    return [*maps, MetricFigure(kind="marginals")]
