# Runs whose numbers were published elsewhere: which of them stand as they are, and which must be trained.
import functools

from ganpipe.training.restored import is_restored

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
