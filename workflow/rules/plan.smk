# The plan: made by the main process from config/, read by every rule. A job's own process plans nothing.
import json
import shlex
import subprocess
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

from ganpipe.plan.index import PlanIndex

GANPIPE = f"{shlex.quote(sys.executable)} -m ganpipe"

if workflow.is_main_process:
    planning = subprocess.run(
        [sys.executable, "-m", "ganpipe", "plan", "--quiet", "--settings", json.dumps(config)],
        stderr=subprocess.PIPE,
        text=True,
    )
    if planning.returncode:
        raise WorkflowError(planning.stderr.strip())

INDEX = PlanIndex(Path("results"), whole=workflow.is_main_process)
EXPERIMENTS = INDEX.experiments() if workflow.is_main_process else {}
DEFAULT = INDEX.plan["default"] if workflow.is_main_process else []
SCALE = config.get("scale", "quick")
PAPERS = {}
for name, experiment in EXPERIMENTS.items():
    if experiment["paper"]:
        PAPERS.setdefault(experiment["paper"], []).append(name)


def products(name):
    """What an experiment comes to: its table, its figures and the rows that they are made from."""
    folder = f"results/{SCALE}/{name}"
    return [f"{folder}/metrics.parquet", f"{folder}/table.html", *figure_files(name)]


def figure_files(name):
    """The figures of an experiment, each for the screen and for print."""
    return [f"results/{SCALE}/{name}/{figure}.{form}" for figure in EXPERIMENTS[name]["figures"] for form in ("png", "svg")]


wildcard_constraints:
    dataset="[0-9a-f]{12}",
    classifier="[0-9a-f]{12}",
    run="[0-9a-f]{12}",
    evaluation="[0-9a-f]{12}",
    scale="smoke|quick|paper",
    experiment="[A-Za-z0-9_]+",
