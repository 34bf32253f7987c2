# The plan: made by the main process from config/, read by every rule. A job's own process plans nothing.
import gc
import json
import shlex
import subprocess
import sys
from pathlib import Path

from ganpipe.plan.index import PlanIndex
from ganpipe.theory.catalogue import FIGURES as THEORY_FIGURES

# Snakemake builds hundreds of thousands of objects and keeps them; looking for garbage among them all the time takes a
# sixth of a dry run.
gc.set_threshold(100_000, 20, 20)

GANPIPE = f"{shlex.quote(sys.executable)} -m ganpipe"


def stop(problem):
    """End with one line for the user; an exception would come with the lines of this file."""
    sys.exit(problem)


if workflow.is_main_process:
    # `config` holds what the command line sets; the planner lays it over config/config.yaml.
    planning = subprocess.run(
        [*shlex.split(GANPIPE), "plan", "--quiet", "--settings", json.dumps(config, default=str)],
        stderr=subprocess.PIPE,
        text=True,
    )
    if planning.returncode:
        stop(planning.stderr.strip())

INDEX = PlanIndex(Path("results"), whole=workflow.is_main_process)
PLAN = INDEX.plan if workflow.is_main_process else {"scale": "quick", "experiments": {}, "default": []}
SCALE, EXPERIMENTS, DEFAULT = PLAN["scale"], PLAN["experiments"], PLAN["default"]
PAPERS = {figure.paper: [] for figure in THEORY_FIGURES.values()}
for name, experiment in EXPERIMENTS.items():
    if experiment["paper"]:
        PAPERS.setdefault(experiment["paper"], []).append(name)


wildcard_constraints:
    dataset="[0-9a-f]{12}",
    classifier="[0-9a-f]{12}",
    run="[0-9a-f]{12}",
    evaluation="[0-9a-f]{12}",
    # What is planned is planned for one scale.
    scale=SCALE,
    experiment="|".join(EXPERIMENTS) or "none",
    paper="|".join(paper.lower() for paper in PAPERS) or "none",
