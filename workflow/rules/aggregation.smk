# An experiment's evaluations, collected. The planner rewrites experiment.json when, and only when, rows, seeds, labels
# or reported numbers have changed; that is what makes the rest follow.


def evaluations(wildcards):
    ask(wildcards.experiment)
    return [
        f"results/evaluations/{run}/{evaluation}.parquet"
        for run, evaluation in EXPERIMENTS[wildcards.experiment]["evaluations"]
    ]


rule aggregate:
    input:
        experiment="results/{scale}/{experiment}/experiment.json",
        evaluations=evaluations,
    output:
        report(
            "results/{scale}/{experiment}/metrics.parquet",
            caption="../report/metrics.rst",
            category=lambda wildcards: chapter(wildcards.experiment),
            subcategory="{experiment}",
            labels={"what": "every number, as Parquet"},
        ),
    log:
        "results/logs/aggregate/{scale}-{experiment}.log",
    localrule: True
    shell:
        "{GANPIPE} aggregate results/{wildcards.scale}/{wildcards.experiment} > {log} 2>&1"
