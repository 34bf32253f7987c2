"""ganpipe: train, evaluate and compare remedies for GAN mode collapse under one protocol.

The package imports neither snakemake nor submitit: every stage of the workflow is a function here and a command of the
``ganpipe`` program, so a run can be planned, trained and evaluated by hand.
"""

__version__ = "0.1.0"
