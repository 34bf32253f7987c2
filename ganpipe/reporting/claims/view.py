"""One model of judged claims in words and printed numbers, from which their pages are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganpipe.evaluation.metrics import METRICS
from ganpipe.layout import CLAIMS, EXPERIMENT
from ganpipe.plan.index import read_spec
from ganpipe.reporting.aggregate import read_metrics
from ganpipe.reporting.claims.agreement import Agreement
from ganpipe.reporting.claims.effect import Effect
from ganpipe.reporting.claims.judge import (
    BELOW_PAPER,
    Finding,
    JudgedClaim,
    JudgedComparison,
    Judgement,
    judge,
)
from ganpipe.reporting.claims.planned import read_claims
from ganpipe.reporting.claims.values import JudgedRow, JudgedRun
from ganpipe.reporting.experiment import Experiment, read_description
from ganpipe.reporting.notes import seeds_text, stand_ins_text

Key = tuple[str, str, str, str]
"""(dataset, metric, protocol, row)."""

SHOWN: dict[Finding, str] = {**BELOW_PAPER, "open": "open"}


@dataclass(frozen=True)
class ShownEffect:
    """A number and its interval, ``[low, high]``; empty strings for what is not known."""

    value: str = ""
    interval: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.interval}".strip()


@dataclass(frozen=True)
class ShownComparison:
    """One line of a claim's evidence; ``first`` and ``second`` are the numbers of the rows on the page."""

    pair: str
    first: int
    second: int
    means: str
    difference: ShownEffect
    superiority: ShownEffect
    p: str
    adjusted_p: str
    smallest_p: str
    shown: str


@dataclass(frozen=True)
class ShownClaim:
    """One claim: the paper's words, what they were taken to mean, the verdict and its evidence."""

    text: str
    quoted: bool
    where: str
    meaning: str
    verdict: str
    finding: str
    comparisons: tuple[ShownComparison, ...]


@dataclass(frozen=True)
class ShownRow:
    """The runs behind the comparisons of one row, with the specification that they share but for the seed."""

    number: int
    label: str
    dataset: str
    metric: str
    runs: tuple[tuple[JudgedRun, str], ...]
    specification: dict[str, Any]


@dataclass(frozen=True)
class ShownAgreement:
    """Kendall's tau of one dataset and metric."""

    dataset: str
    metric: str
    tau: str
    rows: str
    left_out: str


@dataclass(frozen=True)
class Section:
    """The claims of one experiment."""

    experiment: Experiment
    facts: tuple[tuple[str, str], ...]
    claims: tuple[ShownClaim, ...]
    rows: tuple[ShownRow, ...]
    agreements: tuple[ShownAgreement, ...]


def read_section(folder: Path, results: Path) -> tuple[Section, Judgement]:
    """Judge the claims of an experiment from the files in its folder.

    Raises:
        GanpipeError: a file is missing or malformed.
    """
    experiment = read_description(folder / EXPERIMENT)
    claims = read_claims(folder / CLAIMS, experiment)
    judgement = judge(experiment, claims, read_metrics(folder / "metrics.parquet"))
    rows = _rows(judgement, results)
    numbers = {key: row.number for key, row in rows.items()}
    section = Section(
        experiment=experiment,
        facts=_facts(judgement),
        claims=tuple(_claim(claim, numbers, len(experiment.datasets) > 1) for claim in judgement.claims),
        rows=tuple(rows.values()),
        agreements=tuple(_agreement(agreement) for agreement in judgement.agreements),
    )
    return section, judgement


def _facts(judgement: Judgement) -> tuple[tuple[str, str], ...]:
    experiment = judgement.experiment
    tested = sum(len(claim.comparisons) for claim in judgement.claims)
    known = [
        ("Regenerates", str(experiment.paper) if experiment.paper else ""),
        ("Stand-ins", stand_ins_text([each.origin for each in experiment.stand_ins])),
        ("Scale", experiment.scale_text),
        ("Training seeds", seeds_text(experiment.seeds)),
        ("Comparisons", f"{tested}, corrected together"),
    ]
    return tuple((term, text) for term, text in known if text)


def _claim(claim: JudgedClaim, numbers: dict[Key, int], several: bool) -> ShownClaim:
    planned = claim.planned
    return ShownClaim(
        text=planned.text,
        quoted=planned.basis == "text",
        where=planned.where,
        meaning=_meaning(claim),
        verdict=claim.verdict,
        finding=claim.finding or "open",
        comparisons=tuple(_comparison(each, numbers, planned.form, several) for each in claim.comparisons),
    )


