"""From run values to verdicts."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from ganpipe.reporting.claims.judge import Finding, together

LOW = [0.10, 0.11, 0.12, 0.13, 0.14]
HIGH = [0.50, 0.51, 0.52, 0.53, 0.54]


def test_a_lower_divergence_is_better_and_supports_the_claim(trial: Any) -> None:
    (claim,) = trial.judged({"GAN": HIGH, "PacGAN2": LOW}, trial.claim("PacGAN2", "GAN"), scale="paper").claims
    (comparison,) = claim.comparisons
    assert claim.verdict == "supported"
    assert comparison.p == comparison.adjusted_p == comparison.smallest_p == pytest.approx(2 / 252)
    assert comparison.superiority.value == 1.0
    assert comparison.difference.value == pytest.approx(-0.4)
    assert comparison.remark == ""


def test_the_other_way_round_it_is_contradicted(trial: Any) -> None:
    (claim,) = trial.judged({"GAN": HIGH, "PacGAN2": LOW}, trial.claim("GAN", "PacGAN2"), scale="paper").claims
    assert (claim.finding, claim.verdict) == ("disagrees", "contradicted")


def test_more_modes_are_better(trial: Any) -> None:
    (claim,) = trial.judged({"GAN": HIGH, "PacGAN2": LOW}, trial.claim("GAN", "PacGAN2", "modes"), scale="paper").claims
    assert claim.verdict == "supported"


@pytest.mark.parametrize(("first", "said"), [("PacGAN2", "as claimed"), ("GAN", "not as claimed")])
@pytest.mark.parametrize("scale", ["smoke", "quick"])
def test_below_paper_scale_nothing_is_contradicted(trial: Any, first: str, said: str, scale: str) -> None:
    second = {"GAN": "PacGAN2", "PacGAN2": "GAN"}[first]
    (claim,) = trial.judged({"GAN": HIGH, "PacGAN2": LOW}, trial.claim(first, second), scale=scale).claims
    assert claim.verdict == f"at {scale} scale: {said}"


@pytest.mark.parametrize(("first", "said"), [("PacGAN2", "as claimed"), ("GAN", "not as claimed")])
def test_nor_at_a_paper_scale_that_spends_less_than_the_paper(trial: Any, first: str, said: str) -> None:
    second = {"GAN": "PacGAN2", "PacGAN2": "GAN"}[first]
    values, reduced = {"GAN": HIGH, "PacGAN2": LOW}, {"scale": "paper", "reduced": True}
    (claim,) = trial.judged(values, trial.claim(first, second), **reduced).claims
    assert claim.verdict == f"at paper scale, reduced: {said}"
    (claim,) = trial.judged(values, trial.claim("MD", "GAN", absent=["MD"], comparisons=[]), **reduced).claims
    assert claim.verdict == "not judged at paper scale, reduced"


def test_three_seeds_are_too_few(trial: Any) -> None:
    values = {"GAN": HIGH[:3], "PacGAN2": LOW[:3]}
    (claim,) = trial.judged(values, trial.claim("PacGAN2", "GAN"), scale="paper").claims
    (comparison,) = claim.comparisons
    assert claim.verdict == "inconclusive"
    assert comparison.p == comparison.smallest_p == pytest.approx(0.1)
    assert comparison.remark == "too few seeds"


def test_five_seeds_are_too_few_for_ten_comparisons(trial: Any) -> None:
    values = {"GAN": HIGH, "PacGAN2": LOW}
    claims = trial.judged(values, *[trial.claim("PacGAN2", "GAN")] * 7, scale="paper").claims
    assert {claim.verdict for claim in claims} == {"inconclusive"}
    assert {comparison.remark for claim in claims for comparison in claim.comparisons} == {
        "too few seeds for so many comparisons"
    }
    # Holm's correction goes over all claims of the table: 6 x 2/252 is still below 5 %.
    claims = trial.judged(values, *[trial.claim("PacGAN2", "GAN")] * 6, scale="paper").claims
    assert {claim.verdict for claim in claims} == {"supported"}
    assert claims[0].comparisons[0].adjusted_p == pytest.approx(6 * 2 / 252)


def test_a_difference_within_the_margin_is_a_tie(trial: Any) -> None:
    values = {"GAN": [0.15, 0.16, 0.17, 0.18, 0.19], "PacGAN2": LOW}
    assert trial.judged(values, trial.claim("PacGAN2", "GAN"), scale="paper").claims[0].verdict == "supported"
    (claim,) = trial.judged(values, trial.claim("PacGAN2", "GAN", margin=0.2), scale="paper").claims
    assert claim.verdict == "inconclusive"
    assert claim.comparisons[0].remark == "a tie within the margin"


@pytest.mark.parametrize(
    ("margin", "first", "second", "verdict"),
    [
        (0.1, "GAN", "PacGAN2", "supported"),  # worse by 0.05, which is within the margin
        (0.1, "PacGAN2", "GAN", "supported"),  # better
        (0.01, "GAN", "PacGAN2", "contradicted"),
        (0.05, "GAN", "PacGAN2", "inconclusive"),
    ],
)
def test_what_keeps_up_may_be_worse_by_the_margin_and_is_better_at_will(
    trial: Any, margin: float, first: str, second: str, verdict: str
) -> None:
    values = {"GAN": [0.15, 0.16, 0.17, 0.18, 0.19], "PacGAN2": LOW}
    asked = trial.claim(first, second, form="not_worse", margin=margin)
    (claim,) = trial.judged(values, asked, scale="paper").claims
    assert claim.verdict == verdict
    assert claim.comparisons[0].smallest_p == pytest.approx(2 / 252)


def test_seeds_that_all_agree_are_a_tie(trial: Any) -> None:
    values = {"GAN": [1000.0] * 10, "PacGAN2": [1000.0] * 10}
    (claim,) = trial.judged(values, trial.claim("PacGAN2", "GAN", "modes"), scale="paper").claims
    (comparison,) = claim.comparisons
    assert (claim.verdict, comparison.p, comparison.remark) == ("inconclusive", 1.0, "not told apart")
    assert comparison.superiority.value == 0.5
    assert comparison.difference.interval == (0.0, 0.0)


def test_diverged_runs_count_against_their_method(trial: Any) -> None:
    # Of the runs that survived, GAN's are the better ones.
    values = {"GAN": [0.01, None, None, None, None], "PacGAN2": LOW}
    (claim,) = trial.judged(values, trial.claim("GAN", "PacGAN2"), scale="paper").claims
    (comparison,) = claim.comparisons
    assert comparison.difference.value < 0
    assert comparison.superiority.value == pytest.approx(0.2)
    assert comparison.first.lost == 4
    lost = {"GAN": [None] * 5, "PacGAN2": LOW}
    (claim,) = trial.judged(lost, trial.claim("GAN", "PacGAN2", margin=100.0), scale="paper").claims
    assert claim.verdict == "contradicted"
    assert claim.comparisons[0].difference is None


@pytest.mark.parametrize(
    ("values", "margin", "expected"),
    [
        ({"GAN": LOW, "PacGAN2": LOW}, 0.05, "supported"),
        ({"GAN": LOW, "PacGAN2": HIGH}, 0.05, "contradicted"),
        ({"GAN": LOW, "PacGAN2": LOW}, 0.001, "inconclusive"),
        ({"GAN": LOW[:3], "PacGAN2": LOW[:3]}, 0.5, "supported"),  # one-sided: 1/20
        ({"GAN": LOW[:2], "PacGAN2": LOW[:2]}, 0.5, "inconclusive"),
        ({"GAN": [None] * 5, "PacGAN2": LOW}, 0.5, "contradicted"),
    ],
)
def test_similar_rows(trial: Any, values: Any, margin: float, expected: str) -> None:
    asked = trial.claim("GAN", "PacGAN2", form="similar", margin=margin)
    assert trial.judged(values, asked, scale="paper").claims[0].verdict == expected


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        (["agrees", "agrees"], "agrees"),
        (["agrees", "open"], "open"),
        (["agrees", "disagrees"], "disagrees"),
        (["open", "disagrees"], "disagrees"),
        ([], None),
    ],
)
def test_a_claim_is_what_its_comparisons_say_together(findings: list[Finding], expected: Finding | None) -> None:
    assert together(findings) == expected


def test_a_claim_about_a_row_that_this_scale_lacks_is_not_judged(trial: Any) -> None:
    asked = trial.claim("SetGAN5", "GAN", absent=["SetGAN5"], comparisons=[])
    (claim,) = trial.judged({"GAN": LOW, "PacGAN2": HIGH}, asked).claims
    assert (claim.finding, claim.verdict) == (None, "not judged at quick scale")


def test_a_difference_that_the_correction_leaves_open_says_so(trial: Any) -> None:
    """One run out of order: p is 4/252, and four times that for four such comparisons."""
    claims = [trial.claim(f"M{place}", "GAN") for place in range(4)]
    values = {f"M{place}": [0.1, 0.2, 0.3, 0.4, 0.6] for place in range(4)} | {"GAN": [0.5, 0.7, 0.8, 0.9, 1.0]}
    for claim in trial.judged(values, *claims, scale="paper").claims:
        (comparison,) = claim.comparisons
        assert comparison.p == pytest.approx(4 / 252)
        assert (claim.verdict, comparison.remark) == ("inconclusive", "not after the correction")


def test_equal_methods_are_hardly_ever_told_apart(trial: Any) -> None:
    """All pairs of six equal methods with seven seeds: one false verdict or more in at most 5 % of tables.

    Some pair has a p of 0.05 or less, before the correction, in a third of tables.
    """
    rng = np.random.default_rng(5)
    methods = [f"M{place}" for place in range(6)]
    claims = [trial.claim(first, second) for first, second in combinations(methods, 2)]
    false = uncorrected = 0
    for _ in range(15):
        judged = trial.judged({label: list(rng.uniform(0.1, 0.2, 7)) for label in methods}, *claims, scale="paper")
        false += any(claim.finding != "open" for claim in judged.claims)
        uncorrected += any(each.p <= 0.05 for claim in judged.claims for each in claim.comparisons)
    assert uncorrected >= 4
    assert false <= 2  # 15 tables at 5 %: more than 2 with a probability of 3.6 %


def test_every_run_is_traced_to_its_commit(trial: Any) -> None:
    (claim,) = trial.judged({"GAN": HIGH, "PacGAN2": [0.1, None]}, trial.claim("PacGAN2", "GAN")).claims
    runs = claim.comparisons[0].first.runs
    assert [(run.run_id, run.evaluation_id, run.seed, run.value, run.status, run.commit) for run in runs] == [
        ("ring8_pacgan-PacGAN2-0", "ring8_pacgan-PacGAN2-0-e", 0, 0.1, "complete", "abc1234"),
        ("ring8_pacgan-PacGAN2-1", "ring8_pacgan-PacGAN2-1-e", 1, None, "diverged", "abc1234"),
    ]
