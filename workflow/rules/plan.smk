# The plan: made by the main process from config/, read by every rule. A job's own process plans nothing.
import functools
import gc
import json
import shlex
import subprocess
import sys
from pathlib import Path

from ganpipe.plan.index import PlanIndex
from ganpipe.theory.catalogue import FIGURES as THEORY_FIGURES
from ganpipe.training.restored import is_restored

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


def products(name):
    """What an experiment comes to: its table, figures and verdicts, and the rows that they are made from."""
    folder = f"results/{SCALE}/{name}"
    tables = [f"{folder}/table.{form}" for form in ("html", "md", "csv", "tex")]
    return [f"{folder}/metrics.parquet", *tables, *figure_files(name), *claim_files(name), *classifier_files(name)]


def figure_files(name):
    """The figures of an experiment, each for the screen and for print, and the numbers of those that come with some."""
    folder, figures = f"results/{SCALE}/{name}", EXPERIMENTS[name]["figures"]
    return [f"{folder}/{figure}.{form}" for figure in figures for form in ("png", "svg")] + number_files(name)


def number_files(name):
    """What the figures of an experiment compute, for those that do more than average."""
    return [f"results/{SCALE}/{name}/{figure}.csv" for figure in EXPERIMENTS[name]["numbers"]]


def claim_files(name):
    """What has become of a paper's claims, for an experiment that has some."""
    forms = ("html", "md", "tex", "parquet") if EXPERIMENTS[name]["claims"] else ()
    return [f"results/{SCALE}/{name}/claims.{form}" for form in forms]


def classifier_files(name):
    """What the classifiers of an experiment take for what; of those that are there, or that are needed yet."""
    pairs = EXPERIMENTS[name]["evaluations"]
    used = {INDEX.classifier_of_evaluation(evaluation) for _, evaluation in pairs} - {None}
    there = {classifier for classifier in used if Path(f"results/classifiers/{classifier}/result.json").exists()}
    if used != there and all(Path(f"results/evaluations/{run}/{each}.parquet").exists() for run, each in pairs):
        used = there
    return [
        f"results/classifiers/{classifier}/confusion.{form}" for classifier in sorted(used) for form in ("png", "svg")
    ]


def verdict_pages(*papers):
    """The page of verdicts of each paper of which something is claimed."""
    claimed = [paper for paper in papers if any(EXPERIMENTS[name]["claims"] for name in PAPERS[paper])]
    return [f"results/{SCALE}/{paper.lower()}_verdicts.{form}" for paper in claimed for form in ("html", "md")]


def theory_files(*papers):
    """The figures of what papers prove, each with its numbers."""
    names = [name for name, figure in THEORY_FIGURES.items() if figure.paper in papers]
    return [f"results/theory/{name}.{form}" for name in names for form in ("png", "svg", "csv")]


def chapter(name):
    """Where the report has an experiment: every paper is a chapter, and so is an experiment of no paper."""
    return EXPERIMENTS[name]["paper"] or name


def lost(name):
    """Runs and evaluations that have gone since an experiment was made.

    Snakemake brings a file back only where a target asks for it; what an intermediate step lacks it does not miss.
    """
    if not Path(f"results/{SCALE}/{name}/metrics.parquet").exists():
        return []
    pairs = EXPERIMENTS[name]["evaluations"]
    # A restored run is not here and is not asked for; what needs its snapshots asks for it.
    paths = {f"results/runs/{run}/result.json" for run, _ in pairs if not is_restored(Path(f"results/runs/{run}"))}
    paths |= {f"results/evaluations/{run}/{evaluation}.parquet" for run, evaluation in pairs}
    return sorted(path for path in paths if not Path(path).exists())


ASKED = {}


def ask(*names):
    """Note which evaluations of each run the targets ask for."""
    for name in names:
        for run, evaluation in EXPERIMENTS[name]["evaluations"]:
            ASKED.setdefault(run, set()).add(f"results/evaluations/{run}/{evaluation}.parquet")


@functools.cache
def ask_for_files():
    """Note what the files that the command names ask for; Snakemake follows one to its end before it sees the next."""
    ask(*EXPERIMENTS.keys() & {Path(target).parent.name for target in workflow.dag_settings.targets})


def stands(run):
    """Whether the numbers of a restored run stand: all that is asked of it is there, so that it need not be trained.

    Such a run must hang on nothing that other runs need and that is not there yet: Snakemake repeats what depends on a
    file that it makes for the first time, `ancient` or not.
    """
    ask_for_files()
    return is_restored(Path(f"results/runs/{run}")) and run in ASKED and all(Path(path).exists() for path in ASKED[run])


def everything(*names):
    """The input of a target that stands for experiments."""

    def files(wildcards):
        ask(*names)
        return [path for name in names for path in (*products(name), *lost(name))]

    return files


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
    paper="|".join(paper.lower() for paper in PAPERS) or "none",