def _meaning(claim: JudgedClaim) -> str:
    """What was fixed beforehand, in words."""
    planned = claim.planned
    if planned.absent:
        return f"This scale has no {' and no '.join(planned.absent)}."
    metric = METRICS[planned.comparisons[0].metric]
    margin = f"{planned.margin * metric.scale:g}"
    if planned.form == "similar":
        return f"Taken as: {metric.label} no further apart than {margin}."
    if planned.form == "not_worse":
        word = "lower" if metric.better == "higher" else "higher"
        return f"Taken as: {metric.label} {word} by no more than {margin}."
    word = "higher" if metric.better == "higher" else "lower"
    return f"Taken as: {metric.label} {word} by more than a tie margin of {margin}."


def _comparison(comparison: JudgedComparison, numbers: dict[Key, int], form: str, several: bool) -> ShownComparison:
    planned = comparison.planned
    metric = METRICS[planned.metric]
    between = {"better": "better than", "not_worse": "no worse than", "similar": "similar to"}[form]
    key = (planned.dataset, planned.metric, planned.protocol)
    return ShownComparison(
        pair=f"{planned.first} {between} {planned.second}" + (f" on {planned.dataset}" if several else ""),
        first=numbers[*key, planned.first],
        second=numbers[*key, planned.second],
        means=f"{_mean(comparison.first)} against {_mean(comparison.second)}",
        difference=_effect(comparison.difference, metric.scale, metric.digits),
        superiority=_effect(comparison.superiority, 1.0, 2),
        p=p_text(comparison.p),
        adjusted_p=p_text(comparison.adjusted_p),
        smallest_p=p_text(comparison.smallest_p),
        shown=_shown(comparison),
    )


def _shown(comparison: JudgedComparison) -> str:
    beyond = [row.label for row in (comparison.first, comparison.second) if row.beyond_ideal]
    remarks = [comparison.remark, f"{' and '.join(beyond)} beyond the ideal sampler" if beyond else ""]
    return ": ".join(filter(None, (SHOWN[comparison.finding], "; ".join(filter(None, remarks)))))


def p_text(p: float) -> str:
    """Two significant digits of a p, and no more than four decimals."""
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.4f}" if p < 0.01 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _mean(row: JudgedRow) -> str:
    metric = METRICS[row.metric]
    if row.mean is None:
        return f"nothing (0/{len(row.runs)})"
    count = f" ({row.values.size}/{len(row.runs)})" if row.lost else ""
    return f"{row.mean * metric.scale:.{metric.digits}f}{count}"


def _effect(effect: Effect | None, scale: float, digits: int) -> ShownEffect:
    if effect is None:
        return ShownEffect()
    value = f"{effect.value * scale:.{digits}f}"
    if effect.interval is None:
        return ShownEffect(value)
    low, high = effect.interval
    return ShownEffect(value, f"[{low * scale:.{digits}f}, {high * scale:.{digits}f}]")


def _rows(judgement: Judgement, results: Path) -> dict[Key, ShownRow]:
    """Every row that is compared, once, with its runs."""
    rows: dict[Key, ShownRow] = {}
    for comparison in (comparison for claim in judgement.claims for comparison in claim.comparisons):
        planned = comparison.planned
        metric = METRICS[planned.metric]
        for row in (comparison.first, comparison.second):
            key = (planned.dataset, planned.metric, planned.protocol, row.label)
            if key not in rows:
                specification = read_spec(results, "runs", row.runs[0].run_id)["spec"]
                rows[key] = ShownRow(
                    number=len(rows) + 1,
                    label=row.label,
                    dataset=planned.dataset,
                    metric=f"{metric.label}, {planned.protocol}",
                    runs=tuple((run, _value(run, metric.scale, metric.digits)) for run in row.runs),
                    specification={name: part for name, part in specification.items() if name != "seed"},
                )
    return rows


def _value(run: JudgedRun, scale: float, digits: int) -> str:
    return run.status if run.value is None else f"{run.value * scale:.{digits}f}"


def _agreement(agreement: Agreement) -> ShownAgreement:
    return ShownAgreement(
        dataset=agreement.dataset,
        metric=METRICS[agreement.column.metric].label,
        tau="undefined: all tie" if agreement.tau is None else f"{agreement.tau:.2f}",
        rows=" > ".join(" = ".join(tied) for tied in agreement.order),
        left_out=", ".join(agreement.left_out),
    )
