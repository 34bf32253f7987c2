"""What a reader of verdicts must know, printed below them."""

from __future__ import annotations

from collections.abc import Iterable

from ganpipe.reporting.claims.judge import ALPHA
from ganpipe.reporting.experiment import Experiment

READING = (
    "A claim is what its comparisons say together: every one of them must agree to support it, and one that disagrees "
    "contradicts it.",
    "A comparison is an exact permutation test on the ranks of the runs' values. It is unpaired, because runs of equal "
    "seeds share nothing after the first step, and a run that diverged or has no value ranks worst. p is two-sided and "
    "asks for a difference beyond the tie margin; a row that is claimed to be no worse is given the margin, and for "
    "rows that are claimed to be similar p may also be that of a difference within it. Holm's correction goes over all "
    f"comparisons of a table, and a corrected p of {ALPHA:g} or less decides. Beside it stands the smallest p that so "
    "many runs can reach.",
    "Difference: of means over the runs that have a value, first less second. Superiority: the probability that a run "
    "of the first row is better than one of the second, ties counting half; 0.5 is no difference. In brackets 95 % "
    "bootstrap intervals over training seeds: from few seeds they are too narrow, and one without width only says that "
    "no run of one row is better than any of the other, or that all tie.",
    "Beyond the ideal sampler is a row whose whole interval is better than what samples of the target itself would "
    "score: it has fooled the metric. The test does not know; a claim is judged by the metric that was fixed for it.",
    "Rank agreement: Kendall's tau between the paper's order of rows and ours, 1 for the same and -1 for the reverse. "
    "Numbers that a paper copied from another, or that are recalled and not read, are left out.",
    "A run's name is the hash of its specification. A commit with + had uncommitted changes.",
)


def notes(experiments: Iterable[Experiment]) -> list[str]:
    """The notes below pages with the results of these experiments."""
    below = [
        f"At {budget}, nothing is supported or contradicted, because the paper's budget was not spent: what "
        "runs show is called “as claimed” or “not as claimed”."
        for budget in sorted({experiment.budget for experiment in experiments if experiment.below_paper})
    ]
    return [*below, *READING]
