# Source files are downloaded only for datasets that need them and only where config.yaml names no folder of one's own,
# or of files that stand in for them.


rule download:
    output:
        touch("results/downloads/{origin}/complete"),
    log:
        "results/logs/download/{origin}.log",
    retries: 2
    localrule: True
    shell:
        "{GANPIPE} download {wildcards.origin} results/downloads/{wildcards.origin} > {log} 2>&1"


def own_folder(origin):
    """The folder of one's own that holds source files or stand-ins for them, or None."""
    named = {**config.get("raw", {}), **config.get("stand_ins", {})}
    folder = named.get(origin) or config.get(f"{origin}_dir")
    return folder and Path(folder).expanduser()


def sources(wildcards):
    """The download that a dataset is made from; none is asked for where the dataset was made from one's own folder."""
    origin = INDEX.origin_of_dataset(wildcards.dataset)
    downloaded = Path(f"results/downloads/{origin}/complete")
    prepared = Path(f"results/datasets/{wildcards.dataset}/manifest.json")
    needed = origin and (downloaded.exists() or not (own_folder(origin) or prepared.exists()))
    return str(downloaded) if needed else []


def raw_folder(wildcards, input):
    """Where the source files are. Taking ``input`` keeps it out of the rerun triggers: a folder may move."""
    origin = INDEX.origin_of_dataset(wildcards.dataset)
    folder = origin and (own_folder(origin) or f"results/downloads/{origin}")
    return f"--raw {shlex.quote(str(folder))}" if folder else ""


rule prepare:
    input:
        ancient(sources),
    output:
        "results/datasets/{dataset}/manifest.json",
    log:
        "results/logs/prepare/{dataset}.log",
    # Photographs are decoded on as many threads as the job may use; what needs no files is drawn in a moment.
    threads: lambda wildcards: 4 if INDEX.origin_of_dataset(wildcards.dataset) else 1
    resources:
        runtime=60,
        mem_mb=lambda wildcards, attempt: attempt * 4000,
    params:
        raw=raw_folder,
    shell:
        "{GANPIPE} prepare {wildcards.dataset} {params.raw} > {log} 2>&1"
