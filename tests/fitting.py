"""Runs of any method on any networks."""

from __future__ import annotations

from typing import Any

from ganpipe.spec.run import RunSpec


def fitted(run: RunSpec) -> RunSpec:
    """The run as it is, or without what some methods refuse.

    That is a discriminator that compares the batch, latents that are not normal, and latents of more dimensions than a
    batch has samples.
    """
    if run.refuses() is None:
        return run
    discriminator = run.networks.discriminator
    changes: dict[str, Any] = {"latent_distribution": "normal", "latent_dim": 2}
    if field := discriminator.batch_field:
        changes["discriminator"] = discriminator.model_copy(update={field: False})
    fitting = run.model_copy(update={"networks": run.networks.model_copy(update=changes)})
    assert fitting.refuses() is None, fitting.refuses()
    return fitting
