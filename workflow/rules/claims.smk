# Verdicts on what papers claim. The planner keeps the claims in a file of their own, so that a changed sentence or margin
# is judged again and nothing else is made.


rule claims:
    input:
        metrics="results/{scale}/{experiment}/metrics.parquet",
        claims="results/{scale}/{experiment}/claims.json",
    output:
        report(
            "results/{scale}/{experiment}/claims.html",
            caption="../report/claims.rst",
            category=lambda wildcards: chapter(wildcards.experiment),
            subcategory="{experiment}",
            labels={"what": "claims"},
        ),
        "results/{scale}/{experiment}/claims.md",
        "results/{scale}/{experiment}/claims.tex",
        "results/{scale}/{experiment}/claims.parquet",
    log:
        "results/logs/claims/{scale}-{experiment}.log",
    localrule: True
    shell:
        "{GANPIPE} claims results/{wildcards.scale}/{wildcards.experiment} > {log} 2>&1"


def paper_called(lower):
    """The name of a paper as it is written."""
    return next(paper for paper in PAPERS if paper.lower() == lower)


def claimed_experiments(wildcards):
    """The experiments of a paper of which something is claimed."""
    return [name for name in PAPERS[paper_called(wildcards.paper)] if EXPERIMENTS[name]["claims"]]


rule verdicts:
    input:
        lambda wildcards: [
            f"results/{wildcards.scale}/{name}/claims.parquet" for name in claimed_experiments(wildcards)
        ],
    output:
        report(
            "results/{scale}/{paper}_verdicts.html",
            caption="../report/verdicts.rst",
            category=lambda wildcards: paper_called(wildcards.paper),
            subcategory="verdicts",
            labels={"what": "verdicts on {paper}"},
        ),
        "results/{scale}/{paper}_verdicts.md",
    log:
        "results/logs/verdicts/{scale}-{paper}.log",
    localrule: True
    params:
        experiments=claimed_experiments,
    shell:
        "{GANPIPE} verdicts results/{wildcards.scale} {wildcards.paper} {params.experiments} > {log} 2>&1"
