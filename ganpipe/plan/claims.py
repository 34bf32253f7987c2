"""A paper's comparative statements, as an experiment file holds them and as ``claims.json`` hands them on.

What decides a verdict is fixed here, before anything is trained: which rows are compared, on which metric and datasets,
and how small a difference counts as a tie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.plan.axes import distinct
from ganpipe.spec.part import Spec

Text = Annotated[str, Field(min_length=1)]
Sentence = Annotated[Text, AfterValidator(lambda text: " ".join(text.split()))]
RowNames = Annotated[list[Text], Field(min_length=1), AfterValidator(distinct)]
Ordered = Annotated[list[Text], Field(min_length=2), AfterValidator(distinct)]
Pair = tuple[str, str]
Place = tuple[str, str]
"""(dataset, row) of a table."""


class Claim(Spec):
    """One comparative statement of a paper, in exactly one of four forms.

    ``better`` and ``than``: each of these rows is better than each of those. ``not_worse`` and ``than``: none is worse
    by more than the margin. ``order``: rows from best to worst. ``similar``: no two are further apart than the margin.
    """

    text: Sentence = Field(description="the paper's sentence, or ours where `basis` is table")
    where: Text = Field(description="where in the paper")
    basis: Literal["text", "table"] = Field(
        "text", description="text: quoted from the paper; table: our words for what its numbers say"
    )
    better: Text | RowNames | None = Field(None, description="row or rows that are better")
    not_worse: Text | RowNames | None = Field(None, description="row or rows that keep up")
    than: Text | RowNames | None = Field(None, description="than each of these")
    order: Ordered | None = Field(None, description="rows from best to worst, each compared with the next")
    similar: Ordered | None = Field(None, description="rows that differ by no more than the margin")
    metric: str
    protocol: str | None = Field(None, description="where the metric is measured under several")
    dataset: str | None = Field(None, description="all of the experiment's by default")
    margin: float = Field(ge=0, description="differences up to it count as a tie; in the metric's own unit")

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        if sum(form is not None for form in (self.better, self.not_worse, self.order, self.similar)) != 1:
            raise ValueError("needs one of better, not_worse, order and similar")
        if (self.better is None and self.not_worse is None) != (self.than is None):
            raise ValueError("than goes with better or not_worse, and they with it")
        if self.form != "better" and self.margin == 0:
            raise ValueError(f"{self.form} needs a margin above 0: no number of runs shows that two means are equal")
        return self

    @property
    def form(self) -> Literal["better", "not_worse", "similar"]:
        """What each comparison asks; an order is a row of ``better``."""
        if self.similar is not None:
            return "similar"
        return "better" if self.not_worse is None else "not_worse"

    @property
    def pairs(self) -> list[Pair]:
        """What is compared: (better, other) rows; for similar ones the order says nothing."""
        if self.similar is not None:
            return list(combinations(self.similar, 2))
        if self.order is not None:
            return list(pairwise(self.order))
        return list(product(_listed(self.better or self.not_worse), _listed(self.than)))


@dataclass(frozen=True)
class Measured:
    """What an experiment has at one scale.

    Attributes:
        cells: (dataset, row) of everything that is trained.
        columns: (dataset, row, metric, protocol) of everything that is shown.
    """

    cells: frozenset[Place]
    columns: frozenset[tuple[str, str, str, str]]

    def under(self, dataset: str, row: str, metric: str) -> frozenset[str]:
        """The protocols under which a row's metric is measured."""
        return frozenset(protocol for *measured, protocol in self.columns if measured == [dataset, row, metric])


