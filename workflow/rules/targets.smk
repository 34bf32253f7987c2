# What a target comes to: the files of experiments, of papers' verdicts and of the theory.


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
