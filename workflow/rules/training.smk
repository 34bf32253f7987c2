# One run, one job. Only the small result.json is declared: Snakemake deletes what a failed job has declared, and
# weights, checkpoints and history are worth more than that.

# Stands in the command and not among the params, which would train everything again when it changes.
CHECKPOINTS = f"--checkpoint-every {config['checkpoint_every']}" if "checkpoint_every" in config else ""


rule train:
    input:
        ancient(lambda wildcards: f"results/datasets/{INDEX.dataset_of_run(wildcards.run)}/manifest.json"),
    output:
        "results/runs/{run}/result.json",
    log:
        "results/logs/train/{run}.log",
    threads: 1
    shell:
        "{GANPIPE} train {wildcards.run} --threads {threads} {CHECKPOINTS} > {log} 2>&1"
