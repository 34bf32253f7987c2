"""One table with everything in it that a renderer must cope with."""

from __future__ import annotations

from typing import Any

import pytest

from ganpipe.reporting.table import Table, build_table

VARIANTS = ["GAN_base & 50%", "PacGAN2", "Set|GAN*"]


@pytest.fixture
def full_table(study: Any) -> Table:
    """Awkward names, a lost run, a bold entry, marks, a row of the paper alone, a floor."""
    seeds = list(range(6))
    experiment = study.plan(
        title="Modes & <collapse>",
        variants=VARIANTS,
        seeds=seeds,
        rows=[
            study.row(variant, seed) | {"run_id": f"{i}-{seed}"} for i, variant in enumerate(VARIANTS) for seed in seeds
        ],
        reported=[
            study.reported("PacGAN2", "modes", 7.9, error=0.05, error_kind="stderr", trials=10),
            study.reported("ALI (λ=0.1)", "modes", 5.5, copied_from="VEEGAN Table 2", confidence="recalled"),
        ],
    )

    def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
        if variant == "Set|GAN*" and seed == 4:
            return None
        place = VARIANTS.index(variant)
        return (
            [6.0, 8.0, 7.0][place] + 0.1 * seed * (place != 1) if metric == "modes" else 0.1 * (place + 1) + 0.01 * seed
        )

    return build_table(experiment, study.measure(experiment, value))
