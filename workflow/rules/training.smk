# One run, one job. Only the small result.json is declared: Snakemake deletes what a failed job has declared, and
# weights, checkpoints and history are worth more than that.


rule train:
    input:
        ancient(lambda wildcards: f"results/datasets/{INDEX.dataset_of_run(wildcards.run)}/manifest.json"),
    output:
        "results/runs/{run}/result.json",
    log:
        "results/logs/train/{run}.log",
    threads: 1
    params:
        # A number that must not decide whether a run is made again.
        checkpoint_every=lambda wildcards: config.get("checkpoint_every", 60.0),
    shell:
        "{GANPIPE} train {wildcards.run} --threads {threads} --checkpoint-every {params.checkpoint_every} > {log} 2>&1"