def planned_claims(
    claims: Sequence[Claim],
    here: Measured,
    elsewhere: Callable[[], frozenset[Place]],
    protocols: Iterable[str],
    where: str,
) -> list[dict[str, Any]]:
    """Check an experiment's claims and spell out what they compare, as ``claims.json`` holds it.

    A claim about a row or dataset that only another scale has is kept without comparisons; ``absent`` names them.

    Args:
        here: what is measured at this scale.
        elsewhere: the cells of all scales together; asked for only when something is not ``here``.
        protocols: all that the experiment names at any scale.
        where: the file, for errors.

    Raises:
        GanpipeError: a row, dataset, metric or protocol is not there, or a row would be compared with itself.
    """
    known = frozenset(protocols)
    return [_planned(claim, here, elsewhere, known, f"{where}: claims.{place}") for place, claim in enumerate(claims)]


def _planned(
    claim: Claim, here: Measured, elsewhere: Callable[[], frozenset[Place]], protocols: frozenset[str], where: str
) -> dict[str, Any]:
    rows = dict.fromkeys(row for pair in claim.pairs for row in pair)
    absent = [row for row in rows if row not in {label for _, label in here.cells}]
    datasets = sorted({dataset for dataset, _ in here.cells})
    if claim.dataset is not None and claim.dataset not in datasets:
        absent.append(claim.dataset)
    if absent:
        _require_elsewhere(claim, rows, elsewhere(), where)
    for first, second in claim.pairs:
        if first == second:
            raise GanpipeError(f"{where}: {first!r} cannot be compared with itself")
    return {
        "text": claim.text,
        "where": claim.where,
        "basis": claim.basis,
        "form": claim.form,
        "margin": claim.margin,
        "absent": absent,
        "comparisons": [] if absent else _comparisons(claim, here, protocols, datasets, where),
    }


def _require_elsewhere(claim: Claim, rows: Iterable[str], known: frozenset[Place], where: str) -> None:
    labels = {label for _, label in known}
    for row in rows:
        if row not in labels:
            raise GanpipeError(f"{where}: {row!r} is not a row of the table{suggestion(row, labels)}")
    datasets = {dataset for dataset, _ in known}
    if claim.dataset is not None and claim.dataset not in datasets:
        problem = f"{claim.dataset!r} is not a dataset of this experiment{suggestion(claim.dataset, datasets)}"
        raise GanpipeError(f"{where}.dataset: {problem}")


def _comparisons(
    claim: Claim, here: Measured, protocols: frozenset[str], datasets: Sequence[str], where: str
) -> list[dict[str, str]]:
    metrics = {metric for _, _, metric, _ in here.columns}
    if claim.metric not in metrics:
        raise GanpipeError(f"{where}.metric: {claim.metric!r} is not measured{suggestion(claim.metric, metrics)}")
    if claim.protocol is not None and claim.protocol not in protocols:
        problem = f"{claim.protocol!r} is not one of this experiment{suggestion(claim.protocol, protocols)}"
        raise GanpipeError(f"{where}.protocol: {problem}")
    found = []
    for dataset in [claim.dataset] if claim.dataset is not None else datasets:
        for first, second in claim.pairs:
            under = here.under(dataset, first, claim.metric) & here.under(dataset, second, claim.metric)
            if under:
                pair = {"first": first, "second": second}
                found.append(
                    {"dataset": dataset, "metric": claim.metric, "protocol": _protocol(claim, under, where), **pair}
                )
    if missing := set(claim.pairs) - {(each["first"], each["second"]) for each in found}:
        first, second = min(missing)
        raise GanpipeError(f"{where}: {claim.metric} of {first!r} and {second!r} is measured together on no dataset")
    return found


def _protocol(claim: Claim, under: frozenset[str], where: str) -> str:
    """The protocol whose number is compared."""
    if claim.protocol in under:
        return claim.protocol
    # A smaller scale has protocols of its own: what is meant is clear as long as there is one.
    if len(under) > 1:
        known = ", ".join(sorted(under))
        raise GanpipeError(f"{where}.protocol: {claim.metric} is measured under {known}; say which one")
    return min(under)


def _listed(rows: str | list[str] | None) -> list[str]:
    return [rows] if isinstance(rows, str) else list(rows or [])
