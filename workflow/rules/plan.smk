# The plan: made by the main process from config/, read by every rule. A job's own process plans nothing.
import gc
import json
import shlex
import subprocess
import sys
from pathlib import Path

from ganpipe.plan.index import PlanIndex

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
PAPERS = {}
for name, experiment in EXPERIMENTS.items():
    if experiment["paper"]:
        PAPERS.setdefault(experiment["paper"], []).append(name)


def products(name):
    """What an experiment comes to: its table, its figures and the rows that they are made from."""
    folder = f"results/{SCALE}/{name}"
    tables = [f"{folder}/table.{form}" for form in ("html", "md", "csv", "tex")]
    return [f"{folder}/metrics.parquet", *tables, *figure_files(name)]


def figure_files(name):
    """The figures of an experiment, each for the screen and for print."""
    return [
        f"results/{SCALE}/{name}/{figure}.{form}" for figure in EXPERIMENTS[name]["figures"] for form in ("png", "svg")
    ]


def lost(name):
    """Runs and evaluations that have gone since an experiment was made.

    Snakemake brings a file back only where a target asks for it; what an intermediate step lacks it does not miss.
    """
    if not Path(f"results/{SCALE}/{name}/metrics.parquet").exists():
        return []
    pairs = EXPERIMENTS[name]["evaluations"]
    paths = {f"results/runs/{run}/result.json" for run, _ in pairs}
    paths |= {f"results/evaluations/{run}/{evaluation}.parquet" for run, evaluation in pairs}
    return sorted(path for path in paths if not Path(path).exists())


def everything(*names):
    """The input of a target that stands for experiments."""
    return lambda wildcards: [path for name in names for path in (*products(name), *lost(name))]


def new_target(name, origin):
    """``name``, unless a rule of the workflow is called so already."""
    if workflow.is_rule(name):
        stop(f"ganpipe: {origin}: the workflow has another rule called {name}; choose another name")
    return name


wildcard_constraints:
    dataset="[0-9a-f]{12}",
    classifier="[0-9a-f]{12}",
    run="[0-9a-f]{12}",
    evaluation="[0-9a-f]{12}",
    # What is planned is planned for one scale.
    scale=SCALE,
    experiment="|".join(EXPERIMENTS) or "none",
