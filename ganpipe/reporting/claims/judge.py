"""From runs to verdicts: every comparison is tested, Holm's correction goes over the table, a claim is their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from ganpipe.reporting.claims.agreement import Agreement, agreements
from ganpipe.reporting.claims.effect import Effect, difference, superiority
from ganpipe.reporting.claims.planned import PlannedClaim, PlannedComparison
from ganpipe.reporting.claims.ranks import holm, rank_test, smallest_tail
from ganpipe.reporting.claims.values import Evidence, JudgedRow
from ganpipe.reporting.experiment import Experiment

ALPHA = 0.05
"""Bound on the chance of one false verdict or more in a table."""

Finding = Literal["agrees", "disagrees", "open"]

VERDICTS: dict[Finding, str] = {"agrees": "supported", "disagrees": "contradicted", "open": "inconclusive"}
BELOW_PAPER: dict[Finding, str] = {"agrees": "as claimed", "disagrees": "not as claimed", "open": "inconclusive"}


@dataclass(frozen=True)
class JudgedComparison:
    """Two rows compared.

    Attributes:
        difference: of means over the runs that have a value, first less second, in the metric's own unit.
        superiority: probability that a run of the first is better than one of the second; lost runs are worst.
        p: two-sided, of the claim or its opposite, whichever the runs speak for, beyond the margin.
        adjusted_p: after Holm's correction over all comparisons of the experiment.
        smallest_p: the smallest p that so many runs can reach.
        favours: what the runs speak for, however weakly.
        within_margin: whether they show, on their own, that the difference is no larger than the margin.
        finding: what they show after the correction.
        remark: why nothing is shown; empty otherwise.
    """

    planned: PlannedComparison
    first: JudgedRow
    second: JudgedRow
    difference: Effect | None
    superiority: Effect
    p: float
    smallest_p: float
    favours: Finding
    within_margin: bool
    adjusted_p: float = 1.0
    finding: Finding = "open"
    remark: str = ""


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with its evidence; ``finding`` is None for one that this scale cannot judge."""

    planned: PlannedClaim
    comparisons: tuple[JudgedComparison, ...]
    finding: Finding | None
    verdict: str


@dataclass(frozen=True)
class Judgement:
    """All claims of an experiment."""

    experiment: Experiment
    claims: tuple[JudgedClaim, ...]
    agreements: tuple[Agreement, ...]


def judge(experiment: Experiment, claims: Sequence[PlannedClaim], metrics: pd.DataFrame) -> Judgement:
    """Judge the claims of an experiment.

    Args:
        metrics: as ``aggregate.read_metrics`` returns it.
    """
    evidence = Evidence(experiment, metrics)
    tested = [[_test(claim, comparison, evidence) for comparison in claim.comparisons] for claim in claims]
    concluded = iter(_concluded([comparison for of_claim in tested for comparison in of_claim]))
    judged = []
    for claim, of_claim in zip(claims, tested, strict=True):
        comparisons = tuple(next(concluded) for _ in of_claim)
        finding = together([comparison.finding for comparison in comparisons])
        judged.append(JudgedClaim(claim, comparisons, finding, verdict(finding, experiment)))
    return Judgement(experiment, tuple(judged), tuple(agreements(experiment, evidence)))


def together(findings: Sequence[Finding]) -> Finding | None:
    """A claim agrees if all of its comparisons do, and disagrees if any does; None when it has none."""
    if not findings:
        return None
    if "disagrees" in findings:
        return "disagrees"
    return "agrees" if set(findings) == {"agrees"} else "open"


def verdict(finding: Finding | None, experiment: Experiment) -> str:
    """A finding in words.

    What a smaller budget shows contradicts no paper and supports none; what stand-ins for published files show, says
    nothing at any scale.
    """
    if experiment.stand_ins:
        return "not judged from stand-ins"
    if finding is None:
        return f"not judged at {experiment.budget}"
    return f"at {experiment.budget}: {BELOW_PAPER[finding]}" if experiment.below_paper else VERDICTS[finding]


def _test(claim: PlannedClaim, comparison: PlannedComparison, evidence: Evidence) -> JudgedComparison:
    """One comparison on its own.

    ``better``: two one-sided tests ask whether the first row is better, or worse, by more than the margin; p is twice
    the smaller. ``not_worse``: the same two for a first row that is given the margin. ``similar``: against these stand
    the two one-sided tests that the difference is smaller than the margin in both directions (Schuirmann 1987). A
    difference is either within the margin or beyond it, so only one of these answers can be false, and neither p is
    doubled again.
    """
    first = evidence.row(comparison.dataset, comparison.first, comparison.column)
    second = evidence.row(comparison.dataset, comparison.second, comparison.column)
    above = rank_test(first.scores, second.scores, claim.margin)
    below = rank_test(first.scores, second.scores, -claim.margin)
    beyond = min(1.0, 2 * min(above.higher, below.lower))
    within = max(above.lower, below.higher)
    smallest = smallest_tail(len(first.runs), len(second.runs))
    if claim.form == "better":
        p, agrees = beyond, above.higher < below.lower
    elif claim.form == "not_worse":
        p, agrees = min(1.0, 2 * min(below.higher, below.lower)), below.higher < below.lower
    else:
        p, agrees = min(beyond, within), within < beyond
    if claim.form != "similar":
        smallest = min(1.0, 2 * smallest)
    return JudgedComparison(
        planned=comparison,
        first=first,
        second=second,
        difference=difference(first.values, second.values),
        superiority=superiority(first.scores, second.scores),
        p=p,
        smallest_p=smallest,
        favours="agrees" if agrees else "disagrees",
        within_margin=claim.form != "not_worse" and within <= ALPHA,
    )


def _concluded(comparisons: Sequence[JudgedComparison]) -> list[JudgedComparison]:
    p = [comparison.p for comparison in comparisons]
    concluded = []
    for place, (comparison, adjusted) in enumerate(zip(comparisons, holm(p), strict=True)):
        shown = adjusted <= ALPHA
        # The best that this comparison could have come to beside the others as they are.
        best = holm([*p[:place], comparison.smallest_p, *p[place + 1 :]])[place]
        remark = "" if shown else _why_open(comparison, too_few=best > ALPHA)
        finding: Finding = comparison.favours if shown else "open"
        concluded.append(replace(comparison, adjusted_p=adjusted, finding=finding, remark=remark))
    return concluded


def _why_open(comparison: JudgedComparison, *, too_few: bool) -> str:
    if comparison.smallest_p > ALPHA:
        return "too few seeds"
    if too_few:
        return "too few seeds for so many comparisons"
    if comparison.p <= ALPHA:
        return "not after the correction"
    return "a tie within the margin" if comparison.within_margin else "not told apart"
