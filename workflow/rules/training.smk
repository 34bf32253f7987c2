# One run, one job. Only the small result.json is declared: Snakemake deletes what a failed job has declared, and
# weights, checkpoints and history are worth more than that.


def dataset(wildcards):
    """The dataset of a run; none is asked for on behalf of a restored run that need not be trained."""
    manifest = Path(f"results/datasets/{INDEX.dataset_of_run(wildcards.run)}/manifest.json")
    return str(manifest) if manifest.exists() or not stands(wildcards.run) else []


rule train:
    input:
        ancient(dataset),
    output:
        "results/runs/{run}/result.json",
    log:
        "results/logs/train/{run}.log",
    threads: 1
    resources:
        runtime={"smoke": 15, "quick": 60, "paper": 1440}[SCALE],
        mem_mb=lambda wildcards, attempt: attempt * {"smoke": 1500, "quick": 2000, "paper": 8000}[SCALE],
        # Told to the executor: a run that has saved beside its result since its last time-out is worth another start.
        checkpoint="checkpoint.pt",
    shell:
        "{GANPIPE} train {wildcards.run} --threads {threads} {DEVICE} {TRAINING} > {log} 2>&1"
