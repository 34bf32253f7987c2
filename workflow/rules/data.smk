# Source files are downloaded only for datasets that need them and only where config.yaml names no folder of one's own.


rule download:
    output:
        touch("results/downloads/{origin}/complete"),
    log:
        "results/logs/download/{origin}.log",
    retries: 2
    localrule: True
    shell:
        "{GANPIPE} download {wildcards.origin} results/downloads/{wildcards.origin} > {log} 2>&1"


def sources(wildcards):
    origin = INDEX.origin_of_dataset(wildcards.dataset)
    needed = origin is not None and not config.get(f"{origin}_dir")
    return f"results/downloads/{origin}/complete" if needed else []


def raw_folder(wildcards):
    origin = INDEX.origin_of_dataset(wildcards.dataset)
    folder = origin and (config.get(f"{origin}_dir") or f"results/downloads/{origin}")
    return f"--raw {shlex.quote(folder)}" if folder else ""


rule prepare:
    input:
        ancient(sources),
    output:
        "results/datasets/{dataset}/manifest.json",
    params:
        raw=raw_folder,
    log:
        "results/logs/prepare/{dataset}.log",
    shell:
        "{GANPIPE} prepare {wildcards.dataset} {params.raw} > {log} 2>&1"
