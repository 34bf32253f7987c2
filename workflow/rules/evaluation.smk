# One run under one protocol, one job.


def classifier(wildcards):
    classifier = INDEX.classifier_of_evaluation(wildcards.evaluation)
    trained = Path(f"results/classifiers/{classifier}/result.json")
    needed = classifier and (trained.exists() or not stands(wildcards.run))
    return str(trained) if needed else []


def weights(wildcards):
    """The download of published weights that an evaluation reads; none is asked for where it was made from one's own."""
    origin = INDEX.origin_of_evaluation(wildcards.evaluation)
    downloaded = Path(f"results/downloads/{origin}/complete")
    evaluated = Path(f"results/evaluations/{wildcards.run}/{wildcards.evaluation}.parquet")
    needed = origin and (downloaded.exists() or not (own_folder(origin) or evaluated.exists()))
    return str(downloaded) if needed else []


def weights_folder(wildcards, input):
    """One's own folder of weights. Taking ``input`` keeps it out of the rerun triggers: a folder may move."""
    origin = INDEX.origin_of_evaluation(wildcards.evaluation)
    folder = origin and own_folder(origin)
    return f"--weights {shlex.quote(str(folder))}" if folder else ""


rule evaluate:
    input:
        ancient(weights),
        run="results/runs/{run}/result.json",
        # A classifier is what its id says: one that is trained in a fresh clone evaluates no restored run anew.
        classifier=ancient(classifier),
    output:
        "results/evaluations/{run}/{evaluation}.parquet",
    log:
        "results/logs/evaluate/{run}-{evaluation}.log",
    threads: 1
    resources:
        runtime={"smoke": 15, "quick": 60, "paper": 480}[SCALE],
        mem_mb=lambda wildcards, attempt: attempt * {"smoke": 1500, "quick": 2000, "paper": 8000}[SCALE],
        # The folder of what an evaluation has measured so far; it changes with every piece.
        checkpoint="{evaluation}.partial",
    params:
        weights=weights_folder,
    shell:
        "{GANPIPE} evaluate {wildcards.run} {wildcards.evaluation} {params.weights} --threads {threads} {DEVICE}"
        " > {log} 2>&1"
